"""An option's advice and effect in words, as documents and pages say them."""

from __future__ import annotations

from math import exp

from copark.analyses.contract import Texts
from copark.analyses.lever_columns import change_column, effect_interval
from copark.analyses.levers import Answer
from copark.presentation import document as doc
from copark.presentation.numbers import percent, shown


def advice_words(answer: Answer, option: str, t: Texts) -> str:
    """Say what the rule says of an option: of an unreliable one with the tests that it fails.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    option
        Key of the option.
    t
        Texts of levers in a language.
    """
    judgement = answer.recommendation.of(option)
    if judgement.word == "unreliable":
        return t(
            "advice.word.unreliable", reasons=t("join").join(t(f"advice.reason.{key}") for key in judgement.reasons)
        )
    return t(f"advice.word.{judgement.word}")


def effect_words(answer: Answer, option: str, aim: str, t: Texts) -> str:
    """Say an option's effect on an aim: points of probability, or per cent of operating companies.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    option
        Key of the option.
    aim
        ``self_standing`` or ``operating``.
    t
        Texts of levers in a language.
    """
    effect = answer.effect(option, aim)
    if aim == "self_standing":
        return t(
            "effect.self_standing", change=shown(effect_interval(effect), change_column(aim, t), t.lang, with_unit=True)
        )
    relative = exp(effect.median) - 1.0
    companies = answer.effect(option, "companies")
    column = change_column("companies", t)
    return t(
        "effect.operating.more" if relative > 0.0 else "effect.operating.fewer",
        share=percent(abs(relative)),
        change=shown(companies.median, column, t.lang),
        band=shown(doc.Interval(companies.low, companies.high), column, t.lang),
    )
