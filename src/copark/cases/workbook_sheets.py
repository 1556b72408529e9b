"""The sheets of a case's workbook and their columns, made of the schema of a case: what it knows, they have.

A record is a row. What a record has inside itself are columns of their own, named by the path: ``ties.home``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

from copark.cases import dated_events as dated
from copark.cases import schema
from copark.cases.actors import Institution, Interest, Partner, Presence, Rival, Shareholder
from copark.cases.casebook import DECISIONS
from copark.cases.decisions import Decider, Decision, DecisionUnit, Instrument, Settled
from copark.cases.evidence import Currency
from copark.cases.facts import Fact
from copark.cases.observed_variables import HOST_CONTEXT, MECHANISMS, country_name, series_title
from copark.cases.observed_variables import SERIES as VARIABLES
from copark.cases.pydantic_errors import SOURCES
from copark.cases.table_schemas import (
    ContextValue,
    Enterprise,
    EquityRow,
    Event,
    GrowthValue,
    Observation,
    Source,
)
from copark.cases.tables import CONTEXT, ENTERPRISES, EQUITY, EVENTS, GROWTH, SERIES
from copark.cases.types import Country, Grade, Record, Scale, Side, UnitSymbol, YesNo, keys_read
from copark.cases.wide_rows import NEEDED, NUMBERS, WIDE, columns_of_wide
from copark.texts import LANGUAGES, entries, has_text, text
from copark.units import UNITS

Kind = Literal["form", "facts", "list", "named", "table", "wide"]
FACTS: Mapping[str, tuple[str, bool]] = {
    "quota": ("bp", True),
    "finance.registered_capital": ("M USD", True),
    "finance.paid_in_at_start": ("M USD", False),
    "finance.grants": ("M USD", True),
    "land.plan": ("ha", True),
    "land.first_area": ("ha", False),
    "land.block": ("ha", False),
    "land.lots": ("ha", True),
    "regime.threshold": ("M USD", True),
    "regime.profit_tax": ("1", True),
    "regime.reference_tax": ("1", False),
    "capability": ("1", True),
}
"""Dated values of ``case.yaml`` by path: the unit they have where none is written, and whether there may be several."""
_LAST = ("use", "basis", "grade", "source", "note", "error", "other_basis")
"""Columns a row ends with: where its value is from."""
_FILLED = ("use", "bound", "role", "basis", "unit", "table")
"""Columns of a table that may be left empty, for there is a plain answer: :mod:`copark.cases.workbook_reading`."""

_IN_ONE_LANGUAGE = ("actors", "event", "what")
"""Texts of a table of which one language must be filled in."""


@dataclass(frozen=True)
class SheetColumn:
    """A column, or of a form a row."""

    key: str
    """Path inside the record, or name in the table."""
    choice: str = ""
    """Name of the list its values are chosen from; empty for none."""
    is_number: bool = False
    """Whether it is a number."""
    is_needed: bool = True
    """Whether a row must have it."""
    several: Literal["", "keys", "spans"] = ""
    """How several values in one cell are written: ``keys`` by ``;``, ``spans`` as ``from/to`` by ``;``."""

    @property
    def parts(self) -> tuple[str, str]:
        """The key without its language, and the language; that is empty where it has none."""
        for mark in ("_", "."):
            head, _, lang = self.key.rpartition(mark)
            if head and lang in LANGUAGES:
                return head, lang
        return self.key, ""


@dataclass(frozen=True)
class WorkbookSheet:
    """A sheet."""

    key: str
    """Its name in the texts."""
    kind: Kind
    """``form``: a row for each key. ``facts``: dated values of several keys. ``list``: a list of ``case.yaml``.
    ``named``: a mapping whose keys are in the first column. ``table``: a CSV table. ``wide``: a row a year that stands
    for several of a CSV table."""
    place: str
    """Path in ``case.yaml``, or the name of a file."""
    columns: tuple[SheetColumn, ...]
    is_first: bool = False
    """Whether most parks need it; the others are for who knows more."""

    def title(self, lang: str) -> str:
        """Return the name on its tab."""
        return text(f"workbook.sheet.{self.key}", lang)

    def about(self, lang: str) -> str:
        """Return what it is for."""
        return text(f"workbook.about.{self.key}", lang)

    def label(self, column: SheetColumn, lang: str) -> str:
        """Return the heading of a column."""
        return self._words(column, lang)[0]

    def told(self, column: SheetColumn, lang: str) -> str:
        """Explain a column: what it means, and whether it may be left empty."""
        explanation = self._words(column, lang)[1]
        own = column.parts[1]
        if own and own != lang:
            return text("workbook.other_language", lang)
        return explanation if column.is_needed else text("workbook.may_be_empty", lang, told=explanation)

    def _words(self, column: SheetColumn, lang: str) -> tuple[str, str]:
        if has_text(f"workbook.label.{self.key}.{column.key}"):
            return self._named(column.key, lang)
        key, own = column.parts
        label, explanation = self._named(key, lang)
        return (text(f"workbook.in.{own}", lang, label=label) if own and own != lang else label), explanation

    def _named(self, key: str, lang: str) -> tuple[str, str]:
        for name in (f"{self.key}.{key}", key):
            if has_text(f"workbook.label.{name}"):
                return text(f"workbook.label.{name}", lang), text(f"workbook.told.{name}", lang)
        head, _, tail = key.rpartition(".")
        if not head:
            raise KeyError(f"workbook.label.{self.key}.{key}")
        whole, _ = self._named(head, lang)
        part, explanation = self._named(tail, lang)
        return text("workbook.part", lang, whole=whole, part=part), explanation


def columns_of(model: type[Record], path: str = "", *, needed: bool = True) -> Iterator[SheetColumn]:
    """Yield the columns of a record, those of the records inside it among them.

    Parameters
    ----------
    model
        The record.
    path
        Path that its keys begin with.
    needed
        Whether a row must have the record.
    """
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        key = f"{path}{keys_read(name, field)[0]}"
        hint = hints[name]
        is_needed = needed and field.is_required()
        inner = next(
            (kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and issubclass(kind, Record)), None
        )
        if Fact in _leaves(hint):
            columns = columns_of(Fact, f"{key}.", needed=is_needed)
            yield from (
                replace(column, is_needed=is_needed and column.key == f"{key}.value")
                for column in columns
                if column.key != f"{key}.use"
            )
        elif inner is not None:
            yield from columns_of(inner, f"{key}.", needed=is_needed)
        elif Presence in _leaves(hint):
            yield SheetColumn(key, is_needed=is_needed, several="spans")
        elif name in ("source", "anchors"):
            yield SheetColumn(key, is_needed=is_needed, several="keys")
        else:
            leaves = _leaves(hint)
            number = (float in leaves or int in leaves) and not _choice(key, hint)
            yield SheetColumn(key, _choice(key, hint), number, is_needed)


def _leaves(hint: Any) -> list[Any]:
    inner = [part for part in get_args(hint) if part is not ...]
    return [hint] if not inner else [leaf for part in inner for leaf in _leaves(part)]


def _choice(key: str, hint: Any) -> str:
    """Return the name of the list a value is chosen from."""
    name = key.rpartition(".")[2]
    options = [hint, *get_args(hint)]
    for kind, choice in ((Country, "country"), (UnitSymbol, "unit"), (YesNo, "yes_no"), (Grade, "grade")):
        if kind in options:
            return choice
    if name == "mechanism":
        return "mechanism"
    values = next((get_args(option) for option in options if getattr(option, "__origin__", None) is Literal), ())
    if not values:
        return ""
    for choice, words in (("side", (*get_args(Side), "none")), ("scale", get_args(Scale))):
        if set(values) <= set(words):
            return choice
    return "prior" if key.endswith("prior.kind") else name


def _keyed(columns: Iterable[SheetColumn], *first: str) -> tuple[SheetColumn, ...]:
    """Order columns as a person fills them in: those that name the row first; where it is from last."""
    lead = {name: place for place, name in enumerate(first, start=-len(first))}
    last = {name: place for place, name in enumerate(_LAST, start=1)}

    def place(column: SheetColumn) -> int:
        inside = "." in column.key and not column.parts[1]  # where a record inside is from stands beside what it says
        return lead.get(column.key, 0 if inside else last.get(column.parts[0], 0))

    return tuple(sorted(columns, key=place))


def _list(key: str, model: type[Record], place: str = "", *, first: bool = False) -> WorkbookSheet:
    own = (
        replace(column, choice=f"{key}_{column.choice}") if column.choice in ("key", "kind") else column
        for column in columns_of(model)
    )
    columns = (
        replace(column, is_needed=column.is_needed and (column.key != "key" or bool(column.choice))) for column in own
    )
    return WorkbookSheet(
        key, "list", place or key, _keyed(columns, "key", "title.en", "title.zh", "side", "date", "from", "to"), first
    )


def _table(
    key: str, model: type[Record], file: str, *first: str, is_first: bool = False, **choices: str
) -> WorkbookSheet:
    columns = (
        replace(
            column,
            choice=choices.get(column.key, column.choice),
            is_needed=(column.is_needed or column.parts[0] in _IN_ONE_LANGUAGE) and column.key not in _FILLED,
        )
        for column in columns_of(model)
    )
    return WorkbookSheet(key, "table", file, _keyed(columns, *first), is_first)


def _form() -> WorkbookSheet:
    """Return the sheet of the park itself, of what is given once."""
    columns = [
        *(SheetColumn(name) for name in ("name", "title.en", "title.zh")),
        SheetColumn("kind", "kind"),
        SheetColumn("not_known", several="keys"),
        *columns_of(schema.Clock, "clock."),
        *columns_of(schema.Sides, "sides."),
        *columns_of(schema.CaseWorld, "world."),
        *(
            replace(column, key=f"framework.{column.key}")
            for column in _keyed(columns_of(schema.Framework), "from", "to")
        ),
        SheetColumn("regime.narrow_until"),
    ]
    needed = ("kind", "clock.start", "clock.data_end", "sides.home.country", "sides.host.country")
    return WorkbookSheet(
        "park",
        "form",
        "",
        tuple(replace(column, is_needed=column.key in needed) for column in columns),
        is_first=True,
    )


def _facts() -> WorkbookSheet:
    own = (
        replace(column, is_needed=column.is_needed and column.key not in ("unit", "basis"))
        for column in columns_of(Fact)
    )
    columns = _keyed((SheetColumn("what", "fact"), *own), "what", "date", "value", "unit")
    return WorkbookSheet("facts", "facts", "", columns, is_first=True)


def _named(key: str, model: type[Record], place: str, *, first: bool = False) -> WorkbookSheet:
    columns = (SheetColumn("key"), *_keyed(columns_of(model), "outlet", "value", "unit"))
    return WorkbookSheet(key, "named", place, columns, first)


def _wide(key: str, *, first: bool = False) -> WorkbookSheet:
    columns = (
        SheetColumn(
            name,
            "grade" if name == "grade" else "",
            is_number=name in (*WIDE[key], *NUMBERS),
            is_needed=name in NEEDED,
            several="keys" if name == "source" else "",
        )
        for name in columns_of_wide(key)
    )
    return WorkbookSheet(key, "wide", SERIES, tuple(columns), first)


@cache
def sheets() -> tuple[WorkbookSheet, ...]:
    """Return all sheets, in their order."""
    return (
        _form(),
        _facts(),
        _list("shareholders", Shareholder, first=True),
        _table("shares", EquityRow, EQUITY, "table", "date", "holder", "side", is_first=True),
        _table(
            "observations",
            Observation,
            SERIES,
            "date",
            "variable",
            "value",
            "unit",
            "bound",
            "high",
            is_first=True,
            variable="variable",
        ),
        _wide("books", first=True),
        _wide("signal"),
        _table("events", Event, EVENTS, "date", is_first=True),
        _table(
            "instruments",
            Decision,
            DECISIONS,
            "date",
            "until",
            "instrument",
            "what_en",
            "what_zh",
            "value",
            "high",
            "unit",
            "currency",
            "bound",
            "decider",
            "how",
            unit="decision_unit",
            currency="currency",
            how="settled",
        ),
        _named("sources", Source, SOURCES, first=True),
        _table("growth", GrowthValue, GROWTH),
        _list("credit", schema.Credit, "finance.credit"),
        _list("partners", Partner),
        _list("rivals", Rival),
        _list("anchors", dated.Anchor),
        _list("certificates", dated.Certificates),
        _list("visits", dated.Visit),
        _list("services", dated.Service),
        _list("shocks", dated.Shock),
        _list("closures", dated.Closure),
        _list("renegotiations", dated.Renegotiation),
        _list("terms", dated.Term),
        _list("institutions", Institution),
        _list("interests", Interest),
        _named("parameters", schema.Parameter, "parameters"),
        _table("enterprises", Enterprise, ENTERPRISES, "name", "name_zh"),
        _table("host_context", ContextValue, CONTEXT, "date", "variable", "value", "unit", variable="context"),
    )


@cache
def choices(name: str, lang: str) -> Mapping[str, str]:
    """Return what may be chosen, in the words of a language, by what a case's file has."""
    if name == "country":
        return {code: f"{code} {country_name(code, lang)}" for code in entries("countries")}
    if name in ("variable", "context"):
        variables = VARIABLES if name == "variable" else HOST_CONTEXT
        return {variable: series_title(variable, lang) for variable in variables}
    if name in ("unit", "currency"):
        return {symbol: symbol for symbol in (UNITS if name == "unit" else get_args(Currency))}
    if name == "decision_unit":
        keys = {
            unit: unit.replace("%", "percent").replace(" ", "_").replace("/", "_") for unit in get_args(DecisionUnit)
        }
        return {unit: text(f"workbook.decision_unit.{key}", lang) for unit, key in keys.items()}
    if name == "fact":
        return {key: text(f"workbook.fact.{key}", lang) for key in FACTS}
    if name in _ELSEWHERE:
        values, prefix = _ELSEWHERE[name]
        return {value: text(f"{prefix}.{value}", lang) for value in values}
    prefix = f"choice.{name}."
    return {
        key.removeprefix(prefix): text(f"workbook.{key}", lang) for key in entries("workbook") if key.startswith(prefix)
    }


