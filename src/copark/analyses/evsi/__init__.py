"""Value of information for a decision (EVSI): what it is worth to ask before choosing among options.

A person states options and what is at stake. Which option has the largest expected net benefit, what is perfect
information worth, and what is a report of each source worth before the choice, beside its cost?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast

import numpy as np
from pydantic import Field

from copark.analyses.contract import AheadParams, Choice, Keys, Option, Result
from copark.analyses.evsi import worlds as decided
from copark.analyses.evsi.stakes import Stake, StakeMeasures, read_costs, read_stakes
from copark.analyses.how_sure import NO_DOUBTS, Doubts, doubts_of
from copark.analyses.voi import PossibleObservation
from copark.analyses.voi import worlds as information
from copark.arrays import Floats
from copark.calibration.calibration_setup import everything_fitted
from copark.calibration.draw_sources import DRAWS as BORROWED
from copark.calibration.observations import targets
from copark.cases.horizon import horizon_of, seen_from
from copark.cases.types import Replicates, renamed
from copark.decisions.experiment import study_of
from copark.decisions.lever_file import AS_IT_IS, LeverFile, LeverOption, load_levers
from copark.errors import RunRefused
from copark.extras import need
from copark.json_types import JsonObject
from copark.model.outcomes import ENDED, GOOD
from copark.model.variables import catalogue
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.workload import Workload
from copark.stats.rounding import NO_DIFFERENCE
from copark.stats.shares import shares
from copark.stats.value_of_information import (
    DecisionProblem,
    ExpectedGain,
    clustered_error,
    half_expectations,
    perfect_information,
    perfect_information_bound,
    simultaneous_errors,
)
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.cases import Case
    from copark.progress import Progress

NORMAL = 1.959964
"""Standard errors on either side of an estimate that make its interval of 95 %."""
Valued = TypeVar("Valued")
FEWEST = 50
"""Worlds below which nothing is said."""
EXAMPLES = (f"{GOOD.key}=100", f"{ENDED.key}=-50", "jobs=0.01", "public_income=1")
"""Stakes that forms show."""


def options_of(context: Context, values: Mapping[str, Any]) -> list[Choice]:
    """List the options from now on of a case's levers; RunRefused is raised if it has none."""
    file = open_levers(context.case(values["case"]), values["file"], values.get("now"))
    return [Choice(option.key, title_of(option)) for option in file.options("now")]


def stakes_of(_context: Context, _given: Mapping[str, Any]) -> list[Choice]:
    """Return examples of stakes."""
    return [Choice(example, LocalizedText.same(example)) for example in EXAMPLES]


def title_of(option: LeverOption) -> LocalizedText:
    """Name an option with its lever."""
    return LocalizedText.by_language(option.name)


