"""Forecasts that are stacks: the model and benchmark curves put together, by weights that other parks teach.

*Trials*: every method forecasts every park of the panel, in three settings. *Unseen*: nothing of the park is known but
its case. *Near*: values of at most three years after an origin, from all that was known by then; *far*: those reported
later than that. From an origin the model is the park's own calibration to that day, as it is in a forecast. See
:mod:`copark.calibration.pool.forecasts`; nothing after 2024 is read.

*Weights*: a stack is the linear pool, a mixture of distributions (Stone, Annals of Mathematical Statistics 32, 1961).
Weights are those with the least score, averaged over resamples of the parks, each park counting once, and a quarter of
the way to equal ones, since few parks teach little more (decision 0062); the score is the CRPS of ln(1 + count), in
which large parks count as small ones do. Each observable that enough parks tell has weights of its own. A method that
cannot forecast a value gives its weight to the others. A stack is scored on parks that had no say in its weights.

*Forecasts* of one park are put together of its model, the growth curve of the other parks bent to the park's own past,
and a damped trend through its own last values, where it has enough of them. Of other parks, too, only what was known
by the cut has a say. Counts of enterprises and jobs are stacked; of anything else nothing was learned.

Trials, weights and scores ship. ``python docs/build_posteriors.py stack`` makes them again, ``origins`` those from
origins alone; ``copark stack --check`` compares without writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from copark.arrays import Floats
from copark.calibration.draw_sources import SHIPPED, arrays_in
from copark.calibration.forecast import LEVELS, rounded
from copark.calibration.pool.abc_regression import ORIGINS, YEARS, Window, pasts, windows
from copark.calibration.pool.benchmarks import Past, fit_growth, held_up, trend
from copark.calibration.pool.forecasts import (
    GROWTH,
    METHODS,
    MODEL,
    TREND,
    Contest,
    Forecast,
    OriginCalibrations,
    PanelScore,
    Race,
    contest,
    curves_from_origin,
    from_origin,
    unseen,
    unseen_curves,
    winners,
)
from copark.calibration.pool.panel import Panel, PanelSettings, PanelTask, step
from copark.calibration.pool.parks import COUNTS, PanelPark, last_day
from copark.calibration.pool.records import YOUNGEST, offered_after
from copark.calibration.pool.selection import Selection, mixed_with_nothing, select
from copark.calibration.rolling_origin import KnownRecord
from copark.cases.case import Case
from copark.cases.casebook import COUNTS as ACCOUNTS
from copark.cases.casebook import DATES, casebook_path
from copark.cases.park_counts import LAST
from copark.cases.quarters import Quarter
from copark.identity import hash_content, hash_files, identity_of
from copark.json_types import JsonObject
from copark.progress import Progress
from copark.stats.quantiles import weighted_quantiles
from copark.stats.scores import crps
from copark.version import CALIBRATION_VERSION, MODEL_VERSION, PANEL_VERSION, STACK_VERSION

LINE = "line"
STACK = "stack"
BEGUN = "begun"
"""The stack of a park that comes about, beside the one mixed with the chance that it does not."""
WHOLE, PART = "registered", "operating"
"""Counts of which the second is a part of the first."""
STACKED = (MODEL, GROWTH, TREND)
"""Methods that are stacked; persistence, a straight line and the logistic curve made the stack no better."""
RECENT = 2013
"""Year of the first origin: before it there were three parks."""
UNSEEN = "unseen"
NEAR = "near"
FAR = "far"
SETTINGS = (UNSEEN, NEAR, FAR)
EVER = LAST.year - ORIGINS[0] + 1
"""Years from the first origin to the end of all values."""
NEAR_YEARS = 3.0
"""Years ahead up to which weights of near values hold; from there to ``FAR_YEARS`` they change evenly."""
FAR_YEARS = 6.0
"""Years ahead from which on weights of far values hold."""
DAYS = 365.25
STEPS = 10
"""Weights are tried in tenths."""
EQUAL = 0.25
"""How far weights are drawn to equal ones."""
SEED = 1
RESAMPLES = 400
DRAWS = 4000
"""Resamples of parks for intervals of differences."""
ENDS = (0.025, 0.975)
SINGLE = (GROWTH, "persistence", "line", "logistic", TREND)
"""Single curves, of which the best is what the stack has to reach."""
FEWEST = 8
"""An observable that fewer parks tell takes the weights learned over all."""
FILE = "stack.json"
TRIALS = "trials.npz"
WORDS = ("park", "setting", "variable")
CLOSE = 1e-3
"""Largest difference of ln(1 + count) that another processor may cause: trials are stored in single precision."""
BAND = (0.05, 0.95)
FEW_NEEDED = (STACK, MODEL, GROWTH, "persistence")
COMPARED = {UNSEEN: (FEW_NEEDED[:3],), **dict.fromkeys((NEAR, FAR), (FEW_NEEDED, (STACK, *METHODS)))}
"""Methods that are compared on the same values, by setting: those that need little, then all."""
Weights = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By setting, observable (an empty word is all of them) and method."""


