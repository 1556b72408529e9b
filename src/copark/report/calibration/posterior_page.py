"""The page of a calibration: what the data said of each parameter, and whether to believe it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from copark.analysis.observed import expected_outside
from copark.inference.prior import PriorSpace
from copark.model.variables import catalogue
from copark.presentation.numbers import number, unit_title
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.calibration.cited import keys_of, sources_of
from copark.report.calibration.files import save_table
from copark.report.calibration.findings import PosteriorFindings
from copark.report.calibration.posterior_tables import check_table, origin_table, parameter_rows, rank_table

DRAWN = 12
"""Parameters drawn one by one: the most moved."""
NAMED = 8
FIXED_FIGURES = 3


def write_calibration(
    findings: PosteriorFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the page of a calibration, its figures and its tables; give the page.

    Parameters
    ----------
    out_dir
        Where ``calibration-<lang>.html``, ``figures/`` and the tables go; made if missing.
    progress
        Called with figures done and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    lang = findings.lang
    variables = dict.fromkeys(check.target.variable for check in findings.checks)
    total = FIXED_FIGURES + min(DRAWN, len(findings.of("moved"))) + len(variables)
    studio = open_studio(out_dir, lang, findings.identity, progress, total)
    park = findings.case.title.get(lang)
    cited = sources_of(findings.case, (check.target for check in findings.checks), lang)
    sections = [
        summary(findings),
        parameters(findings, studio),
        apart(findings),
        checks(findings, studio),
        honesty(findings, studio),
        health(findings),
        provenance(findings),
        cited,
    ]
    made = findings.say(
        "page.made", identity=findings.identity, cut=findings.cut, count=findings.values,
        runs=number(findings.stored.recipe["settings"]["runs"], 0), seed=findings.stored.recipe["settings"]["seed"],
    )  # fmt: skip
    page = out_dir / f"calibration-{lang}.html"
    title, kicker, subtitle = (findings.say(f"page.{key}", park=park) for key in ("title", "kicker", "subtitle"))
    known = keys_of(cited)
    write_whole(page, render_page(lang, title, made, sections, known, kicker=kicker, subtitle=subtitle))
    save_table(parameter_rows(findings), out_dir, f"parameters-{lang}")
    save_table(check_table(findings), out_dir, f"checks-{lang}")
    return page


def footer(findings: PosteriorFindings) -> str:
    """What made a figure."""
    draws = len(findings.stored.parameters.points)
    seed = findings.stored.recipe["settings"]["seed"]
    return findings.say("page.footer", identity=findings.identity, cut=findings.cut, draws=draws, seed=seed)


def summary(findings: PosteriorFindings) -> Section:
    """The calibration in brief."""
    counts = {word: len(findings.of(word)) for word in ("moved", "weakly", "unmoved")}
    outside, compared = len(findings.outside()), len(findings.checks)
    expected = findings.say("card.outside_expected", expected=expected_outside(compared))
    share = findings.examination.near.overall(0.9)
    cards = (
        (number(findings.values, 0), findings.say("card.values"), findings.say("card.values_to", cut=findings.cut)),
        (number(counts["moved"], 0), findings.say("card.moved"), findings.say("card.moved_of", **counts)),
        (f"{outside}/{compared}", findings.say("card.outside"), expected),
        (f"{100 * share:.0f}%", findings.say("card.coverage"), findings.say("card.coverage_want")),
    )
    blocks: list[Block] = [Cards(cards), Words(findings.used())]
    if findings.stored.stale:
        blocks.append(Words(findings.say("stale"), "caveat"))
    blocks += [Words(findings.say("brief.head"), "heading"), Bullets(tuple(brief(findings)))]
    return Section("summary", findings.say("section.summary"), tuple(blocks))


def brief(findings: PosteriorFindings) -> list[str]:
    """The sentences of the page that count."""
    lang = findings.lang

    def names(verdict: str) -> str:
        titles = [one.title(lang) for one in findings.of(verdict)]
        shown = findings.say("brief.join").join(titles[:NAMED])
        return shown if len(titles) <= NAMED else findings.say("brief.more", names=shown, count=len(titles) - NAMED)

    found = []
    for word in ("moved", "unmoved"):
        count = len(findings.of(word))
        found.append(findings.say(f"brief.{word}", count=count, names=names(word)) if count else
                     findings.say(f"brief.none_{word}"))  # fmt: skip
    found.append(findings.say("brief.tied" if findings.ties else "brief.not_tied", count=len(findings.ties)))
    found.append(findings.coverage_sentence("near"))
    found += [findings.check_sentence(check) for check in findings.outside()[:3]] or [
        findings.say("checks.none_missed")
    ]
    found += [note.sentence(lang) for note in findings.notes if note.word == "poor"]
    return found


def parameters(findings: PosteriorFindings, studio: Studio) -> Section:
    """Prior against posterior of every parameter."""
    from copark.report.figures.calibration import movement_bars

    lang = findings.lang
    bars = studio.draw(
        "movement",
        lambda: movement_bars(findings.movements, lang, footer(findings)),
        findings.say("bars.title"),
        findings.say("bars.desc", **{word: len(findings.of(word)) for word in ("moved", "weakly", "unmoved")}),
        caption=findings.say("bars.caption"),
    )
    blocks: list[Block] = [Words(findings.say("parameters.lead")), bars]
    drawn = densities(findings, studio)
    if drawn:
        blocks += [Words(findings.say("density.head"), "heading"), Grid(tuple(drawn))]
    blocks.append(Words(findings.refined_sentence()))
    for word in ("moved", "weakly", "unmoved"):
        sentences = tuple(one.sentence(lang) for one in findings.of(word))
        if sentences:
            blocks.append(Bullets(sentences, findings.say(f"fold.{word}", count=len(sentences))))
    blocks.append(Numbers(parameter_rows(findings), findings.say("parameters.table")))
    return Section("parameters", findings.say("section.parameters"), tuple(blocks))


def densities(findings: PosteriorFindings, studio: Studio) -> list[Drawing]:
    """The most moved parameters before and after, each by itself."""
    from copark.report.figures.calibration import density

    space: PriorSpace = findings.stored.parameters.space
    before = space.table(space.sobol(0, 1 << 13, 1))
    after = space.table(findings.stored.parameters.points)
    lang, found = findings.lang, []
    for one in findings.of("moved")[:DRAWN]:
        title, unit = one.title(lang), unit_title(one.variable.unit, lang)

        def build(name: str = one.name, title: str = title, unit: str = unit) -> object:
            return density(title, np.asarray(before[name]), np.asarray(after[name]), unit, lang, footer(findings))

        key = "density_" + one.name.replace(".", "_")
        found.append(studio.draw(key, build, title, one.sentence(lang), wide=False))  # type: ignore[arg-type]
    return found


def apart(findings: PosteriorFindings) -> Section:
    """Pairs the data cannot tell apart."""
    lead = Words(findings.say("ties.lead"))
    if not findings.ties:
        return Section("ties", findings.say("section.ties"), (lead, Words(findings.say("brief.not_tied", count=0))))
    return Section(
        "ties",
        findings.say("section.ties"),
        (lead, Bullets(tuple(one.sentence(findings.lang) for one in findings.ties))),
    )


def checks(findings: PosteriorFindings, studio: Studio) -> Section:
    """Every fitted value beside what the replays would have reported."""
    from copark.report.figures.calibration import reported_beside

    lang, drawn = findings.lang, []
    ends = [check.target.observation.date.last_day.year for check in findings.checks]
    span = (float(min(ends)) - 0.2, float(max(ends)) + 1.2) if ends else (0.0, 1.0)
    for variable in dict.fromkeys(check.target.variable for check in findings.checks):
        own = [check for check in findings.checks if check.target.variable == variable]
        known = catalogue().outputs[variable]
        title, unit = known.title(lang), unit_title(known.unit, lang)
        outside = sum(not check.inside for check in own)

        def build(own: list = own, title: str = title, unit: str = unit) -> object:  # type: ignore[type-arg]
            return reported_beside(title, unit, own, span, lang, footer(findings))

        words = findings.say("checks.desc", title=title, outside=outside, count=len(own))
        drawn.append(studio.draw(f"check_{variable}", build, title, words, wide=False))  # type: ignore[arg-type]
    missed = tuple(findings.check_sentence(check) for check in findings.outside())
    blocks: list[Block] = [Words(findings.say("checks.lead")), Grid(tuple(drawn)), Words(findings.say("checks.key"))]
    blocks.append(Bullets(missed) if missed else Words(findings.say("checks.none_missed")))
    blocks.append(Numbers(check_table(findings), findings.say("checks.table", count=len(findings.checks))))
    return Section("checks", findings.say("section.checks"), tuple(blocks))


def honesty(findings: PosteriorFindings, studio: Studio) -> Section:
    """Simulation-based calibration: does the inference hold what its intervals promise."""
    from copark.report.figures.calibration import coverage_dots, rank_histograms

    lang = findings.lang
    sentences = tuple(findings.coverage_sentence(kind) for kind in findings.ranks)
    both = " ".join(sentences)
    first = studio.draw(
        "ranks", lambda: rank_histograms(findings.ranks, lang, footer(findings)), findings.say("ranks.title"), both,
        caption=findings.say("ranks.caption"),
    )  # fmt: skip
    second = studio.draw(
        "coverage", lambda: coverage_dots(findings.ranks, lang, footer(findings)), findings.say("coverage.title"), both,
        caption=findings.say("coverage.caption"),
    )  # fmt: skip
    outside = [(kind, ranks.outside(0.9)) for kind, ranks in findings.ranks.items()]
    axes = len(findings.examination.near.names)
    told = tuple(
        findings.say("outside", kind=findings.say(f"records.{kind}"), count=len(names), axes=axes)
        for kind, names in outside
    )
    blocks: tuple[Block, ...] = (
        Words(findings.say("honesty.lead")), Bullets(sentences), first, second, Bullets(told),
        Numbers(rank_table(findings), findings.say("honesty.table")),
    )  # fmt: skip
    return Section("honesty", findings.say("section.honesty"), blocks)


def health(findings: PosteriorFindings) -> Section:
    """Whether the chains went on long enough, in plain words."""
    notes = tuple(note.sentence(findings.lang) for note in findings.notes)
    return Section("health", findings.say("section.health"), (Words(findings.say("health.lead")), Bullets(notes)))


def provenance(findings: PosteriorFindings) -> Section:
    """The recipe: what it depends on, and how it is made again."""
    command = f"copark calibrate {findings.case.name} --cut {findings.cut}"
    blocks = (
        Words(findings.say("provenance.lead")),
        Numbers(origin_table(findings)),
        Words(findings.say("provenance.again", command=command)),
    )
    return Section("provenance", findings.say("section.provenance"), blocks)
