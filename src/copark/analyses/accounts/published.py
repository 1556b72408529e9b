"""Published figures of a park's company, made comparable: in US dollars, and whether the model's ledger has the same.

A figure is compared where it is of the whole park, of a company whose ledger the model keeps (or a known share of it),
and of a quantity of that ledger. Everything else is shown with the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from copark.cases.accounts import ASSUMED, QUANTITIES, quantity_title
from copark.cases.observed_variables import series_title
from copark.cases.quarters import Quarter
from copark.cases.wide_rows import WIDE
from copark.labels import lowered
from copark.model.clock import QUARTERS_PER_YEAR

if TYPE_CHECKING:
    from copark.cases.accounts import Account
    from copark.cases.case import Case
    from copark.cases.table_schemas import Observation
    from copark.stats.quantiles import Band

Whose = Literal["company", "share", "group"]
"""Whose figure is compared: the company's, a known share of it, or a group's with more than the park."""
Why = Literal["", "quantity", "holder", "part", "rate", "time"]
"""Why a figure is not compared; empty where it is."""
RateFrom = Literal["", "published", "assumed", "other-row", "series", "books"]
"""Where its dollars come from; empty where it has none, or needs none."""
Side = Literal["within", "model_above", "model_below"]
"""Where the model's 90 % range lies beside what was published or observed: around it, above it, or below it."""
Way = Literal["flow", "level", "ratio"]
"""How a quantity is read over a period: as a sum, at its end, or as the ratio of two sums."""


@dataclass(frozen=True)
class Counterpart:
    """What of the model's ledger a published quantity is the same as."""

    course: str
    """Name of the ledger's course."""
    way: Way
    """How it is read over a period."""
    unit: str
    """Unit in which the two are compared, a symbol of :mod:`copark.units`."""


