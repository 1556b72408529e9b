"""A migration a file; what has been released is never edited."""
