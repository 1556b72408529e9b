"""An answer of the model in the forms that give it again: a command, lines of Python, a study file, a link.

One function writes each form; all of them name the same study, and give the same run ID.
"""

from __future__ import annotations

from functools import partial
from pprint import pformat
from textwrap import indent
from typing import Any

import yaml

from copark.errors import StudyFaults
from copark.simulation.study import Scenario, Study
from copark.texts import text
from copark.texts.localized import LocalizedText
from copark.web.content.case_registry import CaseEntry
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said
from copark.workflows.study_links import link_of, page_scenario

WIDTH = 88
"""Letters of a line of Python."""


class ReproductionAnswer(ApiModel):
    """The forms that give an answer again, each with the same run ID."""

    identity: str
    """Run ID of the answer."""
    command: str
    """Command that runs the study file."""
    python: str
    """Lines of Python that build the study and run it."""
    yaml: str
    """Content of the study file."""
    file: str
    """Name of the study file, as the command has it."""
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
        command=command_of(file, cut),
        python=python_of(study, cut),
        yaml=yaml_of(study),
        file=file,
        link=link,
        no_link=no_link,
        notes=notes,
    )


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
    if study.futures != 1:
        given["replicates"] = study.futures
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
