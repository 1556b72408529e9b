"""`python -m bench [--million]`: measure, print the table, write `bench/RESULTS.md` and `bench/results.json`."""

from bench.run import main

if __name__ == "__main__":
    main()
