"""Row schemas of a case's CSV tables: cap tables, events, observations, enterprises, context, sources.

A record of a table has one field per column. A field with a default may be an empty cell, or a column left out. Of all
of them ``source`` holds keys of ``sources.yaml``, ``grade`` says how far the record is trusted, and ``note`` what a
reader should know.

A cell of text may begin with ``=``, ``+``, ``-`` or ``@``. Nothing here computes it, but a spreadsheet would: whoever
writes such text into a CSV or XLSX file must mark it as text.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from typing import Annotated, Any, Literal, LiteralString, get_args

from pydantic import AfterValidator, Field, model_validator

from copark import units
from copark.cases import observed_variables
from copark.cases.dates import Date, quarter_of
from copark.cases.quarters import Quarter
from copark.cases.types import (
    Address,
    Amount,
    BasisPoints,
    Count,
    Country,
    Grade,
    Key,
    Number,
    Record,
    Scale,
    Side,
    SourceKeys,
    UnitSymbol,
    Words,
    WrittenText,
    YesNo,
    in_both,
    suggestion,
    wrong,
)

UNALLOCATED = "unallocated"
"""Holder of the rest of a cap table whose owner is not known; its side is ``none`` and it never votes."""

Bound = Literal["exact", "about", "more-than", "at-least", "at-most", "range"]
"""What an observed value says: the value, roughly the value, a round number just passed ("more than 50"), a true limit
(a count known to be a part of the whole, an obligation), or a range from ``value`` to ``high``."""

MORE_THAN = 1.1
"""How far "more than N" reaches: it is read as N to ``MORE_THAN`` x N. ``inf`` reads it as a limit alone.

A report says "more than 50" because 50 is the last round number passed. In the casebook nine such values have another
beside them, not below and within about four months: all by 1.08 N, the median 1.02 N. A judgement; decision 0047 has
the pairs, and what 1.05, 1.25 and ``inf`` would change.
"""

Role = Literal["fit", "score", "check", "context"]
"""What an observation is for: to fit, to score what was not fitted, to look at beside the model, or to know."""

OtherBasis = Literal[
    "announced",
    "construction",
    "development-scope",
    "foreign-funded",
    "part",
    "other-count",
    "other-stage",
    "wider-area",
    "not-stated",
]
"""On what basis a value stands that is not the model's: expected or announced; with those who build the park; land
under development or taken up, not serviced; foreign-funded enterprises alone; some of the enterprises or sources; the
rule of another counter; enterprises at another stage, landed or permitted; more than the park, as the zone or city
around it; a basis that is not said."""

SCALES: tuple[str, ...] = get_args(Scale)


def _one_of(words: Collection[str], code: LiteralString) -> AfterValidator:
    def check(name: str) -> str:
        if name not in words:
            raise wrong(code, found=name, suggestion=suggestion(name, words))
        return name

    return AfterValidator(check)


class Source(Record):
    """Publication that something was read in."""

    outlet: Words
    """Who published it."""
    title: Words | None = None
    """Its title as published; left out if not known."""
    date: Date | None = None
    """When it was published: YYYY, YYYY-MM or YYYY-MM-DD; left out if not known."""
    url: Address | None = None
    """Web address; left out if there is none."""
    read: Literal["original", "mirror"]
    """Whether the original was read, or a mirror of it."""
    language: Words | None = None
    """Language code, as en, ru, zh, be."""
    note: WrittenText | None = None
    """What a reader should know."""


class Holding(Record):
    """Shares of one holder in a cap table."""

    holder: Words
    """Key of a shareholder of case.yaml, or a name (of several holders together); unallocated for the rest."""
    side: Literal["home", "host", "third", "none"]
    """Side it votes with: home, host, third, or none for the unallocated rest."""
    basis_points: BasisPoints
    """Its share, basis points, 0 to 10000."""
    basis: Words
    """What the share is a share of, and how it was given."""
    grade: Grade
    """How far it is trusted."""
    source: SourceKeys
    """Keys of sources.yaml, or judgement."""
    note: Words | None = None
    """What a reader should know."""

    def _check(self) -> None:
        if (self.holder == UNALLOCATED) != (self.side == "none"):
            raise wrong("unallocated", at="side", found=self.side)


class EquityRow(Holding):
    """A row of ``equity.csv``: a holding, and the cap table it belongs to."""

    table: Key
    """Key of the cap table: rows with the same belong together."""
    date: Date
    """When the cap table holds from."""
    use: YesNo
    """Whether the model uses the cap table."""


class CapTable(Record):
    """Owners of the development company from a date on."""

    table: Key
    """Key of the cap table."""
    date: Date
    """When it holds from."""
    use: YesNo
    """Whether the model uses it; then it is complete."""
    holdings: tuple[Holding, ...]
    """The holders and their shares."""

    def basis_points_of(self, side: str) -> int:
        """Add up the shares of ``home``, ``host`` or ``third``, in basis points; ``none`` is the unallocated rest."""
        return sum(holding.basis_points for holding in self.holdings if holding.side == side)


class Event(Record):
    """A row of ``events.csv``: something that happened."""

    date: Date
    """When it happened: YYYY, YYYY-MM or YYYY-MM-DD."""
    scale: Scale
    """Scale it happened at: global, intergovernmental, park or enterprise."""
    mechanism: Annotated[Words, _one_of(observed_variables.MECHANISMS, "not_allowed")]
    """Mechanism by which it bears on the park."""
    actors_en: Words = ""
    """Who acted, in English; one language is enough."""
    actors_zh: Words = ""
    """Who acted, in Chinese; one language is enough."""
    event_en: Words = ""
    """What happened, in English; one language is enough."""
    event_zh: Words = ""
    """What happened, in Chinese; one language is enough."""
    grade: Grade
    """How far it is trusted."""
    source: SourceKeys
    """Keys of sources.yaml."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        return in_both(in_both(data, "actors_en", "actors_zh"), "event_en", "event_zh")

    def _check(self) -> None:
        for name in ("actors", "event"):
            if not getattr(self, f"{name}_en"):
                raise wrong("empty_cell", at=f"{name}_en")

    def actors(self, lang: str = "en") -> str:
        """Describe who acted."""
        return self.actors_zh if lang == "zh" else self.actors_en

    def event(self, lang: str = "en") -> str:
        """Describe what happened."""
        return self.event_zh if lang == "zh" else self.event_en


