"""How probable claims about a park are with what the literature and experts say, beside the prior and the record.

How far estimates from the literature, and experts of one's own, change what is held of a park's claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from copark.analyses.claims import Params as ClaimsParams
from copark.analyses.claims import written
from copark.analyses.claims.findings import TrialPlan, provenance_of, rules_of
from copark.analyses.claims.rules import OPEN, SMALL, side
from copark.analyses.claims.shared import draws_of, verdicts, workload_of
from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.claims.verdict import Verdict, claim_verdict, joint, verdict_of
from copark.analyses.contract import CaseParams, Option, Result, Said
from copark.analyses.experts.elicitation import (
    LEVELS,
    ExpertPlan,
    Opinion,
    State,
    Worlds,
    error_of,
    literature,
    opinion,
    pooled,
    shared,
    state_of,
)
from copark.analyses.experts.workbook import Expert, Question, questions, read, template
from copark.arrays import Floats
from copark.calibration.draw_sources import DRAWS as BORROWED
from copark.errors import RunRefused
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.workload import Workload
from copark.stats.precision import effective
from copark.stats.quantiles import weighted_quantiles

if TYPE_CHECKING:
    from copark.analyses.context import Context

WAYS = ("prior", "prior_literature", "prior_experts", "record", "record_literature", "record_experts")
"""What a probability rests on: prior or record, by itself, with literature, or with experts; never with both."""
WORKBOOK = "answers"
"""The parameter that is a workbook made from the template: a page takes it, too."""
LEAST = 30.0
"""Effective draws below which nothing is said."""


class Params(CaseParams):
    """What may be asked of literature and experts."""

    answers: Annotated[Path | None, Option("--from")] = None
    template: Path | None = None
    draws: Annotated[int, Field(ge=20, le=20_000)] = 600
    futures: Annotated[int, Field(ge=2, le=1000)] = 3
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "futures": 10}


@dataclass(frozen=True)
class Held:
    """How probable something is in one way, and the word for it."""

    word: str
    probability: float
    draws: float
    """Effective draws, of those made here, that its weights leave."""

    @property
    def enough(self) -> bool:
        """Whether these are enough to say a word."""
        return self.draws >= LEAST


@dataclass(frozen=True)
class Row:
    """A part of a claim, or a claim as a whole: then ``part`` is empty."""

    claim: str
    part: str
    title: Said
    held: dict[str, Held]
    """By what it rests on: of prior and record alone as ``copark claims`` has it, else moved from there by as much as
    weights move it on the draws made here."""
    by_estimate: dict[str, float]
    by_expert: dict[str, float]
    """by_estimate, by_expert: probability with one estimate, or one expert, alone."""
    turned: bool
    """Whether an alternative assumption turns it, as tried by ``copark claims``."""


@dataclass(frozen=True)
class Beside:
    """An estimate beside the model's own intervention."""

    key: str
    state: State
    error: float
    """Its standard error; NaN where it is not used."""
    prior: tuple[float, float, float] | None
    record: tuple[float, float, float] | None
    """prior, record: 5, 50 and 95 % of what the model has by itself."""
    draws: float
    """Effective draws it leaves by itself."""


@dataclass(frozen=True)
class Voice:
    """An expert."""

    name: str
    weight: float
    """Share in the pool."""
    answers: dict[str, tuple[float, float, float]]
    """By question: 5, 50 and 95 %."""
    unreached: tuple[str, ...]
    """Questions of which the model never has what is answered: they are left out."""
    off: float
    """Largest difference of a probability that is left where answers contradict each other."""
    draws: float
    """Effective draws that the answers leave."""


@dataclass(frozen=True)
class Asked:
    """A question that somebody answered."""

    question: Question
    prior: tuple[float, float, float]
    pool: tuple[float, float, float]
    record: tuple[float, float, float] | None
    """prior, pool, record: 5, 50 and 95 % of the model's own, of the pool of experts, and with the record after it."""
    apart: bool
    """Whether two experts' ranges of 90 % do not overlap."""


