"""Listing of the evidence that enters no fit: what is known of each park, what was not found, and a park's own rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from copark.analyses.assumed_facts import Weighed, weighed
from copark.cases import list_cases, load_case
from copark.cases.access_dates import OF_COUNTS, OF_PARKS
from copark.cases.accounts import Account, quantity_title
from copark.cases.case import Case
from copark.cases.completed_sources import completed, load_completed
from copark.cases.dates import Date
from copark.cases.decisions import Decision, Sought, StatedInterest, StatedTie, load_sought
from copark.cases.observed_variables import country_name
from copark.cases.park_counts import ParkCount, load_counts
from copark.cases.parks import load_parks
from copark.cases.table_schemas import Observation, Source
from copark.labels import evidence_value
from copark.presentation.document import Column, Document, Evidence, Kind, Section, Table, Value
from copark.presentation.numbers import exact
from copark.texts import text

BOUNDS = {"about": "≈ ", "more-than": "> ", "at-least": "≥ ", "at-most": "≤ "}
"""Marks before a number, by what its bound says."""


def written_value(row: Account | Decision, lang: str) -> str:
    """Return the number of a row as a table shows it: bound, value or range, unit and currency; empty without one."""
    if row.value is None or row.unit is None:
        return ""
    mark = BOUNDS.get(row.bound or "", "")
    return mark + evidence_value(row.value, row.high, row.unit, row.currency, lang)


def years_of(dates: Iterable[Date | None]) -> str:
    """Return the first and the last year of some dates; empty of none."""
    years = sorted({when.year for when in dates if when is not None})
    if not years:
        return ""
    return str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"


@dataclass(frozen=True)
class KnownOfPark:
    """How much evidence there is of a park."""

    park: str
    """Short name."""
    case: Case
    """Its case."""
    sought: tuple[Sought, ...]
    """What was looked for; empty where nothing was."""

    def row(self, lang: str) -> Sequence[Value]:
        """Return its row: counts of accounts, interests, decisions and ties, their years, and what was found."""
        case = self.case
        found = Counter(entry.found for entry in self.sought)
        return (
            load_parks()[self.park].name(lang),
            self.park,
            len(case.accounts),
            years_of(row.until for row in case.accounts),
            len(case.interests_on_record),
            len(case.decisions),
            years_of(row.date for row in case.decisions),
            len(case.ties_on_record),
            *((found["yes"], found["partly"], found["no"]) if self.sought else (None, None, None)),
        )

    def topics(self, found: str, lang: str) -> str:
        """Return the topics with a result, joined."""
        separator = {"en": ", ", "zh": "、"}[lang]
        return separator.join(
            text(f"casebook.code.sought.{entry.what}", lang) for entry in self.sought if entry.found == found
        )


def known_of_parks() -> list[KnownOfPark]:
    """Return how much evidence there is of each park with a case, in the order of their short names."""
    sought = load_sought()
    return [
        KnownOfPark(name, load_case(name), tuple(entry for entry in sought if entry.park == name))
        for name in list_cases()
    ]


def _title(key: str, lang: str) -> str:
    return text(f"casebook.{key}", lang)


def _table(key: str, lang: str, columns: Iterable[tuple[str, str, Kind]], rows: Iterable[Sequence[Value]]) -> Table:
    """Make a table: each column a name in files, the key of its title, and a kind."""
    heads = tuple(Column(name, _title(title, lang), kind) for name, title, kind in columns)
    return Table(key, _title(f"evidence.table.{key}", lang), heads, tuple(map(tuple, rows)))


def counts_table(lang: str) -> Table:
    """Return the table of how much is known of each park, in a language."""
    count, words = Kind.count, Kind.text
    columns = [("name", "column.park", words), ("park", "evidence.column.park", words)]
    columns += [
        (name, f"evidence.column.{name}", count if "years" not in name else words)
        for name in (
            "accounts",
            "accounts_years",
            "interests",
            "decisions",
            "decisions_years",
            "ties",
            "yes",
            "partly",
            "no",
        )
    ]
    return _table("counts", lang, columns, (known.row(lang) for known in known_of_parks()))


def not_found_table(lang: str) -> Table:
    """Return the table of what was looked for of each park and found in part or not, in a language."""
    columns = [
        ("name", "column.park", Kind.text),
        ("partly", "evidence.column.partly", Kind.text),
        ("no", "evidence.column.no", Kind.text),
    ]
    rows = [
        (load_parks()[known.park].name(lang), known.topics("partly", lang), known.topics("no", lang))
        for known in known_of_parks()
        if known.sought
    ]
    return _table("not_found", lang, columns, rows)


def weighed_table(cases: Iterable[Case], lang: str) -> Table:
    """Return the table of tax, threshold, quota and capital where cases assume them, beside what sources tell.

    Parameters
    ----------
    cases
        The cases; their titles stand in the first column where there are several.
    lang
        Language, ``en`` or ``zh``.
    """
    listed = list(cases)
    columns = _texts(
        ("name", "column.park"),
        ("fact", "evidence.column.fact"),
        ("assumed", "evidence.column.assumed"),
        ("date", "column.decisions.date"),
        ("until", "column.decisions.until"),
        ("told", "evidence.column.told"),
        ("verdict", "evidence.column.verdict"),
        ("sources", "column.sources"),
    )
    rows = [
        (load_parks()[case.name].name(lang) if len(listed) > 1 else "", *_weighed(entry, lang))
        for case in listed
        for entry in weighed(case)
    ]
    if len(listed) == 1:
        return _table("weighed", lang, columns[1:], [row[1:] for row in rows])
    return _table("weighed", lang, columns, rows)


def _weighed(entry: Weighed, lang: str) -> Sequence[Value]:
    """Return the cells of a fact that is assumed beside a decision, or beside none."""
    lead = (_title(f"evidence.fact.{entry.fact}", lang), _title(f"evidence.assumed.{entry.fact}", lang))
    decision = entry.decision
    if decision is None:
        searched = "not_sought" if entry.sought is None else f"sought_{entry.sought.found}"
        return (*lead, "", "", _title("evidence.nothing_told", lang), _title(f"evidence.verdict.{searched}", lang), "")
    return (
        *lead,
        str(decision.date),
        str(decision.until or ""),
        decision.what(lang),
        _title(f"evidence.verdict.{entry.verdict}", lang),
        "; ".join(decision.source),
    )


class FittedRow(NamedTuple):
    """A row of the casebook that enters a fit: an observation of a case, or a count of a park without one."""

    park: str
    """Short name of its park."""
    row: Observation | ParkCount
    """The row."""
    sources: tuple[Source, ...]
    """Its sources as they are shown."""
    reasons: tuple[str | None, ...]
    """For each source, why something of it is not given."""

    @property
    def is_addressed(self) -> bool:
        """Return whether a source of it has an address."""
        return any(source.url for source in self.sources)

    @property
    def is_bare(self) -> bool:
        """Return whether a source lacks its title, date or address, and no reason is given."""
        return any(
            reason is None and None in (source.title, source.date, source.url)
            for source, reason in zip(self.sources, self.reasons, strict=True)
        )

    @property
    def is_titled(self) -> bool:
        """Return whether all of its sources have title and date."""
        return all(source.title and source.date for source in self.sources)

    @property
    def is_high_unseen(self) -> bool:
        """Return whether it is graded high and none of its sources has an address."""
        return self.row.grade == "high" and not self.is_addressed


def fitted_rows() -> Iterator[FittedRow]:
    """Yield the rows of the casebook that enter a fit, those of cases first."""
    found = load_completed()

    def reason(collection: str, key: str) -> str | None:
        entry = found.get(collection, {}).get(key)
        return None if entry is None else entry.reason

    for name in list_cases():
        case = load_case(name)
        known = case.shown_sources
        for row in case.observations:
            if row.use and row.role == "fit":
                keys = [key for key in row.source if key in known]
                reasons = tuple(reason(name, key) for key in keys)
                yield FittedRow(name, row, tuple(known[key] for key in keys), reasons)
    counts = load_counts()
    of_counts = completed(OF_COUNTS, counts.sources)
    of_parks = completed(OF_PARKS, load_parks().sources)
    for count in counts.counts:
        places = [(OF_COUNTS, of_counts) if key in of_counts else (OF_PARKS, of_parks) for key in count.source]
        sources = tuple(known[key] for key, (_, known) in zip(count.source, places, strict=True))
        reasons = tuple(reason(collection, key) for key, (collection, _) in zip(count.source, places, strict=True))
        yield FittedRow(count.park, count, sources, reasons)


def fitted_table(lang: str) -> Table:
    """Return the table of what is shown of the sources of each park's fitted rows, and of all, in a language."""
    rows = sorted(fitted_rows(), key=lambda row: row.park)
    names = {park.id: park.name(lang) for park in load_parks().parks}
    names |= {park: dates.name(lang) for park, dates in load_counts().dates.items() if park not in names}
    by_park = groupby(rows, key=lambda row: row.park)
    counts: list[Sequence[Value]] = [(names[park], *_counted(list(own))) for park, own in by_park]
    columns = [("name", "column.park", Kind.text)]
    columns += [(name, f"evidence.column.{name}", Kind.count) for name in FITTED]
    counts.append((_title("evidence.all_parks", lang), *_counted(rows)))
    return _table("fitted", lang, columns, counts)


