"""Blocks on what observations inform: the calibrations of parks, and the joint posterior of all."""

from __future__ import annotations

from collections import Counter
from functools import cache

from copark.analyses.joint.findings import AxisFinding
from copark.analyses.registry import REGISTRY
from copark.calibration.calibrations import StoredPosterior
from copark.calibration.calibrations import load as load_posterior
from copark.calibration.diagnostics import Movement, health, movements, predictive_checks
from copark.cases.casebook import posteriors_of
from copark.cases.load import load_case
from copark.labels import lowered, observable_title
from copark.model.variables import catalogue
from copark.presentation.document import Bullets, Column, Kind
from copark.presentation.numbers import bounded, number, percent, reach, shown
from copark.texts import text
from document_blocks.shipped_answers import (
    BAND,
    GREAT_STONE,
    LATEST_CUT,
    TWO,
    VALIDATION_CUT,
    brief_of,
    of_quantiles,
    row,
    shipped,
    table_of,
)

CHANGE_ONE = Column("value", "", Kind.change, places=1)
MECHANISMS = ("equity", "network", "framework")
"""Groups of the joint posterior's parameters that the claims are about."""


@cache
def posterior(cut: str) -> StoredPosterior:
    """Return the calibration of Great Stone to a quarter that ships."""
    case = load_case(GREAT_STONE)
    return load_posterior(case, posteriors_of(case)[cut])


@cache
def moved(cut: str) -> tuple[Movement, ...]:
    """Return how far the observations to a quarter move each parameter of Great Stone, the most moved first."""
    replay = posterior(cut).replay
    return movements(replay.space, replay.points)


def calibrations(lang: str) -> str:
    """Tell how well each calibration fits, and what becomes of its park."""
    heads = {
        "en": "| park | observations to, number | R̂ | outside the 90% band | self-standing in (year) | recorded |",
        "zh": "| 园区 | 观测截至，个数 | R̂ | 90%区间之外 | 自立（年份） | 实际结局 |",
    }
    cells = {
        "en": ("{cut}, {values}", "{outside} of {compared}", "{share} ({year})"),
        "zh": ("{cut}，{values}个", "{compared}个中{outside}个", "{share}（{year}年）"),
    }[lang]
    recorded = {park.case: park.recorded for park in shipped("reliability").parks}
    lines = [heads[lang], "|---|---|---:|---:|---:|---|"]
    for case, outcome in recorded.items():
        brief = brief_of(case)
        if brief is None:
            continue
        values = {
            "cut": brief.trust.cut,
            "values": brief.trust.values,
            "outside": brief.outside,
            "compared": brief.compared,
            "share": percent(brief.share("self_standing").share),
            "year": brief.horizon[:4],
        }
        seen, outside, share = (cell.format(**values) for cell in cells)
        searches = number(brief.trust.scale_reduction, 2)
        became = text(f"parks.status.{outcome}", lang)
        lines.append(row([brief.park.text(lang), seen, searches, outside, share, became]))
    return "\n".join(lines)


def fit(lang: str) -> str:
    """Tell how many observations lie outside what the calibrated model gives."""
    home = shipped("brief", GREAT_STONE)
    others = [brief_of(park.case) for park in shipped("reliability").parks if park.case != GREAT_STONE]
    briefs = [brief for brief in others if brief is not None]
    outside = sum(brief.outside for brief in briefs)
    compared = sum(brief.compared for brief in briefs)
    values = {
        "outside": home.outside,
        "compared": home.compared,
        "expected": round(home.compared / 10),
        "parks": len(briefs),
        "others": outside,
        "all": compared,
        "share": percent(outside / compared),
    }
    words = {
        "en": (
            "Of {compared} comparable observations of Great Stone {outside} lie outside the 5th to 95th percentile, "
            "where about {expected} would if the model were right; of the other {parks} calibrated parks {others} of "
            "{all} do ({share})."
        ),
        "zh": (
            "中白工业园{compared}个可比观测值中，{outside}个位于第5至95百分位之外；若模型无误，应约为{expected}个。"
            "其余{parks}个已校准园区的{all}个观测值中，有{others}个（{share}）位于区间之外。"
        ),
    }
    return words[lang].format(**values)


