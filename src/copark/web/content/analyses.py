"""Analyses as a server offers them: the menu with its forms, stored results, documents and their files."""

import hashlib
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from copark.analyses import REGISTRY, Analysis
from copark.analyses.answer import (
    NO_KEY,
    RUN_ID,
    SHIPPED,
    ResultHeader,
    find,
    head,
    is_outdated,
    listed,
    load,
    place_of,
    run_id_of,
    unknown_keys,
)
from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, CaseParams, Choice, FormField, Texts
from copark.analyses.shipped import usable
from copark.calibration.calibrate import own_folder
from copark.cases.files import fault as case_fault
from copark.cases.types import suggestion
from copark.errors import CoparkError, Fault, RunRefused, StudyFaults
from copark.json_types import JsonObject
from copark.presentation.document import Document
from copark.presentation.numbers import exact
from copark.presentation.rendered_document import chart_of, page_of, table_of
from copark.simulation.study import load_study
from copark.store.files import written_file
from copark.texts.localized import LocalizedText
from copark.web.content.case_registry import CaseEntry, OwnerView
from copark.web.content.faults import REQUEST, absent, fault, faults_of_request
from copark.web.content.requests import usable_now
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said as said_by_key

MEDIA = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""Formats of a document, and what they are sent as; CSV files come in an archive."""
WORKBOOKS, MOST_WORKBOOKS = "workbooks", 50
"""Folder of the uploaded workbooks, and how many are kept; beyond, the oldest goes."""
DOCUMENTS = 4
"""Documents that are kept in memory."""
DRAWING = threading.Lock()
"""Drawings are styled for the whole process: one at a time."""
NOW = "params.now"
"""Where in a request for an analysis the quarter stands that a park is looked at from."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""Name of a case, which no path is."""
FormatName = Literal["html", "xlsx", "csv", "docx", "pdf", "pptx", "json"]


class FieldInfo(ApiModel):
    """A parameter of an analysis, as a form asks for it."""

    name: str
    """Name under which it is sent."""
    type: str
    """case, string, list (of strings), integer, number, boolean or choice."""
    title: LocalizedText
    """Label of the field."""
    help: LocalizedText
    """What it asks, in a sentence."""
    required: bool
    """Whether it must be given."""
    default: Any
    """Value where none is given, of the field's type; null where that depends on the case or none is needed."""
    minimum: float | None
    """Least number that is taken; null where there is no such limit."""
    maximum: float | None
    """Largest number that this server takes; null where there is no such limit."""
    usual: LocalizedText | None
    """The default in words, where it is no plain value; null else."""
    keyed: bool
    """Whether its values depend on the case: ``choices`` of the analysis lists them."""
    closed: bool
    """Whether it takes no values but those offered; they are examples otherwise."""
    choices: list[Choice]
    """Values that are the same for every case; empty where there are none."""


class AnalysisInfo(ApiModel):
    """An analysis in the menu."""

    name: str
    """Name of the analysis, as in the addresses."""
    group: str
    """Group of the menu it belongs to, as a key."""
    group_title: LocalizedText
    """The group in words."""
    title: LocalizedText
    """The analysis in a word or two."""
    help: LocalizedText
    """What it answers, in a sentence."""
    form: list[FieldInfo]
    """Fields of its form, in their order."""
    workbook: LocalizedText | None
    """What the workbook asks for, whose template the server gives; null where there is none."""


class AnalysesAnswer(ApiModel):
    """The menu of analyses."""

    analyses: list[AnalysisInfo]
    """The analyses, in the order of the menu."""


class ChoicesAnswer(ApiModel):
    """Values that may be chosen where they are keys, such as those of a case's levers."""

    choices: dict[str, list[Choice]]
    """By name of a field: what may be chosen."""
    refused: LocalizedText | None = None
    """Why the analysis cannot be run for this case, whatever is chosen; null where it can."""