FITTED = ("fitted", "addressed", "explained", "bare", "titled", "high_unseen")
"""Columns of the table of fitted rows: all, with an address, with a reason in its place, with neither, with titles and
dates of all sources, and those graded high without an address, whose grade is to be lowered in the next version."""


def _counted(rows: Sequence[FittedRow]) -> tuple[int, ...]:
    is_explained = [not row.is_addressed and not row.is_bare for row in rows]
    is_neither = [not row.is_addressed and row.is_bare for row in rows]
    return (
        len(rows),
        sum(row.is_addressed for row in rows),
        sum(is_explained),
        sum(is_neither),
        sum(row.is_titled for row in rows),
        sum(row.is_high_unseen for row in rows),
    )


def evidence_of_parks(lang: str) -> Document:
    """Return a document on the evidence of all parks with a case: how much there is, and what was not found."""
    known = known_of_parks()
    searched = [entry for entry in known if entry.sought]
    headline = text(
        "casebook.evidence.headline",
        lang,
        accounts=sum(len(entry.case.accounts) for entry in known),
        interests=sum(len(entry.case.interests_on_record) for entry in known),
        decisions=sum(len(entry.case.decisions) for entry in known),
        ties=sum(len(entry.case.ties_on_record) for entry in known),
        searched=len(searched),
        parks=len(known),
    )
    title = _title("evidence.title", lang)
    return Document(
        "evidence",
        lang,
        title,
        headline,
        sections=_sections(lang, counts_table(lang), not_found_table(lang), fitted_table(lang)),
    )


