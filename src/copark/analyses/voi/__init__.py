"""Information gain: which further observation would take away most of the variance of a claim's truth.

At which date, and how precise? The command is called ``voi``, but what it tells is the expected reduction of P(1 - P),
a score of knowledge; what an observation is worth to a decision is told by :mod:`copark.analyses.evsi`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import isfinite
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import numpy as np
from pydantic import Field

from copark.analyses.claims import Params as ClaimsParams
from copark.analyses.claims import written
from copark.analyses.claims.shared import verdicts, workload_of
from copark.analyses.claims.trial import rules_of
from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result
from copark.analyses.voi import worlds as information
from copark.arrays import Floats
from copark.calibration.draw_sources import DRAWS as BORROWED
from copark.calibration.observations import noise
from copark.cases.types import Replicates
from copark.errors import RunRefused, WrongUsage, printable
from copark.extras import need
from copark.json_types import JsonObject
from copark.labels import claim_number
from copark.simulation.workload import Workload
from copark.stats.information_gain import SURE, Foretold, InformationGain, foretell, gains
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from typing import Any

    import xarray as xr

    from copark.analyses.claims.schema import Claim, Part
    from copark.analyses.claims.verdict import Verdict
    from copark.analyses.context import Context

FACTORS = (0.5, 1.0, 2.0, 4.0)
"""Errors that the best observation of each claim is tried with, as multiples of the usual ones."""
DEAREST = 1e12
"""Largest cost that is taken."""


def parts_of(context: Context, params: Mapping[str, Any]) -> list[Choice]:
    """List the parts of the claims about a case that can be told of one world."""
    file = written(ClaimsParams(case=params["case"]), context)
    return [
        Choice(information.key_of(claim, part), _title(claim, part))
        for claim, part in file.claims.of(file.claims.claims)
        if information.measurable(part)
    ]


def _title(claim: Claim, part: Part) -> LocalizedText:
    return LocalizedText(en=f"{claim.id} {part.title.en}", zh=f"{claim_number(claim.id, 'zh')} {part.title.zh}")


class Params(CaseParams):
    """Parameters of the gain of information by further observations."""

    draws: Annotated[int, Field(ge=100, le=100_000)] = 4096
    """Simulated worlds: parameter draws, at most as many as the park's calibration has."""
    replicates: Annotated[Replicates, Field(ge=3, le=1000)] = 6
    """Runs of each world: the first is observed, effects are averaged over the others."""
    claim: Annotated[tuple[str, ...], Option("--claim", repeated=True), Keys(parts_of)] = ()
    """Parts of claims to ask about, such as ``4b/ties``; by default those that make a verdict and compare two scenarios
    at most."""
    cost: Annotated[tuple[str, ...], Option("--cost", repeated=True)] = ()
    """What observations cost by family, such as ``attribution=5``, in any unit; by default none is known."""
    served: ClassVar[Mapping[str, float]] = {"draws": 4096, "replicates": 20}

    @property
    def costs(self) -> dict[str, float]:
        """Read what observations cost, by family.

        Raises
        ------
        RunRefused
            If an entry is not ``observation=cost``, the observation is none or the cost is not above 0.
        """
        names = [*(family.key for family in information.FAMILIES), information.LITERATURE]
        costs = {}
        for entry in self.cost:
            name, _, number = entry.partition("=")
            try:
                value = float(number)
            except ValueError:
                value = float("nan")
            if name.strip() not in names or not isfinite(value) or not 0.0 < value <= DEAREST:
                raise WrongUsage.of("voi.no_cost", found=printable(entry[:60]), known=", ".join(names))
            costs[name.strip()] = value
        return costs


def depends_on(params: Params, context: Context) -> JsonObject:
    """Describe the claims whose parts are asked about."""
    return {"rules": rules_of(written(ClaimsParams(case=params.case), context), sequential=False)}


@dataclass(frozen=True)
class OpenQuestion:
    """A part of a claim, and what is known of it before anything else is observed."""

    key: str
    """Claim and part."""
    rival: bool
    """Whether it is of a rival explanation."""
    title: LocalizedText
    """Title of the part."""
    says: LocalizedText
    """What holds if it is true."""
    claimed: float
    """P, which counts every draw by the probability that it holds there: that of ``copark claims``."""
    claimed_word: str
    """The word of ``copark claims`` for it."""
    probability: float
    """Share of worlds in which its condition holds, by the best estimate of each: what reports are regressed on."""
    low: float
    """5 % quantile of its expected effect."""
    median: float
    """Median of its expected effect."""
    high: float
    """95 % quantile of its expected effect."""
    parameters: float
    """Share of the variance of one run's effect that the draws explain: more nobody can foretell."""
    known: float
    """R² of the values on record that the draws do not reproduce already."""
    decided: float
    """Share of worlds in which these values decide it."""

    @property
    def open(self) -> bool:
        """Return whether it is not decided by what is known."""
        return 1.0 - SURE < self.probability < SURE


