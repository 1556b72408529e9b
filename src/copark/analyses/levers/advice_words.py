"""An option's advice and effect in words, as documents and pages say them."""

from __future__ import annotations

from math import exp

from copark.analyses.contract import Texts
from copark.analyses.lever_columns import change_column, effect_interval
from copark.analyses.levers import Answer
from copark.analyses.levers.recommendation import AIMS
from copark.presentation import document as doc
from copark.presentation.numbers import percent, shown


def advice_words(answer: Answer, option: str, t: Texts) -> str:
    """Say what the rule says of an option: of one to avoid what it harms, of an unreliable one which tests it fails.

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
    if judgement.is_only_too_small:
        return t("advice.word.small")
    if judgement.word == "unreliable":
        # The error is told of the aim that moves most: the other may move beyond it, by too little.
        is_one_beyond = any(answer.effect(option, aim).is_beyond_error for aim in AIMS)
        spelled = {"simulation_error": "small_or_error"} if is_one_beyond else {}
        reasons = (t(f"advice.reason.{spelled.get(reason, reason)}") for reason in judgement.reasons)
        return t("advice.word.unreliable", reasons=t("join").join(reasons))
    if judgement.word == "avoid" and judgement.aim:
        return t(f"advice.word.avoid.{judgement.aim}")
    return t(f"advice.word.{judgement.word}")


def effect_words(answer: Answer, option: str, aim: str, t: Texts, digits: int = 0) -> str:
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
    digits
        Decimals of the share of companies.
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
        share=percent(abs(relative), digits),
        change=shown(companies.median, column, t.lang),
        band=shown(doc.Interval(companies.low, companies.high), column, t.lang),
    )
