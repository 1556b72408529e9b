"""Scores of a frozen forecast on what was observed later.

A frozen forecast scored against what was observed later, beside the benchmarks frozen with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from copark.analyses.contract import AnalysisParams, Option, Result, Rows, Texts
from copark.analyses.score.league import LeagueTable, score_set
from copark.arrays import Floats
from copark.calibration.frozen_sets import read_set
from copark.calibration.rolling_origin import ScoreLine
from copark.json_types import JsonObject
from copark.stats.quantiles import LEVELS
from copark.stats.scores import Percentiles
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.calibration.forecast import Frozen, LeftOut
    from copark.calibration.rolling_origin import ForecastScore


class Params(AnalysisParams):
    """Parameters: the frozen forecast and the table it is scored on."""

    file: Path
    """A forecast frozen by ``copark forecast CASE --freeze FILE``, or the folder of a set."""
    data: Annotated[Path, Option("--data")]
    """CSV of later observations, with the columns of a case's ``series.csv``; of a set with a column ``park``, too."""


@dataclass(frozen=True)
class Forecasted:
    """Forecast of a value by one method."""

    median: float
    """Median, in the value's unit."""
    low: float
    """5 % quantile."""
    high: float
    """95 % quantile."""
    crps: float
    """Continuous ranked probability score, in the value's unit; lower is better."""


@dataclass(frozen=True)
class Scored:
    """A value observed later beside the model and its benchmark."""

    variable: str
    """Name of the observable."""
    date: str
    """Date as reported."""
    at: float
    """Its last day, in years."""
    value: float
    """The value as reported, in the model's unit; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` where it is a single value."""
    bound: str
    """exact, about, more-than, at-least, at-most or range: a bound or a range counts by what of the forecast lies
    outside it."""
    bounded: bool
    """Whether it is a bound or a range only, and kept out of means."""
    reached: bool
    """Whether the model's 90 % interval reaches it."""
    place: Percentiles
    """Percentile of the value in the model's forecast."""
    half_width: float
    """Half of the model's 90 % interval as a share of the value."""
    sources: tuple[str, ...]
    """Keys of its sources."""
    model: Forecasted
    """What the model had said."""
    benchmark: Forecasted | None
    """What the benchmark had said; ``None`` where it could not forecast the value."""


@dataclass(frozen=True)
class Left:
    """A row that could not be scored."""

    line: int
    """Its line in the table."""
    date: str
    """Date as reported."""
    variable: str
    """Name of the observable."""
    reason: str
    """Why it could not be scored, as of ``LeftOut``."""


@dataclass(frozen=True)
class FrozenBands:
    """Quantiles at the ends of quarters as they were frozen."""

    model: Floats
    """Quantiles of the model, shape (levels, quarters)."""
    benchmark: Floats | None
    """Quantiles of its benchmark, of the same shape; ``None`` where it has none."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Scores of a frozen forecast."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    forecast: str
    """Identity of the frozen forecast."""
    made_on: str
    """Day on which it was frozen."""
    cut: str
    """Last quarter known."""
    until: str
    """Last quarter forecast."""
    first: str
    """First quarter of the fans."""
    method: str
    """Method of the model."""
    methods: tuple[str, ...]
    """All methods that are scored."""
    benchmark: str
    """The method that is drawn and tabled beside the model."""
    lent: int
    """Parks the parameters were borrowed from; 0 where they are the park's own."""
    data: str
    """Name of the table."""
    lines: tuple[ScoreLine, ...]
    """Mean scores by observable."""
    values: tuple[Scored, ...]
    """Values scored, by observable and date."""
    left: tuple[Left, ...]
    """Rows that could not be scored."""
    fans: dict[str, FrozenBands]
    """By observable."""

    @property
    def won(self) -> int:
        """Observables on which the model has the best mean score."""
        return sum(line.winner == self.method for line in self.lines)

    @property
    def reached(self) -> int:
        """Values within the model's 90 % intervals."""
        return sum(value.reached for value in self.values)

    def main_table(self) -> Rows:
        """Return mean scores of every method by observable, a row each."""
        return (
            {
                "variable": line.variable,
                "method": method,
                "values": line.values,
                "crps": line.crps[method],
                "coverage": line.coverage[method],
                "half_width": line.width[method],
            }
            for line in self.lines
            for method in line.crps
        )


Answers = Answer | LeagueTable
"""What is answered: scores of a forecast, or of a set of them."""


def depends_on(params: Params, _context: Context) -> JsonObject:
    """Return, where a set is scored, its hash and what is damaged of it in the place of a file's hash."""
    if not params.file.is_dir():
        return {}
    forecasts = read_set(params.file)
    damaged = [f"{damage.file} {damage.problem}" for damage in forecasts.damaged]
    return {"file": {"set": forecasts.manifest.identity, "damaged": damaged}}


def compute(params: Params, context: Context) -> Answers:
    """Read both files, sort out what can be scored, and score it; of a folder the set in it.

    Raises
    ------
    copark.errors.CoparkError
        If the file is no frozen forecast or was changed, the table has faults, or nothing in it can be scored.
    """
    if params.file.is_dir():
        return score_set(params.file, params.data, context)
    return _score(params, context)