_ELSEWHERE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "side": ((*get_args(Side), "none"), "report.side"),
    "grade": (get_args(Grade), "report.evidence_grade"),
    "scale": (get_args(Scale), "analysis.scale"),
    "mechanism": (MECHANISMS, "cases.mechanism"),
    "role": (("fit", "score", "check", "context"), "report.role"),
    "decider": (get_args(Decider), "casebook.code.decider"),
    "instrument": (get_args(Instrument), "casebook.code.instrument"),
    "settled": (get_args(Settled), "casebook.code.settled"),
}


FORMER_SHEETS = {"高访": "visits"}
"""Sheets by what Chinese workbooks written before 29 November 2026 call them."""
FORMER_HEADINGS = {"可信度": "grade", "优惠贷款": "concessional"}
"""Columns by what these workbooks call them."""
FORMER_CHOICES = {"side": {"投资方": "home", "东道方": "host"}}
"""Choices by what these workbooks call them."""


@cache
def codes(name: str) -> Mapping[str, str]:
    """Return what a case's file has, by what a person may have chosen or written, in any language; in lower case."""
    codes_by_label: dict[str, str] = {}
    for lang in LANGUAGES:
        for code, label in choices(name, lang).items():
            codes_by_label.setdefault(label.casefold(), code)
            if name == "country":
                codes_by_label.setdefault(country_name(code, lang).casefold(), code)
    return FORMER_CHOICES.get(name, {}) | codes_by_label | {code.casefold(): code for code in choices(name, "en")}
