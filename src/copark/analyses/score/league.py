"""A set of frozen forecasts against what was observed later: methods compared over parks.

Parks differ in size by orders of magnitude, so that scores are of logarithms: the CRPS of ln(1 + value), and of what
may be negative that of sign(x) ln(1 + |x|). Both are monotonic, so that the score stays proper. Methods are compared on
values that all of them forecast, and each park counts once. Parks, not values, are resampled: values of one park have
too much in common to be taken for independent (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from copark.analyses.contract import Result, Rows, Texts
from copark.arrays import Floats
from copark.calibration.forecast import Frozen, why_left_out
from copark.calibration.frozen_sets import DamagedFile, FrozenSet, read_later_of_parks, read_set
from copark.calibration.observations import Target, target_of
from copark.calibration.rolling_origin import DAYS, GROWTH, NAIVE, is_exact
from copark.cases.casebook import list_cases
from copark.cases.observed_variables import SERIES, series_title
from copark.cases.quarters import Quarter
from copark.errors import RunRefused
from copark.labels import park_title
from copark.stats.quantiles import quantile_band
from copark.stats.scores import Percentiles, covered, crps, percentiles
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.calibration.forecast import ParkObservation
    from copark.cases.tables import TableRow

MODEL = "model"
"""The model, on whatever its parameters rest."""
STACK = "stack"
BENCHMARKS = (GROWTH, *NAIVE)
FEW_NEEDED = (STACK, MODEL, GROWTH, "persistence")
"""Methods that need little: of most counts there are forecasts by all of them."""
EVERY = (STACK, MODEL, *BENCHMARKS)
HORIZONS = (("year", 1.0), ("three", 3.0), ("more", float("inf")))
"""Names of the times ahead that are told apart, and the years from the cut they reach to."""
LEVEL_WIDE = 0.9
LEVEL_NARROW = 0.5
RESAMPLES = 10_000
SEED = 1
FEWEST = 8
"""Parks below which no winner is named: an interval from resampling fewer says little."""


@dataclass(frozen=True)
class LeagueValue:
    """A value observed later, and what the method that leads had said of it."""

    park: str
    """Name of the park's case."""
    variable: str
    """Name of the observable."""
    date: str
    """Date as reported."""
    ahead: float
    """Years from the end of the last quarter known to its last day."""
    value: float
    """The value as reported, in the model's unit; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` where it is a single value."""
    bound: str
    """exact, about, more-than, at-least, at-most or range."""
    median: float
    """Median of the forecast: of the stack where there is one, else of the model."""
    low: float
    """5 % quantile of it."""
    upper: float
    """95 % quantile of it."""
    in_half: bool
    """Whether its 50 % interval reaches the value."""
    in_wide: bool
    """Whether its 90 % interval reaches the value."""
    place: Percentiles
    """Percentile of the value in the forecast."""
    scores: dict[str, float]
    """By method: CRPS on the logarithmic scale; nothing of a bound or a range."""
    reached: dict[str, tuple[bool, bool]]
    """By method: whether its 50 and 90 % intervals reach the value."""
    sources: tuple[str, ...]
    """Keys of its sources."""


@dataclass(frozen=True)
class LeagueRow:
    """Standing of a method on values that all methods of its table forecast."""

    method: str
    """Name of the method."""
    score: float
    """CRPS on the logarithmic scale, the mean over parks of the park's mean; lower is better."""
    difference: float | None
    """Score less that of the best benchmark; ``None`` of that benchmark itself, and where there is none."""
    low: float | None
    """5 % quantile of the difference over resampled parks; ``None`` where there are too few parks."""
    high: float | None
    """95 % quantile of the difference over resampled parks; ``None`` where there are too few parks."""
    in_half: float
    """Share of values within the 50 % interval."""
    in_wide: float
    """Share of values within the 90 % interval."""


@dataclass(frozen=True)
class League:
    """Methods on the values that all of them forecast, best first."""

    scope: str
    """``counts`` and ``curves`` (all counts, few methods or all of them), a horizon, or an observable."""
    parks: int
    """Parks with such a value."""
    values: int
    """Exact values that all methods forecast."""
    rows: tuple[LeagueRow, ...]
    """The methods."""
    benchmark: str
    """The best benchmark; empty where there is none."""

    @property
    def leading(self) -> str:
        """The forecast that leads: the stack where there is one, else the model."""
        names = [row.method for row in self.rows]
        return STACK if STACK in names else MODEL

    def row(self, method: str) -> LeagueRow:
        """Return the row of a method."""
        return next(row for row in self.rows if row.method == method)


