"""What a park's company has published of its accounts, and what the model's ledger has in the place of it.

The books of a person's own park stand in the place of published accounts, and beside them what satellites saw of it.
Nothing here enters a fit: accounts and signals are evidence, and the comparison is a test of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from copark.analyses.accounts.books import Line, lines_of
from copark.analyses.accounts.elsewhere import MEASURES, Elsewhere, Measure, elsewhere_of
from copark.analyses.accounts.ledger import (
    NEEDED,
    Course,
    beside,
    courses_of,
    ledger_of,
    payout_of,
)
from copark.analyses.accounts.published import COUNTERPARTS, Figure, Side, Whose, figures_of, side_of
from copark.analyses.accounts.signals import Signal, outputs_seen, signals_of
from copark.analyses.contract import CaseParams, Result, Rows
from copark.arrays import Floats
from copark.cases.casebook import casebook_path
from copark.cases.evidence import LAST_YEAR
from copark.cases.quarters import Quarter
from copark.cases.wide_rows import WIDE
from copark.json_types import JsonObject
from copark.model.clock import QUARTERS_PER_YEAR
from copark.simulation.study import baseline
from copark.stats.quantiles import Band
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.cases.case import Case

PAYOUT_YEARS = 10
"""Last years of the model's ledger over which its payout is told."""
RESULTS = ("result_after_tax", "associates_result", "result_before_tax", "operating_result")
"""Quantities that a company's result is read from, the best first."""


class Params(CaseParams):
    """Parameters of the comparison with published accounts."""

    runs: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Runs of the model."""
    served: ClassVar[Mapping[str, float]] = {"runs": 500}


@dataclass(frozen=True)
class Compared:
    """A published figure beside the model's ledger."""

    figure: Figure
    """The published figure."""
    model: Band | None
    """What the ledger has in its place, a holder's share of it where it is one; ``None`` where it has nothing."""
    side: Side | None
    """Where the model lies."""


@dataclass(frozen=True)
class Total:
    """Published results of periods of up to a year, added up, beside the model's of the same periods."""

    whose: Whose
    """Whose results."""
    first: int
    """Year in which the first period ends."""
    last: int
    """Year in which the last period ends."""
    periods: int
    """Number of periods."""
    published: float
    """Sum of the published results, those of a holder's share divided by the share, M USD."""
    at_least: bool
    """Whether one of them is a lower bound."""
    model: Band
    """Sum of the model's results, M USD."""

    @property
    def side(self) -> Side:
        """Where the model's range lies beside the sum."""
        return side_of(self.published, np.inf if self.at_least else self.published, self.model)


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Published accounts of a park beside the model's ledger."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the park."""
    figures: tuple[Compared, ...]
    """Published figures, in the order of quantity and time."""
    totals: tuple[Total, ...]
    """Results added up, those of the company before those of a group."""
    courses: dict[str, Course]
    """The model's ledger year by year, by name of the course."""
    elsewhere: tuple[Elsewhere, ...]
    """Prices, fees, costs and payouts that companies published."""
    model_prices: dict[Measure, Band]
    """The same in the model of this park: what its draws have, and the payout of its last ten years."""
    sources: dict[str, str]
    """Sources of the figures, by key: publisher, title and date."""
    addresses: dict[str, str]
    """Their addresses, where they have one."""
    lines: tuple[Line, ...] = ()
    """Lines of a person's own books, added up; empty of a park of the casebook."""
    signals: tuple[Signal, ...] = ()
    """What satellites saw; empty of a park of the casebook."""
    fitted: tuple[str, ...] = ()
    """Lines of the books that also stand among the observations which a calibration fits."""
    kept_by: Literal["casebook", "reader"] = "casebook"
    """Whose files the accounts stand in: the casebook's, or a person's own park."""
    last_open: int
    """Last whole year in which the park is open."""
    runs: int
    """Runs of the model."""

    @property
    def is_own(self) -> bool:
        """Whether the park is a person's own."""
        return self.kept_by == "reader"

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Figures that the model's ledger has, too."""
        return tuple(comparison for comparison in self.figures if comparison.model is not None)

    def main_table(self) -> Rows:
        """Return a row for each published figure."""
        return [
            {
                "quantity": comparison.figure.quantity,
                "period": comparison.figure.period,
                "company": comparison.figure.company,
                "basis": comparison.figure.basis,
                "value": comparison.figure.value,
                "unit": comparison.figure.unit,
                "currency": comparison.figure.currency,
                "compared": comparison.figure.compared if comparison.model else None,
                "compared_unit": COUNTERPARTS[comparison.figure.quantity].unit if comparison.model else "",
                "model": comparison.model and comparison.model.median,
                "model_p05": comparison.model and comparison.model.low,
                "model_p95": comparison.model and comparison.model.high,
                "not_compared": comparison.figure.why,
            }
            for comparison in self.figures
        ]


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the published accounts, which are no part of a case's content."""
    from copark.cases.casebook import ACCOUNTS, EVIDENCE_SOURCES
    from copark.identity import hash_files

    folder = casebook_path()
    case = context.case(params.case)
    tables = [*sorted(folder.glob(f"*/{ACCOUNTS}")), folder / ACCOUNTS]
    own = [row.model_dump(mode="json") for row in case.accounts]
    keys = {key for row in case.accounts for key in row.source}
    sources = {key: source.outlet for key, source in _sources(case).items() if key in keys}
    return {"tables": hash_files([*tables, folder / EVIDENCE_SOURCES], folder), "own": own, "sources": sources}


