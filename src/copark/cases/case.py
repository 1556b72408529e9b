"""A case: everything that is known about a park, read and sound."""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from copark.cases.accounts import Account
from copark.cases.casebook import casebook_path
from copark.cases.completed_sources import completed
from copark.cases.dated_events import Closure
from copark.cases.decisions import Decision, StatedInterest, StatedTie
from copark.cases.facts import in_force, used
from copark.cases.quarters import Quarter
from copark.cases.schema import CaseFile
from copark.cases.table_schemas import (
    CapTable,
    ContextValue,
    Enterprise,
    Event,
    GrowthValue,
    Observation,
    Role,
    Source,
)
from copark.identity import canonical, hash_content
from copark.json_types import JsonObject
from copark.options import options
from copark.texts import LANGUAGES, entries, text

_ADDED = ("rivals", "not_known", "growth", "closures", "services")
"""Keys the format gained later: left out of the content where they are empty, so that older cases keep their hash."""
_ADDED_ENTRIES: Mapping[tuple[str, ...], Mapping[str, Any]] = {
    ("finance", "credit"): {"borrower": "company"},
    ("interests",): {"served_by": None, "weight": 1.0},
    ("shareholders",): {"business": None},
}
"""Entries of a key that the format gained later, with what holds where a case does not say: left out likewise."""
FILLED_IN = ("default.", "checklist")
"""How the keys begin of texts that a case is given where it says nothing itself."""
_TABLES = ("equity", "events", "observations", "enterprises", "host_context", "growth")


class Case(CaseFile):
    """A park: what ``case.yaml`` says, and the tables and sources beside it. Frozen."""

    equity: tuple[CapTable, ...]
    """Cap tables by date, used and unused."""
    events: tuple[Event, ...]
    """Events by date."""
    observations: tuple[Observation, ...]
    """Observed values, in the order they are written, and those that the checklist of services gives."""
    sources: Mapping[str, Source]
    """Sources by key."""
    enterprises: tuple[Enterprise, ...] = ()
    """Enterprises known by name."""
    host_context: tuple[ContextValue, ...] = ()
    """Values of the host city and country."""
    growth: tuple[GrowthValue, ...] = ()
    """Growth of countries by year, before the series of the casebook."""
    accounts: tuple[Account, ...] = Field(default=(), exclude=True)
    """Published accounts; evidence that enters no fit, and no part of its content."""
    interests_on_record: tuple[StatedInterest, ...] = Field(default=(), exclude=True)
    """Interests that sources state; evidence likewise, beside those that the model takes."""
    decisions: tuple[Decision, ...] = Field(default=(), exclude=True)
    """Dated decisions; evidence likewise."""
    ties_on_record: tuple[StatedTie, ...] = Field(default=(), exclude=True)
    """Holders, partners, lenders and anchors that sources name; evidence likewise."""
    evidence_sources: Mapping[str, Source] = Field(default={}, exclude=True)
    """Sources of this evidence alone, by key; no part of its content."""
    folder: Path = Field(exclude=True)
    """Where it was read from; no part of its content."""

    def __repr__(self) -> str:
        """Return one line: what it is, not all it says."""
        return (
            f"<Case {self.name}: {self.clock.start}, {self.clock.quarters} quarters, {len(self.observations)} "
            f"observations, data to {self.clock.data_end}, {self.folder}>"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the title, and what there is of the park."""
        from html import escape

        lang = options().lang
        rows = {
            "name": self.name,
            "kind": text(f"workflows.kind.{self.kind}", lang),
            "clock": text("workflows.clock", lang, start=self.clock.start, quarters=self.clock.quarters),
            "data_end": str(self.clock.data_end),
            "observations": text(
                "workflows.used", lang, total=len(self.observations), used=sum(row.use for row in self.observations)
            ),
            "events": len(self.events),
            "sources": len(self.sources),
            "folder": self.folder,
        }
        cells = "".join(
            f"<tr><th>{escape(text(f'workflows.entry.{key}', lang))}</th><td>{escape(str(value))}</td></tr>"
            for key, value in rows.items()
        )
        return f"<p><strong>{escape(self.title.text(lang))}</strong></p><table><tbody>{cells}</tbody></table>"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content, hexadecimal.

        It does not depend on the order of keys, columns or rows of the tables, on line ends, on how a number is written
        or on where the folder is; nor on how copark words what it fills in where a case says nothing.
        """
        return hash_content(_by_key(self.content()))

    @property
    def shown_sources(self) -> Mapping[str, Source]:
        """Sources by key as they are shown: those of the casebook with what was found of them later."""
        return completed(self.name, self.sources) if self.folder.parent == casebook_path() else self.sources

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy it with changes; the copy has a hash of its own."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("hash", None)
        return copied

    def content(self) -> JsonObject:
        """Return everything the case says as plain values, in an order of its own."""
        content: JsonObject = self.model_dump(mode="json", by_alias=True)
        for parameter in content["parameters"].values():
            if parameter["by_origin"] is None:
                del parameter["by_origin"]
        for observation in content["observations"]:
            for name in ("error", "other_basis"):
                if observation[name] is None:
                    del observation[name]
        for name in _TABLES:
            content[name] = sorted(content[name], key=canonical)
        for name in _ADDED:
            if not content[name]:
                del content[name]
        _leave_out_defaults(content)
        for table in content["equity"]:
            table["holdings"].sort(key=canonical)
        return content

    def cap_table(self, quarter: Quarter) -> CapTable | None:
        """Return the cap table the model uses in a quarter; ``None`` before the first."""
        return in_force(self.equity, quarter)

    def closed_by(self, quarter: Quarter) -> Closure | None:
        """Return the closure of the whole park that stands in a quarter."""
        whole = (closure for closure in self.closures if closure.scope == "park" and closure.since <= quarter)
        return next((closure for closure in whole if closure.until is None or quarter <= closure.until), None)

    def observed(self, variable: str, role: Role | None = None) -> tuple[Observation, ...]:
        """Return the used observations of a variable by date, those of one role if asked."""
        return used(row for row in self.observations if row.variable == variable and (role is None or row.role == role))


def _leave_out_defaults(content: JsonObject) -> None:
    """Leave out what a case does not say, of the entries that the format gained later."""
    for path, defaults in _ADDED_ENTRIES.items():
        rows: Any = content
        for key in path:
            rows = rows[key]
        for row in rows:
            for name, default in defaults.items():
                if row[name] == default:
                    del row[name]


@cache
def _filled_in() -> Mapping[str, str]:
    """Return the texts that a case may be given, in both languages, with their keys."""
    wordings = {key: words for key, words in entries("cases").items() if key.startswith(FILLED_IN)}
    return {words[lang]: key for key, words in wordings.items() for lang in LANGUAGES}


def _by_key(content: Any) -> Any:
    """Put the keys of texts that copark has filled in into their place."""
    if isinstance(content, dict):
        return {name: _by_key(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_by_key(value) for value in content]
    return _filled_in().get(content, content) if isinstance(content, str) else content
