"""What people of a park wanted, decided and brought: interests, dated decisions, ties, and what was looked for.

Interests, decisions and ties of a park stand in ``interests.csv``, ``decisions.csv`` and ``ties.csv`` of its case;
what was looked for and where, found or not, stands in ``sought.csv`` beside the tables of parks. They are evidence
alone (decision 0128); ``docs/model/coding-sheet-decisions.md`` says what each code means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from copark.cases.casebook import DECISIONS, INTERESTS, SOUGHT, TIES, casebook_path
from copark.cases.dates import Date
from copark.cases.evidence import Currency, Quote, check_currency, check_last_year, check_order, check_range, told_twice
from copark.cases.files import fault, in_reading_order, read_text
from copark.cases.table_schemas import Bound
from copark.cases.tables import SoundTable, TableRow, faults_of_rows, read_table
from copark.cases.types import (
    Country,
    Grade,
    Key,
    Number,
    Record,
    Side,
    SourceKeys,
    Words,
    in_both,
    suggestion,
    wrong,
)
from copark.errors import CaseFaults, Fault

WantingSide = Literal["home", "host", "company"]
"""Who wants: the investing side, the host side, or the development company with its leading holder."""
ServedBy = Literal["presence", "growth", "technology", "control", "burden", "other"]
"""What in the park serves an interest; ``other`` where it is none of the model's."""
Decider = Literal[
    "home-government",
    "host-government",
    "both-governments",
    "company",
    "holder",
    "partner",
    "enterprise",
    "lender",
]
"""Who decided."""
Instrument = Literal[
    "land-price",
    "service-fee",
    "factory-rent",
    "capital",
    "share-sale",
    "loan",
    "rescheduling",
    "promotion",
    "tax-holiday",
    "tax-rate",
    "duty-exemption",
    "entry-threshold",
    "subsidy",
    "land-grant",
    "land-taken-back",
    "phase",
    "anchor",
    "infrastructure",
    "utilities",
    "operator-contract",
    "law",
    "permits",
    "training",
    "voting-rule",
    "staff",
    "other",
]
"""What was decided on."""
DecisionUnit = Literal[
    "M", "per m2", "per m2/yr", "per m2/month", "ha", "%", "yr", "companies", "jobs", "MW", "km", "m3/day"
]
"""Unit of the number of a decision."""
Settled = Literal["alone", "conceded", "mediated", "arbitrated"]
"""How it was settled: by the decider alone, conceded to another side, mediated between sides, or by arbitrage."""
TieRole = Literal["holder", "partner", "lender", "anchor"]
"""What somebody is to the company or the park."""
TieBusiness = Literal["contractor", "operator", "investor", "authority", "manufacturer", "bank"]
"""What it lives by."""
Found = Literal["yes", "partly", "no"]
"""Whether what was looked for was found."""
SoughtTopic = Literal[
    "interests-home",
    "interests-host",
    "tax",
    "entry-threshold",
    "voting-quota",
    "capital",
    "shares",
    "land-price",
    "service-fee",
    "factory-rent",
    "capital-calls",
    "promotion",
    "tax-holiday",
    "phases",
    "anchors",
    "infrastructure",
    "operator-contract",
    "rescheduling",
    "share-sales",
    "partners",
]
"""What was looked for of each park."""


class StatedInterest(Record):
    """A row of ``interests.csv``: what a side wants of the park, in the words of a source."""

    key: Key
    """Short name."""
    side: WantingSide
    """Who wants it: home, host or company."""
    want_en: Words
    """What it wants, in English."""
    want_zh: Words
    """What it wants, in Chinese."""
    served_by: ServedBy | None = None
    """What in the park serves it; empty where the record does not decide."""
    source: SourceKeys
    """Keys of evidence-sources.yaml, or of sources.yaml of the case."""
    quote: Quote
    """Words of the source that say it, as they stand there; … marks what was left out."""
    grade: Grade
    """How far it is trusted."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def want(self, lang: str = "en") -> str:
        """Return what it wants."""
        return self.want_zh if lang == "zh" else self.want_en


class Decision(Record):
    """A row of ``decisions.csv``: what somebody decided, when, and how it was settled."""

    date: Date
    """When it was decided or first held; not after 2024 in the casebook."""
    until: Date | None = None
    """When it ends; empty if it is open or not known."""
    decider: Decider
    """Who decided."""
    instrument: Instrument
    """What was decided on: one of a controlled list."""
    what_en: Words = ""
    """What was decided, in English; one language is enough."""
    what_zh: Words = ""
    """What was decided, in Chinese; one language is enough."""
    value: Number | None = None
    """Its number, in its unit; the lower end of a range; empty if there is none."""
    high: Number | None = None
    """Upper end of a range, in the same unit; empty where it is a single value."""
    bound: Bound | None = None
    """What the number says: exact, about, more-than, at-least, at-most or range."""
    unit: DecisionUnit | None = None
    """Unit of the number; M is millions of the currency."""
    currency: Currency | None = None
    """Currency of an amount or a price, ISO 4217; empty for what is none."""
    how: Settled | None = None
    """How it was settled; empty if not known."""
    source: SourceKeys
    """Keys of evidence-sources.yaml, or of sources.yaml of the case."""
    quote: Quote
    """Words of the source that say it, as they stand there; … marks what was left out."""
    grade: Grade
    """How far it is trusted."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def what(self, lang: str = "en") -> str:
        """Return what was decided."""
        return self.what_zh if lang == "zh" else self.what_en

    @model_validator(mode="before")
    @classmethod
    def _in_both(cls, data: Any) -> Any:
        """Let what was decided stand for both languages where it is written in one."""
        return in_both(data, "what_en", "what_zh")

    def _check(self) -> None:
        if not self.what_en:
            raise wrong("empty_cell", at="what_en")
        check_order(self.date, self.until, at="date")
        for name in ("unit", "bound"):
            if (self.value is None) != (getattr(self, name) is None):
                raise wrong("half_given", at=name, found="value", other=name)
        check_currency(self.unit, self.currency)
        if self.value is not None:
            check_range(self.bound, self.value, self.high)
        elif self.high is not None:
            raise wrong("half_given", at="high", found="value", other="high")


