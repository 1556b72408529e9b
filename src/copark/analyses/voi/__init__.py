"""Value of information: which observation would decide what is claimed of a park.

Which further observation, at which date and precision, would tell most of what is claimed of a park.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import numpy as np
from pydantic import Field

from copark.analyses.claims import Params as ClaimsParams
from copark.analyses.claims import written
from copark.analyses.claims.findings import rules_of
from copark.analyses.claims.shared import verdicts, workload_of
from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result, Rows, Said
from copark.analyses.voi import worlds as made
from copark.arrays import Floats
from copark.calibration.draw_sources import DRAWS as BORROWED
from copark.calibration.observations import noise
from copark.errors import RunRefused, printable
from copark.labels import claim_number
from copark.simulation.workload import Workload
from copark.stats.value_of_information import SURE, Foretold, InformationGain, foretell, gains

if TYPE_CHECKING:
    from typing import Any

    import xarray as xr

    from copark.analyses.claims.schema import Claim, Part
    from copark.analyses.claims.verdict import Verdict
    from copark.analyses.context import Context

FACTORS = (0.5, 1.0, 2.0, 4.0)
"""Errors that the best observation of each claim is tried with, as multiples of the usual ones."""
DEAREST = 1e12


def parts_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Parts of the claims about a case that can be told of one world."""
    file = written(ClaimsParams(case=given["case"]), context)
    return [
        Choice(made.key_of(claim, part), _title(claim, part))
        for claim, part in file.claims.of(file.claims.claims) if made.measurable(part)
    ]  # fmt: skip


def _title(claim: Claim, part: Part) -> Said:
    return Said(f"{claim.id} {part.title.en}", f"{claim_number(claim.id, 'zh')} {part.title.zh}")


class Params(CaseParams):
    """What may be asked of further observations."""

    draws: Annotated[int, Field(ge=100, le=100_000)] = 4096
    futures: Annotated[int, Field(ge=3, le=1000)] = 6
    claim: Annotated[tuple[str, ...], Option("--claim", repeated=True), Keys(parts_of)] = ()
    cost: Annotated[tuple[str, ...], Option("--cost", repeated=True)] = ()
    served: ClassVar[Mapping[str, float]] = {"draws": 4096, "futures": 20}

    @property
    def costs(self) -> dict[str, float]:
        """What observations cost, by family.

        Raises RunRefused if an entry is not ``observation=cost``, the observation is none or the cost is not above 0.
        """
        known = [*(one.key for one in made.FAMILIES), made.LITERATURE]
        found = {}
        for entry in self.cost:
            name, _, words = entry.partition("=")
            try:
                value = float(words)
            except ValueError:
                value = float("nan")
            if name.strip() not in known or not isfinite(value) or not 0.0 < value <= DEAREST:
                raise RunRefused.of("voi.no_cost", found=printable(entry[:60]), known=", ".join(known))
            found[name.strip()] = value
        return found


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The claims whose parts are asked about."""
    return {"rules": rules_of(written(ClaimsParams(case=params.case), context), sequential=False)}


@dataclass(frozen=True)
class OpenQuestion:
    """A part of a claim, and what is known of it before anything else is observed."""

    key: str
    """Claim and part."""
    rival: bool
    """Whether it is of a rival explanation."""
    title: Said
    says: Said
    """title, says: the part's title, and what holds if it is true."""
    claimed: float
    claimed_word: str
    """claimed, claimed_word: P, which counts every draw by the probability that it holds there, and its word: those of
    ``copark claims``."""
    probability: float
    """Share of worlds in which its condition holds, by the best estimate of each: what reports are regressed on."""
    low: float
    median: float
    high: float
    """low, median, high: 5, 50 and 95 % of its expected effect."""
    parameters: float
    """Share of the variance of one run's effect that the draws explain: more nobody can foretell."""
    known: float
    """R² of the values on record that the draws do not reproduce already."""
    decided: float
    """Share of worlds in which these values decide it."""

    @property
    def open(self) -> bool:
        """Whether it is not decided by what is known."""
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
class Tried:
    """What an observation would tell of a question, with its error multiplied by a factor."""

    question: str
    observation: int
    factor: float
    gain: InformationGain


