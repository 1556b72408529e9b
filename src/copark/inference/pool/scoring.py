"""Scores of forecasts over the panel, and the tables that compare methods on the same values.

Scores are the CRPS of counts and of ln(1 + count): the first is led by large parks, the second counts all alike. Means
are over parks, each counting once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.inference.pool.parks import Park
from copark.stats.quantiles import quantile_band
from copark.stats.scores import covered, crps

Floats = NDArray[np.float64]
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
    """Where one method stands over parks, on values all methods of the table forecast.

    Parameters
    ----------
    parks, values
        How many it is over.
    crps, log_crps
        Mean over parks of the park's mean.
    coverage
        Share of values within the 90 % band.
    """

    method: str
    parks: int
    values: int
    crps: float
    log_crps: float
    coverage: float


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

    Parameters
    ----------
    variable
        One observable, or an empty word for all.
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