class StatedTie(Record):
    """A row of ``ties.csv``: a holder, partner, lender or anchor, what it brings and why it comes or goes."""

    name_en: Words
    """Its name in English."""
    name_zh: Words
    """Its name in Chinese."""
    role: TieRole
    """What it is to the company or the park."""
    side: Side | None = None
    """Whose side it is of: home, host or third; empty if not known."""
    country: Country | None = None
    """Its country, ISO 3166-1 alpha-3; empty if not known, or of several."""
    business: TieBusiness | None = None
    """What it lives by; empty if not known."""
    since: Date | None = None
    """When it came; empty if not known; not after 2024."""
    until: Date | None = None
    """When it left; empty if it has not, or that is not known."""
    share: Number | None = None
    """Its share of the company at entry, %; empty if not known."""
    brings_en: Words | None = None
    """What it brings, in English; empty if not known."""
    brings_zh: Words | None = None
    """What it brings, in Chinese; empty if not known."""
    reason_in: Words | None = None
    """Why it came, in short English words; empty if not known."""
    reason_out: Words | None = None
    """Why it left, in short English words; empty if not known."""
    source: SourceKeys
    """Keys of evidence-sources.yaml, or of sources.yaml of the case."""
    quote: Quote
    """Words of the source that say it, as they stand there; … marks what was left out."""
    grade: Grade
    """How far it is trusted."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def name(self, lang: str = "en") -> str:
        """Return its name."""
        return self.name_zh if lang == "zh" else self.name_en

    def brings(self, lang: str = "en") -> str | None:
        """Return what it brings."""
        return self.brings_zh if lang == "zh" else self.brings_en

    def _check(self) -> None:
        if self.share is not None and not 0 <= self.share <= 100:
            raise wrong("out_of_range", at="share", found=f"{self.share:g}", low="0", high="100")
        if self.since is not None:
            check_last_year("since", self.since)
        check_order(self.since, self.until)
        if (self.brings_en is None) != (self.brings_zh is None):
            raise wrong("half_given", at="brings_zh", found="brings_en", other="brings_zh")


class Sought(Record):
    """A row of ``sought.csv``: what was looked for of a park, where, and whether it was found."""

    park: Key
    """Short name of the park, as in ``parks.csv``."""
    what: SoughtTopic
    """What was looked for."""
    where: Words
    """Where: the kinds of pages that were searched."""
    found: Found
    """Whether it was found: yes, partly or no."""
    note: Words | None = None
    """What was found, or is missing; empty if there is nothing to say."""


RECORDS: Mapping[str, type[Record]] = {INTERESTS: StatedInterest, DECISIONS: Decision, TIES: StatedTie}
"""Records of the tables of a case, by file."""
_TOLD_BY: Mapping[str, tuple[tuple[str, ...], str]] = {
    INTERESTS: (("key",), "key"),
    DECISIONS: (("date", "decider", "instrument", "what_en", "value", "source"), "instrument"),
    TIES: (("name_en", "role", "since", "source"), "name_en"),
}
"""Columns that tell rows of a table apart, and the one that a fault names."""


def faults_of_evidence(file: str, table: SoundTable[Any], sources: Iterable[str] | None) -> Iterator[Fault]:
    """Yield what is wrong between the rows of a table: said twice, a source that is not there.

    Parameters
    ----------
    file
        Name of the file.
    table
        The rows.
    sources
        Keys of sources that they may name; ``None`` if not known.
    """
    yield from faults_of_rows(file, table.rows, sources, None)
    columns, at = _TOLD_BY[file]
    yield from told_twice(file, table.rows, columns, at)


def faults_of_sought(rows: Iterable[TableRow[Sought]], parks: Iterable[str]) -> Iterator[Fault]:
    """Yield what is wrong between the rows of ``sought.csv``: said twice, of no park."""
    listed = list(rows)
    known = set(parks)
    for line, row in listed:
        if row.park not in known:
            near = suggestion(row.park, sorted(known))
            yield fault("park_without_row", SOUGHT, line, "park", park=row.park, other="parks.csv", suggestion=near)
    yield from told_twice(SOUGHT, listed, ("park", "what"), "what")


def examine_sought(folder: Path | None = None) -> tuple[tuple[Sought, ...] | None, list[Fault]]:
    """Read what was looked for; ``None`` and all faults in reading order if there are any.

    Parameters
    ----------
    folder
        Folder of the table, that of the casebook by default.
    """
    from copark.cases.parks import load_parks

    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []
    content = read_text(place, SOUGHT, faults)
    rows = [] if content is None else read_table(content, SOUGHT, Sought, faults).rows
    faults.extend(faults_of_sought(rows, (park.id for park in load_parks().parks)))
    ordered = in_reading_order(faults, (SOUGHT,))
    return (None, ordered) if ordered else (tuple(row.record for row in rows), [])


@cache
def load_sought() -> tuple[Sought, ...]:
    """Load what was looked for of the casebook's parks; CaseFaults with all faults if there are any."""
    rows, faults = examine_sought()
    if rows is None:
        raise CaseFaults(faults)
    return rows