@dataclass(frozen=True)
class PossibleObservation:
    """An observation that could be made."""

    family: str
    """What is made."""
    parameter: str
    """What an estimate from elsewhere is of; empty of an observation of the park."""
    dates: tuple[str, ...]
    """When."""
    precision: tuple[float, ...]
    """Its error by date; relative where it is that of a reported value."""
    relative: bool
    """Whether it is."""


@dataclass(frozen=True)
class ObservationGain:
    """Reduction of the variance of a question's answer by an observation, with its error multiplied by a factor."""

    question: str
    """Key of the question."""
    observation: int
    """Place of the observation among those of the answer."""
    factor: float
    """What its error is multiplied by."""
    gain: InformationGain
    """What it tells."""


def simplest(tried: Sequence[ObservationGain], observations: Sequence[PossibleObservation]) -> ObservationGain:
    """Choose the best observation of a question: of those within a standard error of the largest gain, the simplest.

    That is the one with the fewest dates, then the earliest.

    Parameters
    ----------
    tried
        What was tried of one question.
    observations
        Those of the answer.
    """
    top = max(tried, key=lambda trial: trial.gain.variance)
    candidates = [trial for trial in tried if trial.gain.variance >= top.gain.variance - top.gain.error]

    def order(trial: ObservationGain) -> tuple[int, str, float]:
        dates = observations[trial.observation].dates
        return max(len(dates), 1), max(dates, default=""), -trial.gain.variance

    return top if not top.gain.variance > 0.0 else min(candidates, key=order)


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Questions, observations, and what each tells of each."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    cut: str
    """Last quarter that the draws reproduce already; empty where they reproduce nothing."""
    worlds: int
    """Simulated worlds that could be used."""
    replicates: Replicates
    """Runs of each."""
    values: int
    """Values on record that count as known beside the draws."""
    questions: tuple[OpenQuestion, ...]
    """What is asked of the claims."""
    observations: tuple[PossibleObservation, ...]
    """What could be observed."""
    tried: tuple[ObservationGain, ...]
    """Every open question with every observation."""
    precisions: tuple[ObservationGain, ...]
    """The best observation of each open question, more and less precise."""
    costs: dict[str, float]
    """What the reader says that observations cost, by family."""

    @cached_property
    def ranked(self) -> dict[str, tuple[ObservationGain, ...]]:
        """List what was tried of each open question, the largest gain first."""
        by_question: dict[str, list[ObservationGain]] = {}
        for trial in self.tried:
            by_question.setdefault(trial.question, []).append(trial)
        return {
            question: tuple(sorted(trials, key=lambda trial: -trial.gain.variance))
            for question, trials in by_question.items()
        }

    @cached_property
    def best(self) -> tuple[ObservationGain, ...]:
        """The best observation of each open question: claims before rivals, the largest gain first."""
        best = [simplest(trials, self.observations) for trials in self.ranked.values()]
        return tuple(sorted(best, key=lambda trial: (self.question(trial.question).rival, -trial.gain.variance)))

    def question(self, key: str) -> OpenQuestion:
        """Return a question by its key."""
        return next(question for question in self.questions if question.key == key)

    def total(self, observation: int) -> float:
        """Add up the expected reductions of the variance of all open questions by an observation."""
        return sum(max(trial.gain.variance, 0.0) for trial in self.tried if trial.observation == observation)

    def cost(self, observation: int) -> float | None:
        """Return what an observation costs; ``None`` where nobody said."""
        return self.costs.get(self.observations[observation].family)

    def main_table(self) -> Iterator[dict[str, Any]]:
        """Return every open question with every observation, a row each."""
        for trial in self.tried:
            observation = self.observations[trial.observation]
            question = self.question(trial.question)
            yield {
                "question": trial.question,
                "observation": observation.family,
                "parameter": observation.parameter,
                "dates": " ".join(observation.dates),
                "claimed": question.claimed,
                "probability": question.probability,
                "cost": self.cost(trial.observation),
                **vars(trial.gain),
            }