@dataclass(frozen=True)
class ForecastTrial:
    """A value of a park, and what every method had said of it: levels of a frozen forecast, not below 0."""

    park: str
    setting: str
    variable: str
    ahead: float
    """Years from the origin to the value's day; of an unseen park from its own first day."""
    value: float
    levels: Mapping[str, Floats]
    origin: int = 0
    """Year of the origin; 0 for an unseen park."""


def trials_of(
    panel: Panel,
    *,
    calibrations: OriginCalibrations | None = None,
    progress: Progress | None = None,
) -> tuple[ForecastTrial, ...]:
    """Let every method forecast every park; each step is kept in the folder of the panel and found again.

    Parameters
    ----------
    panel
        The panel.
    calibrations
        Where parks are calibrated to origins, by default quickly.
    progress
        Called with steps done and steps in all.
    """
    race = Race(panel)
    own = calibrations or OriginCalibrations(threads=panel.task.threads)
    steps: dict[str, Callable[[], list[Any]]] = {}

    def made(task: _Task) -> list[Any]:
        if task.window is None:
            return _told(task, unseen(race, task.park))
        return _told_from_origin(task, task.window, panel.parks, own)

    for task in _tasks(panel.parks):
        steps[task.step] = partial(made, task)
    return tuple(_trial(row) for row in race.in_steps(steps, progress))


@dataclass(frozen=True)
class _Task:
    """Forecasts of one park in one setting, from one origin where it has one."""

    park: PanelPark
    setting: str
    window: Window | None = None

    @property
    def step(self) -> str:
        """Name of the step that is kept."""
        year = "" if self.window is None else f"-{self.window.year}"
        return f"stack-{STACK_VERSION}-{self.setting}-{self.park.name}{year}"

    @property
    def origin(self) -> int:
        """Year of the origin; 0 without one."""
        return 0 if self.window is None else self.window.year

    @property
    def ahead(self) -> Floats:
        """Years from the origin to each target, shape (targets,); of an unseen park its age."""
        if self.window is None:
            return self.park.ages
        day = self.window.day
        return np.array([(last_day(target) - day) / DAYS for target in self.park.model.targets])

    def curves(self, parks: Sequence[PanelPark]) -> Iterator[Forecast]:
        """Forecast by the methods that know no mechanism, which takes no run."""
        if self.window is None:
            return unseen_curves(parks, self.park)
        return curves_from_origin(parks, self.window)


def _tasks(parks: Sequence[PanelPark]) -> Iterator[_Task]:
    """List the tasks in the order of their trials."""
    for park in parks:
        if any(park.scored(name) for name in COUNTS):
            yield _Task(park, UNSEEN)
        for setting, after, until in ((NEAR, 0, YEARS), (FAR, YEARS, EVER)):
            for window in windows(park, after, until):
                if window.year >= RECENT:
                    yield _Task(park, setting, window)


def remade(
    trials: Sequence[ForecastTrial],
    parks: Sequence[PanelPark],
    calibrations: OriginCalibrations | None = None,
    *,
    folder: Path | None = None,
) -> tuple[ForecastTrial, ...]:
    """Make the curves of trials anew, and with calibrations the model's forecasts from origins; the rest stays.

    Curves take a minute, calibrations a quarter of an hour, the model's forecasts of unseen parks hours.

    Parameters
    ----------
    trials
        Trials whose model is current.
    parks
        The parks they are of.
    calibrations
        Where parks are calibrated to origins; by default their forecasts stay as they are.
    folder
        Folder in which forecasts from origins are kept and found again; without one none is.

    Raises
    ------
    ValueError
        If the trials lack a value that these parks have.
    """
    models = {
        (trial.park, trial.setting, trial.variable, round(trial.ahead, 3), trial.value): trial.levels[MODEL]
        for trial in trials
    }
    hashes = [hash_content(park.content) for park in parks]
    identity = identity_of({"calibration": CALIBRATION_VERSION, "model": MODEL_VERSION, "parks": hashes})
    remade_trials = []
    for task in _tasks(parks):
        if task.window is not None and calibrations is not None:
            make = partial(_told_from_origin, task, task.window, parks, calibrations)
            rows = step(folder, identity, task.step, make)
        else:
            rows = _told(task, task.curves(parks), dict(_models(task, models)))
        remade_trials += [_trial(row) for row in rows]
    return tuple(remade_trials)


