"""Blocks on how good forecasts have been: of counts from 2020 on, and of chances over the casebook."""

from __future__ import annotations

from copark.analyses.brief.show import spelled
from copark.analyses.contract import Texts
from copark.analyses.registry import REGISTRY
from copark.analyses.stack.stacking import RECENT
from copark.calibration.rolling_origin import BLIND
from copark.labels import lowered, method_title, observable_title
from copark.presentation.document import Interval, Paragraph
from copark.presentation.numbers import number, percent, shown
from document_blocks.shipped_answers import GREAT_STONE, TWO, bullets, headline, row, shipped, tables


def reliability(lang: str) -> str:
    """Tell what chances of being self-standing have meant over the casebook."""
    answer = shipped("reliability")
    values = {
        "parks": len(answer.parks),
        "said": percent(answer.mean),
        "thrive": percent(answer.observed),
        "calibrated": len(answer.calibrated),
        "calibrated_said": percent(answer.calibrated_mean),
        "calibrated_thrive": percent(answer.calibrated_observed),
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


def reliability_scores(lang: str) -> str:
    """Tell how well chances of being self-standing tell which parks thrive or survive."""
    answer = shipped("reliability")
    scores = {score.key: score for score in answer.scores}
    last = scores["calibrated"]
    values = {
        "parks": len(answer.parks),
        "known": answer.known,
        "rate": percent(answer.going_well / answer.known),
        "tells": shown(
            Interval(answer.discrimination_low, answer.discrimination_high, answer.discrimination), TWO, lang
        ),
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


def validation(lang: str) -> str:
    """Tell who forecast Great Stone best from the end of 2020."""
    answer = shipped("validate", GREAT_STONE)
    document = REGISTRY["validate"].document(answer, lang)
    table = next(table for section in document.sections for table in tables(section) if table.key == "scores")
    place_of = {column.key: place for place, column in enumerate(table.columns)}
    heads = [table.columns[place_of["observable"]].title, method_title(BLIND, lang)]
    heads += [{"en": "best benchmark forecast", "zh": "最佳基准预测"}[lang], table.columns[place_of["winner"]].title]
    lines = [document.headline, "", row(heads), "|---|---:|---:|---|"]
    for cells, line in zip(table.rows, answer.last.fair, strict=True):
        benchmark = line.best_naive
        beside = "–" if benchmark is None else f"{number(line.crps[benchmark])} · {method_title(benchmark, lang)}"
        lines.append(
            row([str(cells[place_of["observable"]]), number(line.crps[BLIND]), beside, str(cells[place_of["winner"]])])
        )
    return "\n".join([*lines, "", bullets("validate", answer, "summary", lang)])


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


def stack(lang: str) -> str:
    """Tell how the stack did beside the model and each curve."""
    answer = shipped("stack")
    heads = {
        "en": "| method | mean CRPS of ln(1 + count) | within the 90% interval |",
        "zh": "| 方法 | ln(1 + 数量) 的平均CRPS | 落入90%区间 |",
    }
    document = REGISTRY["stack"].document(answer, lang)
    table = next(table for section in document.sections for table in tables(section) if table.key == "scores")
    lines = [document.headline, "", heads[lang], "|---|---:|---:|"]
    first = 0
    for title, count in table.groups:
        lines.append(row([f"*{title}*", "", ""]))
        for method, score, _, share in table.rows[first : first + count]:
            lines.append(row([str(method), number(score, 3), percent(share)]))
        first += count
    return "\n".join(lines)


def stack_best(lang: str) -> str:
    """Tell how the stack did beside the best single curve, over all."""
    return bullets("stack", shipped("stack"), "summary", lang)


def stack_selection(lang: str) -> str:
    """Tell which parks came to nothing, and how parks without a case are forecast with and without that chance."""
    answer = shipped("stack")
    document = REGISTRY["stack"].document(answer, lang)
    section = next(section for section in document.sections if section.key == "selection")
    lead = next(block.text for block in section.blocks if isinstance(block, Paragraph))
    heads = {
        "en": "| growth curve, all counts | chance of nothing | CRPS of ln(1 + count) | median over count | held |",
        "zh": "| 增长曲线，全部数量指标 | 落空概率 | ln(1 + 数量) 的CRPS | 中位数与实际之比 | 落入90%区间 |",
    }
    lines = [lead, "", heads[lang], "|---|---:|---:|---:|---:|"]
    words = Texts("stack", lang)
    for entry in answer.selection.outside:
        if not entry.variable:
            scores = (number(entry.log_crps, 3), number(entry.ratio, 2), percent(entry.coverage))
            lines.append(row([words(f"learned.{entry.learned}"), percent(entry.chance), *scores]))
    return "\n".join(lines)


def stack_short(lang: str) -> str:
    """Tell how stack, model and the best single curve forecast the counts of the casebook's parks, in a sentence."""
    answer = shipped("stack").judged
    spans = {"unseen": ("parks never seen", "从未见过的园区"), "near": ("up to three years ahead", "三年以内")}
    spans |= {"far": ("further ahead", "三年以上")}
    shape = {
        "en": "{span} {stack} by the stack, {model} by the model, {best} by the {curve}",
        "zh": "{span}，加权组合{stack}，模型{model}，{curve}{best}",
    }[lang]
    parts = []
    for setting, (en, zh) in spans.items():
        compared = answer.best(setting)
        parts.append(
            shape.format(
                span={"en": en, "zh": zh}[lang],
                curve=lowered(method_title(compared.curve, lang)),
                stack=number(compared.stack, 3),
                model=number(compared.model, 3),
                best=number(compared.best, 3),
            )
        )
    words = {
        "en": (
            "Mean error of counts over the casebook's parks, beside the best single curve (CRPS of ln(1 + count), "
            "lower is better; origins since {year}): {parts}."
        ),
        "zh": (
            "案例库各园区数量预测的平均误差，与最好的单一曲线对照"
            "（ln(1 + 数量) 的CRPS，越低越好；{year}年以来的起点）：{parts}。"
        ),
    }
    return words[lang].format(year=RECENT, parts={"en": "; ", "zh": "；"}[lang].join(parts))


def ranking(lang: str) -> str:
    """Tell whether chances of being self-standing can rank parks."""
    answer = shipped("reliability")
    pairs = Interval(answer.discrimination_low, answer.discrimination_high, answer.discrimination)
    words = {
        "en": "Parks that thrive or survive were given more than others in {pairs} of pairs, where 0.5 is chance.",
        "zh": "繁荣或存续园区所得概率高于其他园区的配对占{pairs}，0.5即为偶然。",
    }
    return words[lang].format(pairs=shown(pairs, TWO, lang))


def reliability_more(lang: str) -> str:
    """Tell what chances of being self-standing are corrected to, and what the model misses."""
    return bullets("reliability", shipped("reliability"), "summary", lang)


def validation_short(lang: str) -> str:
    """Tell who forecast Great Stone best from the end of 2020, and how firmly."""
    answer = shipped("validate", GREAT_STONE)
    firm = sum(line.firm for line in answer.last.raced)
    words = {
        "en": "{headline} Comparisons that are decided firmly: {firm}.",
        "zh": "{headline}其中优劣明确的比较有{firm}项。",
    }
    first = spelled(headline("validate", answer, lang), Texts("brief", lang))
    return words[lang].format(headline=first, firm=firm)