def _plan(params: Params, context: Context) -> information.InformationPlan:
    """Decide what worlds are made of; of draws that repeat themselves each is taken once.

    Raises
    ------
    RunRefused
        If no part of a claim about the case can be told of one world.
    """
    case = context.case(params.case)
    parameters = context.parameters(params.case, *params.wanted)
    file = written(ClaimsParams(case=params.case), context)
    calibrated = parameters.posterior
    parts = information.parts_of(file, params.claim)
    if not parts:
        raise RunRefused.of("voi.no_claim", case=case.name)
    distinct = params.draws
    if parameters.source is not None:
        distinct = BORROWED if calibrated is None else calibrated.replay.pairs
    return information.InformationPlan(
        case,
        file,
        parts,
        parameters.source,
        None if calibrated is None else calibrated.cut,
        min(params.draws, distinct),
        params.replicates,
        params.seed,
    )


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run."""
    plan = _plan(params, context)
    return (Workload(plan.runs, plan.case.clock.quarters), *workload_of(params, plan.draws, context))


def compute(params: Params, context: Context) -> Answer:
    """Make the worlds, or read them again, and weigh every observation; costs are put to an answer without them."""
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY

    costs = params.costs
    if costs:
        plain = params.model_copy(update={"cost": ()})
        without_costs = cast("Answer", answer(REGISTRY["voi"], plain, replace(context)).result)
        return replace(without_costs, run_id=context.run_id, costs=costs)
    need("statistics", "`copark voi`")
    plan = _plan(params, context)

    def simulate() -> xr.Dataset:
        context.announce_workload(plan.case, workload(params, context))
        return information.simulate(plan, context.cores, context.stage("simulate"))

    return _weighed(plan, context.cached("worlds", simulate), params, context)


class _Reports:
    """Values that are known and that candidates report in the worlds of a plan, errors included."""

    def __init__(self, plan: information.InformationPlan, worlds: xr.Dataset) -> None:
        from copark.calibration.observations import ObservationModel

        self.plan = plan
        self.candidates = information.candidates(plan.case, tuple(map(str, worlds["parameters"].to_numpy())))
        columns = information.columns_of(self.candidates)
        self.places = {column: place for place, column in enumerate(columns)}
        known_values = worlds["known"].to_numpy()
        values = worlds["values"].to_numpy()
        statistics = worlds["statistics"].to_numpy()
        self.whole = np.isfinite(np.concatenate([known_values, values, statistics], axis=1)).all(axis=1)
        targets = ObservationModel(plan.known)
        count = known_values.shape[1]
        errors = noise(plan.seed, 0, plan.draws, count + values.shape[1])
        self.known = information.logs(targets.hide(known_values + targets.errors * errors[:, :count])[self.whole])
        self.errors = errors[self.whole, count:]
        self.values = values[self.whole]
        self.residents = dict(enumerate(worlds["residents"].to_numpy().tolist()))
        self.effects = statistics[self.whole][:, plan.first]
        self.chance = worlds["chance"].to_numpy()[plan.first]
        self.holds = plan.holds(worlds)[self.whole]

    def spread(self, candidate: information.Candidate) -> Floats:
        """Compute the errors of a candidate's columns."""
        return candidate.errors(self._values(candidate), self.residents)

    def _values(self, candidate: information.Candidate) -> Floats:
        return self.values[:, [self.places[column] for column in candidate.columns]]

    def of(self, candidate: information.Candidate, factor: float = 1.0) -> Floats:
        """Make what a candidate reports, shape (worlds, columns), its errors multiplied by a factor."""
        errors = self.errors[:, [self.places[column] for column in candidate.columns]]
        return information.logs(self._values(candidate) + factor * self.spread(candidate) * errors)

    def foretell(
        self, candidate: information.Candidate | None, questions: Sequence[int], factor: float = 1.0
    ) -> Foretold:
        """Foretell some questions from the known and a candidate.

        Parameters
        ----------
        candidate
            Observation that is tried; ``None`` for what the known tells alone.
        questions
            Numbers of the questions, from 0.
        factor
            What the candidate's errors are multiplied by: 0.5 is an observation twice as precise.
        """
        reported = np.zeros((len(self.known), 0)) if candidate is None else self.of(candidate, factor)
        return foretell(self.known, reported, self.effects[:, questions], self.holds[:, questions], self.plan.seed)