def joint(lang: str) -> str:
    """Tell how much the joint posterior finds, and what it says of the weight of the home side's effort."""
    answer = shipped("joint")
    axes = [axis for axis in answer.axes if axis.group != "panel"]
    weight = next(axis for axis in axes if axis.name == "home_contribution")
    coverage = [axis.coverage for axis in axes]
    firm = [axis.word for axis in axes if axis.is_firm]
    values = {
        "word": word_over_seeds(weight, lang),
        "unsteady": len(axes) - len(firm),
        "parks": len(answer.parks),
        "values": sum(park.values for park in answer.parks),
        "panels": number(answer.panels, 0),
        "tested": number(answer.tested, 0),
        "parameters": len(axes),
        "informed": firm.count("moved"),
        "cannot": firm.count("cannot"),
        "prior": shown(of_quantiles(weight.prior), TWO, lang),
        "posterior": shown(of_quantiles(weight.posterior), TWO, lang),
        "found": number(weight.r2, 2),
        "coverage": percent(answer.coverage),
        "low": percent(min(coverage)),
        "high": percent(max(coverage)),
        "broken": percent(answer.broken),
        "records": answer.records,
        "seed": answer.seed,
    }
    words = {
        "en": (
            "{parks} parks and {values} dated values inform {informed} of the {parameters} "
            "mechanisms that parks share; {cannot} cannot be informed: in {tested} simulated panels that "
            "were not learned from (of {panels}), the same reports find less than a tenth of their variance. "
            "Another {unsteady} are not counted, because another seed may say another word. The "
            "weight of the home side's effort in service, α, is {posterior}, by the prior {prior}; simulated panels "
            "find {found} of its variance: {word}. "
            "Intervals of 90% hold {coverage} of truths in {records} simulated panels "
            "({low} to {high} by parameter), and {broken} where parks' mechanisms differ although the inference "
            "supposes they do not. Seed {seed}."
        ),
        "zh": (
            "{parks}个园区的{values}个有日期的数值，使{parameters}个共有机制参数中的{informed}个受到约束；"
            "另有{cannot}个无法约束：在{tested}个未用于学习的模拟面板中（共{panels}个），同样的报告只能找回其方差的不到十分之一。"
            "还有{unsteady}个不计入，因为换一个随机种子，用语可能不同。"
            "投资国一方投入在服务水平中的权重α为{posterior}，先验为{prior}；模拟面板找回其方差的{found}：{word}。"
            "在{records}个模拟面板中，90%区间包含{coverage}的真值（各参数{low}至{high}）；"
            "若各园区机制其实不同（与假定不符），则为{broken}。随机种子为{seed}。"
        ),
    }
    return words[lang].format(**values)


def word_over_seeds(axis: AxisFinding, lang: str) -> str:
    """Return the word for a parameter of the joint posterior, with those that another seed may say."""
    word = text(f"joint.word.{axis.word}", lang)
    quoted = [text("joint.quoted", lang, word=text(f"joint.word.{name}", lang)) for name in axis.other_words]
    others = text("joint.or", lang).join(quoted)
    return text("joint.another_seed", lang, word=word, others=others) if others else word


