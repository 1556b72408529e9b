"""Why an output moved: which links carry something else than in the reference, and what each would do alone.

A link's change is the mean, over the quarters from the first difference on, of what arrives in the arm less what
arrives in the reference, on the same random numbers, in spreads of what arrives in the reference. What it would do
alone is asked of the model: in the reference's world the link is given, quarter by quarter, the strength at which it
carries on average what it carries in the arm, everything else is left free, and the paired change of the target is
read. Links whose flow comes into being, or only changes hands between sides, have no such strength, and are told
without it.

And through which links a change of P(self-standing) passes, on the runs a page asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.analyses.compare.outcome_attribution import GROUPS, Indicators, parts_of
from copark.analyses.contract import Texts
from copark.model.variables import Link
from copark.simulation.counterfactual import without_links
from copark.simulation.ensemble import Channel, Ensemble, Flows, ScenarioRuns, as_amounts, by_link, channels
from copark.simulation.outcomes import NEEDED, OUTCOMES
from copark.simulation.run import facts_of, first_apart
from copark.simulation.study import Scenario, Study
from copark.stats.precision import difference
from copark.stats.quantiles import quantiles_over
from copark.texts import LANGUAGES
from copark.web.content.engine import BoundedCache
from copark.web.content.frame import Frame, output_info
from copark.web.content.responses import ArmFlows, ArrowFlow, LinkMechanism, LinkPart, LinkParts, Said, Why
from copark.web.content.sentences import STANDING, amount, both, points, said, signed, spoken_in

if TYPE_CHECKING:
    from copark.web.content.case_registry import CaseEntry
    from copark.web.content.engine import CancellationToken, Engine


FLOW_RUNS = 200
"""Runs whose links are looked at."""
FLOWS_HELD = 96_000_000


class FlowCache:
    """Flows along the links in the first runs of arms, held like their runs: 100 kB a run."""

    def __init__(self, engine: Engine, held: int = FLOWS_HELD) -> None:
        self.engine = engine
        self.held: BoundedCache[Flows] = BoundedCache(held)

    def flows(self, study: Study, case_entry: CaseEntry, scenario: Scenario, ticket: CancellationToken) -> Flows:
        """Flows of the first runs of a scenario."""
        runs = min(FLOW_RUNS, study.runs)
        key = (self.engine.scenario_key(study, case_entry, scenario), runs)

        def make() -> Flows:
            inputs = self.engine.inputs(study, case_entry, scenario)
            draws = self.engine.draws(study, case_entry, scenario, 0, runs)
            (made,) = Ensemble(inputs, draws, (), progress=ticket.check).flows()
            return made

        return self.held.once(key, make, lambda made: made.arrived.nbytes, ticket.check)


Floats = NDArray[np.float64]
CANDIDATES = 8
TOLD = 3
LEAST_MOVED = 0.01
"""Spreads below which a link counts as unmoved."""
RUNS_ALONE = 100
STRONGEST = 10.0
LEAST_STRENGTH = 0.02
"""A strength this near to 1 changes nothing worth a run."""
NOTHING = 1e-9
HIDDEN = 0.05
"""Share of an arm's flow that may fall into quarters in which nothing flows in the reference."""


def arm_flows(book: FlowCache, study: Study, case_entry: CaseEntry, ticket: CancellationToken) -> list[ArmFlows]:
    """What the links carry in every arm: medians over runs, and weights on the reference's scale.

    A weight is how far what arrives is from nothing arriving, 1 at the strongest twentieth of the reference.
    """
    every = [book.flows(study, case_entry, scenario, ticket) for scenario in study.scenarios]
    neutral = np.array([channel.link.neutral for channel in channels()])
    beyond = [by_link(np.abs(flows.arrived - neutral)) for flows in every]
    scale = {name: strongest(values) for name, values in beyond[0].items()}

    def middle(values: Floats) -> Floats:
        return quantiles_over(np.ascontiguousarray(values.T), (0.5,))[0]

    found = []
    for scenario, flows, weights in zip(study.scenarios, every, beyond, strict=True):
        arrows = [
            ArrowFlow.model_construct(
                link=name,
                median=middle(values).tolist(),
                weight=np.clip(middle(weights[name]) / scale[name], 0.0, 1.0).tolist(),
            )
            for name, values in by_link(as_amounts(flows.arrived)).items()
        ]
        found.append(ArmFlows.model_construct(arm=scenario.key, runs=len(flows.arrived), arrows=arrows))
    return found


def strongest(values: Floats) -> float:
    """The strongest twentieth of what a link carries; 1 where it never carries anything."""
    there = values[np.isfinite(values)]
    found = float(np.quantile(there, 0.95)) if there.size else 0.0
    return found if found > 0.0 else float(there.max(initial=0.0)) or 1.0


@dataclass(frozen=True)
class MovedChannel:
    """A channel that carries something else: means in reference and arm, NaN where it carries no amount; the change."""

    channel: Channel
    before: float
    after: float
    spreads: float


