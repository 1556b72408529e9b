"""Goal seeking: targets, dated events of the future, and the search for the cheapest levers that reach a target."""