def joint_table(lang: str) -> str:
    """Tell of the mechanisms of equity, network and framework that all parks inform what they say together."""
    heads = {
        "en": "| parameter | prior | joint posterior | | R² in simulated panels | with service levels too | "
        "with lists of services |",
        "zh": "| 参数 | 先验 | 联合后验 | | 模拟面板中的 R² | 若另有服务水平 | 若另有服务清单 |",
    }
    lines = [heads[lang], "|---|---|---|---|---:|---:|---:|"]
    for axis in shipped("joint").axes:
        if axis.group not in MECHANISMS or axis.word not in ("moved", "weakly"):
            continue
        word = word_over_seeds(axis, lang)
        _, service, _, lists = axis.further
        bands = [shown(of_quantiles(quantiles), BAND, lang) for quantiles in (axis.prior, axis.posterior)]
        lines.append(row([axis.title(lang), *bands, word, *(number(value, 2) for value in (axis.r2, service, lists))]))
    return "\n".join(lines)


def joint_more(lang: str) -> str:
    """Tell what else would tell of the weight of the home side's effort, and on which park it hangs."""
    answer = shipped("joint")
    weight = next(axis for axis in answer.axes if axis.name == "home_contribution")
    counts, service, _, lists = weight.further
    park = max(answer.parks, key=lambda park: abs(park.first))
    values = {
        "found": weight.r2,
        "counts": counts,
        "service": service,
        "lists": lists,
        "suzhou": next(park.listed for park in answer.parks if park.name == "suzhou"),
        "without": weight.posterior[2] + park.first,
    }
    words = {
        "en": (
            "Four dated counts of every park would raise R² of α from {found} to {counts}, four service levels to "
            "{service}, lists of promised services (five at each of four dates in every park) to **{lists}**, Suzhou's "
            "list alone to {suzhou}. Without {park} α would be {without}; no other park moves it farther."
        ),
        "zh": (
            "若每个园区有四次定期计数，α的R²可由{found}升至{counts}；有四次服务水平，升至{service}；"
            "有承诺服务的清单（每个园区在四个时点各有五项），升至**{lists}**；仅有苏州的清单，升至{suzhou}。"
            "去掉{park}，α为{without}，其他园区的影响均小于此。"
        ),
    }
    return words[lang].format(park=park.title.text(lang), **{name: number(value, 2) for name, value in values.items()})


def evidence(lang: str) -> str:
    """Tell which families of mechanisms the observations favour over all parks, and on which single park that hangs."""
    answer = shipped("evidence")
    document = REGISTRY["evidence"].document(answer, lang)
    section = next(section for section in document.sections if section.key == "families")
    remarks = [sentence for block in section.blocks if isinstance(block, Bullets) for sentence in block.items]
    columns = "family parks evidence error word influential others word_others"
    joined = {"en": " ", "zh": ""}[lang].join(remarks)
    return "\n".join([document.headline, "", table_of(answer, "evidence", "families", columns, lang), "", joined])


def posteriors(lang: str) -> str:
    """Tell how well each calibration of Great Stone searched and fits, and which values it does not reach."""
    heads = {
        "en": "| observations to | values | searches | R̂ | different pasts | misfit, errors of observation |",
        "zh": "| 观测截至 | 数值个数 | 搜索次数 | R̂ | 不同的历史（有效数目） | 与观测值之差（观测误差的倍数） |",
    }
    lines = [heads[lang], "|---|---:|---:|---:|---:|---:|"]
    for cut in (VALIDATION_CUT, LATEST_CUT):
        replay = posterior(cut).replay
        numbers = health(replay)
        cells = [
            str(len(replay.model.targets)),
            str(len(replay.log_evidence)),
            number(numbers["disagreement"], 2),
            number(numbers["pasts"], 0),
            number(numbers["misfit"], 2),
        ]
        lines.append(row([cut, *cells]))
    return "\n".join([*lines, "", *(missed(cut, lang) for cut in (VALIDATION_CUT, LATEST_CUT))])


