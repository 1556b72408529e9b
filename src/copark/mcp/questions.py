"""Tools made of the registry of analyses: names, schemas of what they take, and answers in words and values.

Nothing outside the workspace is read: parks are those of the casebook, those of the output folder, and those that were
named when the server was begun. Parameters that are paths are not offered; others have the limits of a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from copark.analyses import REGISTRY, Analysis
from copark.analyses.answer import answer, command_of
from copark.analyses.citation import reference
from copark.analyses.context import Context
from copark.analyses.contract import FormField, Texts
from copark.analyses.show import sources_of
from copark.calibration.case_parameters import parameters_of
from copark.cases import Case, list_cases, load_case
from copark.cases.casebook import suggested_case
from copark.cases.observed_variables import country_name
from copark.cases.types import shown, suggestion
from copark.errors import Fault, FaultsFound, NotFound
from copark.json_types import JsonObject
from copark.presentation.document import Bullets, Column, Document, Evidence, Kind, Section, Table, Value
from copark.presentation.markdown import to_markdown
from copark.progress import StagedProgress, silent
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES, text
from copark.web.content.analyses import params_of
from copark.workflows.case_commands import show

LIST_PARKS = "list_parks"
SHOW_PARK = "show_park"
PARK_FIELDS = ("case", "cases")
"""Parameters that name parks."""
LONGEST = 40_000
"""Letters of an answer in words; what is longer is cut, and says how the whole is had."""
MOST_SOURCES = 40
"""Sources that an answer lists; :data:`SHOW_PARK` lists all of a park's."""
JSON_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}
"""Types of JSON Schema by kind of a parameter; all others are strings."""


class Misasked(FaultsFound, NotFound):
    """A question that cannot be answered as it stands; each fault has cause and repair."""


class NoSuchTool(LookupError):
    """A name that is that of no tool."""


@dataclass(frozen=True)
class Tool:
    """A tool as a client is told of it."""

    name: str
    title: str
    description: str
    schema: JsonObject
    """JSON Schema of its arguments."""


@dataclass(frozen=True)
class ToolAnswer:
    """An answer, in words and as values."""

    words: str
    """Markdown."""
    values: JsonObject
    """As of :data:`VALUES`."""


@dataclass(frozen=True)
class ToolWorkspace:
    """Folders that the tools may read and write, and how they answer."""

    out: Path
    """Output folder: calibrations and results in it are read, results are stored in it."""
    parks: Mapping[str, Path] = field(default_factory=dict)
    """Folders of parks of one's own, by name."""
    threads: int | None = None
    lang: str = "en"
    """Language where a question names none."""

    @classmethod
    def of(cls, out: Path, folders: tuple[Path, ...], threads: int | None, lang: str) -> ToolWorkspace:
        """Take the parks of the output folder, and those of some folders.

        Parameters
        ----------
        out
            Output folder.
        folders
            Folders of parks.
        threads
            Threads of the model; ``None`` for as many as are worthwhile.
        lang
            Language where a question names none.

        Raises
        ------
        Misasked
            If a folder has no name of its own, or that of a park of the casebook.
        copark.errors.CoparkError
            If a folder holds no sound case.
        """
        in_casebook = set(list_cases())
        unpacked = {path.parent.name: path.parent for path in sorted(out.glob("cases/*/case.yaml"))}
        parks = {name: path for name, path in unpacked.items() if name not in in_casebook}
        for folder in folders:
            case = load_case(folder)
            if case.name in in_casebook or case.name in parks:
                raise Misasked([Fault("mcp.name_taken", "--park", None, shown(folder), {"name": case.name})])
            parks[case.name] = folder
        return cls(out, parks, threads, lang)

    def names(self) -> list[str]:
        """List the names of all parks."""
        return [*list_cases(), *self.parks]

    def park(self, name: str) -> Case:
        """Read a park.

        Raises
        ------
        Misasked
            If the workspace holds no such park, whatever other folders do.
        """
        self.require(name, "park")
        return load_case(self.parks.get(name, name))

    def require(self, name: str, key: str) -> None:
        """Refuse the name of a park that the workspace does not hold; ``key`` is the argument it stands in."""
        names = self.names()
        if name not in names:
            near = suggested_case(name, names)
            raise Misasked([Fault("mcp.no_park", "arguments", None, key, {"found": shown(name), "suggestion": near})])


def tools(lang: str) -> tuple[Tool, ...]:
    """List all tools, described in a language."""
    park = {"park": _described("string", text("mcp.param.park", lang))}
    sources = {"sources": _described("boolean", text("mcp.param.sources", lang), default=False)}
    hand_made = (
        _tool(LIST_PARKS, text("mcp.list_parks.title", lang), text("mcp.list_parks.help", lang), {}, (), lang),
        _tool(
            SHOW_PARK,
            text("mcp.show_park.title", lang),
            text("mcp.show_park.help", lang),
            {**park, **sources},
            ("park",),
            lang,
        ),
    )
    return (*hand_made, *(_tool_of(analysis, lang) for analysis in REGISTRY if analysis.served))