class Params(AheadParams):
    """Parameters of the value of information for a decision: options, stakes, costs."""

    options: Annotated[tuple[str, ...], Keys(options_of), Field(max_length=20)] = ()
    """Keys of the options beside the park as planned; by default all that can be chosen from now on."""
    stake: Annotated[
        tuple[str, ...], Option("--stake", repeated=True), Keys(stakes_of, closed=False), Field(max_length=20)
    ] = ()
    """What is at stake and its price in M USD, such as ``self_standing=100``; at least one is needed."""
    option_cost: Annotated[tuple[str, ...], Option("--option-cost", repeated=True)] = ()
    """Costs of options in M USD, such as ``five-now=10``; by default none."""
    cost: Annotated[tuple[str, ...], Option("--cost", repeated=True)] = ()
    """Costs of sources in M USD, such as ``attribution=0.2``; by default none is known."""
    draws: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """Worlds: parameter draws with a past each, at most as many as the park's calibration has."""
    replicates: Annotated[Replicates, Field(ge=2, le=1000)] = 16
    """Futures of each world."""
    file: Path | None = None
    """Your own levers file; by default the one shipped for the case, or a general set."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "replicates": 32}


@dataclass(frozen=True)
class DecisionAlternative:
    """An option of the decision, and its expected net benefit."""

    key: str
    """Key of the option; ``as-it-is`` for the park as planned."""
    title: LocalizedText
    """The option with its lever."""
    cost: float
    """What it costs, M USD; 0 where nobody said."""
    net: float
    """Expected net benefit over that of the park as planned, M USD."""
    error: float
    """Simulation error of that: a standard error over groups of worlds."""
    by_stake: tuple[float, ...]
    """Expected change of everything that is at stake, in its unit."""
    unchanged: bool
    """Whether every run is as in the park as planned."""
    knowing: ExpectedGain | None
    """Perfect information before deciding between this option and the park as planned alone, from below."""
    knowing_most: float
    """The same from above; NaN of the park as planned."""
    asking: tuple[ExpectedGain, ...]
    """The same of every source: before deciding between this option and the park as planned alone."""


@dataclass(frozen=True)
class SourceGain:
    """Gain from asking a source before deciding."""

    observation: PossibleObservation
    """What is asked, when, and with which error."""
    gain: ExpectedGain
    """What it is worth."""


@dataclass(frozen=True)
class ParameterGain:
    """Gain from knowing the parameters of a scale before deciding."""

    submodel: Annotated[str, renamed("submodel", "room")]
    """The scale."""
    parameters: tuple[str, ...]
    """Its parameters that are not known."""
    gain: ExpectedGain
    """What it would be worth."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """A decision: its options, and what asking before it is worth."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    decision: str
    """Quarter in which the options begin."""
    horizon: str
    """Last quarter of the runs."""
    rate: float
    """Yearly rate at which flows are discounted."""
    cut: str
    """Last quarter that the draws reproduce; empty where they reproduce nothing."""
    later_values: int
    """Values reported since, which neither draws nor reports contain."""
    drawn: int
    """Worlds that were simulated."""
    worlds: int
    """Worlds that count: those in which the company lives when the decision is due."""
    groups: int
    """Groups of them that do not depend on each other."""
    replicates: Replicates
    """Futures of each world."""
    seed: int
    """Seed of the study."""
    stakes: tuple[Stake, ...]
    """What is at stake."""
    alternatives: tuple[DecisionAlternative, ...]
    """The park as planned, then the options in the order of the file."""
    best: int
    """Place of the one with the largest expected net benefit."""
    lead: tuple[float, float]
    """Its expected net benefit over that of the next best, and the standard error of that."""
    perfect: ExpectedGain
    """Perfect information on the park when the decision is due, from below."""
    perfect_most: float
    """The same from above."""
    perfect_error: float
    """Standard error of that."""
    sources: tuple[SourceGain, ...]
    """What may be asked before deciding."""
    simultaneous: float
    """Standard errors by which the largest gain of all sources may exceed 0 by chance."""
    parameters: tuple[ParameterGain, ...]
    """Partial perfect information by scale."""
    costs: dict[str, float]
    """What sources cost, by family, M USD."""
    doubts: Doubts = NO_DOUBTS
    """What is assumed of the park, and what its record says against the model."""

    @property
    def no_ground_because(self) -> str:
        """State why the model's word is no ground for a choice: ``contradicted`` or ``uncalibrated``; else nothing."""
        if self.doubts.contradiction is not None:
            return "contradicted"
        return "" if self.trust is None or self.trust.shows_outcomes else "uncalibrated"

    def cost(self, source: SourceGain) -> float | None:
        """Return what a source costs; ``None`` where nobody said."""
        return self.costs.get(source.observation.family)

    def net(self, source: SourceGain) -> float:
        """Subtract the cost of a source, if it is known, from its gain."""
        return source.gain.gain - (self.cost(source) or 0.0)

    def is_worth_asking(self, source: SourceGain) -> bool:
        """Return whether the gain exceeds its cost by more than the largest of so many errors by chance."""
        return self.net(source) > self.simultaneous * source.gain.error and source.gain.error > 0.0

    @cached_property
    def ranked(self) -> tuple[SourceGain, ...]:
        """List the sources, those worth asking first, then by net gain; of equal ones that with fewer dates first."""

        def order(source: SourceGain) -> tuple[bool, float, int]:
            return not self.is_worth_asking(source), -self.net(source), len(source.observation.dates)

        return tuple(sorted(self.sources, key=order))

    @property
    def changes_choice(self) -> bool:
        """Return whether any report of any source would lead to another choice."""
        return any(source.gain.otherwise > 0.0 for source in self.sources)

    def main_table(self) -> Iterator[dict[str, Any]]:
        """Return a row for each source."""
        for source in self.ranked:
            observation = source.observation
            yield {
                "source": observation.family,
                "parameter": observation.parameter,
                "dates": " ".join(observation.dates),
                "gain": source.gain.gain,
                "error": source.gain.error,
                "cost": self.cost(source),
                "net": self.net(source),
                "worth_asking": self.is_worth_asking(source),
                "chosen_otherwise": source.gain.otherwise,
                **{
                    f"chosen_{alternative.key}": share
                    for alternative, share in zip(self.alternatives, source.gain.chosen, strict=True)
                },
            }


