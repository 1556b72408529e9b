"""Write the numbers of results that ship into the documents that tell them, or check that they are current.

``python docs/build_numbers.py`` writes; with ``--check`` it writes nothing and exits with 1 if a document tells what no
shipped result says. A block of a document is what stands between ``<!-- numbers: NAME -->`` and ``<!-- /numbers -->``;
each block is a function of ``document_blocks``, of a language.
"""  # noqa: INP001 - a script beside the documents

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

from document_blocks.calibrations import (
    calibrations,
    evidence,
    fit,
    informed,
    informed_counts,
    joint,
    joint_more,
    joint_table,
    judgement,
    posteriors,
)
from document_blocks.claims import (
    claims,
    claims_changed,
    claims_said,
    claims_short,
    claims_to_2020,
    experts,
    literature,
    voi,
)
from document_blocks.evidence import evidence_fitted, evidence_known, evidence_sought, evidence_weighed
from document_blocks.forecasts import (
    ranking,
    reliability,
    reliability_more,
    reliability_scores,
    stack,
    stack_best,
    stack_selection,
    stack_short,
    validation,
    validation_width,
)
from document_blocks.great_stone import (
    coordination,
    data,
    fixed_values,
    framework,
    great_stone,
    levers_most,
    options,
    rests_on,
    to_2020,
)
from document_blocks.model_card import tested, versions
from document_blocks.parks import (
    by_accounts,
    casebook_counts,
    homes,
    set_methods,
    suzhou_results,
    suzhou_turns,
    thilawa,
    typology,
)
from document_blocks.structure import ablation, link_impact, links_felt, plausible, structures

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
    "docs/model/evidence-sought.md": "en",
    "docs/model/evidence-sought.zh.md": "zh",
}
"""Documents with blocks, and their languages."""
BLOCK = re.compile(r"(<!-- numbers: ([\w-]+) -->\n).*?(<!-- /numbers -->)", re.DOTALL)
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
    "evidence": evidence,
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
    "coordination": coordination,
    "framework": framework,
    "judgement": judgement,
    "to-2020": to_2020,
    "validation": validation,
    "validation-width": validation_width,
    "ablation": ablation,
    "stack": stack,
    "stack-best": stack_best,
    "stack-selection": stack_selection,
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
    "data": data,
    "casebook-counts": casebook_counts,
    "options": options,
    "versions": versions,
    "tested": tested,
    "evidence-known": evidence_known,
    "evidence-weighed": evidence_weighed,
    "evidence-fitted": evidence_fitted,
    "evidence-sought": evidence_sought,
}


FOLDED = {"| ": 9, "- ": 6}
"""How many lines that begin alike stand behind a fold: rows of a table, without its head, and entries of a list."""
SUMMARIES = {
    "| ": {"en": "The table, {count} rows", "zh": "表格，共{count}行"},
    "- ": {"en": "One by one, {count} points", "zh": "逐项列出，共{count}项"},
}
"""What stands on a fold."""


def folded(block: str, lang: str) -> str:
    """Return a block whose long tables and lists stand behind a fold, so that its answer is what is read first.

    Parameters
    ----------
    block
        The lines of the block, in Markdown.
    lang
        The language.
    """
    lines: list[str] = []
    for mark, group in groupby(
        block.split("\n"), lambda line: next((one for one in FOLDED if line[:1] == one[:1]), "")
    ):
        like = list(group)
        count = len(like) - (2 if mark == "| " else 0)
        if mark and count >= FOLDED[mark]:
            summary = SUMMARIES[mark][lang].format(count=count)
            like = [f"<details><summary>{summary}</summary>", "", *like, "", "</details>", ""]
        lines += like
    return "\n".join(lines)


def written(words: str, lang: str) -> str:
    """Return a document with its blocks as the shipped results say."""
    return BLOCK.sub(lambda found: f"{found[1]}{folded(BLOCKS[found[2]](lang), lang)}\n{found[3]}", words)


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
