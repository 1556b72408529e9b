"""Make the golden runs and write their fingerprints: ``make golden``, or ``python -m tests.golden [NAME …]``.

Numbers that have moved are not written under the version they had, and a version is not written without numbers that
have moved: raise it, or take it back.
"""

from __future__ import annotations

import argparse
import sys

from tests.golden import numbers, record, runs


def main(wanted: list[str]) -> int:
    """Make golden runs, all or some, and write them unless that is refused; the exit code."""
    known = list(runs.names())
    kept = record.read()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No golden run is called {', '.join(unknown)}. There are:", *known, sep="\n", file=sys.stderr)
        return 2
    made = []
    for name in wanted or known:
        print(name, file=sys.stderr)
        made.append(runs.make(name))
    refused = record.refusals(kept, made)
    for sentence in refused:
        print(sentence, file=sys.stderr)
    if not refused:
        record.write(kept, made)
        numbers.write()
    return 1 if refused else 0


def smoke() -> int:
    """Make the golden run of the park made up, and compare it with the record; the exit code."""
    made = [runs.of_model(runs.MINIATURE.name)]
    refused = record.refusals(record.read(), made)
    for sentence in refused:
        print(sentence, file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="golden runs by name, quoted where it has a space; all by default")
    parser.add_argument("--smoke", action="store_true", help="make one golden run, compare it, and write nothing")
    asked = parser.parse_args()
    sys.exit(smoke() if asked.smoke else main(asked.names))