def evidence_of_park(name: str, lang: str) -> Document:
    """Return a document with the rows of the evidence of a park: accounts, interests, decisions, ties, and searches.

    Parameters
    ----------
    name
        Name of a case of the casebook, or a folder.
    lang
        Language of its words, ``en`` or ``zh``; quotes stand in that of their page.
    """
    case = load_case(name)
    sought = tuple(entry for entry in load_sought() if entry.park == case.name)
    headline = text(
        "casebook.evidence.headline_of_park",
        lang,
        park=case.title.text(lang),
        accounts=len(case.accounts),
        interests=len(case.interests_on_record),
        decisions=len(case.decisions),
        ties=len(case.ties_on_record),
    )
    tables = (
        weighed_table([case], lang),
        _accounts(case.accounts, lang),
        _interests(case, lang),
        _decisions(case, lang),
        _ties(case, lang),
        _sought(sought, lang),
    )
    title = text("casebook.evidence.title_of_park", lang, park=case.title.text(lang))
    return Document("evidence", lang, title, headline, sections=_sections(lang, *tables), evidence=_cited(case))


def _sections(lang: str, *tables: Table) -> tuple[Section, ...]:
    """Return a section for each table that has rows."""
    return tuple(
        Section(table.key, _title(f"evidence.table.{table.key}", lang), (table,)) for table in tables if table.rows
    )


KINDS = {
    "quote": Kind.note,
    "want": Kind.note,
    "what": Kind.note,
    "told": Kind.note,
    "brings": Kind.note,
    "note": Kind.note,
    "place": Kind.note,
    "period": Kind.quarter,
    "date": Kind.quarter,
    "sources": Kind.source,
}
"""Kinds of the columns that are no plain text."""


def _texts(*pairs: tuple[str, str]) -> list[tuple[str, str, Kind]]:
    """Return columns of words: name, key of the title, kind."""
    return [(name, title, KINDS.get(name, Kind.text)) for name, title in pairs]


