"""Dated events of a park: anchor projects, first residents, visits, shocks, changes of terms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from copark.cases.actors import QuarterSpan
from copark.cases.dates import Date
from copark.cases.facts import Area, Money
from copark.cases.quarters import Quarter
from copark.cases.types import Count, Jump, Key, Named, Number, Record, Side, Sourced, SourceKeys, WrittenTitle, wrong


class Anchor(Named):
    """An anchor project: a large dated enterprise that the case names."""

    origin: Side
    """Where it comes from: home, host or third."""
    registered: Date
    """When it was registered as a resident."""
    started: Date | None = None
    """When building started; null if it did not, or is not known."""
    operating: Date | None = None
    """When it began to operate; null if it did not, or is not known."""
    declared: Money
    """Investment it declared, in money."""
    land: Area | None = None
    """Land it takes; left out if not known: then as much as its investment takes by the model's mean."""

    def _check(self) -> None:
        before = self.registered
        for stage in ("started", "operating"):
            day: Date | None = getattr(self, stage)
            if day is None:
                continue
            if day.last_day < before.first_day:
                raise wrong("stage_order", at=stage, found=day, before=before)
            before = day


class Certificates(Sourced):
    """First residents, registered by hand at a ceremony: numbers by origin, the named anchors among them."""

    date: Date
    """Day of the ceremony."""
    home: Count
    """Residents of the investing country, anchors included."""
    host: Count
    """Residents of the host country, anchors included."""
    third: Count
    """Residents of other countries, anchors included."""
    anchors: tuple[Key, ...] = ()
    """Keys of the anchor projects among them."""


class Visit(Sourced):
    """A visit or summit of the two sides.

    Under a framework it raises their alignment. By its jumps, judgements, it moves commitment as far as the parameter
    visit_weight lets it, which by default is not at all.
    """

    date: Date
    """When it took place."""
    title: WrittenTitle
    """What it was, for a reader."""
    home: Jump
    """Jump of the investing government's commitment (which lies between 0 and 1)."""
    host: Jump
    """Jump of the host government's commitment."""


class ByOrigin(Record):
    """A number for each origin of enterprises."""

    home: Number
    """For enterprises of the investing country."""
    host: Number
    """For enterprises of the host country."""
    third: Number
    """For enterprises of other countries."""


class Shock(Sourced, QuarterSpan):
    """A dated global shock: how far each origin is exposed to it."""

    key: Literal["pandemic", "sanctions", "market_shift"]
    """Which shock of the model it is: pandemic, sanctions or market_shift."""
    title: WrittenTitle
    """What it was, for a reader."""
    exposure: ByOrigin
    """Exposure of each origin, 1 = in full, 0 = none, below 0 = it gains."""


class Service(Sourced):
    """A service promised to residents by a date: whether it stood when it was due tells the park's level of service.

    What is built under one contract and reported as one is one service. Roads and mains of an area are none: they are
    the serviced land, an output of its own. Nor is the one-stop shop: with the list of activities it is an input of the
    model (``regime.narrow_until``), as are visits, decrees, credit agreed and grants.
    """

    service: Literal[
        "power",
        "water",
        "sewage",
        "gas",
        "roads",
        "telecom",
        "rail",
        "customs",
        "permits",
        "fire",
        "medical",
        "housing",
    ]
    """What was promised; roads and pipes are those that lead to the park, and plants that serve it."""
    due: Date
    """When it was to stand, as was said beforehand."""
    stands: Date | None = None
    """Since when it stands; null if it did not by the end of data."""


class Renegotiation(Record):
    """A dated renegotiation of the terms between the sides; used to tell phases."""

    date: Date
    """When the terms were changed."""
    title: WrittenTitle
    """What was changed, for a reader."""
    source: SourceKeys
    """Keys of sources.yaml."""


class Closure(Named, QuarterSpan):
    """A closure of the park: to newcomers alone, or of everything in it."""

    scope: Literal["newcomers", "park"]
    """newcomers: nobody registers any more. park: all who are inside are gone, too, and nobody decides, lends or
    rescues; a park closed when outcomes are judged has failed."""
    side: Literal["home", "host"] | None = None
    """Whose government closes it, so that its commitment ends; left out if the development company does."""


class Term(Sourced):
    """Arbitrage that the park allows, as a difference of the yearly return of enterprises in it."""

    key: Literal["cost", "market"]
    """Lower cost, or access to a market without tariffs."""
    title: WrittenTitle
    """What it is, for a reader."""
    home: Jump
    """For enterprises of the investing country, per year (0.01 = one percentage point)."""
    host: Jump
    """For enterprises of the host country, per year."""
    third: Jump
    """For enterprises of other countries, per year."""
    since: Quarter = Field(alias="from")
    """First quarter of it."""