class _Measured(Record):
    date: Date
    """Date as the source gives it: YYYY, YYYY-MM or YYYY-MM-DD; a bare year means its end."""
    value: Number
    """The value, in the unit the source used; the lower end of a range."""
    unit: UnitSymbol
    """Unit of the value, one of those of the variable."""
    basis: Words
    """What exactly is counted or measured: a stock, a year's flow, the sum so far …"""
    grade: Grade
    """How far it is trusted."""
    source: SourceKeys
    """Keys of sources.yaml, or judgement."""
    note: Words | None = None
    """What a reader should know."""

    def in_unit(self, unit: str) -> float:
        """Return the value in another unit of the same quantity; ValueError if the units measure different things."""
        return units.convert(self.value, self.unit, unit)

    @property
    def quarter(self) -> Quarter:
        """The quarter it is compared with: a bare year means the year's end."""
        return quarter_of(self.date, "stock")

    def _check_measure(self, variable: observed_variables.SeriesVariable) -> None:
        if self.unit not in variable.units():
            raise wrong("unit_misfit", at="unit", found=self.unit, expected=" | ".join(variable.units()))
        low = variable.lowest
        high = variable.highest
        beyond = high is not None and units.convert(self.value, self.unit, "1") > high
        if beyond or (low is not None and self.value < low):
            ends = {"low": "-∞" if low is None else f"{low:g}", "high": "∞" if high is None else f"{high:g}"}
            raise wrong("out_of_range", at="value", found=f"{self.value:g}", **ends)


