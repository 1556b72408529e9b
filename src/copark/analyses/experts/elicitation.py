"""What others know as weights of draws: estimates from the literature, and quantiles given by experts.

An estimate is of a parameter, or of an effect: an arm against its reference in the model of this very park. With m_d
what the model has in draw d, expected over random numbers, and s the standard error::

    value v    exp(-(m_d - v)² / 2 s²)
    above v    Φ((m_d - v) / s), of a floor or a sign

Whatever is drawn is weighted by the product over estimates. A standard error that the source does not give is that of
a declared scale, by grade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from copark.analyses.claims.arm_statistics import looks_of, of_part
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.scenarios import ArmRuns, Bench, bench_of
from copark.analyses.claims.schema import Arm, Change, Claim, Part, is_empty
from copark.analyses.claims.severity import drawn_values
from copark.analyses.claims.verdict import Ridge, Weighed, expected, weigh
from copark.analyses.experts.workbook import Expert, Question
from copark.arrays import Floats, Integers
from copark.calibration.case_parameters import Source
from copark.cases.case import Case
from copark.cases.casebook import LITERATURE, casebook_path
from copark.cases.dates import Date
from copark.cases.types import Bilingual
from copark.cases.validated_yaml import read_shipped
from copark.identity import canonical
from copark.simulation.case_edits import edited
from copark.simulation.study import baseline
from copark.simulation.study_entries import Entry, Key, Title
from copark.store.checkpoints import Stage

Grade = Literal["high", "medium", "low"]
State = Literal["used", "unused", "elsewhere", "unfelt"]
"""``unused``: not used anywhere, as its reason says; ``elsewhere``: of another park; ``unfelt``: this park cannot bear
the intervention, or it alters nothing there that differs between draws."""
Positive = Annotated[float, Field(gt=0.0)]


class Errors(Entry):
    """Standard errors by grade where a source gives none."""

    parameter: dict[Grade, Positive]
    """Multiples of the standard deviation of the parameter's prior."""
    log: dict[Grade, Positive]
    outcome: dict[Grade, Positive]
    """log, outcome: of effects in log points, and on the chance of an outcome."""
    reason: Bilingual


class Estimate(Entry):
    """An estimate, as it is written."""

    key: Key
    title: Title
    finding: Bilingual
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    doi: str
    read: Literal["abstract", "record", "memory"]
    """What was read of the source."""
    grade: Grade
    bears: Bilingual
    """Why it is set beside this intervention, or why it is not used."""
    use: bool = True
    case: str = ""
    """Name of the one case it is of; empty where it is of any."""
    parameter: str = ""
    output: str | None = None
    outcome: str | None = None
    """parameter, output, outcome: what it is of, one of the three."""
    arm: Key | None = None
    reference: Key | None = None
    value: float | None = None
    above: float | None = None
    """value, above: the estimate, or what it lies above."""
    low: float | None = None
    high: float | None = None
    """low, high: the range that sources give; shown, and no standard error."""
    error: Positive | None = None
    """Standard error, where the source gives one."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Estimate:
        if (self.value is None) == (self.above is None):
            raise ValueError("an estimate has a value, or lies above one")
        if bool(self.parameter) + bool(self.output) + bool(self.outcome) != 1:
            raise ValueError("an estimate is of a parameter, an output or an outcome")
        if self.use and self.read == "memory":
            raise ValueError("a number from memory is not used")
        return self

    @property
    def scale(self) -> Literal["parameter", "log", "outcome"]:
        """Which of the declared scales its error is on."""
        return "parameter" if self.parameter else "outcome" if self.outcome else "log"

    def asking(self, year: float) -> Part:
        """A part of a claim that asks of nothing but the effect it is of, at the end of a year since the start."""
        said = {"en": self.title.en, "zh": self.title.zh}
        asked: dict[str, Any] = {"arm": self.arm, "reference": self.reference}
        asked |= {"outcome": self.outcome} if self.outcome else {"output": self.output, "year": year}
        return Part.model_validate(
            {
                "key": self.key, "title": said, "says": said, "reason": said,
                "statistics": {self.key: asked | {"kind": "change" if self.outcome else "log"}},
                "rule": {"supported": {"of": self.key, "above": 0.0}, "not_supported": {"of": self.key, "below": 0.0}},
            }
        )  # fmt: skip

    def likelihood(self, values: Floats, error: float) -> Floats:
        """How probable the estimate is where the model has these values, up to a factor."""
        from scipy.special import ndtr

        if self.above is not None:
            return np.asarray(ndtr((values - self.above) / error))
        return np.exp(-0.5 * ((values - (self.value or 0.0)) / error) ** 2)


class Literature(Entry):
    """The table, as it is written."""

    format: Literal[1]
    fixed: Date
    errors: Errors
    arms: dict[Key, Arm]
    estimates: tuple[Estimate, ...]


@cache
def literature() -> tuple[Literature, str]:
    """The table that ships, and the SHA-256 of its file."""
    return read_shipped(casebook_path() / LITERATURE, Literature)


def state_of(one: Estimate, bench: Bench) -> State:
    """Whether an estimate is used of a case, before anything is run."""
    if not one.use:
        return "unused"
    if one.case not in ("", bench.case.name):
        return "elsewhere"
    changes = [literature()[0].arms[key].alone for key in (one.arm, one.reference) if key is not None]
    for change in changes:
        if not is_empty(change) and (edited(bench.case, change.edits)[1] or not bench.moves(change)):
            return "unfelt"
    return "used"


def error_of(one: Estimate, values: Mapping[str, Floats]) -> float:
    """Its standard error: the source's, or that of the declared scale; values: parameters drawn from the prior."""
    if one.error is not None:
        return one.error
    scale = getattr(literature()[0].errors, one.scale)[one.grade]
    return float(scale * (values[one.parameter].std() if one.parameter else 1.0))


