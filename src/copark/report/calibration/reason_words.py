"""Why a naive curve won or lost, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.inference.assessment import Assessment, helped
from copark.inference.diagnostics import title_of
from copark.inference.postprocess import CALIBRATED, STACKED, Lesson
from copark.inference.reasons import Honesty
from copark.inference.spread import FUTURE, MOVED, PAST, SHOCKS, SOURCES, UNMOVED
from copark.inference.validate import BLIND, CONDITIONAL
from copark.presentation.numbers import number, percent
from copark.report.calibration.method_names import mean_score, method_title, observable_title, value
from copark.report.calibration.score_tables import lost_titles
from copark.report.words import join
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.reasons import Swap

RARE = 0.1
"""Scores as good as rarely as this speak for bands that are too wide; half as rare on the other side, against them."""
NAMED = 0.03
"""Share of the variance from which a parameter is named."""


def say(key: str, lang: str, **values: Any) -> str:
    """A text of the area ``validation``."""
    return text(f"validation.{key}", lang, **values)


def why_sentences(found: Assessment, lang: str) -> list[str]:
    """For every observable with a naive curve: who is ahead and for which reason."""
    made = []
    for one in found.swaps:
        values = {
            "title": observable_title(one.variable, lang), "rival": say(f"called.{one.rival}", lang),
            "model": mean_score(one.model), "naive": mean_score(one.naive),
            "centre": mean_score(one.naive_centre), "band": mean_score(one.naive_band),
        }  # fmt: skip
        made.append(say(f"why.{one.reason}", lang, **values) + told_words(found, one, lang))
    return made


def told_words(found: Assessment, one: Swap, lang: str) -> str:
    """What the curve would have scored on the values the model was fitted to."""
    told = next(entry for entry in found.told if entry.variable == one.variable)
    if told.seen == told.seen_alike:
        return ""
    gap = "" if lang == "zh" else " "
    values = {"rival": say(f"called.{one.rival}", lang), "seen": told.seen, "alike": told.seen_alike}
    if told.alike is None:
        return gap + say("why.told_nothing", lang, **values)
    sides = (one.naive < one.model, told.alike < one.model)
    key = "turns" if sides[0] != sides[1] else "stays"
    return gap + say(f"why.told_{key}", lang, score=mean_score(told.alike), model=mean_score(one.model), **values)


def width_sentences(found: Assessment, lang: str) -> list[str]:
    """Where the width comes from, an observable each; and what taking the largest source out would do to the score."""
    made = []
    for one in found.widths.get(BLIND, ()):
        largest = one.split.largest
        leading = say("join", lang).join(
            say("width.leading", lang, title=title_of(name, lang), share=percent(share))
            for name, share in one.split.leading[:3]
            if share >= NAMED
        )
        words = say(
            "width.sentence", lang, title=observable_title(one.variable, lang), source=say(f"source.{largest}", lang),
            share=percent(one.split.shares[largest]), width=value(one.width[""], one.variable),
            narrow=value(one.width[largest], one.variable), before=mean_score(one.crps[""]),
            after=mean_score(one.crps[largest]),
        )  # fmt: skip
        gap = "" if lang == "zh" else " "
        made.append(words + (gap + say("width.names", lang, names=leading) if leading else ""))
    return made


def overall_width(found: Assessment, base: str, lang: str) -> str:
    """Mean shares of variance over observables."""
    rows = found.widths[base]
    shares = {source: sum(one.split.shares[source] for one in rows) / len(rows) for source in SOURCES}
    parts = [
        say("width.part", lang, source=say(f"source.{name}", lang), share=percent(shares[name]))
        for name in (SHOCKS, MOVED, UNMOVED, PAST, FUTURE)
        if name != SHOCKS or shares[name] >= 0.005
    ]
    return say("width.overall", lang, method=method_title(base, lang), parts=join(parts, lang))


def honesty_sentence(one: Honesty, method: str, lang: str) -> str:
    """Whether coverage and score are what honest bands would give."""
    ratio = one.score / one.expected
    word = "wide" if one.as_good < RARE else "aside" if one.as_good > 1.0 - RARE / 2.0 else "fine"
    return say(
        f"honesty.{word}", lang, method=method_title(method, lang), values=one.values, covered=percent(one.covered),
        chance=percent(one.all_covered), ratio=percent(ratio), good=percent(one.as_good),
    )  # fmt: skip


def lesson_sentence(lesson: Lesson, lang: str) -> str:
    """What earlier cuts taught."""
    if not lesson.values:
        return say("lesson.nothing", lang, method=method_title(lesson.base, lang))
    weights = join(
        [say("lesson.weight", lang, method=method_title(name, lang), share=percent(share))
         for name, share in lesson.weights.items()], lang,
    )  # fmt: skip
    word = "narrower" if lesson.spread < 0.995 else "wider" if lesson.spread > 1.005 else "same"
    return say(
        f"lesson.{word}", lang, method=method_title(lesson.base, lang), values=lesson.values,
        factor=number(lesson.spread, 2), weights=weights,
    )  # fmt: skip


def processing_sentence(found: Assessment, base: str, kind: str, lang: str) -> str:
    """In how many rows post-processing helped, harmed or did nothing."""
    said = [helped(line, base, kind) for line in found.last.whole]
    better, worse = sum(one is True for one in said), sum(one is False for one in said)
    word = "none" if better == worse == 0 else "helps" if better > worse else "harms" if worse > better else "mixed"
    return say(
        f"processing.{word}", lang, method=method_title(f"{base}-{kind}", lang), better=better, worse=worse,
        rows=len(said),
    )  # fmt: skip


def brief_sentences(found: Assessment, lang: str) -> list[str]:
    """The sentences that count."""
    last = found.last
    rows, raced, won = len(last.fair), len(last.raced), last.wins()[BLIND]
    made = [say("brief.won", lang, cut=last.origin.cut, won=won, rows=rows, raced=raced)]
    lost = lost_titles(last, lang)
    if lost:
        made.append(say("brief.lost", lang, titles=say("join", lang).join(lost)))
    firm = sum(line.firm for line in last.raced)
    made.append(say("brief.firm", lang, firm=firm, rows=raced))
    made += [f"{honesty_sentence(last.honesty[BLIND], BLIND, lang)}"]
    told = [line for line in last.fair if last.line(line.variable).crps[CONDITIONAL] < line.crps[BLIND]]
    made.append(say("brief.told", lang, better=len(told), rows=rows))
    for one in found.cuts[:-1]:
        made.append(say("brief.earlier", lang, cut=one.origin.cut, won=one.wins()[BLIND], raced=len(one.raced),
                        covered=percent(one.honesty[BLIND].covered),
                        told=percent(one.honesty[CONDITIONAL].covered)))  # fmt: skip
    made.append(processing_sentence(found, CONDITIONAL, CALIBRATED, lang))
    made.append(processing_sentence(found, BLIND, CALIBRATED, lang))
    made.append(processing_sentence(found, BLIND, STACKED, lang))
    return made