def open_levers(case: Case, path: Path | None, now: str | None) -> LeverFile:
    """Read the levers of a case from which something can still be chosen.

    Raises
    ------
    RunRefused
        If the park is closed by then, or nothing can be chosen any more.
    """
    file = load_levers(case, path, now)
    closure = case.closed_by(file.now)
    if closure is not None:
        raise RunRefused.of("goal.closed", case=case.name, since=str(closure.since))
    if not file.options("now"):
        raise RunRefused.of("goal.over", case=case.name)
    return file


def _source_costs(params: Params) -> dict[str, float]:
    families = [*(family.key for family in information.FAMILIES), information.LITERATURE]
    return read_costs(params.cost, families, "evsi.no_cost")


def _plan(params: Params, context: Context) -> tuple[decided.DecisionPlan, dict[str, float]]:
    """Decide what is run, and what options cost."""
    case = context.case(params.case)
    file = open_levers(case, params.file, params.now)
    open_options = file.options("now")
    options = tuple(option for option in open_options if not params.options or option.key in params.options)
    stakes = read_stakes(params.stake)
    _source_costs(params)
    costs = read_costs(params.option_cost, [option.key for option in options], "evsi.no_option_cost")
    parameters = context.parameters(params.case, *params.wanted)
    calibrated = parameters.posterior
    distinct = params.draws
    if parameters.source is not None:
        distinct = BORROWED if calibrated is None else calibrated.replay.pairs
    fields = {
        "runs": min(params.draws, distinct) * params.replicates,
        "replicates": params.replicates,
        "seed": params.seed,
    }
    study = study_of(file, "now", options, draws="posterior", **fields)
    measures = StakeMeasures(file.now - case.clock.start, file.discount.rate, stakes)
    return decided.DecisionPlan(case, file, options, measures, parameters.source, study), costs


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the levers file, the options and the stakes."""
    plan, costs = _plan(params, context)
    return {
        "file": plan.file.model_dump(mode="json", by_alias=True),
        "options": [option.key for option in plan.options],
        "stake": [[stake.name, stake.price] for stake in plan.measures.stakes],
        "option_cost": costs,
    }


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run."""
    plan, _ = _plan(params, context)
    return (Workload(plan.runs, plan.study.seen(plan.case).clock.quarters),)


def compute(params: Params, context: Context) -> Answer:
    """Simulate the decision and value what may be asked; costs of sources are put to an answer without them."""
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY
    from copark.calibration.linear_algebra import one_thread

    source_costs = _source_costs(params)
    if source_costs:
        plain = params.model_copy(update={"cost": ()})
        without_costs = cast("Answer", answer(REGISTRY["evsi"], plain, replace(context)).result)
        return replace(without_costs, run_id=context.run_id, costs=source_costs)
    need("statistics", "`copark evsi`")
    plan, costs = _plan(params, context)
    context.announce_workload(plan.case, workload(params, context))
    worlds = decided.simulate(plan, context.cores, context.stage("simulate"))
    if worlds.groups.size < FEWEST:
        raise RunRefused.of("evsi.few", count=int(worlds.groups.size), drawn=plan.worlds, fewest=FEWEST)
    with one_thread():
        return _valued(plan, worlds, costs, params, context)


