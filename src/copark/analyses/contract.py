"""Parts of an analysis: parameters, a typed result, and the words of its folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from copark.calibration.comparison import Comparison
from copark.json_types import JsonObject
from copark.options import options
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES, has_text, in_chinese, text
from copark.texts.localized import LocalizedText
from copark.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure
    from pydantic.fields import FieldInfo

    from copark.analyses.context import Context
    from copark.presentation.document import Document, Evidence, Section

Marked = TypeVar("Marked")
SHARED = "analyses"
"""Area of the texts that analyses have in common."""
FieldKind = Literal["case", "study", "string", "list", "file", "integer", "number", "boolean", "choice"]
_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(?:\+00:00|Z)$")
"""A time in UTC as programs write it."""
ParametersOf = Literal["own", "shipped", "borrowed", "prior"]
"""Which parameters are used, in the place of the best a case has."""
Wanted = tuple[str | None, str | None]
"""Those and their cut, as :func:`copark.calibration.case_parameters.parameters_of` takes them."""


@dataclass(frozen=True)
class Choice:
    """A value that may be chosen, and what it is."""

    value: str
    """Value to send."""
    title: LocalizedText
    """The value in words."""


@dataclass(frozen=True)
class Keys:
    """Marks a parameter whose values are keys, such as a case's levers: forms offer them."""

    choices: Callable[[Context, Mapping[str, Any]], Iterable[Choice]]
    """Returns them, told the context and the other parameters by name."""
    closed: bool = True
    """Whether others are refused; they are examples otherwise."""


def cuts_of(context: Context, params: Mapping[str, Any]) -> list[Choice]:
    """List the last quarters known to the calibrations a case has."""
    from copark.calibration import case_parameters

    quarters = case_parameters.cuts_of(context.case(params["case"]), context.lookup_folder)
    return [Choice(cut, LocalizedText.same(cut)) for cut in quarters]


def calibrated_parks(_context: Context, _given: Mapping[str, Any]) -> list[Choice]:
    """List the parks of the casebook that are calibrated."""
    from copark.calibration.case_parameters import shipped_cases
    from copark.cases.load import load_case

    return [Choice(name, load_case(name).title) for name in shipped_cases()]


@dataclass(frozen=True)
class Option:
    """A parameter's name on the command line: another than its own, or one that must be given as option."""

    flag: str
    repeated: bool = False
    """Whether a list is given by naming the option again for each entry, because entries hold commas."""


class Local:
    """Marks a parameter that a command and Python take, and a server does not."""


@dataclass(frozen=True)
class Written:
    """Marks a parameter that names a file to write."""

    ending: str
    """Ending of the file, such as ``.xlsx``."""


class Argument:
    """Marks a parameter that is given by its place, though it need not be."""


@dataclass(frozen=True)
class Unless:
    """Marks a parameter that must be given unless another is, which is local: a server always needs it."""

    other: str
    """Name of the other parameter."""


class StudyName:
    """Marks a parameter that names a study; by a server only those shipped are taken."""


Cut = Annotated[str | None, Keys(cuts_of, closed=False), Field(max_length=20)]
"""Last quarter of the observations that a calibration knows."""
PowerOfTwo = Annotated[str | None, BeforeValidator(lambda value: None if value is None else str(value)[:20])]
"""Runs of a prior batch: a power of two, also written ``2^19``; it is checked where it is used."""


@dataclass(frozen=True)
class FormField:
    """A parameter as commands and forms ask for it."""

    name: str
    """``runs`` is always a number of simulations, ``draws`` of parameters, ``replicates`` for each."""
    kind: FieldKind
    flag: str
    """Its option on the command line."""
    former: tuple[str, ...]
    """What that was called before: it still works and is not listed."""
    required: bool
    default: Any
    minimum: float | None
    maximum: float | None
    """minimum, maximum: range of a number, ends included."""
    choices: tuple[str, ...]
    by_place: bool
    """Whether it is given by its place and not by name."""
    repeated: bool
    """Whether a list's option is named again for each entry."""
    local: bool
    """Whether a server does not take it, as it takes no paths."""
    keys: Keys | None
    """What gives its values, where they are keys."""
    unless: str = ""
    """Name of the parameter in whose place it stands; empty where there is none."""
    written: str = ""
    """Ending of the file it writes; empty where it writes none."""

    @property
    def is_table(self) -> bool:
        """Whether it is a file with a table, for which Python takes a data frame."""
        return self.kind == "file" and self.name in ("table", "data")


