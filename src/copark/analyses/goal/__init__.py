"""Goal seeking: which levers reach a target, what they cost and for whom, or that none do."""
