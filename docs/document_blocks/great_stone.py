"""Blocks on the future of Great Stone, what it rests on, and options of it and other calibrated parks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from copark.analyses.brief.show import spelled
from copark.analyses.contract import Texts
from copark.calibration.case_parameters import shipped_cases
from copark.cases.load import load_case
from copark.presentation.document import Column, Interval, Kind
from copark.presentation.numbers import percent, shown
from document_blocks.shipped_answers import CHANGE, GREAT_STONE, POINTS, VALIDATION_CUT, join, row, shipped

PRICES_AND_COSTS = ("overhead", "no-fee", "high-fee", "low-price", "high-price")
"""Scenarios of the study of fixed values that change what a company pays or takes."""
MOST_OPTIONS = 4
"""Options that a sentence names as those that move most."""


def great_stone(lang: str) -> str:
    """Tell where Great Stone stands at its horizon."""
    return standing(shipped("brief", GREAT_STONE), "", lang)


def standing(brief: Any, options: str, lang: str) -> str:
    """Tell where Great Stone stands at its horizon by a brief, with the options of its command."""
    bands = {name: Interval(*(float(band[level, -1]) for level in (0, 4, 2))) for name, band in brief.bands.items()}
    values = {
        "quarter": spelled(brief.horizon, Texts("brief", lang)),
        "share": percent(brief.share("self_standing").share),
        "options": options,
        **{name: shown(band, Column(name, "", Kind.count), lang) for name, band in bands.items()},
    }
    words = {
        "en": "In {quarter} it is self-standing in {share} of runs, with {operating} enterprises in operation and "
        "{jobs} jobs (`copark brief great-stone{options}`).",
        "zh": "{quarter}判为自立的占{share}，运营企业数为{operating}，就业人数为{jobs}"
        "（`copark brief great-stone{options}`）。",
    }
    return words[lang].format(**values)


def fixed_values(lang: str) -> str:
    """Tell how often Great Stone is self-standing with one value in the place of a prior that is judgement."""
    answer = shipped("compare")
    changes = [(scenario.title, scenario.outcome("self_standing")) for scenario in answer.scenarios]
    heads = {
        "en": "| held in all runs | self-standing | change, points |",
        "zh": "| 全部模拟中的取值 | 自立 | 变化（百分点） |",
    }
    lines = [heads[lang], "|---|---:|---:|"]
    lines.append(row([answer.reference.text(lang), percent(changes[0][1].reference_share), ""]))
    for title, change in changes:
        interval = Interval(change.low, change.high, change.change)
        lines.append(row([title.text(lang), percent(change.scenario_share), shown(interval, POINTS, lang)]))
    return "\n".join(lines)


def rests_on(lang: str) -> str:
    """Tell over what range Great Stone's chance lies with another value of one price or cost of its company."""
    scenarios = [scenario for scenario in shipped("compare").scenarios if scenario.key in PRICES_AND_COSTS]
    shares = [scenario.outcome("self_standing").scenario_share for scenario in scenarios]
    least, most = (scenarios[shares.index(end)].title.text(lang) for end in (min(shares), max(shares)))
    words = {
        "en": (
            "Great Stone is self-standing in {share} of runs in 2036; with another value of one price or cost, in "
            "{low} (“{least}”) to {high} (“{most}”)."
        ),
        "zh": (
            "中白工业园2036年自立的占全部模拟的{share}；仅将一项价格或成本换用其他取值，"
            "即为{low}（“{least}”）至{high}（“{most}”）。"
        ),
    }
    return words[lang].format(
        share=percent(scenarios[0].outcome("self_standing").reference_share),
        low=percent(min(shares)),
        high=percent(max(shares)),
        least=least,
        most=most,
    )


