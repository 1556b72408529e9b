"""Blocks on the claims about Great Stone: what the observations say of them, and what would decide them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from copark.analyses.claims.evidence import AGAINST, factor, is_tested, speaks_against
from copark.analyses.claims.evidence import counted as counted_claims
from copark.analyses.claims.words import OPEN
from copark.labels import claim_number
from copark.presentation.numbers import number, percent, shown
from copark.texts import text
from document_blocks.shipped_answers import (
    GREAT_STONE,
    TWO,
    VALIDATION_CUT,
    after_headline,
    headline,
    join,
    row,
    shipped,
    table_of,
)

MOST_TOLD = 6
"""Parts of claims of which it is told what one observation would decide, at most."""


def claims(lang: str) -> str:
    """Tell of every claim its word, its probability, what the observations say, and how many assumptions turn it."""
    heads = {
        "en": "| claim | word | P | by the prior alone | Bayes factor | turned by (of {count} assumptions) | parts |",
        "zh": "| 论断 | 用语 | 概率 | 仅凭先验 | 贝叶斯因子 | 使其翻转的替代假定（共{count}项） | 分项 |",
    }
    part_title = {"en": "{title} ({share})", "zh": "{title}（{share}）"}[lang]
    answer = shipped("claims", GREAT_STONE)
    lines = [heads[lang].format(count=len(answer.file.claims.judgement)), "|---|---|---:|---:|---:|---:|---|"]
    for claim in answer.claims:
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


def speaks_for(claim: Any) -> bool:
    """Say whether the observations speak for a claim: its Bayes factor is clear of the threshold above 1."""
    ratio = factor(claim)
    return ratio is not None and ratio.low > 1.0 / AGAINST


def turning(claim: Any) -> set[str]:
    """Return the alternative assumptions that turn a part on which a claim rests."""
    return {variant for part in claim.deciding for variant in part.flipped}


def claims_said(lang: str) -> str:
    """Tell which claims the observations speak for or against, and which words hang on an assumption."""
    answer = shipped("claims", GREAT_STONE)

    def names(claims: Iterable[Any]) -> str:
        none = {"en": "none", "zh": "无"}[lang]
        return join((claim_number(claim.claim.id, lang) for claim in claims), lang) or none

    counted = counted_claims(answer.claims)
    turned = [claim for claim in counted if claim.turned]
    numbers = {
        "runs": number(answer.runs, 0),
        "against": names(filter(speaks_against, counted)),
        "favour": names(filter(speaks_for, counted)),
        "claims": len(answer.claims),
        "untested": names(claim for claim in answer.claims if not is_tested(claim)),
        "tested": len(counted),
        "open": sum(claim.word == OPEN for claim in counted),
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
    counted = counted_claims(shipped("claims", GREAT_STONE).claims)

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
        for word in dict.fromkeys(claim.word for claim in counted if claim.word != OPEN)
        if (those := [claim for claim in counted if claim.word == word])
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
    numbers = (claim_number(claim.claim.id, lang) for claim in counted if speaks_for(claim))
    return words.format(
        tested=len(counted),
        open=sum(claim.word == OPEN for claim in counted),
        decided=stop.join(decided),
        against=named(filter(speaks_against, counted)),
        favour=join(numbers, lang),
    )


def voi(lang: str) -> str:
    """Tell of every open part of a claim which observation takes most uncertainty away, and of which it takes most."""
    answer = shipped("voi", GREAT_STONE)
    columns = "claim probability observation date precision before after decided gain"
    return after_headline("voi", answer, table_of(answer, "voi", "best", columns, lang, slice(MOST_TOLD)), lang)


def experts(lang: str) -> str:
    """Tell what the literature changes of every claim."""
    return headline("experts", shipped("experts", GREAT_STONE), lang)


def claims_to_2020(lang: str) -> str:
    """Tell of the claims of which the observations to 2020 say another word than those to 2024 what both say."""
    earlier = {finding.claim.id: finding for finding in shipped("claims", GREAT_STONE, VALIDATION_CUT).claims}
    heads = {
        "en": "| claim | to 2020: P | word | to 2024: P | word |",
        "zh": "| 论断 | 截至2020年：概率 | 用语 | 截至2024年：概率 | 用语 |",
    }
    lines = [heads[lang], "|---|---:|---|---:|---|"]
    for finding in shipped("claims", GREAT_STONE).claims:
        if word_of(finding, lang) == word_of(earlier[finding.claim.id], lang):
            continue
        cells = [claim_number(finding.claim.id, lang)]
        for dated in (earlier[finding.claim.id], finding):
            cells += [percent(dated.probability), word_of(dated, lang)]
        lines.append(row(cells))
    return "\n".join(lines)


def claims_changed(lang: str) -> str:
    """Tell how much the observations changed of the parts of claims, and what the rules could have refuted."""
    answer = shipped("claims", GREAT_STONE)
    parts = [part for claim in answer.claims for part in claim.parts if part.why != "lacking"]
    beyond = [part for part in parts if not part.monte_carlo[0] <= part.prior_probability <= part.monte_carlo[1]]
    tried = [part.recentred for part in parts if part.recentred is not None]
    worlds = [refutation for part in parts for refutation in part.refutations]
    values = {
        "parts": len(parts),
        "beyond": len(beyond),
        "down": sum(part.probability < part.prior_probability for part in beyond),
        "tried": len(tried),
        "mostly": sum(refutation.share >= 0.8 for refutation in tried),
        "never": sum(refutation.refuted == 0 for refutation in tried),
        "worlds": len(worlds),
        "construction": sum(refutation.identical for refutation in worlds),
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


def literature(lang: str) -> str:
    """Set each estimate of the literature beside the same quantity in the model of Great Stone."""
    return table_of(shipped("experts", GREAT_STONE), "experts", "estimates", "estimate estimated prior record", lang)
