"""The page: three verdicts side by side, the tests behind them, deviant parks, limits, rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from copark.inference.across.agreement import AGREEMENTS, NO_WORD
from copark.inference.across.trial import AcrossFindings
from copark.inference.claims.rules import UNDETERMINED, VERDICTS
from copark.presentation.numbers import number
from copark.report.across import tables
from copark.report.across.words import Speaker
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.write import render_page, write_whole
from copark.setmethods.qca import Analysis
from copark.setmethods.qca.fit import necessity, sufficiency
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_membership, model_name
from copark.texts import text

SHORT = 12
FIGURES = 5
"""Figures besides two of each condition: verdicts, two truth tables, the solution, twins."""
Progress = Callable[[int, int], None]


def write_across(found: AcrossFindings, lang: str, out_dir: Path, progress: Progress | None = None) -> Path:
    """Write the page and its figures; give the page.

    Parameters
    ----------
    found
        What was found.
    lang
        ``en`` or ``zh``.
    out_dir
        Where ``three-ways-<lang>.html`` and ``figures/`` go; made if missing.
    progress
        Called with figures drawn and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    folder = Path(out_dir)
    speaker = Speaker(found, lang)
    figures = FIGURES + 2 * len(found.ceilings.found)
    studio = open_studio(folder, lang, found.identity, progress, figures)
    sections = [
        _summary(speaker, studio), _tests(speaker), _truth(speaker, studio), _xy(speaker, studio),
        _ceilings(speaker, studio), _deviants(speaker, studio),
        Section("limits", speaker.say("section.limits"), (Bullets(speaker.limits()),)),
        _rules(speaker),
        Section("provenance", speaker.say("section.provenance"), (Numbers(tables.provenance(speaker)),)),
    ]  # fmt: skip
    made = speaker.say(
        "page.made", identity=found.identity, intervention=found.kept.identity, fixed=found.file.rules.fixed,
        sha256=found.file.sha256[:SHORT],
    )  # fmt: skip
    target = folder / f"three-ways-{lang}.html"
    subtitle = speaker.say("page.subtitle", cases=len(found.scores))
    write_whole(target, render_page(lang, speaker.say("page.title"), made, sections, subtitle=subtitle))
    return target


def _draw(speaker: Speaker, studio: Studio, name: str, build: Callable[[], Any], title: str, *, wide: bool) -> Drawing:
    return studio.draw(name, build, title, speaker.say("figure.desc", title=title), wide=wide)


def _summary(speaker: Speaker, studio: Studio) -> Section:
    from copark.report.figures.across import verdict_matrix

    found = speaker.found
    counts = Counter(one.agreement for one in found.claims)
    cards = tuple((str(counts[name]), speaker.say(f"card.{name}"), "") for name in AGREEMENTS)
    title = speaker.say("figure.matrix")
    matrix = _draw(speaker, studio, "verdicts", lambda: verdict_matrix(found, speaker.lang), title, wide=True)
    blocks: list[Block] = [Cards(cards)]
    if found.kept.provenance.get("posterior_stale"):
        blocks.append(Words(speaker.say("page.stale"), "caveat"))
    blocks += [
        Words(speaker.say("lead.summary", cases=len(found.scores), parks=len(found.parks.parks))),
        matrix,
        Numbers(tables.overview(speaker)),
        Bullets(_meanings(speaker), text("claims.lead.kinds", speaker.lang)),
        Words(found.file.rules.preface.get(speaker.lang), "caveat"),
    ]
    return Section("summary", speaker.say("section.summary"), tuple(blocks))


def _meanings(speaker: Speaker) -> tuple[str, ...]:
    own = {UNDETERMINED: "verdict.undetermined.meaning", NO_WORD: "verdict.no_word.meaning"}
    said = []
    for one in (*VERDICTS, NO_WORD):
        words = speaker.say(own[one]) if one in own else text(f"claims.verdict.{one}.meaning", speaker.lang)
        said.append(f"{speaker.verdict(one)}: {words}" if speaker.lang == "en" else f"{speaker.verdict(one)}：{words}")
    return tuple(said)


def _tests(speaker: Speaker) -> Section:
    blocks = (
        Words(speaker.say("lead.tests")),
        Numbers(tables.tests(speaker)),
        Numbers(tables.families(speaker), speaker.say("fold.families")),
        Numbers(tables.variants(speaker), speaker.say("fold.variants")),
        Words(speaker.say("lead.silent"), "heading"),
        Numbers(tables.silences(speaker)),
    )
    return Section("tests", speaker.say("section.tests"), blocks)


def _solved(speaker: Speaker, found: Analysis) -> Words:
    names, models = found.settings.conditions, models_of(found.solutions)
    written = "  |  ".join(model_name(model, names) for model in models["parsimonious"])
    between = "  |  ".join(model_name(model, names) for model in models["intermediate"])
    fit = speaker.solved(found)
    none = speaker.say("lead.no_solution")
    said = speaker.say(
        "lead.truth", conditions=", ".join(names), cases=len(found.table), models=written or none,
        intermediate=between or none, incl=fit["incl"], pri=fit["pri"], cov=fit["cov"],
    )  # fmt: skip
    return Words(said)


