"""Measure copark: everything in turn, then the table. It takes about ten minutes; `--only kernel` four of them."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from bench import figures, questions
from bench.arguments import parser_of
from bench.measure import Figure, OtherWork, machine
from bench.tables import OTHERS, content, page, table, warning

HERE = Path(__file__).parent
PARTS = ("kernel", "questions")
HEAD = """# Results

Written by `make bench`; do not edit. What is compared with what is in the docstrings of `bench/`.
Compared things are timed in turn, round by round; a ratio is taken within each round, and the median of the rounds
stands with the least and the greatest.

"""


def of_kernel(say: figures.Say, asked: argparse.Namespace) -> Iterator[Figure]:
    """Measure the kernel beside its peers, processes, and streams where they are wanted."""
    for part in (figures.one_core, figures.hot_passes, figures.scaling, figures.warm, figures.processes):
        yield from part(say)
    if not asked.quick:
        yield from figures.streams(say, figures.MILLION if asked.million else figures.STREAMS)


def main() -> None:
    """Measure everything."""
    parser = parser_of("bench", __doc__)
    parser.add_argument("--million", action="store_true", help="also stream 1,000,000 runs (some ten minutes more)")
    parser.add_argument("--quick", action="store_true", help="leave out the streams to disk; write no files")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part alone; write no files")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md and bench/results.json")
    asked = parser.parse_args()
    warnings.simplefilter("ignore", FutureWarning)
    found: list[Figure] = []
    start = time.perf_counter()

    def say(what: str) -> None:
        print(f"[{time.perf_counter() - start:5.0f} s] {what} ...", file=sys.stderr, flush=True)

    say("Compiling and loading")
    others = OtherWork()
    parts = tuple(asked.only or PARTS)
    if "kernel" in parts:
        found.extend(figures.smallest(say) if asked.smoke else of_kernel(say, asked))
    if "questions" in parts:
        found.extend(questions.smallest_questions(say) if asked.smoke else questions.all_questions(say))
    where = machine() | {OTHERS: others.processors()}
    if asked.write and not asked.quick and not asked.smoke and not asked.only:
        (HERE / "results.json").write_text(content(found, where, time.perf_counter() - start), encoding="utf-8")
        (HERE / "RESULTS.md").write_text(page(HEAD, found, where), encoding="utf-8")
    print(table(found) + warning(where))
    missed = [f.name for f in found if f.met is False]
    print(f"Targets missed: {', '.join(missed)}." if missed else "All targets met.")
