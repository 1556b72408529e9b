"""`python -m bench.origins`: later values forecast from the record before, by size of the discrepancy; `--write`.

Of each park of the list a quick calibration is made to one or more quarters in its past (origins), with all values
until then, and later values are forecast with multiples of what the model is taken to leave out
(``calibration/error_scales.yaml: lasting``), which is how its sizes were learned. Scores are CRPS of ln(value + 1/2);
every series of an origin counts once. Also told are the residuals of the calibrations at the last value of each
series, ln(record / run), of which the mean should be none. Forecasts are blind to what happened after the origin.
The straight line is a forecast of fewer values; the model's score on these stands above it.

Known of what comes later are the casebook's priors, set with all of it in view, and the way a park is read
(``flat_sizes``): sizes of the discrepancy hardly depend on either, scores may. Results of origins are kept in ``--out``
and not made again. ``--write`` writes ``bench/ORIGINS.md``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.arguments import parser_of
from copark.calibration.calibrate import QUICK, CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import case_for, cut_of
from copark.calibration.discrepancy import carried_on, tied
from copark.calibration.observations import OFFSET, STAND_INS, ObservationModel, Target, noise, targets
from copark.calibration.replay_posterior import REPORTED_SEED, ReplayPosterior, project
from copark.calibration.rolling_origin import KnownRecord, is_exact
from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.simulation.ensemble import default_threads
from copark.stats.scores import crps

ORIGINS: dict[str, tuple[str, ...]] = {
    "batamindo": ("2017Q4",),
    "cmqip": ("2017Q4", "2020Q4"),
    "eiz-ethiopia": ("2017Q4",),
    "great-stone": ("2018Q4", "2020Q4", "2022Q4"),
    "imip": ("2017Q4", "2020Q4"),
    "jinfei": ("2017Q4",),
    "lekki": ("2021Q4",),
    "longjiang": ("2017Q4",),
    "mckip": ("2019Q4",),
    "saysettha": ("2017Q4", "2019Q4", "2021Q4"),
    "sihanoukville": ("2017Q4", "2019Q4", "2021Q4"),
    "suzhou": ("1998Q4",),
    "teda-suez": ("2012Q4", "2015Q4", "2018Q4"),
    "thilawa": ("2017Q4", "2019Q4"),
    "tianjin-ecocity": ("2015Q4",),
    "vsip": ("2008Q4", "2015Q4"),
    "wsip": ("2008Q4",),
}
MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)
LINE = "line"
KINDS = {"companies": "enterprises", "persons": "jobs", "M USD": "money", "ha": "land"}
MEMBERS = 1000
FEWEST = CalibrationSettings(runs=1 << 11, members=16, sweeps=1, last_sweeps=1, populations=2, discrepancy=1.0)
RESULT = Path(__file__).with_name("ORIGINS.md")


@dataclass(frozen=True)
class Scored:
    """A later value of an origin, forecast in one way."""

    park: str
    origin: str
    variable: str
    kind: str
    years: float
    """Years from the origin to the value."""
    way: str
    """Multiple of the discrepancy, or the line."""
    crps: float
    held_90: bool
    held_50: bool
    bias: float
    """Logarithm of the value over the forecast's median."""

    @property
    def value(self) -> tuple[str, str, str, float]:
        """Name the value that is forecast."""
        return self.park, self.origin, self.variable, self.years


@dataclass(frozen=True)
class LastResidual:
    """Residual of a calibration at the last value of a series."""

    park: str
    origin: str
    variable: str
    residual: float
    """Logarithm of the record over the median of runs."""


def kind_of(target: Target) -> str | None:
    """Tell the kind of size a target is of; ``None`` of shares and the like."""
    return KINDS.get(target.unit.partition("/")[0])


def scored(way: str, members: np.ndarray, value: float, **what: object) -> Scored:
    """Score members of a forecast of a value."""
    finite = members[np.isfinite(members)]
    low, lower, median, upper, high = np.quantile(finite, (0.05, 0.25, 0.5, 0.75, 0.95))
    logs = np.log(np.maximum(finite, 0.0) + OFFSET)
    log_value = np.log(value + OFFSET)
    return Scored(
        way=way, crps=float(crps(logs, log_value)), held_90=bool(low <= value <= high),
        held_50=bool(lower <= value <= upper), bias=float(log_value - np.log(max(median, 0.0) + OFFSET)), **what,
    )  # fmt: skip


