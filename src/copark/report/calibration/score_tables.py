"""Tables of validation: who wins each row, every value, coverage and width, what post-processing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.inference.assessment import FAIR, Assessment, Judged, helped
from copark.inference.postprocess import CALIBRATED, STACKED, method
from copark.inference.spread import SOURCES
from copark.inference.validate import BLIND, CONDITIONAL, NAIVE, Line, Score
from copark.presentation.numbers import NOTHING, number, percent, percentile
from copark.report.calibration.method_names import (
    mean_score,
    method_title,
    observable_title,
    reported,
    titled,
    value,
)
from copark.report.tables import Cell, SourceKeys, Table, grouped
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def heads(lang: str, *names: str) -> tuple[str, ...]:
    """Heads of columns."""
    return tuple(text(f"validation.column.{name}", lang) for name in names)


def winner_cell(line: Line, lang: str) -> str:
    """The winner of a row, and how sure that is; no winner where the model ran alone."""
    if line.best_naive is None:
        return text("validation.won.alone", lang)
    won = method_title(line.winner, lang)
    word = "single" if line.values == 1 else "firm" if line.firm else "narrow"
    return text(f"validation.won.{word}", lang, method=won)


def score_table(judged: Judged, lang: str) -> Table:
    """Mean scores of the fair race, the winner of each row, and the model told later facts beside it."""
    rows = []
    for line in judged.fair:
        told = judged.line(line.variable).crps[CONDITIONAL]
        rows.append(
            (
                titled(line.variable, lang),
                str(line.values),
                *(mean_score(line.crps[name]) if name in line.crps else NOTHING for name in FAIR),
                winner_cell(line, lang),
                mean_score(told),
            )
        )
    names = (*heads(lang, "observable", "values"), *(method_title(name, lang) for name in FAIR))
    columns = (*names, *heads(lang, "winner", "told"))
    last = len(columns) - 1
    return Table(columns, tuple(rows), frozenset((*range(1, 2 + len(FAIR)), last)))


def winners_table(found: Assessment, lang: str) -> Table:
    """Who wins each row from each cut."""
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for judged in found.cuts:
        for line in judged.fair:
            best = line.best_naive
            groups.append(text("validation.from_cut", lang, cut=judged.origin.cut))
            rows.append(
                (
                    titled(line.variable, lang),
                    str(line.values),
                    mean_score(line.crps[BLIND]),
                    mean_score(judged.line(line.variable).crps[CONDITIONAL]),
                    NOTHING if best is None else mean_score(line.crps[best]),
                    NOTHING if best is None else method_title(best, lang),
                    winner_cell(line, lang),
                )
            )
    columns = (
        *heads(lang, "observable", "values"), method_title(BLIND, lang), method_title(CONDITIONAL, lang),
        *heads(lang, "best_naive", "which", "winner"),
    )  # fmt: skip
    return Table(columns, tuple(rows), frozenset((1, 2, 3, 4)), groups=grouped(groups))


def value_table(scores: Sequence[Score], methods: Sequence[str], lang: str) -> Table:
    """Every value beside what some methods said of it, grouped by observable."""
    by_value: dict[str, dict[str, Score]] = {}
    for one in scores:
        if one.method in methods:
            by_value.setdefault(one.target.name, {})[one.method] = one
    ordered = sorted(by_value.values(), key=lambda own: own[next(iter(own))].target.variable)
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for own in ordered:
        first = next(iter(own.values()))
        groups.append(titled(first.target.variable, lang))
        cells: list[Cell] = [first.target.date, reported(first.target, lang)]
        for name in methods:
            cells += [said(own.get(name)), score_of(own.get(name))]
        model = next((own[name] for name in methods if name in own), first)
        cells += [
            percentile(model.percentiles),
            percent(model.width),
            SourceKeys(tuple(first.target.observation.source)),
        ]
        rows.append(tuple(cells))
    columns = list(heads(lang, "date", "reported"))
    for name in methods:
        columns += [method_title(name, lang), *heads(lang, "crps")]
    columns += heads(lang, "percentile", "half_width", "source")
    wide = len(columns)
    return Table(
        tuple(columns), tuple(rows), frozenset(range(1, wide - 1)), frozenset((0,)), frozenset((wide - 1,)),
        grouped(groups),
    )  # fmt: skip


def said(one: Score | None) -> str:
    """What a method said of a value: median and band."""
    if one is None:
        return NOTHING
    parts = (value(part, one.target.variable) for part in (one.median, one.low, one.high))
    return "{} ({} – {})".format(*parts)


def score_of(one: Score | None) -> str:
    """A value's score; in brackets where only what lies outside its wording costs."""
    if one is None:
        return NOTHING
    return f"({mean_score(one.crps)})" if one.bounded else mean_score(one.crps)


