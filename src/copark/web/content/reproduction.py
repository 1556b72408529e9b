"""An answer in the forms that give it again: a command, lines of Python, a study file, a link.

One function writes each form; all of them name the same study or question, and give the same run ID. An analysis is
asked by its parameters and has no study file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from pprint import pformat
from textwrap import indent
from typing import Any, Literal
from urllib.parse import urlencode

import yaml

from copark.analyses import Analysis
from copark.analyses.answer import command_of as analysis_command
from copark.analyses.answer import fields_asked, find, head, run_id_of
from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, FormField
from copark.cases.horizon import now_for, present_is, present_quarter
from copark.cases.quarters import Quarter
from copark.errors import CoparkError, StudyFaults
from copark.simulation.study import Scenario, Study
from copark.texts import text
from copark.texts.localized import LocalizedText
from copark.version import RELEASE_QUARTER
from copark.web.content.analyses import context_of, locate_result
from copark.web.content.case_registry import CaseEntry, OwnerView
from copark.web.content.faults import absent
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said
from copark.workflows.study_links import link_of, page_scenario

WIDTH = 88
"""Letters of a line of Python."""


class ReproductionAnswer(ApiModel):
    """The forms that give an answer again, each with the same run ID."""

    identity: str
    """Run ID of the answer."""
    kind: Literal["study", "analysis"]
    """What the answer is of: runs of a study, or a question of an analysis."""
    command: str
    """Command that runs the study file or asks the question."""
    python: str
    """Lines of Python that build the study and run it, or ask the question."""
    yaml: str | None
    """Content of the study file; null of an analysis."""
    file: str | None
    """Name of the study file, as the command has it; null of an analysis."""
    link: str | None
    """Address of the page from the path on; null where no link can say it."""
    no_link: LocalizedText | None
    """Why no link can say it; null where there is one."""
    notes: list[LocalizedText]
    """What must be at hand where the forms are used, a sentence or two each."""


def reproduction_of(identity: str, study: Study, case_entry: CaseEntry, cut: str | None) -> ReproductionAnswer:
    """Write the forms of an answer.

    Parameters
    ----------
    identity
        Its run ID.
    study
        Its study, with draws and time decided.
    case_entry
        Its case, with the calibration that was drawn from.
    cut
        Last quarter known to this calibration; ``None`` for the latest there is.
    """
    file = f"copark-{identity}.study.yaml"
    link = None
    no_link = None
    try:
        if case_entry.uploaded:
            no_link = said("web.reproduce.no_link")
        else:
            link = link_of(study, "", cut)
    except StudyFaults as refused:
        no_link = LocalizedText.by_language(partial(_sentences, refused))
    notes = []
    if case_entry.uploaded:
        notes.append(said("web.reproduce.own_park", case=study.case))
    if study.draws == "posterior" and case_entry.parameters.folder is not None:
        notes.append(said("web.reproduce.own_calibration"))
    return ReproductionAnswer(
        identity=identity,
        kind="study",
        command=command_of(file, cut),
        python=python_of(study, cut),
        yaml=yaml_of(study),
        file=file,
        link=link,
        no_link=no_link,
        notes=notes,
    )


def reproduction_of_analysis(analysis: Analysis, view: OwnerView, run_id: str) -> ReproductionAnswer:
    """Write the forms of a stored answer of an analysis.

    Parameters
    ----------
    analysis
        The analysis.
    view
        View of the owner who asks.
    run_id
        Run ID of the answer.

    Raises
    ------
    Absent
        If there is no such answer.
    """
    out, _ = locate_result(analysis, view, run_id)
    header = head(find(out, analysis, run_id), analysis)
    if header is None:
        raise absent("no_result", "run_id")
    stored = analysis.params.model_validate(header["params"])
    name = getattr(stored, "case", None)
    case_entry = view.get(name, getattr(stored, "cut", None)) if isinstance(name, str) and view.is_known(name) else None
    params = asked_as(analysis, run_id, header, context_of(out, case_entry))
    notes = [] if params is not None else [said("web.reproduce.changed")]
    files = [Path(getattr(stored, field.name)).name for field in stored.form() if _is_file(field, stored)]
    if files:
        notes.append(said("web.reproduce.files", files=", ".join(files)))
    is_own = case_entry is not None and case_entry.uploaded
    if is_own:
        notes.append(said("web.reproduce.own_park", case=name))
    if case_entry is not None and case_entry.parameters.folder is not None:
        notes.append(said("web.reproduce.own_calibration"))
    query = urlencode({**({} if name is None else {"case": name}), "run": run_id})
    return ReproductionAnswer(
        identity=run_id,
        kind="analysis",
        command=analysis_command(analysis, params or stored),
        python=python_of_analysis(analysis, params or stored),
        yaml=None,
        file=None,
        link=None if is_own else f"/analyses/{analysis.name}?{query}",
        no_link=said("web.reproduce.no_link") if is_own else None,
        notes=notes,
    )


def _is_file(field: FormField, params: AnalysisParams) -> bool:
    return field.kind == "file" and getattr(params, field.name) is not None


def asked_as(analysis: Analysis, run_id: str, header: Mapping[str, Any], context: Context) -> AnalysisParams | None:
    """Return the parameters that give a stored answer again, with the quarter its park was looked at from.

    Parameters
    ----------
    analysis
        The analysis.
    run_id
        Run ID of the answer.
    header
        Its ``params`` and ``created``.
    context
        Context in which the question is asked.

    Returns
    -------
    copark.analyses.contract.AnalysisParams
        ``None`` where the same question has another answer by now.
    """
    params: AnalysisParams = analysis.params.model_validate(header["params"])
    made_in = Quarter.of_day(date.fromisoformat(header["created"][:10]))
    for quarter in dict.fromkeys((present_quarter(), made_in, Quarter.parse(RELEASE_QUARTER))):
        try:
            with present_is(quarter):
                if run_id_of(analysis, params, context) != run_id:
                    continue
                if "now" not in type(params).model_fields or getattr(params, "now", None) is not None:
                    return params
                case = getattr(params, "case", None)
                now = str(quarter if case is None else now_for(context.case(case)))
            dated = analysis.params.model_validate({**header["params"], "now": now})
            return dated if run_id_of(analysis, dated, context) == run_id else params
        except (CoparkError, ValueError):
            continue
    return None


def python_of_analysis(analysis: Analysis, params: AnalysisParams) -> str:
    """Write the lines of Python that ask an analysis; ``answer`` is the result.

    Parameters
    ----------
    analysis
        The analysis.
    params
        What is asked.
    """
    given = []
    for field, value in fields_asked(params):
        if field.kind in ("case", "file"):
            plain: Any = Path(value).name
        elif field.kind == "list":
            plain = [_plain(part) for part in value]
        else:
            plain = _plain(value)
        given.append(pformat(plain, width=WIDTH) + "," if field.by_place else _argument(field.name, plain))
    body = indent("\n".join(given), "    ")
    asked = f"(\n{body}\n)" if len(given) > 1 else f"({given[0].rstrip(',') if given else ''})"
    return f"import copark as cp\n\nanswer = cp.{analysis.function}{asked}\nanswer.run_id\n"


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _sentences(refused: StudyFaults, lang: str) -> str:
    return " ".join(f"{fault.cause(lang)} {fault.repair(lang)}" for fault in refused.faults)


def command_of(file: str, cut: str | None) -> str:
    """Write the command that runs a study file.

    Parameters
    ----------
    file
        Name of the file.
    cut
        Last quarter known to the calibration, if one is named.
    """
    return f"copark run {file}" if cut is None else f"copark run {file} --cut {cut}"


def yaml_of(study: Study) -> str:
    """Write a study as a file that ``copark run`` takes.

    Parameters
    ----------
    study
        The study.
    """
    words: str = yaml.safe_dump(study.content(), allow_unicode=True, sort_keys=False, width=120)
    return f"# {text('web.study_file')} / {text('web.study_file', 'zh')}\n{words}"


def python_of(study: Study, cut: str | None) -> str:
    """Write the lines of Python that build a study and run it; ``runs`` is the result.

    Parameters
    ----------
    study
        The study.
    cut
        Last quarter known to the calibration, if one is named.
    """
    given: dict[str, Any] = {"runs": study.runs, "seed": study.seed}
    if study.replicates != 1:
        given["replicates"] = study.replicates
    if study.draws is not None:
        given["draws_from"] = study.draws
    if study.now is not None:
        given["now"] = str(study.now)
    if study.quarters is not None:
        given["quarters"] = study.quarters
    if study.keep is not None:
        given["keep"] = study.keep
    given |= {"name": study.name, "reference": False}
    lines = [f"{study.case!r},", "[", *(indent(_scenario(one), "    ") for one in study.scenarios), "],"]
    lines += [_argument(name, value) for name, value in given.items()]
    body = indent("\n".join(lines), "    ")
    how = "" if cut is None else f"cut={cut!r}"
    return (
        f"import copark as cp\n\nstudy = cp.Study(\n{body}\n)\nruns = study.simulate({how})\nruns.attrs['identity']\n"
    )


def _scenario(scenario: Scenario) -> str:
    content = page_scenario(scenario)
    lines = [f"{content.pop('key')!r},", f"{content.pop('title')!r},"]
    lines += [_argument(name, value) for name, value in content.items()]
    body = indent("\n".join(lines), "    ")
    return f"cp.Scenario(\n{body}\n),"


def _argument(name: str, value: Any) -> str:
    """Write an argument; a value that takes several lines stands below its own first letter."""
    first, *rest = pformat(value, width=WIDTH, sort_dicts=False).split("\n")
    return "\n".join([f"{name}={first}", *(" " * (len(name) + 1) + line for line in rest)]) + ","
