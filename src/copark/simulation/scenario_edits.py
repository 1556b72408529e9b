"""Edits: what a scenario changes among the *facts* of a case, by name.

A scenario may change parameters, levers and links of the model; here it changes what happened: who owned how much,
which decree came, who entered and left, what was agreed. This file says how that is written (YAML key ``edits:``);
:mod:`~copark.simulation.case_edits` does it. Nothing is changed before the date of an edit.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from copark.cases.dates import Date
from copark.cases.facts import MOST_AREA, MOST_TAX, MOST_THRESHOLD
from copark.cases.tables import WHOLE
from copark.cases.types import BasisPoints, Jump, UnitInterval, outside, wrong
from copark.simulation.study_entries import StudyEntry, Switch, When

ALWAYS = Date(2999, 12, 31)
"""Date after everything: a narrow list that stays."""
NEVER = Date(1000, 1, 1)
"""Date before everything: a narrow list that never was."""

LONGEST_SHIFT = 400


class ValueStep(StudyEntry):
    """A value from a date on; without a date from the start on."""

    value: float
    """The value, in the unit of the edit and within its range."""
    since: When | None = Field(default=None, alias="from")
    """When it begins to hold: a date (2015, 2015-05, 2015-05-10) or a quarter (2015Q2); null for the start."""


class Shares(StudyEntry):
    """A cap table from a date on, by side, in basis points; the unallocated rest never votes."""

    home: BasisPoints = 0
    """Shares of the investing side, basis points (6000 is 60 %)."""
    host: BasisPoints = 0
    """Shares of the host side, basis points."""
    third: BasisPoints = 0
    """Shares of holders of neither side, basis points."""
    unallocated: BasisPoints = 0
    """Shares that never vote, basis points. The four sum to 10000."""
    since: When | None = Field(default=None, alias="from")
    """When the shares begin to hold: a date or a quarter; null for the start."""

    @model_validator(mode="after")
    def _check_sum(self) -> Shares:
        total = self.home + self.host + self.third + self.unallocated
        if total != WHOLE:
            raise wrong("study_shares", found=total, rest=WHOLE - total)
        return self


class FrameworkEdit(StudyEntry):
    """The intergovernmental framework: off for good, or on from a quarter to a quarter."""

    on: Switch = True
    """Whether there is a framework; off, it never was, and no dates may be given."""
    since: When | None = Field(default=None, alias="from")
    """First quarter of the framework, as a quarter or a date; null for that on record, or for the start."""
    until: When | None = Field(default=None, alias="to")
    """Last quarter of the framework; null for that on record, or for no end where ``from`` is given."""

    @model_validator(mode="after")
    def _check_off(self) -> FrameworkEdit:
        if not self.on and (self.since or self.until):
            raise wrong("study_off_with_dates", found=self.since or self.until)
        return self


class Depth(StudyEntry):
    """Instruments of the framework, each on or off, from a date on."""

    credit: Switch = True
    """Credit for the park: concessional with the framework, commercial with or without it."""
    plan: Switch = True
    """The political land plan; off, land follows demand."""
    mediation: Switch = True
    """The council mediates votes that would fail."""
    visits: Switch = True
    """Visits and summits bring the two sides closer."""
    rescue_by_treaty: Switch = True
    """With the framework, the two sides may share a shortfall that neither would bear alone."""
    rescue_alone: Switch = True
    """With or without the framework, a side may pay a shortfall without the other."""
    since: When | None = Field(default=None, alias="from")
    """When what is off goes off: a date or a quarter; null for the start."""


class Stay(StudyEntry):
    """Time of a partner or shareholder in the park: none, for good, at other dates, or some quarters later."""

    present: Switch = True
    """Whether it is ever there; off, nothing else may be said."""
    forever: bool = False
    """Whether it stays for good once it has come; not with ``to``."""
    since: When | None = Field(default=None, alias="from")
    """When it comes: a date or a quarter; null for as on record."""
    until: When | None = Field(default=None, alias="to")
    """When it leaves: a date or a quarter, the last it is there; null for as on record."""
    shift: Annotated[int, Field(ge=-LONGEST_SHIFT, le=LONGEST_SHIFT)] = 0
    """Quarters by which its time is moved: later, or earlier where negative; not with dates."""

    @model_validator(mode="after")
    def _check_words(self) -> Stay:
        dated = bool(self.since or self.until)
        if not self.present and (dated or self.forever or self.shift):
            raise wrong("study_stay", found="drop")
        if (self.forever and self.until) or (self.shift and dated):
            raise wrong("study_stay", found="forever, to" if self.forever else "shift, from, to")
        return self


class RivalEdit(StudyEntry):
    """A rival park next door, of a side: its size relative to this park, and that side's stake in it."""

    side: Literal["home", "host"]
    """Side that has a stake in the rival: home or host."""
    size: Annotated[float, Field(ge=0.0, le=100.0)]
    """Size of the rival relative to this park: 1 for one as large, 0 for none, at most 100."""
    stake: UnitInterval
    """The side's stake in the rival, 0 to 1."""
    since: When | None = Field(default=None, alias="from")
    """First quarter of the rival, as a quarter or a date; null for the start."""
    until: When | None = Field(default=None, alias="to")
    """Last quarter of the rival; null for no end."""