def _told_from_origin(
    task: _Task, window: Window, parks: Sequence[PanelPark], calibrations: OriginCalibrations
) -> list[Any]:
    return _told(task, from_origin(parks, window, calibrations))


def _models(
    task: _Task, models: Mapping[tuple[str, str, str, float, float], Floats]
) -> Iterator[tuple[int, list[float]]]:
    """Find the model's forecasts of a task among those that are there, by position of the value."""
    positions = task.window.later if task.window is not None else [n for v in COUNTS for n in task.park.scored(v)]
    for position in positions:
        target = task.park.model.targets[position]
        key = (task.park.name, task.setting, target.variable, round(float(task.ahead[position]), 3), target.value)
        if key not in models:
            raise ValueError(f"no trial of {key}: make them by python docs/build_posteriors.py stack")
        yield position, models[key].tolist()


def _trial(row: Mapping[str, Any]) -> ForecastTrial:
    """Make a trial of its plain values, methods in their usual order."""
    levels = {name: np.array(row["levels"][name]) for name in METHODS if name in row["levels"]}
    return ForecastTrial(**{**row, "levels": levels})


def _told(
    task: _Task, method_forecasts: Iterable[Forecast], model: Mapping[int, list[float]] | None = None
) -> list[Any]:
    """Return the trials of a task as plain values, by target; levels of the model are taken as they are, if given."""
    park = task.park
    ahead = task.ahead
    rows: dict[int, dict[str, list[float]]] = {position: {MODEL: levels} for position, levels in (model or {}).items()}
    for method, position, members in method_forecasts:
        counts = np.maximum(members[np.isfinite(members)], 0.0)
        rows.setdefault(position, {})[method] = np.quantile(counts, LEVELS).tolist()
    targets = park.model.targets
    return [
        {
            "park": park.name,
            "setting": task.setting,
            "origin": task.origin,
            "variable": targets[position].variable,
            "ahead": float(ahead[position]),
            "value": targets[position].value,
            "levels": levels,
        }
        for position, levels in sorted(rows.items())
    ]


@dataclass(frozen=True)
class Stack:
    """Weights of a stack."""

    everyone: Weights
    """Learned from all parks: for a park that is not among them."""
    without: Mapping[str, Weights]
    """Learned from all parks but one, by that one."""
    recipe: Mapping[str, Any]
    """What they were learned from: parks and hashes, model, settings."""

    @property
    def identity(self) -> str:
        """Hash of the weights, and of the version and records of the curves that they weigh."""
        curves = {key: self.recipe.get(key) for key in ("curves", "records")}
        return identity_of({"way": "mixture", "everyone": self.everyone, "without": self.without, **curves})

    def of(self, park: str, setting: str, variable: str, ahead: float) -> dict[str, float]:
        """Weigh the methods for a forecast, so many years ahead, of a park in which it had no say.

        Parameters
        ----------
        park
            Name of the park.
        setting
            Near, far or unseen.
        variable
            Name of the count.
        ahead
            Years from the origin to the value's day.

        Returns
        -------
        Weights by method.
        """
        learned = {
            key: learned_weights.get(variable, learned_weights[""])
            for key, learned_weights in self.without.get(park, self.everyone).items()
        }
        if setting == UNSEEN:
            return dict(learned[UNSEEN])
        far_share = min(max((ahead - NEAR_YEARS) / (FAR_YEARS - NEAR_YEARS), 0.0), 1.0)
        return {
            name: (1.0 - far_share) * learned[NEAR].get(name, 0.0) + far_share * learned[FAR].get(name, 0.0)
            for name in STACKED
        }