def coverage_table(judged: Judged, methods: Sequence[str], lang: str) -> Table:
    """Coverage and mean width of bands, by observable and method; a group for each method."""
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for name in methods:
        for line in judged.whole:
            if name in line.crps:
                own = [one for one in judged.scores if one.method == name and one.target.variable == line.variable]
                groups.append(method_title(name, lang))
                inside = sum(one.covered for one in own)
                rows.append(
                    (
                        titled(line.variable, lang),
                        f"{inside}/{len(own)}",
                        value(line.width[name], line.variable),
                        mean_score(line.crps[name]),
                    )
                )
    return Table(heads(lang, "observable", "covered", "width", "mean_crps"), tuple(rows), frozenset((1, 2, 3)),
                 groups=grouped(groups))  # fmt: skip


def processing_table(judged: Judged, base: str, lang: str) -> Table:
    """Mean scores before and after post-processing, and whether it helped."""
    rows = []
    for line in judged.whole:
        cells: list[Cell] = [titled(line.variable, lang), str(line.values), mean_score(line.crps[base])]
        for kind in (CALIBRATED, STACKED):
            after = line.crps[method(base, kind)]
            cells += [mean_score(after), help_word(helped(line, base, kind), lang)]
        best = line.best_naive
        cells.append(NOTHING if best is None else f"{mean_score(line.crps[best])} ({method_title(best, lang)})")
        rows.append(tuple(cells))
    columns = (
        *heads(lang, "observable", "values"), method_title(base, lang), *heads(lang, "rescaled", "helps", "stacked"),
        *heads(lang, "helps", "best_naive"),
    )  # fmt: skip
    return Table(columns, tuple(rows), frozenset((1, 2, 3, 5, 7)))


def help_word(found: bool | None, lang: str) -> str:
    """Better, worse, or as it was."""
    return text(f"validation.help.{'same' if found is None else 'better' if found else 'worse'}", lang)


def width_table(found: Assessment, base: str, lang: str) -> Table:
    """Shares of variance by source, and width and score with each source taken out."""
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    for one in found.widths[base]:
        groups.append(titled(one.variable, lang))
        rows.append((text("validation.source.all", lang), "100%", *measured(one.width[""], one.crps[""], one.variable)))
        rows += [
            (
                text(f"validation.source.{source}", lang),
                percent(one.split.shares[source]),
                *measured(one.width[source], one.crps[source], one.variable),
            )
            for source in SOURCES
        ]
    return Table(heads(lang, "without", "share", "width", "mean_crps"), tuple(rows), frozenset((1, 2, 3)),
                 groups=grouped(groups))  # fmt: skip


def measured(width: float, crps: float, variable: str) -> tuple[str, str]:
    """Width and mean score as cells."""
    return value(width, variable), mean_score(crps)


def swap_table(found: Assessment, lang: str) -> Table:
    """Centre and band of the model and of the best naive curve, swapped; and the curve told what the model was told."""
    alike = {one.variable: one for one in found.told}
    rows = []
    for one in found.swaps:
        told = alike[one.variable]
        rows.append(
            (
                titled(one.variable, lang),
                method_title(one.rival, lang),
                mean_score(one.model),
                mean_score(one.naive),
                mean_score(one.naive_centre),
                mean_score(one.naive_band),
                f"{told.seen} / {told.seen_alike}",
                NOTHING if told.alike is None else mean_score(told.alike),
            )
        )
    columns = heads(lang, "observable", "which", "model", "naive", "naive_centre", "naive_band", "seen", "alike")
    return Table(columns, tuple(rows), frozenset(range(2, 8)))


def names_of(methods: Iterable[str], lang: str) -> dict[str, str]:
    """What methods are called, by key."""
    return {name: method_title(name, lang) for name in methods}


def wins_words(judged: Judged, lang: str) -> str:
    """How many rows each method won, in words."""
    from copark.report.words import join

    parts = [
        text("validation.wins", lang, method=method_title(name, lang), count=number(count, 0))
        for name, count in judged.wins().items()
        if count or name in (BLIND, *NAIVE[:2])
    ]
    return join(parts, lang)


def lost_titles(judged: Judged, lang: str) -> list[str]:
    """Titles of the observables the model did not win."""
    return [observable_title(line.variable, lang) for line in judged.raced if line.winner != BLIND]
