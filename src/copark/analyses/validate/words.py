"""Why a benchmark did better or worse than the model, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from copark.inference.assessment import Assessment, Judged, helped
from copark.inference.diagnostics import title_of
from copark.inference.postprocess import CALIBRATED, STACKED, method
from copark.inference.validate import BLIND, CONDITIONAL, NAIVE
from copark.inference.variance_decomposition import SHOCKS, SOURCES
from copark.model.variables import catalogue
from copark.presentation.numbers import bare, number, percent
from copark.words import join, method_title, observable_title

if TYPE_CHECKING:
    from copark.analyses.contract import Texts
    from copark.inference.postprocess import Lesson
    from copark.inference.score_decomposition import Honesty, Swap, Width

RARE = 0.1
"""Scores as good as rarely as this speak for intervals too wide; half as rare on the other side, against them."""
NAMED = 0.03
"""Share of the variance from which a parameter is named."""


def brief(found: Assessment, t: Texts) -> Iterator[str]:
    """The sentences that count."""
    last = found.last
    lost = [observable_title(line.variable, t.lang) for line in last.raced if line.winner != BLIND]
    if lost:
        yield t("brief.lost", titles=t("join").join(lost))
    if last.raced:
        yield t("brief.firm", firm=sum(line.firm for line in last.raced), rows=len(last.raced))
    yield honesty(last.honesty[BLIND], BLIND, t)
    better = sum(last.line(line.variable).crps[CONDITIONAL] < line.crps[BLIND] for line in last.fair)
    yield t("brief.told", better=better, rows=len(last.fair))
    for one in found.cuts[:-1]:
        yield t("brief.earlier", cut=one.cut, won=one.wins()[BLIND], raced=len(one.raced), **_reach(one))
    for base, kind in ((CONDITIONAL, CALIBRATED), (BLIND, CALIBRATED), (BLIND, STACKED)):
        yield processing(last, base, kind, t)


def from_cut(one: Judged, t: Texts) -> str:
    """Who did best from one cut, and how much the model's intervals held."""
    return t("cuts.sentence", cut=one.cut, wins=wins(one, t), **_reach(one))


def _reach(one: Judged) -> dict[str, str]:
    return {name: percent(one.honesty[method].covered)
            for name, method in (("covered", BLIND), ("told", CONDITIONAL))}  # fmt: skip


def wins(one: Judged, t: Texts) -> str:
    """How many indicators each method forecast best."""
    parts = [
        t("wins", method=method_title(name, t.lang), count=count)
        for name, count in one.wins().items()
        if count or name in (BLIND, *NAIVE[:2])
    ]
    return join(parts, t.lang)


def why(found: Assessment, t: Texts) -> Iterator[str]:
    """For every indicator with a benchmark: which is ahead and for what reason."""
    for one in found.swaps:
        said = t(
            f"why.{one.reason}", title=observable_title(one.variable, t.lang), rival=t(f"called.{one.rival}"),
            model=number(one.model), naive=number(one.naive), centre=number(one.naive_centre),
            band=number(one.naive_band),
        )  # fmt: skip
        yield t.sentences([said, *_told(found, one, t)])


def _told(found: Assessment, one: Swap, t: Texts) -> Iterator[str]:
    """What the benchmark would have scored on the values the model was fitted to."""
    told = next(entry for entry in found.told if entry.variable == one.variable)
    if told.seen == told.seen_alike:
        return
    values = {"rival": t(f"called.{one.rival}"), "seen": told.seen, "alike": told.seen_alike}
    if told.alike is None:
        yield t("why.told.nothing", **values)
        return
    key = "stays" if (one.naive < one.model) == (told.alike < one.model) else "turns"
    yield t(f"why.told.{key}", score=number(told.alike), model=number(one.model), **values)


def widths(found: Assessment, t: Texts) -> Iterator[str]:
    """Where the width comes from, an indicator each, and what taking the largest source out would do to the score."""
    for one in found.widths.get(BLIND, ()):
        largest, unit = one.split.largest, catalogue().outputs[one.variable].unit
        leading = t("join").join(
            t("width.leading", title=title_of(name, t.lang), share=percent(share))
            for name, share in one.split.leading[:3]
            if share >= NAMED
        )
        said = t(
            "width.sentence", title=observable_title(one.variable, t.lang), source=t(f"source.{largest}"),
            share=percent(one.split.shares[largest]), width=bare(one.width[""], unit),
            narrow=bare(one.width[largest], unit), before=number(one.crps[""]), after=number(one.crps[largest]),
        )  # fmt: skip
        yield t.sentences([said, t("width.names", names=leading)] if leading else [said])


def overall_width(rows: tuple[Width, ...], base: str, t: Texts) -> str:
    """Mean shares of variance over indicators."""
    shares = {source: sum(one.split.shares[source] for one in rows) / len(rows) for source in SOURCES}
    parts = [
        t("width.part", source=t(f"source.{name}"), share=percent(share))
        for name, share in shares.items()
        if name != SHOCKS or share >= 0.005
    ]
    return t("width.overall", method=method_title(base, t.lang), parts=join(parts, t.lang))


def honesty(one: Honesty, method: str, t: Texts) -> str:
    """Whether coverage and score are what well-calibrated intervals would give."""
    word = "wide" if one.as_good < RARE else "aside" if one.as_good > 1.0 - RARE / 2.0 else "fine"
    return t(
        f"honesty.{word}", method=method_title(method, t.lang), values=one.values, covered=percent(one.covered),
        chance=percent(one.all_covered), ratio=percent(one.score / one.expected), good=percent(one.as_good),
    )  # fmt: skip


def lesson(one: Lesson, t: Texts) -> str:
    """What earlier cuts taught."""
    title = method_title(one.base, t.lang)
    if not one.values:
        return t("lesson.nothing", method=title)
    weights = join(
        [t("lesson.weight", method=method_title(name, t.lang), share=percent(share))
         for name, share in one.weights.items()], t.lang,
    )  # fmt: skip
    word = "narrower" if one.spread < 0.995 else "wider" if one.spread > 1.005 else "same"
    return t(f"lesson.{word}", method=title, values=one.values, factor=number(one.spread, 2), weights=weights)


def processing(one: Judged, base: str, kind: str, t: Texts) -> str:
    """For how many indicators post-processing helped, harmed or did nothing."""
    said = [helped(line, base, kind) for line in one.whole]
    better, worse = sum(one is True for one in said), sum(one is False for one in said)
    word = "none" if better == worse == 0 else "helps" if better > worse else "harms" if worse > better else "mixed"
    title = method_title(method(base, kind), t.lang)
    return t(f"processing.{word}", method=title, better=better, worse=worse, rows=len(said))
