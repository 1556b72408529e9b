"""Agreement of a second coder with the outcomes of the casebook.

``python -m bench.agreement FILE`` reads a form that was filled (docs/model/coding-sheet-outcomes.md): a CSV file with
the columns ``id`` and ``outcome``. It tells how many words agree, Cohen's κ, and every case in which they differ. An
empty word is "left out", which is an answer like the others.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from bench.arguments import parser_of
from copark.cases.parks import load_parks
from copark.stats.agreement import cohens_kappa

LEFT_OUT = "left out"


def recorded() -> dict[str, str]:
    """Read the words of the casebook by case."""
    return {row.id: row.outcome or LEFT_OUT for row in load_parks().scores}


def filled(file: Path) -> dict[str, str]:
    """Read the words of a form by case."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row["outcome"].strip() or LEFT_OUT for row in csv.DictReader(lines)}


def report(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Write how two coders agree over the cases that both coded.

    Parameters
    ----------
    ours, theirs
        Words by case.
    """
    both = [name for name in ours if name in theirs]
    differing = [name for name in both if ours[name] != theirs[name]]
    kappa = cohens_kappa([ours[name] for name in both], [theirs[name] for name in both])
    lines = [f"{len(both) - len(differing)} of {len(both)} agree, Cohen's kappa {kappa:.2f}"]
    return "\n".join([*lines, *(f"  {name}: {ours[name]} / {theirs[name]}" for name in differing)])


def main() -> None:
    """Compare a form with the casebook; with ``--smoke`` the casebook with itself."""
    parser = parser_of("bench.agreement", __doc__)
    parser.add_argument("form", nargs="?", type=Path, help="a filled form, CSV")
    arguments = parser.parse_args()
    if arguments.smoke:
        print(report(recorded(), recorded()))
    elif arguments.form is None:
        parser.error("a filled form is needed")
    else:
        print(report(recorded(), filled(arguments.form)))


if __name__ == "__main__":
    main()
