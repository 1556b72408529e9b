"""Every method forecasts every park: one park left out, and from rolling origins.

*Left out*: nothing of the park is known but its case, read bare; of the other parks all values are. It tests
borrowing between parks, not foresight. *Rolling*: see :class:`copark.inference.pool.abc_regression.Window`; of the
other parks, too, only what was known by then. Methods: the model on the pooled prior of the other parks, the model on
the prior alone, the pooled growth curve of the other parks, and, where the park has a past, persistence, a line and a
logistic.

No forecast knows the value it is scored on: neither the error of observation nor the discrepancy are read off it.

Scores of forecasts over the panel, and the tables that compare methods on the same values.

Scores are the CRPS of counts and of ln(1 + count): the first is led by large parks, the second counts all alike. Means
are over parks, each counting once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.inference.benchmark_forecasts import History, forecasts
from copark.inference.observations import error_of
from copark.inference.pool.abc_regression import (
    MEMBERS,
    LocalPosterior,
    Window,
    given_past,
    local_posterior,
    past_of,
    pasts,
    windows,
)
from copark.inference.pool.batches import Discrepancy, PanelBatch, chosen, make_panel_batch
from copark.inference.pool.growth import Past, fit_growth, persistence
from copark.inference.pool.panel import Panel, Warping, prior_batch, warping_of
from copark.inference.pool.parks import COUNTS, Park, bare, park_of
from copark.stats.quantiles import quantile_band
from copark.stats.scores import covered, crps

POOLED, ALONE, GROWTH = "pooled", "alone", "growth"
NAIVE = ("persistence", "line", "logistic")
METHODS = (POOLED, ALONE, GROWTH, *NAIVE)
LEFT_OUT, ROLLING = "left_out", "rolling"
SCHEMES = (LEFT_OUT, ROLLING)
LEVEL = 0.9
EVEN = 0.05
"""Two mean scores that differ by less than this share are called even."""


@dataclass(frozen=True)
class PanelScore:
    """How one method forecast one value of one park.

    at: position of the target, of which variable, date, value as reported and the park's age then are told; crps: of
    the count; log_crps: of ln(1 + count); median, low, high: 50, 5 and 95 % of the forecast.
    """

    park: str
    scheme: str
    method: str
    at: int
    variable: str
    date: str
    value: float
    age: float
    crps: float
    log_crps: float
    median: float
    low: float
    high: float
    covered: bool

    def plain(self) -> list[Any]:
        """Give it as plain values, what is told of the target by its position."""
        return [self.scheme, self.method, self.at, self.crps, self.log_crps, self.median, self.low, self.high,
                self.covered]  # fmt: skip

    @classmethod
    def of(cls, park: Park, row: Sequence[Any]) -> PanelScore:
        """Make it of plain values."""
        scheme, method, at, *rest = row
        return cls(park.name, scheme, method, at, *_told(park, at), *rest)


def _told(park: Park, at: int) -> tuple[str, str, float, float]:
    """Variable, date and value of a target, and the age of the park."""
    target = park.model.targets[at]
    return target.variable, target.date, target.value, float(park.ages[at])


def scored(park: Park, scheme: str, method: str, at: int, members: Floats) -> PanelScore:
    """Score an ensemble against the value of a target; a count below zero counts as zero."""
    variable, date, value, age = _told(park, at)
    counts = np.maximum(members[np.isfinite(members)], 0.0)
    low, high = quantile_band(counts, LEVEL)
    return PanelScore(
        park=park.name,
        scheme=scheme,
        method=method,
        at=at,
        variable=variable,
        date=date,
        value=value,
        age=age,
        crps=crps(counts, value),
        log_crps=crps(np.log1p(counts), float(np.log1p(max(value, 0.0)))),
        median=float(np.median(counts)),
        low=low,
        high=high,
        covered=covered(counts, value, value, LEVEL),
    )


@dataclass(frozen=True)
class Standing:
    """Where one method stands over parks, on values all methods of the table forecast."""

    method: str
    parks: int
    values: int
    """parks, values: how many it is over."""
    crps: float
    log_crps: float
    """crps, log_crps: mean over parks of the park's mean."""
    coverage: float
    """Share of values within the 90 % band."""


@dataclass(frozen=True)
class Contest:
    """A table of methods over the same values, best first; firm: the winner stays ahead whichever park is left out."""

    scheme: str
    variable: str
    standings: tuple[Standing, ...]
    firm: bool

    @property
    def winner(self) -> str:
        """Method with the smallest mean score of ln(1 + count)."""
        return self.standings[0].method


