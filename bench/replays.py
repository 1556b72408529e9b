"""`python -m bench.replays`: do the intervals of replays hold what the maker of a simulated park hid; `--write`.

Simulation-based calibration (Talts et al. 2018) of the posterior that answers use. Of each park of the list simulated
parks are drawn from its prior: parameters, a past by chance, and reports on the days of its own record and two and five
years later, with errors of observation and with what the model leaves out. Kept are those whose last reports of sizes
lie within a factor of three of the record: intervals of a right posterior hold as often among these as among all, and
they are the ones that tell whether it is right where it is used. Each is calibrated as a user's park is (a quick
search), knowing its reports to the cut and nothing else, and the place of each hidden value among the replays noted.

Parameters are told apart by whether reports of such parks inform them: those whose middle half is on average narrower
than the prior's by at least a tenth. The others equal their prior, and are right by construction. Simulated parks are
kept in ``--out`` and not made again. ``--write`` writes ``bench/REPLAYS.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from bench.arguments import parser_of
from copark.arrays import Floats
from copark.calibration.annealing import replay_posterior
from copark.calibration.calibrate import QUICK, CalibrationSettings, CalibrationTask
from copark.calibration.calibration_setup import case_for, cut_of
from copark.calibration.diagnostics import TRIAL
from copark.calibration.observations import OFFSET, ObservationModel, Target, noise
from copark.calibration.prior import Batch, Recipe, make_batch
from copark.calibration.replay_posterior import REPORTED_SEED, ReplayPosterior, project
from copark.cases import load_case
from copark.simulation.ensemble import default_threads, runs_of
from copark.simulation.run import inputs_of
from copark.simulation.trust import CONVERGED

PARKS = ("thilawa", "lekki", "saysettha")
"""Parks whose prior and days of reporting are used: many values, few values, and signed and operating pairs."""
TRIED = 16
"""Simulated parks for each."""
AHEAD = {"2 years later": 8, "5 years later": 20}
"""Quarters after the last report of a series at which a hidden later report is forecast."""
FACTOR = 3.0
"""Last reports of simulated parks lie within this factor of the record."""
INFORMED = 0.1
"""Mean narrowing of the middle half from which a parameter counts as informed."""
TRUTHS = 1 << 15
"""Prior runs among which simulated parks are looked for."""
TRUTHS_SEED = 1009
"""Seed of these runs, other than that of the calibrations."""
REPORTS_SEED = 0x5BC
FEWEST = CalibrationSettings(runs=1 << 11, members=16, sweeps=1, last_sweeps=1, populations=2, discrepancy=1.0)
RESULT = Path(__file__).with_name("REPLAYS.md")
HEAD_OF_TRIAL = """
# Written by `python -m bench.replays --write`; do not edit. Shares of hidden values of informed parameters that
# 90% intervals of replays held in simulated parks, by the casebook's park they resemble (bench/REPLAYS.md).
""".lstrip()


@dataclass(frozen=True)
class Hidden:
    """A simulated park, and where the hidden values lie in its calibration."""

    park: str
    run: int
    """Number of the prior run that plays the park."""
    reduction: float
    """Largest rank-normalised scale reduction of the search."""
    parameters: dict[str, float]
    """Share of replays below the hidden value of each parameter."""
    narrowing: dict[str, float]
    """How much narrower the middle half of each parameter is than the prior's, 1 - after / before."""
    forecasts: dict[str, dict[str, float]]
    """Share of forecasts below the hidden later report, by time ahead and variable."""


def later_targets(targets: Sequence[Target], quarters: int) -> list[Target]:
    """Give the last exact report of each size again, some quarters later."""
    last: dict[str, Target] = {}
    model = ObservationModel(tuple(targets), 1.0)
    for n in np.flatnonzero(model.in_logs):
        target = targets[n]
        if (
            target.bound == "exact"
            and not target.is_sum
            and target.last >= getattr(last.get(target.variable), "last", -1)
        ):
            last[target.variable] = target
    return [
        replace(target, date=f"+{quarters}", quarters=tuple(quarter + quarters for quarter in target.quarters))
        for target in last.values()
    ]


def as_reported(target: Target, value: float, *, is_size: bool) -> Target:
    """Give a target that has another value: a bound or a range where the wording holds, else the number.

    Parameters
    ----------
    target
        The target of the record.
    value
        Value reported instead.
    is_size
        Whether its error is relative: it then changes with the value.
    """
    holds = (target.bound == "at-least" and value >= target.value) or (
        target.bound == "at-most" and value <= target.value
    )
    if target.high is not None:
        holds = target.value <= value <= target.high
    if holds and (target.high is not None or target.bound in ("at-least", "at-most")):
        return target
    error = target.error * (value + OFFSET) / (target.reported + OFFSET) if is_size else target.error
    return replace(target, bound="exact", value=value, high=None, error=error)