SIZE = "operating"
"""Output whose distribution is told back to experts."""


@dataclass(frozen=True)
class ExpertPlan:
    """What is run."""

    case: Case
    file: ClaimsFile
    source: Source | None
    """Draws of the record; the prior alone where there is none."""
    outlooks: tuple[tuple[str, int], ...]
    """Outputs and quarters that experts were asked about."""
    draws: int
    futures: int
    seed: int
    threads: int

    @property
    def parts(self) -> tuple[tuple[Claim, Part], ...]:
        """Parts of all claims."""
        return tuple(self.file.claims.of(self.file.claims.claims))

    @property
    def last(self) -> int:
        """Last quarter with data, counted from 0: effects of estimates are read there."""
        clock = self.case.clock
        return int(min(max(clock.data_end - clock.start, 0), clock.quarters - 1))

    @cached_property
    def changes(self) -> dict[str, Change]:
        """What is altered in each arm to run, each once, by its content."""
        arms, own = self.file.claims.arms, literature()[0].arms
        bench = self.bench(draws=2, futures=1)
        estimates = [one for one in literature()[0].estimates if not one.parameter and state_of(one, bench) == "used"]
        found = [Change(), *(arms[key].alone for _, part in self.parts for key in part.uses)]
        found += [own[key].alone for one in estimates for key in (one.arm, one.reference) if key is not None]
        return {canonical(one.content()): one for one in found}

    @property
    def runs(self) -> int:
        """Runs to make."""
        return len(self.changes) * self.draws * self.futures * (1 if self.source is None else 2)

    def bench(self, source: Source | None = None, draws: int | None = None, futures: int | None = None) -> Bench:
        """Draws to run on: of a source, else of the prior."""
        each = futures or self.futures
        kind = "prior" if source is None else "posterior"
        study = baseline(self.case.name).with_changes(
            runs=(draws or self.draws) * each, futures=each, seed=self.seed, draws=kind, keep=[SIZE]
        )
        looks = {*looks_of([part for _, part in self.parts]), *self.outlooks, *self.sizes}
        looks |= {(one.output, self.last) for one in literature()[0].estimates if one.output}
        return bench_of(self.case, study, sorted(looks), source, self.threads)

    @property
    def sizes(self) -> tuple[tuple[str, int], ...]:
        """What is told back of the park's size: with the last data, and at the end of its time."""
        return tuple(dict.fromkeys(((SIZE, self.last), (SIZE, self.case.clock.quarters - 1))))