def contest(scores: Iterable[PanelScore], scheme: str, variable: str, methods: Sequence[str]) -> Contest | None:
    """Compare methods on the values that all of them forecast; ``None`` where there is none.

    variable: one observable, or an empty word for all.
    """
    own = [one for one in scores if one.scheme == scheme and one.method in methods]
    own = [one for one in own if not variable or one.variable == variable]
    by: dict[tuple[str, int], dict[str, PanelScore]] = {}
    for one in own:
        by.setdefault((one.park, one.at), {})[one.method] = one
    common = {at: row for at, row in by.items() if len(row) == len(methods)}
    if not common:
        return None
    parks = tuple(dict.fromkeys(park for park, _ in common))
    table = {
        method: np.array(
            [[np.mean([getattr(row[method], kind) for (p, _), row in common.items() if p == park]) for park in parks]
             for kind in ("crps", "log_crps", "covered")]
        )
        for method in methods
    }  # fmt: skip
    standings = [
        Standing(
            method, len(parks), len(common), float(rows[0].mean()), float(rows[1].mean()),
            float(np.mean([row[method].covered for row in common.values()])),
        )
        for method, rows in table.items()
    ]  # fmt: skip
    standings.sort(key=lambda one: one.log_crps)
    return Contest(scheme, variable, tuple(standings), _is_firm({m: rows[1] for m, rows in table.items()}))


def _is_firm(each: Mapping[str, Floats]) -> bool:
    """Whether one method is ahead by a margin, also without any one park."""
    rows = np.stack(list(each.values()))
    if rows.shape[0] < 2 or rows.shape[1] < 2:
        return False
    means = rows.mean(axis=1)
    first, second = np.sort(means)[:2]
    left = (rows.sum(axis=1, keepdims=True) - rows).argmin(axis=0)
    return bool(second - first > EVEN * second and (left == means.argmin()).all())


def winners(scores: Iterable[PanelScore], scheme: str) -> dict[str, tuple[str, dict[str, float]]]:
    """Winner of each park and the mean score of ln(1 + count) of every method that forecast all its values."""
    by: dict[str, dict[str, dict[int, float]]] = {}
    for one in scores:
        if one.scheme == scheme:
            by.setdefault(one.park, {}).setdefault(one.method, {})[one.at] = one.log_crps
    found = {}
    for park, methods in by.items():
        most = max(len(rows) for rows in methods.values())
        means = {method: float(np.mean(list(rows.values()))) for method, rows in methods.items() if len(rows) == most}
        found[park] = (min(means, key=lambda method: means[method]), means)
    return found