def simulated_reports(recipe: Recipe, later: Sequence[Target], threads: int) -> tuple[Floats, Floats]:
    """Run the prior with another seed, and let the runs report: points, and reports of the record's days and later.

    Returns
    -------
    Points of the cube, shape (runs, axes); reports, shape (runs, targets and later ones), not hidden by wordings.
    """
    case = recipe.case
    both = ObservationModel((*recipe.model.targets, *later), recipe.model.discrepancy)
    space = recipe.space
    points = space.sobol(0, recipe.runs, recipe.seed)
    draws = space.draws(points, recipe.seed)
    runs = runs_of(inputs_of(case, None, both.quarters), draws, both.variables, threads=threads)
    counterparts = runs.of_finished(both.counterparts(runs.out, runs.names))
    errors = noise(REPORTS_SEED, 0, len(counterparts), len(both.targets)) @ both.root().T
    return points, both.uncompared(both.compared(counterparts) + errors)


def like_the_record(model: ObservationModel, reports: Floats) -> np.ndarray:
    """Say which runs report sizes like the record's at the last report of each series; shape (runs,)."""
    last = {model.targets[n].variable: n for n in np.flatnonzero(model.in_logs)}
    chosen = list(last.values())
    ratio = (reports[:, chosen] + OFFSET) / (model.recorded[chosen] + OFFSET)
    with np.errstate(invalid="ignore"):
        return (np.isfinite(reports).all(axis=1)) & ((ratio < FACTOR) & (ratio > 1.0 / FACTOR)).all(axis=1)


def hidden_parks(
    park: str, settings: CalibrationSettings, count: int, truths: int, threads: int, out: Path | None
) -> Iterator[Hidden]:
    """Simulate parks like one of the casebook, calibrate each, and give the places of what was hidden."""
    case = load_case(park)
    cut = cut_of(case, None)
    read = case_for(case, cut)
    recipe = CalibrationTask(read, cut, settings, is_read=True).recipe
    later = {name: later_targets(recipe.model.targets, quarters) for name, quarters in AHEAD.items()}
    together = [target for some in later.values() for target in some]
    simulated = replace(recipe, runs=truths, seed=TRUTHS_SEED)
    points, reports = simulated_reports(simulated, together, threads)
    own = reports[:, : len(recipe.model.targets)]
    alike = np.flatnonzero(like_the_record(recipe.model, own))[:count]
    batch = None
    for run in alike.tolist():
        kept = None if out is None else out / f"{park}-{run}.json"
        if kept is not None and kept.is_file():
            yield Hidden(**json.loads(kept.read_text(encoding="utf-8")))
            continue
        batch = batch or make_batch(recipe, threads=threads)
        found = hidden(batch, park, run, points[run], reports[run], later, settings, threads)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(asdict(found)), encoding="utf-8")
        yield found


def hidden(
    batch: Batch,
    park: str,
    run: int,
    truth: Floats,
    reports: Floats,
    later: dict[str, list[Target]],
    settings: CalibrationSettings,
    threads: int,
) -> Hidden:
    """Calibrate one simulated park by its reports, and give the places of what was hidden."""
    recipe = batch.recipe
    known = len(recipe.model.targets)
    told = zip(recipe.model.targets, reports, recipe.model.in_logs, strict=False)
    targets = tuple(as_reported(target, float(value), is_size=bool(size)) for target, value, size in told)
    model = ObservationModel(targets, recipe.model.discrepancy)
    replay = replay_posterior(
        replace(batch, recipe=replace(recipe, model=model)),
        model,
        np.arange(known),
        recipe.cut,
        plan=settings.plan(),
        populations=settings.populations,
        agree=settings.agree,
        seed=settings.seed,
        threads=threads,
    )
    below = (replay.points < truth).mean(axis=0)
    quartiles = np.quantile(replay.points, (0.25, 0.75), axis=0)
    narrowing = 1.0 - (quartiles[1] - quartiles[0]) / 0.5
    places: dict[str, dict[str, float]] = {}
    position = known
    for ahead, some in later.items():
        places[ahead] = forecast_places(replay, some, reports[position : position + len(some)], threads)
        position += len(some)
    names = batch.space.names
    return Hidden(
        park,
        run,
        float(np.max(replay.disagreement())),
        dict(zip(names, below.tolist(), strict=True)),
        dict(zip(names, narrowing.tolist(), strict=True)),
        places,
    )


