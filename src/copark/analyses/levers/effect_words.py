"""Words, signs and columns for the effects of levers: what documents and pages say of an option."""

from __future__ import annotations

from math import exp

from copark.analyses.contract import Texts
from copark.analyses.levers import Answer
from copark.analyses.levers.effects import LeverEffect
from copark.analyses.levers.measures import Measure, measure_of
from copark.presentation import document as doc
from copark.presentation.numbers import percent, shown

SIGNS = {
    "gains_surely": "++",
    "gains_mostly": "+",
    "gains_at_times": "+",
    "unclear": "?",
    "nothing": "·",
    "loses_at_times": "−",
    "loses_mostly": "−",
    "loses_surely": "−−",
    "unknown": "—",
}
"""Sign of each verdict."""


def advice_words(answer: Answer, setting: str, t: Texts) -> str:
    """Say what the rule says of an option, with the tests that it fails or its effect on what it helps or harms.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    setting
        Key of the option.
    t
        Texts of levers in a language.
    """
    judgement = answer.recommendation.of(setting)
    if answer.doubt is not None and judgement.word == "avoid":
        return t("advice.word.avoid_doubt")
    if judgement.word == "unreliable":
        return t(
            "advice.word.unreliable", reasons=t("join").join(t(f"advice.reason.{key}") for key in judgement.reasons)
        )
    return t(f"advice.word.{judgement.word}")


def effect_words(answer: Answer, setting: str, aim: str, t: Texts) -> str:
    """Say an option's effect on an aim: points of probability, or per cent of operating companies.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    setting
        Key of the option.
    aim
        ``self_standing`` or ``operating``.
    t
        Texts of levers in a language.
    """
    effect = answer.effect(setting, aim)
    if aim == "self_standing":
        return t("effect.self_standing", change=shown(middle(effect), change(aim, t), t.lang, with_unit=True))
    relative = exp(effect.median) - 1.0
    companies = answer.effect(setting, "companies")
    column = change("companies", t)
    return t(
        "effect.operating.more" if relative > 0.0 else "effect.operating.fewer",
        share=percent(abs(relative)),
        change=shown(companies.median, column, t.lang),
        band=shown(doc.Interval(companies.low, companies.high), column, t.lang),
    )


def level(measure: Measure, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """Make a column of values of a measure.

    Parameters
    ----------
    measure
        The measure.
    t
        Texts of levers in a language.
    key, title
        Of the column, where they are not those of the measure.
    """
    words = title or t(f"measure.{measure.name}")
    if measure.unit in ("1", "1/yr"):
        return doc.Column(key or measure.name, words, doc.Kind.share, places=1)
    places = 2 if measure.unit == "log points" else 0
    return doc.Column(key or measure.name, words, doc.Kind.number, measure.unit, places)


def change(name: str, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """Make a column of differences of a measure: shares and returns in points, jobs and millions whole.

    Parameters
    ----------
    name
        Name of the measure.
    t
        Texts of levers in a language.
    key, title
        Of the column, where they are not those of the measure.
    """
    unit = measure_of(name).unit
    words = title or t(f"measure.{name}")
    if unit in ("1", "1/yr"):
        return doc.Column(key or name, words, doc.Kind.points)
    places = {"log points": 2, "persons": 0}.get(unit)
    return doc.Column(key or name, words, doc.Kind.change, unit, places)


def middle(effect: LeverEffect) -> doc.Interval:
    """Give the middle of an effect and its band; of a share its change and Monte Carlo interval."""
    if effect.is_share:
        return doc.Interval(effect.interval_low, effect.interval_high, effect.mean)
    return doc.Interval(effect.low, effect.high, effect.median)


def across_structures(effect: LeverEffect) -> doc.Interval | None:
    """Give the least and the largest middle under the structures of the model; ``None`` where none is known."""
    known = effect.known_structures
    return doc.Interval(min(known), max(known)) if known else None