def stacked(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> tuple[Floats, dict[str, float]]:
    """Put forecasts, levels by method, together: levels of the stack, and the weights as they came to be used.

    Weights of methods that are not there go to the others.
    """
    share = shares(np.array([[weights.get(name, 0.0) for name in parts]]), [True] * len(parts))[0]
    used = {name: float(weight) for name, weight in zip(parts, share, strict=True) if weight > 0.0}
    levels = np.stack([parts[name] for name in used])
    sample_weights = np.repeat(np.array(list(used.values())) / levels.shape[1], levels.shape[1])
    return weighted_quantiles(levels.ravel(), sample_weights, LEVELS), used


def simplex(count: int) -> Floats:
    """List all weights of so many forecasts in steps that sum to one, most on the first first, (weights, count)."""
    borders = combinations_with_replacement(range(STEPS + 1), count - 1)
    rows = [np.diff([0, *border, STEPS]) for border in borders]
    return np.array(rows, dtype=np.float64)[::-1] / STEPS


def losses(levels: Floats, value: float, grid: Floats) -> Floats:
    """Compute the CRPS of ln(1 + count) of the mixture for every row of weights, shape (rows,).

    Parameters
    ----------
    levels
        Levels by method, shape (methods, levels).
    value
        The count that was observed.
    grid
        Weights of methods, shape (rows, methods).
    """
    logs = np.log1p(levels)
    errors = np.abs(logs - float(np.log1p(max(value, 0.0)))).mean(axis=1)
    distances = np.abs(logs[:, None, :, None] - logs[None, :, None, :]).mean(axis=(2, 3))
    return grid @ errors - 0.5 * np.einsum("ri,ij,rj->r", grid, distances, grid)


def shares(grid: Floats, present: Sequence[bool]) -> Floats:
    """Share rows of weights among the methods that are present, alike where a row has none; shape (rows, present)."""
    columns = grid[:, np.array(present)]
    total = columns.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, columns / np.maximum(total, 1e-12), 1.0 / columns.shape[1])


def learn(trials: Sequence[ForecastTrial], recipe: Mapping[str, Any]) -> Stack:
    """Learn the weights of each setting, from all parks and from all but each."""
    parks = tuple(dict.fromkeys(trial.park for trial in trials))
    learned: dict[str, dict[str, dict[str, dict[str, float]]]] = {name: {} for name in ("", *parks)}
    for setting in SETTINGS:
        for variable in ("", *COUNTS):
            chosen_trials = [trial for trial in trials if trial.setting == setting and variable in ("", trial.variable)]
            if len({trial.park for trial in chosen_trials}) >= (FEWEST if variable else 1):
                for park, weights in _learned(chosen_trials, ("", *parks)).items():
                    learned[park].setdefault(setting, {})[variable] = weights
    return Stack(learned.pop(""), learned, recipe)


def _learned(trials: Sequence[ForecastTrial], without: Sequence[str]) -> dict[str, dict[str, float]]:
    """Learn weights, by the park that had no say in them."""
    names = tuple(name for name in STACKED if any(name in trial.levels for trial in trials))
    grid = simplex(len(names))
    scores: dict[str, list[Floats]] = {}
    for trial in trials:
        rows = shares(grid, [name in trial.levels for name in names])
        levels = np.stack([trial.levels[name] for name in names if name in trial.levels])
        scores.setdefault(trial.park, []).append(losses(levels, trial.value, rows))
    means = {park: np.mean(rows, axis=0) for park, rows in scores.items()}
    learned = {}
    for park in without:
        best_weights = bagged(np.array([row for name, row in means.items() if name != park]), grid)
        blended = np.round((1.0 - EQUAL) * best_weights + EQUAL / len(names), 3)
        learned[park] = {name: float(weight) for name, weight in zip(names, blended, strict=True) if weight > 0.0}
    return learned


def bagged(scores: Floats, grid: Floats) -> Floats:
    """Average, over resamples of the parks, the rows of weights with the best scores, (parks, rows), in each."""
    parks = len(scores)
    counts = np.random.default_rng(SEED).multinomial(parks, np.full(parks, 1.0 / parks), size=RESAMPLES)
    return grid[np.argmin(counts @ scores, axis=1)].mean(axis=0)


@dataclass(frozen=True)
class ParkScore:
    """A park's mean score in a setting: CRPS of ln(1 + count)."""

    park: str
    """Name of the park's case."""
    setting: str
    """unseen, near or far."""
    stack: float
    """Score of the stack."""
    model: float
    """Score of the model."""
    growth: float
    """Score of the pooled growth curve."""

    @property
    def not_worse(self) -> bool:
        """Return whether the stack's score is not above the growth curve's."""
        return self.stack <= self.growth