def levers_most(lang: str) -> str:
    """Name the options of Great Stone that move its chance most, and those that move the number of companies most."""
    answer = shipped("levers", GREAT_STONE)

    def most(measure: str, size: Callable[[Any], float], column: Column) -> str:
        order = sorted(answer.options, key=lambda option: -abs(size(answer.effect(option.key, measure))))
        shape = {"en": "“{name}” ({size})", "zh": "“{name}”（{size}）"}[lang]
        first = order[:MOST_OPTIONS]
        sizes = [shown(size(answer.effect(option.key, measure)), column, lang) for option in first]
        return join(
            (shape.format(name=option.name(lang), size=of) for option, of in zip(first, sizes, strict=True)), lang
        )

    words = {
        "en": (
            "Of Great Stone's {options} options these move its chance of being self-standing in 2036 most, in points: "
            "{chance}; and these the number of operating companies (median): {companies} (`copark levers great-stone`)."
        ),
        "zh": (
            "中白工业园的{options}个选项中，使2036年自立概率变动最大的是（百分点）：{chance}；使运营企业数变动最大的是（中位数）："
            "{companies}（`copark levers great-stone`）。"
        ),
    }
    return words[lang].format(
        options=len(answer.options),
        chance=most("self_standing", lambda effect: effect.mean, POINTS),
        companies=most("companies", lambda effect: effect.median, CHANGE),
    )


def relative(low: float, middle: float, high: float, lang: str) -> str:
    """Write a change of logarithms, with its interval, as a relative change in per cent."""
    low, middle, high = (100.0 * float(np.expm1(log)) for log in (low, middle, high))
    column = Column("change", "", Kind.change, "%", places=0)
    return shown(Interval(low, high, middle), column, lang, with_unit=True).replace(" %", "%")


def ablated(mechanism: str, measure: str) -> list[Any]:
    """Return what leaving a mechanism out from the founding on does to a measure, by quarter."""
    ((differences),) = (row.differences for row in shipped("ablate", GREAT_STONE).rows if row.key == mechanism)
    return [effect for effect in differences if effect.measure == measure]


def claimed(claim: str, part: str) -> Any:
    """Return what was measured for a part of a claim about Great Stone, by its statistic."""
    (found,) = (one for one in shipped("claims", GREAT_STONE).claims if one.claim.id == claim)
    return next(one for one in found.parts if one.part.key == part).measured


def coordination(lang: str) -> str:
    """Tell what Great Stone is without the coordination of interests from the founding on."""
    first, last = ablated("coordination", "operating")
    size = claimed("2", "coordination")["size"]
    words = {
        "en": (
            "Without the coordination of interests from the founding on, Great Stone's operating enterprises change by "
            "{first} in {first_quarter} and by {last} in {last_quarter} (median of pairs of runs, and 90%; "
            "`copark ablate great-stone`, fitted to 2020); by the calibration to 2024 by {mean} in the twelfth year "
            "(mean of logarithms, and 90%; `copark claims great-stone`, claim 2)."
        ),
        "zh": (
            "自创立起若无利益协调，中白工业园的运营企业数在{first_quarter}变化{first}，在{last_quarter}变化{last}"
            "（配对模拟的中位数与90%区间；`copark ablate great-stone`，拟合至2020年）；"
            "依据截至2024年的校准，第十二年变化{mean}"
            "（对数均值与90%区间；`copark claims great-stone`，论断2）。"
        ),
    }
    quarters = Texts("brief", lang)
    return words[lang].format(
        first=relative(first.low, first.median, first.high, lang),
        last=relative(last.low, last.median, last.high, lang),
        first_quarter=spelled(first.quarter, quarters),
        last_quarter=spelled(last.quarter, quarters),
        mean=relative(size.low, size.mean, size.high, lang),
    )