def simplest(tried: Sequence[Tried], observations: Sequence[PossibleObservation]) -> Tried:
    """The best observation of a question: of those within a standard error of the largest gain, the simplest.

    That is the one with the fewest dates, then the earliest.

    tried: what was tried of one question.
    """
    top = max(tried, key=lambda one: one.gain.variance)
    near = [one for one in tried if one.gain.variance >= top.gain.variance - top.gain.error]

    def order(one: Tried) -> tuple[int, str, float]:
        dates = observations[one.observation].dates
        return max(len(dates), 1), max(dates, default=""), -one.gain.variance

    return top if not top.gain.variance > 0.0 else min(near, key=order)


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Questions, observations, and what each tells of each."""

    case: str
    park: Said
    cut: str
    """Last quarter that the draws reproduce already; empty where they reproduce nothing."""
    worlds: int
    """Simulated worlds that could be used."""
    futures: int
    """Runs of each."""
    values: int
    """Values on record that count as known beside the draws."""
    questions: tuple[OpenQuestion, ...]
    observations: tuple[PossibleObservation, ...]
    """questions, observations: what is asked of the claims, and what could be observed."""
    tried: tuple[Tried, ...]
    """Every open question with every observation."""
    precisions: tuple[Tried, ...]
    """The best observation of each open question, more and less precise."""
    costs: dict[str, float]
    """What the reader says that observations cost, by family."""

    @cached_property
    def ranked(self) -> dict[str, tuple[Tried, ...]]:
        """What was tried of each open question, the largest gain first."""
        keys = dict.fromkeys(one.question for one in self.tried)
        return {
            key: tuple(sorted((one for one in self.tried if one.question == key), key=lambda one: -one.gain.variance))
            for key in keys
        }  # fmt: skip

    @cached_property
    def best(self) -> tuple[Tried, ...]:
        """The best observation of each open question: claims before rivals, the largest gain first."""
        found = [simplest(rows, self.observations) for rows in self.ranked.values()]
        return tuple(sorted(found, key=lambda one: (self.question(one.question).rival, -one.gain.variance)))

    def question(self, key: str) -> OpenQuestion:
        """A question by its key."""
        return next(one for one in self.questions if one.key == key)

    def total(self, observation: int) -> float:
        """Expected reduction of the variance of all open questions together by an observation."""
        return sum(max(one.gain.variance, 0.0) for one in self.tried if one.observation == observation)

    def cost(self, observation: int) -> float | None:
        """What an observation costs; ``None`` where nobody said."""
        return self.costs.get(self.observations[observation].family)

    def main_table(self) -> Rows:
        """Every open question with every observation, a row each."""
        return (
            {
                "question": one.question, "observation": seen.family, "parameter": seen.parameter,
                "dates": " ".join(seen.dates), "claimed": self.question(one.question).claimed,
                "probability": self.question(one.question).probability,
                "cost": self.cost(one.observation), **vars(one.gain),
            }
            for one in self.tried for seen in (self.observations[one.observation],)
        )  # fmt: skip


def _plan(params: Params, context: Context) -> made.InformationPlan:
    """What worlds are made of; of draws that repeat themselves each is taken once.

    Raises RunRefused if no part of a claim about the case can be told of one world.
    """
    case, has = context.case(params.case), context.parameters(params.case, *params.wanted)
    file = written(ClaimsParams(case=params.case), context)
    calibrated, parts = has.posterior, made.parts_of(file, params.claim)
    if not parts:
        raise RunRefused.of("voi.no_claim", case=case.name)
    distinct = params.draws if has.source is None else BORROWED if calibrated is None else calibrated.replay.pairs
    cut, draws = None if calibrated is None else calibrated.cut, min(params.draws, distinct)
    return made.InformationPlan(case, file, parts, has.source, cut, draws, params.futures, params.seed)


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """How much there is to run."""
    plan = _plan(params, context)
    return (Workload(plan.runs, plan.case.clock.quarters), *workload_of(params, plan.draws, context))


def compute(params: Params, context: Context) -> Answer:
    """Make the worlds, or read them again, and weigh every observation; costs are put to an answer without them."""
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY

    costs = params.costs
    if costs:
        plain = params.model_copy(update={"cost": ()})
        found = cast("Answer", answer(REGISTRY["voi"], plain, replace(context)).result)
        return replace(found, run_id=context.run_id, costs=costs)
    plan = _plan(params, context)

    def simulate() -> xr.Dataset:
        context.foresee(plan.case, workload(params, context))
        return made.make(plan, context.cores, context.stage("simulate"))

    return _weighed(plan, context.kept("worlds", simulate), params, context)


class _Reports:
    """What is known and what candidates report in the worlds of a plan, errors included."""

    def __init__(self, plan: made.InformationPlan, worlds: xr.Dataset) -> None:
        from copark.calibration.observations import ObservationModel

        self.plan, self.candidates = plan, made.candidates(plan.case, tuple(map(str, worlds["parameters"].to_numpy())))
        self.columns = {one: n for n, one in enumerate(made.columns_of(self.candidates))}
        counterparts, values = worlds["known"].to_numpy(), worlds["values"].to_numpy()
        statistics = worlds["statistics"].to_numpy()
        self.whole = np.isfinite(np.concatenate([counterparts, values, statistics], axis=1)).all(axis=1)
        targets = ObservationModel(plan.known)
        errors = noise(plan.seed, 0, plan.draws, counterparts.shape[1] + values.shape[1])
        self.known = _logs(targets.hide(counterparts + targets.errors * errors[:, : counterparts.shape[1]])[self.whole])
        self.errors, self.values = errors[self.whole, counterparts.shape[1] :], values[self.whole]
        self.residents = dict(enumerate(worlds["residents"].to_numpy().tolist()))
        at = plan.first
        self.effects, self.chance = statistics[self.whole][:, at], worlds["chance"].to_numpy()[at]
        self.holds = plan.holds(worlds)[self.whole]

    def spread(self, one: made.Candidate) -> Floats:
        """Errors of a candidate's columns."""
        return one.errors(self._values(one), self.residents)

    def _values(self, one: made.Candidate) -> Floats:
        return self.values[:, [self.columns[column] for column in one.columns]]

    def of(self, one: made.Candidate, factor: float = 1.0) -> Floats:
        """What a candidate reports, shape (worlds, columns)."""
        errors = self.errors[:, [self.columns[column] for column in one.columns]]
        return _logs(self._values(one) + factor * self.spread(one) * errors)

    def foretell(self, one: made.Candidate | None, at: Sequence[int], factor: float = 1.0) -> Foretold:
        """What the known and a candidate foretell of some questions."""
        more = np.zeros((len(self.known), 0)) if one is None else self.of(one, factor)
        return foretell(self.known, more, self.effects[:, at], self.holds[:, at], self.plan.seed)