class AnalysisParams(BaseModel):
    """Base of what an analysis may be asked: frozen, no unknown names, no NaN.

    Numbers, strings, choices (``Literal``), lists of strings, paths and yes or no are understood by the command line
    and the page. The words of a parameter are ``param.<name>`` (help), ``param.<name>.title``, ``param.<name>.<value>``
    of what may be chosen, and ``param.<name>.default`` where the default is no plain value, in the texts of the
    analysis or, shared, in ``texts/analyses.yaml``. Help does not tell default, option or choices: commands add them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    served: ClassVar[Mapping[str, float]] = {}
    """Largest values a server takes, by name. It takes no paths."""

    @classmethod
    def former_names(cls) -> dict[str, str]:
        """Return the names parameters have now, by those they had, which run IDs and stored results keep."""
        return {
            field.serialization_alias: name for name, field in cls.model_fields.items() if field.serialization_alias
        }

    @classmethod
    def by_names(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by the names parameters have now; one that is given by both is left, to be refused."""
        now = cls.former_names()
        return {now[key] if key in now and now[key] not in values else key: value for key, value in values.items()}

    @classmethod
    def form(cls, *, served: bool = False) -> tuple[FormField, ...]:
        """List the parameters in their order; with a server's limits, without what is local, where ``served``."""
        fields = tuple(_form_field(name, field) for name, field in cls.model_fields.items())
        if not served:
            return fields
        from copark.simulation.study import list_studies

        return tuple(
            replace(
                field,
                required=field.required or bool(field.unless),
                maximum=cls.served.get(field.name, field.maximum),
                choices=tuple(list_studies()) if field.kind == "study" else field.choices,
            )
            for field in fields
            if not field.local
        )


class CaseParams(AnalysisParams):
    """Parameters of an analysis of a case."""

    case: Annotated[str, Field(min_length=1, max_length=1000)]
    """Name of a case, or path of a case folder."""
    parameters: ParametersOf | None = None
    """Which parameters to use, in the place of the best the case has."""
    cut: Cut = None
    """Last quarter of the observations that the calibration knows, such as 2020Q4; by default the latest there is."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Number the random streams start from."""

    @property
    def wanted(self) -> Wanted:
        """Name which parameters, of which cut."""
        return self.parameters, self.cut


class AheadParams(CaseParams):
    """Parameters of an analysis that looks ahead."""

    now: Annotated[str | None, Field(max_length=20)] = None
    """Quarter the park is looked at from (``2026Q4``), by default the present one."""


def _form_field(name: str, field: FieldInfo) -> FormField:
    kind, choices = _kind(field.annotation)
    marks = field.metadata

    def mark(kind: type[Marked]) -> Marked | None:
        return next((entry for entry in marks if isinstance(entry, kind)), None)

    option = mark(Option)
    unless = mark(Unless)
    written = mark(Written)
    flag = f"--{name.replace('_', '-')}" if option is None else option.flag
    limit = {
        edge: next((getattr(entry, edge) for entry in marks if hasattr(entry, edge)), None) for edge in ("ge", "le")
    }
    required = field.is_required()
    default = None if required else field.get_default(call_default_factory=True)
    if name == "case" or mark(StudyName) is not None:
        kind = "case" if name == "case" else "study"
    return FormField(
        name,
        kind,
        flag,
        (f"--{field.serialization_alias}",) if field.serialization_alias else (),
        required,
        default,
        limit["ge"],
        limit["le"],
        choices,
        by_place=(required and option is None) or mark(Argument) is not None,
        repeated=option is not None and option.repeated,
        local=kind == "file" or mark(Local) is not None,
        keys=mark(Keys),
        unless="" if unless is None else unless.other,
        written="" if written is None else written.ending,
    )


