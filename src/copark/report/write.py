"""The report: one HTML file that needs nothing else, and its figures as files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark import presentation
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.report.blocks import Section, Studio
    from copark.report.summary import Findings
    from copark.simulation.trust import Trust

TEMPLATES = Path(__file__).parent / "templates"
STYLES = Path(presentation.__file__).parent / "templates"
SCENARIO = 0
"""The scenario a report tells of: the study's first. The others stand beside it among the outcomes."""

HTML_LANGUAGE = {"en": "en", "zh": "zh-CN"}
FIGURES = 16
"""Figures of a whole report: what progress is counted in."""


def write_report(
    result: xr.Dataset,
    case: Case,
    lang: str = "en",
    out_dir: Path | str = ".",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the report of an ensemble.

    Parameters
    ----------
    result
        An ensemble, in the form of :func:`copark.simulation.run.simulate`.
    case
        The case it was run on.
    lang
        ``en`` or ``zh``.
    out_dir
        Where ``report-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with figures done and figures in all.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.blocks import open_studio

    folder = Path(out_dir)
    studio = open_studio(folder, lang, str(result.attrs.get("identity", "")), progress, FIGURES)
    findings = find(result, case, lang)
    page = render(findings, sections(findings, studio))
    if progress is not None:
        progress(FIGURES, FIGURES)
    target = folder / f"report-{lang}.html"
    write_whole(target, page)
    return target


def find(result: xr.Dataset, case: Case, lang: str) -> Findings:
    """What the report is made from."""
    from copark.analysis.observed import comparisons
    from copark.report.summary import Findings
    from copark.report.tables import outcome_shares

    rows = comparisons(result, case.observations, SCENARIO)
    return Findings(result, case, lang, SCENARIO, outcome_shares(result, SCENARIO), rows)


def sections(findings: Findings, studio: Studio) -> list[Section]:
    """The sections in the order of the page."""
    from copark.report import casework
    from copark.report import sections as runs

    return [
        runs.summary(findings),
        runs.outcomes(findings, studio),
        runs.fans(findings, studio),
        runs.record(findings),
        casework.network(findings, studio),
        casework.timeline(findings, studio),
        casework.equity(findings, studio),
        runs.ledgers(findings, studio),
        runs.coordination(findings, studio),
        runs.phase_section(findings, studio),
        casework.weight(findings, studio),
        casework.limits(findings),
        casework.observations(findings),
        casework.parameters(findings),
        casework.sources(findings),
        casework.origin(findings),
    ]


def render(findings: Findings, found: list[Section]) -> str:
    """The page of an ensemble as HTML."""
    from copark.report.trust import trust_of

    labels, case = findings.labels, findings.case
    made = findings.say(
        "page.made", identity=findings.result.attrs.get("identity", ""), runs=f"{findings.runs:,}",
        quarters=len(labels), first=labels[0], last=labels[-1], data_end=str(case.clock.data_end),
    )  # fmt: skip
    title = findings.say("page.title", park=case.title.get(findings.lang))
    trust = trust_of(findings.result)
    return render_page(findings.lang, title, made, found, frozenset(case.sources), trust=trust, case=case)


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