def _score(params: Params, context: Context) -> Answer:
    """Score a single forecast."""
    from copark.analyses.stack.stacking import STACK
    from copark.calibration.forecast import Frozen, later_targets, read, read_later, score_later
    from copark.calibration.rolling_origin import NAIVE, table
    from copark.cases.observed_variables import series_title
    from copark.errors import RunRefused
    from copark.labels import park_title
    from copark.texts import text

    content = read(params.file)
    rows = read_later(params.data)
    later = later_targets(content, rows)
    frozen = Frozen(content)
    if not later.targets:
        reasons = [
            text(
                "score.left.row",
                context.lang,
                file=params.data.name,
                line=row.line,
                date=row.date,
                variable=series_title(row.variable, context.lang),
                reason=why_left(row, content["cut"], content["until"], context.lang),
            )
            for row in _left(later.left_out)
        ]
        raise RunRefused(
            text(
                "score.nothing_to_score",
                context.lang,
                rows=len(rows),
                file=params.data.name,
                cut=content["cut"],
                last=content["until"],
                reasons="\n".join(reasons),
            )
        )
    curves = tuple(content.get("curves") or ())
    naive = {name for curve_names in content["naive"].values() for name in curve_names}
    methods = (frozen.method, *curves, *(name for name in NAIVE if name in naive))
    benchmark = next((name for name in (STACK, *curves) if name in curves), "line")
    scores = score_later(content, later.targets)
    values = _values(scores, frozen.method, benchmark)
    return Answer(
        run_id=context.run_id,
        provenance={
            "case": content["case"],
            "case_hash": content["case_hash"],
            "model_version": content.get("model_version"),
            "code_version": content["code_version"],
            "posterior_cut": content["cut"],
            "created": datetime.now(UTC).isoformat("T", "seconds"),
        },
        case=str(content["case"]),
        park=park_title(str(content["case"])),
        forecast=str(content["identity"]),
        made_on=str(content["made_on"]),
        cut=str(content["cut"]),
        until=str(content["until"]),
        first=str(content["quarters"][0]),
        method=frozen.method,
        methods=methods,
        benchmark=benchmark,
        lent=int(content["made_from"].get("parks", 0)),
        data=params.data.name,
        lines=table(scores, methods),
        values=values,
        left=_left(later.left_out),
        fans={
            name: _fan(frozen, name, benchmark, scores) for name in dict.fromkeys(value.variable for value in values)
        },
    )


def why_left(row: Left, cut: str, until: str, lang: str) -> str:
    """Describe why a row could not be scored.

    Parameters
    ----------
    row
        The row, with its reason.
    cut
        Last quarter that the forecast knew; what is of no later date is no test.
    until
        Last quarter that was forecast.
    lang
        Language.
    """
    from copark.cases.quarters import Quarter
    from copark.texts import text

    return text(f"score.why_left.{row.reason}", lang, cut=cut, first=Quarter.parse(cut) + 1, until=until)


def count_left(reasons: Sequence[str], t: Texts) -> str:
    """Write how many rows could not be scored, and for which reasons."""
    counts = [t(f"left.{reason}", count=reasons.count(reason)) for reason in dict.fromkeys(reasons)]
    return t("left.count", count=len(reasons), reasons=t("join").join(counts))


def _left(rows: Sequence[LeftOut]) -> tuple[Left, ...]:
    return tuple(Left(row.line, str(row.observation.date), row.observation.variable, row.reason) for row in rows)


def _values(scores: Sequence[ForecastScore], method: str, benchmark: str) -> tuple[Scored, ...]:
    """List values by observable and date, with what model and benchmark had said of them."""
    from copark.calibration.rolling_origin import moment

    by_target = {score.target.name: score for score in scores if score.method == benchmark}
    model_scores = [score for score in scores if score.method == method]
    model_scores.sort(key=lambda score: (score.target.variable, score.target.observation.date.last_day))
    return tuple(
        Scored(
            score.target.variable,
            score.target.date,
            moment(score.target.observation.date.last_day),
            score.target.value,
            score.target.high,
            score.target.bound,
            score.bounded,
            score.covered,
            score.percentiles,
            score.width,
            tuple(score.target.observation.source),
            _said(score),
            _said(by_target[score.target.name]) if score.target.name in by_target else None,
        )
        for score in model_scores
    )


def _said(score: ForecastScore) -> Forecasted:
    return Forecasted(score.median, score.low, score.high, score.crps)


def _fan(frozen: Frozen, variable: str, benchmark: str, scores: Sequence[ForecastScore]) -> FrozenBands:
    """Cut the frozen intervals, to a year after the last value, and two years at least."""
    last = max(score.target.last for score in scores if score.target.variable == variable)
    quarters_shown = min(max(last + 4, frozen.first + 8), frozen.last) - frozen.first + 1
    curve = frozen.naive_band(variable, benchmark, LEVELS)
    return FrozenBands(
        frozen.band(variable, LEVELS)[:, :quarters_shown], None if curve is None else curve[:, :quarters_shown]
    )