def _valued(
    plan: decided.DecisionPlan,
    worlds: decided.DecisionWorlds,
    costs: Mapping[str, float],
    params: Params,
    context: Context,
) -> Answer:
    """Regress net benefits on what may be known, and value the choices that follow."""
    prices = np.array([stake.price for stake in plan.measures.stakes])
    own_costs = np.array([0.0, *(costs.get(option.key, 0.0) for option in plan.options)])
    futures = np.tensordot(prices, worlds.stakes, axes=1) - own_costs[:, np.newaxis, np.newaxis]
    problem = DecisionProblem(futures.mean(axis=2), worlds.groups, params.seed)
    reports = [worlds.report(source) for source in worlds.sources]
    submodels = _submodels(worlds)
    done = _Steps(context.stage("analyse"), len(reports) + len(submodels) + 1)
    expected = [done(problem.expected(report)) for report in reports]
    rules = [problem.rule(expectation) for expectation in expected]
    sources = tuple(
        SourceGain(_observation(worlds, source), problem.gain([rule]))
        for source, rule in zip(worlds.sources, rules, strict=True)
    )
    by_submodel = tuple(
        ParameterGain(
            submodel,
            names,
            done(problem.of_report(np.stack([worlds.parameters[name] for name in names], axis=1))),
        )
        for submodel, names in submodels
    )
    of_halves = done(half_expectations(problem, worlds.state, futures))
    perfect_most, perfect_error = perfect_information_bound(problem, futures)
    alternatives = tuple(_alternatives(plan, worlds, problem, futures, own_costs, expected, of_halves))
    calibrated = context.parameters(params.case, *params.wanted).posterior
    cut = None if calibrated is None else calibrated.cut
    answer = Answer(
        case=plan.case.name,
        park=plan.case.title,
        decision=str(plan.file.now),
        horizon=str(horizon_of(seen_from(plan.case, plan.file.now))),
        rate=plan.measures.rate,
        cut="" if cut is None else str(cut),
        later_values=len(targets(everything_fitted(plan.case), after=cut)),
        drawn=plan.worlds,
        worlds=int(worlds.groups.size),
        groups=int(np.unique(worlds.groups).size),
        replicates=plan.replicates,
        seed=params.seed,
        stakes=plan.measures.stakes,
        alternatives=alternatives,
        best=problem.best,
        lead=_lead(problem),
        perfect=perfect_information(problem, of_halves),
        perfect_most=perfect_most,
        perfect_error=perfect_error,
        sources=sources,
        simultaneous=simultaneous_errors(np.stack([rule.by_world for rule in rules]), worlds.groups, params.seed),
        parameters=by_submodel,
        costs={},
        **context.result_fields(params, worlds.provenance),
    )
    is_known = answer.trust is None or answer.trust.shows_outcomes
    return replace(answer, doubts=doubts_of(plan.case, shares(worlds.outcome, OUTCOMES), shows_outcomes=is_known))


class _Steps:
    """Counts regressions as they are done, and passes their results through."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress = progress
        self.total = total
        self.count = 0

    def __call__(self, result: Valued) -> Valued:
        self.count += 1
        self.progress(self.count, self.total)
        return result


def _submodels(worlds: decided.DecisionWorlds) -> list[tuple[str, tuple[str, ...]]]:
    """Return the parameters that are not known, by scale."""
    submodel_of = {name: catalogue().parameters[name].submodel for name in worlds.parameters}
    return [
        (submodel, tuple(name for name in worlds.parameters if submodel_of[name] == submodel))
        for submodel in dict.fromkeys(submodel_of.values())
    ]


def _observation(worlds: decided.DecisionWorlds, source: information.Candidate) -> PossibleObservation:
    return PossibleObservation(
        source.family,
        source.parameter,
        tuple(worlds.quarters[quarter] for quarter in source.quarters),
        source.precision(worlds.error_of(source)),
        relative=source.relative,
    )


def _lead(problem: DecisionProblem) -> tuple[float, float]:
    """Describe by how much the best option leads the next best, with the standard error."""
    means = problem.benefits.mean(axis=1)
    others = [place for place in range(problem.options) if place != problem.best]
    second = max(others, key=lambda place: float(means[place]))
    lead = problem.benefits[problem.best] - problem.benefits[second]
    return float(lead.mean()), clustered_error(lead, problem.groups)


def _alternatives(
    plan: decided.DecisionPlan,
    worlds: decided.DecisionWorlds,
    problem: DecisionProblem,
    futures: Floats,
    costs: Floats,
    expected: Sequence[Floats],
    of_halves: Sequence[tuple[Floats, Floats]],
) -> Iterator[DecisionAlternative]:
    """Return the park as planned and every option; of an option what knowing is worth between the two alone."""
    nothing = float("nan")
    as_planned = LocalizedText.by_language(lambda lang: text("study.as_it_is", lang))
    unmoved = (0.0,) * len(plan.measures.stakes)
    yield DecisionAlternative(AS_IT_IS, as_planned, 0.0, 0.0, 0.0, unmoved, True, None, nothing, ())
    for place, option in enumerate(plan.options, start=1):
        change = worlds.stakes[:, place] - worlds.stakes[:, 0]
        difference = problem.benefits[place] - problem.benefits[0]
        pair = problem.between(place)
        both = [0, place]
        yield DecisionAlternative(
            key=option.key,
            title=title_of(option),
            cost=float(costs[place]),
            net=float(difference.mean()),
            error=clustered_error(difference, problem.groups),
            by_stake=tuple(change.mean(axis=(1, 2)).tolist()),
            unchanged=bool(np.abs(change).max(initial=0.0) <= NO_DIFFERENCE),
            knowing=perfect_information(
                pair, [(expectation[both], benefits[both]) for expectation, benefits in of_halves]
            ),
            knowing_most=perfect_information_bound(pair, futures[both])[0],
            asking=tuple(pair.gain([pair.rule(expectation[both])]) for expectation in expected),
        )