def _truth(speaker: Speaker, studio: Studio) -> Section:
    from copark.report.figures.set_methods import truth_table_figure

    blocks: list[Block] = []
    for name, one in (("truth_table", speaker.found.solution), ("truth_table_wider", speaker.found.wider)):
        title = text("set_methods.figure.truth.title", speaker.lang, outcome=one.settings.outcome_name)
        if blocks:
            blocks.append(Words(speaker.say("lead.wider"), "caveat"))

        def build(found: Analysis = one) -> Any:
            return truth_table_figure(found, speaker.lang, speaker.footer())

        blocks += [_solved(speaker, one), _draw(speaker, studio, name, build, title, wide=True)]
    blocks.append(Numbers(tables.scores(speaker), speaker.say("fold.scores")))
    return Section("truth", speaker.say("section.truth"), tuple(blocks))


def _xy(speaker: Speaker, studio: Studio) -> Section:
    from copark.report.figures.set_methods import xy_plot

    found, rules = speaker.found, speaker.found.file.rules
    models = models_of(found.solution.solutions)["parsimonious"]
    sets: list[tuple[str, str]] = [("GOV", "sufficiency")]
    sets += [(name, "necessity") for name in (*rules.conditions[1:], *rules.overlapping)]
    drawings = []
    for name, aim in sets:
        whole = found.scores.complete((name, rules.outcome))
        x, y = whole.membership(name), whole.table.values[rules.outcome]
        drawings.append(_plot(speaker, studio, name, x, y, whole.table.cases, aim, xy_plot))
    if models:
        name = model_name(models[0], found.solution.settings.conditions)
        x = model_membership(models[0], found.solution.members)
        cases = found.solution.table.cases
        drawings.append(_plot(speaker, studio, name, x, found.solution.outcome, cases, "sufficiency", xy_plot))
    return Section("xy", speaker.say("section.xy"), (Words(speaker.say("lead.xy")), Grid(tuple(drawings))))


def _plot(
    speaker: Speaker, studio: Studio, name: str, x: Any, y: Any, cases: tuple[str, ...], aim: str, draw: Any
) -> Drawing:  # fmt: skip
    lang, outcome = speaker.lang, speaker.found.file.rules.outcome
    if aim == "sufficiency":
        one = sufficiency(x, y)
        values = {"incl": one.inclusion, "pri": one.pri, "cov": one.coverage}
    else:
        other = necessity(x, y)
        values = {"incl": other.inclusion, "ron": other.relevance, "cov": other.coverage}
    said = text(
        f"set_methods.figure.xy.{'fit' if aim == 'sufficiency' else 'fit_necessity'}",
        lang,
        **{key: number(value, 3) for key, value in values.items()},
    )
    title = text("set_methods.figure.xy.title", lang, x=name, y=outcome)

    def build() -> Any:
        return draw(x, y, cases, (name, outcome), said, lang, speaker.footer(), aim)

    key = f"xy_{name.lower().replace(' + ', '_or_').replace('*', '_and_').replace('~', 'not_')}"
    return _draw(speaker, studio, key, build, title, wide=False)


def _ceilings(speaker: Speaker, studio: Studio) -> Section:
    from copark.report.figures.set_methods import ceiling_plot

    found = speaker.found.ceilings
    drawings = []
    for one in found.found:
        title = text("set_methods.figure.ceiling.title", speaker.lang, x=one.condition, y=found.request.outcome)

        def build(condition: Any = one) -> Any:
            return ceiling_plot(found, condition, speaker.lang, speaker.footer())

        drawings.append(_draw(speaker, studio, f"ceiling_{one.condition.lower()}", build, title, wide=False))
    blocks = (
        Words(speaker.say("lead.ceilings", cases=len(found.table))),
        Grid(tuple(drawings)),
        Numbers(tables.ceilings(found, speaker.lang)),
    )
    return Section("ceilings", speaker.say("section.ceilings"), blocks)


def _deviants(speaker: Speaker, studio: Studio) -> Section:
    from copark.report.figures.across import twin_chart

    title = speaker.say("figure.twins")
    chart = [
        _draw(speaker, studio, "twins", lambda: twin_chart(speaker.found, speaker.lang), title, wide=True)
    ] if speaker.found.twins else []  # fmt: skip
    blocks: list[Block] = [Words(speaker.say("lead.deviants"))]
    if chart:
        blocks += [
            Numbers(tables.named(speaker)),
            Words(title, "heading"),
            Words(speaker.say("lead.twins")),
            *chart,
            Numbers(tables.twins(speaker)),
            Numbers(tables.arms(speaker)),
            Words(speaker.say("lead.known"), "heading"),
            Numbers(tables.known(speaker)),
        ]
    blocks += [Words(speaker.say("lead.all_deviants"), "heading"), Numbers(tables.deviants(speaker))]
    return Section("deviants", speaker.say("section.deviants"), tuple(blocks))


def _rules(speaker: Speaker) -> Section:
    reason = speaker.found.file.rules.sweeps.reason.get(speaker.lang)
    blocks = (
        Words(speaker.say("lead.margins")),
        Numbers(tables.margins(speaker)),
        Words(speaker.say("lead.sweeps", reason=reason)),
        Words(speaker.say("lead.reasons"), "heading"),
        Numbers(tables.reasons(speaker)),
    )
    return Section("rules", speaker.say("section.rules"), blocks)
