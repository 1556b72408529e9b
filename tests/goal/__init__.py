"""Goal seeking."""
