"""The steps, each a file; a step that was released is never changed."""
