"""Analyses as a server offers them: the menu with its forms, what is stored, documents and their files."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from copark.analyses import REGISTRY, Analysis
from copark.analyses.contract import AnalysisParams, FormField, Texts
from copark.analyses.results import RUN_ID, head, listed, load, results_in
from copark.cases.fields import suggestion
from copark.cases.reading import fault as case_fault
from copark.errors import Fault, StudyFaults
from copark.simulation.study import load_study
from copark.texts import LANGUAGES, has_text
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.exporting import DRAWING
from copark.workflows.serving.faults import faults_of_request
from copark.workflows.serving.refusals import REQUEST, absent, fault

MEDIA = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""Formats of a document, and what they are sent as; CSV files come in an archive."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""Name of a case, which no path is."""
FormatName = Literal["html", "xlsx", "csv", "docx", "pdf", "json"]


class ChoiceInfo(Answer):
    """What may be chosen."""

    value: str
    """As it is asked for."""
    title: Said
    """What it is."""


class FieldInfo(Answer):
    """A parameter of an analysis, as a form asks for it."""

    name: str
    """Its name in ``params``."""
    type: str
    """case, string, list (of strings), integer, number, boolean or choice."""
    title: Said
    """What it is."""
    help: Said
    """What it means."""
    required: bool
    """Whether it must be given."""
    default: Any
    """What it is otherwise."""
    minimum: float | None
    """Least value."""
    maximum: float | None
    """Largest value."""
    choices: list[ChoiceInfo]
    """What may be chosen."""


class AnalysisInfo(Answer):
    """An analysis in the menu."""

    name: str
    """Its name."""
    group: str
    """Where it stands."""
    group_title: Said
    """That, in words."""
    title: Said
    """What it is called."""
    help: Said
    """What it answers."""
    form: list[FieldInfo]
    """What it may be asked."""


class AnalysesAnswer(Answer):
    """The menu of analyses."""

    analyses: list[AnalysisInfo]
    """In the order to be shown."""


class ResultInfo(Answer):
    """A stored result."""

    run_id: str
    """Its run ID."""
    created: str
    """When it was stored, in UTC."""
    params: dict[str, Any]
    """What was asked; no paths."""


class ResultsAnswer(Answer):
    """Stored results of an analysis."""

    results: list[ResultInfo]
    """Newest first."""


class AnalysisJobRequest(Answer):
    """An analysis to be made."""

    analysis: str = Field(max_length=60)
    """Its name."""
    params: dict[str, Any] = Field(default_factory=dict)
    """What is asked, by name of the form's fields."""
    lang: Literal["en", "zh"] = "en"
    """Language of the client."""


def analysis_of(name: str) -> Analysis:
    """An analysis by name.

    Raises
    ------
    Absent
        If there is none.
    """
    found = REGISTRY.get(name)
    if found is None or not found.served:
        raise absent("no_analysis", "analysis", found=name, known=", ".join(one.name for one in REGISTRY if one.served))
    return found


def menu() -> AnalysesAnswer:
    """All analyses that can be asked here, with their forms."""
    return AnalysesAnswer(analyses=[_info(one) for one in REGISTRY if one.served])


def said(analysis: Analysis, key: str) -> Said:
    """Words of an analysis, or shared ones, in both languages."""
    return Said(**{lang: Texts(analysis.area, lang)(key) for lang in LANGUAGES})


def _info(analysis: Analysis) -> AnalysisInfo:
    from copark.workflows.serving.wording import said as said_by_key

    fields = analysis.params.form(served=True)
    return AnalysisInfo(
        name=analysis.name,
        group=analysis.group,
        group_title=said_by_key(f"cli.panel.{analysis.group}"),
        title=said(analysis, "title"),
        help=said(analysis, "help"),
        form=[_field(analysis, one) for one in fields],
    )


def _field(analysis: Analysis, field: FormField) -> FieldInfo:
    key = f"param.{field.name}"
    choices = [ChoiceInfo(value=value, title=_choice(analysis, field, value)) for value in field.choices]
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    return FieldInfo(
        name=field.name, type="choice" if field.kind == "study" else field.kind,
        title=said(analysis, f"{key}.title"), help=said(analysis, key), required=field.required,
        default=default, minimum=field.minimum, maximum=field.maximum, choices=choices,
    )  # fmt: skip


