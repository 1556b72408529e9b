"""Write the numbers of results that ship into the documents that tell them, or check that they are current.

``python docs/build_numbers.py`` writes; with ``--check`` it writes nothing and exits with 1 if a document tells what no
shipped result says. A block of a document is what stands between ``<!-- numbers: NAME -->`` and ``<!-- /numbers -->``;
each block is a function of this file, of a language.
"""  # noqa: INP001 - a script beside the documents

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.brief.show import spelled
from copark.analyses.claims.evidence import AGAINST, factor, is_tested, speaks_against
from copark.analyses.claims.words import OPEN
from copark.analyses.contract import Texts
from copark.analyses.registry import REGISTRY
from copark.analyses.sensitivity.samples import held
from copark.analyses.shipped import FIVE
from copark.calibration.calibrations import StoredPosterior
from copark.calibration.calibrations import load as load_posterior
from copark.calibration.case_parameters import shipped_cases
from copark.calibration.diagnostics import Movement, health, movements, predictive_checks, title_of
from copark.calibration.rolling_origin import BLIND
from copark.cases.casebook import posteriors_of
from copark.cases.load import load_case
from copark.cases.observed_variables import country_name
from copark.labels import claim_number, lowered, method_title, observable_title
from copark.model.variables import catalogue
from copark.presentation.document import Bullets, Chart, Column, Interval, Kind, Section, Table
from copark.presentation.numbers import bounded, number, percent, reach, shown, spoken
from copark.texts import text
from copark.version import CALIBRATION_VERSION, MODEL_VERSION, PANEL_VERSION, __version__

ROOT = Path(__file__).parent.parent
DOCUMENTS: Mapping[str, str] = {
    "README.md": "en",
    "README.zh.md": "zh",
    "docs/findings.md": "en",
    "docs/findings.zh.md": "zh",
    "docs/validity.md": "en",
    "docs/validity.zh.md": "zh",
    "docs/reliability.md": "en",
    "docs/reliability.zh.md": "zh",
    "docs/model/card.md": "en",
    "docs/model/card.zh.md": "zh",
    "docs/model/TRACE.md": "en",
}
"""Documents with blocks, and their languages."""
SWAPPED, KEPT = "swap", "unswapped"
BLOCK = re.compile(r"(<!-- numbers: ([\w-]+) -->\n).*?(<!-- /numbers -->)", re.DOTALL)
NEVER = "never"
ENDS = {"control": "2001", "memorandum": "1999", "mayor": "1998", NEVER: NEVER}
"""Readings of when Suzhou's rivalry ended, by the key of their scenarios."""
GREAT_STONE = "great-stone"
PRICES_AND_COSTS = ("overhead", "no-fee", "high-fee", "low-price", "high-price")
"""Scenarios of the study of fixed values that change what a company pays or takes."""
VALIDATION_CUT, LATEST_CUT = "2020Q4", "2024Q4"
"""Last quarters of the observations that the two calibrations of Great Stone are fitted to."""
MECHANISMS = ("equity", "network", "framework")
"""Groups of the joint posterior's parameters that the claims are about."""
HARDLY_FOUND = 0.1
"""R² in simulated panels below which a parameter that moved may have moved by chance (decision 0061)."""
MOST_OPTIONS = 4
"""Options that a sentence names as those that move most."""
MOST_TOLD = 5
"""Parameters that a table of sensitivity names for a park, at most."""
TWO = Column("value", "", Kind.number, places=2)
THREE = Column("value", "", Kind.number, places=3)
BAND = Column("value", "", Kind.number)
POINTS = Column("value", "", Kind.points)
CHANGE = Column("value", "", Kind.change)


@cache
def shipped(name: str, case: str | None = None, cut: str | None = None) -> Any:
    """Return the newest answer that ships of an analysis, for a case and a cut where these are asked for.

    Raises
    ------
    LookupError
        If none ships.
    """
    analysis = REGISTRY[name]
    for run_id, head in listed(SHIPPED, analysis):
        params = head["params"]
        if (params.get("case"), params.get("cut"), params.get("since")) == (case, cut, None):
            stored = load(place_of(SHIPPED, analysis, run_id), analysis)
            if stored is not None:
                return stored.result
    raise LookupError(f"no result of {name} ships for {case} to {cut}")


@cache
def posterior(cut: str) -> StoredPosterior:
    """Return the calibration of Great Stone to a quarter that ships."""
    case = load_case(GREAT_STONE)
    return load_posterior(case, posteriors_of(case)[cut])


@cache
def moved(cut: str) -> tuple[Movement, ...]:
    """Return how far the observations to a quarter move each parameter of Great Stone, the most moved first."""
    own = posterior(cut).parameters
    return movements(own.space, own.points, own.weights)


def suzhou_turns(lang: str) -> str:
    """Tell in how many runs Suzhou turns from loss to profit, by the end of the rivalry and by the shares."""
    arms = {arm.key: arm for arm in shipped("suzhou").arms}
    head = {
        "en": "| the rivalry ends | shares swapped in 2001 | shares kept at 65/35 |",
        "zh": "| 竞争结束的时间 | 2001年股比对调 | 股比维持65∶35 |",
    }[lang]
    never = {"en": "never", "zh": "从未结束"}[lang]
    rows = [head, "|---|---:|---:|"]
    for end, year in ENDS.items():
        cells = [percent(arms[f"{end}-{shares}"].turned) for shares in (SWAPPED, KEPT)]
        rows.append(f"| {never if end == NEVER else year} | {' | '.join(cells)} |")
    return "\n".join(rows)


def suzhou_results(lang: str) -> str:
    """Tell the developer's accumulated result to the end of 2003 by what was changed, the range over readings."""
    arms = {arm.key: arm for arm in shipped("suzhou").arms}
    result = {key: round(arm.result_2003.median) for key, arm in arms.items()}
    neither = result[f"{NEVER}-{KEPT}"]
    swap = result[f"{NEVER}-{SWAPPED}"]
    ended = [result[f"{end}-{KEPT}"] for end in ENDS if end != NEVER]
    both = [result[f"{end}-{SWAPPED}"] for end in ENDS if end != NEVER]
    words = {
        "en": (
            "The developer's accumulated result to the end of 2003 (medians): {neither} with neither change, "
            "{swap} with the swap alone, {ended_low} to {ended_high} with the end of the rivalry alone, {both_low} to "
            "{both_high} with both: at every reading of the date, the end of the rivalry counts for more than the swap."
        ),
        "zh": (
            "至2003年底，开发公司累计损益的中位数为：两者皆无{neither}，仅对调{swap}，仅竞争结束{ended_low}至{ended_high}，"
            "两者兼有{both_low}至{both_high}：无论取哪个时间，竞争结束的作用都大于对调。"
        ),
    }[lang]
    assert max(swap, neither) < min(ended), "the sentence no longer holds"  # noqa: S101
    values = {
        "neither": neither,
        "swap": swap,
        "ended_low": min(ended),
        "ended_high": max(ended),
        "both_low": min(both),
        "both_high": max(both),
    }
    return words.format(**{name: signed(value, lang) for name, value in values.items()})