@dataclass(frozen=True)
class AgainstBest:
    """The stack beside the best single curve of a setting, on some of its values."""

    setting: str
    """unseen, near or far."""
    origin: int
    """Year of the origin; 0 for all of them, or for a park never seen."""
    variable: str
    """Name of the count; empty for all."""
    curve: str
    """The single curve with the least score in the setting; the growth curve stands in where it can say nothing."""
    parks: int
    """Parks with such values."""
    values: int
    """Dated counts that both forecast."""
    stack: float
    """CRPS of ln(1 + count) of the stack, the mean over parks of the park's mean."""
    model: float
    """That of the model."""
    best: float
    """That of the curve."""
    low: float
    """2.5 % quantile of the difference, stack less curve, over resamples of the parks."""
    high: float
    """97.5 % quantile."""
    not_worse: int
    """Parks in which the stack is not worse."""

    @property
    def difference(self) -> float:
        """Score of the stack less that of the curve; below 0 the stack is better."""
        return self.stack - self.best


@dataclass(frozen=True)
class StackComparison:
    """Comparisons of a stack with the model and the curves."""

    contests: tuple[Contest, ...]
    """For each setting and set of methods: over all counts first, then by observable."""
    parks: tuple[ParkScore, ...]
    """Every park in every setting it has values in."""
    against_best: tuple[AgainstBest, ...] = ()
    """The stack beside the best single curve: by setting over all values, by indicator, by origin."""

    def best(self, setting: str) -> AgainstBest:
        """Return the comparison with the best single curve over all values of a setting."""
        return next(row for row in self.against_best if (row.setting, row.origin, row.variable) == (setting, 0, ""))

    def by_origin(self) -> tuple[AgainstBest, ...]:
        """Return the comparisons by origin."""
        return tuple(row for row in self.against_best if row.origin)

    def main(self, setting: str) -> Contest:
        """Return the comparison over all counts, with the methods that need little."""
        return next(entry for entry in self.contests if entry.scheme == setting and not entry.variable)

    def of(self, setting: str) -> tuple[ParkScore, ...]:
        """Return the parks of a setting."""
        return tuple(park for park in self.parks if park.setting == setting)


def scored(trials: Sequence[ForecastTrial], stack: Stack) -> Iterator[PanelScore]:
    """Score the stack and every method; a park that is scored had no say in its weights."""
    for position, trial in enumerate(trials):
        stack_levels, _ = stacked(trial.levels, stack.of(trial.park, trial.setting, trial.variable, trial.ahead))
        for method, levels in {STACK: stack_levels, **trial.levels}.items():
            low, high = np.interp(BAND, LEVELS, levels)
            log_crps = crps(np.log1p(levels), float(np.log1p(max(trial.value, 0.0))))
            yield PanelScore(
                trial.park,
                trial.setting,
                method,
                position,
                trial.variable,
                crps(levels, trial.value),
                log_crps,
                bool(low <= trial.value <= high),
            )


def judge(trials: Sequence[ForecastTrial], stack: Stack) -> StackComparison:
    """Compare the stack with the model and the curves."""
    scores = tuple(scored(trials, stack))
    contests = [
        contest(scores, setting, variable, methods)
        for setting in SETTINGS
        for methods in COMPARED[setting]
        for variable in ("", *COUNTS)
    ]
    curved = [score for score in scores if GROWTH in trials[score.at].levels]
    parks = tuple(
        ParkScore(park, setting, means[STACK], means[MODEL], means[GROWTH])
        for setting in SETTINGS
        for park, (_, means) in winners(curved, setting).items()
    )
    against = tuple(row for setting in SETTINGS for row in _against_best(trials, scores, setting))
    return StackComparison(tuple(entry for entry in contests if entry is not None), parks, against)