class ResultInfo(ApiModel):
    """A stored result."""

    run_id: str
    """Run ID of the result, 16 hexadecimal digits, which its document's address contains."""
    created: str
    """When it was stored, UTC, ISO 8601."""
    params: JsonObject
    """Parameters of the analysis, by name of the form's fields."""


class ResultsAnswer(ApiModel):
    """Stored results of an analysis."""

    results: list[ResultInfo]
    """Newest first."""


class AnalysisJobRequest(ApiModel):
    """An analysis to be made."""

    analysis: str = Field(max_length=60)
    """Name of the analysis."""
    params: JsonObject = Field(default_factory=dict)
    """Parameters of the analysis, by name of the form's fields; those left out have their defaults."""
    lang: Literal["en", "zh"] = "en"
    """Language of progress and of problems met on the way: en or zh; the result has both."""


def analysis_of(name: str) -> Analysis:
    """Return an analysis by name."""
    analysis = REGISTRY.get(name)
    if analysis is None or not analysis.served:
        raise absent(
            "no_analysis", "analysis", found=name, known=", ".join(other.name for other in REGISTRY if other.served)
        )
    return analysis


def menu() -> AnalysesAnswer:
    """Return all analyses that a server offers, with their forms."""
    return AnalysesAnswer(analyses=[_info(analysis) for analysis in REGISTRY if analysis.served])


def said(analysis: Analysis, key: str) -> LocalizedText:
    """Return a text of an analysis, or a shared one, in both languages."""
    return LocalizedText.by_language(lambda lang: Texts(analysis.area, lang)(key))


def _info(analysis: Analysis) -> AnalysisInfo:
    # Parameters of all analyses of a case come after those of this one.
    fields = sorted(analysis.params.form(served=True), key=lambda field: field.name in CaseParams.model_fields)
    return AnalysisInfo.of(
        analysis,
        group_title=said_by_key(f"cli.panel.{analysis.group}"),
        title=said(analysis, "title"),
        help=said(analysis, "help"),
        form=[_field(analysis, field) for field in fields],
        workbook=said(analysis, "workbook") if analysis.workbook else None,
    )


def _field(analysis: Analysis, field: FormField) -> FieldInfo:
    key = f"param.{field.name}"
    is_study = field.kind == "study"  # a study has its title
    titles = {
        choice: load_study(choice).title if is_study else said(analysis, f"param.{field.name}.{choice}")
        for choice in field.choices
    }
    return FieldInfo.of(
        field,
        type="choice" if is_study else field.kind,
        title=said(analysis, f"{key}.title"),
        help=said(analysis, key),
        default=list(field.default) if isinstance(field.default, tuple) else field.default,
        choices=[Choice(value, title) for value, title in titles.items()],
        usual=said(analysis, f"{key}.default") if Texts(analysis.area, "en").has(f"{key}.default") else None,
        keyed=field.keys is not None,
        closed=field.keys is None or field.keys.closed,
    )


def context_of(data: Path, case: CaseEntry | None, lang: str = "en") -> Context:
    """Return the context in which an analysis of a case is checked; an uploaded case is found by its name.

    Parameters
    ----------
    data
        Output folder in which calibrations, runs and results are looked up.
    case
        Case that the analysis names; ``None`` where it names none.
    lang
        Language of what is written in the context, ``en`` or ``zh``.
    """
    return Context(
        data, case_folders={} if case is None else {case.name: case.case.folder}, may_calibrate=False, lang=lang
    )


def workbook_of(analysis: Analysis, case: CaseEntry, data: Path, lang: str) -> bytes:
    """Return the empty workbook of an analysis that reads one.

    Parameters
    ----------
    analysis
        The analysis; Absent is raised where it reads no workbook.
    case
        The case the workbook is for.
    data
        Output folder in which its calibrations lie.
    lang
        Language of the workbook, ``en`` or ``zh``.
    """
    if not analysis.workbook:
        raise absent("no_part", "workbook", found=analysis.name)
    return analysis.ask.workbook(analysis.params.model_validate({"case": case.name}), context_of(data, case, lang))


