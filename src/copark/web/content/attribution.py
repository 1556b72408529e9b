"""Attribution of a change: which links carry something else than in the reference, and what each would do alone.

The change of a link is the mean, over the quarters from the first difference on, of what arrives in the scenario less
what arrives in the reference, with common random numbers, in standard deviations of what arrives in the reference. Its
effect alone is simulated: in the reference the link is given, quarter by quarter, the strength at which it carries on
average what it carries in the scenario, everything else is left free, and the paired change of the target is read.
Links whose flow comes into being, or only moves between sides, have no such strength, and no effect alone is told.

Likewise, through which links a change of P(self-standing) passes, for the runs a page asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.analyses.compare.outcome_attribution import (
    GROUPS,
    Indicators,
    OutcomeParts,
    apart_from,
    change_of_outcomes,
    parts_of,
    shares_of_codes,
)
from copark.model.variables import Link
from copark.simulation.counterfactual import without_links
from copark.simulation.ensemble import Channel, Flows, ScenarioRuns, as_amounts, by_link, channels, flows_of
from copark.simulation.study import Scenario, Study
from copark.stats.precision import difference
from copark.stats.quantiles import quantiles_over
from copark.texts.localized import LocalizedText
from copark.web.content.engine import BoundedCache
from copark.web.content.frame import Frame, output_info
from copark.web.content.responses import ArrowFlow, LinkMechanism, ScenarioFlows, Why
from copark.web.content.sentences import amount, said, signed

if TYPE_CHECKING:
    from copark.web.content.case_registry import CaseEntry
    from copark.web.content.engine import CancellationToken, Engine


FLOW_RUNS = 200
"""Runs whose flows along links are computed."""
FLOW_CACHE_BYTES = 96_000_000


class FlowCache:
    """Flows along the links in the first runs of scenarios, cached like their runs: 100 kB a run."""

    def __init__(self, engine: Engine, most_bytes: int = FLOW_CACHE_BYTES) -> None:
        self.engine = engine
        self.cache: BoundedCache[Flows] = BoundedCache(most_bytes)

    def flows(self, study: Study, case_entry: CaseEntry, scenario: Scenario, cancellation: CancellationToken) -> Flows:
        """Return the flows of the first runs of a scenario.

        Parameters
        ----------
        study
            The study.
        case_entry
            Its case.
        scenario
            The scenario.
        cancellation
            Stops the work.
        """
        runs = min(FLOW_RUNS, study.runs)
        key = (self.engine.scenario_key(study, case_entry, scenario), runs)

        def compute() -> Flows:
            inputs = self.engine.inputs(study, case_entry, scenario)
            draws = self.engine.draws(study, case_entry, scenario, 0, runs)
            return flows_of(inputs, draws, cancellation.check)

        return self.cache.once(key, compute, lambda flows: flows.arrived.nbytes, cancellation.check)


Floats = NDArray[np.float64]
CANDIDATES = 8
"""Links that moved most, whose effects alone are computed."""
SHOWN = 3
"""Links that are shown."""
LEAST_MOVED = 0.01
"""Standard deviations below which a link counts as unmoved."""
RUNS_ALONE = 100
"""Runs by which the effect of a link alone is computed."""
MOST_STRENGTH = 10.0
"""Largest strength a link is given."""
LEAST_STRENGTH_CHANGE = 0.02
"""A strength this near to 1 changes nothing worth a run."""
NO_FLOW = 1e-9
"""Flow below which nothing flows, relative to its absolute size."""
MOST_HIDDEN = 0.05
"""Share of a scenario's flow that may fall into quarters in which nothing flows in the reference."""


def flows_by_scenario(
    flow_cache: FlowCache, study: Study, case_entry: CaseEntry, cancellation: CancellationToken
) -> list[ScenarioFlows]:
    """Compute what the links carry in every scenario: medians over runs, and weights on the reference's scale.

    A weight is how far what arrives is from nothing arriving, 1 at the strongest twentieth of the reference.

    Parameters
    ----------
    flow_cache
        Computes the flows.
    study
        The study; its first scenario is the reference.
    case_entry
        Its case.
    cancellation
        Stops the work.
    """
    flows_by_scenario = [flow_cache.flows(study, case_entry, scenario, cancellation) for scenario in study.scenarios]
    neutral = np.array([channel.link.neutral for channel in channels()])
    distances = [by_link(np.abs(flows.arrived - neutral)) for flows in flows_by_scenario]
    scale = {name: strongest(values) for name, values in distances[0].items()}

    def medians(values: Floats) -> Floats:
        return quantiles_over(np.ascontiguousarray(values.T), (0.5,))[0]

    answers = []
    for scenario, flows, distance in zip(study.scenarios, flows_by_scenario, distances, strict=True):
        arrows = [
            ArrowFlow.model_construct(
                link=name,
                median=medians(values).tolist(),
                weight=np.clip(medians(distance[name]) / scale[name], 0.0, 1.0).tolist(),
            )
            for name, values in by_link(as_amounts(flows.arrived)).items()
        ]
        answers.append(ScenarioFlows.model_construct(scenario=scenario.key, runs=len(flows.arrived), arrows=arrows))
    return answers


