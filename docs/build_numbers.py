"""Write the numbers of results that ship into the documents that tell them, or check that they are current.

``python docs/build_numbers.py`` writes; with ``--check`` it writes nothing and exits with 1 if a document tells what no
shipped result says. A block of a document is what stands between ``<!-- numbers: NAME -->`` and ``<!-- /numbers -->``;
each block is a function of this file, of a language.
"""  # noqa: INP001 - a script beside the documents

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.registry import REGISTRY
from copark.presentation.numbers import percent, spoken

ROOT = Path(__file__).parent.parent
DOCUMENTS: Mapping[str, str] = {
    "README.md": "en",
    "README.zh.md": "zh",
    "docs/findings.md": "en",
    "docs/findings.zh.md": "zh",
}
"""Documents with blocks, and their languages."""
SWAPPED, KEPT = "swap", "unswapped"
BLOCK = re.compile(r"(<!-- numbers: ([\w-]+) -->\n).*?(<!-- /numbers -->)", re.DOTALL)
NEVER = "never"
ENDS = {"control": "2001", "memorandum": "1999", "mayor": "1998", NEVER: NEVER}
"""Readings of when Suzhou's rivalry ended, by the key of their scenarios."""


@cache
def shipped(name: str, case: str | None = None) -> Any:
    """Return the answer that ships of an analysis, with its default parameters but the case.

    Raises
    ------
    LookupError
        If none ships.
    """
    analysis = REGISTRY[name]
    for run_id, head in listed(SHIPPED, analysis):
        params = head["params"]
        if params.get("case") == case and not params.get("cut"):
            stored = load(place_of(SHIPPED, analysis, run_id), analysis)
            if stored is not None:
                return stored.result
    raise LookupError(f"no result of {name} ships for {case}")


def suzhou_turns(lang: str) -> str:
    """Tell in how many runs Suzhou turns from loss to profit, by the end of the rivalry and by the shares."""
    arms = {arm.key: arm for arm in shipped("suzhou").arms}
    head = {
        "en": "| the rivalry ends | shares swapped in 2001 | shares kept at 65/35 |",
        "zh": "| 竞争结束的时间 | 2001年股比对调 | 股比维持65/35 |",
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
    """Tell what chances of standing alone have meant over the casebook."""
    found = shipped("reliability")
    values = {
        "parks": len(found.parks),
        "said": percent(found.mean),
        "thrive": percent(found.observed),
        "calibrated": len(found.calibrated),
        "calibrated_said": percent(found.calibrated_mean),
        "calibrated_thrive": percent(found.calibrated_observed),
        "calibrated_alive": percent(found.calibrated_alive),
    }
    words = {
        "en": (
            "Over the casebook (`copark reliability`): {parks} parks simulated as if never seen are called "
            "self-standing in {said} of runs, {thrive} of them thrive; the {calibrated} parks with a calibration are "
            "given {calibrated_said}, {calibrated_thrive} of them thrive and {calibrated_alive} thrive or survive."
        ),
        "zh": (
            "就整个案例库而言（`copark reliability`）：{parks}个园区按从未见过抽样时，判为自立的占{said}，"
            "实际繁荣的占{thrive}；{calibrated}个有校准结果的园区平均为{calibrated_said}，"
            "实际繁荣的占{calibrated_thrive}，繁荣或存续的占{calibrated_alive}。"
        ),
    }[lang]
    return words.format(**values)


def thilawa(lang: str) -> str:
    """Quote the first sentences of the brief of Thilawa: what an answer looks like."""
    document = shipped("brief", "thilawa").document(lang)
    findings = next(section for section in document.sections if section.key == "findings")
    advice = next(block.items for block in findings.blocks if hasattr(block, "items"))
    return "> " + (" " if lang == "en" else "").join([document.headline, *advice[:2]])


BLOCKS: Mapping[str, Callable[[str], str]] = {
    "suzhou-turns": suzhou_turns,
    "suzhou-results": suzhou_results,
    "reliability": reliability,
    "thilawa": thilawa,
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
