"""`python -m bench.invented`: invented parks, from workbook to forecast; `--write`.

A maker invents three parks by curves that are none of the model's: few large works that come one by one, nine hundred
small firms, and a slow start. Each tells a user what parks tell (enterprises registered and operating, jobs,
investment, with errors of report) until the end of 2018, in a workbook as copark gives it out; the course of the five
years after is hidden. The workbook is read, the park calibrated and forecast by the commands a user has, and the hidden
reports are set beside the forecast's 90% intervals.

Reports of one park miss together, so that three parks tell little of intervals. Sixteen more are drawn at random, by a
rule that was fixed before any of them was forecast: logistic curves of 8 to some 400 enterprises, of which the middle
lies between half of the park's age at the end of 2018, when it is full, and 1.3 times that age, when it has hardly
begun. ``--write`` writes ``bench/INVENTED.md``.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from openpyxl import load_workbook

import copark
from bench.arguments import parser_of
from copark.cases.workbook_sheets import choices
from copark.cases.workbook_writing import case_from_workbook, template_workbook
from copark.simulation.ensemble import default_threads

LAST_KNOWN = 2018
LAST_HIDDEN = 2023
REPORT_ERROR = 0.03
"""Standard deviation of the logarithm of a report."""
MAKER_SEED = 20181231
MEASURES = {
    "registered": "companies",
    "operating": "companies",
    "jobs": "persons",
    "realised_investment": "M USD",
}
FEW = 3
"""Parks of which no error of a mean is told."""
DRAWN = 16
"""Parks drawn at random."""
FEWEST_FINAL = 8.0
RESULT = Path(__file__).with_name("INVENTED.md")


def levelled(years: float, final: float, middle: float, pace: float) -> float:
    """Give a logistic curve of years since the founding, none at the founding."""
    at_first = 1.0 / (1.0 + np.exp(middle / pace))
    share = (1.0 / (1.0 + np.exp(-(years - middle) / pace)) - at_first) / (1.0 - at_first)
    return float(final * share)


@dataclass(frozen=True)
class InventedPark:
    """A park as its maker made it."""

    key: str
    title: str
    founded: int
    """Year it was founded; its first quarter is the first of it."""
    registered: Callable[[float], float]
    """Enterprises by years since the founding."""
    wait: float
    """Years from registration to operation."""
    survive: float
    """Share of the registered that operate in the end."""
    jobs_each: float
    investment_each: float
    """Jobs, and M USD, of an operating enterprise."""
    drawn: int = 0
    """Number of a park drawn at random; 0 of one that a maker thought of."""

    def course(self, year: int) -> dict[str, float]:
        """Give what is true at the end of a year."""
        age = year - self.founded + 1.0
        registered = self.registered(age)
        operating = self.survive * self.registered(max(age - self.wait, 0.0))
        building = 0.3 * (registered - operating)
        return {
            "registered": round(registered),
            "operating": round(operating),
            "jobs": self.jobs_each * operating,
            "realised_investment": self.investment_each * (operating + building),
        }

    def reports(self) -> dict[tuple[str, int], float]:
        """Give reports of every second year until the last known, and of every later one: by measure and year."""
        random = np.random.default_rng([MAKER_SEED, self.founded, *([self.drawn] if self.drawn else [])])
        found = {}
        for year in range(self.founded + 1, LAST_HIDDEN + 1):
            for measure, value in self.course(year).items():
                reported = value * np.exp(REPORT_ERROR * random.standard_normal())
                is_told = year > LAST_KNOWN or (LAST_KNOWN - year) % 2 == 0
                if is_told and value >= 1.0:
                    found[measure, year] = float(round(reported)) if reported >= 10.0 else float(round(value))
        return found


PARKS = (
    InventedPark(
        "few-large-works", "Few large works (invented)", 2006, lambda age: levelled(age, 14.0, 9.0, 3.0), 2.0, 0.9,
        jobs_each=1400.0, investment_each=60.0,
    ),
    InventedPark(
        "many-small-firms", "Nine hundred small firms (invented)", 2004, lambda age: levelled(age, 900.0, 10.0, 2.5),
        0.75, 0.85, jobs_each=14.0, investment_each=0.6,
    ),
    InventedPark(
        "slow-start", "A slow start (invented)", 2007, lambda age: 2.0 + levelled(age, 70.0, 14.0, 2.0), 1.5, 0.75,
        jobs_each=90.0, investment_each=5.0,
    ),
)  # fmt: skip


def drawn_park(number: int) -> InventedPark:
    """Draw a park at random: a function of its number alone."""
    random = np.random.default_rng([MAKER_SEED, 1, number])
    final = max(FEWEST_FINAL, float(np.exp(random.normal(np.log(60.0), 1.0))))
    age = int(random.integers(6, 17))
    middle = age * random.uniform(0.5, 1.3)
    pace = middle / random.uniform(3.0, 7.0)
    first = float(random.integers(0, 4))
    return InventedPark(
        f"drawn-{number}",
        f"Drawn {number} (invented)",
        LAST_KNOWN + 1 - age,
        lambda years: first + levelled(years, final, middle, pace),
        wait=random.uniform(0.5, 2.5),
        survive=random.uniform(0.6, 0.95),
        jobs_each=float(np.exp(random.normal(np.log(80.0), 0.8))),
        investment_each=float(np.exp(random.normal(np.log(5.0), 0.8))),
        drawn=number,
    )


@dataclass(frozen=True)
class Compared:
    """A hidden report beside its forecast."""

    park: str
    measure: str
    year: int
    reported: float
    low: float
    median: float
    high: float

    @property
    def is_held(self) -> bool:
        """Say whether the 90% interval holds the report."""
        return self.low <= self.reported <= self.high


def workbook_of(park: InventedPark) -> bytes:
    """Fill in the workbook that copark gives out, with what a user of the park knows."""
    book = load_workbook(BytesIO(template_workbook(park.key, "en")))
    facts = {
        "Name of the park": park.title,
        "Who drives it": "two governments",
        "First quarter": f"{park.founded}Q1",
        "Last quarter with data": f"{LAST_KNOWN}Q4",
        "Investing country": "CHN China",
        "Host country": "EGY Egypt",
    }
    for row in book["Park"].iter_rows():
        if row[0].value in facts:
            row[1].value = facts[row[0].value]
    titles = choices("variable", "en")
    rows = []
    for (measure, year), value in park.reports().items():
        if year <= LAST_KNOWN:
            told = {"Date": f"{year}-12-31", "What was observed": titles[measure], "Value": value}
            rows.append(told | {"Unit": MEASURES[measure], "Grade": "high", "Source": "maker"})
    fill(book["Observations"], rows)
    fill(book["Sources"], [{"Short name": "maker", "Publisher": "The maker of the trial", "Read as": "original"}])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def fill(sheet: object, rows: Sequence[dict[str, object]]) -> None:
    """Write rows below the headings and the line that explains them."""
    headings = {cell.value: cell.column for cell in sheet[1]}  # type: ignore[index]
    for place, row in enumerate(rows, start=3):
        for heading, value in row.items():
            sheet.cell(place, headings[heading], value)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Trial:
    """A park taken from its workbook to its forecast."""

    compared: list[Compared]
    seconds: float
    reduction: float
    """Largest rank-normalised scale reduction of the calibration's searches."""