def forecast(park: str, origin: str, settings: CalibrationSettings) -> tuple[list[Scored], list[LastResidual]]:
    """Calibrate a park to an origin and forecast its later values in all ways."""
    case = load_case(park)
    cut = Quarter.parse(origin)
    read = case_for(case, cut_of(case, None))
    task = CalibrationTask(read, cut, settings, is_read=True, threads=default_threads())
    replay = calibrate(task).replay
    after = (target for target in targets(read, after=cut) if target.variable not in STAND_INS)
    later = tuple(
        target for target in after if is_exact(target) and target.value > 0.0 and kind_of(target) in KINDS.values()
    )
    reports = ObservationModel(later)
    end = read.clock.start + max(target.last for target in later)
    futures = max(MEMBERS // replay.pairs, 1)
    runs = project(replay, end, tied(reports.variables), blindly=True, futures=futures, carried=False)
    rows = np.repeat(np.arange(replay.pairs), futures)
    free = noise(REPORTED_SEED, 0, len(rows), len(later))
    whats = [
        {
            "park": park, "origin": origin, "variable": target.variable, "kind": kind_of(target),
            "years": (target.last - (cut - read.clock.start)) / 4.0,
        }
        for target in later
    ]  # fmt: skip
    found = []
    for multiple in MULTIPLES:
        wide = ObservationModel(replay.model.targets, multiple)
        carried = carried_on(wide, replay.counterparts, runs.names, runs.out, rows, replay.quarters)
        members = reports.counterparts(carried, runs.names) + reports.errors * free
        found += [scored(f"{multiple:g}", members[:, n], target.value, **whats[n]) for n, target in enumerate(later)]
    for n, members in KnownRecord(read, cut, ("fit",)).naive_ensembles(later).get(LINE, {}).items():
        found.append(scored(LINE, np.asarray(members), later[n].value, **whats[n]))
    return found, last_residuals(park, origin, replay)


def last_residuals(park: str, origin: str, replay: ReplayPosterior) -> list[LastResidual]:
    """Tell how far runs are from the last exact value of each series."""
    last: dict[str, tuple[int, float]] = {}
    for n, target in enumerate(replay.model.targets):
        if replay.model.in_logs[n] and is_exact(target) and target.last >= last.get(target.variable, (-1, 0.0))[0]:
            run = np.median(np.maximum(replay.counterparts[:, n], 0.0))
            last[target.variable] = target.last, float(np.log((target.value + OFFSET) / (run + OFFSET)))
    return [LastResidual(park, origin, variable, residual) for variable, (_, residual) in last.items()]


def averaged(rows: Iterable[Scored]) -> tuple[int, int, np.ndarray]:
    """Average scores, every series of an origin once: values, series, and means."""
    series = defaultdict(list)
    count = 0
    for row in rows:
        series[row.park, row.origin, row.variable].append((row.crps, row.held_90, row.held_50, row.bias))
        count += 1
    return count, len(series), np.array([np.mean(own, axis=0) for own in series.values()]).mean(axis=0)


def tables(rows: Sequence[Scored], residuals: Sequence[LastResidual]) -> str:
    """Write the tables."""
    lines = [
        "| kind | way | values | series | CRPS | 90% holds | 50% holds | mean ln(value / median) |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in (*KINDS.values(), "all"):
        of_kind = [row for row in rows if kind in (row.kind, "all")]
        by_line = {row.value for row in of_kind if row.way == LINE}
        ways = {
            f"{multiple:g} × size": [row for row in of_kind if row.way == f"{multiple:g}"] for multiple in MULTIPLES
        }
        ways["1 × size, where a line can be drawn"] = [row for row in ways["1 × size"] if row.value in by_line]
        ways["straight line"] = [row for row in of_kind if row.way == LINE]
        for name, chosen in ways.items():
            if chosen:
                count, series, (score, wide, narrow, bias) = averaged(chosen)
                lines.append(
                    f"| {kind} | {name} | {count} | {series} | {score:.3f} | {wide:.0%} | {narrow:.0%} | {bias:+.2f} |"
                )
    lines += ["", "| series | calibrations | mean ln(last record / run) | standard error |", "|---|---:|---:|---:|"]
    for variable in dict.fromkeys(row.variable for row in residuals):
        own = np.array([row.residual for row in residuals if row.variable == variable])
        if len(own) > 4:
            error = own.std(ddof=1) / np.sqrt(len(own))
            lines.append(f"| {variable} | {len(own)} | {own.mean():+.3f} | {error:.3f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Score all origins, or those of some parks."""
    parser = parser_of("bench.origins", __doc__)
    parser.add_argument("parks", nargs="*", help="parks of the list; all by default")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    parser.add_argument("--out", type=Path, default=Path("out") / "origins")
    asked = parser.parse_args()
    wanted = {"vsip": ("2015Q4",)} if asked.smoke else {park: ORIGINS[park] for park in asked.parks or ORIGINS}
    rows: list[Scored] = []
    residuals: list[LastResidual] = []
    for park, origins in wanted.items():
        for origin in origins:
            kept = asked.out / f"{park}-{origin}.json"
            if asked.smoke:
                own, last = forecast(park, origin, FEWEST)
            elif kept.is_file():
                told = json.loads(kept.read_text(encoding="utf-8"))
                own = [Scored(**row) for row in told["scores"]]
                last = [LastResidual(**row) for row in told["residuals"]]
            else:
                own, last = forecast(park, origin, QUICK)
                told = {"scores": [asdict(row) for row in own], "residuals": [asdict(row) for row in last]}
                asked.out.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(told), encoding="utf-8")
            print(f"{park} {origin}: {len(own)} scores", flush=True)
            rows += own
            residuals += last
    words = tables(rows, residuals)
    print(words)
    if asked.write and not asked.smoke:
        head = f"# Forecasts from rolling origins of the casebook\n\n{__doc__.partition(chr(10))[2].strip()}\n\n"
        RESULT.write_text(head + words, encoding="utf-8")


if __name__ == "__main__":
    main()