def strongest(values: Floats) -> float:
    """Return the strongest twentieth of what a link carries; 1 where it never carries anything."""
    finite = values[np.isfinite(values)]
    level = float(np.quantile(finite, 0.95)) if finite.size else 0.0
    return level if level > 0.0 else float(finite.max(initial=0.0)) or 1.0


@dataclass(frozen=True)
class MovedChannel:
    """A channel of a link that carries something else than in the reference."""

    channel: Channel
    before: float
    """Mean amount in the reference; NaN where it carries none."""
    after: float
    """Mean amount in the scenario; NaN where it carries none."""
    spreads: float
    """The change in standard deviations of what arrives in the reference."""


def why(
    flow_cache: FlowCache, frame: Frame, runs: tuple[ScenarioRuns, ...], target: str, cancellation: CancellationToken
) -> Why:
    """Explain why an output of the last scenario differs from the reference.

    Parameters
    ----------
    flow_cache
        Computes the flows, and has the engine.
    frame
        What all parts of an answer share.
    runs
        Runs of each scenario.
    target
        Name of the output.
    cancellation
        Stops the work.
    """
    study = frame.study
    reference = study.scenarios[0]
    scenario = study.scenarios[-1]
    before = flow_cache.flows(study, frame.case_entry, reference, cancellation)
    after = flow_cache.flows(study, frame.case_entry, scenario, cancellation)
    candidates = moved_channels(before, after)[:CANDIDATES]
    alone = [
        effect_alone(flow_cache, frame, runs[0], moved.channel.link, before, after, target, cancellation)
        for moved in candidates
    ]
    order = sorted(
        range(len(candidates)),
        key=lambda n: (alone[n] is None, -abs(alone[n] or 0.0), -abs(candidates[n].spreads)),
    )
    is_kept = target in runs[-1].names
    return Why(
        scenario=scenario.key,
        reference=reference.key,
        target=target,
        quarter=frame.labels[frame.judged],
        change=median((runs[-1][target] - runs[0][target])[:, frame.judged]) if is_kept else None,
        runs=len(before.arrived),
        mechanisms=[mechanism(candidates[n], alone[n], target) for n in order[:SHOWN]],
        method=said("web.why.method", runs=len(before.arrived), alone=min(RUNS_ALONE, len(before.arrived))),
    )


def median(values: Floats) -> float | None:
    """Return the median of the finite values."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else None


def moved_channels(before: Flows, after: Flows) -> list[MovedChannel]:
    """Return the most moved channel of every link that moved, the most moved first."""
    differs = np.nan_to_num(difference(before.arrived, after.arrived)).any(axis=(0, 2))
    if not differs.any():
        return []
    since = int(np.argmax(differs))
    most_moved: dict[int, MovedChannel] = {}
    for n, channel in enumerate(channels()):
        moved = moved_channel(channel, before.arrived[:, since:, n], after.arrived[:, since:, n])
        best = most_moved.get(channel.link.number)
        if abs(moved.spreads) >= LEAST_MOVED and (best is None or abs(moved.spreads) > abs(best.spreads)):
            most_moved[channel.link.number] = moved
    return sorted(most_moved.values(), key=lambda moved: -abs(moved.spreads))


def moved_channel(channel: Channel, before: Floats, after: Floats) -> MovedChannel:
    """Compute how far a channel moved; at most 99 standard deviations, where the reference has none.

    Parameters
    ----------
    channel
        The channel.
    before, after
        What arrives in the reference and in the scenario, shape (runs, quarters).
    """
    both_finite = np.isfinite(before) & np.isfinite(after)
    first = before[both_finite]
    second = after[both_finite]
    if not first.size:
        return MovedChannel(channel, float("nan"), float("nan"), 0.0)
    change = float((second - first).mean())
    spread = float(first.std())
    if spread > 1e-12:
        spreads = change / spread
    elif abs(change) > 1e-12:
        spreads = float(np.sign(change)) * 99.0
    else:
        spreads = 0.0
    return MovedChannel(
        channel, mean(channel.amounts(first)), mean(channel.amounts(second)), float(np.clip(spreads, -99.0, 99.0))
    )


def mean(values: Floats) -> float:
    """Return the mean of the finite values; NaN where there is none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def ratios(link: Link, before: Flows, after: Flows) -> Floats | None:
    """Return the factor by quarter that makes the reference's flow the scenario's on average.

    Parameters
    ----------
    link
        The link; its channels are taken together, as what they carry beyond its neutral value.
    before, after
        What arrives by every channel in the reference and in the scenario, on the same runs.

    Returns
    -------
    numpy.ndarray or None
        Shape (quarters,), at most :data:`MOST_STRENGTH`, and 1 in quarters in which nothing flows in the reference.
        ``None`` where that hides a flow of the scenario, where the flow changes its sign, or where no factor differs
        from 1.
    """
    numbers = [n for n, channel in enumerate(channels()) if channel.link.number == link.number]
    first = before.arrived[..., numbers] - link.neutral
    second = after.arrived[..., numbers] - link.neutral
    both_finite = np.isfinite(first) & np.isfinite(second)
    reference_total = np.where(both_finite, first, 0.0).sum(axis=(0, 2))
    scenario_total = np.where(both_finite, second, 0.0).sum(axis=(0, 2))
    size = np.where(both_finite, np.abs(first), 0.0).sum(axis=(0, 2))
    flowing = np.abs(reference_total) > NO_FLOW * np.maximum(size, NO_FLOW)
    if np.abs(scenario_total[~flowing]).sum() > MOST_HIDDEN * np.abs(scenario_total).sum():
        return None
    factors = np.ones(len(reference_total))
    np.divide(scenario_total, reference_total, out=factors, where=flowing)
    if (factors < 0.0).any() or not (np.abs(factors - 1.0) >= LEAST_STRENGTH_CHANGE).any():
        return None
    return np.minimum(factors, MOST_STRENGTH)