def params_of_workbook(analysis: Analysis, case: CaseEntry, data: Path, content: bytes) -> JsonObject:
    """Read the parameters of an analysis from a workbook, which is kept until the job reads it.

    Parameters
    ----------
    analysis
        The analysis; Absent is raised where it reads no workbook.
    case
        The case it was made for.
    data
        Output folder, in which the workbook is kept.
    content
        The workbook as it was uploaded.

    Returns
    -------
    dict
        Parameters as JSON, with the workbook's place in the output folder.
    """
    if not analysis.workbook:
        raise absent("no_part", "workbook", found=analysis.name)
    folder = data / WORKBOOKS / hashlib.sha256(content).hexdigest()[:16]
    path = folder / f"{analysis.workbook}.xlsx"
    is_new = not folder.exists()
    with written_file(path) as scratch:
        scratch.write_bytes(content)
    params = analysis.params.model_validate({"case": case.name, analysis.workbook: path})
    try:
        run_id_of(analysis, params, context_of(data, case))
    except CoparkError:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    for superseded in sorted(folder.parent.iterdir(), key=lambda earlier: -earlier.stat().st_mtime)[MOST_WORKBOOKS:]:
        shutil.rmtree(superseded, ignore_errors=True)
    return params.model_dump(mode="json") | {analysis.workbook: str(path.relative_to(data))}


def choices_of(analysis: Analysis, entered: Mapping[str, str], context: Context) -> ChoicesAnswer:
    """List the choices where values are keys, with the other parameters as they are entered; nonsense is left out.

    Parameters
    ----------
    analysis
        The analysis whose form is filled in.
    entered
        Values of the form so far, as text, by name.
    context
        Where keys are looked up.
    """
    values = {field.name: field.default for field in analysis.params.form()}
    for field in analysis.params.form(served=True):
        value = entered.get(field.name)
        if value is not None and (field.kind == "case" or value in field.choices):
            values[field.name] = value
        elif value is not None and field.kind == "boolean":
            values[field.name] = value == "true"
    choices = {}
    try:
        for field in analysis.params.form(served=True):
            # A study says its case itself.
            if field.keys is not None and not (field.name == "cut" and "case" not in values):
                choices[field.name] = list(field.keys.choices(context, values))
    except RunRefused as error:
        return ChoicesAnswer(choices={}, refused=LocalizedText.by_language(error.said))
    return ChoicesAnswer(choices=choices)


def refuse_unknown_keys(params: AnalysisParams, context: Context) -> None:
    """Refuse unknown keys."""
    faults = [
        Fault(NO_KEY, REQUEST, None, f"params.{field.name}", values) for field, values in unknown_keys(params, context)
    ]
    if faults:
        raise StudyFaults(faults)


def _every_park(params: AnalysisParams) -> tuple[str, ...]:
    """Return the parks that an analysis of several asks about where none is named; none for other analyses."""
    from copark.calibration.case_parameters import shipped_cases

    return tuple(shipped_cases()) if "cases" in type(params).model_fields else ()


def refuse_unusable_now(params: AnalysisParams, context: Context) -> None:
    """Refuse a quarter that cannot be now; and any, of studies that have a length of their own."""
    now = getattr(params, "now", None)
    if now is None:
        return
    names = (params.case,) if hasattr(params, "case") else getattr(params, "cases", ()) or _every_park(params)
    for name in names:
        usable_now(context.case(name), now, NOW)
    for field in type(params).form(served=True):
        name = getattr(params, field.name)
        if field.kind != "study" or name is None:
            continue
        study = load_study(name)
        if study.quarters is not None:
            values = {"found": study.quarters, "now": now}
            raise StudyFaults([Fault("study.two_lengths", REQUEST, None, NOW, values)])
        usable_now(context.case(study.case), now, NOW)