def _against_best(trials: Sequence[ForecastTrial], scores: Sequence[PanelScore], setting: str) -> Iterator[AgainstBest]:
    """Set the stack beside the best single curve of a setting: over all, by indicator, by origin.

    The curve is the one with the least mean over parks. It is chosen with these scores in view, which favours it.
    """
    by_value: dict[int, dict[str, float]] = {}
    for score in scores:
        if score.scheme == setting:
            by_value.setdefault(score.at, {})[score.method] = score.log_crps
    values = {position: row for position, row in by_value.items() if GROWTH in row}
    if not values:
        return
    singles = (GROWTH,) if setting == UNSEEN else SINGLE

    def over_parks(places: Sequence[int], method: str) -> dict[str, float]:
        by_park: dict[str, list[float]] = {}
        for position in places:
            by_park.setdefault(trials[position].park, []).append(values[position].get(method, values[position][GROWTH]))
        return {park: float(np.mean(rows)) for park, rows in by_park.items()}

    curve = min(singles, key=lambda method: np.mean(list(over_parks(tuple(values), method).values())))

    def told(places: Sequence[int], origin: int, variable: str) -> AgainstBest:
        by_method = {method: over_parks(places, method) for method in (STACK, MODEL, curve)}
        stack, model, best = (np.array(list(rows.values())) for rows in by_method.values())
        parks = len(stack)
        counts = np.random.default_rng(SEED).multinomial(parks, np.full(parks, 1.0 / parks), size=DRAWS)
        low, high = np.quantile(counts @ (stack - best) / parks, ENDS)
        return AgainstBest(
            setting,
            origin,
            variable,
            curve,
            parks,
            len(places),
            float(stack.mean()),
            float(model.mean()),
            float(best.mean()),
            float(low),
            float(high),
            int((stack <= best + 1e-12).sum()),
        )

    for variable in ("", *COUNTS):
        places = [position for position in values if variable in ("", trials[position].variable)]
        if places:
            yield told(places, 0, variable)
    for origin in sorted({trials[position].origin for position in values} - {0}):
        yield told([position for position in values if trials[position].origin == origin], origin, "")


@dataclass(frozen=True)
class ShippedStack:
    """A stack, how it did on parks that had no say in its weights, and what the selection of cases does."""

    stack: Stack
    judged: StackComparison
    selection: Selection | None = None
    """None where it was not asked for."""


def made_of(
    trials: Sequence[ForecastTrial], recipe: Mapping[str, Any], parks: Sequence[PanelPark] = ()
) -> ShippedStack:
    """Learn a stack from trials and judge it; with its parks, tell the selection, too."""
    stack = learn(trials, recipe)
    return ShippedStack(stack, judge(trials, stack), select(parks) if parks else None)


def recorded() -> str:
    """Identify the counts and dates of parks beside the cases, which curves learn from."""
    folder = casebook_path()
    return hash_files([folder / name for name in (DATES, ACCOUNTS)], folder)


def recipe_of(parks: Sequence[PanelPark], settings: PanelSettings) -> JsonObject:
    """Return what trials depend on: parks and their hashes, model, settings of the panel, curves and their records."""
    whole = PanelTask(tuple(parks), settings).recipe
    made_of = {key: whole[key] for key in ("format", "parks", "model", "method", "settings")}
    return {**made_of, "calibration": CALIBRATION_VERSION, "curves": STACK_VERSION, "records": recorded()}


def save(
    trials: Sequence[ForecastTrial],
    recipe: Mapping[str, Any],
    folder: Path = SHIPPED,
    *,
    parks: Sequence[PanelPark] = (),
) -> None:
    """Write trials, and the stack that is learned from them as they are written.

    Parameters
    ----------
    trials
        Trials of all parks; quantiles are kept in single precision.
    recipe
        What they depend on, as of :func:`recipe_of`.
    folder
        Folder of both files; by default that of the package.
    parks
        Parks of the panel, for what their selection does.
    """
    nothing = np.full(len(LEVELS), np.nan)
    levels = np.array([[trial.levels.get(name, nothing) for name in METHODS] for trial in trials], dtype=np.float32)
    numbers = np.array([[trial.ahead, trial.value, trial.origin] for trial in trials])
    words: dict[str, Any] = {name: np.array([getattr(trial, name) for trial in trials]) for name in WORDS}
    np.savez_compressed(folder / TRIALS, levels=levels, numbers=numbers, **words)
    # From the file, not from memory: the stack must be what anybody gets who learns it from the rounded trials.
    content = TypeAdapter(ShippedStack).dump_json(made_of(load_trials(folder), recipe, parks), indent=1)
    (folder / FILE).write_bytes(content + b"\n")