def why(book: FlowCache, frame: Frame, runs: tuple[ScenarioRuns, ...], target: str, ticket: CancellationToken) -> Why:
    """Why the last arm's target differs from the reference's."""
    study, case_entry = frame.study, frame.case_entry
    reference, arm = study.scenarios[0], study.scenarios[-1]
    before, after = (book.flows(study, case_entry, one, ticket) for one in (reference, arm))
    moved = moved_channels(before, after)[:CANDIDATES]
    alone = [effect_alone(book, frame, runs[0], one.channel.link, before, after, target, ticket) for one in moved]
    order = sorted(range(len(moved)), key=lambda n: (alone[n] is None, -abs(alone[n] or 0.0), -abs(moved[n].spreads)))
    known = target in runs[-1].names
    return Why(
        arm=arm.key,
        reference=reference.key,
        target=target,
        quarter=frame.labels[frame.judged],
        change=median((runs[-1][target] - runs[0][target])[:, frame.judged]) if known else None,
        runs=len(before.arrived),
        mechanisms=[mechanism(moved[n], alone[n], target) for n in order[:TOLD]],
        method=said("web.why.method", runs=len(before.arrived), alone=min(RUNS_ALONE, len(before.arrived))),
    )


def median(values: Floats) -> float | None:
    """Median of the values there are."""
    there = values[np.isfinite(values)]
    return float(np.median(there)) if there.size else None


def moved_channels(before: Flows, after: Flows) -> list[MovedChannel]:
    """The strongest channel of every link that moved, the most moved first."""
    differs = np.nan_to_num(difference(before.arrived, after.arrived)).any(axis=(0, 2))
    if not differs.any():
        return []
    since = int(np.argmax(differs))
    best: dict[int, MovedChannel] = {}
    for n, channel in enumerate(channels()):
        one = moved_channel(channel, before.arrived[:, since:, n], after.arrived[:, since:, n])
        held = best.get(channel.link.number)
        if abs(one.spreads) >= LEAST_MOVED and (held is None or abs(one.spreads) > abs(held.spreads)):
            best[channel.link.number] = one
    return sorted(best.values(), key=lambda one: -abs(one.spreads))


def moved_channel(channel: Channel, before: Floats, after: Floats) -> MovedChannel:
    """How far a channel moved, shape of both (runs, quarters); at most 99 spreads, where the reference has none."""
    both_there = np.isfinite(before) & np.isfinite(after)
    first, second = before[both_there], after[both_there]
    if not first.size:
        return MovedChannel(channel, float("nan"), float("nan"), 0.0)
    change, spread = float((second - first).mean()), float(first.std())
    spreads = change / spread if spread > 1e-12 else np.sign(change) * 99.0 if abs(change) > 1e-12 else 0.0
    reference, arm = (mean(channel.amounts(one)) for one in (first, second))
    return MovedChannel(channel, reference, arm, float(np.clip(spreads, -99.0, 99.0)))