def _tool_of(analysis: Analysis, lang: str) -> Tool:
    t = Texts(analysis.area, lang)
    fields = analysis.params.form(served=True)
    properties = {form_field.name: _schema_of(form_field, t) for form_field in fields}
    required = tuple(form_field.name for form_field in fields if form_field.required)
    return _tool(analysis.function, t("title"), t("help"), properties, required, lang)


def _tool(
    name: str, title: str, description: str, properties: JsonObject, required: tuple[str, ...], lang: str
) -> Tool:
    language = {"type": "string", "enum": list(LANGUAGES), "description": text("mcp.param.lang", lang)}
    schema = {
        "type": "object",
        "properties": {**properties, "lang": language},
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(name, title, description, schema)


def _described(kind: str, words: str, **more: Any) -> JsonObject:
    return {"type": kind, "description": words, **more}


def _schema_of(form_field: FormField, t: Texts) -> JsonObject:
    """Describe a parameter: its words, what may be chosen, its range and its default."""
    words = text("mcp.param.park", t.lang) if form_field.name == "case" else t(f"param.{form_field.name}")
    if form_field.kind == "list":
        return _described("array", words, items={"type": "string"})
    schema = _described(JSON_TYPES.get(form_field.kind, "string"), words)
    if form_field.choices:
        schema["enum"] = list(form_field.choices)
    if form_field.minimum is not None:
        schema["minimum"] = form_field.minimum
    if form_field.maximum is not None:
        schema["maximum"] = form_field.maximum
    if form_field.default is not None and not form_field.required:
        schema["default"] = form_field.default
    return schema


def ask(
    name: str, arguments: Mapping[str, Any], workspace: ToolWorkspace, progress: StagedProgress = silent
) -> ToolAnswer:
    """Answer a question.

    Parameters
    ----------
    name
        Name of a tool.
    arguments
        What it is given, by name.
    workspace
        What may be read and written.
    progress
        Called with stage, done and total; whatever it raises ends the work.

    Raises
    ------
    NoSuchTool
        If there is no such tool.
    copark.errors.CoparkError
        If the question cannot be answered as it stands.
    """
    values = dict(arguments)
    lang = values.pop("lang", None) or workspace.lang
    if lang not in LANGUAGES:
        raise Misasked([_not_allowed("lang", lang, " | ".join(LANGUAGES))])
    if name == LIST_PARKS:
        _refuse_unknown(values, ())
        return _parks(workspace, lang)
    if name == SHOW_PARK:
        _refuse_unknown(values, ("park", "sources"))
        return _park(workspace, values, lang)
    analysis = REGISTRY.by_function(name)
    if analysis is None or not analysis.served:
        raise NoSuchTool(name)
    return _answer(analysis, values, replace(workspace, lang=lang), progress)


def _refuse_unknown(arguments: Mapping[str, Any], names: tuple[str, ...]) -> None:
    unknown = [name for name in arguments if name not in names]
    if unknown:
        values = {name: {"found": shown(name), "suggestion": suggestion(name, names)} for name in unknown}
        raise Misasked([Fault("cases.unknown_key", "arguments", None, name, values[name]) for name in unknown])


def _not_allowed(key: str, value: Any, allowed: str) -> Fault:
    return Fault("cases.not_allowed", "arguments", None, key, {"found": shown(value), "suggestion": allowed})


def _answer(
    analysis: Analysis, arguments: Mapping[str, Any], workspace: ToolWorkspace, progress: StagedProgress
) -> ToolAnswer:
    """Answer a question of the registry."""
    params = params_of(analysis, arguments)
    for key in PARK_FIELDS:
        value = getattr(params, key, ())
        for name in (value,) if isinstance(value, str) else value:
            workspace.require(name, key)
    context = Context(
        workspace.out,
        threads=workspace.threads,
        progress=progress,
        case_folders=workspace.parks,
        may_calibrate=False,
        lang=workspace.lang,
    )
    answered = answer(analysis, params, context)
    document = answered.document(workspace.lang)
    case = context.case(params.case) if hasattr(params, "case") else None
    values = _values(document, workspace.lang, answered.result.run_id, answered.result.trust, case)
    values |= {"command": command_of(analysis, params), "notes": list(context.notes)}
    return ToolAnswer(_words(document, values, workspace.lang), values)


VALUES: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "headline": {"type": "string"},
        "trust_state": {"type": "string"},
        "trust": {"type": "string"},
        "run_id": {"type": "string"},
        "sources": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "text": {"type": "string"}, "url": {"type": "string"}},
                "required": ["key", "text", "url"],
            },
        },
        "sources_note": {"type": "string"},
        "citation": {"type": "array", "items": {"type": "string"}},
        "command": {"type": "string"},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title", "headline", "trust_state", "trust", "run_id", "sources", "citation"],
}
"""JSON Schema of the values of every answer."""
NO_PARAMETERS = "no_parameters"
"""Trust state of an answer that uses no parameters of the model."""