def _logs(values: Floats) -> Floats:
    """Logarithms of sizes, with their signs."""
    return np.sign(values) * np.log1p(np.abs(values))


def _weighed(plan: made.InformationPlan, worlds: xr.Dataset, params: Params, context: Context) -> Answer:
    """Regress every question on every observation."""
    from copark.calibration.posterior import one_thread

    claimed = verdicts(params, plan.draws, context)
    tell = context.stage("analyse")
    with one_thread():
        reports = _Reports(plan, worlds)
        questions, observations = _questions(plan, reports, claimed), _observations(plan, reports)
        at = [n for n, one in enumerate(questions) if one.open]
        tried: list[Tried] = []
        best: list[Tried] = []
        if at:
            base = reports.foretell(None, at)
            for number in range(len(reports.candidates)):
                tell(number, len(reports.candidates) + len(at))
                tried += _tried(reports, base, at, number, 1.0)
            for place, n in enumerate(at):
                tell(len(reports.candidates) + place, len(reports.candidates) + len(at))
                own = [one for one in tried if one.question == questions[n].key]
                number = simplest(own, observations).observation
                alone = Foretold(base.effect[:, [place]], base.probability[:, [place]])
                best += [one for factor in FACTORS for one in _tried(reports, alone, [n], number, factor)]
    return Answer(
        case=plan.case.name, park=Said(plan.case.title.en, plan.case.title.zh),
        cut="" if plan.cut is None else str(plan.cut), worlds=int(reports.whole.sum()), futures=plan.futures,
        values=len(plan.known), questions=questions,
        observations=observations,
        tried=tuple(tried), precisions=tuple(best), costs={}, **context.origin(params, _provenance(plan)),
    )  # fmt: skip


def _provenance(plan: made.InformationPlan) -> dict[str, Any]:
    from copark.analyses.claims.findings import TrialPlan, provenance_of

    kind = "prior" if plan.source is None else "posterior"
    trial = TrialPlan(plan.draws, plan.futures, plan.seed, 1, kind)
    claims = tuple({claim.id: claim for claim, _ in plan.parts}.values())
    return provenance_of(plan.file, plan.case, trial, claims, plan.source)


def _tried(reports: _Reports, base: Foretold, at: Sequence[int], number: int, factor: float) -> list[Tried]:
    """What one candidate tells of some questions."""
    more = reports.foretell(reports.candidates[number], at, factor)
    found = gains(base, more, reports.effects[:, at], reports.holds[:, at])
    keys = [made.key_of(*reports.plan.parts[n]) for n in at]
    return [Tried(key, number, factor, gain) for key, gain in zip(keys, found, strict=True)]


def _observations(plan: made.InformationPlan, reports: _Reports) -> tuple[PossibleObservation, ...]:
    """Candidates as they are told."""
    start = plan.case.clock.start
    return tuple(
        PossibleObservation(
            one.family, one.parameter, tuple(str(start + quarter) for quarter in one.quarters),
            one.precision(reports.spread(one)), relative=one.relative,
        )
        for one in reports.candidates
    )  # fmt: skip


def _questions(
    plan: made.InformationPlan, reports: _Reports, claimed: Mapping[tuple[str, str], Verdict]
) -> tuple[OpenQuestion, ...]:
    """What is known of every question."""
    every = range(len(plan.parts))
    base = reports.foretell(None, every)
    found = gains(base, base, reports.effects, reports.holds)
    questions = []
    for n, (claim, part) in enumerate(plan.parts):
        effect = reports.effects[:, n]
        low, median, high = np.quantile(effect, (0.05, 0.5, 0.95)).tolist()
        total, verdict = float(effect.var() + reports.chance[n] ** 2), claimed[claim.id, part.key]
        questions.append(
            OpenQuestion(
                made.key_of(claim, part), claim.kind == "rival", _title(claim, part),
                Said(part.says.en, part.says.zh), verdict.probability, verdict.word,
                float(reports.holds[:, n].mean()), low, median, high,
                float(effect.var()) / total if total > 0.0 else float("nan"), found[n].before, found[n].decided,
            )
        )  # fmt: skip
    return tuple(questions)
