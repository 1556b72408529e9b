"""Pages of what is no document yet: one HTML file that needs nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark import presentation
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.report.blocks import Section
    from copark.simulation.trust import Trust

TEMPLATES = Path(__file__).parent / "templates"
STYLES = Path(presentation.__file__).parent / "templates"
HTML_LANGUAGE = {"en": "en", "zh": "zh-CN"}


def render_page(
    lang: str,
    title: str,
    made: str,
    found: list[Section],
    known_sources: frozenset[str] = frozenset(),
    *,
    kicker: str = "",
    subtitle: str = "",
    trust: Trust | None = None,
    case: Case | None = None,
) -> str:
    """A page as HTML. All words are escaped; only the drawings made here are not.

    Parameters
    ----------
    title, made
        What the page is called, and what made it.
    known_sources
        Keys of sources that the page lists, for cells to link to.
    kicker, subtitle
        What stands above and below the title, in the place of the report's own words.
    trust, case
        Where the parameters come from, to stand below the title; where they are not calibrated to the park, how it
        fared by the record stands there, too.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from copark.presentation.style import PALETTE, language
    from copark.report.tables import SourceKeys
    from copark.report.trust import trust_lines

    environment = Environment(
        loader=FileSystemLoader((TEMPLATES, STYLES)), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip

    def say(key: str, /, **values: Any) -> str:
        return text(f"report.{key}", lang, **values)

    environment.globals.update(say=say, Markup=Markup, is_sources=lambda cell: isinstance(cell, SourceKeys))
    return environment.get_template("report.html.j2").render(
        html_lang=HTML_LANGUAGE[lang],
        title=title,
        kicker=kicker or say("page.kicker"),
        subtitle=subtitle or say("page.subtitle"),
        trust=trust_lines(trust, case, lang),
        made=made,
        sections=found,
        warning=say("page.no_font") if language(lang) != lang else "",
        palette=PALETTE,
        known_sources=known_sources,
    )


def write_whole(target: Path, page: str) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".report-", suffix=".html")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(page)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
