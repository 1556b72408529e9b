"""Papers and lists that can be obtained to settle what is assumed, judged or disputed of a park, and who has them.

A sentence that names an unknown names one of these beside it: nobody can obtain a weight of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from copark.analyses.how_sure import structures_disagree
from copark.labels import join
from copark.texts import text

if TYPE_CHECKING:
    from copark.decisions.effects import StructureBaseline

ACCOUNTS = "accounts"
"""The accounts of the development company: what the chance of every park rests on."""
MOST = 3
"""Papers named in the first sentence, at most: the rest stands under what would change the answer."""
OF_FACT = {
    "tax": "tax",
    "threshold": "entry",
    "equity": "articles",
    "quota": "articles",
    "capital": "articles",
    "land": "plan",
}
"""Paper that states a fact which a case may assume (:data:`copark.analyses.how_sure.ASSUMED`)."""
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


def of_facts(facts: Iterable[str]) -> tuple[str, ...]:
    """Return the papers that state facts, each once, that on which most advice hangs first."""
    wanted = set(facts)
    return tuple(dict.fromkeys(paper for fact, paper in OF_FACT.items() if fact in wanted))


def of_extremes(baselines: Sequence[StructureBaseline]) -> tuple[str, ...]:
    """Return the papers that bear on the structures under which the chance is least and largest."""
    others = [baseline for baseline in baselines[1:] if isfinite(baseline.standing)]
    if not others:
        return ()
    ends = (min(others, key=lambda one: one.standing), max(others, key=lambda one: one.standing))
    return tuple(dict.fromkeys(OF_STRUCTURE[end.key] for end in ends if end.key in OF_STRUCTURE))


def to_obtain(assumed: Iterable[str], baselines: Sequence[StructureBaseline], chance: float | None) -> tuple[str, ...]:
    """Return the papers to obtain before anything is decided: accounts, what structures dispute, what is assumed.

    Parameters
    ----------
    assumed
        Facts that are assumed.
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        Chance of being self-standing under the model as it is; ``None`` where it is not told.
    """
    disputed = of_extremes(baselines) if chance is not None and structures_disagree(baselines, chance) else ()
    return tuple(dict.fromkeys((ACCOUNTS, *disputed, *of_facts(assumed))))[:MOST]


def papers_words(papers: Iterable[str], lang: str) -> str:
    """List papers and who has them, as they stand inside a sentence."""
    return join([text(f"sure.paper.{paper}", lang) for paper in papers], lang)