def signed(value: int, lang: str) -> str:
    """Return an amount of M USD in words with its sign."""
    return ("+" if value > 0 else "") + spoken(value, "M USD", lang)


def reliability(lang: str) -> str:
    """Tell what chances of being self-standing have meant over the casebook."""
    found = shipped("reliability")
    values = {
        "parks": len(found.parks),
        "said": percent(found.mean),
        "thrive": percent(found.observed),
        "calibrated": len(found.calibrated),
        "calibrated_said": percent(found.calibrated_mean),
        "calibrated_thrive": percent(found.calibrated_observed),
    }
    words = {
        "en": (
            "Over the casebook (`copark reliability`): {parks} parks simulated as if never seen are called "
            "self-standing in {said} of runs, {thrive} of them thrive or survive; the {calibrated} parks with a "
            "calibration are given {calibrated_said}, {calibrated_thrive} of them thrive or survive."
        ),
        "zh": (
            "就整个案例库而言（`copark reliability`）：{parks}个园区按从未见过抽样时，判为自立的占{said}，"
            "实际繁荣或存续的占{thrive}；{calibrated}个有校准结果的园区平均为{calibrated_said}，"
            "实际繁荣或存续的占{calibrated_thrive}。"
        ),
    }[lang]
    return words.format(**values)


def thilawa(lang: str) -> str:
    """Quote the first sentences of the brief of Thilawa: what an answer looks like."""
    document = shipped("brief", "thilawa").document(lang)
    findings = next(section for section in document.sections if section.key == "findings")
    advice = next(block.items for block in findings.blocks if hasattr(block, "items"))
    return "> " + (" " if lang == "en" else "").join([document.headline, *advice[:2]])


def join(names: Iterable[str], lang: str) -> str:
    """Return names one after the other."""
    return {"en": ", ", "zh": "、"}[lang].join(names)


def row(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def words_only(column: Column) -> bool:
    """Tell whether a column holds words rather than numbers."""
    return column.kind in (Kind.text, Kind.note, Kind.quarter, Kind.source)


def table_of(answer: Any, name: str, key: str, columns: str, lang: str, rows: slice = slice(None)) -> str:
    """Write some columns of a table of an answer's document, with the words and digits that its command shows."""
    document = REGISTRY[name].document(answer, lang)
    table = next(one for section in document.sections for one in tables(section) if one.key == key)
    by_key = {column.key: at for at, column in enumerate(table.columns)}
    chosen = [by_key[column] for column in columns.split()]
    heads = [table.columns[at] for at in chosen]
    lines = [row(column.title for column in heads)]
    lines.append("|" + "|".join("---" if words_only(column) else "---:" for column in heads) + "|")
    lines += [row(shown(cells[at], table.columns[at], lang) for at in chosen) for cells in table.rows[rows]]
    return "\n".join(lines)


def tables(section: Section) -> Iterable[Table]:
    """Return the tables of a section, those beside charts too."""
    for block in section.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart) and isinstance(block.numbers, Table):
            yield block.numbers


def claims(lang: str) -> str:
    """Tell of every claim its word, its probability, what the observations say, and how many assumptions turn it."""
    heads = {
        "en": "| claim | word | P | by the prior alone | Bayes factor | turned by (of {count} assumptions) | parts |",
        "zh": "| 论断 | 用语 | 概率 | 仅凭先验 | 贝叶斯因子 | 使其翻转的替代假定（共{count}项） | 分项 |",
    }
    part_title = {"en": "{title} ({share})", "zh": "{title}（{share}）"}[lang]
    found = shipped("claims", GREAT_STONE)
    lines = [heads[lang].format(count=len(found.file.claims.judgement)), "|---|---|---:|---:|---:|---:|---|"]
    for claim in found.claims:
        parts = [
            part_title.format(title=part.part.title.text(lang), share=percent(part.probability))
            for part in claim.deciding
            if part.why != "lacking"
        ]
        lines.append(
            row(
                [
                    f"{claim_number(claim.claim.id, lang)} {claim.claim.title.text(lang)}",
                    word_of(claim, lang),
                    percent(claim.probability),
                    percent(claim.prior_probability),
                    shown(factor(claim), TWO, lang),
                    str(len(turning(claim))),
                    join(parts, lang) if len(claim.deciding) > 1 else "",
                ]
            )
        )
    return "\n".join(lines)


def word_of(claim: Any, lang: str) -> str:
    """Return the word of a claim; of one that nothing measures, that it was not tested."""
    untested = {"en": "not tested", "zh": "未作检验"}[lang]
    return text(f"claims.word.{claim.word}", lang) if is_tested(claim) else untested


def turning(claim: Any) -> set[str]:
    """Return the alternative assumptions that turn a part on which a claim rests."""
    return {variant for part in claim.deciding for variant in part.flipped}


