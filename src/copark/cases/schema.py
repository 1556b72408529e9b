"""The schema of ``case.yaml``, key by key.

The models are frozen, forbid unknown keys and say of fields what their names do not, so that the JSON Schema made of
them completes and explains in an editor. What one key alone can get wrong is checked here; what only several keys
together can get wrong is checked in :mod:`copark.cases.cross_checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator

from copark.cases import dates
from copark.cases.actors import (
    Framework,
    Institution,
    Interest,
    Partner,
    Rival,
    Shareholder,
    Sides,
)
from copark.cases.dated_events import (
    Anchor,
    ByOrigin,
    Certificates,
    Closure,
    Renegotiation,
    Service,
    Shock,
    Term,
    Visit,
)
from copark.cases.dates import Date
from copark.cases.defaults import Unknown, completed
from copark.cases.facts import Fraction, Money, PlannedArea, QuotaFact, Rate, TaxRate, ThresholdFact
from copark.cases.quarters import Quarter
from copark.cases.types import (
    Count,
    Country,
    Key,
    Named,
    Number,
    Record,
    Sourced,
    UnitSymbol,
    WrittenTitle,
    YesNo,
    wrong,
)

__all__ = ["Anchor", "CaseFile", "CasePrior", "Clock", "Framework", "Parameter", "Partner", "Sides", "Term"]
"""What is read elsewhere."""

FORMAT = 1
"""Version of the format of ``case.yaml``."""

MOST_PARTNERS = 5
MOST_QUARTERS = 400
ROUNDING = 1e-9


class Clock(Record):
    """Time of the case: its first quarter, how long it is simulated, and the end of its observations."""

    start: Quarter
    """First quarter, when the development company is founded."""
    quarters: Annotated[Count, Field(ge=1, le=MOST_QUARTERS)]
    """How many quarters are simulated."""
    data_end: Quarter
    """Last quarter with observations, the present one at most; nothing dated later may be in the case."""

    def _check(self) -> None:
        last = max(self.start, Quarter.of_day(dates.today()))
        if not self.start <= self.data_end <= last:
            raise wrong("data_end", at="data_end", found=self.data_end, start=self.start, last=last)


class WorldSource(Record):
    """Country codes, WLD for the world, whose growth drives the demand of the enterprises of each origin."""

    home: Country
    """Country whose growth drives enterprises of the investing country."""
    host: Country
    """Country whose growth drives enterprises of the host country."""
    third: Country
    """Country whose growth drives enterprises of other countries."""


class CaseWorld(Record):
    """The macroeconomic series the case is tied to."""

    source: WorldSource
    """Country whose series drives each origin's demand."""


class Credit(Named):
    """A credit line for the park: to the development company, or to the host state, which passes the money on."""

    amount: Money
    """What may be drawn."""
    since: Date = Field(alias="from")
    """When it can first be drawn."""
    grace_years: Annotated[Number, Field(ge=0, le=50)] | None = None
    """Years without repayment; left out, with maturity_years, if not known: then it is never repaid."""
    maturity_years: Annotated[Number, Field(gt=0, le=100)] | None = None
    """Years from the first day to the last repayment."""
    rate: Rate | None = None
    """Interest, per year; left out if not known: then it is the model's own parameter."""
    concessional: YesNo
    """Whether it depends on the intergovernmental framework; a commercial line can be drawn without it."""
    borrower: Literal["company", "host"] = "company"
    """Who owes it: the development company, or the host state, which passes the money on and repays it itself."""
    use: YesNo = True
    """Whether the model uses it; lines that contradict the used ones stand beside them with use: false."""

    def _check(self) -> None:
        if self.grace_years is None or self.maturity_years is None:
            if self.grace_years is not self.maturity_years:
                raise wrong("half_given", at="grace_years", found="grace_years", other="maturity_years")
        elif self.grace_years >= self.maturity_years:
            raise wrong("grace", at="grace_years", found=f"{self.grace_years:g}", maturity=f"{self.maturity_years:g}")


class Finance(Record):
    """The development company's finance."""

    registered_capital: Annotated[tuple[Money, ...], Field(min_length=1)]
    """Capital its holders have bound themselves to pay in, over time."""
    paid_in_at_start: Money
    """What was paid in when it was founded."""
    credit: tuple[Credit, ...] = ()
    """Credit lines to the development company, and those of the host state for it."""
    grants: tuple[Money, ...] = ()
    """Dated aid and budget money for infrastructure, each payment by itself (not sums so far)."""


class Land(Record):
    """The land plan."""

    plan: tuple[PlannedArea, ...]
    """Area to be serviced in all, as planned at each date; empty where nobody plans and land follows demand."""
    first_area: PlannedArea
    """The start-up area: until it is serviced, arrivals are held back."""
    block: PlannedArea
    """Area serviced at a time."""
    lots: tuple[PlannedArea, ...] = ()
    """Lots that are delivered whole, each with the area complete with it (earlier lots included), from when work on it
    begins; empty where land is used as it is serviced."""