def load_trials(folder: Path = SHIPPED) -> tuple[ForecastTrial, ...]:
    """Read trials."""
    arrays = arrays_in(folder / TRIALS)
    levels = arrays["levels"].astype(np.float64)
    words = (arrays[name].tolist() for name in WORDS)
    numbers = arrays["numbers"].tolist()
    return tuple(
        ForecastTrial(
            park,
            setting,
            variable,
            ahead,
            value,
            {name: row for name, row in zip(METHODS, rows, strict=True) if np.isfinite(row).all()},
            int(origin),
        )
        for park, setting, variable, (ahead, value, origin), rows in zip(*words, numbers, levels, strict=True)
    )


@cache
def shipped() -> ShippedStack:
    """Return the stack that ships with the package."""
    return TypeAdapter(ShippedStack).validate_json((SHIPPED / FILE).read_bytes())


def is_current(parks: Sequence[PanelPark]) -> bool:
    """Return whether the shipped stack was learned from these parks and this model."""
    recipe = shipped().stack.recipe
    hashes = {park.name: hash_content(park.content) for park in parks}
    current = {
        "model": MODEL_VERSION,
        "method": PANEL_VERSION,
        "calibration": CALIBRATION_VERSION,
        "curves": STACK_VERSION,
        "records": recorded(),
    }
    return recipe["parks"] == hashes and all(recipe.get(key) == value for key, value in current.items())


def largest_difference(first: Sequence[ForecastTrial], second: Sequence[ForecastTrial]) -> float:
    """Find the largest difference of ln(1 + count) between trials; infinite where they are not of the same values."""
    labels = [
        [(*(getattr(trial, name) for name in WORDS), tuple(trial.levels)) for trial in trials]
        for trials in (first, second)
    ]
    if labels[0] != labels[1]:
        return float("inf")
    return max(
        float(np.abs(np.log1p(trial.levels[name]) - np.log1p(other_trial.levels[name])).max())
        for trial, other_trial in zip(first, second, strict=True)
        for name in trial.levels
    )


@dataclass(frozen=True)
class StackedForecast:
    """An observable of a park at the ends of quarters."""

    levels: Mapping[str, Floats]
    """By method, the stack among them: quantiles at the levels of a frozen forecast, shape (quarters, levels)."""
    weights: Mapping[str, Floats]
    """By method that has weight in any quarter, shape (quarters,)."""


def stack_of(
    park: str, variable: str, parts: Mapping[str, Floats], setting: str, ahead: Sequence[float], stack: Stack
) -> StackedForecast:
    """Put forecasts of an observable, quantiles (quarters, levels) by method, together at years after the cut.

    Parameters
    ----------
    park
        Name of the park.
    variable
        Name of the count.
    parts
        Quantiles by method, shape (quarters, levels).
    setting
        Near, far or unseen.
    ahead
        Years after the cut, one for each quarter.
    stack
        Learned weights.
    """
    stacks = [
        stacked({name: levels[position] for name, levels in parts.items()}, stack.of(park, setting, variable, years))
        for position, years in enumerate(ahead)
    ]
    used_weights = {name: np.array([used.get(name, 0.0) for _, used in stacks]) for name in parts}
    rows = np.array([row for row, _ in stacks])
    return StackedForecast(
        {STACK: rows, **parts}, {name: weights for name, weights in used_weights.items() if weights.any()}
    )


def stacks_of(
    case: Case,
    cut: Quarter,
    model: Mapping[str, Floats],
    quarters: Sequence[int],
    parks: Sequence[PanelPark],
    stack: Stack,
) -> dict[str, StackedForecast]:
    """Stack the counts of a park with a history; one of which nothing is known is stacked as of an unseen park.

    Parameters
    ----------
    case
        The park.
    cut
        Last quarter that is known.
    model
        Quantiles of the model by observable, shape (quarters, levels).
    quarters
        Quarters forecast, counted from the case's start.
    parks
        The other parks.
    stack
        Learned weights.
    """
    forecasts_by_variable = {}
    ahead = [(case.clock.start + t - cut) / 4.0 for t in quarters]
    for variable in COUNTS:
        if variable in model:
            curves, has_past = curves_of(case, cut, variable, quarters, parks)
            setting = NEAR if has_past else UNSEEN
            forecasts_by_variable[variable] = stack_of(
                case.name, variable, {MODEL: model[variable], **curves}, setting, ahead, stack
            )
    record = KnownRecord(case, cut)
    counted = {name: len(record.history(name).values) for name in forecasts_by_variable}
    return coherent(forecasts_by_variable, counted)


