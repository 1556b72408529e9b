"""An option's advice and effect in words, as documents and pages say them."""

from __future__ import annotations

from math import exp

from copark.analyses.contract import Texts
from copark.analyses.lever_columns import change_column
from copark.analyses.levers import Answer
from copark.analyses.levers.recommendation import AIMS
from copark.labels import join
from copark.model.outcomes import GOOD
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, shown
from copark.stats.rounding import NO_DIFFERENCE
from copark.texts import text


def advice_words(answer: Answer, option: str, t: Texts) -> str:
    """State what the rule says of an option: of one to avoid what it harms, of an unreliable one which tests it fails.

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
    assumed = answer.against_assumed.get(option, ())
    if "assumed_reference" in judgement.reasons and assumed:
        facts = join([text(f"sure.assumed_as.{fact}", t.lang) for fact in assumed], t.lang)
        return t("advice.word.assumed", facts=facts)
    if judgement.is_trade_off:
        unsure = [t("advice.either_way")] if "structures" in judgement.reasons else []
        return t("join").join([t(f"advice.word.trade_off.{judgement.aim}"), *unsure])
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
    """Describe an option's effect on an aim: points of probability, or per cent of operating companies.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    option
        Key of the option.
    aim
        The outcome that decisions are to bring about, or ``operating``.
    t
        Texts of levers in a language.
    digits
        Decimals of the share of companies.
    """
    effect = answer.effect(option, aim)
    if aim == GOOD.key:
        if abs(effect.centre) <= NO_DIFFERENCE:
            return t(f"effect.{aim}.same")
        is_rise = effect.centre > 0.0
        ends = (effect.monte_carlo_low, effect.monte_carlo_high)
        low, high = ends if is_rise else (-ends[1], -ends[0])
        points, low_words, high_words = (number(100.0 * value, 1) for value in (abs(effect.centre), low, high))
        key = f"effect.{aim}.more" if is_rise else f"effect.{aim}.fewer"
        return t(key, points=points, low=low_words, high=high_words)
    relative = exp(effect.median) - 1.0
    companies = answer.effect(option, "companies")
    column = change_column("companies", t)
    return t(
        "effect.operating.more" if relative > 0.0 else "effect.operating.fewer",
        share=percent(abs(relative), digits),
        base=shown(companies.before, doc.plain(doc.Kind.count), t.lang),
        runs=percent(companies.above if relative > 0.0 else companies.below),
        change=shown(companies.median, column, t.lang),
        band=shown(doc.Interval(companies.low, companies.high), column, t.lang),
    )