@dataclass(frozen=True)
class Found:
    """What the model has of an estimate, in some draws."""

    middle: Floats
    """Expected over random numbers, shape (draws,); NaN where not known."""
    likelihood: Floats
    """Shape (draws,); 0 where not known."""


@dataclass(frozen=True)
class Worlds:
    """The draws of the prior, or of the record, with all arms run on common random numbers."""

    plan: ExpertPlan
    bench: Bench

    @classmethod
    def make(cls, plan: ExpertPlan, source: Source | None, told: Callable[[int], None], stage: Stage) -> Worlds:
        """Run them, or read what of them was kept."""
        bench = plan.bench(source)
        bench.run_all(plan.changes.values(), told, stage)
        return cls(plan, bench)

    @property
    def draws(self) -> int:
        """How many."""
        return self.bench.count

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Parameters that differ between draws, each of shape (draws,)."""
        return drawn_values(self.bench.draws, self.bench.futures)

    @cached_property
    def ridge(self) -> Ridge:
        """Regression on them."""
        return Ridge(self.values)

    @cached_property
    def plain(self) -> ArmRuns:
        """The case as it is."""
        return self.bench.run(Change())

    def _measured(self, part: Part, arms: Mapping[str, Arm]) -> dict[str, Floats]:
        return of_part(part, lambda key: self.bench.run(arms[key].alone), self.plan.case)

    @cached_property
    def weighed(self) -> dict[tuple[str, str], Weighed]:
        """Parts of claims, by claim and part."""
        claims = self.plan.file.claims
        return {
            (claim.id, part.key): weigh(part, self._measured(part, claims.arms), self.ridge, claims.sizes)
            for claim, part in self.plan.parts
        }

    def beside(self, one: Estimate, error: float) -> Found | None:
        """An estimate beside the model's own value in every draw; ``None`` where nothing of it differs between draws.

        error: its standard error, as of :func:`error_of`.
        """
        if one.parameter:
            drawn = self.values.get(one.parameter)
            return None if drawn is None else Found(drawn, one.likelihood(drawn, error))
        part = one.asking((self.plan.last + 1) / 4.0)
        effects = expected(part, self._measured(part, literature()[0].arms), self.ridge)
        if effects is None or not np.ptp(effects.values[part.key]) > 0.0:
            return None
        middle, likelihood = np.full(len(effects.known), np.nan), np.zeros(len(effects.known))
        middle[effects.known] = effects.means[part.key]
        likelihood[effects.known] = one.likelihood(effects.values[part.key], error).mean(axis=1)
        return Found(middle, likelihood)

    def of(self, question: Question) -> Floats:
        """What the model has of a question, by run, shape (runs,); NaN where not known."""
        if question.kind == "outlook":
            name, _, quarter = question.key.partition("/")
            start = self.plan.case.clock.start
            look = next(one for one in self.plan.outlooks if one[0] == name and str(start + one[1]) == quarter)
            return self.plain.values[look]
        if question.kind == "parameter":
            found = self.values[question.key]
        else:
            claim, part, name = question.key.split("/")
            effects = self.weighed[claim, part].effects
            found = np.full(self.draws, np.nan)
            if effects is not None:
                found[effects.known] = effects.means[name]
        return np.repeat(found, self.bench.futures)


LEVELS = (0.05, 0.5, 0.95)
"""Levels of the quantiles that experts give."""
SHARES = np.diff([0.0, *LEVELS, 1.0])
"""Probability below, between and above them."""
ROUNDS, CLOSE, NEARER = 500, 1e-6, 0.999
"""Rounds of fitting at most; difference of probabilities that is none; share of the last difference from which on
fitting gets no nearer, since answers contradict each other."""


def shared(weights: Floats) -> Floats:
    """Weights that sum to one; all 0 where they cannot."""
    total = float(weights.sum())
    return weights / total if total > 0.0 and np.isfinite(total) else np.zeros_like(weights)


def place(values: Floats, quantiles: Sequence[float]) -> Integers:
    """Which of the four ranges between quantiles each value lies in."""
    return np.searchsorted(np.asarray(quantiles), values, side="left").astype(np.int64)


@dataclass(frozen=True)
class Raked:
    """Weights that meet some quantiles."""

    weights: Floats
    """Shape (draws,); they sum to one."""
    factors: tuple[Floats, ...]
    """By quantity: what each of its ranges is multiplied by, shape (4,); other draws take them too."""
    off: float
    """Largest difference left between a range's probability and what it should be: 0 unless answers contradict."""