def coherent(
    stacked_forecasts: Mapping[str, StackedForecast], counted: Mapping[str, int] | None = None
) -> dict[str, StackedForecast]:
    """Let no more enterprises operate than are registered, at every level of the stack.

    Each count is stacked by itself, from curves that know nothing of the other: a park with nineteen registered
    enterprises was given sixty-three in operation. The count of which fewer values are known gives way.

    Parameters
    ----------
    stacked_forecasts
        Forecasts by count.
    counted
        Own values known of each count; none where nothing is known of the park.

    Returns
    -------
    The same, with one of the two bounded by the other; methods that are stacked stay as they are.
    """
    bounded = dict(stacked_forecasts)
    if not {WHOLE, PART} <= bounded.keys():
        return bounded
    counts_known = counted or {}
    whole = bounded[WHOLE].levels[STACK]
    part = bounded[PART].levels[STACK]
    if counts_known.get(PART, 0) > counts_known.get(WHOLE, 0):
        name = WHOLE
        rows = np.maximum(whole, part)
    else:
        name = PART
        rows = np.minimum(part, whole)
    bounded[name] = replace(bounded[name], levels={**bounded[name].levels, STACK: rows})
    return bounded


def or_nothing(stacked_forecasts: Mapping[str, StackedForecast], chance: float) -> dict[str, StackedForecast]:
    """Mix stacks of a park without any enterprise with the chance that it comes to nothing, and keep them without.

    Parameters
    ----------
    stacked_forecasts
        Forecasts by count.
    chance
        The chance.

    Returns
    -------
    The same, with the stack mixed; the stack of a park that comes about stands beside it as a method of its own.
    """
    return {
        name: replace(
            entry,
            levels={
                **entry.levels,
                STACK: mixed_with_nothing(entry.levels[STACK], chance),
                BEGUN: entry.levels[STACK],
            },
        )
        for name, entry in stacked_forecasts.items()
    }


def curves_of(
    case: Case, cut: Quarter, variable: str, quarters: Sequence[int], parks: Sequence[PanelPark]
) -> tuple[dict[str, Floats], bool]:
    """Return benchmark curves of an observable as quantiles, (quarters, levels), and whether the park has a past.

    Parameters
    ----------
    case
        The park.
    cut
        Last quarter that is known.
    variable
        Name of the count.
    quarters
        Quarters forecast, counted from the case's start.
    parks
        The other parks.
    """
    history = KnownRecord(case, cut).history(variable)
    day = cut.last_day.toordinal()
    shift = offered_after(case, day)
    past = Past(np.maximum(history.times - shift, YOUNGEST), history.values)
    times = [(t + 1) / 4.0 for t in quarters]
    ages = [max(time - shift, YOUNGEST) for time in times]
    members: dict[str, list[Floats]] = {}
    curve = fit_growth(pasts(parks, case.name, variable, day))
    if curve is not None:
        members[GROWTH] = [held_up(variable, past, curve.ensemble(past, age)) for age in ages]
    own = Past(history.times, history.values)
    trends = [trend(own, time) for time in times]
    continued = [held_up(variable, own, ensemble) for ensemble in trends if ensemble is not None]
    if continued:
        members[TREND] = continued
    rows = {name: np.quantile(np.maximum(ensemble, 0.0), LEVELS, axis=1).T for name, ensemble in members.items()}
    return rows, bool(len(past.ages))


def with_stacks(
    content: Mapping[str, Any], stacked_forecasts: Mapping[str, StackedForecast], stack: Stack
) -> JsonObject:
    """Return a frozen forecast with the stack and the growth curve beside it; it is still the model's own.

    Parameters
    ----------
    content
        The frozen forecast, as plain values.
    stacked_forecasts
        Forecasts of the stack, by observable.
    stack
        Learned weights, whose identity the forecast names.
    """
    curve_rows = {
        name: {
            variable: [rounded(row) for row in forecast.levels[name][-len(content["quarters"]) :]]
            for variable, forecast in stacked_forecasts.items()
            if name in forecast.levels
        }
        for name in (STACK, BEGUN, GROWTH)
    }
    changed = {
        **{name: value for name, value in content.items() if name != "identity"},
        "made_from": {**content["made_from"], "stack": stack.identity},
        "curves": {**content["curves"], **{name: rows for name, rows in curve_rows.items() if rows}},
    }
    return {"identity": identity_of(changed), **changed}