def params_of(analysis: Analysis, entered: Mapping[str, Any]) -> AnalysisParams:
    """Validate the parameters of a request, within the limits of a server."""
    fields = {field.name: field for field in analysis.params.form(served=True)}
    entered = analysis.params.by_names(entered)
    faults = list(_beyond(entered, fields))
    lacking = [field.name for field in fields.values() if field.unless and entered.get(field.name) is None]
    faults += faults_of_request([{"type": "missing", "loc": ("params", name), "msg": ""} for name in lacking])
    try:
        params = analysis.params.model_validate(dict(entered))
    except ValidationError as error:
        wrong = (problem for problem in error.errors(include_url=False) if problem["type"] != "extra_forbidden")
        problems = [{**problem, "loc": ("params", *problem["loc"])} for problem in wrong]
        faults += faults_of_request(problems)
        raise StudyFaults(faults) from None
    if faults:
        raise StudyFaults(faults)
    return params


def _beyond(entered: Mapping[str, Any], fields: Mapping[str, FormField]) -> Iterator[Fault]:
    """Yield faults of parameters that a command takes and a server does not: paths, and values beyond its limits."""
    for name, value in entered.items():
        field = fields.get(name)
        if field is None:
            near = suggestion(name, fields)
            yield case_fault("unknown_key", REQUEST, key=f"params.{name}", found=name, suggestion=near)
        elif field.maximum is not None and isinstance(value, int | float) and value > field.maximum:
            limit = exact(field.maximum)
            yield case_fault("limit", REQUEST, key=f"params.{name}", found=value, relation="≤", limit=limit)
        elif field.kind == "study" and value is not None and value not in field.choices:
            near = suggestion(str(value), field.choices)
            yield fault("no_study", f"params.{name}", found=str(value)[:80], suggestion=near)


def results_of(analysis: Analysis, view: OwnerView, case: str | None) -> ResultsAnswer:
    """List stored results and those that ship with copark, newest first; of a case alone if it is named.

    Results about a path are left out, and so are those that name another owner's park.

    Parameters
    ----------
    analysis
        The analysis.
    view
        The owner's view.
    case
        The case whose results are listed alone; all by default.
    """
    if case is not None:
        view.require(case)
    names_served = {field.name for field in analysis.params.form(served=True)}
    defaults = analysis.params.model_construct().model_dump(mode="json")
    results = []
    entries = _shipped(analysis, view.shared, case, _posteriors(view.shared))
    for out in reversed(view.output_folders(case)):
        entries = entries | dict(listed(out, analysis))
    for run_id, entry in entries.items():
        params = {name: value for name, value in entry["params"].items() if name in names_served}
        is_about_path = any(
            value != defaults.get(name) for name, value in entry["params"].items() if name not in names_served
        )
        case_name = str(params.get("case", ""))
        is_shown = not is_about_path and (not case_name or NAME.fullmatch(case_name)) and view.shows(entry["params"])
        if is_shown and case in (None, case_name):
            results.append(ResultInfo(run_id=run_id, created=entry["created"], params=params))
    return ResultsAnswer(results=sorted(results, key=lambda result: result.created, reverse=True))


@lru_cache(maxsize=64)
def _shipped(
    analysis: Analysis, data: Path, case: str | None, _posteriors: tuple[tuple[str, int], ...]
) -> dict[str, ResultHeader]:
    """Return the shipped results that answer here; to compute the run IDs they are compared by takes up to a second."""
    return dict(usable(analysis, context_of(data, None), case))


def _posteriors(data: Path) -> tuple[tuple[str, int], ...]:
    """Return own posteriors by name and time: with others a question has another run ID."""
    return tuple(sorted((str(recipe), recipe.stat().st_mtime_ns) for recipe in own_folder(data).glob("*/recipe.json")))


