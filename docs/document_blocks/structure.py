"""Blocks on the parts of the model: links, mechanisms, structures and parameters that answers depend on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from copark.analyses.contract import Texts
from copark.analyses.link_impact.show import TWO_IN_ONE
from copark.analyses.registry import REGISTRY
from copark.analyses.sensitivity.samples import held
from copark.analyses.shipped import FIVE
from copark.calibration.parameter_titles import title_of
from copark.cases.load import load_case
from copark.model.variables import catalogue
from copark.presentation.document import Interval
from copark.presentation.numbers import shown
from document_blocks.shipped_answers import GREAT_STONE, TWO, founding_cuts, headline, row, shipped

MOST_TOLD = 5
"""Parameters that a table of sensitivity names for a park, at most."""


def link_impact(lang: str) -> str:
    """Tell which link matters most from now on, and how many matter not at all."""
    answer = shipped("link-impact", GREAT_STONE)
    felt = {impact.link for impact in answer.impacts if impact.exists}
    typical = {impact.link for impact in answer.impacts if impact.exists and not impact.rare}
    between = {name for name in answer.links if catalogue().links[name].source_submodel == "governments"}
    values = {
        "headline": REGISTRY["link-impact"].document(answer, lang).headline,
        "quiet": len(set(answer.links) - felt),
        "rare": len(felt - typical),
        "links": len(answer.links),
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
    """Tell how many links are felt when they are cut from the founding on, and which in no park."""
    parks = founding_cuts()
    links = catalogue().links
    felt = {
        links[name].title(lang): sum(
            any(impact.exists for impact in answer.impacts if impact.link == name) for answer in parks
        )
        for name in parks[0].links
    }
    mixed = Texts("link_impact", lang)("caveat.two_in_one", link=links[TWO_IN_ONE].title(lang))
    return f"{links_said(felt, len(parks), lang)} {mixed}"


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


def ablation(lang: str) -> str:
    """Tell what matters in the model of Great Stone, and which mechanisms its later observations support."""
    answer = shipped("ablate", GREAT_STONE)
    return headline("ablate", answer, lang)


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
        answer = shipped("sensitivity", case)
        place = next(place for place, readout in enumerate(answer.readouts) if readout.output == "self_standing")
        indices = answer.indices[place]
        clear = [axis for axis in np.argsort(-indices.total[:-1], kind="stable").tolist() if indices.total_clear[axis]]
        fixed = held(load_case(case))
        cells = []
        for axis in clear[:MOST_TOLD]:
            name = answer.names[axis]
            share = Interval(
                float(indices.total_low[axis]), float(indices.total_high[axis]), float(indices.total[axis])
            )
            cells.append(f"{title_of(name, lang)}{mark if name in fixed else ''}{colon}{shown(share, TWO, lang)}")
        rest = of.format(rest=len(answer.names) - len(clear), all=len(answer.names))
        lines.append(row([answer.park.text(lang), gap.join(cells), rest]))
    return "\n".join(lines)
