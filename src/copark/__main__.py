"""Runs the command line for ``python -m copark``."""

from copark.cli import main

if __name__ == "__main__":
    main()