def _values(document: Document, lang: str, run_id: str, trust: Trust | None, case: Case | None) -> JsonObject:
    """Return what every answer has: question, answer, trust, run ID, sources, and how it is cited."""
    sources = document.evidence[:MOST_SOURCES]
    total = len(document.evidence)
    note = text("mcp.sources_cut", lang, shown=len(sources), total=total) if total > len(sources) else ""
    if not sources and case is not None:
        note = text("mcp.sources_of_park", lang, count=len(case.sources), name=case.name)
    elif not sources:
        note = text("mcp.sources_of_casebook", lang)
    return {
        "title": document.title,
        "headline": document.headline,
        "trust_state": NO_PARAMETERS if trust is None else trust.state,
        "trust": document.trust or text("mcp.no_parameters", lang),
        "run_id": run_id,
        "sources": _listed(sources),
        "sources_note": note,
        "citation": reference(run_id, lang).splitlines(),
    }


def _listed(sources: tuple[Evidence, ...]) -> list[JsonObject]:
    return [{"key": source.key, "text": source.text, "url": source.link} for source in sources]


def _words(document: Document, values: Mapping[str, Any], lang: str) -> str:
    """Write an answer as Markdown that is not too long, with trust, run ID and sources before anything is cut."""
    head = [text("mcp.run_id", lang, run_id=values["run_id"])] if values["run_id"] else []
    head += [] if document.trust else [values["trust"]]
    foot = [f"- {source['text']} {source['url']}".rstrip() for source in values["sources"]]
    foot += [values.get("sources_note", ""), "", *values["citation"], *values.get("notes", ())]
    body = to_markdown(document)
    if len(body) > LONGEST:
        cut = body[:LONGEST].rpartition("\n")[0]
        body = f"{cut}\n\n{text('mcp.cut', lang, command=values.get('command', ''))}\n"
    parts = [*head, body.rstrip(), f"## {text('mcp.sources', lang)}", "\n".join(foot).strip()]
    return "\n\n".join(parts) + "\n"


def _parks(workspace: ToolWorkspace, lang: str) -> ToolAnswer:
    """List the parks of the workspace, each with the state of its parameters."""
    keys = ("name", "title", "home", "host", "data_end", "observations", "trust")
    kinds = {"observations": Kind.count}
    columns = tuple(Column(key, text(f"mcp.column.{key}", lang), kinds.get(key, Kind.text)) for key in keys)
    rows: list[tuple[Value, ...]] = []
    for name in workspace.names():
        case = workspace.park(name)
        sides = (country_name(side.country, lang) for side in (case.sides.home, case.sides.host))
        trust = parameters_of(case, workspace.out).trust
        title = case.title.text(lang)
        rows.append((name, title, *sides, str(case.clock.data_end), len(case.observations), trust.label(lang)))
    table = Table("parks", text("mcp.list_parks.title", lang), columns, tuple(rows))
    document = Document(
        key="parks", lang=lang, title=text("mcp.list_parks.title", lang),
        headline=text("mcp.list_parks.headline", lang, count=len(rows), own=len(workspace.parks)),
        trust=text("mcp.list_parks.trust", lang),
        sections=(Section("parks", text("mcp.list_parks.title", lang), (table,)),),
    )  # fmt: skip
    values = _values(document, lang, "", None, None)
    values |= {"trust_state": "by_park", "parks": [dict(zip(keys, row, strict=True)) for row in rows]}
    return ToolAnswer(_words(document, values, lang), values)


def _park(workspace: ToolWorkspace, arguments: Mapping[str, Any], lang: str) -> ToolAnswer:
    """Show what is recorded of a park, and its sources where they are asked for."""
    name = arguments.get("park")
    with_sources = arguments.get("sources", False)
    if not isinstance(name, str):
        raise Misasked([Fault("cases.missing_key", "arguments", None, "park", {"name": "park"})])
    if not isinstance(with_sources, bool):
        raise Misasked([_not_allowed("sources", with_sources, "true | false")])
    case = workspace.park(name)
    title, entries = show(str(workspace.parks.get(name, name)), workspace.out, lang)
    folder = text("workflows.entry.folder", lang)  # a place of this machine is nobody's business
    lines = tuple(f"{head}{text('presentation.colon', lang)}{value}" for head, value in entries if head != folder)
    trust = parameters_of(case, workspace.out).trust
    document = Document(
        key=f"park-{name}", lang=lang, title=title, headline=trust.meaning(lang), trust=trust.label(lang),
        trust_state=trust.state, sections=(Section("park", text("mcp.show_park.title", lang), (Bullets(lines),)),),
    )  # fmt: skip
    values = _values(document, lang, "", trust, case)
    if with_sources:
        values |= {"sources": _listed(sources_of(case)), "sources_note": ""}
    values |= {"case_hash": case.hash}
    return ToolAnswer(_words(document, values, lang), values)


def command_for(name: str, arguments: Mapping[str, Any]) -> str:
    """Write the command that asks the same in a terminal, without limit of time; empty where there is none."""
    analysis = REGISTRY.by_function(name)
    if analysis is None:
        return ""
    values = {key: value for key, value in arguments.items() if key != "lang"}
    return command_of(analysis, params_of(analysis, values))
