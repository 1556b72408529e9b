"""The page of a validation: forecasts from earlier cuts beside what came, who wins, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from copark.inference.assessment import FAIR, Assessment
from copark.inference.validate import BLIND, CONDITIONAL, MODELS
from copark.presentation.numbers import number, percent
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.calibration import reason_words, score_tables
from copark.report.calibration.cited import keys_of, sources_of
from copark.report.calibration.fans import fan_of
from copark.report.calibration.files import save_table
from copark.report.calibration.method_names import method_title, observable_title, titled, value
from copark.texts import has_text, text

FIGURES = 4
SHOWN = (BLIND, "line")
"""Methods that every value is shown beside."""


@dataclass(frozen=True)
class Pedigree:
    """What a validation was made from: its name, the runs and seed of the batch, pairs of each replay posterior."""

    identity: str
    runs: int
    seed: int
    pairs: int
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ValidationPage:
    """A validation about to be written."""

    found: Assessment
    pedigree: Pedigree
    lang: str
    studio: Studio

    def say(self, key: str, **values: Any) -> str:
        """A text of the area ``validation``."""
        return text(f"validation.{key}", self.lang, **values)

    @property
    def footer(self) -> str:
        """What made a figure."""
        made = self.pedigree
        return self.say(
            "page.footer", identity=made.identity, cut=self.found.last.origin.cut, pairs=number(made.pairs, 0),
            seed=made.seed,
        )  # fmt: skip


def write_validation(
    found: Assessment,
    pedigree: Pedigree,
    lang: str,
    out_dir: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the page of a validation, its figures and its tables; give the page.

    Parameters
    ----------
    out_dir
        Where ``validation-<lang>.html``, ``figures/`` and the tables go; made if missing.
    progress
        Called with figures done and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    total = FIGURES + len(found.last.fair)
    studio = open_studio(out_dir, lang, pedigree.identity, progress, total)
    page = ValidationPage(found, pedigree, lang, studio)
    cited = sources_of(found.case, found.last.origin.targets, lang)
    sections = [
        summary(page), scores(page), fans(page), coverage(page), widths(page), reasons(page), cuts(page),
        processing(page), method(page), cited,
    ]  # fmt: skip
    made = page.say(
        "page.made", identity=pedigree.identity, cuts=", ".join(str(one.origin.cut) for one in found.cuts),
        pairs=number(pedigree.pairs, 0), runs=number(pedigree.runs, 0), seed=pedigree.seed,
    )  # fmt: skip
    title = page.say("page.title", park=found.case.title.get(lang))
    target = out_dir / f"validation-{lang}.html"
    kicker, subtitle, known = page.say("page.kicker"), page.say("page.subtitle"), keys_of(cited)
    write_whole(target, render_page(lang, title, made, sections, known, kicker=kicker, subtitle=subtitle))
    save_table(score_tables.score_table(found.last, lang), out_dir, f"scores-{lang}")
    save_table(score_tables.winners_table(found, lang), out_dir, f"winners-{lang}")
    save_table(score_tables.value_table(found.last.scores, SHOWN, lang), out_dir, f"values-{lang}")
    return target


def summary(page: ValidationPage) -> Section:
    """The validation in brief, with what it is not before everything else."""
    found, last = page.found, page.found.last
    exact, blind = last.honesty[BLIND].values, last.honesty[BLIND]
    wins, raced = last.wins(), len(last.raced)
    won = wins[BLIND]
    cards = (
        (f"{won}/{raced}", page.say("card.won"), page.say("card.won_of", naive=raced - won)),
        (percent(blind.covered), page.say("card.covered"), page.say("card.covered_want")),
        (number(exact, 0), page.say("card.values"), page.say("card.values_after", cut=last.origin.cut)),
    )
    blocks: list[Block] = [
        Words(development(page.found.case.name, page.lang), "caveat"),
        Cards(cards),
        Words(page.say("brief.head"), "heading"),
        Bullets(tuple(reason_words.brief_sentences(found, page.lang))),
    ]
    return Section("summary", page.say("section.summary"), tuple(blocks))


def development(case: str, lang: str) -> str:
    """Say that the values are development data: of this case in particular where that is known."""
    key = f"validation.development.{case}"
    return text(key if has_text(key) else "validation.development.other", lang)


def scores(page: ValidationPage) -> Section:
    """The table with the winner of each row, and its figure."""
    from copark.report.figures.validation import score_dots

    last, lang = page.found.last, page.lang
    rows = []
    for line in last.fair:
        own = {name: line.crps[name] for name in FAIR if name in line.crps}
        own[CONDITIONAL] = last.line(line.variable).crps[CONDITIONAL]
        rows.append((observable_title(line.variable, lang), own))
    names = score_tables.names_of((CONDITIONAL, *FAIR), lang)
    title = page.say("dots.title", cut=last.origin.cut)
    picture = page.studio.draw(
        "scores", lambda: score_dots(rows, names, lang, page.footer, title), title,
        page.say("dots.desc", wins=score_tables.wins_words(last, lang)), caption=page.say("dots.caption"),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (
        Words(page.say("scores.lead", cut=last.origin.cut)),
        Numbers(score_tables.score_table(last, lang)),
        Words(page.say("scores.note")),
        picture,
    )
    return Section("scores", page.say("section.scores"), blocks)


def fans(page: ValidationPage) -> Section:
    """A fan for each observable, and every value."""
    from copark.report.figures.validation import scored_fan

    last, lang = page.found.last, page.lang
    drawn: list[Drawing] = []
    for line in last.fair:
        made = fan_of(last.origin, page.found.case, line.variable, line.best_naive, BLIND)
        name = "" if line.best_naive is None else method_title(line.best_naive, lang)
        own = [one for one in last.scores if one.method == BLIND and one.target.variable == line.variable]
        words = page.say(
            "fans.desc", title=observable_title(line.variable, lang), inside=sum(one.covered for one in own),
            count=len(own), width=value(line.width[BLIND], line.variable),
        )  # fmt: skip
        build = partial(
            scored_fan, titled(line.variable, lang), page.say("fans.subtitle"), made.model, made.other, made.points,
            made.cut, lang, page.footer, name,
        )  # fmt: skip
        drawn.append(page.studio.draw(f"fan_{line.variable}", build, words, words, caption=words, wide=False))
    rows = score_tables.value_table(last.scores, SHOWN, lang)
    blocks: tuple[Block, ...] = (
        Words(page.say("fans.lead", cut=last.origin.cut)),
        Grid(tuple(drawn)),
        Numbers(rows, page.say("fans.table", count=len(rows.rows))),
    )
    return Section("fans", page.say("section.fans"), blocks)


def coverage(page: ValidationPage) -> Section:
    """Whether bands reach as often as they should, and how wide they are."""
    from copark.report.figures.validation import places

    last, lang = page.found.last, page.lang
    rows = []
    for line in last.fair:
        own = [one for one in last.scores if one.method == BLIND and one.target.variable == line.variable]
        rows.append((observable_title(line.variable, lang), [(one.percentiles, one.covered) for one in own]))
    title = page.say("places.title", cut=last.origin.cut)
    sentences = tuple(
        reason_words.honesty_sentence(judged.honesty[name], name, lang) if judged is last
        else page.say("honesty.earlier", cut=judged.origin.cut,
                      words=reason_words.honesty_sentence(judged.honesty[name], name, lang))
        for judged in reversed(page.found.cuts) for name in (BLIND, CONDITIONAL)
    )  # fmt: skip
    picture = page.studio.draw(
        "places", lambda: places(rows, lang, page.footer, title), title, " ".join(sentences[:1]),
        caption=page.say("places.caption"),
    )  # fmt: skip
    shown = (*MODELS, "persistence", "line", "logistic", "bass")
    blocks: tuple[Block, ...] = (
        Words(page.say("coverage.lead")),
        picture,
        Bullets(sentences),
        Numbers(score_tables.coverage_table(last, shown, lang), page.say("coverage.table")),
    )
    return Section("coverage", page.say("section.coverage"), blocks)


def widths(page: ValidationPage) -> Section:
    """Where the width of the bands comes from."""
    from copark.report.figures.validation import width_bars

    found, lang = page.found, page.lang
    drawn: list[Block] = []
    for base in MODELS:
        rows = [
            (observable_title(one.variable, lang), one.split.shares, f"± {value(one.split.sd, one.variable)}")
            for one in found.widths[base]
        ]
        title = page.say("width.title", method=method_title(base, lang))
        words = reason_words.overall_width(found, base, lang)
        build = partial(width_bars, rows, lang, page.footer, title)
        drawn.append(page.studio.draw(f"width_{base.replace('-', '_')}", build, title, words, caption=words))
    blocks: tuple[Block, ...] = (
        Words(page.say("width.lead")),
        *drawn,
        Bullets(tuple(reason_words.width_sentences(found, lang))),
        Words(page.say("width.note")),
        Numbers(score_tables.width_table(found, BLIND, lang), page.say("width.table")),
    )
    return Section("width", page.say("section.width"), blocks)


def reasons(page: ValidationPage) -> Section:
    """Why a naive curve is ahead, or not."""
    blocks: tuple[Block, ...] = (
        Words(page.say("why.lead")),
        Bullets(tuple(reason_words.why_sentences(page.found, page.lang))),
        Numbers(score_tables.swap_table(page.found, page.lang), page.say("why.table")),
    )
    return Section("why", page.say("section.why"), blocks)


def cuts(page: ValidationPage) -> Section:
    """The same race from every cut."""
    sentences = tuple(
        page.say("cuts.sentence", cut=one.origin.cut, wins=score_tables.wins_words(one, page.lang),
                 covered=percent(one.honesty[BLIND].covered), told=percent(one.honesty[CONDITIONAL].covered))
        for one in page.found.cuts
    )  # fmt: skip
    blocks: tuple[Block, ...] = (
        Words(page.say("cuts.lead")),
        Bullets(sentences),
        Numbers(score_tables.winners_table(page.found, page.lang)),
    )
    return Section("cuts", page.say("section.cuts"), blocks)


def processing(page: ValidationPage) -> Section:
    """What honest post-processing does, apart from the mechanism."""
    lang, last = page.lang, page.found.last
    blocks: list[Block] = [Words(page.say("processing.lead"))]
    for base in MODELS:
        blocks.append(Words(method_title(base, lang), "heading"))
        told = [reason_words.lesson_sentence(last.lesson(base), lang)]
        told += [reason_words.processing_sentence(page.found, base, kind, lang) for kind in ("calibrated", "stacked")]
        blocks.append(Bullets(tuple(told)))
        blocks.append(Numbers(score_tables.processing_table(last, base, lang)))
    return Section("processing", page.say("section.processing"), tuple(blocks))


def method(page: ValidationPage) -> Section:
    """How it was done, and from what."""
    from copark.report.tables import Table

    items = tuple(page.say(f"method.{key}") for key in ("crps", "known", "blind", "told", "bounds", "error"))
    entries = Table(score_tables.heads(page.lang, "entry", "content"), page.pedigree.entries, wide=frozenset((1,)))
    command = f"copark validate {page.found.case.name}"
    blocks: tuple[Block, ...] = (
        Bullets(items), Numbers(entries, page.say("method.table")), Words(page.say("method.again", command=command)),
    )  # fmt: skip
    return Section("provenance", page.say("section.method"), blocks)