def effect_alone(
    flow_cache: FlowCache,
    frame: Frame,
    reference: ScenarioRuns,
    link: Link,
    before: Flows,
    after: Flows,
    target: str,
    cancellation: CancellationToken,
) -> float | None:
    """Return the median paired change of an output where one link alone carries what it carries in the scenario.

    Parameters
    ----------
    flow_cache
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
    cancellation
        Stops the work.

    Returns
    -------
    The change, or ``None`` where there is no strength at which it would carry that, or the output was not kept.
    """
    factors = ratios(link, before, after)
    if factors is None or target not in reference.names:
        return None
    engine = flow_cache.engine
    study = frame.study
    scenario = study.scenarios[0]
    runs = min(RUNS_ALONE, len(reference))
    inputs = engine.inputs(study, frame.case_entry, scenario)
    changed = inputs.link_strength.copy()
    changed[:, link.number] *= factors
    draws = engine.draws(study, frame.case_entry, scenario, 0, runs)
    alone = engine.run(inputs._replace(link_strength=changed), draws, (target,), cancellation)
    apart = alone[target][:, frame.judged] - reference[target][:runs, frame.judged]
    return median(apart[alone.finished])


def mechanism(moved: MovedChannel, alone: float | None, target: str) -> LinkMechanism:
    """Describe a link that moved, in numbers and in words.

    Parameters
    ----------
    moved
        Its most moved channel.
    alone
        Its effect alone, if there is one.
    target
        Name of the output.
    """
    link = moved.channel.link
    output = output_info(target)
    name = moved.channel.name
    if np.isnan(moved.before) or np.isnan(moved.after):
        change = "gone" if np.isnan(moved.after) else "begun"
    else:
        change = "more" if moved.spreads > 0.0 else "less"
    nothing = LocalizedText.same("")
    words = {
        "before": amount(moved.before, link.unit),
        "after": amount(moved.after, link.unit),
        "title": LocalizedText.by_language(link.title),
        "channel": nothing,
        "alone": nothing,
    }
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


def link_parts(engine: Engine, frame: Frame, cancellation: CancellationToken) -> OutcomeParts:
    """Share the change of outcomes from the first scenario to the last out among groups of links.

    As in the analysis compare, on the first runs; a page that wants more asks that.

    Parameters
    ----------
    engine
        Runs the model.
    frame
        What all parts of an answer share.
    cancellation
        Stops the work.
    """
    study = frame.study
    case_entry = frame.case_entry
    ends = (study.scenarios[0], study.scenarios[-1])
    since = apart_from(study, case_entry.case, *ends)
    most = min(PARTS_RUNS, study.runs)

    @cache
    def outcomes(end: int, groups: tuple[str, ...], count: int) -> NDArray[np.int8]:
        """Run an end with groups of links cut, and return codes of outcomes; many are asked for twice.

        Parameters
        ----------
        end
            0 for the first scenario, 1 for the last.
        groups
            Names among :data:`GROUPS` whose links are cut, from the first quarter in which the two scenarios differ.
        count
            Number of the first runs that are made.

        Returns
        -------
        numpy.ndarray
            Shape (count,): places among :data:`~copark.simulation.outcomes.OUTCOMES`, -1 for a run that did not finish.
        """
        cut = without_links(ends[end], ends[end].key, [link for name in groups for link in GROUPS[name]], since)
        inputs = engine.inputs(study, case_entry, cut)
        draws = engine.draws(study, case_entry, cut, 0, count)
        return engine.run(inputs, draws, (), cancellation, frame.judged).outcome

    def change(coalitions: Sequence[tuple[str, ...]], count: int) -> list[Indicators]:
        return [
            change_of_outcomes(*(outcomes(end, groups, min(count, most)) for end in (0, 1))) for groups in coalitions
        ]

    before, after = (shares_of_codes(outcomes(end, (), most)) for end in (0, 1))
    return OutcomeParts(frame.labels[since], most, before, after, parts_of(change, most))