class Observation(_Measured):
    """A row of ``series.csv``: a value somebody reported of the park."""

    variable: Annotated[Words, _one_of(observed_variables.SERIES, "unknown_variable")]
    """Name of the variable; the model's output, where it has one."""
    high: Number | None = None
    """Upper end of a range, in the same unit; empty where it is a single value."""
    bound: Bound
    """What it says: exact, about, more-than, at-least, at-most or range."""
    error: Annotated[Number, Field(gt=0)] | None = None
    """Standard deviation of its error, in its unit; left out, it follows from the grade."""
    use: YesNo
    """yes for the value used of this variable at this date; no for those that contradict it."""
    role: Role
    """What it is for: fit, score, check or context."""
    other_basis: OtherBasis | None = None
    """Basis other than the model's on which it stands; empty for the model's own. Such a value is context alone."""

    def _check(self) -> None:
        variable = observed_variables.SERIES[self.variable]
        self._check_measure(variable)
        if (self.bound == "range") != (self.high is not None):
            raise wrong("range_high", at="high", found=self.bound)
        if self.high is not None and self.high <= self.value:
            raise wrong("range_order", at="high", found=f"{self.high:g}", low=f"{self.value:g}")
        if self.role in ("fit", "score") and not variable.output:
            raise wrong("role_without_output", at="role", found=self.role, variable=self.variable)
        if self.role == "score" and variable.since_founding:
            raise wrong("count_not_scored", at="role", found=self.role, variable=self.variable)
        if self.other_basis is not None and self.role != "context":
            raise wrong("not_compared", at="role", found=self.role, basis=self.other_basis)

    def interval(self, unit: str, more_than: float = MORE_THAN) -> tuple[float | None, float | None]:
        """Return the lowest and highest value it allows, in a unit; ``None`` where it sets no limit.

        Parameters
        ----------
        unit
            The unit.
        more_than
            How far "more than N" reaches, as a multiple of N; of N ≤ 0 it is a limit alone.
        """
        value = self.in_unit(unit)
        if self.bound == "more-than":
            return value, value * more_than if value > 0 and isfinite(more_than) else None
        if self.bound == "at-least":
            return value, None
        if self.bound == "at-most":
            return None, value
        return value, value if self.high is None else units.convert(self.high, self.unit, unit)


class ContextValue(_Measured):
    """A row of ``host_context.csv``: a value of the park's host city or country."""

    variable: Annotated[Words, _one_of(observed_variables.HOST_CONTEXT, "unknown_variable")]
    """Name of the variable."""

    def _check(self) -> None:
        self._check_measure(observed_variables.HOST_CONTEXT[self.variable])


class GrowthValue(Record):
    """A row of ``growth.csv``: real growth of a country in a year, beside or in place of the casebook's own series."""

    country: Country
    """ISO 3166-1 alpha-3 code; WLD for the world."""
    year: Annotated[Count, Field(ge=1900, le=2999)]
    """Calendar year."""
    growth_percent: Annotated[Number, Field(ge=-100, le=1000)]
    """Growth of real gross domestic product against the year before, in percent."""
    source: SourceKeys
    """Keys of sources.yaml."""
    note: Words | None = None
    """What a reader should know."""


class Enterprise(Record):
    """A row of ``enterprises.csv``: an enterprise known by name."""

    name: Words
    """Its name in Latin letters."""
    name_zh: Words | None = None
    """Its name in Chinese; empty if not known."""
    country: Country | None = None
    """ISO 3166-1 alpha-3 code of its country; empty if not known."""
    origin: Side | None = None
    """Origin, as the model counts it."""
    sector_en: Words | None = None
    """What it does, in English; empty if not known."""
    sector_zh: Words | None = None
    """What it does, in Chinese; empty if not known."""
    registered: Date | None = None
    """When it was registered; empty if not known."""
    operating: Date | None = None
    """When it began to operate; empty if it has not, or that is not known."""
    declared: Amount | None = None
    """Investment it declared, M USD."""
    jobs: Count | None = None
    """People it employs; empty if not known."""
    status: Literal["intention", "registered", "building", "operating", "gone", "unknown"]
    """Its last known stage: intention, registered, building, operating, gone or unknown."""
    grade: Grade
    """How far it is trusted."""
    source: SourceKeys
    """Keys of sources.yaml."""
    note: Words | None = None
    """What a reader should know."""
