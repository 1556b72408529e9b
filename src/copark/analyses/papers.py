"""Papers and lists that can be obtained to settle what is assumed, judged or disputed of a park, and who has them.

A sentence that names an unknown names one of these beside it: nobody can obtain a weight of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from copark.analyses.assumed_facts import ACCOUNTS, Lacking, lacking
from copark.analyses.how_sure import Doubts, structures_disagree
from copark.labels import join
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.decisions.effects import StructureBaseline

MOST = 3
"""Papers named in the first sentence, at most: the rest stands under what would change the answer."""
ACCOUNTS_REST = "accounts_rest"
"""What published results of a company leave open."""
REST: Mapping[tuple[str, Lacking], str] = {
    ("tax", "rest"): "tax_rest",
    ("tax", "afterwards"): "tax_afterwards",
    ("threshold", "rest"): "entry_rest",
    ("land", "rest"): "plan_rest",
}
"""Paper that is still lacking where sourced decisions tell a part of a fact, by what they leave untold."""
RESULTS = ("result_after_tax", "result_before_tax", "operating_result", "revenue")
"""Published quantities of a company whose accounts need not be looked for: what they leave open is named instead."""
OF_FACT = {
    "tax": "tax",
    "threshold": "entry",
    "equity": "articles",
    "quota": "articles",
    "capital": "articles",
    "land": "plan",
}
"""Paper that states a fact which a case may assume (:data:`copark.analyses.assumed_facts.ASSUMED`)."""
OF_STRUCTURE = {
    "nobody-rescues": "guarantees",
    "company-owes": "guarantees",
    "visits-by-hand": "minutes",
    "presence-alone": "minutes",
    "rival": "rivals",
    "no-spillover": "receipts",
    "self-knowledge": "register",
    "endless-pool": "enquiries",
}
"""Paper that tells a structure of the model from the model as it is, by key; those of one's own files have none."""
OF_PARAMETER = {
    "home_contribution": "minutes",
    "control_weight": "minutes",
    "alignment": "minutes",
    "pool_years": "enquiries",
    "network_strength": "enquiries",
    "exit_rate": "register",
    "follow_own": "register",
    "declared_mean": "register",
    "land_per_capital": "register",
    "service_return": "survey",
    "spill_home": "receipts",
    "spill_host": "receipts",
    "tax_per_job": "receipts",
    "overhead": ACCOUNTS,
    "capability_weight": ACCOUNTS,
}
"""Paper that bears on a parameter that no data inform; a judgement such as a strategic value stands in none."""


def of_facts(doubts: Doubts, case: Case | str = "") -> tuple[str, ...]:
    """Return the papers that state facts, each once, that on which most advice hangs first.

    What sourced decisions of the park tell already is not asked for again.

    Parameters
    ----------
    doubts
        What is assumed.
    case
        The park; its name where no more is at hand.
    """
    told = dict(doubts.untold)
    papers = []
    for fact, paper in OF_FACT.items():
        if fact in doubts.assumed:
            untold = told.get(fact, "all") if isinstance(case, str) else lacking(fact, case)
            if untold != "nothing":
                papers.append(REST.get((fact, untold), paper))
    return tuple(dict.fromkeys(papers))


def accounts_of(case: Case | str) -> str:
    """Return the paper to ask the company for: its accounts, or what published results of the park leave open."""
    is_published = not isinstance(case, str) and any(row.quantity in RESULTS for row in case.accounts)
    return ACCOUNTS_REST if is_published else ACCOUNTS


def of_parameter(name: str, case: Case | str = "") -> str:
    """Return the paper that bears on one of :data:`OF_PARAMETER`, in a park or where no more than its name is known."""
    paper = OF_PARAMETER[name]
    return accounts_of(case) if paper == ACCOUNTS else paper


def of_extremes(baselines: Sequence[StructureBaseline]) -> tuple[str, ...]:
    """Return the papers that bear on the structures under which the chance is least and largest."""
    others = [baseline for baseline in baselines[1:] if isfinite(baseline.standing)]
    if not others:
        return ()
    ends = (min(others, key=lambda one: one.standing), max(others, key=lambda one: one.standing))
    return tuple(dict.fromkeys(OF_STRUCTURE[end.key] for end in ends if end.key in OF_STRUCTURE))


def to_obtain(
    doubts: Doubts, baselines: Sequence[StructureBaseline], chance: float | None, case: Case | str = ""
) -> tuple[str, ...]:
    """Return the papers to obtain before anything is decided: accounts, what structures dispute, what is assumed.

    Parameters
    ----------
    doubts
        What is assumed.
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        Chance of being self-standing under the model as it is; ``None`` where it is not told.
    case
        The park, whose sourced decisions and accounts are not asked for again; its name where no more is at hand.
    """
    disputed = of_extremes(baselines) if chance is not None and structures_disagree(baselines, chance) else ()
    accounts = () if (ACCOUNTS, "nothing") in doubts.untold else (accounts_of(case),)
    papers = tuple(dict.fromkeys((*accounts, *disputed, *of_facts(doubts, case))))[:MOST]
    return papers or (ACCOUNTS,)


def papers_words(papers: Iterable[str], lang: str) -> str:
    """List papers and who has them, as they stand inside a sentence."""
    return join([text(f"sure.paper.{paper}", lang) for paper in papers], lang)
