"""The page of a frozen forecast scored against what was observed later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from copark.cases.vocabulary import series_title
from copark.inference.forecast import Frozen, LeftOut
from copark.inference.validate import BORROWED, NAIVE, Line, Score, table
from copark.presentation.numbers import NOTHING, number, percent, percentile
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.calibration.fans import ends, later_points
from copark.report.calibration.files import save_table
from copark.report.calibration.method_names import (
    mean_score,
    method_title,
    observable_title,
    reported,
    titled,
    value,
)
from copark.report.calibration.score_tables import said, score_of, winner_cell
from copark.report.figures.frame import year_of
from copark.report.figures.validation import QUANTILES, Fan
from copark.report.tables import Cell, Table, grouped
from copark.report.words import join
from copark.texts import text


@dataclass(frozen=True)
class ScoredFindings:
    """A frozen forecast, and how it stands beside later observations.

    Parameters
    ----------
    content
        The frozen forecast.
    scores
        Of the forecast and of the naive curves frozen with it.
    left_out
        Rows that could not be scored, each with the reason.
    data
        Name of the table of observations.
    park
        Title of the case.
    """

    content: Mapping[str, Any]
    scores: tuple[Score, ...]
    left_out: tuple[LeftOut, ...]
    data: str
    park: str
    lang: str

    def say(self, key: str, **values: Any) -> str:
        """A text of the area ``forecast``."""
        return text(f"forecast.{key}", self.lang, **values)

    @property
    def method(self) -> str:
        """The model's method in the forecast."""
        return str(self.content["method"])

    @property
    def methods(self) -> tuple[str, ...]:
        """The model, and the naive curves or what stands in their place."""
        return (self.method, *(self.content.get("curves") or NAIVE))

    @property
    def rival(self) -> str:
        """The curve drawn and tabled beside the model: the straight line, where a past was there to continue."""
        return next(iter(self.content.get("curves") or ("line",)))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Mean scores by observable."""
        return table(self.scores, self.methods)

    @property
    def own(self) -> tuple[Score, ...]:
        """Scores of the model."""
        return tuple(one for one in self.scores if one.method == self.method)

    def left_words(self) -> str:
        """How many rows were left out for which reason."""
        reasons = [one.reason for one in self.left_out]
        counts = {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}
        return join(
            [text(f"validation.left.{reason}", self.lang, count=count) for reason, count in counts.items()], self.lang
        )


def left_rows(
    left_out: Sequence[LeftOut], content: Mapping[str, Any], lang: str
) -> tuple[tuple[str, str, str, str], ...]:
    """Every row left out: its line in the table, date, variable and why, in words."""
    first = Frozen(content).cut + 1
    return tuple(
        (
            str(one.line), str(one.observation.date), series_title(one.observation.variable, lang),
            text(f"validation.why_left.{one.reason}", lang, cut=content["cut"], first=first, until=content["until"]),
        )
        for one in left_out
    )  # fmt: skip


def write_scored(findings: ScoredFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write the page of a scored forecast, its figures and its tables; give the page.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    lang, content = findings.lang, findings.content
    variables = tuple(dict.fromkeys(one.target.variable for one in findings.own))
    studio = open_studio(out_dir, lang, str(content["identity"]), progress, len(variables))
    sections = [summary(findings), scores(findings), fans(findings, studio, variables), origin(findings)]
    made = findings.say(
        "scored.made", identity=content["identity"], made_on=content["made_on"] or NOTHING, cut=content["cut"],
        data=findings.data,
    )  # fmt: skip
    page = out_dir / f"score-{lang}.html"
    title = findings.say("scored.title", park=findings.park)
    kicker, subtitle = findings.say("scored.page.kicker"), findings.say("scored.page.subtitle")
    write_whole(page, render_page(lang, title, made, sections, kicker=kicker, subtitle=subtitle))
    save_table(score_table(findings), out_dir, f"scores-{lang}")
    save_table(value_table(findings), out_dir, f"values-{lang}")
    if findings.left_out:
        save_table(left_table(findings), out_dir, f"left-out-{lang}")
    return page


def summary(findings: ScoredFindings) -> Section:
    """What came out."""
    own, lines = findings.own, findings.lines
    won = sum(line.winner == findings.method for line in lines)
    inside = sum(one.covered for one in own)
    cards = (
        (f"{won}/{len(lines)}", findings.say("scored.card.won"), findings.say("scored.card.won_of")),
        (f"{inside}/{len(own)}", findings.say("scored.card.inside"), findings.say("scored.card.inside_want")),
        (
            number(len(own), 0), findings.say("scored.card.values"),
            findings.say("scored.card.after", cut=findings.content["cut"]),
        ),
    )  # fmt: skip
    sentences = [findings.say("scored.clean", made_on=findings.content["made_on"] or NOTHING)]
    if findings.method == BORROWED:
        parks = findings.content["made_from"].get("parks", NOTHING)
        sentences.append(findings.say("scored.borrowed", parks=parks))
    lost = [observable_title(line.variable, findings.lang) for line in lines if line.winner != findings.method]
    if lost:
        sentences.append(text("validation.brief.lost", findings.lang, titles=join(lost, findings.lang)))
    if findings.left_out:
        count, reasons = len(findings.left_out), findings.left_words()
        sentences.append(text("validation.screen.left_out", findings.lang, count=count, reasons=reasons))
    return Section("summary", findings.say("section.summary"), (Cards(cards), Bullets(tuple(sentences))))


def score_table(findings: ScoredFindings) -> Table:
    """Mean scores by observable and method, and the winner."""
    rows = tuple(
        (
            titled(line.variable, findings.lang),
            str(line.values),
            *(mean_score(line.crps[name]) if name in line.crps else NOTHING for name in findings.methods),
            winner_cell(line, findings.lang),
            percent(line.coverage[findings.method]),
            value(line.width[findings.method], line.variable),
        )
        for line in findings.lines
    )
    heads = [text(f"validation.column.{name}", findings.lang) for name in ("observable", "values")]
    heads += [method_title(name, findings.lang) for name in findings.methods]
    heads += [text(f"validation.column.{name}", findings.lang) for name in ("winner", "covered", "width")]
    count = len(findings.methods)
    return Table(tuple(heads), rows, frozenset((*range(1, 2 + count), 3 + count, 4 + count)))


def left_table(findings: ScoredFindings) -> Table:
    """Every row left out, and why."""
    heads = [text(f"validation.column.{name}", findings.lang) for name in ("line", "date", "observable", "reason")]
    rows = left_rows(findings.left_out, findings.content, findings.lang)
    return Table(tuple(heads), rows, frozenset((0,)), frozenset((1,)), frozenset((3,)))


def value_table(findings: ScoredFindings) -> Table:
    """Every value beside the forecast, grouped by observable."""
    line = {one.target.name: one for one in findings.scores if one.method == findings.rival}
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for one in sorted(findings.own, key=lambda own: (own.target.variable, own.target.observation.date.last_day)):
        groups.append(titled(one.target.variable, findings.lang))
        other = line.get(one.target.name)
        rows.append(
            (
                one.target.date, reported(one.target, findings.lang), said(one), score_of(one), said(other),
                score_of(other), percentile(one.percentiles), percent(one.width),
                "; ".join(one.target.observation.source),
            )
        )  # fmt: skip
    heads = [text(f"validation.column.{name}", findings.lang) for name in ("date", "reported")]
    for name in (findings.method, findings.rival):
        heads += [method_title(name, findings.lang), text("validation.column.crps", findings.lang)]
    heads += [text(f"validation.column.{name}", findings.lang) for name in ("percentile", "half_width", "source")]
    return Table(tuple(heads), tuple(rows), frozenset(range(1, 8)), frozenset((0,)), frozenset((8,)), grouped(groups))


def scores(findings: ScoredFindings) -> Section:
    """The table with the winner of each row, and every value."""
    shown = score_table(findings)
    blocks: list[Block] = [Words(findings.say("scored.lead"))]
    blocks.append(Numbers(shown) if shown.rows else Words(findings.say("scored.only_bounds")))
    values = value_table(findings)
    blocks.append(Numbers(values, findings.say("scored.values", count=len(values.rows)), unfolded=True))
    if findings.left_out:
        blocks.append(Numbers(left_table(findings), findings.say("scored.left", count=len(findings.left_out))))
    return Section("scores", text("validation.section.scores", findings.lang), tuple(blocks))


def fans(findings: ScoredFindings, studio: Studio, variables: Sequence[str]) -> Section:
    """The frozen bands beside what came."""
    from copark.report.figures.validation import scored_fan

    frozen, lang, drawn = Frozen(findings.content), findings.lang, list[Drawing]()
    span = range(frozen.first, frozen.last + 1)
    for variable in variables:
        own = [one for one in findings.own if one.target.variable == variable]
        line = frozen.naive_band(variable, findings.rival, QUANTILES)
        last = max(one.target.last for one in own)
        shown = min(max(last + 4, frozen.first + 8), frozen.last) - frozen.first + 1
        times = ends(frozen.start, span)[:shown]
        other = None if line is None else Fan(times, line[:, :shown])
        words = findings.say(
            "scored.desc", title=observable_title(variable, lang), inside=sum(one.covered for one in own),
            count=len(own),
        )  # fmt: skip
        build = partial(
            scored_fan, titled(variable, lang), findings.say("scored.subtitle", cut=findings.content["cut"]),
            Fan(times, frozen.band(variable, QUANTILES)[:, :shown]), other, later_points(own), year_of(frozen.cut),
            lang, findings.say("scored.footer", identity=findings.content["identity"], cut=findings.content["cut"]),
            method_title(findings.rival, lang),
        )  # fmt: skip
        drawn.append(studio.draw(f"fan_{variable}", build, words, words, caption=words, wide=False))
    return Section("fans", findings.say("section.fans"), (Grid(tuple(drawn)),))


def origin(findings: ScoredFindings) -> Section:
    """What the forecast was made from."""
    content = findings.content
    keys = ("identity", "made_on", "case", "case_hash", "model_hash", "code_version", "cut", "until", "method", "pairs")
    said_of = {**content, "method": method_title(findings.method, findings.lang)}
    entries = [(findings.say(f"entry.{key}"), str(said_of.get(key, "")) or NOTHING) for key in keys]
    heads = (text("validation.column.entry", findings.lang), text("validation.column.content", findings.lang))
    return Section(
        "provenance", findings.say("section.origin"), (Numbers(Table(heads, tuple(entries), wide=frozenset((1,)))),)
    )