class Regime(Record):
    """Legal regime of the park: the host's offers to residents and its demands on them."""

    threshold: Annotated[tuple[ThresholdFact, ...], Field(min_length=1)]
    """Least declared investment, over time."""
    narrow_until: Date | None = None
    """Until when the list of activities was narrow and there was no one-stop shop; null if never."""
    profit_tax: Annotated[tuple[TaxRate, ...], Field(min_length=1)]
    """Tax rate on residents' profits, over time."""
    reference_tax: TaxRate
    """The tax rate enterprises compare with."""


class CasePrior(Record):
    """The spread of a parameter before any fit."""

    kind: Literal["uniform", "loguniform", "normal", "lognormal"]
    """uniform and loguniform: from a to b. normal: mean a, standard deviation b. lognormal: the logarithm is normal."""
    a: Number
    """Lower end, or mean (of the logarithm)."""
    b: Number
    """Upper end, or standard deviation (of the logarithm)."""

    def _check(self) -> None:
        if self.kind in ("normal", "lognormal"):
            sound = self.b > 0
        else:
            sound = self.a < self.b and (self.kind == "uniform" or self.a > 0)
        if not sound:
            raise wrong("prior_bounds", found=f"{self.kind}({self.a:g}, {self.b:g})")

    def allows(self, value: float) -> bool:
        """Return whether a value is possible under it."""
        if self.kind == "normal":
            return True
        return value > 0 if self.kind == "lognormal" else self.a <= value <= self.b


class Parameter(Sourced):
    """A fact of the case that replaces a parameter's default."""

    value: Number
    """Its value; the sum of by_origin, where that is given."""
    unit: UnitSymbol
    """Unit of the value, that of the parameter."""
    by_origin: ByOrigin | None = None
    """For a parameter with a value for each origin of enterprises (origin_weight): the values."""
    prior: CasePrior | None = None
    """Its spread; left out if it is held fixed, as values by origin always are."""

    def _check(self) -> None:
        if self.by_origin is not None:
            total = sum(self.values)
            if abs(total - self.value) > ROUNDING:
                raise wrong("origin_sum", at="value", found=f"{self.value:g}", total=f"{total:g}")
            if self.prior is not None:
                raise wrong("prior_of_origins", at="prior")
        elif self.prior is not None and not self.prior.allows(self.value):
            raise wrong("outside_prior", at="value", found=f"{self.value:g}")

    @property
    def values(self) -> tuple[float, ...]:
        """Its value, or those of home, host and third."""
        origins = self.by_origin
        return (self.value,) if origins is None else (origins.home, origins.host, origins.third)


class CaseFile(Record):
    """A park, as far as ``case.yaml`` tells it."""

    format: Annotated[Literal[1], WithJsonSchema({"const": FORMAT})]
    """Version of this format: 1."""
    name: Key
    """Short name of the case, such as great-stone."""
    title: WrittenTitle
    """The park's name for a reader."""
    kind: Literal["intergovernmental", "mixed", "enterprise-led"]
    """Who drives the park."""
    not_known: tuple[Unknown, ...] = ()
    """For a light case: keys, parts of keys (land.block) and tables of which nothing is known; documented defaults
    stand in their place."""
    clock: Clock
    """When it starts, how long it is simulated, and where its observations end."""
    sides: Sides
    """The two governments."""
    world: CaseWorld
    """Which macroeconomic series it is tied to."""
    interests: tuple[Interest, ...] = ()
    """What the governments want of the park."""
    shareholders: tuple[Shareholder, ...]
    """Holders of the development company, while they are there; their shares are in equity.csv."""
    institutions: tuple[Institution, ...] = ()
    """Councils, administrations, agreements, decrees and committees."""
    framework: Framework | None = None
    """When the intergovernmental framework is on; null for a park without one."""
    quota: Annotated[tuple[QuotaFact, ...], Field(min_length=1)]
    """Shares a strategic decision needs, in basis points; 5001 is more than half."""
    finance: Finance
    """Capital, credit and grants of the development company."""
    land: Land
    """How much land is to be serviced, and how."""
    regime: Regime
    """What the host's law offers and asks of residents."""
    capability: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    """The developer's operating capability over time, 0 to 1: a judgement."""
    partners: Annotated[tuple[Partner, ...], Field(max_length=MOST_PARTNERS)] = ()
    """Named global partners."""
    rivals: tuple[Rival, ...] = ()
    """Rival parks next door; the same one may stand several times, one time after the other."""
    anchors: tuple[Anchor, ...] = ()
    """Large dated enterprises that the case names."""
    certificates: tuple[Certificates, ...] = ()
    """Dated first residents."""
    visits: tuple[Visit, ...] = ()
    """Visits and summits of the two sides."""
    shocks: tuple[Shock, ...] = ()
    """Dated global shocks."""
    closures: tuple[Closure, ...] = ()
    """Closures of the park, by a government or by the development company."""
    renegotiations: tuple[Renegotiation, ...] = ()
    """Dated renegotiations between the sides."""
    terms: tuple[Term, ...] = ()
    """What the park lets enterprises arbitrage."""
    services: tuple[Service, ...] = ()
    """Services promised by a date: the checklist that the park's level of service is observed by."""
    parameters: Mapping[Key, Parameter] = Field(default_factory=dict)
    """Parameters of the model that are facts of this case."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        return completed(data)

    def _check(self) -> None:
        if not self.shareholders and "shareholders" not in self.not_known:
            raise wrong("too_short", at="shareholders", found=0, limit=1)