def _cited(case: Case) -> tuple[Evidence, ...]:
    """Return the sources that the evidence of a case names."""
    rows: list[Account | StatedInterest | Decision | StatedTie] = [*case.accounts, *case.interests_on_record]
    rows += [*case.decisions, *case.ties_on_record]
    known = {**case.shown_sources, **case.evidence_sources}
    sources = {key: known[key] for key in sorted({key for row in rows for key in row.source}) if key in known}
    return tuple(
        Evidence(key, ". ".join(filter(None, (source.outlet, source.title, str(source.date or "")))), source.url or "")
        for key, source in sources.items()
    )


def _code(codes: str, code: str | None, lang: str) -> str:
    return _title(f"code.{codes}.{code}", lang) if code else ""


def _accounts(rows: Iterable[Account], lang: str) -> Table:
    columns = _texts(
        ("period", "evidence.column.period"),
        ("quantity", "column.accounts.quantity"),
        ("value", "column.value"),
        ("basis", "column.accounts.basis"),
        ("company", "column.accounts.company"),
        ("quote", "column.quote"),
        ("sources", "column.sources"),
    )
    return _table(
        "accounts",
        lang,
        columns,
        (
            (
                row.period,
                quantity_title(row.quantity, lang),
                written_value(row, lang),
                _code("account_basis", row.basis, lang),
                row.company,
                row.quote,
                "; ".join(row.source),
            )
            for row in sorted(rows, key=lambda row: row.until)
        ),
    )


def _interests(case: Case, lang: str) -> Table:
    columns = _texts(
        ("side", "column.stated_interests.side"),
        ("want", "evidence.column.want"),
        ("served_by", "column.stated_interests.served_by"),
        ("quote", "column.quote"),
        ("sources", "column.sources"),
    )
    rows = (
        (
            _code("wanting_side", row.side, lang),
            row.want(lang),
            _code("stated_served_by", row.served_by, lang),
            row.quote,
            "; ".join(row.source),
        )
        for row in case.interests_on_record
    )
    return _table("interests", lang, columns, rows)


def _decisions(case: Case, lang: str) -> Table:
    columns = _texts(
        ("date", "column.decisions.date"),
        ("until", "column.decisions.until"),
        ("decider", "column.decider"),
        ("instrument", "column.instrument"),
        ("what", "evidence.column.what"),
        ("value", "column.value"),
        ("how", "column.how"),
        ("quote", "column.quote"),
        ("sources", "column.sources"),
    )
    rows = (
        (
            str(row.date),
            str(row.until or ""),
            _code("decider", row.decider, lang),
            _code("instrument", row.instrument, lang),
            row.what(lang),
            written_value(row, lang),
            _code("settled", row.how, lang),
            row.quote,
            "; ".join(row.source),
        )
        for row in sorted(case.decisions, key=lambda row: row.date)
    )
    return _table("decisions", lang, columns, rows)


def _ties(case: Case, lang: str) -> Table:
    columns = _texts(
        ("name", "evidence.column.name"),
        ("role", "column.stated_ties.role"),
        ("country", "column.country"),
        ("business", "column.stated_ties.business"),
        ("since", "column.since"),
        ("until", "column.until"),
        ("share", "column.stated_ties.share"),
        ("brings", "evidence.column.brings"),
        ("quote", "column.quote"),
        ("sources", "column.sources"),
    )
    rows = (
        (
            row.name(lang),
            _code("tie_role", row.role, lang),
            country_name(row.country, lang) if row.country else "",
            _code("tie_business", row.business, lang),
            str(row.since or ""),
            str(row.until or ""),
            "" if row.share is None else f"{exact(row.share)}%",
            row.brings(lang) or "",
            row.quote,
            "; ".join(row.source),
        )
        for row in case.ties_on_record
    )
    return _table("ties", lang, columns, rows)


def _sought(rows: Iterable[Sought], lang: str) -> Table:
    columns = _texts(
        ("topic", "column.topic"), ("found", "column.found"), ("place", "column.sought.place"), ("note", "column.note")
    )
    return _table(
        "sought",
        lang,
        columns,
        ((_code("sought", row.what, lang), _code("found", row.found, lang), row.where, row.note or "") for row in rows),
    )
