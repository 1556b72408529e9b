"""Every method forecasts every park: one park left out, and from rolling origins.

*Left out*: nothing of the park is known but its case, read bare; of the other parks all values are. It tests
borrowing between parks, not foresight. *Rolling*: see :mod:`copark.inference.pool.origins`; of the other parks, too,
only what was known by then. Methods: the model on the pooled prior of the other parks, the model on the prior alone,
the pooled growth curve of the other parks, and, where the park has a past, persistence, a line and a logistic.

No forecast knows the value it is scored on: neither the error of observation nor the discrepancy are read off it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.analysis.benchmark_forecasts import History, forecasts
from copark.inference.observations import error_of
from copark.inference.pool.abc_regression import LocalPosterior, local_posterior
from copark.inference.pool.batches import PanelBatch, make_panel_batch
from copark.inference.pool.discrepancy import Discrepancy, chosen
from copark.inference.pool.growth import Past, fit_growth
from copark.inference.pool.naive import persistence
from copark.inference.pool.origins import MEMBERS, Window, given_past, past_of, pasts, windows
from copark.inference.pool.panel import Panel, Warping, prior_batch, warping_of
from copark.inference.pool.parks import COUNTS, Park, bare, park_of
from copark.inference.pool.scoring import ALONE, GROWTH, LEFT_OUT, POOLED, ROLLING, SCHEMES, PanelScore, scored

Floats = NDArray[np.float64]
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


def left_out(race: Race, park: Park) -> list[PanelScore]:
    """Score forecasts of a park of which no value is known."""
    panel = race.panel
    stripped = park_of(bare(park.case))
    spread = chosen(panel.trials, without=park.name)
    warp = warping_of(panel, race.others(park.name, spread), stripped, spread)
    made = {
        POOLED: race.batch(stripped, LEFT_SHARE, warp),
        ALONE: race.batch(stripped, LEFT_SHARE, None),
    }
    reports = {method: batch.reports(race.seed, spread) for method, batch in made.items()}
    found: list[PanelScore] = []
    nothing = Past(np.zeros(0), np.zeros(0))
    for variable in COUNTS:
        curve = fit_growth(pasts(panel.parks, park.name, variable))
        for at in park.scored(variable):
            found += [scored(park, LEFT_OUT, method, at, rows[:, at]) for method, rows in reports.items()]
            if curve is not None:
                members = curve.ensemble(nothing, float(park.ages[at]))
                found.append(scored(park, LEFT_OUT, GROWTH, at, members))
    return found


def rolling(race: Race, window: Window) -> list[PanelScore]:
    """Score forecasts of a park's values after an origin from all that was known by then."""
    panel, park = race.panel, window.park
    stripped = park_of(bare(park.case, past=True))
    spread = chosen(panel.trials, without=park.name, until=window.day)
    warp = warping_of(panel, race.others(park.name, spread, window.day), stripped, spread, window.day)
    found: list[PanelScore] = []
    for method, over in ((POOLED, warp), (ALONE, None)):
        batch = race.batch(stripped, ROLLING_SHARE, over, window)
        rows = given_past(batch, race.seed, spread, window.later, window.known)
        found += [scored(park, ROLLING, method, at, rows[:, n]) for n, at in enumerate(window.later)]
    for variable in COUNTS:
        later = [n for n in window.later if park.model.targets[n].variable == variable]
        if later:
            found += curves(race, window, variable, later)
    return found


def curves(race: Race, window: Window, variable: str, later: Sequence[int]) -> list[PanelScore]:
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
    return [
        scored(park, ROLLING, method, at, members)
        for method, rows in made.items()
        for at, members in zip(later, rows, strict=True)
    ]


def own_curves(window: Window, variable: str, later: Sequence[int]) -> dict[str, list[Floats]]:
    """A line and a logistic through the park's own values; the coming report's error is taken as the last value's."""
    park, known = window.park, window.own(variable)
    targets = park.model.targets
    history = History.of(park.ages[known], [targets[n].reported for n in known], [targets[n].error for n in known])
    last = float(history.values[-1])
    errors = [error_of(variable, last, targets[n].observation.grade, targets[n].bound) for n in later]
    made = forecasts(history, park.ages[list(later)], errors)
    return {name: [made[name].ensemble(n, MEMBERS) for n in range(len(later))] for name in CURVES if name in made}


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