def framework(lang: str) -> str:
    """Tell what Great Stone is without its framework from the founding on and from now on, and why these differ."""
    whole = claimed("2", "whole")
    now = shipped("levers", GREAT_STONE).effect("framework-ends-now", "self_standing")
    operating = shipped("levers", GREAT_STONE).effect("framework-ends-now", "operating")
    land, result = (ablated("framework", measure)[0] for measure in ("serviced_area", "result_cumulative"))
    standing, size = whole["standing"], whole["size"]
    words = {
        "en": (
            "Never to have had the framework and its summits changes Great Stone's chance of being self-standing in "
            "its twentieth year by {never} points, and its operating enterprises in the twelfth by {size} (mean of "
            "logarithms; `copark claims great-stone`, claim 2). To end the framework now changes the chance of "
            "{horizon} by {now} points and the enterprises by {operating} (`copark levers great-stone`). "
            "These are two questions: without a framework from the founding on there is no land plan either, so that "
            "by {quarter} serviced land differs by {land} ha and what the company has earned in all by {result} "
            "(medians; `copark ablate great-stone`, fitted to 2020); to end it now leaves that land, and its cost, "
            "where they are."
        ),
        "zh": (
            "若从未有合作框架与首脑会晤，中白工业园第二十年的自立概率变化{never}个百分点，第十二年的运营企业数变化{size}"
            "（对数均值；`copark claims great-stone`，论断2）。"
            "若框架自即日起终止，{horizon}的自立概率变化{now}个百分点，"
            "运营企业数变化{operating}（`copark levers great-stone`）。"
            "二者所问不同：自创立起即无框架，也就没有土地规划，至{quarter}"
            "已开发土地相差{land}公顷，开发公司累计损益相差{result}"
            "（中位数；`copark ablate great-stone`，拟合至2020年）；"
            "自即日起终止，则已开发的土地及其成本不变。"
        ),
    }
    quarters = Texts("brief", lang)
    points = [
        shown(Interval(low, high, value), POINTS, lang)
        for low, value, high in (
            (standing.low, standing.mean, standing.high),
            (now.monte_carlo_low, now.mean, now.monte_carlo_high),
        )
    ]
    return words[lang].format(
        never=points[0],
        now=points[1],
        size=relative(size.low, size.mean, size.high, lang),
        operating=relative(operating.low, operating.median, operating.high, lang),
        land=shown(land.median, Column("land", "", Kind.change, places=0), lang),
        result=shown(result.median, Column("result", "", Kind.change, "M USD", places=0), lang, with_unit=True),
        quarter=spelled(land.quarter, quarters),
        horizon=spelled(now.quarter, quarters),
    )


def to_2020(lang: str) -> str:
    """Tell what the calibration to 2020 says of Great Stone's horizon, and how it fits."""
    earlier = shipped("brief", GREAT_STONE, VALIDATION_CUT)
    words = {
        "en": "*By the calibration to 2020.* {stands} Of {compared} comparable observations {outside} lie outside the "
        "5th to 95th percentile.",
        "zh": "*按截至2020年的校准。*{stands}{compared}个可比观测值中，{outside}个位于第5至95百分位之外。",
    }
    return words[lang].format(
        stands=standing(earlier, " --cut 2020Q4", lang), outside=earlier.outside, compared=earlier.compared
    )


def data(lang: str) -> str:
    """Count what is on record of Great Stone."""
    case = load_case(GREAT_STONE)
    words = {
        "en": "Great Stone has {observations} dated observations and {events} events from {sources} sources.",
        "zh": "中白工业园有{observations}个有日期的观测值和{events}项事件，出自{sources}个来源。",
    }
    counts = {name: len(getattr(case, name)) for name in ("observations", "events", "sources")}
    return words[lang].format(**counts)


def options(lang: str) -> str:
    """Count what the rule says of the options of all calibrated parks."""
    verdicts: Counter[str] = Counter()
    parks = shipped_cases()
    for case in parks:
        answer = shipped("levers", case)
        judgements = answer.recommendation.judgements
        verdicts.update("small" if judgement.is_only_too_small else judgement.word for judgement in judgements)
    words = {
        "en": (
            "Of {all} options of the {parks} calibrated parks the rule recommends {recommended}, advises against "
            "{avoid}; {small} are too small to act on, {unchanged} change nothing "
            "(`copark levers PARK`)."
        ),
        "zh": (
            "{parks}个已校准园区的{all}个选项中，获推荐者{recommended}个，应避免者{avoid}个，影响过小者{small}个，毫无影响者{unchanged}个"
            "（`copark levers 园区`）。"
        ),
    }
    return words[lang].format(
        all=sum(verdicts.values()),
        parks=len(parks),
        recommended=verdicts["recommended"] or {"en": "none", "zh": "0"}[lang],
        avoid=verdicts["avoid"],
        small=verdicts["small"],
        unchanged=verdicts["unchanged"],
    )