def claims_said(lang: str) -> str:
    """Tell which claims the observations speak for or against, and which words hang on an assumption."""
    found = shipped("claims", GREAT_STONE)
    factors = {claim.claim.id: factor(claim) for claim in found.claims}

    def names(claims: Iterable[Any]) -> str:
        none = {"en": "none", "zh": "无"}[lang]
        return join((claim_number(claim.claim.id, lang) for claim in claims), lang) or none

    tested = [claim for claim in found.claims if is_tested(claim)]
    turned = [claim for claim in tested if claim.turned]
    favoured = [claim for claim in tested if (ratio := factors[claim.claim.id]) and ratio.low > 1.0 / AGAINST]
    numbers = {
        "runs": number(found.runs, 0),
        "against": names(claim for claim in tested if speaks_against(claim)),
        "favour": names(favoured),
        "claims": len(found.claims),
        "untested": names(claim for claim in found.claims if not is_tested(claim)),
        "tested": len(tested),
        "open": sum(claim.word == OPEN for claim in tested),
        "turned": len(turned),
        "names": names(turned),
    }
    words = {
        "en": (
            "A word is no evidence. Bayes factors (posterior over prior odds, with their Monte Carlo intervals) tell "
            "what the observations to 2024 add. Against: {against}. For: {favour}. Of the others they say little, or "
            "nothing that is clear of a factor of three. Of {claims} claims and rivals {tested} were tested (not "
            "tested: {untested}); {open} of these are open, {turned} since an assumption turns them ({names}). {runs} "
            "runs."
        ),
        "zh": (
            "用语不等于证据。贝叶斯因子（后验优势与先验优势之比，附蒙特卡洛区间）显示截至2024年的观测所提供的信息。"
            "相左者：{against}；支持者：{favour}；就其余各项而言，观测说明甚少，或其区间未越过三倍。"
            "{claims}条论断与竞争性解释中检验了{tested}条（未作检验：{untested}），其中{open}条尚无定论，"
            "内有{turned}条（{names}）系被某一假定翻转。共模拟{runs}次。"
        ),
    }
    return words[lang].format(**numbers)


def claims_short(lang: str) -> str:
    """Name the claims that are not open, by their words, and those that the observations speak for or against."""
    tested = [claim for claim in shipped("claims", GREAT_STONE).claims if is_tested(claim)]
    favoured = [claim for claim in tested if (ratio := factor(claim)) and ratio.low > 1.0 / AGAINST]

    def named(claims: Iterable[Any], prior: bool = False) -> str:
        chance = {"en": "; {share} by the prior alone", "zh": "；仅凭先验{share}"}[lang]
        shape = {"en": "“{title}” ({id}{more})", "zh": "“{title}”（{id}{more}）"}[lang]
        return join(
            (
                shape.format(
                    title=claim.claim.title.text(lang),
                    id=claim_number(claim.claim.id, lang),
                    more=chance.format(share=percent(claim.prior_probability)) if prior else "",
                )
                for claim in claims
            ),
            lang,
        )

    colon, stop = {"en": (": ", "; "), "zh": ("：", "；")}[lang]
    decided = [
        f"{text(f'claims.word.{word}', lang)}{colon}{named(those, prior=True)}"
        for word in dict.fromkeys(claim.word for claim in tested if claim.word != OPEN)
        if (those := [claim for claim in tested if claim.word == word])
    ]
    words = {
        "en": (
            "Of {tested} claims and rivals tested on Great Stone (`copark claims great-stone`) {open} are open. Of the "
            "others, {decided}. What was observed to 2024 speaks against {against}, and for {favour}."
        ),
        "zh": (
            "就中白工业园检验的{tested}条论断与竞争性解释中（`copark claims great-stone`），{open}条尚无定论。"
            "其余为{decided}。截至2024年的观测与{against}相左，支持{favour}。"
        ),
    }[lang]
    numbers = (claim_number(claim.claim.id, lang) for claim in favoured)
    return words.format(
        tested=len(tested),
        open=sum(claim.word == OPEN for claim in tested),
        decided=stop.join(decided),
        against=named(claim for claim in tested if speaks_against(claim)),
        favour=join(numbers, lang),
    )


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


def brief_of(case: str) -> Any:
    """Return the brief that ships of a park that has a calibration; ``None`` of another."""
    try:
        return shipped("brief", case)
    except LookupError:
        return None


def fit(lang: str) -> str:
    """Tell how many observations lie outside what the calibrated model gives."""
    home = shipped("brief", GREAT_STONE)
    others = [brief_of(park.case) for park in shipped("reliability").parks if park.case != GREAT_STONE]
    briefs = [one for one in others if one is not None]
    outside, compared = sum(one.outside for one in briefs), sum(one.compared for one in briefs)
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


def great_stone(lang: str) -> str:
    """Tell where Great Stone stands at its horizon."""
    return standing(shipped("brief", GREAT_STONE), "", lang)


def standing(brief: Any, options: str, lang: str) -> str:
    """Tell where Great Stone stands at its horizon by a brief, with the options of its command."""
    bands = {name: Interval(*(float(band[at, -1]) for at in (0, 4, 2))) for name, band in brief.bands.items()}
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


def joint(lang: str) -> str:
    """Tell how much the joint posterior finds, and what it says of the weight of the home side's effort."""
    found = shipped("joint")
    axes = [axis for axis in found.axes if axis.group != "panel"]
    weight = next(axis for axis in axes if axis.name == "home_contribution")
    coverage = [axis.coverage for axis in axes]
    words_of = {name: text(f"joint.word.{name}", lang) for name in (weight.word, *weight.other_words)}
    quoted = [text("joint.quoted", lang, word=words_of[name]) for name in weight.other_words]
    others = text("joint.or", lang).join(quoted)
    word = words_of[weight.word]
    values = {
        "word": text("joint.another_seed", lang, word=word, others=others) if others else word,
        "unsteady": sum(bool(axis.other_words) for axis in axes),
        "parks": len(found.parks),
        "values": sum(park.values for park in found.parks),
        "panels": number(found.panels, 0),
        "tested": number(found.tested, 0),
        "parameters": len(axes),
        "informed": sum(axis.word == "moved" for axis in axes),
        "cannot": sum(axis.word == "cannot" for axis in axes),
        "prior": shown(of_quantiles(weight.prior), TWO, lang),
        "posterior": shown(of_quantiles(weight.posterior), TWO, lang),
        "found": number(weight.r2, 2),
        "coverage": percent(found.coverage),
        "low": percent(min(coverage)),
        "high": percent(max(coverage)),
        "broken": percent(found.broken),
        "records": found.records,
        "seed": found.seed,
    }
    words = {
        "en": (
            "{parks} parks and {values} dated values inform {informed} of the {parameters} "
            "mechanisms that parks share; {cannot} cannot be informed: in {tested} simulated panels that "
            "were not learned from (of {panels}), the same reports find less than a tenth of their variance. The "
            "weight of the home side's effort in service, α, is {posterior}, by the prior {prior}; simulated panels "
            "find {found} of its variance: {word}. For {unsteady} of the mechanisms another seed may say another word. "
            "Intervals of 90% hold {coverage} of truths in {records} simulated panels "
            "({low} to {high} by parameter), and {broken} where parks' mechanisms differ although the inference "
            "supposes they do not. Seed {seed}."
        ),
        "zh": (
            "{parks}个园区的{values}个有日期的数值，使{parameters}个共有机制参数中的{informed}个受到约束；"
            "另有{cannot}个无法约束：在{tested}个未用于学习的模拟面板中（共{panels}个），同样的报告只能找回其方差的不到十分之一。"
            "投资国一方投入在服务水平中的权重α为{posterior}，先验为{prior}；模拟面板找回其方差的{found}：{word}。"
            "换一个随机种子，其中{unsteady}个机制参数的用语可能不同。"
            "在{records}个模拟面板中，90%区间包含{coverage}的真值（各参数{low}至{high}）；"
            "若各园区机制其实不同（与假定不符），则为{broken}。随机种子为{seed}。"
        ),
    }
    return words[lang].format(**values)


