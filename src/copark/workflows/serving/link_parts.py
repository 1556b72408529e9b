"""Through which links a change of P(self-standing) passes, on the runs a page asks for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.analyses.compare.parts import GROUPS, Indicators, OutcomePart, parts_of
from copark.analyses.contract import Texts
from copark.simulation.ensemble import Ensemble
from copark.simulation.link_cuts import without_links
from copark.simulation.outcomes import NEEDED, OUTCOMES
from copark.simulation.run import facts_of, first_apart
from copark.workflows.serving.answers import LinkPart, LinkParts
from copark.workflows.serving.wording import STANDING, points, spoken_in

if TYPE_CHECKING:
    from copark.workflows.serving.engine import Engine, Ticket
    from copark.workflows.serving.simulation import Frame

PARTS_RUNS = 200
"""Pairs of runs that are run again with links cut."""


def link_parts(engine: Engine, frame: Frame, ticket: Ticket) -> LinkParts:
    """Share the change of P(self-standing) from the first arm to the last out among groups of links.

    As :mod:`copark.analyses.compare.parts`, on the first runs; a page that wants more asks the analysis compare.
    """
    study, shelved = frame.study, frame.shelved
    ends = (study.scenarios[0], study.scenarios[-1])
    facts = [facts_of(study, shelved.case, one) for one in ends]
    is_whole = ends[0].parameters != ends[1].parameters or bool(facts[0].keys() ^ facts[1].keys())
    since = 0 if is_whole else first_apart(*(engine.inputs(study, shelved, one) for one in ends))
    most = min(PARTS_RUNS, study.runs)

    @cache
    def outcomes(at: int, groups: tuple[str, ...], runs: int) -> NDArray[np.int8]:
        """Codes of the outcomes at an end, groups of links cut; many are asked for twice."""
        cut = without_links(ends[at], ends[at].key, [link for name in groups for link in GROUPS[name]], since)
        inputs, draws = engine.inputs(study, shelved, cut), engine.draws(study, shelved, cut, 0, runs)
        with engine.share() as threads:
            return Ensemble(inputs, draws, NEEDED, threads=threads, progress=ticket.check).run().outcome

    def change(coalitions: Sequence[tuple[str, ...]], runs: int) -> list[Indicators]:
        codes, found = np.arange(len(OUTCOMES)), []
        for groups in coalitions:
            before, after = (outcomes(at, groups, min(runs, most))[:, None] == codes for at in (0, 1))
            found.append(after.astype(np.int8) - before.astype(np.int8))
        return found

    parts = parts_of(change, most)
    return LinkParts(since=frame.labels[since], runs=most, parts=[_part(one) for one in parts])


def _part(one: OutcomePart) -> LinkPart:
    change, error = one.of(STANDING), one.error[OUTCOMES.index(STANDING)]
    half = error if np.isfinite(error) else 0.0
    return LinkPart(
        group=one.group, title=spoken_in(lambda lang: Texts("compare", lang)(f"group.{one.group}")),
        links=list(GROUPS.get(one.group, ())), change=change, low=change - half, high=change + half,
        told=spoken_in(lambda _: points(change)),
    )  # fmt: skip