def missed(cut: str, lang: str) -> str:
    """Name the values of Great Stone outside the 90% interval of what the replays of a calibration would report."""
    replay = posterior(cut).replay
    checks = predictive_checks(replay.model, replay.counterparts)
    outside = [check for check in checks if not check.inside]
    pattern = {"en": "{title} {date}: {reported} ({band})", "zh": "{date}{title}：{reported}（{band}）"}[lang]
    names = [
        pattern.format(
            title=lowered(observable_title(check.target.variable, lang)),
            date=check.target.date,
            reported=bounded(
                check.target.value, check.target.high, check.target.bound, check.target.unit, lang, "spoken"
            ),
            band=reach(check.low, check.high, check.target.unit, lang),
        )
        for check in outside
    ]
    words = {
        "en": ("Outside the 90% interval of the replays ({count} of {values} values to {cut}){names}.", ": "),
        "zh": ("截至{cut}的{values}个数值中，位于历史再现样本90%区间之外的有{count}个{names}。", "："),
    }
    sentence, colon = words[lang]
    listing = colon + {"en": "; ", "zh": "；"}[lang].join(names) if names else ""
    return sentence.format(cut=cut, count=len(outside), values=len(checks), names=listing)


def informed(lang: str) -> str:
    """Name the parameters that Great Stone's observations inform, by the latest calibration."""
    heads = {
        "en": "| the observations to {cut} | parameters | | to {earlier} |",
        "zh": "| 截至{cut}的观测 | 参数个数 | | 截至{earlier} |",
    }
    titles = {
        "moved": {"en": "inform", "zh": "约束"},
        "weakly": {"en": "inform weakly", "zh": "约束较弱"},
        "unmoved": {"en": "do not inform", "zh": "不约束"},
    }
    lines = [heads[lang].format(cut=LATEST_CUT, earlier=VALIDATION_CUT), "|---|---:|---|---:|"]
    for verdict, title in titles.items():
        own = [movement for movement in moved(LATEST_CUT) if movement.verdict == verdict]
        earlier = sum(movement.verdict == verdict for movement in moved(VALIDATION_CUT))
        titles_of = (lowered(movement.title(lang)) for movement in own)
        # of what is not informed there are too many to name: a run's report lists them
        names = {"en": "; ", "zh": "、"}[lang].join(titles_of) if verdict != "unmoved" else "…"
        lines.append(row([title[lang], str(len(own)), names, str(earlier)]))
    return "\n".join(lines)


def informed_counts(lang: str) -> str:
    """Count the parameters that Great Stone's observations inform, by the calibration to 2020."""
    verdicts = Counter(movement.verdict for movement in moved(VALIDATION_CUT))
    latest = Counter(movement.verdict for movement in moved(LATEST_CUT))
    words = {
        "en": (
            "Of the {all} parameters that a calibration of Great Stone estimates, its observations to 2020 inform "
            "{moved}, and {weakly} weakly; those to 2024 inform {latest}, and {latest_weakly} weakly."
        ),
        "zh": (
            "中白工业园的校准估计{all}个参数：截至2020年的观测约束其中{moved}个，另有{weakly}个较弱；"
            "截至2024年者为{latest}个与{latest_weakly}个。"
        ),
    }
    return words[lang].format(
        all=sum(verdicts.values()),
        moved=verdicts["moved"],
        weakly=verdicts["weakly"],
        latest=latest["moved"],
        latest_weakly=latest["weakly"],
    )


def judgement(lang: str) -> str:
    """Count the parameters of the model that rest on judgement, and those that are fixed."""
    parameters = catalogue().parameters.values()
    words = {
        "en": (
            "Of the model's {all} parameters {judged} are judgement, among them {both} of the {fixed} that are fixed."
        ),
        "zh": "模型的{all}个参数中，{judged}个出自判断，包括{fixed}个固定值中的{both}个。",
    }
    judged = [parameter for parameter in parameters if parameter.grade == "judgement"]
    return words[lang].format(
        all=len(parameters),
        judged=len(judged),
        fixed=sum(parameter.prior.kind == "fixed" for parameter in parameters),
        both=sum(parameter.prior.kind == "fixed" for parameter in judged),
    )