def of_quantiles(quantiles: tuple[float, ...]) -> Interval:
    """Return the median and the 90% interval of quantiles at 5, 25, 50, 75 and 95%."""
    return Interval(quantiles[0], quantiles[4], quantiles[2])


def joint_table(lang: str) -> str:
    """Tell of each mechanism of equity, network and framework what all parks say of it together, and could say."""
    heads = {
        "en": "| parameter | prior | joint posterior | | R² in simulated panels | with service levels too | "
        "with lists of services |",
        "zh": "| 参数 | 先验 | 联合后验 | | 模拟面板中的 R² | 若另有服务水平 | 若另有服务清单 |",
    }
    chance = {"en": "{word}, perhaps by chance (R² below 0.1)", "zh": "{word}，或出于偶然（R²小于0.1）"}[lang]
    lines = [heads[lang], "|---|---|---|---|---:|---:|---:|"]
    for axis in shipped("joint").axes:
        if axis.group not in MECHANISMS:
            continue
        word = text(f"joint.word.{axis.word}", lang)
        if axis.word == "moved" and axis.r2 < HARDLY_FOUND:
            word = chance.format(word=word)
        _, service, _, lists = axis.further
        bands = [shown(of_quantiles(quantiles), BAND, lang) for quantiles in (axis.prior, axis.posterior)]
        lines.append(row([axis.title(lang), *bands, word, *(number(value, 2) for value in (axis.r2, service, lists))]))
    return "\n".join(lines)