def rake(places: Sequence[Integers], start: Floats) -> Raked:
    """Weights nearest to those given in which every quantity has its quantiles.

    Nearest is of least relative entropy: the distribution stays what it was within each range, as in the classical
    model of structured expert judgement (Cooke 1991), whose background measure is here the model's own. Found by
    iterative proportional fitting (Deming and Stephan 1940).

    places: by quantity: which range each draw lies in, as of :func:`place`; each range has a draw of some weight.
    start: weights of the draws, shape (draws,).
    """
    weights, factors = shared(start), [np.ones(len(SHARES)) for _ in places]
    off = np.inf
    for _ in range(ROUNDS):
        before, off = off, 0.0
        for n, at in enumerate(places):
            now = np.bincount(at, weights, len(SHARES))
            off = max(off, float(abs(now - SHARES).max()))
            step = np.divide(SHARES, now, out=np.ones_like(now), where=now > 0.0)
            factors[n] = factors[n] * step
            weights = weights * step[at]
        weights = shared(weights)
        if off < CLOSE or off > NEARER * before:
            break
    return Raked(weights, tuple(factors), off)


@dataclass(frozen=True)
class Opinion:
    """One expert's answers as weights of runs, each set of shape (runs,)."""

    prior: Floats
    record: Floats | None
    """prior, record: of the prior, and of the record, where there is one."""
    unreached: tuple[str, ...]
    """Questions of which the model never has what is answered: they are left out."""
    off: float
    """Largest difference of a probability that is left where answers contradict each other."""


def opinion(expert: Expert, known: Mapping[str, Question], prior: Worlds, record: Worlds | None) -> Opinion:
    """Turn answers into weights.

    What is said of parameters and effects stands in the place of the prior, and the record is told after it: its draws
    take the factors found on the prior's. What is said of the years ahead is met on each set of draws as it is.
    """
    asked = {key: [known[key].inside(one) for one in given] for key, given in expert.answers.items()}
    reached = {key: given for key, given in asked.items() if _reaches(prior.of(known[key]), given)}
    before = [key for key in reached if known[key].kind != "outlook"]

    def raked(worlds: Worlds, keys: Sequence[str], start: Floats) -> Raked:
        columns = [worlds.of(known[key]) for key in keys]
        there = np.logical_and.reduce([np.isfinite(one) for one in columns], axis=0) if columns else True
        places = [place(one, reached[key]) for one, key in zip(columns, keys, strict=True)]
        return rake(places, np.where(there, start, 0.0))

    evenly = np.ones(prior.bench.study.runs)
    every = raked(prior, list(reached), evenly)
    if record is None:
        return Opinion(every.weights, None, tuple(asked.keys() - reached.keys()), every.off)
    start = np.ones(record.bench.study.runs)
    for key, factor in zip(before, raked(prior, before, evenly).factors, strict=True):
        values = record.of(known[key])
        start *= np.where(np.isfinite(values), factor[place(values, reached[key])], 0.0)
    ahead = [key for key in reached if key not in before and _reaches(record.of(known[key]), reached[key], start)]
    after = raked(record, ahead, start)
    lost = [key for key in asked if key not in before and key not in ahead]
    return Opinion(every.weights, after.weights, tuple(lost), max(every.off, after.off))


def _reaches(values: Floats, quantiles: Sequence[float], weights: Floats | None = None) -> bool:
    """Whether each range between quantiles has a run of some weight."""
    there = np.isfinite(values) & (True if weights is None else weights > 0.0)
    return bool(np.all(np.bincount(place(values[there], quantiles), minlength=len(SHARES))))


def pooled(opinions: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Linear pool of weights of runs: each expert's counts as much as it is given (Stone 1961)."""
    return np.asarray(weights) / np.sum(weights) @ np.stack([shared(one) for one in opinions])
