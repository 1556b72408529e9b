"""``python -m copark`` is ``copark``."""

from copark.cli import main

if __name__ == "__main__":
    main()