def _choice(analysis: Analysis, field: FormField, value: str) -> Said:
    """What may be chosen, in words: a study has its title."""
    if field.kind == "study":
        title = load_study(value).title
        return Said(en=title.en, zh=title.zh)
    key = f"param.{field.name}.{value}"
    known = has_text(Texts(analysis.area, "en").key(key))
    return said(analysis, key) if known else Said(en=value, zh=value)


def params_of(analysis: Analysis, given: Mapping[str, Any]) -> AnalysisParams:
    """What a client asks, within what a server gives.

    Raises
    ------
    StudyFaults
        If something is wrong with it; all of it.
    """
    fields = {one.name: one for one in analysis.params.form(served=True)}
    faults = list(_beyond(given, fields))
    try:
        found = analysis.params.model_validate(dict(given))
    except ValidationError as error:
        told = [{**one, "loc": ("params", *one["loc"])} for one in error.errors(include_url=False)]
        faults += faults_of_request(told)
        raise StudyFaults(faults) from None
    if faults:
        raise StudyFaults(faults)
    return found


def _beyond(given: Mapping[str, Any], fields: Mapping[str, FormField]) -> Iterator[Fault]:
    """What a command may be asked and a server may not: paths, and more than its share."""
    for name, value in given.items():
        field = fields.get(name)
        if field is None:
            near = suggestion(name, fields)
            yield case_fault("unknown_key", REQUEST, key=f"params.{name}", found=name, suggestion=near)
        elif field.maximum is not None and isinstance(value, int | float) and value > field.maximum:
            limit = f"{field.maximum:g}"
            yield case_fault("limit", REQUEST, key=f"params.{name}", found=value, relation="≤", limit=limit)
        elif field.kind == "study" and value is not None and value not in field.choices:
            near = suggestion(str(value), field.choices)
            yield fault("no_study", f"params.{name}", found=str(value)[:80], suggestion=near)


def results_of(analysis: Analysis, data: Path, case: str | None) -> ResultsAnswer:
    """Stored results, newest first; of a case alone if it is named. None that was asked of a path is told of."""
    named = {one.name for one in analysis.params.form(served=True)}
    found = []
    for run_id, entry in listed(data, analysis):
        params = {name: value for name, value in entry["params"].items() if name in named}
        paths = [value for name, value in entry["params"].items() if name not in named and value is not None]
        about = str(params.get("case", ""))
        if not paths and (not about or NAME.fullmatch(about)) and case in (None, about):
            found.append(ResultInfo(run_id=run_id, created=entry["created"], params=params))
    return ResultsAnswer(results=found)


def code_of(analysis: Analysis, data: Path, run_id: str) -> str:
    """Hash of what is stored under a run ID, by which renderings of it are told apart.

    Raises
    ------
    Absent
        If nothing is.
    """
    found = head(results_in(data, analysis) / run_id, analysis) if RUN_ID.fullmatch(run_id) else None
    if found is None:
        raise absent("no_answer", "run_id", found=run_id)
    return str(found["sha256"])


def document_json(analysis: Analysis, data: Path, run_id: str, lang: str) -> bytes:
    """A stored result's document as JSON.

    Raises
    ------
    Absent
        If there is none.
    """
    from copark.presentation.json import to_json

    with DRAWING:
        return json.dumps(to_json(_document(analysis, data, run_id, lang)), ensure_ascii=False).encode()


def _document(analysis: Analysis, data: Path, run_id: str, lang: str) -> Any:
    stored = load(results_in(data, analysis) / run_id, analysis)
    if stored is None:
        raise absent("no_answer", "run_id", found=run_id)
    return analysis.document(stored.result, lang)


def document_file(analysis: Analysis, data: Path, run_id: str, form: FormatName, lang: str, scratch: Path) -> bytes:
    """A stored result's document as a file.

    Parameters
    ----------
    scratch
        Folder for the moment.

    Raises
    ------
    Absent
        If there is none.
    """
    from copark.presentation import write

    try:
        with DRAWING:
            made = write(_document(analysis, data, run_id, lang), scratch, [form])[form]
        if not made.is_dir():
            return made.read_bytes()
        archive = scratch / "tables.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(made.iterdir()):
                packed.write(path, path.name)
        return archive.read_bytes()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
