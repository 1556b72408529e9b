"""Blocks on parks of the casebook: Suzhou, Thilawa, who founded them, types, conditions, the word of a coder."""

from __future__ import annotations

from collections import Counter

from copark.analyses.registry import REGISTRY
from copark.cases import list_cases
from copark.cases.observed_variables import country_name
from copark.cases.parks import load_parks
from copark.presentation.numbers import number, percent, spoken
from document_blocks.shipped_answers import bullets, headline, join, row, rows_of, shipped, table_of

SWAPPED, KEPT = "swap", "unswapped"
NEVER = "never"
FULL_CASES = 2
"""Great Stone and Suzhou."""
ENDS = {"control": "2001", "memorandum": "1999", "mayor": "1998", NEVER: NEVER}
"""Readings of when Suzhou's rivalry ended, by the key of their scenarios."""


def suzhou_turns(lang: str) -> str:
    """Tell in how many runs Suzhou turns from loss to profit, by the end of the rivalry and by the shares."""
    scenarios = {scenario.key: scenario for scenario in shipped("suzhou").scenarios}
    head = {
        "en": "| the rivalry ends | shares swapped in 2001 | shares kept at 65/35 |",
        "zh": "| 竞争结束的时间 | 2001年股比对调 | 股比维持65∶35 |",
    }[lang]
    never = {"en": "never", "zh": "从未结束"}[lang]
    rows = [head, "|---|---:|---:|"]
    for end, year in ENDS.items():
        cells = [percent(scenarios[f"{end}-{shares}"].turned) for shares in (SWAPPED, KEPT)]
        rows.append(f"| {never if end == NEVER else year} | {' | '.join(cells)} |")
    return "\n".join(rows)


def suzhou_results(lang: str) -> str:
    """Tell the developer's accumulated result to the end of 2003 by what was changed, the range over readings."""
    scenarios = {scenario.key: scenario for scenario in shipped("suzhou").scenarios}
    result = {key: round(scenario.result_2003.median) for key, scenario in scenarios.items()}
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


def thilawa(lang: str) -> str:
    """Quote the brief of Thilawa to the sentence with its chance: what an answer looks like."""
    headline = shipped("brief", "thilawa").document(lang).headline
    end = {"en": ". ", "zh": "。"}[lang]
    sentences = headline.split(end)
    chance = next(place for place, sentence in enumerate(sentences) if "%" in sentence)
    return "> " + end.join(sentences[: chance + 1]).strip() + end.strip()


def typology(lang: str) -> str:
    """Tell what tells types of parks apart, on record and in the model, and what the land plan counts for."""
    answer = shipped("typology")
    types = answer.outcomes.items()
    thriving = {name.replace("-", "_"): counts["thriving"] for name, counts in types}
    parks = {f"{name.replace('-', '_')}_parks": sum(counts.values()) for name, counts in types}
    land = {part.factor: part.mean for part in answer.parts if (part.reading, part.year) == ("land", 10)}
    difference = next(reading for reading in answer.readings if (reading.reading, reading.year) == ("land", 10))
    values = {
        "headline": REGISTRY["typology"].document(answer, lang).headline,
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


def by_accounts(lang: str) -> str:
    """Tell of each park which tests of accounts it passes where its data end, beside the coder's word."""
    answer = shipped("standing")
    document = REGISTRY["standing"].document(answer, lang)
    lead = next(section for section in document.sections if section.key == "record").blocks[0]
    columns = "park recorded earns unaided pays_back holds stands"
    table = table_of(answer, "standing", "record", columns, lang)
    sentences = bullets("standing", answer, "record", lang)
    return f"{lead.text}\n\n{table}\n\n{sentences}"


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


def casebook_counts(lang: str) -> str:
    """Count the casebook's cases and parks, and how many of them the joint posterior and set methods can use."""
    book = load_parks()
    cases = set(list_cases())
    known = [score for score in book.scores if score.OUTCOME is not None]
    words = {
        "en": (
            "Suzhou is the second full case; with {limited} more parks there are {cases} cases, from which parameters "
            "are borrowed. A table covers {parks} parks: {counted} of them by shares and counts alone, and {joint} say "
            "enough to enter the joint posterior. Set methods compare up to {known} cases, since Suzhou and Thilawa "
            "count twice, before and after a change, and of {unknown} parks the outcome is not known."
        ),
        "zh": (
            "苏州工业园区为第二个完整案例，另有{limited}个园区资料有限，合计{cases}个案例，借用参数即取自这些案例。"
            "总表收录{parks}个园区，其中{counted}个仅知股比与数量；{joint}个资料足以进入联合后验。"
            "集合方法最多比较{known}个案例：苏州与迪拉瓦在变动前后各计一次，另有{unknown}个园区结局不明。"
        ),
    }
    values = {
        "cases": len(cases),
        "limited": len(cases) - FULL_CASES,
        "parks": len(book.parks),
        "counted": len({park.id for park in book.parks} - cases),
        "joint": len(shipped("joint").parks),
        "known": len(known),
        "unknown": len(book.scores) - len(known),
    }
    return words[lang].format(**values)