COUNTERPARTS: Mapping[str, Counterpart] = {
    "result_after_tax": Counterpart("result", "flow", "M USD"),
    "result_before_tax": Counterpart("result", "flow", "M USD"),
    "operating_result": Counterpart("result_before_interest", "flow", "M USD"),
    "associates_result": Counterpart("result", "flow", "M USD"),
    "gross_profit": Counterpart("gross_profit", "flow", "M USD"),
    "revenue": Counterpart("revenue", "flow", "M USD"),
    "land_revenue": Counterpart("land_sales", "flow", "M USD"),
    "recurring_income": Counterpart("fees", "flow", "M USD"),
    "cost_of_sales": Counterpart("cost_of_sales", "flow", "M USD"),
    "administration_cost": Counterpart("operating_cost", "flow", "M USD"),
    "finance_cost": Counterpart("interest", "flow", "M USD"),
    **{line: Counterpart(line, "flow", "M USD") for line in WIDE["books"]},
    "dividends": Counterpart("dividends", "flow", "M USD"),
    "land_sold": Counterpart("land_sold", "flow", "ha"),
    "payout": Counterpart("payout", "ratio", "%"),
    "accumulated_loss": Counterpart("accumulated_loss", "level", "M USD"),
    "servicing_cost": Counterpart("servicing_outlay", "level", "M USD"),
    "serviced_area": Counterpart("serviced_area", "level", "ha"),
    "land_let": Counterpart("land_let", "level", "ha"),
    "land_let_share": Counterpart("land_let_share", "level", "%"),
    "land_price": Counterpart("land_price", "level", "M USD/ha"),
    "service_fee": Counterpart("service_fee", "level", "M USD/ha/yr"),
    "interest_rate": Counterpart("interest_rate", "level", "%"),
}
"""Quantities of published accounts, and lines of a person's own books, that the model's ledger has too."""
PARTS = frozenset(
    {
        "Qinzhou, start-up area",
        "TEDA Suez, expansion of 6 km²",
        "TEDA Suez, phase 1",
        "Thilawa Zone A",
        "Thilawa Zone B, phase 1",
        "Thilawa, housing and shops",
        "Tianjin Eco-City, housing land",
    }
)
"""Names in ``accounts.csv`` of a part of a park, or of a business beside it."""
HOLDINGS: Mapping[str, float] = {"Myanmar Thilawa SEZ Holdings (MTSH)": 0.41}
"""Share of the park's company that a holder has, by the notes of its rows: its share of the result is compared."""
M2_PER_HA = 10_000.0
MILLION = 1e6


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published figure, in the unit in which it is compared."""

    quantity: str
    """What it is of, as in ``accounts.csv``."""
    company: str
    """Company that it is of."""
    estates: str
    """Parks or estates that it is of."""
    period: str
    """Period or date, as published."""
    since: str
    """First day of the period; that of the date where it has none."""
    until: str
    """Last day."""
    quarters: int
    """Quarters of its period; 0 for what is known at a date."""
    basis: str
    """Whose figure it is, as in ``accounts.csv``."""
    bound: str
    """What it says: exact, about, more-than, at-least, at-most or range."""
    value: float
    """As published; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` for a single value."""
    unit: str
    """Unit as published."""
    currency: str
    """Currency as published; empty for what is none."""
    compared: float | None
    """In the unit in which it is compared; ``None`` where it cannot be."""
    compared_high: float | None
    """Upper end of a range, likewise."""
    rate_from: RateFrom
    """Where its dollars come from."""
    whose: Whose
    """Whose figure is compared."""
    share: float
    """Share of the company's figure that it is, 0 to 1."""
    why: Why
    """Why it is not compared; empty where it is."""
    checked: bool
    """Whether its source was read once more."""
    grade: str
    """How far it is trusted."""
    source: tuple[str, ...]
    """Keys of its sources."""
    note: str
    """What a reader should know."""

    @property
    def first(self) -> Quarter:
        """First quarter of its period."""
        return _quarter(date.fromisoformat(self.since))

    @property
    def last(self) -> Quarter:
        """Last quarter of its period, or that of the date."""
        return _quarter(date.fromisoformat(self.until))

    @property
    def year(self) -> int:
        """Year in which its period ends."""
        return self.last.year


def side_of(low: float, high: float, model: Band) -> Side:
    """Return where the model's range lies beside the least and the greatest value that is told."""
    if model.low > high:
        return "model_above"
    return "model_below" if model.high < low else "within"


def title_of(quantity: str, lang: str = "en") -> str:
    """Return the name of a quantity as it stands inside a sentence: of published accounts, or a line of the books."""
    return quantity_title(quantity, lang) if quantity in QUANTITIES else lowered(series_title(quantity, lang))


def figures_of(case: Case, first: Quarter, last: Quarter) -> tuple[Figure, ...]:
    """Return every published figure of a park, in the order of quantity and time.

    Parameters
    ----------
    case
        The park.
    first, last
        First and last quarter that the model is run for.
    """
    rates: dict[tuple[str | None, int], float | None] = {
        (row.currency, row.until.last_day.year): row.per_usd
        for row in case.accounts
        if row.per_usd and row.rate_source != ASSUMED
    }
    figures = [_figure(row, case, rates, (first, last)) for row in case.accounts]
    figures += _of_series(case, figures, (first, last))
    order = list(COUNTERPARTS)
    return tuple(
        sorted(
            figures,
            key=lambda figure: (
                order.index(figure.quantity) if figure.quantity in order else len(order),
                figure.quantity,
                figure.until,
                figure.since,
            ),
        )
    )


def _figure(
    row: Account, case: Case, rates: Mapping[tuple[str | None, int], float | None], span: tuple[Quarter, Quarter]
) -> Figure:
    """Return a row of ``accounts.csv``, compared or with the reason why it is not."""
    share = HOLDINGS.get(row.company, 0.0) if row.basis == "holder-share" else 1.0
    factor, rate_from = _per_unit(row, case, rates)
    until = row.until.last_day
    since = until if row.since is None else row.since.first_day
    quarters = 0 if row.since is None else _quarter(until) - _quarter(since) + 1
    why: Why = ""
    if row.quantity not in COUNTERPARTS or (row.quantity == "associates_result" and row.basis != "holder-share"):
        why = "quantity"
    elif row.basis in ("holder", "estate", "market", "state") or not share:
        why = "holder"
    elif row.estates in PARTS:
        why = "part"
    elif factor is None:
        why = "rate"
    elif _quarter(until) < span[0] or _quarter(until) > span[1]:
        why = "time"
    return Figure(
        quantity=row.quantity,
        company=row.company,
        estates=row.estates,
        period=row.period,
        since=since.isoformat(),
        until=until.isoformat(),
        quarters=quarters,
        basis=row.basis,
        bound=row.bound,
        value=float(row.value),
        high=None if row.high is None else float(row.high),
        unit=row.unit,
        currency=row.currency or "",
        compared=None if factor is None else row.value * factor,
        compared_high=None if factor is None or row.high is None else row.high * factor,
        rate_from=rate_from,
        whose="group" if row.basis == "group" else "share" if row.basis == "holder-share" else "company",
        share=share or 1.0,
        why=why,
        checked=bool(row.checked),
        grade=row.grade,
        source=tuple(row.source),
        note=row.note or "",
    )


def _per_unit(
    row: Account, case: Case, rates: Mapping[tuple[str | None, int], float | None]
) -> tuple[float | None, RateFrom]:
    """Return what a published unit is worth in the unit of comparison, and where the rate of exchange comes from."""
    if row.currency is None:
        return 1.0, ""
    area = M2_PER_HA / MILLION if row.unit.startswith("per m2") else 1.0
    if row.currency == "USD":
        return area, ""
    if row.per_usd:
        return area / row.per_usd, "assumed" if row.rate_source == ASSUMED else "published"
    dollars = _dollars_in_series(row, case)
    if dollars is not None and row.value:
        return dollars / row.value, "series"
    other = rates.get((row.currency, row.until.last_day.year))
    return (area / other, "other-row") if other else (None, "")


def _dollars_in_series(row: Account, case: Case) -> float | None:
    """Return the dollars of a result that the case's ``series.csv`` has for the same period, where it has them."""
    if row.quantity != "result_after_tax" or row.basis not in ("company", "group"):
        return None
    until = row.until.last_day
    for observation in case.observed("developer_profit"):
        if observation.unit == "M USD" and observation.date.last_day == until:
            return float(observation.value)
    return None


def _of_series(case: Case, figures: Iterable[Figure], span: tuple[Quarter, Quarter]) -> Iterator[Figure]:
    """Yield what ``series.csv`` alone has: accumulated losses, and the lines of a person's own books.

    ``accounts.csv`` of the casebook repeats no loss by rule, and no case of the casebook has such lines.
    """
    known = {figure.until[:7] for figure in figures if figure.quantity == "accumulated_loss"}
    for row in case.observed("accumulated_loss"):
        if row.date.last_day.isoformat()[:7] not in known:
            yield _in_dollars(row, case, span, "M USD")
    for line in WIDE["books"]:
        for row in case.observed(line):
            if row.unit.startswith("M USD"):
                yield _in_dollars(row, case, span, row.unit)


def _in_dollars(row: Observation, case: Case, span: tuple[Quarter, Quarter], unit: str) -> Figure:
    """Return a row of ``series.csv`` in millions of dollars as a figure of the company's."""
    is_year = unit.endswith("/yr") and row.date.precision == "year"
    until = row.date.last_day
    last = _quarter(until)
    return Figure(
        quantity=row.variable,
        company=case.title.en,
        estates="",
        period=str(row.date),
        since=(row.date.first_day if is_year else until).isoformat(),
        until=until.isoformat(),
        quarters=QUARTERS_PER_YEAR if is_year else 0,
        basis="company",
        bound=row.bound,
        value=float(row.value),
        high=None if row.high is None else float(row.high),
        unit="M",
        currency="USD",
        compared=float(row.value),
        compared_high=None if row.high is None else float(row.high),
        rate_from="books" if row.variable in WIDE["books"] else "",
        whose="company",
        share=1.0,
        why="" if span[0] <= last <= span[1] else "time",
        checked=False,
        grade=row.grade,
        source=tuple(row.source),
        note=row.note or "",
    )


def _quarter(day: date) -> Quarter:
    """Return the quarter of a day."""
    return Quarter(day.year, (day.month + 2) // 3)