@dataclass(frozen=True)
class Outlook:
    """What something implies for how the park fares."""

    rests_on: str
    """A way, or the name of an expert."""
    expert: bool
    shares: tuple[float, ...]
    """Probability of each outcome, in the order of :data:`~copark.simulation.outcomes.OUTCOMES`."""
    sizes: tuple[tuple[float, float, float], ...]
    """5, 50 and 95 % of operating enterprises at each date."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Claims by what they rest on, estimates beside the model, experts beside each other."""

    case: str
    park: Said
    rows: tuple[Row, ...] = ()
    """Claims as a whole, each followed by its parts."""
    ways: dict[str, float] = field(default_factory=dict)
    """What probabilities rest on, in order, with the effective draws of each."""
    estimates: tuple[Beside, ...] = ()
    experts: tuple[Voice, ...] = ()
    asked: tuple[Asked, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    dates: tuple[str, ...] = ()
    """Dates of sizes."""
    general: bool
    """Whether the claims are a general set."""
    template: str
    """Name of the workbook that was written; empty if none was asked for."""
    questions: int
    """Questions in it."""

    @property
    def main(self) -> str:
        """What counts before anything is added: the record, or the prior where there is none."""
        return "record" if "record" in self.ways else "prior"

    def with_(self, what: str) -> str:
        """The way in which ``literature`` or ``experts`` are added to it."""
        return f"{self.main}_{what}"

    def main_table(self) -> Iterator[dict[str, Any]]:
        """Every claim and part, a row each, with its probability in every way."""
        for one in self.rows:
            row: dict[str, Any] = {"claim": one.claim, "part": one.part}
            for way, held in one.held.items():
                row |= {way: held.probability, f"{way}_word": held.word, f"{way}_draws": held.draws}
            yield row


def _plan(params: Params, context: Context, voices: Sequence[Expert] = ()) -> ExpertPlan:
    case, has = context.case(params.case), context.parameters(params.case, *params.wanted)
    own = has.posterior
    distinct = params.draws if has.source is None else BORROWED if own is None else own.replay.pairs
    keys = {key for one in voices for key in one.answers}
    outlooks = []
    for one in _questions(params, context):
        if one.kind == "outlook" and one.key in keys:
            name, _, quarter = one.key.partition("/")
            at = next(n for n in range(case.clock.quarters) if str(case.clock.start + n) == quarter)
            outlooks.append((name, at))
    return ExpertPlan(
        case, written(ClaimsParams(case=params.case), context), has.source, tuple(outlooks),
        min(params.draws, distinct), params.futures, params.seed, context.cores,
    )  # fmt: skip


def _questions(params: Params, context: Context) -> tuple[Question, ...]:
    return questions(context.case(params.case), written(ClaimsParams(case=params.case), context))


def _voices(params: Params, context: Context) -> tuple[Expert, ...]:
    return () if params.answers is None else read(params.answers, _questions(params, context))


def _provenance(plan: ExpertPlan) -> dict[str, Any]:
    kind = "prior" if plan.source is None else "posterior"
    trial = TrialPlan(plan.draws, plan.futures, plan.seed, 1, kind)
    made = provenance_of(plan.file, plan.case, trial, plan.file.claims.claims, plan.source)
    return made | {"literature_sha256": literature()[1], "claims_draws": draws_of(plan.draws)}


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The claims and their rules, the table of literature, and what experts answered.

    Raises copark.errors.FaultsFound if the workbook has faults; RunRefused if a template is asked for, too.
    """
    from copark.identity import hash_content

    if params.answers is not None and params.template is not None:
        raise RunRefused.of("experts.both")
    voices = _voices(params, context)
    said = [[one.name, one.weight, {key: list(given) for key, given in one.answers.items()}] for one in voices]
    return {
        "rules": rules_of(written(ClaimsParams(case=params.case), context), sequential=False),
        "literature": literature()[1],
        "answers": hash_content(said),
        "template": "" if params.template is None else params.template.name,
    }


def workbook(params: Params, context: Context) -> bytes:
    """The empty workbook for this case's experts, in the context's language."""
    return template(_questions(params, context), getattr(context.case(params.case).title, context.lang), context.lang)


def deliver(params: Params, _found: Answer, context: Context) -> None:
    """Write the template where that was asked."""
    from copark.cases.workbook_writing import write_new

    if params.template is not None:
        write_new(params.template, workbook(params, context))


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """How much there is to run."""
    plan = _plan(params, context)
    return (Workload(plan.runs, plan.case.clock.quarters), *workload_of(params, plan.draws, context))


def compute(params: Params, context: Context) -> Answer:
    """Run every arm on the prior and on the record, and weigh the draws by what is known elsewhere."""
    voices = _voices(params, context)
    plan = _plan(params, context, voices)
    known = _questions(params, context)
    about: dict[str, Any] = {
        "case": plan.case.name, "park": Said(plan.case.title.en, plan.case.title.zh), "general": plan.file.general,
        "template": "" if params.template is None else params.template.name, "questions": len(known),
        **context.origin(params, _provenance(plan)),
    }  # fmt: skip
    if params.template is not None:
        return Answer(**about)
    context.foresee(plan.case, workload(params, context))
    claimed = verdicts(params, plan.draws, context)
    tell, done = context.stage("simulate"), 0

    def told(runs: int) -> None:
        nonlocal done
        done += runs
        tell(min(done, plan.runs), plan.runs)

    with context.stages({"experts": context.run_id}) as stages:
        prior = Worlds.make(plan, None, told, stages.stage("prior"))
        record = None if plan.source is None else Worlds.make(plan, plan.source, told, stages.stage("record"))
    context.stage("weigh")(0, 0)
    return Answer(**about, **_Weighing(plan, prior, record, voices, {one.key: one for one in known}, claimed).found())


class _Weighing:
    """Draws weighed in every way."""

    def __init__(
        self, plan: ExpertPlan, prior: Worlds, record: Worlds | None, voices: Sequence[Expert],
        known: Mapping[str, Question], claimed: Mapping[tuple[str, str], Verdict],
    ) -> None:  # fmt: skip
        self.claimed = claimed
        """Verdicts of ``copark claims``."""
        self.plan, self.prior, self.record, self.voices, self.known = plan, prior, record, voices, known
        self.sets = {"prior": prior, **({"record": record} if record is not None else {})}
        self.main, self.name = record or prior, "prior" if record is None else "record"
        self.opinions: tuple[Opinion, ...] = tuple(opinion(one, known, prior, record) for one in voices)
        self.estimates, self.alone = self._literature()
        self.runs = self._ways()
        self.verdicts = {name: self._verdicts(worlds) for name, worlds in self.sets.items()}

    def found(self) -> dict[str, Any]:
        """Everything that is found, by the fields of an answer."""
        start = self.plan.case.clock.start
        voices = zip(self.voices, self.opinions, strict=True)
        total = sum(one.weight for one in self.voices)
        return {
            "rows": self._rows(),
            "ways": {way: effective(self._by_draw(way)) for way in self.runs},
            "estimates": self.estimates,
            "experts": tuple(
                Voice(one.name, one.weight / total, dict(one.answers), said.unreached, said.off,
                      effective(_added(self._own(said), self.main.bench.futures)))
                for one, said in voices
            ),
            "asked": tuple(map(self._asked, dict.fromkeys(key for one in self.voices for key in one.answers))),
            "outlooks": tuple(self._outlooks()),
            "dates": tuple(str(start + at) for _, at in self.plan.sizes),
        }  # fmt: skip

    def _literature(self) -> tuple[tuple[Beside, ...], dict[str, dict[str, Floats]]]:
        """Estimates beside the model, and the likelihood of each used one by set of draws, each of shape (draws,)."""
        rows: list[Beside] = []
        alone: dict[str, dict[str, Floats]] = {name: {} for name in self.sets}
        for one in literature()[0].estimates:
            state = state_of(one, self.prior.bench)
            drawn = not one.parameter or one.parameter in self.prior.values
            error = error_of(one, self.prior.values) if state == "used" and drawn else nan
            found = {name: worlds.beside(one, error) for name, worlds in self.sets.items()} if isfinite(error) else {}
            if state == "used" and found.get("prior") is None:
                state = "unfelt"
            for name, each in found.items() if state == "used" else ():
                alone[name][one.key] = np.ones(self.sets[name].draws) if each is None else each.likelihood
            ranges = {name: None if each is None else _range(each.middle) for name, each in found.items()}
            left = effective(alone[self.name].get(one.key, np.zeros(0)))
            rows.append(Beside(one.key, state, error, ranges.get("prior"), ranges.get("record"), left))
        return tuple(rows), alone

    def _ways(self) -> dict[str, Floats]:
        """Weights of runs in every way, each of shape (runs,)."""
        made: dict[str, Floats] = {}
        for name, worlds in self.sets.items():
            futures = worlds.bench.futures
            product = np.prod([np.ones(worlds.draws), *self.alone[name].values()], axis=0)
            made[name] = np.ones(worlds.draws * futures)
            made[f"{name}_literature"] = np.repeat(product, futures)
            if self.voices:
                own = [one.prior if name == "prior" or one.record is None else one.record for one in self.opinions]
                made[f"{name}_experts"] = pooled(own, [one.weight for one in self.voices])
        return {way: made[way] for way in WAYS if way in made}

    def _by_draw(self, way: str) -> Floats:
        return _added(self.runs[way], self._set(way).bench.futures)

    def _set(self, way: str) -> Worlds:
        return self.sets[way.partition("_")[0]]

    def _own(self, said: Opinion) -> Floats:
        return said.prior if said.record is None else said.record

    def _verdicts(self, worlds: Worlds) -> dict[tuple[str, str], tuple[Floats, Verdict]]:
        """Chance on every draw, and verdict without weights, of every part, and of every claim as part ``""``."""
        margins = self.plan.file.claims.sizes
        found: dict[tuple[str, str], tuple[Floats, Verdict]] = {}
        for claim in self.plan.file.claims.claims:
            after = {key: one for (of, key), one in worlds.weighed.items() if of == claim.id}
            if not set(claim.headline.parts) & set(after):
                continue
            plain = {key: verdict_of(claim.part(key), one, one, margins) for key, one in after.items()}
            found |= {(claim.id, key): (after[key].chance, one) for key, one in plain.items()}
            if set(claim.headline.parts) <= set(after):
                whole = claim_verdict(claim.headline, plain, after, after)
                found[claim.id, ""] = joint(claim.headline, after), whole
        return found

    def _rows(self) -> tuple[Row, ...]:
        rows = []
        for claim in self.plan.file.claims.claims:
            titles = {"": claim.title, **{part.key: part.title for part in claim.parts}}
            for key, title in titles.items():
                if all((claim.id, key) in one for one in self.verdicts.values()):
                    rows.append(self._row(claim.id, key, Said(title.en, title.zh)))
        return tuple(rows)

    def _row(self, claim: str, part: str, title: Said) -> Row:
        chance, futures = self.verdicts[self.name][claim, part][0], self.main.bench.futures
        apart = self._apart(self.name, claim, part)
        each = {key: moved(_mean(chance, weights)[0], apart) for key, weights in self.alone[self.name].items()}
        own = {one.name: moved(_mean(chance, _added(self._own(said), futures))[0], apart)
               for one, said in zip(self.voices, self.opinions, strict=True)}  # fmt: skip
        held = {way: self._held(way, claim, part) for way in self.runs}
        return Row(claim, part, title, held, each, own, self.claimed[claim, part].turned)

    def _claimed(self, name: str, claim: str, part: str) -> float:
        """P of prior or record alone, as ``copark claims`` has it."""
        verdict = self.claimed[claim, part]
        return verdict.probability if name == self.name else verdict.prior_probability

    def _apart(self, name: str, claim: str, part: str) -> float:
        """By how much that differs from P on the draws made here; 0 where one of them is not known."""
        chance = self.verdicts[name][claim, part][0]
        found = self._claimed(name, claim, part) - _mean(chance, np.ones(len(chance)))[0]
        return found if isfinite(found) else 0.0

    def _held(self, way: str, claim: str, part: str) -> Held:
        name = way.partition("_")[0]
        chance, plain = self.verdicts[name][claim, part]
        verdict = self.claimed[claim, part]
        if name == self.name:
            plain = verdict
        found = held_of(chance, plain, self._by_draw(way), self._apart(name, claim, part))
        if way == self.name:
            return Held(verdict.word, verdict.probability, found.draws)
        if way == name:
            return replace(found, probability=self._claimed(name, claim, part))
        return replace(found, word=turned_word(found.word)) if plain.turned else found

    def _asked(self, key: str) -> Asked:
        """A question beside the model's own."""
        one, given = self.known[key], [voice.answers[key] for voice in self.voices if key in voice.answers]
        found = {
            way: tuple(map(one.outside, _range(self._set(way).of(one), self.runs[way])))
            for way in ("prior", "prior_experts", "record_experts") if way in self.runs
        }  # fmt: skip
        apart = max(low for low, _, _ in given) > min(high for _, _, high in given)
        return Asked(one, found["prior"], found["prior_experts"], found.get("record_experts"), apart)  # type: ignore[arg-type]

    def _outlooks(self) -> list[Outlook]:
        rows = [self._outlook(way, self._set(way), weights) for way, weights in self.runs.items()]
        each = zip(self.voices, self.opinions, strict=True)
        return [*rows, *(self._outlook(one.name, self.main, self._own(said), expert=True) for one, said in each)]

    def _outlook(self, name: str, worlds: Worlds, weights: Floats, *, expert: bool = False) -> Outlook:
        """How the park fares as it is."""
        codes = worlds.plain.outcome
        weights = shared(np.where(codes >= 0, weights, 0.0))
        shares = tuple(float(weights[codes == code].sum()) for code in range(len(OUTCOMES)))
        sizes = tuple(_range(worlds.plain.values[look], weights) for look in self.plan.sizes)
        return Outlook(name, expert, shares, sizes)


def _added(weights: Floats, futures: int) -> Floats:
    """Weights of runs added up to weights of draws."""
    return weights.reshape(-1, futures).sum(axis=1)


def _mean(chance: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted mean of what is known, and the effective draws it is known from."""
    known = np.isfinite(chance)
    own = shared(weights[known])
    return (round(float(own @ chance[known]), 12), effective(own)) if own.any() else (nan, 0.0)


def moved(probability: float, by: float) -> float:
    """A probability moved by a difference, as far as a probability goes."""
    return float(np.clip(probability + by, 0.0, 1.0))


def held_of(chance: Floats, plain: Verdict, weights: Floats, apart: float = 0.0) -> Held:
    """The word for a weighted probability, by the standard of proof; that for few draws is open.

    chance, weights: of every draw, each of shape (draws,); chance is NaN where nothing is known; plain: the verdict
    without weights: what is small at most whatever the prior stays so; apart: what the probability is moved by.
    """
    p, draws = _mean(chance, weights)
    p = moved(p, apart)
    word = standard().word(p, round(draws)) if draws >= LEAST else OPEN
    if plain.word == SMALL and side(word) < 1:
        word = SMALL
    return Held(word, p, draws)


def _range(values: Floats, weights: Floats | None = None) -> tuple[float, float, float]:
    """5, 50 and 95 % of values that are known."""
    there = np.isfinite(values)
    own = np.ones(len(values)) if weights is None else weights
    if not own[there].sum() > 0.0:
        return nan, nan, nan
    low, middle, high = weighted_quantiles(values[there], own[there], LEVELS).tolist()
    return low, middle, high