def _weighed(plan: information.InformationPlan, worlds: xr.Dataset, params: Params, context: Context) -> Answer:
    """Regress every question on every observation, several at a time: each regression has a thread of its own."""
    from copark.calibration.linear_algebra import one_thread

    claimed = verdicts(params, plan.draws, context)
    progress = context.stage("analyse")
    with one_thread(), ThreadPoolExecutor(context.cores) as pool:
        reports = _Reports(plan, worlds)
        questions = _questions(plan, reports, claimed)
        observations = _observations(plan, reports)
        still_open = [number for number, question in enumerate(questions) if question.open]
        tried: list[ObservationGain] = []
        precisions: list[ObservationGain] = []
        if still_open:
            base = reports.foretell(None, still_open)
            total = len(reports.candidates) + len(still_open)
            try_all = partial(_tried, reports, base, still_open, factor=1.0)
            for observation, found in enumerate(pool.map(try_all, range(len(reports.candidates)))):
                progress(observation + 1, total)
                tried += found

            def try_precisions(place: int) -> list[ObservationGain]:
                number = still_open[place]
                trials = [trial for trial in tried if trial.question == questions[number].key]
                observation = simplest(trials, observations).observation
                single = Foretold(base.effect[:, [place]], base.probability[:, [place]])
                return [gain for factor in FACTORS for gain in _tried(reports, single, [number], observation, factor)]

            for place, found in enumerate(pool.map(try_precisions, range(len(still_open)))):
                progress(len(reports.candidates) + place + 1, total)
                precisions += found
    return Answer(
        case=plan.case.name,
        park=plan.case.title,
        cut="" if plan.cut is None else str(plan.cut),
        worlds=int(reports.whole.sum()),
        replicates=plan.replicates,
        values=len(plan.known),
        questions=questions,
        observations=observations,
        tried=tuple(tried),
        precisions=tuple(precisions),
        costs={},
        **context.result_fields(params, _provenance(plan)),
    )


def _provenance(plan: information.InformationPlan) -> JsonObject:
    from copark.analyses.claims.trial import provenance_of

    claims = tuple({claim.id: claim for claim, _ in plan.parts}.values())
    return provenance_of(plan.file, plan.case, plan.study, claims, plan.source)


def _tried(
    reports: _Reports, base: Foretold, questions: Sequence[int], observation: int, factor: float
) -> list[ObservationGain]:
    """Find what one candidate tells of some questions.

    Parameters
    ----------
    reports
        What candidates report.
    base
        What the known alone foretells of these questions.
    questions
        Their numbers.
    observation
        Number of the candidate.
    factor
        What its error is multiplied by.
    """
    foretold = reports.foretell(reports.candidates[observation], questions, factor)
    gained = gains(base, foretold, reports.effects[:, questions], reports.holds[:, questions])
    keys = [information.key_of(*reports.plan.parts[number]) for number in questions]
    return [ObservationGain(key, observation, factor, gain) for key, gain in zip(keys, gained, strict=True)]


def _observations(plan: information.InformationPlan, reports: _Reports) -> tuple[PossibleObservation, ...]:
    """Describe the candidates."""
    start = plan.case.clock.start
    return tuple(
        PossibleObservation(
            candidate.family,
            candidate.parameter,
            tuple(str(start + quarter) for quarter in candidate.quarters),
            candidate.precision(reports.spread(candidate)),
            relative=candidate.relative,
        )
        for candidate in reports.candidates
    )


def _questions(
    plan: information.InformationPlan, reports: _Reports, claimed: Mapping[tuple[str, str], Verdict]
) -> tuple[OpenQuestion, ...]:
    """Return what is known of every question."""
    base = reports.foretell(None, range(len(plan.parts)))
    gained = gains(base, base, reports.effects, reports.holds)
    questions = []
    for number, (claim, part) in enumerate(plan.parts):
        effect = reports.effects[:, number]
        low, median, high = np.quantile(effect, (0.05, 0.5, 0.95)).tolist()
        of_parameters = float(effect.var())
        total = float(effect.var() + reports.chance[number] ** 2)
        verdict = claimed[claim.id, part.key]
        questions.append(
            OpenQuestion(
                key=information.key_of(claim, part),
                rival=claim.kind == "rival",
                title=_title(claim, part),
                says=part.says,
                claimed=verdict.probability,
                claimed_word=verdict.word,
                probability=float(reports.holds[:, number].mean()),
                low=low,
                median=median,
                high=high,
                parameters=of_parameters / total if total > 0.0 else float("nan"),
                known=gained[number].before,
                decided=gained[number].decided,
            )
        )
    return tuple(questions)