def mean(values: Floats) -> float:
    """Mean of the amounts there are; NaN where there is none."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else float("nan")


def ratios(link: Link, before: Flows, after: Flows) -> Floats | None:
    """What the reference's flow must be multiplied by in each quarter to be the arm's on average, shape (quarters,).

    1 in quarters in which nothing flows in the reference; ``None`` where that hides a flow of the arm, or where nothing
    need be multiplied.
    """
    at = [n for n, channel in enumerate(channels()) if channel.link.number == link.number]
    first, second = before.arrived[..., at] - link.neutral, after.arrived[..., at] - link.neutral
    there = np.isfinite(first) & np.isfinite(second)
    base, new = (np.where(there, one, 0.0).sum(axis=(0, 2)) for one in (first, second))
    size = np.where(there, np.abs(first), 0.0).sum(axis=(0, 2))
    flowing = np.abs(base) > NOTHING * np.maximum(size, NOTHING)
    if np.abs(new[~flowing]).sum() > HIDDEN * np.abs(new).sum():
        return None
    found = np.ones(len(base))
    np.divide(new, base, out=found, where=flowing)
    if (found < 0.0).any() or not (np.abs(found - 1.0) >= LEAST_STRENGTH).any():
        return None
    return np.minimum(found, STRONGEST)


def effect_alone(
    book: FlowCache,
    frame: Frame,
    reference: ScenarioRuns,
    link: Link,
    before: Flows,
    after: Flows,
    target: str,
    ticket: CancellationToken,
) -> float | None:
    """Give the median paired change of an output where one link alone carries what it carries in the scenario.

    Parameters
    ----------
    book
        Has the engine.
    frame
        What all parts of an answer share.
    reference
        Runs of the reference.
    link
        The link.
    before, after
        What arrives along all links in the reference and in the scenario.
    target
        The output.
    ticket
        Stops the work.

    Returns
    -------
    The change, or ``None`` where there is no strength at which it would carry that, or the output was not kept.
    """
    factors = ratios(link, before, after)
    if factors is None or target not in reference.names:
        return None
    engine = book.engine
    study = frame.study
    scenario = study.scenarios[0]
    runs = min(RUNS_ALONE, len(reference))
    inputs = engine.inputs(study, frame.case_entry, scenario)
    changed = inputs.link_strength.copy()
    changed[:, link.number] *= factors
    draws = engine.draws(study, frame.case_entry, scenario, 0, runs)
    alone = engine.run(inputs._replace(link_strength=changed), draws, (target,), ticket)
    apart = alone[target][:, frame.judged] - reference[target][:runs, frame.judged]
    return median(apart[alone.finished])


def mechanism(moved: MovedChannel, alone: float | None, target: str) -> LinkMechanism:
    """A link that moved, in numbers and words."""
    link, output, name = moved.channel.link, output_info(target), moved.channel.name
    if np.isnan(moved.before) or np.isnan(moved.after):
        change = "gone" if np.isnan(moved.after) else "begun"
    else:
        change = "more" if moved.spreads > 0.0 else "less"
    words = {"before": amount(moved.before, link.unit), "after": amount(moved.after, link.unit)}
    words |= {"title": both(link), "channel": Said(en="", zh=""), "alone": Said(en="", zh="")}
    if name:  # of a link that carries several numbers
        words["channel"] = said("web.channel.number", number=name) if name.isdigit() else said(f"web.channel.{name}")
    if alone is not None:
        words["alone"] = said("web.why.alone", target=output.title, effect=signed(alone, output.unit))
    return LinkMechanism.of(
        link,
        link=link.name,
        before=None if np.isnan(moved.before) else moved.before,
        after=None if np.isnan(moved.after) else moved.after,
        moved=moved.spreads,
        alone=alone,
        sentence=said(f"web.why.{change}", **words),
    )


PARTS_RUNS = 200
"""Pairs of runs that are run again with links cut."""


def link_parts(engine: Engine, frame: Frame, runs: tuple[ScenarioRuns, ...], ticket: CancellationToken) -> LinkParts:
    """Share the change of P(self-standing) from the first arm to the last out among groups of links.

    As in the analysis compare, on the first runs; a page that wants more asks that. What all runs change beyond these
    is a part of its own, so that the parts sum to the change that the page shows.
    """
    study, case_entry = frame.study, frame.case_entry
    ends = (study.scenarios[0], study.scenarios[-1])
    facts = [facts_of(study, study.seen(case_entry.case), one) for one in ends]
    is_whole = ends[0].parameters != ends[1].parameters or bool(facts[0].keys() ^ facts[1].keys())
    since = 0 if is_whole else first_apart(*(engine.inputs(study, case_entry, one) for one in ends))
    most = min(PARTS_RUNS, study.runs)

    @cache
    def outcomes(at: int, groups: tuple[str, ...], runs: int) -> NDArray[np.int8]:
        """Codes of the outcomes at an end, groups of links cut; many are asked for twice."""
        cut = without_links(ends[at], ends[at].key, [link for name in groups for link in GROUPS[name]], since)
        inputs = engine.inputs(study, case_entry, cut)
        draws = engine.draws(study, case_entry, cut, 0, runs)
        return engine.run(inputs, draws, NEEDED, ticket, frame.judged).outcome

    def change(coalitions: Sequence[tuple[str, ...]], runs: int) -> list[Indicators]:
        codes, found = np.arange(len(OUTCOMES)), []
        for groups in coalitions:
            before, after = (outcomes(at, groups, min(runs, most))[:, None] == codes for at in (0, 1))
            found.append(after.astype(np.int8) - before.astype(np.int8))
        return found

    parts = []
    for one in parts_of(change, most):
        part, error = one.of(STANDING), one.error[OUTCOMES.index(STANDING)]
        half, told = error if np.isfinite(error) else 0.0, points(part)
        ends_of = {"change": part, "low": part - half, "high": part + half, "told": Said(en=told, zh=told)}
        title = Said(**{lang: Texts("compare", lang)(f"group.{one.group}") for lang in LANGUAGES})
        parts.append(LinkPart(group=one.group, title=title, links=list(GROUPS.get(one.group, ())), **ends_of))
    rest = rounded_rest(whole_change(runs[0], runs[-1]), [part.change for part in parts])
    if rest and most < study.runs:
        heading = said("web.links.other_runs", runs=most)
        words = spoken_in(lambda _: points(rest))
        other = LinkPart(group="other_runs", title=heading, links=[], change=rest, low=rest, high=rest, told=words)
        parts.append(other)
    return LinkParts(since=frame.labels[since], runs=most, parts=parts)


def whole_change(before: ScenarioRuns, after: ScenarioRuns) -> float:
    """Give the change of the chance to be self-standing over all pairs of runs that finished."""
    pairs = before.finished & after.finished
    if not pairs.any():
        return 0.0
    code = OUTCOMES.index(STANDING)
    return float((after.outcome[pairs] == code).mean() - (before.outcome[pairs] == code).mean())


def rounded_rest(whole: float, parts: Sequence[float]) -> float:
    """Give what is left of a change so that it and its parts, each told to a tenth of a point, sum to what is told."""
    return (round(1000.0 * whole) - sum(round(1000.0 * part) for part in parts)) / 1000.0
