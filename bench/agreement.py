"""Agreement of a second coder with the outcomes of the casebook.

``python -m bench.agreement FILE`` reads a form that was filled (docs/model/coding-sheet-outcomes.md): a CSV file with
the columns ``id`` and ``outcome``; without a file that of the second coding. It tells how many words agree, Cohen's κ,
and every case in which they differ. An empty word is "left out", which is an answer like the others.

With ``--zones`` the form is that of zones that failed or never began (docs/model/coding-sheet-failures.md), with the
columns ``fate`` and ``outcome``. ``--form`` prints the empty form of the zones.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from sklearn.metrics import cohen_kappa_score

from bench.arguments import parser_of
from copark.cases.parks import load_parks
from copark.cases.zones import load_failures

MODEL_DOCUMENTS = Path(__file__).parents[1] / "docs" / "model"
SECOND_OF_PARKS = MODEL_DOCUMENTS / "second-coding-outcomes.csv"
SECOND_OF_ZONES = MODEL_DOCUMENTS / "second-coding-zones.csv"
LEFT_OUT = "left out"
CODED = ("fate", "outcome")
"""What is coded of a zone."""
FACTS = (*("id", "agreement", "start", "planned_km2", "registered", "operating", "jobs", "occupied_km2"), "state_date")
"""Columns of zones that a coder is given, beside quotes."""


def recorded() -> dict[str, str]:
    """Read the words of the casebook by case."""
    return {row.id: row.outcome or LEFT_OUT for row in load_parks().scores}


def filled(file: Path, column: str = "outcome") -> dict[str, str]:
    """Read the words of a column of a form by case."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row[column].strip() or LEFT_OUT for row in csv.DictReader(lines)}


def coded_zones(column: str) -> dict[str, str]:
    """Read the words of the casebook by zone: ``fate`` or ``outcome``."""
    return {zone.id: getattr(zone, column) or LEFT_OUT for zone in load_failures().zones}


def form_of_zones() -> str:
    """Write the empty form of the zones: facts and quotes, without what the casebook says became of them."""
    failures = load_failures()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*FACTS, "quotes", *CODED])
    for zone in sorted(failures.zones, key=lambda zone: zone.id):
        dated = [f"{row.date}: {row.quote}" for row in failures.distress if row.zone == zone.id]
        facts = zone.model_dump(mode="json", include=set(FACTS))
        writer.writerow([*(facts[name] for name in FACTS), " | ".join([zone.quote, *dated]), *("" for _ in CODED)])
    return stream.getvalue()


def zone_reports(form: Path) -> Iterator[str]:
    """Yield how the casebook agrees with a form of the zones, for fate and outcome."""
    for column in CODED:
        yield f"{column}: {report(coded_zones(column), filled(form, column))}"


def report(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Write how two coders agree over the cases that both coded.

    Parameters
    ----------
    ours, theirs
        Words by case.
    """
    both = [name for name in ours if name in theirs]
    differing = [name for name in both if ours[name] != theirs[name]]
    kappa = cohen_kappa_score([ours[name] for name in both], [theirs[name] for name in both])
    lines = [f"{len(both) - len(differing)} of {len(both)} agree, Cohen's kappa {kappa:.2f}"]
    return "\n".join([*lines, *(f"  {name}: {ours[name]} / {theirs[name]}" for name in differing)])


def main() -> None:
    """Compare a form with the casebook; with ``--smoke`` the casebook with itself."""
    parser = parser_of("bench.agreement", __doc__)
    parser.add_argument("form", nargs="?", type=Path, help="a filled form, CSV; that of the second coding by default")
    parser.add_argument("--zones", action="store_true", help="the zones that failed or never began")
    parser.add_argument("--form", action="store_true", dest="empty", help="print the empty form of the zones")
    arguments = parser.parse_args()
    if arguments.smoke:
        print(report(recorded(), recorded()))
    elif arguments.empty:
        print(form_of_zones(), end="")
    elif arguments.zones:
        print("\n".join(zone_reports(arguments.form or SECOND_OF_ZONES)))
    else:
        print(report(recorded(), filled(arguments.form or SECOND_OF_PARKS)))


if __name__ == "__main__":
    main()
