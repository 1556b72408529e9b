"""Writing a live brief: a file of HTML in which a reader moves the levers of a park."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from copark.analyses.answer import Answered
    from copark.analyses.context import Context
    from copark.analyses.contract import AnalysisParams


def check_live() -> None:
    """Refuse the format where kernel or page is not built.

    Raises
    ------
    NotFound
        With what is missing and how to get it.
    """
    from copark.browser.live_page import built_page
    from copark.browser.module_files import module_and_layout

    module_and_layout()
    built_page()


def live_brief_file(answered: Answered, context: Context, lang: str) -> Path:
    """Return the file of a live brief beside the other files of a brief.

    Parameters
    ----------
    answered
        The brief.
    context
        Context with the output folder.
    lang
        Language in which the file opens.
    """
    from copark.presentation import dated_name

    name = dated_name(answered.document(lang))
    return answered.folder(context.out or Path("out"), name) / f"{name}-live-{lang}.html"


def write_live_brief(path: Path, answered: Answered, params: AnalysisParams, context: Context, lang: str) -> Path:
    """Write a live brief, and give its file.

    Parameters
    ----------
    path
        The file.
    answered
        The brief.
    params
        What was asked.
    context
        Cases and draws.
    lang
        Language in which the file opens.
    """
    from copark.analyses import brief
    from copark.browser.live_page import live_brief
    from copark.store.files import written_file

    content = live_brief(cast("brief.Answer", answered.result), cast("brief.Params", params), context, lang)
    with written_file(path) as target:
        target.write_text(content, encoding="utf-8", newline="\n")
    return path
