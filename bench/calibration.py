"""`python -m bench.calibration PARK …`: a quick calibration beside a full one; `--write`: into `bench/CALIBRATION.md`.

Compared are the pairs that every later analysis uses (the replay posterior): the median of each parameter, as a share
of the full one's 90 % interval; the width of the interval; the same of forecasts five years ahead. Seconds are those of
this process; a full calibration goes on from a quick one that has not converged. With ``--shipped`` the posterior that
ships with a park is the full one. Calibrations are kept in ``--out`` and not made again. How often intervals hold the
truth is another trial (``python -m bench.replays``).
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from bench.arguments import parser_of
from copark.calibration.calibrate import FULL, QUICK, CalibrationSettings, CalibrationTask
from copark.calibration.calibration_setup import cut_of
from copark.calibration.calibrations import kept_posterior
from copark.calibration.case_parameters import shipped_calibration
from copark.calibration.replay_posterior import FORECAST, ReplayPosterior
from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.stats.quantiles import quantiles

LEVELS = (0.05, 0.5, 0.95)
MEDIAN = 0.2
"""Shift of a median that is promised at most, as a share of the interval."""
WIDTH = 0.15
"""Difference of widths that is promised at most."""
HEAD = (
    "park", "values", "quick, s", "full, s", f"medians within {MEDIAN:.0%}", "farthest", f"widths within {WIDTH:.0%}",
    "width", "forecasts", "R̂ quick / full",
)  # fmt: skip
FEWEST = CalibrationSettings(runs=1 << 11, members=16, sweeps=1, last_sweeps=1, populations=1)
SMALLEST = (FEWEST, replace(FEWEST, seed=2))
"""Of the smallest form: two calibrations that say nothing."""
RESULT = Path(__file__).with_name("CALIBRATION.md")


@dataclass(frozen=True)
class Cost:
    """Processor and wall seconds; none where a calibration was there."""

    processor: float
    wall: float


@dataclass(frozen=True)
class Row:
    """One park: how far the quick calibration is from the full one.

    Parameters
    ----------
    quick, full
        Seconds of each.
    near, apart
        Medians within a fifth of the interval, and how far the farthest is (parameter, share).
    alike, typical
        Intervals whose width differs by at most 15 %, and the median ratio of widths.
    forecasts
        Largest shift of a forecast's median, as a share of its interval.
    reduction
        Largest scale reduction of quick and full.
    """

    park: str
    values: int
    quick: Cost | None
    full: Cost | None
    axes: int
    near: int
    apart: tuple[str, float]
    alike: int
    typical: float
    forecasts: float
    reduction: tuple[float, float]


def levels_of(replay: ReplayPosterior) -> dict[str, np.ndarray]:
    """5, 50 and 95 % of every parameter, and of forecasts."""
    table = replay.space.table(replay.points)
    ahead = np.expm1(replay.forecasts())
    told = {**table, **{f"forecast {name}": ahead[:, n] for n, name in enumerate(FORECAST)}}
    return {name: quantiles(values, LEVELS) for name, values in told.items()}


def compare(
    park: str,
    cut: str | None,
    out: Path,
    threads: int,
    *,
    shipped: bool,
    both: tuple[CalibrationSettings, CalibrationSettings] = (QUICK, FULL),
) -> Row:
    """Make or find both calibrations of a park, and compare them."""
    case = load_case(park)
    until: Quarter = cut_of(case, cut)
    made, costs = [], []
    for settings in both:
        found = shipped_calibration(case, until) if shipped and settings is both[1] else None
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        found = found or kept_posterior(CalibrationTask(case, until, settings, threads=threads, out=out))
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        costs.append(None if found.tally is None else Cost(spent, time.monotonic() - began))
        made.append(found)
    quick, full = (levels_of(one.stored.replay) for one in made)
    shift = {name: abs(quick[name][1] - one[1]) / max(one[2] - one[0], 1e-300) for name, one in full.items()}
    ratio = {name: (quick[name][2] - quick[name][0]) / max(one[2] - one[0], 1e-300) for name, one in full.items()}
    axes = [name for name in full if not name.startswith("forecast ")]
    worst = max(axes, key=lambda name: shift[name])
    return Row(
        case.name, len(made[0].stored.replay.model.targets), costs[0], costs[1], len(axes),
        int(sum(shift[name] <= MEDIAN for name in axes)), (worst, float(shift[worst])),
        int(sum(abs(ratio[name] - 1.0) <= WIDTH for name in axes)), float(np.median([ratio[name] for name in axes])),
        max(float(shift[name]) for name in full if name not in axes),
        (made[0].trust.scale_reduction, made[1].trust.scale_reduction),
    )  # fmt: skip


def line(row: Row) -> str:
    """A park as a line of the table."""

    def seconds(cost: Cost | None) -> str:
        return "kept" if cost is None else f"{cost.processor:,.0f} / {cost.wall:,.0f}"

    cells = (
        row.park, row.values, seconds(row.quick), seconds(row.full), f"{row.near} of {row.axes}",
        f"{row.apart[1]:.2f} ({row.apart[0]})", f"{row.alike} of {row.axes}", f"{row.typical:.2f}",
        f"{row.forecasts:.2f}",
        f"{row.reduction[0]:.2f} / {row.reduction[1]:.2f}",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Compare parks; parks that were compared before, with the same --out, stay in the table."""
    parser = parser_of("bench.calibration", __doc__)
    parser.add_argument("parks", nargs="*", default=["great-stone"])
    parser.add_argument("--cut")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where calibrations are kept; out by default")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--write", action="store_true", help="write bench/CALIBRATION.md, with rows compared before")
    asked = parser.parse_args()
    if asked.smoke:
        with tempfile.TemporaryDirectory() as place:
            print(line(compare("great-stone", "2020Q4", Path(place), asked.threads, shipped=False, both=SMALLEST)))
        return
    kept = asked.out / "calibration.json"
    rows = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for park in asked.parks:
        row = compare(park, asked.cut, asked.out, asked.threads, shipped=asked.shipped)
        rows[row.park] = {"line": line(row), **asdict(row)}
        print(line(row))
    asked.out.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if asked.write:
        RESULT.write_text(page([str(row["line"]) for row in rows.values()]), encoding="utf-8")


def page(rows: list[str]) -> str:
    """The document: what is compared, and a row for each park."""
    about = (__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`").replace("\n", " ")
    lines = ["# Quick and full calibrations", "", f"Written by `python -m bench.calibration`; do not edit. {about}", ""]
    lines += [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *rows, ""]
    lines += ["Seconds: processor / wall.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