def compute(params: Params, context: Context) -> Answer:
    """Run the case as it is, and read its ledger where anything is published."""
    case = context.case(params.case)
    start = case.clock.start
    end = max(Quarter(LAST_YEAR, QUARTERS_PER_YEAR), case.clock.data_end)
    study = baseline(case.name).with_changes(
        name=f"accounts-{case.name}",
        runs=params.runs,
        seed=params.seed,
        keep=(*NEEDED, *(name for name in outputs_seen(case) if name not in NEEDED)),
        quarters=end - start + 1,
    )
    runs = context.simulate(study, case, *params.wanted)
    context.stage("analyse")(0, 0)
    ledger = ledger_of(runs, study, case)
    figures = figures_of(case, start, end)
    sources = _sources(case)
    closure = case.closed_by(end)
    named = {key: sources[key] for figure in figures for key in figure.source if key in sources}
    return Answer(
        case=case.name,
        park=case.title,
        figures=tuple(_compared(figure, ledger, start) for figure in figures),
        totals=tuple(_totals(figures, ledger, start)),
        courses=courses_of(ledger, figures, start),
        lines=tuple(lines_of(figures, ledger, start)),
        signals=tuple(signals_of(case, runs, start)),
        fitted=tuple(name for name in WIDE["books"] if case.observed(name, "fit")),
        kept_by="casebook" if case.folder.parent == casebook_path() else "reader",
        elsewhere=elsewhere_of(case),
        model_prices=_prices(ledger),
        sources={
            key: ". ".join(filter(None, (source.outlet, source.title, "" if source.date is None else str(source.date))))
            for key, source in sorted(named.items())
        },
        addresses={key: source.url for key, source in sorted(named.items()) if source.url},
        last_open=end.year if closure is None else max(closure.since.year - 1, start.year),
        runs=params.runs,
        **context.result_fields(params, runs),
    )


def _sources(case: Case) -> dict[str, Any]:
    """Return the sources that accounts of a case may name, by key."""
    return {**case.shown_sources, **case.evidence_sources}


def _compared(figure: Figure, ledger: Mapping[str, Floats], start: Quarter) -> Compared:
    """Set a published figure beside the ledger, where it has the same."""
    if figure.why or figure.compared is None:
        return Compared(figure, None, None)
    model = Band.of(beside(ledger, figure, start))
    if not np.isfinite(model.median):
        return Compared(figure, None, None)
    return Compared(figure, model, side_of(*_ends(figure), model))


def _ends(figure: Figure) -> tuple[float, float]:
    """Return the least and the greatest value that a compared figure allows."""
    value = figure.compared or 0.0
    if figure.bound in ("more-than", "at-least"):
        return value, np.inf
    if figure.bound == "at-most":
        return -np.inf, value
    return value, value if figure.compared_high is None else figure.compared_high


def _totals(figures: Iterable[Figure], ledger: Mapping[str, Floats], start: Quarter) -> Iterable[Total]:
    """Yield the results added up: of the company, a known share of it taken for the whole, and of a group."""
    results = [
        figure
        for figure in figures
        if figure.quantity in RESULTS and not figure.why and 0 < figure.quarters <= QUARTERS_PER_YEAR
    ]
    for kinds in (("company", "share"), ("group",)):
        chosen = _apart([figure for figure in results if figure.whose in kinds])
        if not chosen:
            continue
        published = sum((figure.compared or 0.0) / figure.share for figure in chosen)
        model = sum(beside(ledger, figure, start) / figure.share for figure in chosen)
        yield Total(
            whose=chosen[0].whose if len({figure.whose for figure in chosen}) == 1 else "company",
            first=min(figure.first.year for figure in chosen),
            last=max(figure.year for figure in chosen),
            periods=len(chosen),
            published=published,
            at_least=any(figure.bound in ("more-than", "at-least") for figure in chosen),
            model=Band.of(np.asarray(model)),
        )


def _apart(figures: Sequence[Figure]) -> list[Figure]:
    """Choose figures whose periods do not overlap: whole years first, then by the better quantity, then by grade."""
    order = sorted(
        figures,
        key=lambda figure: (
            abs(figure.quarters - QUARTERS_PER_YEAR),
            RESULTS.index(figure.quantity),
            figure.grade,
            figure.until,
        ),
    )
    chosen: list[Figure] = []
    for figure in order:
        if all(figure.last < other.first or figure.first > other.last for other in chosen):
            chosen.append(figure)
    return sorted(chosen, key=lambda figure: figure.until)


def _prices(ledger: Mapping[str, Floats]) -> dict[Measure, Band]:
    """Return prices, fees, costs and payouts of the model, those of the last quarter and the payout of ten years."""
    names: dict[Measure, str] = {
        "land_price": "land_price",
        "fee": "service_fee",
        "servicing_cost": "servicing_cost",
        "interest_rate": "interest_rate",
    }
    prices = {measure: Band.of(ledger[name][:, -1]) for measure, name in names.items()}
    payout = Band.of(payout_of(ledger, slice(-PAYOUT_YEARS * QUARTERS_PER_YEAR, None)))
    if np.isfinite(payout.median):
        prices["payout"] = payout
    return {measure: prices[measure] for measure in MEASURES if measure in prices}