LEFT_SHARE, ROLLING_SHARE = 2, 4
"""A park's batch on the pooled prior has the panel's runs divided by this."""
CURVES = ("line", "logistic")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Race:
    """What a round of forecasts needs: the panel, threads, where batches are kept."""

    panel: Panel
    threads: int
    folder: Path | None
    told: dict[tuple[str, int | None, Discrepancy], LocalPosterior] = field(default_factory=dict)
    """What parks' records said by a day, so that each is asked once."""

    @property
    def seed(self) -> int:
        """Seed of design, luck and errors."""
        return self.panel.settings.seed

    def batch(self, park: Park, share: int, warp: Warping | None, window: Window | None = None) -> PanelBatch:
        """Runs of a park, of the panel's divided by a number, on a pooled prior or its own."""
        return make_panel_batch(
            park, max(self.panel.settings.runs // share, 2), self.seed, warp=warp,
            warped=None if warp is None else {"prior": warp.identity}, cut=None if window is None else window.cut,
            threads=self.threads, folder=None if self.folder is None else self.folder / "batches",
        )  # fmt: skip

    def others(self, name: str, spread: Discrepancy, until: int | None = None) -> dict[str, LocalPosterior]:
        """What every other park's record said by a day."""
        if until is None and spread == self.panel.spread:
            return {key: one for key, one in self.panel.local.items() if key != name}
        found = {}
        for park in self.panel.parks:
            if park.name == name or not park.known(until):
                continue
            at = (park.name, until, spread)
            if at not in self.told:
                batch = prior_batch(park, self.panel.settings, self.threads, self.folder)
                self.told[at] = local_posterior(batch, self.seed, spread, until)
            found[park.name] = self.told[at]
        return found


Forecast = tuple[str, int, Floats]
"""A method, the position of a target, and members of the forecast of it."""


def unseen(race: Race, park: Park) -> Iterator[Forecast]:
    """Forecasts of a park of which no value is known."""
    panel = race.panel
    stripped = park_of(bare(park.case))
    spread = chosen(panel.trials, without=park.name)
    warp = warping_of(panel, race.others(park.name, spread), stripped, spread)
    made = {
        POOLED: race.batch(stripped, LEFT_SHARE, warp),
        ALONE: race.batch(stripped, LEFT_SHARE, None),
    }
    reports = {method: batch.reports(race.seed, spread) for method, batch in made.items()}
    nothing = Past(np.zeros(0), np.zeros(0))
    for variable in COUNTS:
        curve = fit_growth(pasts(panel.parks, park.name, variable))
        for at in park.scored(variable):
            yield from ((method, at, rows[:, at]) for method, rows in reports.items())
            if curve is not None:
                yield GROWTH, at, curve.ensemble(nothing, float(park.ages[at]))


def from_origin(race: Race, window: Window) -> Iterator[Forecast]:
    """Forecasts of a park's values after an origin from all that was known by then."""
    panel, park = race.panel, window.park
    stripped = park_of(bare(park.case, past=True))
    spread = chosen(panel.trials, without=park.name, until=window.day)
    warp = warping_of(panel, race.others(park.name, spread, window.day), stripped, spread, window.day)
    for method, over in ((POOLED, warp), (ALONE, None)):
        batch = race.batch(stripped, ROLLING_SHARE, over, window)
        rows = given_past(batch, race.seed, spread, window.later, window.known)
        yield from ((method, at, rows[:, n]) for n, at in enumerate(window.later))
    for variable in COUNTS:
        later = [n for n in window.later if park.model.targets[n].variable == variable]
        if later:
            yield from curves(race, window, variable, later)


def curves(race: Race, window: Window, variable: str, later: Sequence[int]) -> Iterator[Forecast]:
    """Forecasts of the methods that know no mechanism."""
    park = window.park
    past = past_of(park, window.own(variable))
    others = pasts(race.panel.parks, park.name, variable, window.day)
    every = others if variable == "jobs" else [
        one for name in COUNTS if name != "jobs" for one in pasts(race.panel.parks, park.name, name, window.day)
    ]  # fmt: skip
    ages = [float(park.ages[at]) for at in later]
    made = {"persistence": [persistence(past, every, age, MEMBERS) for age in ages]}
    curve = fit_growth(others)
    if curve is not None:
        made[GROWTH] = [curve.ensemble(past, age) for age in ages]
    made |= own_curves(window, variable, later)
    yield from ((method, at, members) for method, rows in made.items() for at, members in zip(later, rows, strict=True))


def own_curves(window: Window, variable: str, later: Sequence[int]) -> dict[str, list[Floats]]:
    """A line and a logistic through the park's own values; the coming report's error is taken as the last value's."""
    park, known = window.park, window.own(variable)
    targets = park.model.targets
    history = History.of(park.ages[known], [targets[n].reported for n in known], [targets[n].error for n in known])
    last = float(history.values[-1])
    errors = [error_of(variable, last, targets[n].observation.grade, targets[n].bound) for n in later]
    made = forecasts(history, park.ages[list(later)], errors)
    return {name: [made[name].ensemble(n, MEMBERS) for n in range(len(later))] for name in CURVES if name in made}


def left_out(race: Race, park: Park) -> list[PanelScore]:
    """Score forecasts of a park of which no value is known."""
    return [scored(park, LEFT_OUT, *one) for one in unseen(race, park)]


def rolling(race: Race, window: Window) -> list[PanelScore]:
    """Score forecasts of a park's values after an origin from all that was known by then."""
    return [scored(window.park, ROLLING, *one) for one in from_origin(race, window)]


def score_panel(
    panel: Panel,
    *,
    schemes: Sequence[str] = SCHEMES,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> tuple[PanelScore, ...]:
    """Let every method forecast every park that has something to score; each step is kept and found again."""
    race = Race(panel, threads, folder)
    steps: list[tuple[str, Park, Callable[[], list[PanelScore]]]] = []
    for park in panel.parks:
        if LEFT_OUT in schemes and any(park.scored(name) for name in COUNTS):
            steps.append((f"left_out-{park.name}", park, partial(left_out, race, park)))
        if ROLLING in schemes:
            steps += [(f"rolling-{park.name}-{one.year}", park, partial(rolling, race, one)) for one in windows(park)]
    found: list[PanelScore] = []
    for done, (name, park, make) in enumerate(steps):
        if progress is not None:
            progress(done, len(steps))
        found += [PanelScore.of(park, row) for row in panel.step(folder, name, partial(_plain, make))]
    return tuple(found)


def _plain(make: Callable[[], list[PanelScore]]) -> list[Any]:
    return [one.plain() for one in make()]
