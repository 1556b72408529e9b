"""Writing a live brief: a file of HTML in which a reader moves the levers of a park."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from copark.analyses.answer import Answered
    from copark.analyses.context import Context
    from copark.analyses.contract import AnalysisParams

LIVE = "live"
"""Name of the format, beside those of documents."""


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


def write_live_brief(answered: Answered, params: AnalysisParams, context: Context, lang: str) -> Path:
    """Write a live brief beside the other files of a brief.

    Parameters
    ----------
    answered
        The brief.
    params
        What was asked.
    context
        Cases, draws and the output folder.
    lang
        Language in which the file opens.
    """
    from copark.analyses import brief
    from copark.browser.live_page import live_brief
    from copark.presentation import dated_name
    from copark.store.files import written_file

    content = live_brief(cast("brief.Answer", answered.result), cast("brief.Params", params), context, lang)
    name = dated_name(answered.document(lang))
    path = answered.folder(context.out or Path("out"), name) / f"{name}-live-{lang}.html"
    with written_file(path) as target:
        target.write_text(content, encoding="utf-8", newline="\n")
    return path