def forecast_places(replay: ReplayPosterior, later: Sequence[Target], values: Floats, threads: int) -> dict[str, float]:
    """Give the share of forecasts, errors included, that lie below each hidden later report."""
    if not later:
        return {}
    at_size = [as_reported(target, float(value), is_size=True) for target, value in zip(later, values, strict=True)]
    model = ObservationModel(tuple(at_size), 0.0)
    end = replay.space.case.clock.start + max(target.last for target in later)
    runs = project(replay, end, model.variables, threads=threads)
    counterparts = runs.counterparts(model)
    free = noise(REPORTED_SEED, 0, len(counterparts), len(later))
    relative = model.errors / (values + OFFSET)
    forecasts = (counterparts + OFFSET) * np.exp(relative * free) - OFFSET
    return {target.variable: float((forecasts[:, n] < values[n]).mean()) for n, target in enumerate(later)}


def held(places: Sequence[float], level: float) -> float:
    """Give the share of hidden values inside the central interval of a probability."""
    edge = (1.0 - level) / 2.0
    inside = [edge < place < 1.0 - edge for place in places]
    return float(np.mean(inside))


def informed(found: Sequence[Hidden]) -> list[str]:
    """Name the parameters that reports of such parks inform on average."""
    names = found[0].narrowing
    return [name for name in names if np.mean([one.narrowing[name] for one in found]) >= INFORMED]


def error_over_parks(parks: Sequence[Sequence[float]], level: float) -> float:
    """Give the standard error of a share held, simulated parks drawn and the values of one not independent."""
    means = [held(places, level) for places in parks if places]
    return float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else float("nan")


def line(park: str, what: str, count: int, parks: Sequence[Sequence[float]]) -> str:
    """Write one line of the table."""
    every = [place for places in parks for place in places]
    if not every:
        return ""
    shares = [f"{held(every, level):.1%} (± {error_over_parks(parks, level):.1%})" for level in (0.9, 0.5)]
    below = float(np.mean(every))
    return f"| {park} | {what} | {count} | {len(every)} | {shares[0]} | {shares[1]} | {below:.2f} |"


def tables(found: Sequence[Hidden]) -> str:
    """Write the tables."""
    head = "| like | hidden | kinds | values | 90% interval holds | 50% interval holds | mean place |"
    lines = [head, "|---|---|---:|---:|---:|---:|---:|"]
    for park in dict.fromkeys(one.park for one in found):
        own = [one for one in found if one.park == park]
        names = informed(own)
        lines.append(
            line(park, "informed parameters", len(names), [[one.parameters[name] for name in names] for one in own])
        )
        every = list(own[0].parameters)
        lines.append(line(park, "all parameters", len(every), [list(one.parameters.values()) for one in own]))
        for ahead in own[0].forecasts:
            kinds = len(own[0].forecasts[ahead])
            lines.append(line(park, f"reports {ahead}", kinds, [list(one.forecasts[ahead].values()) for one in own]))
    reductions = np.array([one.reduction for one in found])
    above = int((reductions > CONVERGED).sum())
    lines.append("")
    lines.append(
        f"{len(found)} simulated parks. Largest R̂ of their searches: median {np.median(reductions):.2f}, "
        f"highest {reductions.max():.2f}; above {CONVERGED} in {above}. Errors are standard errors over "
        "simulated parks. The mean place is 0.5 where hidden values lie in the middle, and less where they lie low."
    )
    return "\n".join(lines) + "\n"


def trial_of(found: Sequence[Hidden]) -> dict[str, object]:
    """Give what every calibration says of the trial: how many parks, and shares held of informed parameters."""
    shares = {}
    for park in dict.fromkeys(one.park for one in found):
        own = [one for one in found if one.park == park]
        names = informed(own)
        places = [one.parameters[name] for one in own for name in names]
        shares[park] = round(held(places, 0.9), 4)
    return {"simulated_parks": len(found), "informed_held": shares}


def main() -> None:
    """Try all parks of the list, or those asked for."""
    parser = parser_of("bench.replays", __doc__)
    parser.add_argument("parks", nargs="*", help="parks of the casebook; three by default")
    parser.add_argument("--tried", type=int, default=TRIED, help="simulated parks for each")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    parser.add_argument("--out", type=Path, default=Path("out") / "replays")
    asked = parser.parse_args()
    found: list[Hidden] = []
    for park in ("lekki",) if asked.smoke else asked.parks or PARKS:
        if asked.smoke:
            made = hidden_parks(park, FEWEST, 1, 1 << 11, asked.threads, None)
        else:
            made = hidden_parks(park, QUICK, asked.tried, TRUTHS, asked.threads, asked.out)
        for one in made:
            print(f"{park} {one.run}: R̂ {one.reduction:.2f}", flush=True)
            found.append(one)
    words = tables(found)
    print(words)
    if asked.write and not asked.smoke:
        head = f"# Replays of simulated parks\n\n{__doc__.partition(chr(10))[2].strip()}\n\n"
        RESULT.write_text(head + words, encoding="utf-8")
        TRIAL.write_text(HEAD_OF_TRIAL + yaml.safe_dump(trial_of(found), sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
