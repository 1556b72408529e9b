"""First sentences beside a chance, alike in brief and run: what to obtain, on what it rests, its range over structures.

What to do stands in a sentence of its own, short enough to be read aloud; numbers follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.how_sure import ends_in_words, structure_range, structures_disagree
from copark.analyses.papers import papers_words
from copark.analyses.registry import REGISTRY
from copark.model.outcomes import GOOD
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.brief import Answer as Brief
    from copark.decisions.effects import StructureBaseline
    from copark.stats.shares import Share

SAME_RUNS = ("case_hash", "world_hash", "draws_hash", "model_version", "runs", "seed")
"""Entries of a provenance that are alike where two answers read the same runs."""


def order_sentences(
    papers: Sequence[str], assumes: bool, baselines: Sequence[StructureBaseline], chance: float, park: str, lang: str
) -> list[str]:
    """Write what to obtain before anything is decided, and why, a sentence each.

    Parameters
    ----------
    papers
        What to obtain (:func:`copark.analyses.papers.to_obtain`).
    assumes
        Whether the case assumes terms of the park.
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        Chance of being self-standing under the model as it is.
    park
        Title of the park.
    lang
        Language, ``en`` or ``zh``.
    """
    order = text("sure.order", lang, papers=papers_words(papers, lang))
    if structures_disagree(baselines, chance):
        return [order, text("sure.disagree", lang, park=park)]
    return [order, text("sure.rests.assumed" if assumes else "sure.rests.judged", lang)]


def over_structures(share: Share, baselines: Sequence[StructureBaseline], chance: float, lang: str) -> str:
    """Write behind a share of runs between what the chance lies over all structures; nothing where no other was tried.

    Parameters
    ----------
    share
        The outcome that is told first: another than being self-standing where no run is.
    baselines, chance
        As of :func:`order_sentences`.
    lang
        Language, ``en`` or ``zh``.
    """
    between = structure_range(baselines, chance)
    if between is None:
        return ""
    low, high = ends_in_words(*between[:2], lang)
    if share.name == GOOD.key:
        key = "share_alike" if low == high else "share_between"
    else:
        key = "share_nowhere" if low == high else "share_elsewhere"
    return text(f"sure.{key}", lang, low=low, high=high, count=between[2])


def baselines_of_runs(case: str, provenance: Mapping[str, Any], outcomes: Sequence[Share]) -> Sequence[Any]:
    """Return the park under each structure, from the brief that ships; empty where none is of the same runs.

    Parameters
    ----------
    case
        Name of the case.
    provenance
        Provenance of the runs.
    outcomes
        Shares of their outcomes.
    """
    for brief in _briefs(case):
        is_same = all(brief.provenance.get(name) == provenance.get(name) for name in SAME_RUNS)
        if is_same and tuple(brief.outcomes) == tuple(outcomes) and brief.levers is not None:
            return brief.levers.baselines
    return ()


@cache
def _briefs(case: str) -> tuple[Brief, ...]:
    """Read the briefs of a park that ship."""
    analysis = REGISTRY["brief"]
    run_ids = [run_id for run_id, header in listed(SHIPPED, analysis) if header["params"].get("case") == case]
    stored = (load(place_of(SHIPPED, analysis, run_id), analysis) for run_id in run_ids)
    return tuple(cast("Brief", entry.result) for entry in stored if entry is not None)