def joint_more(lang: str) -> str:
    """Tell what else would tell of the weight of the home side's effort, and on which park it hangs."""
    found = shipped("joint")
    weight = next(axis for axis in found.axes if axis.name == "home_contribution")
    counts, service, _, lists = weight.further
    park = max(found.parks, key=lambda one: abs(one.first))
    values = {
        "found": weight.r2,
        "counts": counts,
        "service": service,
        "lists": lists,
        "suzhou": next(one.listed for one in found.parks if one.name == "suzhou"),
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


def reliability_scores(lang: str) -> str:
    """Tell how well chances of being self-standing tell which parks thrive or survive."""
    found = shipped("reliability")
    scores = {score.key: score for score in found.scores}
    last = scores["calibrated"]
    values = {
        "parks": len(found.parks),
        "known": found.known,
        "rate": percent(found.going_well / found.known),
        "tells": shown(Interval(found.discrimination_low, found.discrimination_high, found.discrimination), TWO, lang),
        **{key: number(score.brier, 3) for key, score in scores.items()},
        "least": shown(last.low, TWO, lang),
        "most": shown(last.high, TWO, lang),
        "of": last.parks,
    }
    words = {
        "en": (
            "A park that thrives or survives was given more than one that does not in {tells} of pairs, where 0.5 is "
            "chance: no evidence that the model can rank parks. Brier scores over {parks} parks: the model {model}, "
            "corrected by the other parks {corrected}, the other parks' base rate {base_rate}; over the {of} with a "
            "calibration {calibrated} (difference to the base rate {least} to {most}). Of all {known} parks whose "
            "outcome is known {rate} thrive or survive."
        ),
        "zh": (
            "繁荣或存续的园区所得概率高于其他园区的配对占{tells}，0.5即为偶然：没有证据表明模型能为园区排序。"
            "{parks}个园区的Brier评分：模型{model}，以其他园区校正后{corrected}，其他园区的基准比率{base_rate}；"
            "有校准结果的{of}个园区为{calibrated}（与基准比率之差{least}至{most}）。"
            "结局已知的全部{known}个园区中，{rate}繁荣或存续。"
        ),
    }
    return words[lang].format(**values)


def voi(lang: str) -> str:
    """Tell of every open part of a claim which observation takes most uncertainty away, and of which it takes most."""
    found = shipped("voi", GREAT_STONE)
    columns = "claim probability observation date precision before after decided gain"
    return after_headline("voi", found, table_of(found, "voi", "best", columns, lang), lang)


def after_headline(name: str, answer: Any, table: str, lang: str) -> str:
    """Return the first sentences of an answer, and a table below."""
    return f"{REGISTRY[name].document(answer, lang).headline}\n\n{table}"


def link_impact(lang: str) -> str:
    """Tell which link matters most from now on, and how many matter not at all."""
    found = shipped("link-impact", GREAT_STONE)
    felt = {impact.link for impact in found.impacts if impact.exists}
    typical = {impact.link for impact in found.impacts if impact.exists and not impact.rare}
    between = {name for name in found.links if catalogue().links[name].source_room == "governments"}
    values = {
        "headline": REGISTRY["link-impact"].document(found, lang).headline,
        "quiet": len(set(found.links) - felt),
        "rare": len(felt - typical),
        "links": len(found.links),
        "between": len(between),
        "between_felt": len(between & felt),
        "between_typical": len(between & typical),
    }
    words = {
        "en": (
            "{headline} Of {links} links, {rare} are felt in some runs and leave every median where it is, and {quiet} "
            "are felt in less than one run in a hundred. Of the {between} that leave the two governments "
            "{between_felt} are felt, {between_typical} of them in a median."
        ),
        "zh": (
            "{headline}{links}条传导渠道中，{rare}条只在部分模拟中有影响而不改变任何中位数，{quiet}条有影响的模拟不足百分之一。"
            "由两国政府发出的{between}条中，{between_felt}条有影响，其中{between_typical}条改变中位数。"
        ),
    }
    return words[lang].format(**values)


def links_felt(lang: str) -> str:
    """Tell of every link in how many parks it is felt when it is cut from the founding on, and where most."""
    parks = founding_cuts()
    heads = {
        "en": "| link | parks in which it is felt | most in | runs changed there |",
        "zh": "| 传导渠道 | 有影响的园区数 | 影响最大的园区 | 其中受影响的模拟占比 |",
    }
    lines = [heads[lang], "|---|---:|---|---:|"]
    links = catalogue().links
    felt = {}
    for name in parks[0].links:
        shares = {}
        for found in parks:
            own = [impact for impact in found.impacts if impact.link == name]
            if any(impact.exists for impact in own):
                shares[found.park.text(lang)] = max(impact.changed for impact in own)
        most = max(shares, key=lambda park: shares[park], default="–")
        share = percent(shares[most]) if shares else "–"
        felt[links[name].title(lang)] = len(shares)
        lines.append(row([links[name].title(lang), f"{len(shares)}/{len(parks)}", most, share]))
    return f"{links_said(felt, len(parks), lang)}\n\n" + "\n".join(lines)


def links_said(felt: Mapping[str, int], parks: int, lang: str) -> str:
    """Say in a sentence how many links are felt in every park, in one at least, and in none."""
    nowhere = [link for link, count in felt.items() if count == 0]
    everywhere = sum(count == parks for count in felt.values())
    words = {
        "en": "Of {all} links {somewhere} are felt in at least one park and {everywhere} in all; in none: {nowhere}.",
        "zh": (
            "{all}条传导渠道中，{somewhere}条至少在一个园区有影响，{everywhere}条在全部园区有影响；"
            "在任何园区均无影响的是：{nowhere}。"
        ),
    }
    counts = {"all": len(felt), "somewhere": len(felt) - len(nowhere), "everywhere": everywhere}
    listed = ("; " if lang == "en" else "、").join(nowhere) or {"en": "no link", "zh": "无"}[lang]
    return words[lang].format(nowhere=listed, **counts)


def founding_cuts() -> list[Any]:
    """Return the answers that ship on links cut from the founding of each park on."""
    analysis = REGISTRY["link-impact"]
    stored = [
        load(place_of(SHIPPED, analysis, run_id), analysis)
        for run_id, head in listed(SHIPPED, analysis)
        if head["params"].get("since") is not None
    ]
    return sorted((one.result for one in stored if one is not None), key=lambda found: found.case)


def typology(lang: str) -> str:
    """Tell what tells types of parks apart, on record and in the model, and what the land plan counts for."""
    found = shipped("typology")
    types = found.outcomes.items()
    thriving = {name.replace("-", "_"): counts["thriving"] for name, counts in types}
    parks = {f"{name.replace('-', '_')}_parks": sum(counts.values()) for name, counts in types}
    land = {part.factor: part.mean for part in found.parts if (part.reading, part.year) == ("land", 10)}
    difference = next(one for one in found.readings if (one.reading, one.year) == ("land", 10))
    values = {
        "headline": REGISTRY["typology"].document(found, lang).headline,
        "hectares": number(difference.median, 0),
        **{factor: number(mean, 0) for factor, mean in land.items()},
        **thriving,
        **parks,
    }
    words = {
        "en": (
            "{headline} Of the observed parks, {intergovernmental} of {intergovernmental_parks} intergovernmental, "
            "{mixed} of {mixed_parks} mixed and {enterprise_led} of {enterprise_led_parks} enterprise-led ones thrive. "
            "In matched scenarios of Great Stone, land at year ten differs by {hectares} ha, of which the plan "
            "accounts for {plan}, the framework for {framework}, the owner for {owner}."
        ),
        "zh": (
            "{headline}实际园区中，政府间合作园区{intergovernmental_parks}个中有{intergovernmental}个、混合型{mixed_parks}个中有"
            "{mixed}个、企业主导型{enterprise_led_parks}个中有{enterprise_led}个繁荣。在中白工业园的匹配情景中，第十年土地相差"
            "{hectares}公顷，其中规划{plan}，框架{framework}，开发主体所有制{owner}。"
        ),
    }
    return words[lang].format(**values)


def experts(lang: str) -> str:
    """Tell what the literature changes of every claim."""
    found = shipped("experts", GREAT_STONE)
    columns = "claim prior prior_literature record record_literature record_literature_word"
    return after_headline("experts", found, table_of(found, "experts", "claims", columns, lang), lang)


def homes(lang: str) -> str:
    """Name the parks whose home side is not China, by country, and those that lie in China."""
    parks = [listed_park.park for listed_park in shipped("parks").parks]
    abroad = [park for park in parks if park.home != "CHN"]
    inside = [park for park in parks if park.host == "CHN"]
    count = Counter(park.home for park in abroad)
    order = sorted(count, key=lambda home: (-count[home], home))
    name = {"en": "name_en", "zh": "name_zh"}[lang]
    groups = [
        (country_name(home, lang), sorted(getattr(park, name) for park in abroad if park.home == home))
        for home in order
    ]
    listing = {"en": "{home} ({count}): {names}", "zh": "{home}{count}个（{names}）"}[lang]
    named = [listing.format(home=home, count=len(names), names=join(names, lang)) for home, names in groups]
    words = {
        "en": "The home side of {abroad} of the {parks} parks is not China. {named}. {inside} lie in China: {names}.",
        "zh": "{parks}个园区中有{abroad}个的投资国并非中国：{named}。位于中国境内的有{inside}个：{names}。",
    }
    return words[lang].format(
        abroad=len(abroad),
        parks=len(parks),
        named={"en": "; ", "zh": "；"}[lang].join(named),
        inside=len(inside),
        names=join(sorted(getattr(park, name) for park in inside), lang),
    )


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
    checks = predictive_checks(replay.model, replay.seen)
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
        names = {"en": "; ", "zh": "、"}[lang].join(lowered(movement.title(lang)) for movement in own)
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


def fixed_values(lang: str) -> str:
    """Tell how often Great Stone is self-standing with one value in the place of a prior that is judgement."""
    found = shipped("compare")
    changes = [(scenario.title, scenario.outcome("self_standing")) for scenario in found.scenarios]
    heads = {
        "en": "| held in all runs | self-standing | change, points |",
        "zh": "| 全部模拟中的取值 | 自立 | 变化（百分点） |",
    }
    lines = [heads[lang], "|---|---:|---:|"]
    lines.append(row([found.reference.text(lang), percent(changes[0][1].reference_share), ""]))
    for title, change in changes:
        interval = Interval(change.low, change.high, change.change)
        lines.append(row([title.text(lang), percent(change.scenario_share), shown(interval, POINTS, lang)]))
    return "\n".join(lines)


def rests_on(lang: str) -> str:
    """Tell over what range Great Stone's chance lies with another value of one price or cost of its company."""
    scenarios = [one for one in shipped("compare").scenarios if one.key in PRICES_AND_COSTS]
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
    found = shipped("levers", GREAT_STONE)

    def most(measure: str, size: Callable[[Any], float], column: Column) -> str:
        order = sorted(found.options, key=lambda option: -abs(size(found.effect(option.key, measure))))
        shape = {"en": "“{name}” ({size})", "zh": "“{name}”（{size}）"}[lang]
        told = order[:MOST_OPTIONS]
        sizes = [shown(size(found.effect(option.key, measure)), column, lang) for option in told]
        return join(
            (shape.format(name=option.name(lang), size=of) for option, of in zip(told, sizes, strict=True)), lang
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
        options=len(found.options),
        chance=most("self_standing", lambda effect: effect.mean, POINTS),
        companies=most("companies", lambda effect: effect.median, CHANGE),
    )


def judgement(lang: str) -> str:
    """Count the parameters of the model that rest on judgement, and those that are fixed."""
    parameters = catalogue().parameters.values()
    words = {
        "en": "Of the model's {all} parameters {judged} are judgement; {fixed} are fixed.",
        "zh": "模型的{all}个参数中，{judged}个出自判断，{fixed}个为固定值。",
    }
    return words[lang].format(
        all=len(parameters),
        judged=sum(parameter.grade == "judgement" for parameter in parameters),
        fixed=sum(parameter.prior.kind == "fixed" for parameter in parameters),
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


def validation(lang: str) -> str:
    """Tell who forecast Great Stone best from the end of 2020."""
    found = shipped("validate", GREAT_STONE)
    document = REGISTRY["validate"].document(found, lang)
    table = next(table for section in document.sections for table in tables(section) if table.key == "scores")
    at = {column.key: place for place, column in enumerate(table.columns)}
    heads = [table.columns[at["observable"]].title, method_title(BLIND, lang)]
    heads += [{"en": "best benchmark forecast", "zh": "最佳基准预测"}[lang], table.columns[at["winner"]].title]
    lines = [document.headline, "", row(heads), "|---|---:|---:|---|"]
    for cells, line in zip(table.rows, found.last.fair, strict=True):
        benchmark = line.best_naive
        beside = "–" if benchmark is None else f"{number(line.crps[benchmark])} · {method_title(benchmark, lang)}"
        lines.append(row([str(cells[at["observable"]]), number(line.crps[BLIND]), beside, str(cells[at["winner"]])]))
    return "\n".join([*lines, "", bullets("validate", found, "summary", lang)])


def validation_why(lang: str) -> str:
    """Tell of every quantity why the best benchmark or the model forecast it better."""
    return bullets("validate", shipped("validate", GREAT_STONE), "why", lang)


def validation_width(lang: str) -> str:
    """Tell of every quantity where the largest part of its forecast's variance comes from."""
    words = Texts("validate", lang)
    heads = {"en": "| indicator | largest source | share of the variance |", "zh": "| 指标 | 最大来源 | 占方差 |"}
    lines = [heads[lang], "|---|---|---:|"]
    for width in shipped("validate", GREAT_STONE).widths[BLIND]:
        source = width.split.largest
        title = observable_title(width.variable, lang)
        lines.append(row([title, words(f"source.{source}"), percent(width.split.shares[source])]))
    return "\n".join(lines)


def ablation(lang: str) -> str:
    """Tell what matters in the model of Great Stone, and which mechanisms its later observations support."""
    found = shipped("ablate", GREAT_STONE)
    return f"{headline('ablate', found, lang)}\n\n{bullets('ablate', found, 'summary', lang)}"


def stack(lang: str) -> str:
    """Tell how the stack did beside the model and each curve."""
    found = shipped("stack")
    heads = {
        "en": "| method | mean CRPS of ln(1 + count) | within the 90% interval |",
        "zh": "| 方法 | ln(1 + 数量) 的平均CRPS | 落入90%区间 |",
    }
    document = REGISTRY["stack"].document(found, lang)
    table = next(table for section in document.sections for table in tables(section) if table.key == "scores")
    lines = [document.headline, "", heads[lang], "|---|---:|---:|"]
    at = 0
    for title, count in table.groups:
        lines.append(row([f"*{title}*", "", ""]))
        for method, score, _, share in table.rows[at : at + count]:
            lines.append(row([str(method), number(score, 3), percent(share)]))
        at += count
    return "\n".join(lines)


def stack_short(lang: str) -> str:
    """Tell how model, growth curve and stack forecast the counts of the casebook's parks, in a sentence."""
    found = shipped("stack").judged
    spans = {"unseen": ("parks never seen", "从未见过的园区"), "near": ("up to three years ahead", "三年以内")}
    spans |= {"far": ("further ahead", "三年以上")}
    parts = []
    for setting, (en, zh) in spans.items():
        scores = {standing.method: number(standing.log_crps, 3) for standing in found.main(setting).standings}
        shape = {
            "en": "{span} {model} by the model, {growth} by the pooled growth curve, {stack} by the stack",
            "zh": "{span}，模型{model}，合并增长曲线{growth}，加权组合{stack}",
        }[lang]
        parts.append(shape.format(span={"en": en, "zh": zh}[lang], **scores))
    words = {
        "en": "Mean error of counts over the casebook's parks (CRPS of ln(1 + count), lower is better): {parts}.",
        "zh": "案例库各园区数量预测的平均误差（ln(1 + 数量) 的CRPS，越低越好）：{parts}。",
    }
    return words[lang].format(parts={"en": "; ", "zh": "；"}[lang].join(parts))


def ranking(lang: str) -> str:
    """Tell whether chances of being self-standing can rank parks."""
    found = shipped("reliability")
    pairs = Interval(found.discrimination_low, found.discrimination_high, found.discrimination)
    words = {
        "en": "Parks that thrive or survive were given more than others in {pairs} of pairs, where 0.5 is chance.",
        "zh": "繁荣或存续园区所得概率高于其他园区的配对占{pairs}，0.5即为偶然。",
    }
    return words[lang].format(pairs=shown(pairs, TWO, lang))


def reliability_more(lang: str) -> str:
    """Tell what chances of being self-standing are corrected to, and what the model misses."""
    return bullets("reliability", shipped("reliability"), "summary", lang)


def by_accounts(lang: str) -> str:
    """Tell of each park which tests of accounts it passes where its data end, beside the coder's word."""
    found = shipped("standing")
    document = REGISTRY["standing"].document(found, lang)
    lead = next(section for section in document.sections if section.key == "record").blocks[0]
    columns = "park recorded earns unaided pays_back holds stands"
    table = table_of(found, "standing", "record", columns, lang)
    sentences = bullets("standing", found, "record", lang)
    return f"{lead.text}\n\n{table}\n\n{sentences}"


def structures(lang: str) -> str:
    """Tell of five parks over what range the answer lies as structures are crossed, and whether advice holds."""
    return "\n".join(f"- {headline('structures', shipped('structures', case), lang)}" for case in FIVE)


def plausible(lang: str) -> str:
    """Tell of five parks what being self-standing depends on most where fixed parameters vary, too."""
    heads = {
        "en": "| park | depends most on (total share of variance, 95% interval) | not told from chance |",
        "zh": "| 园区 | 最取决于（方差总占比，95%区间） | 与偶然性无法区分 |",
    }
    mark = {"en": ", held fixed otherwise", "zh": "（平时固定）"}[lang]
    colon, gap = {"en": (": ", "; "), "zh": ("：", "；")}[lang]
    of = {"en": "{rest} of {all}", "zh": "{all}个中{rest}个"}[lang]
    lines = [heads[lang], "|---|---|---:|"]
    for case in FIVE:
        found = shipped("sensitivity", case)
        place = next(at for at, readout in enumerate(found.readouts) if readout.output == "self_standing")
        indices = found.indices[place]
        told = [at for at in np.argsort(-indices.total[:-1], kind="stable").tolist() if indices.total_clear[at]]
        fixed = held(load_case(case))
        cells = []
        for at in told[:MOST_TOLD]:
            name = found.names[at]
            share = Interval(float(indices.total_low[at]), float(indices.total_high[at]), float(indices.total[at]))
            cells.append(f"{title_of(name, lang)}{mark if name in fixed else ''}{colon}{shown(share, TWO, lang)}")
        rest = of.format(rest=len(found.names) - len(told), all=len(found.names))
        lines.append(row([found.park.text(lang), gap.join(cells), rest]))
    return "\n".join(lines)


def headline(name: str, answer: Any, lang: str) -> str:
    """Return the first sentences of an answer."""
    return str(REGISTRY[name].document(answer, lang).headline)


def bullets(name: str, answer: Any, key: str, lang: str) -> str:
    """Return the list of sentences in a section of an answer's document."""
    document = REGISTRY[name].document(answer, lang)
    section = next(section for section in document.sections if section.key == key)
    items = [item for block in section.blocks if isinstance(block, Bullets) for item in block.items]
    return "\n".join(f"- {item}" for item in items)


def claims_to_2020(lang: str) -> str:
    """Tell of every claim its probability and word by the observations to 2020, and by those to 2024."""
    earlier = {finding.claim.id: finding for finding in shipped("claims", GREAT_STONE, VALIDATION_CUT).claims}
    heads = {
        "en": "| claim | to 2020: P | word | to 2024: P | word |",
        "zh": "| 论断 | 截至2020年：概率 | 用语 | 截至2024年：概率 | 用语 |",
    }
    lines = [heads[lang], "|---|---:|---|---:|---|"]
    for finding in shipped("claims", GREAT_STONE).claims:
        cells = [claim_number(finding.claim.id, lang)]
        for one in (earlier[finding.claim.id], finding):
            cells += [percent(one.probability), word_of(one, lang)]
        lines.append(row(cells))
    return "\n".join(lines)


def claims_changed(lang: str) -> str:
    """Tell how much the observations changed of the parts of claims, and what the rules could have refuted."""
    found = shipped("claims", GREAT_STONE)
    parts = [part for claim in found.claims for part in claim.parts if part.why != "lacking"]
    beyond = [part for part in parts if not part.monte_carlo[0] <= part.prior_probability <= part.monte_carlo[1]]
    tried = [part.recentred for part in parts if part.recentred is not None]
    worlds = [severity for part in parts for severity in part.severities]
    values = {
        "parts": len(parts),
        "beyond": len(beyond),
        "down": sum(part.probability < part.prior_probability for part in beyond),
        "tried": len(tried),
        "mostly": sum(severity.share >= 0.8 for severity in tried),
        "never": sum(severity.refuted == 0 for severity in tried),
        "worlds": len(worlds),
        "construction": sum(severity.identical for severity in worlds),
    }
    words = {
        "en": (
            "Of {parts} measured parts the observations to 2024 moved P of {beyond} by more than Monte Carlo error, of "
            "{down} downwards. Were the effects as wide as found but centred on zero, the rule would be against the "
            "claim in at least 80% of resamples of the draws for {mostly} of {tried} parts, and never for {never}: "
            "there the posterior is too wide to refute anything. Of {worlds} null models {construction} refute *by "
            "construction*, since with the link in question cut paired scenarios are identical; they are told as that "
            "and do not count."
        ),
        "zh": (
            "{parts}个可度量的分项中，截至2024年的观测使{beyond}个的概率变动超出蒙特卡洛误差，其中{down}个下降。"
            "若作用的离散程度与所得相同而以零为中心，对参数组重抽样，{tried}个分项中有{mostly}个在至少80%的重抽样中得出否定，"
            "{never}个从不否定，因为后验过宽，什么也否定不了。{worlds}个零模型中有{construction}个因*设定*而必然否定："
            "切断所涉传导渠道后，配对情景完全相同；均予注明，不计入。"
        ),
    }
    return words[lang].format(**values)


def set_methods(lang: str) -> str:
    """Tell of each condition how far it is needed for success, by the scores of the casebook's parks."""
    solution, ceilings = shipped("qca"), shipped("nca")
    needed = {expression: consistency for expression, consistency, *_ in rows_of("qca", solution, "necessity", lang)}
    paths = {expression for kind, _, expression, *_ in rows_of("qca", solution, "solutions", lang) if kind}
    heads = {
        "en": "| condition | QCA: consistency as necessary | QCA: a path of the solution | NCA: effect d | p |",
        "zh": "| 条件 | QCA：作为必要条件的一致性 | QCA：解中的路径 | NCA：效应量d | p |",
    }
    path = {"en": ("yes", "no"), "zh": ("是", "否")}[lang]
    lines = [
        headline("qca", solution, lang),
        headline("nca", ceilings, lang),
        "",
        heads[lang],
        "|---|---:|---|---:|---:|",
    ]
    for condition, kind, effect, _, chance, *_ in rows_of("nca", ceilings, "ceilings", lang):
        if not kind.startswith("CE-FDH"):
            continue
        consistency = needed.get(condition)
        qca = ["–", "–"] if consistency is None else [number(consistency, 2), path[condition not in paths]]
        lines.append(row([condition, *qca, number(effect, 2), number(chance, 4)]))
    return "\n".join(lines)


def rows_of(name: str, answer: Any, key: str, lang: str) -> tuple[tuple[Any, ...], ...]:
    """Return the rows of a table in an answer's document."""
    document = REGISTRY[name].document(answer, lang)
    return tuple(next(table for section in document.sections for table in tables(section) if table.key == key).rows)


def literature(lang: str) -> str:
    """Set each estimate of the literature beside the same quantity in the model of Great Stone."""
    return table_of(shipped("experts", GREAT_STONE), "experts", "estimates", "estimate estimated prior record", lang)


def validation_short(lang: str) -> str:
    """Tell who forecast Great Stone best from the end of 2020, and how firmly."""
    found = shipped("validate", GREAT_STONE)
    firm = sum(line.firm for line in found.last.raced)
    words = {
        "en": "{headline} Comparisons that are decided firmly: {firm}.",
        "zh": "{headline}其中优劣明确的比较有{firm}项。",
    }
    first = spelled(headline("validate", found, lang), Texts("brief", lang))
    return words[lang].format(headline=first, firm=firm)


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
        found = shipped("levers", case)
        verdicts.update(found.recommendation.of(option.key).word for option in found.options)
    words = {
        "en": (
            "Of {all} options of the {parks} calibrated parks the rule recommends {recommended}, advises against "
            "{avoid} and finds {unchanged} that change nothing at all (`copark levers PARK`)."
        ),
        "zh": (
            "{parks}个已校准园区的{all}个选项中，获推荐者{recommended}个，应避免者{avoid}个，毫无影响者{unchanged}个"
            "（`copark levers 园区`）。"
        ),
    }
    return words[lang].format(
        all=sum(verdicts.values()),
        parks=len(parks),
        recommended=verdicts["recommended"],
        avoid=verdicts["avoid"],
        unchanged=verdicts["unchanged"],
    )


def versions(lang: str) -> str:
    """Tell which versions of code, model and methods a document is about."""
    words = {
        "en": "copark {code}; model {model}, calibration {calibration}, panel {panel}.",
        "zh": "copark {code}；模型第{model}版，校准方法第{calibration}版，联合校准第{panel}版。",
    }
    return words[lang].format(
        code=__version__, model=MODEL_VERSION, calibration=CALIBRATION_VERSION, panel=PANEL_VERSION
    )


def tested(lang: str) -> str:
    """List what was tested of the model and what came out, in a line each."""
    judged = [claim for claim in shipped("claims", GREAT_STONE).claims if is_tested(claim)]
    told: dict[str, Any] = {"against": sum(speaks_against(claim) for claim in judged), "ranking": ranking(lang)}
    told |= {"claims": len(judged), "open": sum(claim.word == OPEN for claim in judged)}
    lines = {
        "en": (
            "*Fit.* {fit}",
            "*Forecast.* {forecast}",
            "*Ranking.* {ranking}",
            "*Claims.* Of {claims} claims and rivals tested {open} are open; the observations speak against {against}.",
            "*Advice.* {advice}",
        ),
        "zh": (
            "*拟合*：{fit}",
            "*预测*：{forecast}",
            "*排序*：{ranking}",
            "*论断*：{claims}条经检验的论断与竞争性解释中，{open}条尚无定论，{against}条与观测相左。",
            "*建议*：{advice}",
        ),
    }[lang]
    told |= {"fit": fit(lang), "forecast": validation_short(lang), "advice": options(lang)}
    return "\n".join("- " + line.format(**told) for line in lines)


BLOCKS: Mapping[str, Callable[[str], str]] = {
    "suzhou-turns": suzhou_turns,
    "suzhou-results": suzhou_results,
    "reliability": reliability,
    "thilawa": thilawa,
    "claims": claims,
    "claims-said": claims_said,
    "claims-short": claims_short,
    "calibrations": calibrations,
    "fit": fit,
    "great-stone": great_stone,
    "joint": joint,
    "joint-table": joint_table,
    "joint-more": joint_more,
    "reliability-scores": reliability_scores,
    "voi": voi,
    "link-impact": link_impact,
    "links-felt": links_felt,
    "typology": typology,
    "experts": experts,
    "homes": homes,
    "posteriors": posteriors,
    "informed": informed,
    "informed-counts": informed_counts,
    "fixed-values": fixed_values,
    "rests-on": rests_on,
    "levers-most": levers_most,
    "judgement": judgement,
    "to-2020": to_2020,
    "validation": validation,
    "validation-why": validation_why,
    "validation-width": validation_width,
    "ablation": ablation,
    "stack": stack,
    "stack-short": stack_short,
    "ranking": ranking,
    "by-accounts": by_accounts,
    "structures": structures,
    "plausible": plausible,
    "reliability-more": reliability_more,
    "claims-to-2020": claims_to_2020,
    "claims-changed": claims_changed,
    "set-methods": set_methods,
    "literature": literature,
    "validation-short": validation_short,
    "data": data,
    "options": options,
    "versions": versions,
    "tested": tested,
}


def written(words: str, lang: str) -> str:
    """Return a document with its blocks as the shipped results say."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]](lang)}\n{found[3]}", words)


def main() -> int:
    """Write the documents, or with ``--check`` name those that are not current."""
    stale = []
    for name, lang in DOCUMENTS.items():
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = written(before, lang)
        if after == before:
            continue
        stale.append(name)
        if "--check" not in sys.argv[1:]:
            path.write_text(after, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        names = ", ".join(stale)
        print(f"Not what the shipped results say: {names}. Run: python docs/build_numbers.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
