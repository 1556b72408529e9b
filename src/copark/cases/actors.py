"""Actors: the governments with their interests and institutions, the shareholders, the partners."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from copark.cases.dates import Date
from copark.cases.quarters import Quarter
from copark.cases.types import Country, Key, Named, Number, Record, Side, Sourced, UnitInterval, WrittenText, wrong

ServedBy = Literal["presence", "growth", "technology", "control", "burden"]
"""What in the park serves an interest: that it is there; jobs; capital per job; control; that the other side pays."""
Business = Literal["contractor", "operator", "investor", "authority"]
"""What a shareholder lives by."""


class Government(Record):
    """One of the two governments."""

    country: Country
    """ISO 3166-1 alpha-3 code of its country."""
    title: WrittenText
    """Its name for a reader."""


class Sides(Record):
    """The two governments of the park: of the investing country (home) and of the one it is in (host)."""

    home: Government
    """The government of the investing country."""
    host: Government
    """The government of the country the park is in."""


class Ties(Record):
    """Strength of an actor's ties to the enterprises of each origin, 0 (none) to 1: judgements."""

    home: UnitInterval
    """To enterprises of the investing country."""
    host: UnitInterval
    """To enterprises of the host country."""
    third: UnitInterval
    """To enterprises of other countries."""


class Span(Record):
    """From a date to a date; without an end it lasts."""

    since: Date = Field(alias="from")
    """First day: YYYY, YYYY-MM or YYYY-MM-DD."""
    until: Date | None = Field(default=None, alias="to")
    """Last day; left out or null if it lasts."""

    def _check(self) -> None:
        if self.until is not None and self.until.last_day < self.since.first_day:
            raise wrong("ends_before_start", at="to", found=self.until, start=self.since)


class Interest(Named):
    """A strategic interest of a government, by name."""

    side: Literal["home", "host"]
    """Whose interest it is: home or host."""
    meaning: WrittenText
    """What the government wants."""
    served_by: ServedBy | None = None
    """What in the park serves it: presence, growth, technology, control or burden; left out, it is told and counts for
    nothing in the model."""
    weight: Annotated[Number, Field(gt=0, le=100)] = 1.0
    """Its weight beside the side's other interests that something serves."""


class Shareholder(Named, Span):
    """A shareholder of the development company, while it is present."""

    key: Key
    """Short name, as in equity.csv."""
    side: Side
    """Side it votes with: home, host or third."""
    country: Country
    """ISO 3166-1 alpha-3 code of its country."""
    capability: WrittenText
    """What it is able to do for the park."""
    business: Business | None = None
    """What it lives by: contractor (builds), operator (runs parks), investor (puts in money), authority (a body of the
    state); left out if not known, and then it counts as an investor."""
    ties: Ties | None = None
    """Its ties to enterprises of each origin; left out if not known, and then none are counted."""


class Institution(Named, Span):
    """A body or a rule the two governments have set up for the park."""

    kind: Literal["council", "administration", "agreement", "decree", "committee"]
    """What it is: council, administration, agreement, decree or committee."""


class QuarterSpan(Record):
    """From a quarter to a quarter; without an end it lasts."""

    since: Quarter = Field(alias="from")
    """First quarter, such as 2015Q2."""
    until: Quarter | None = Field(default=None, alias="to")
    """Last quarter; left out or null if it lasts."""

    def _check(self) -> None:
        if self.until is not None and self.until < self.since:
            raise wrong("ends_before_start", at="to", found=self.until, start=self.since)


class Framework(Sourced, QuarterSpan):
    """The quarters in which the intergovernmental framework is on."""


class Presence(Span):
    """A time during which a partner is present."""


class Partner(Named):
    """A named global partner that holds no shares."""

    country: Country
    """ISO 3166-1 alpha-3 code of its country."""
    side: Side
    """Side it belongs to: home, host or third."""
    ties: Ties | None = None
    """Its ties to enterprises of each origin; left out if not known, and then none are counted."""
    presence: Annotated[tuple[Presence, ...], Field(min_length=1)]
    """When it was present; the times do not overlap."""


class Rival(Named, Span):
    """A rival park next door in which a side has a stake, so that the side's attention is divided."""

    side: Literal["home", "host"]
    """Side that has a stake in it: home or host."""
    size: Annotated[Number, Field(ge=0, le=100)]
    """Its size relative to this park: 1 for one as large, 0 for none."""
    stake: UnitInterval
    """The side's stake in it, 0 to 1."""