class TermEdit(StudyEntry):
    """Gains of enterprises of each origin in the park, in return per year (0.01 = one point), from a date on."""

    home: Jump
    """What enterprises of the investing country gain: return per year, -1 to 1."""
    host: Jump
    """What enterprises of the host country gain: return per year, -1 to 1."""
    third: Jump
    """What enterprises of other countries gain: return per year, -1 to 1."""
    since: When | None = Field(default=None, alias="from")
    """When the terms begin to hold: a date or a quarter; null for the start."""


def _steps(value: Any) -> Any:
    return [{"value": value}] if isinstance(value, (int, float, str)) and not isinstance(value, bool) else value


def _between(low: float, high: float) -> AfterValidator:
    """Check values once they are numbers, however they were written; ranges are the model's own."""

    def check(steps: Steps | None) -> Steps | None:
        if steps == ():
            raise wrong("too_short", found=0, limit=1)
        for step in steps or ():
            if not low <= step.value <= high:
                raise outside("study_range", step.value, low, high)
        return steps

    return AfterValidator(check)


def _words(**meaning: dict[str, Any]) -> BeforeValidator:

    def read(value: Any) -> Any:
        if isinstance(value, bool):
            value = "on" if value else "off"
        if not isinstance(value, str):
            return value
        if value not in meaning:
            raise wrong("not_allowed", found=value, suggestion=" | ".join(meaning))
        return meaning[value]

    return BeforeValidator(read)


def _narrow(value: Any) -> Any:
    return {"forever": ALWAYS, "never": NEVER}.get(value, value) if isinstance(value, str) else value


Steps = tuple[ValueStep, ...]
StepsWritten = Annotated[Steps | None, BeforeValidator(_steps)]
"""Values from a date on, or one number for all time."""
StayWords = Annotated[Stay, _words(drop={"present": False}, forever={"forever": True})]
TermWords = Annotated[TermEdit, _words(off={"home": 0.0, "host": 0.0, "third": 0.0})]


class Edits(StudyEntry):
    """Changes of a scenario to the facts of its case; what is left out stays as on record.

    A list of values (or shares) takes the place of everything on record from its first date on.
    """

    equity: tuple[Shares, ...] = ()
    """Cap tables of the development company, each from its date on; empty for those on record."""
    quota: Annotated[StepsWritten, _between(1, WHOLE)] = None
    """Shares a strategic vote needs, basis points, 1 to 10000 (5001 is more than half): a number, or values from dates
    on."""
    framework: Annotated[FrameworkEdit | None, _words(off={"on": False}, on={"on": True})] = None
    """The intergovernmental framework: on, off, or on from a quarter to a quarter; null for as on record."""
    depth: Depth = Depth()
    """Which instruments of the framework there are; by default all that are on record."""
    partners: dict[str, StayWords] = Field(default_factory=dict)
    """When global partners are there, by key: drop, forever, or times."""
    shareholders: dict[str, StayWords] = Field(default_factory=dict)
    """When shareholders are there with their ties, by key: drop, forever, or times; shares are edited under equity."""
    drop: tuple[str, ...] = ()
    """What never happened: keys such as ``visit/2015-05-10``, those of the case's lever ``edits.drop``."""
    threshold: Annotated[StepsWritten, _between(0, MOST_THRESHOLD)] = None
    """Least declared investment of an enterprise, M USD, 0 to 1000: a number, or values from dates on."""
    narrow_until: Annotated[When | None, BeforeValidator(_narrow)] = None
    """Until when the list of admitted activities is narrow: a date or a quarter, or forever, or never; null for as on
    record."""
    profit_tax: Annotated[StepsWritten, _between(0, MOST_TAX)] = None
    """Tax rate on residents' profits, 0 to 0.9: a number, or values from dates on."""
    capability: Annotated[StepsWritten, _between(0, 1)] = None
    """The developer's operating capability, 0 to 1: a number, or values from dates on."""
    plan: Annotated[StepsWritten, _between(0, MOST_AREA)] = None
    """Area to be serviced in all, hectares, 0 to 100000: a number, or values from dates on."""
    kind: Literal["intergovernmental", "mixed", "enterprise-led"] | None = None
    """Who drives the park: intergovernmental, mixed, or enterprise-led (a private owner); null for as on record."""
    rivals: tuple[RivalEdit, ...] = ()
    """Rival parks next door; each takes the place of what is on record of its side while it lasts."""
    terms: dict[Literal["cost", "market"], TermWords] = Field(default_factory=dict)
    """What the park lets enterprises arbitrage, by kind (cost or market): off, or a return for each origin."""

    @property
    def is_empty(self) -> bool:
        """True if nothing is changed."""
        return self == Edits()

    def joined(self, more: Edits) -> Edits | None:
        """Return both at once; none where the two change the same fact."""
        fields: dict[str, Any] = {}
        for name, field in Edits.model_fields.items():
            mine = getattr(self, name)
            other = getattr(more, name)
            empty = field.get_default(call_default_factory=True)
            if empty in (mine, other):
                fields[name] = other if mine == empty else mine
            elif isinstance(mine, dict) and not mine.keys() & other.keys():
                fields[name] = {**mine, **other}
            elif isinstance(mine, Depth) and mine.since == other.since:
                both = {key: on and getattr(other, key) for key, on in mine if key != "since"}
                fields[name] = mine.model_copy(update=both)
            else:
                return None
        return Edits.model_construct(**fields)
