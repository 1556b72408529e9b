"""`python -m bench [--write]`: measure and print the table, and keep it in `bench/RESULTS.md` and `results.json`."""

from bench.run import main

if __name__ == "__main__":
    main()
