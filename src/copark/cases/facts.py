"""Facts: dated values with a unit, a basis, a grade and a source, and how they are put in order."""

from collections.abc import Iterable
from math import inf
from typing import Annotated, LiteralString, Protocol, TypeVar

from pydantic import AfterValidator

from copark import units
from copark.cases.dates import Date, quarter_of
from copark.cases.quarters import Quarter
from copark.cases.types import Grade, Number, Record, SourceKeys, UnitSymbol, Words, WrittenText, YesNo, outside, wrong


class Fact(Record):
    """A value as a source gives it, from its date on until the next used fact of the same key."""

    date: Date
    """When it holds from: YYYY, YYYY-MM or YYYY-MM-DD."""
    value: Number
    """The value, in the unit the source used."""
    unit: UnitSymbol
    """Unit of the value, one of the list of units."""
    basis: Words
    """What exactly is counted or measured, and how."""
    grade: Grade
    """How far it is trusted: high, medium, low, derived, judgement or background."""
    source: SourceKeys
    """Keys of sources.yaml, or judgement."""
    use: YesNo = True
    """Whether the model uses it; contradictory values stand beside the used one with use: false."""
    note: WrittenText | None = None
    """What a reader should know: why a judgement is so, why a contradictory value is not used."""

    def in_unit(self, unit: str) -> float:
        """Return the value in another unit of the same quantity; ValueError if the units measure different things."""
        return units.convert(self.value, self.unit, unit)


def _measured_in(unit: LiteralString, low: float | None = None, high: float | None = None) -> AfterValidator:
    def check(fact: Fact) -> Fact:
        if not units.convertible(fact.unit, unit):
            raise wrong("unit_misfit", at="unit", found=fact.unit, expected=unit)
        value = fact.in_unit(unit)
        if (low is not None and value < low) or (high is not None and value > high):
            ends = (-inf if low is None else low, inf if high is None else high)
            raise outside("out_of_range", value, *ends, at="value", unit="" if unit == "1" else unit)
        return fact

    return AfterValidator(check)


Money = Annotated[Fact, _measured_in("M USD", low=0)]
"""A fact in money, convertible to M USD, not negative."""

Area = Annotated[Fact, _measured_in("ha", low=0)]
"""A fact in area, convertible to ha, not negative."""

Fraction = Annotated[Fact, _measured_in("1", low=0, high=1)]
"""A fact that is a share or a factor, 0 to 1."""

MOST_TAX = 0.9
"""Upper end of the model's range of tax rates; beyond it runs fail."""
MOST_THRESHOLD = 1000.0
"""Upper end of the model's range of least investments, M USD; beyond it runs fail."""
MOST_AREA = 100_000.0
"""Upper end of the model's range of areas, ha; beyond it runs fail."""

TaxRate = Annotated[Fact, _measured_in("1", low=0, high=MOST_TAX)]
"""A fact that is a tax rate: at most the model's greatest, since nothing is left to invest at 1."""

ThresholdFact = Annotated[Fact, _measured_in("M USD", low=0, high=MOST_THRESHOLD)]
"""A fact that is the least investment asked, up to the model's greatest."""

PlannedArea = Annotated[Fact, _measured_in("ha", low=0, high=MOST_AREA)]
"""A fact that is an area of the park, up to the model's greatest."""

Rate = Annotated[Fact, _measured_in("1/yr", low=0, high=1)]
"""A fact that is a rate per year, 0 to 1."""

QuotaFact = Annotated[Fact, _measured_in("bp", low=1, high=10_000)]
"""A fact in basis points of the shares, 1 to 10000."""


class Dated(Protocol):
    """An entry that has a date and says whether the model uses it."""

    @property
    def date(self) -> Date:
        """Date from which it holds."""

    @property
    def use(self) -> bool:
        """True if the model uses it."""


D = TypeVar("D", bound=Dated)


def used(dated: Iterable[D]) -> tuple[D, ...]:
    """Return what the model uses, by date."""
    return tuple(
        sorted((entry for entry in dated if entry.use), key=lambda entry: (entry.date.first_day, entry.date.last_day))
    )


def in_force(dated: Iterable[D], quarter: Quarter) -> D | None:
    """Return what holds at the end of a quarter: the last used one dated in it or before, ``None`` before the first."""
    holding = [entry for entry in used(dated) if quarter_of(entry.date, "event") <= quarter]
    return holding[-1] if holding else None
