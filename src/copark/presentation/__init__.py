"""What is shown: a document as data, and what turns it into a terminal, a page, a sheet or a file."""