def trial(park: InventedPark, folder: Path, threads: int, *, smallest: bool) -> Trial:
    """Take a park from its workbook to its forecast, and set hidden reports beside it."""
    began = time.monotonic()
    book = folder / f"{park.key}.xlsx"
    book.write_bytes(workbook_of(park))
    case = str(case_from_workbook(book, folder))
    out = folder / "out"
    effort = {"runs": 1 << 13, "sweeps": 1} if smallest else {}
    calibrated = copark.calibrate(case, out=out, threads=threads, **effort)
    frame = copark.forecast(case, to=f"{LAST_HIDDEN}Q4", out=out, threads=threads).to_frame()
    took = time.monotonic() - began
    bands = frame[frame["method"] == "forecast"].set_index(["variable", "quarter"])
    found = []
    for (measure, year), value in park.reports().items():
        if year > LAST_KNOWN:
            low, median, high = bands.loc[(measure, f"{year}Q4"), ["p05", "p50", "p95"]].astype(float)
            found.append(Compared(park.title, measure, year, value, low, median, high))
    return Trial(found, took, float(calibrated.trust.scale_reduction))


def summary(trials: Sequence[Trial]) -> str:
    """Write a line for each park, and how many of all reports are held, with its error over parks."""
    lines = ["| park | seconds | R̂ | hidden reports | 90% interval holds | mean ln(report / median) |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for one in trials:
        held = np.mean([each.is_held for each in one.compared])
        bias = np.mean([np.log((each.reported + 0.5) / (max(each.median, 0.0) + 0.5)) for each in one.compared])
        head = f"| {one.compared[0].park} | {one.seconds:.0f} | {one.reduction:.2f} | {len(one.compared)} "
        lines.append(head + f"| {held:.0%} | {bias:+.2f} |")
    shares = np.array([np.mean([each.is_held for each in one.compared]) for one in trials])
    reports = sum(len(one.compared) for one in trials)
    held = sum(each.is_held for one in trials for each in one.compared)
    words = f"Of all {reports} hidden reports {held} are held"
    if len(shares) > FEW:
        error = shares.std(ddof=1) / np.sqrt(len(shares))
        words += f": {shares.mean():.0%} as the mean over parks, standard error {100 * error:.0f} points"
    return "\n".join(lines) + f"\n\n{words}.\n"


def reports_table(trials: Sequence[Trial]) -> str:
    """Write hidden reports beside their forecasts."""
    every = [each for one in trials for each in one.compared]
    lines = ["| park | observable | year | hidden report | forecast (90%) | held |", "|---|---|---:|---:|---:|---|"]
    for each in every:
        if each.year in (LAST_KNOWN + 1, LAST_KNOWN + 3, LAST_HIDDEN):
            forecast = f"{each.median:,.0f} ({each.low:,.0f} to {each.high:,.0f})"
            word = "yes" if each.is_held else "**no**"
            lines.append(f"| {each.park} | {each.measure} | {each.year} | {each.reported:,.0f} | {forecast} | {word} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Try the three parks; in the smallest form one of them, hardly searched for."""
    parser = parser_of("bench.invented", __doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    parser.add_argument("--threads", type=int, default=default_threads())
    asked = parser.parse_args()
    thought_of = []
    drawn = []
    with tempfile.TemporaryDirectory() as name:
        for park in PARKS[:1] if asked.smoke else PARKS:
            thought_of.append(trial(park, Path(name), asked.threads, smallest=asked.smoke))
            print(f"{park.key}: {thought_of[-1].seconds:.0f} s", flush=True)
        for park in () if asked.smoke else [drawn_park(number) for number in range(1, DRAWN + 1)]:
            drawn.append(trial(park, Path(name), asked.threads, smallest=False))
            print(f"{park.key}: {drawn[-1].seconds:.0f} s", flush=True)
    words = f"{summary(thought_of)}\n"
    if drawn:
        words += f"## Sixteen parks drawn at random\n\n{summary(drawn)}\n"
    words += f"## Reports of the three\n\n{reports_table(thought_of)}"
    print(words)
    if asked.write and not asked.smoke:
        head = f"# Invented parks, from workbook to forecast\n\n{__doc__.partition(chr(10))[2].strip()}\n\n"
        RESULT.write_text(head + words, encoding="utf-8")


if __name__ == "__main__":
    main()
