"""What was found later of sources: title, date and address, or why there is none to show.

A case is what its files say, and ``sources.yaml`` is one of them: a title added there would name every run of the park
anew. What is found later stands in ``sources-completed.csv`` beside the tables of parks, is no part of a case, and is
filled in wherever sources are shown. Decision 0128.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from copark.cases.casebook import COMPLETED, casebook_path
from copark.cases.dates import Date
from copark.cases.evidence import Quote, check_last_year, told_twice
from copark.cases.files import in_reading_order, read_text
from copark.cases.table_schemas import Source
from copark.cases.tables import read_table
from copark.cases.types import Address, Key, Record, Words, WrittenText, wrong
from copark.errors import CaseFaults, Fault
from copark.texts import LANGUAGES, text

WhyNone = Literal["copy", "not-found", "untitled", "blind"]
"""Why something of a source is not given: only copies of it were read, whose addresses are left out; likewise, and the
original was looked for in vain; what was read of the page shows no title or no date; it was not looked for, as its park
is kept for a blind test."""


class CompletedSource(Record):
    """A row of ``sources-completed.csv``."""

    collection: Key
    """Name of a case, or of another list of sources, as in ``sources-accessed.csv``."""
    source: Key
    """Key of the source in that list."""
    title: Words | None = None
    """Its title as published; empty if its list has it, or it is not known."""
    date: Date | None = None
    """When it was published; empty likewise."""
    url: Address | None = None
    """Address of the original; empty likewise."""
    reason: WhyNone | None = None
    """Why something is still lacking; empty if nothing is."""
    quote: Quote | None = None
    """Words of the page by which it was known again; empty where it was not read again."""
    note: Words | None = None
    """What whoever keeps the casebook should know; empty if nothing."""

    def _check(self) -> None:
        if not any((self.title, self.date, self.url, self.reason)):
            raise wrong("empty_cell", at="reason")
        if self.date is not None:
            check_last_year("date", self.date)

    def completes(self, source: Source) -> Source:
        """Return the source with what it lacks, and with the reason where something is lacking still.

        An address is that of the original, which was read when it was found.
        """
        found = {name: getattr(self, name) for name in ("title", "date", "url") if getattr(source, name) is None}
        if found.get("url") is not None:
            found["read"] = "original"
        if self.reason is not None:
            found["note"] = _joined(source.note, _reason(self.reason))
        return source.model_copy(update=found)


@cache
def _reason(reason: WhyNone) -> WrittenText:
    return WrittenText.model_validate({lang: text(f"casebook.why_none.{reason}", lang) for lang in LANGUAGES})


def _joined(first: WrittenText | None, second: WrittenText) -> WrittenText:
    if first is None:
        return second
    return WrittenText(en=f"{first.en} {second.en}", zh=f"{first.zh}{second.zh}")


def examine_completed(folder: Path | None = None) -> tuple[tuple[CompletedSource, ...] | None, list[Fault]]:
    """Read what was found later of sources; ``None`` and all faults in reading order if there are any.

    Parameters
    ----------
    folder
        Folder of the table, that of the casebook by default.
    """
    faults: list[Fault] = []
    content = read_text(casebook_path() if folder is None else folder, COMPLETED, faults)
    rows = [] if content is None else read_table(content, COMPLETED, CompletedSource, faults).rows
    faults.extend(told_twice(COMPLETED, rows, ("collection", "source"), "source"))
    ordered = in_reading_order(faults, (COMPLETED,))
    return (None, ordered) if ordered else (tuple(row.record for row in rows), [])


@cache
def load_completed() -> Mapping[str, Mapping[str, CompletedSource]]:
    """Load what was found later of sources, by collection and key; CaseFaults with all faults if there are any."""
    rows, faults = examine_completed()
    if rows is None:
        raise CaseFaults(faults)
    found: defaultdict[str, dict[str, CompletedSource]] = defaultdict(dict)
    for row in rows:
        found[row.collection][row.source] = row
    return found


def completed(collection: str, sources: Mapping[str, Source]) -> dict[str, Source]:
    """Return the sources of a collection of the casebook with what was found of them later.

    Parameters
    ----------
    collection
        Name of a case of the casebook, or of another list of sources.
    sources
        The sources, by key.
    """
    found = load_completed().get(collection, {})
    return {key: found[key].completes(source) if key in found else source for key, source in sources.items()}