def locate_result(analysis: Analysis, view: OwnerView, run_id: str) -> tuple[Path, str]:
    """Find the output folder of a stored result, and the hash of what is stored, which tells renderings of it apart.

    Parameters
    ----------
    analysis
        The analysis.
    view
        View of the owner who asks: the shared folder, and those of the owner's own parks.
    run_id
        Run ID of the result, 16 hexadecimal digits. What ships stands in for the shared folder alone.

    Returns
    -------
    tuple
        Output folder, which is the shared one for a result that ships; and the SHA-256 of the result as written.

    Raises
    ------
    Absent
        If there is no such result, or none but of another owner's park.
    """
    if RUN_ID.fullmatch(run_id):
        for out in view.output_folders():
            is_shared = out == view.shared  # what ships stands in for it alone
            folder = find(out, analysis, run_id) if is_shared else place_of(out, analysis, run_id)
            header = head(folder, analysis)
            if header is not None and view.shows(header["params"]):
                return out, str(header["sha256"])
    raise absent("no_answer", "run_id", found=run_id)


def part_json(analysis: Analysis, data: Path, run_id: str, lang: str, kind: str = "", key: str = "") -> bytes:
    """Return a stored result's document as JSON, without drawings and without rows of folded tables.

    Or return one of its tables with all rows, or one of its charts, drawn with text in the page's own fonts.

    Parameters
    ----------
    analysis
        The analysis of the result.
    data
        Output folder the result lies in.
    run_id
        Run ID of the result.
    lang
        Language of the document, ``en`` or ``zh``.
    kind
        ``tables`` or ``charts`` for a part, empty for the document.
    key
        Key of the part.
    """
    document = _document(analysis, data, run_id, lang)
    if not kind:
        return page_of(document, whole=False).model_dump_json().encode()
    from copark.presentation.figures import Charts

    with DRAWING:
        part = table_of(document, key) if kind == "tables" else chart_of(document, key, Charts(outlined=False))
    if part is None:
        raise absent("no_part", "key", found=key)
    return part.model_dump_json().encode()


def _document(analysis: Analysis, data: Path, run_id: str, lang: str) -> Document:
    stored = head(find(data, analysis, run_id), analysis)
    document = None if stored is None else _shown(analysis, find(data, analysis, run_id), lang, str(stored["sha256"]))
    if document is None:
        raise absent("no_answer", "run_id", found=run_id)
    return document


@lru_cache(maxsize=DOCUMENTS)
def _shown(analysis: Analysis, folder: Path, lang: str, _code: str) -> Document | None:
    """Return the document of what is stored; a page asks for its parts one after the other."""
    stored = load(folder, analysis)
    if stored is None:
        return None
    result = stored.result
    header = head(folder, analysis) if SHIPPED in folder.parents else None
    if header is not None and is_outdated(analysis, folder.name, header):  # a page may have kept its address
        result = replace(result, provenance={**result.provenance, "outdated": True})
    return analysis.document(result, lang)


def document_file(
    analysis: Analysis, data: Path, run_id: str, form: FormatName, lang: str, scratch: Path
) -> tuple[str, bytes]:
    """Write a stored result's document as a file; give its name and its content.

    Parameters
    ----------
    analysis
        The analysis of the result.
    data
        Output folder the result lies in.
    run_id
        Run ID of the result.
    form
        Format of the file; CSV gives an archive of all tables.
    lang
        Language of the document, ``en`` or ``zh``.
    scratch
        Folder to work in, which is removed.
    """
    from copark.presentation import dated_name, write

    try:
        with DRAWING:
            document = _document(analysis, data, run_id, lang)
            output = write(document, scratch, [form])[form]
        name = f"{dated_name(document)}-{lang}.{'zip' if form == 'csv' else form}"
        if not output.is_dir():
            return name, output.read_bytes()
        archive = scratch / "tables.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(output.iterdir()):
                packed.write(path, path.name)
        return name, archive.read_bytes()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