@dataclass(frozen=True)
class ParkScores:
    """A park of the set and how its forecast did."""

    park: str
    """Name of its case."""
    title: LocalizedText
    """Title of its case."""
    forecast: str
    """Identity of its forecast."""
    values: int
    """Values scored, bounds and ranges included."""
    compared: int
    """Values of the main comparison."""
    score: float | None
    """Score of the forecast on these; ``None`` where there are none."""
    benchmark: float | None
    """Score of the best benchmark on these."""
    in_half: int
    """Values within the 50 % interval."""
    in_wide: int
    """Values within the 90 % interval."""


@dataclass(frozen=True)
class LeftRow:
    """A row that could not be scored."""

    line: int
    """Its line in the table."""
    park: str
    """Name of the park."""
    date: str
    """Date as reported."""
    variable: str
    """Name of the observable."""
    reason: str
    """Why: as of a single forecast, or ``known`` when it was frozen, ``no_forecast`` of the park, or a ``damaged``
    file."""
    cut: str = ""
    """Last quarter known to the park's forecast; empty where there is none."""
    until: str = ""
    """Last quarter forecast of the park; empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class LeagueTable(Result):
    """Scores of a set of frozen forecasts."""

    shown_by: ClassVar[str] = "copark.analyses.score.league_document"

    folder: str
    """Name of the folder."""
    hash: str
    """Hash of the set."""
    made_on: str
    """Day on which it was completed."""
    known_until: str
    """Last quarter of which anything was known when it was frozen."""
    until: str
    """Last quarter forecast."""
    data: str
    """Name of the table."""
    forecasts: int
    """Forecasts of the set."""
    damaged: tuple[DamagedFile, ...]
    """Files that are not as they were frozen."""
    leagues: tuple[League, ...]
    """Comparisons: over all counts first, then by time ahead and by observable."""
    parks: tuple[ParkScores, ...]
    """Parks with a value, by name."""
    values: tuple[LeagueValue, ...]
    """Values scored, by park, observable and date."""
    left: tuple[LeftRow, ...]
    """Rows that could not be scored."""

    @property
    def passed(self) -> bool:
        """Return whether every file is as it was frozen."""
        return not self.damaged

    @property
    def main(self) -> League | None:
        """The comparison over all counts; ``None`` where no value can be compared."""
        return next((league for league in self.leagues if league.scope == "counts"), None)

    @property
    def in_half(self) -> int:
        """Values within the 50 % intervals."""
        return sum(value.in_half for value in self.values)

    @property
    def in_wide(self) -> int:
        """Values within the 90 % intervals."""
        return sum(value.in_wide for value in self.values)

    def main_table(self) -> Rows:
        """Return the standings of every comparison, a row for each method."""
        return (
            {"scope": league.scope, "parks": league.parks, "values": league.values, **vars(row)}
            for league in self.leagues
            for row in league.rows
        )


def score_set(folder: Path, data: Path, context: Context) -> LeagueTable:
    """Score a set on what was observed later.

    Parameters
    ----------
    folder
        Folder of the set.
    data
        Table of later observations, with a column for the park.
    context
        Run ID and language.

    Raises
    ------
    copark.errors.CoparkError
        If the manifest is none or was changed, the table has faults, or nothing in it can be scored.
    """
    frozen = read_set(folder)
    manifest = frozen.manifest
    left_out = (entry.park for entry in manifest.left_out)
    rows = read_later_of_parks(data, {*manifest.parks, *left_out, *list_cases()})
    values, left = _scored(frozen, rows)
    if not values:
        raise _nothing(frozen, rows, left, data, context)
    leagues = tuple(_leagues(values))
    main = next((league for league in leagues if league.scope == "counts"), None)
    return LeagueTable(
        run_id=context.run_id,
        provenance={
            "model_version": manifest.model_version,
            "code_version": manifest.code_version,
            "created": datetime.now(UTC).isoformat("T", "seconds"),
        },
        folder=folder.resolve().name,
        hash=manifest.identity,
        made_on=manifest.made_on,
        known_until=manifest.known_until,
        until=manifest.until,
        data=data.name,
        forecasts=len(manifest.forecasts),
        damaged=frozen.damaged,
        leagues=leagues,
        parks=tuple(_of_parks(frozen, values, main)),
        values=values,
        left=left,
    )


def _nothing(
    frozen: FrozenSet, rows: Sequence[object], left: Sequence[LeftRow], data: Path, context: Context
) -> RunRefused:
    """Describe why no row can be scored."""
    t = Texts("score", context.lang)
    reasons = [
        t(
            "left.row",
            file=data.name,
            line=row.line,
            date=row.date,
            variable=f"{row.park}, {series_title(row.variable, context.lang)}",
            reason=why_left_of_set(row, frozen.manifest.known_until, t),
        )
        for row in left
    ]
    return RunRefused(
        t(
            "nothing_to_score",
            rows=len(rows),
            file=data.name,
            cut=frozen.manifest.known_until,
            last=frozen.manifest.until,
            reasons="\n".join(reasons),
        )
    )


def why_left_of_set(row: LeftRow, known_until: str, t: Texts) -> str:
    """Describe why a row of a set could not be scored.

    Parameters
    ----------
    row
        The row.
    known_until
        Last quarter of which anything was known when the set was frozen.
    t
        Texts of scores.
    """
    first = str(Quarter.parse(row.cut) + 1) if row.cut else ""
    return t(f"why_left.{row.reason}", cut=row.cut, first=first, until=row.until, known=known_until)


def _scored(
    frozen: FrozenSet, rows: Sequence[TableRow[ParkObservation]]
) -> tuple[tuple[LeagueValue, ...], tuple[LeftRow, ...]]:
    """Sort out which rows can be scored, and score these."""
    known_day = Quarter.parse(frozen.manifest.known_until).last_day
    files = {park: Frozen(content) for park, content in frozen.forecasts.items()}
    values = []
    left = []
    for line, row in rows:
        file = files.get(row.park)
        target = None
        if row.park not in frozen.manifest.parks:
            reason = "no_forecast"
        elif file is None:
            reason = "damaged"
        elif row.date.last_day <= known_day:
            reason = "known"
        else:
            target = target_of(row, file.start)
            reason = why_left_out(file, row, target)
        if reason or target is None or file is None:
            ends = ("", "") if file is None else (str(file.cut), str(file.start + file.last))
            left.append(LeftRow(line, row.park, str(row.date), row.variable, reason, *ends))
        else:
            values.append(_value(row.park, file, target.within(file.first, file.last)))
    values.sort(key=lambda value: (value.park, value.variable, value.date))
    return tuple(values), tuple(left)


def scaled(values: Floats | float, variable: str) -> Floats:
    """Put values on the scale that scores are of: the logarithm, with the sign of what may be negative."""
    numbers = np.asarray(values, dtype=np.float64)
    if SERIES[variable].lowest is None:
        return np.sign(numbers) * np.log1p(np.abs(numbers))
    return np.log1p(np.maximum(numbers, 0.0))


def _value(park: str, file: Frozen, target: Target) -> LeagueValue:
    """Score every method on a value."""
    model = file.ensemble(target)
    ensembles = {MODEL: model, **file.naive(target)}
    low, high = target.wording
    scores = {}
    reached = {}
    for method, members in ensembles.items():
        reached[method] = (covered(members, low, high, LEVEL_NARROW), covered(members, low, high, LEVEL_WIDE))
        if is_exact(target):
            scores[method] = crps(scaled(members, target.variable), float(scaled(target.value, target.variable)))
    leading = ensembles.get(STACK, model)
    in_half, in_wide = reached[STACK if STACK in ensembles else MODEL]
    below, above = quantile_band(leading, LEVEL_WIDE)
    last_day = target.observation.date.last_day
    return LeagueValue(
        park=park,
        variable=target.variable,
        date=target.date,
        ahead=(last_day - file.cut.last_day).days / DAYS,
        value=target.value,
        high=target.high,
        bound=target.bound,
        median=float(np.nanmedian(leading)),
        low=below,
        upper=above,
        in_half=in_half,
        in_wide=in_wide,
        place=percentiles(leading, low, high),
        scores=scores,
        reached=reached,
        sources=tuple(target.observation.source),
    )


def horizon_of(ahead: float) -> str:
    """Name the time ahead of a value."""
    return next(name for name, years in HORIZONS if ahead <= years)


def _leagues(values: Sequence[LeagueValue]) -> Iterable[League]:
    """Compare methods over all counts, by time ahead and by observable."""
    counts = [value for value in values if STACK in value.scores]
    groups: list[tuple[str, Sequence[LeagueValue], tuple[str, ...]]] = [
        ("counts", counts, FEW_NEEDED),
        ("curves", counts, EVERY),
    ]
    groups += [
        (name, [value for value in counts if horizon_of(value.ahead) == name], FEW_NEEDED) for name, _ in HORIZONS
    ]
    for variable in dict.fromkeys(value.variable for value in values):
        own = [value for value in values if value.variable == variable]
        forecast = {method for value in own for method in value.scores}
        groups.append((variable, own, tuple(method for method in FEW_NEEDED if method in forecast)))
    for scope, group, methods in groups:
        league = compare(scope, group, methods)
        if league is not None:
            yield league


def compare(scope: str, values: Iterable[LeagueValue], methods: Sequence[str]) -> League | None:
    """Compare methods on the exact values that all of them forecast.

    Parameters
    ----------
    scope
        Name of the comparison.
    values
        The values.
    methods
        The methods.

    Returns
    -------
        ``None`` where there is no such value.
    """
    common = [value for value in values if methods and all(method in value.scores for method in methods)]
    if not common:
        return None
    parks = sorted({value.park for value in common})
    by_park = np.array(
        [
            np.mean([[value.scores[method] for method in methods] for value in common if value.park == park], axis=0)
            for park in parks
        ]
    )
    means = by_park.mean(axis=0)
    present = [position for position, method in enumerate(methods) if method in BENCHMARKS]
    best = min(present, key=lambda position: means[position]) if present else None
    differences = None if best is None else by_park - by_park[:, [best]]
    rows = []
    for position, method in enumerate(methods):
        reached = np.mean([value.reached[method] for value in common], axis=0)
        is_compared = differences is not None and position != best
        difference = float(differences[:, position].mean()) if differences is not None and is_compared else None
        low, high = (
            interval_of(differences[:, position])
            if differences is not None and is_compared and len(parks) >= FEWEST
            else (None, None)
        )
        rows.append(
            LeagueRow(method, float(means[position]), difference, low, high, float(reached[0]), float(reached[1]))
        )
    rows.sort(key=lambda row: row.score)
    return League(scope, len(parks), len(common), tuple(rows), "" if best is None else methods[best])


def interval_of(differences: Floats) -> tuple[float, float]:
    """Return the 90 % interval of a mean over parks, by resampling them; shape of the differences (parks,)."""
    parks = len(differences)
    counts = np.random.default_rng(SEED).multinomial(parks, np.full(parks, 1.0 / parks), size=RESAMPLES)
    low, high = np.quantile(counts @ differences / parks, (0.05, 0.95))
    return float(low), float(high)


def _of_parks(frozen: FrozenSet, values: Sequence[LeagueValue], main: League | None) -> Iterable[ParkScores]:
    """Return for each park how its forecast did beside the best benchmark."""
    identities = {entry.park: entry.identity for entry in frozen.manifest.forecasts}
    methods: Mapping[str, None] = {} if main is None else dict.fromkeys(row.method for row in main.rows)
    for park in dict.fromkeys(value.park for value in values):
        own = [value for value in values if value.park == park]
        compared = [value for value in own if main is not None and all(name in value.scores for name in methods)]
        scores = benchmark = None
        if compared and main is not None:
            scores = float(np.mean([value.scores[main.leading] for value in compared]))
            benchmark = float(np.mean([value.scores[main.benchmark] for value in compared]))
        yield ParkScores(
            park,
            park_title(park),
            identities[park],
            len(own),
            len(compared),
            scores,
            benchmark,
            sum(value.in_half for value in own),
            sum(value.in_wide for value in own),
        )
