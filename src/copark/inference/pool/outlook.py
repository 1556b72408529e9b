"""A park without a history: the pooled prior of the others, run forward, with what it was borrowed from.

Base rates: what parks of a type had become at an age, by the record alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.forecast import LEVELS, quarters_of, rounded, sealed
from copark.inference.pool.abc_regression import pasts
from copark.inference.pool.batches import design, run_outputs, strayed
from copark.inference.pool.growth import Past, fit_growth
from copark.inference.pool.panel import Panel, pooled_prior
from copark.inference.pool.parks import COUNTS, Park, points_at
from copark.inference.validate import BORROWED, GROWTH
from copark.simulation.trust import Trust

NEAR_YEARS = 1.5
"""A value counts for an age if it is no farther away than this."""
AGES = (5.0, 10.0, 15.0, 20.0)


@dataclass(frozen=True)
class Peer:
    """One park's value nearest to an age."""

    park: str
    kind: str
    age: float
    value: float


@dataclass(frozen=True)
class BaseRate:
    """What parks had become at an age: those of the same type, or of all types.

    low, median, high: lowest, middle and highest of the parks.
    """

    variable: str
    age: float
    same_type: bool
    peers: tuple[Peer, ...]

    @property
    def values(self) -> tuple[float, float, float]:
        """Lowest, middle and highest."""
        found = [one.value for one in self.peers]
        return float(min(found)), float(np.median(found)), float(max(found))


def base_rates(
    parks: Sequence[Park], kind: str, variable: str, *, without: str = "", ages: Sequence[float] = AGES
) -> tuple[BaseRate, ...]:
    """Base rates of an observable by age: of parks of a type and of all parks; ages that no park tells are left out."""
    found = []
    for age in ages:
        near = [one for park in parks if park.name != without for one in _nearest(park, variable, age)]
        for same in (True, False):
            peers = tuple(one for one in near if not same or one.kind == kind)
            if peers:
                found.append(BaseRate(variable, age, same, peers))
    return tuple(found)


def _nearest(park: Park, variable: str, age: float) -> list[Peer]:
    own = [n for n in park.of(variable) if abs(float(park.ages[n]) - age) <= NEAR_YEARS]
    if not own:
        return []
    at = min(own, key=lambda n: abs(float(park.ages[n]) - age))
    return [Peer(park.name, park.case.kind, float(park.ages[at]), park.model.targets[at].reported)]


SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)
KEPT = (*SHOWN, *LEVELS)
RUNS = 2048


@dataclass(frozen=True)
class PooledOutlook:
    """A forecast of a park by the panel's other parks."""

    park: Park
    """As the panel reads it; its own values were not used."""
    until: Quarter
    """Last quarter."""
    pooled: Mapping[str, Floats]
    alone: Mapping[str, Floats]
    """pooled, alone: by observable: quantiles at 5, 25, 50, 75 and 95 % on the pooled prior and on the prior alone,
    shape (levels, quarters)."""
    growth: Mapping[str, Floats]
    """By observable: the same of the pooled growth curve."""
    fine: Mapping[str, Floats]
    fine_growth: Mapping[str, Floats]
    """fine, fine_growth: as pooled and growth, at the levels of a frozen forecast."""
    rates: Mapping[str, tuple[BaseRate, ...]]
    """By observable: what parks of the same type, and all parks, had become at an age."""
    lenders: Mapping[str, float]
    """Share of each park in what was learned."""
    runs: int
    """Runs it is made of."""

    @property
    def quarters(self) -> int:
        """Quarters from its start."""
        return self.until - self.park.case.clock.start + 1

    @property
    def trust(self) -> Trust:
        """Its parameters are borrowed from the other parks."""
        return Trust("borrowed", "borrowed", self.park.name, parks=len(self.lenders))

    @property
    def times(self) -> Floats:
        """End of each quarter, in years."""
        start = self.park.case.clock.start
        return (np.arange(self.quarters) + start.index + 1) / 4.0


def outlook(panel: Panel, case: Case, until: Quarter, *, runs: int = RUNS, threads: int = 1) -> PooledOutlook:
    """Forecast a case as if nothing had been observed of it; bands hold what the model leaves out, too."""
    seed = panel.settings.seed
    park, points = pooled_prior(panel, case, runs, seed)
    quarters = until - case.clock.start + 1
    own = points_at(park, design(runs, seed))
    bands = []
    for where in (points, own):
        made = run_outputs(park, where, COUNTS, quarters, seed, 0, threads)
        whole = strayed(made.out[made.finished], COUNTS, panel.spread, seed)
        bands.append({name: np.quantile(whole[:, n, :], KEPT, axis=0) for n, name in enumerate(COUNTS)})
    curves = {name: fit_growth(pasts(panel.parks, case.name, name)) for name in COUNTS}
    nothing = Past(np.zeros(0), np.zeros(0))
    growth = {
        name: np.quantile([curve.ensemble(nothing, (t + 1) / 4.0) for t in range(quarters)], KEPT, axis=1)
        for name, curve in curves.items()
        if curve is not None
    }
    rates = {name: base_rates(panel.parks, case.kind, name, without=case.name) for name in COUNTS}
    (pooled, fine), (alone, _), (grown, fine_growth) = (cut_apart(each) for each in (*bands, growth))
    return PooledOutlook(park, until, pooled, alone, grown, fine, fine_growth, rates, panel.lenders(case.name), runs)


def cut_apart(bands: Mapping[str, Floats]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give quantiles at the levels shown, and at those of a frozen forecast."""
    shown = {name: band[: len(SHOWN)] for name, band in bands.items()}
    return shown, {name: band[len(SHOWN) :] for name, band in bands.items()}


def freeze_outlook(panel: Panel, found: PooledOutlook, made_on: str = "") -> dict[str, Any]:
    """Make a frozen forecast of a park without a history, from the end of its case's data.

    Its parameters are borrowed, which the file says; it has no past for a naive curve, so that the pooled growth curve
    stands beside it.
    """
    case, cut = found.park.case, found.park.case.clock.data_end
    ahead = list(quarters_of(case, cut, found.until))

    def rows(bands: Mapping[str, Floats]) -> dict[str, list[list[float]]]:
        return {name: [rounded(row) for row in band[:, ahead].T] for name, band in bands.items()}

    settings = panel.settings
    return sealed(
        case, cut, found.until, method=BORROWED, pairs=found.runs, forecast=rows(found.fine),
        curves={GROWTH: rows(found.fine_growth)}, made_on=made_on,
        made_from={
            "parameters": "borrowed", "panel": panel.identity, "parks": len(found.lenders), "runs": settings.runs,
            "seed": settings.seed,
        },
    )  # fmt: skip
