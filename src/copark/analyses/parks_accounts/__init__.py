"""Published accounts of all parks of the casebook beside the model's ledger, a row a park.

Each row is read off the answer of the question about one park (:mod:`copark.analyses.accounts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses import accounts
from copark.analyses.accounts import Total
from copark.analyses.accounts.elsewhere import Measure
from copark.analyses.accounts.published import Figure, Side
from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.analyses.provenance import current_provenance
from copark.json_types import JsonObject
from copark.progress import silent
from copark.stats.quantiles import Band
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context

PRICED: tuple[Measure, ...] = ("land_price", "payout")
"""Measures that the table has, beside results."""


class Params(AnalysisParams):
    """Parameters of the comparison of all parks."""

    runs: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Runs of the model for each park."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Number the random streams start from."""
    served: ClassVar[dict[str, float]] = {"runs": 500}


@dataclass(frozen=True)
class KnownQuantity:
    """A quantity of which figures of a park are published."""

    quantity: str
    """What it is, as in ``accounts.csv``."""
    count: int
    """Number of figures."""
    first: int
    """Year of the first."""
    last: int
    """Year of the last."""
    bases: tuple[str, ...]
    """Whose figures they are, the most frequent first."""


@dataclass(frozen=True)
class Priced:
    """A price or payout that a park's company published, beside the model's."""

    low: float
    """Least published value, in the measure's unit."""
    high: float
    """Greatest published value."""
    count: int
    """Number of published values."""
    model: Band | None
    """What the model of the park has; ``None`` where it has nothing."""


@dataclass(frozen=True)
class ParkAccounts:
    """Published accounts of a park beside its ledger."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the park."""
    quantities: tuple[KnownQuantity, ...]
    """What is published, the most frequent first."""
    sides: dict[Side, int]
    """How many of the figures that the ledger has, too, lie on which side of it."""
    total: Total | None
    """Results added up: the company's where there are any, else a group's; ``None`` where none is compared."""
    prices: dict[Measure, Priced]
    """Prices of land and payouts that are published."""

    @property
    def figures(self) -> int:
        """Number of published figures."""
        return sum(known.count for known in self.quantities)

    @property
    def compared(self) -> int:
        """Number of figures that the ledger has, too."""
        return sum(self.sides.values())

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year of the figures; ``None`` of none."""
        if not self.quantities:
            return None
        return min(known.first for known in self.quantities), max(known.last for known in self.quantities)


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Published accounts of all parks beside the model."""

    parks: tuple[ParkAccounts, ...]
    """Parks with published figures, those with results first, the largest sum on top; then by number of figures."""
    without: tuple[LocalizedText, ...]
    """Titles of the parks of the casebook of which no account is known."""
    runs: int
    """Runs of the model for each park."""

    @property
    def added(self) -> tuple[tuple[ParkAccounts, Total], ...]:
        """Parks whose published results are added up, each with the sum."""
        return tuple((park, park.total) for park in self.parks if park.total is not None)

    def main_table(self) -> Rows:
        """Return a row for each park with published figures."""
        return [
            {
                "case": park.case,
                "figures": park.figures,
                "first_year": park.years and park.years[0],
                "last_year": park.years and park.years[1],
                "compared": park.compared,
                "within": park.sides["within"],
                "model_below": park.sides["model_below"],
                "model_above": park.sides["model_above"],
                "result_of": park.total and park.total.whose,
                "result_first": park.total and park.total.first,
                "result_last": park.total and park.total.last,
                "result_periods": park.total and park.total.periods,
                "result": park.total and park.total.published,
                "model_result": park.total and park.total.model.median,
                "model_result_p05": park.total and park.total.model.low,
                "model_result_p95": park.total and park.total.model.high,
                **{name: value for measure in PRICED for name, value in _columns(measure, park.prices.get(measure))},
            }
            for park in self.parks
        ]


def _columns(measure: Measure, priced: Priced | None) -> Iterator[tuple[str, float | None]]:
    """Yield the columns of a measure in files."""
    model = None if priced is None else priced.model
    yield f"{measure}_low", None if priced is None else priced.low
    yield f"{measure}_high", None if priced is None else priced.high
    yield f"model_{measure}", None if model is None else model.median
    yield f"model_{measure}_p05", None if model is None else model.low
    yield f"model_{measure}_p95", None if model is None else model.high


def depends_on(_params: Params, context: Context) -> JsonObject:
    """Return the cases with their parameters, and the tables of accounts, which are no part of a case's content."""
    from copark.cases import list_cases

    quiet = _quiet(context)
    names = list_cases()
    cases = {name: [quiet.case(name).hash, quiet.parameters(name).identity] for name in names}
    tables = accounts.depends_on(accounts.Params(case=names[0]), quiet)["tables"]
    return {"cases": cases, "tables": tables}


def compute(params: Params, context: Context) -> Answer:
    """Ask of each park with published figures what its accounts say beside its ledger."""
    from copark.cases import list_cases

    quiet = _quiet(context)
    report = context.stage("simulate")
    names = list_cases()
    parks = []
    without = []
    for done, name in enumerate(names):
        report(done * params.runs, len(names) * params.runs)
        case = quiet.case(name)
        if not case.accounts and not case.observed("accumulated_loss"):
            without.append(case.title)
            continue
        answer = accounts.compute(accounts.Params(case=name, runs=params.runs, seed=params.seed), quiet)
        parks.append(_row(answer))
    report(len(names) * params.runs, len(names) * params.runs)
    return Answer(
        run_id=context.run_id,
        provenance=current_provenance(),
        parks=tuple(sorted(parks, key=_order)),
        without=tuple(without),
        runs=params.runs,
    )


def _quiet(context: Context) -> Context:
    """Return a context for questions about single parks, which report nothing by themselves."""
    return replace(context, progress=silent, on_study=None, on_workload=None)


def _order(park: ParkAccounts) -> tuple[bool, float, int]:
    return park.total is None, 0.0 if park.total is None else -park.total.published, -park.figures


def _row(answer: accounts.Answer) -> ParkAccounts:
    """Return the row of a park."""
    sides = Counter(comparison.side for comparison in answer.compared)
    return ParkAccounts(
        case=answer.case,
        park=answer.park,
        quantities=tuple(_known(comparison.figure for comparison in answer.figures)),
        sides={"within": sides["within"], "model_below": sides["model_below"], "model_above": sides["model_above"]},
        total=next(iter(answer.totals), None),
        prices={measure: priced for measure in PRICED if (priced := _priced(answer, measure)) is not None},
    )


def _known(figures: Iterable[Figure]) -> Iterator[KnownQuantity]:
    """Yield what is published, the most frequent first."""
    by_quantity: dict[str, list[Figure]] = {}
    for figure in figures:
        by_quantity.setdefault(figure.quantity, []).append(figure)
    for quantity, some in sorted(by_quantity.items(), key=lambda item: -len(item[1])):
        years = [figure.year for figure in some]
        bases = tuple(basis for basis, _ in Counter(figure.basis for figure in some).most_common())
        yield KnownQuantity(quantity, len(some), min(years), max(years), bases)


def _priced(answer: accounts.Answer, measure: Measure) -> Priced | None:
    """Return what the park's company published of a measure, beside the model's; ``None`` where nothing."""
    own = [price for price in answer.elsewhere if price.is_own and price.measure == measure]
    if not own:
        return None
    return Priced(
        min(price.value for price in own),
        max(price.high for price in own),
        len(own),
        answer.model_prices.get(measure),
    )