def _kind(annotation: Any) -> tuple[FieldKind, tuple[str, ...]]:
    """Describe what a type is to a form, and what may be chosen."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(argument for argument in get_args(annotation) if argument is not type(None))
    if get_origin(annotation) is Literal:
        return "choice", tuple(map(str, get_args(annotation)))
    if get_origin(annotation) is tuple:
        return "list", ()
    kinds: dict[Any, FieldKind] = {bool: "boolean", int: "integer", float: "number", str: "string", Path: "file"}
    if annotation not in kinds:
        raise TypeError(f"a form has no field for {annotation}")
    return kinds[annotation], ()


Rows = Iterable[dict[str, Any]] | dict[str, Any]
"""A table for a data frame: rows by column, or columns."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of what an analysis finds: typed and whole, so that every language and format is made of it alone.

    Fields may be numbers, strings, dataclasses, pydantic models, mappings and tuples of them, and arrays as of
    :mod:`copark.arrays`; it is stored as JSON and read again as the same type.
    """

    needs_no_calibration: ClassVar[bool] = False
    """Whether it draws assumed ranges on purpose, so that no calibration would change it."""
    shown_by: ClassVar[str] = ""
    """Full name of the module that shows it; by default ``show`` of the package it is defined in."""
    dimensions: ClassVar[tuple[str, ...]] = ()
    """Columns of the main table that are dimensions of its Dataset; by default the first that name every row."""
    run_id: str
    """Hash of everything it depends on: 16 hexadecimal digits."""
    provenance: JsonObject
    """Versions, hashes, study, seed, time."""
    trust: Trust | None = None
    """How far the parameters of the model may be trusted; ``None`` where none are used."""
    recorded: LocalizedText | None = None
    """What is on record of how the park fared, where its parameters are not calibrated to it."""

    @property
    def passed(self) -> bool:
        """Return whether what was checked holds; the command ends with 1 where it does not."""
        return True

    def main_table(self) -> Rows:
        """Return the main table, columns named as in files."""
        if type(self).to_frame is Result.to_frame:
            raise TypeError(f"{type(self).__name__} has no table")
        return {str(name): values for name, values in self.to_frame().to_dict("list").items()}

    def to_frame(self) -> pd.DataFrame:
        """Return the main table as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.main_table())

    def __init_subclass__(cls, **settings: Any) -> None:
        """Return every answer the one line of this class, which a dataclass would replace by all its arrays."""
        super().__init_subclass__(**settings)
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        """Return one line: what was asked, the beginning of the answer, its run ID."""
        from copark.analyses.answer_forms import one_line

        return one_line(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the answer, how sure it is, and its first table."""
        from copark.analyses.answer_forms import notebook_html

        return notebook_html(self)

    def to_xarray(self) -> xr.Dataset:
        """Return the main table as a labelled Dataset, with titles, units and provenance.

        Its dimensions are the first columns that name every row, such as lever, setting and measure, where there is a
        value for most of their combinations; else ``row``.
        """
        from copark.analyses.answer_forms import dataset_of

        return dataset_of(self)

    def plot(self, chart: str | None = None, *, lang: str | None = None) -> Figure:
        """Draw a figure of it, which a notebook shows and ``savefig`` saves.

        Parameters
        ----------
        chart
            Key of the figure; by default the first.
        lang
            Language of its words, by default that of the session.

        Raises
        ------
        copark.errors.NotFound
            If it has no figure, or none of this key.
        """
        from copark.analyses.answer_forms import figure_of

        return figure_of(self, chart, lang)

    def save(self, path: str | Path, *, lang: str | None = None, form: str = "") -> Path:
        """Write it to a file, in the form its ending names, and give the path.

        Parameters
        ----------
        path
            ``.html``, ``.docx``, ``.pdf``, ``.pptx``, ``.xlsx``, ``.md`` and ``.json`` hold the whole document;
            ``.csv``, ``.dta`` (Stata, labelled in the language), ``.parquet`` and ``.nc`` (netCDF) its main table;
            ``.geojson`` the map, of an answer that has one.
        lang
            Language of its words, by default that of the session.
        form
            Form in the place of the one its ending names, such as ``md``.

        Raises
        ------
        copark.errors.CoparkError
            If there is no such form, or a package that writes it is missing.
        """
        from copark.analyses.answer_forms import save

        return save(self, Path(path), lang, form)

    def cite(self, style: Literal["text", "bibtex"] = "text") -> str:
        """Describe how to cite it: copark and its version, its run ID, and the paper whose theory is made into a model.

        Parameters
        ----------
        style
            ``text``, in the language of the session, or ``bibtex``.
        """
        from copark.analyses.citation import cite

        return cite(self, style)

    def document(self, lang: str | None = None) -> Document:
        """Show it in a language, as ``show.py`` of its package does, or another module that it names.

        That is imported when it is asked.

        Parameters
        ----------
        lang
            ``en`` or ``zh``; by default the language of the session (:class:`copark.set_options`).

        Raises
        ------
        ValueError
            If there is no such language.
        """
        lang = options().lang if lang is None else lang
        if lang not in LANGUAGES:
            raise ValueError(f"no language {lang!r}: one of {', '.join(LANGUAGES)}")
        module = self.shown_by or f"{type(self).__module__}.show"
        area = module.rpartition(".")[0].rpartition(".")[2]
        return import_module(module).document(self, Texts(area, lang))


@dataclass(frozen=True)
class Texts:
    """The words of an analysis in one language, ``t("headline", case=…)``, or those all share where it has none."""

    area: str
    """Its folder's name."""
    lang: str

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key, with its values filled in."""
        return text(self.key(key), self.lang, **values)

    def has(self, key: str) -> bool:
        """Return whether there is such a text."""
        return has_text(self.key(key))

    def key(self, key: str) -> str:
        """Return the full name of a key, in the texts of the analysis or the shared ones."""
        own_key = f"{self.area}.{key}"
        return own_key if has_text(own_key) else f"{SHARED}.{key}"

    def sentences(self, parts: Sequence[str]) -> str:
        """Join sentences one after the other, each with its full stop."""
        return "".join(self("sentence", words=part.rstrip(".。")) for part in parts).strip()

    def of(self, words: LocalizedText) -> str:
        """Choose what is said in both languages, in this one."""
        return words.text(self.lang)


def assemble(
    result: Result,
    t: Texts,
    *,
    key: str,
    title: str,
    headline: str,
    sections: Sequence[Section],
    evidence: Sequence[Evidence] = (),
    provenance: Mapping[str, Any] | None = None,
    hashes: bool = True,
    commands: bool = True,
) -> Document:
    """Put together a document with what all have in common: trust state and provenance.

    Parameters
    ----------
    result
        The result.
    t
        Texts of its analysis.
    key
        Key of the document; its files are named by it.
    title, headline
        Question and answer.
    sections
        What the document is made of.
    evidence
        Sources it cites.
    provenance
        Further entries, by the key of their title (``provenance.<key>`` in the texts).
    hashes
        Tell hashes of case, model and draws; the run ID stands for them.
    commands
        Name the command that would better the trust, and in the provenance the one that asks the same.
    """
    from copark.presentation.document import Document

    def entry(value: Any) -> str:
        is_flag = isinstance(value, bool)
        return t(f"answer.{'yes' if value else 'no'}") if is_flag else _TIME.sub(r"\1 \2 UTC", str(value))

    trust = result.trust
    label = [t("answer.outdated")] if result.provenance.get("outdated") else []
    if trust is not None:
        renew = trust.renew(t.lang) if commands and not result.needs_no_calibration else ""
        recorded = "" if result.recorded is None else t.of(result.recorded)
        label += [recorded, text("trust.line", t.lang, label=trust.label(t.lang)), renew]
    entries = {"run_id": result.run_id, **(provenance or {})}
    names = (name for name in MADE_BY if (hashes or not name.endswith("_hash")) and (commands or name != "command"))
    entries |= {name: result.provenance[name] for name in names if result.provenance.get(name) not in (None, "")}
    if t.lang == "zh" and "command" in entries:
        entries["command"] = in_chinese(str(entries["command"]))
    if entries.get("code_version", __version__) != __version__:
        entries["shown_by"] = __version__
    return Document(
        key=key,
        lang=t.lang,
        title=title,
        headline=headline,
        trust=t.sentences(list(filter(None, label))),
        trust_state="" if trust is None else trust.state,
        sections=tuple(sections),
        evidence=tuple(evidence),
        provenance=tuple((t(f"provenance.{name}"), entry(value)) for name, value in entries.items()),
    )


MADE_BY = (
    "command",
    "case",
    "data_end",
    "case_hash",
    "model_version",
    "draws_hash",
    "posterior_cut",
    "posterior_stale",
    "code_version",
    "method_changed",
    "created",
    "digits",
)
"""Entries of a provenance that every document tells, where they are known."""


@dataclass(frozen=True, kw_only=True)
class Remakeable(Result):
    """An answer, or how what ships made again compares with what ships."""

    again: Comparison | None = None
    """The comparison, where that was asked."""
    stale: bool = False
    """Whether model or cases have changed since what ships was made."""

    @property
    def passed(self) -> bool:
        """Return whether what ships, where that was asked, could be made again."""
        return self.again is None or self.again.passed


def by_difference(largest: float, close: float) -> Comparison:
    """Compare numbers by their largest difference, and the largest that another processor may cause."""
    return Comparison(largest == 0.0, largest <= close, largest)
