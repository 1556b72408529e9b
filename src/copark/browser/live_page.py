"""Live briefs: one file of HTML with a park's brief, its levers, and the model that answers them.

The file opens from a disk or a mail, without a server and without a network: its policy admits no host. The words are
those of the brief, in both languages; the numbers of a choice are computed where it is read, by the same kernel.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.browser.module_files import FOLDER, module_and_layout
from copark.browser.packed_park import ParkPacker
from copark.browser.payload import payload, words
from copark.decisions.lever_file import LeverFile, load_levers
from copark.errors import CoparkError, NotFound
from copark.json_types import JsonObject
from copark.texts import LANGUAGES, entries

if TYPE_CHECKING:
    from copark.analyses.brief import Answer, Params
    from copark.analyses.brief.meeting import MeetingQuestion
    from copark.analyses.context import Context
    from copark.presentation.document import Document
    from copark.simulation.study import Scenario

SCRIPT = "live.js"
STYLE = "live.css"
LICENCES = "licenses.txt"
MOST_BYTES = 2_000_000
"""Size of a file, at most."""


@dataclass(frozen=True)
class BuiltPage:
    """What `make page` builds: script and style of live pages, and the licences of what is bundled into the script."""

    script: str
    style: str
    licences: str


def built_page(folder: Path = FOLDER) -> BuiltPage:
    """Read the script, the style and the licences of live pages.

    Raises
    ------
    NotFound
        If they are not built.
    """
    files = [folder / name for name in (SCRIPT, STYLE, LICENCES)]
    if not all(path.is_file() for path in files):
        raise NotFound.of("live.no_page")
    return BuiltPage(*(path.read_text(encoding="utf-8") for path in files))


def live_brief(answer: Answer, params: Params, context: Context, lang: str) -> str:
    """Return a live brief as HTML.

    Parameters
    ----------
    answer
        The brief.
    params
        What was asked.
    context
        Cases and their draws.
    lang
        Language in which the file opens.

    Raises
    ------
    NotFound
        If the kernel or the page is not built.
    """
    from copark.analyses.brief.show import document
    from copark.analyses.contract import Texts
    from copark.presentation.figures import Charts
    from copark.presentation.html_pdf import LiveParts, to_live_html

    module, layout = module_and_layout()
    page = built_page()
    packer = packer_of(params, context)
    documents: dict[str, Document] = {name: document(answer, Texts("brief", name)) for name in LANGUAGES}
    content = payload(packer, layout, more_of(answer))
    parts = LiveParts(
        script=page.script,
        style=page.style,
        licences=page.licences,
        module=base64.b64encode(module).decode("ascii"),
        park=base64.b64encode(content).decode("ascii"),
        words={key: dict(both) for key, both in entries("live").items() if key.startswith("page.")},
    )
    return to_live_html(documents, lang, parts, Charts())


def packer_of(params: Params, context: Context) -> ParkPacker:
    """Make what packs the park of a brief: the study of its runs, its levers, its draws."""
    from copark.analyses.brief import study_of
    from copark.calibration.case_parameters import settle

    case = context.case(params.case)
    study = study_of(params, context)
    settled, parameters = settle(study, case, context.lookup_folder, *params.wanted)
    more: tuple[Scenario, ...] = settled.scenarios[1:]
    return ParkPacker(settled, settled.seen(case), levers_of(params, context), parameters.source, more)


def levers_of(params: Params, context: Context) -> LeverFile | None:
    """Read the levers of a case; ``None`` where its facts allow none, or none acts since the park is closed."""
    from copark.analyses.brief import closure_of

    if closure_of(context.case(params.case), params.now) is not None:
        return None
    try:
        return load_levers(context.case(params.case), None, params.now)
    except CoparkError:
        return None


def more_of(answer: Answer) -> JsonObject:
    """Return what a live page shows of a brief beside its words."""
    from copark.analyses.brief.meeting import meeting_questions, meeting_words

    return {
        "case": answer.case,
        "park": words(answer.park),
        "shows_outcomes": answer.shows_outcomes,
        "horizon": answer.horizon,
        "data_end": answer.data_end,
        "now": answer.now,
        "run_id": answer.run_id,
        "events": [{"quarter": event.quarter, "title": words(event.title)} for event in answer.events],
        "outcomes_of_brief": {share.name: [share.count, share.total] for share in answer.outcomes},
        "meeting": {
            **{name: words(said) for name, said in meeting_words(answer).items()},
            "questions": [_question(question) for question in meeting_questions(answer)],
        },
    }


def _question(question: MeetingQuestion) -> JsonObject:
    return {
        "key": question.key,
        "guess": question.guess,
        "ask": words(question.ask),
        "unit": words(question.unit),
        "choices": [words(choice) for choice in question.choices],
        "right": list(question.right),
        "span": None if question.span is None else list(question.span),
        "answer": words(question.answer),
        "sure": words(question.sure),
        "open": None if question.open is None else words(question.open),
    }
