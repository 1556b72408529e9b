"""Draws of a case with everything that claims, estimates and experts speak of, on common random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from copark.arrays import Floats, Integers
from copark.cases.case import Case
from copark.identity import canonical
from copark.inference.case_parameters import Source
from copark.inference.claims.effects import Ridge
from copark.inference.claims.evidence import looks_of, of_part
from copark.inference.claims.reading import ClaimsFile
from copark.inference.claims.scenarios import ArmRuns, Bench, bench_of
from copark.inference.claims.schema import Change, Claim, Part
from copark.inference.claims.severity import drawn_values
from copark.inference.claims.verdict import Weighed, weigh
from copark.inference.elicitation.literature import Estimate, Found, beside, literature, state_of
from copark.inference.elicitation.questions import Question
from copark.inference.elicitation.weights import SHARES, Raked, place, rake, shared
from copark.inference.elicitation.workbook import Expert
from copark.simulation.study import baseline
from copark.store.checkpoints import Stage

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
class Worlds:
    """The draws of the prior, or of the record, with all arms run."""

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
        return self.bench.study.runs // self.bench.futures

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

    @cached_property
    def weighed(self) -> dict[tuple[str, str], Weighed]:
        """Parts of claims, by claim and part."""
        arms, margins = self.plan.file.claims.arms, self.plan.file.claims.sizes
        return {
            (claim.id, part.key): weigh(
                part, of_part(part, lambda key: self.bench.run(arms[key].alone), self.plan.case), self.ridge, margins
            )
            for claim, part in self.plan.parts
        }

    def beside(self, one: Estimate, error: float) -> Found | None:
        """An estimate beside the model's own value."""
        arms = literature()[0].arms
        return beside(
            one, error, (self.plan.last + 1) / 4.0, lambda key: self.bench.run(arms[key].alone), self.values,
            self.ridge, self.bench,
        )  # fmt: skip

    def of(self, question: Question) -> Floats:
        """What the model has of a question, by run, shape (runs,); NaN where not known."""
        if question.kind == "outlook":
            name, _, quarter = question.key.partition("/")
            at = next(at for output, at in self.plan.outlooks
                      if output == name and str(self.plan.case.clock.start + at) == quarter)  # fmt: skip
            return self.plain.values[name, at]
        if question.kind == "parameter":
            found = self.values[question.key]
        else:
            claim, part, name = question.key.split("/")
            effects = self.weighed[claim, part].effects
            found = np.full(self.draws, np.nan)
            if effects is not None:
                found[effects.known] = effects.means[name]
        return np.repeat(found, self.bench.futures)


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
    every = _rake(prior, known, reached, list(reached), np.ones(prior.bench.study.runs))
    if record is None:
        return Opinion(every.weights, None, tuple(asked.keys() - reached.keys()), every.off)
    alone = _rake(prior, known, reached, before, np.ones(prior.bench.study.runs))
    start = np.ones(record.bench.study.runs)
    for key, factor in zip(before, alone.factors, strict=True):
        values = record.of(known[key])
        start *= np.where(np.isfinite(values), factor[place(values, reached[key])], 0.0)
    ahead = [key for key in reached if key not in before and _reaches(record.of(known[key]), reached[key], start)]
    after = _rake(record, known, reached, ahead, start)
    lost = [key for key in asked if key not in before and key not in ahead]
    return Opinion(every.weights, after.weights, tuple(lost), max(every.off, after.off))


def _reaches(values: Floats, quantiles: Sequence[float], weights: Floats | None = None) -> bool:
    """Whether each range between quantiles has a run of some weight."""
    there = np.isfinite(values) & (True if weights is None else weights > 0.0)
    return bool(np.all(np.bincount(place(values[there], quantiles), minlength=len(SHARES))))


def _rake(
    worlds: Worlds, known: Mapping[str, Question], answers: Mapping[str, Sequence[float]], keys: Sequence[str],
    start: Floats,
) -> Raked:  # fmt: skip
    columns = [worlds.of(known[key]) for key in keys]
    there = np.logical_and.reduce([np.isfinite(one) for one in columns], axis=0) if columns else np.ones(len(start))
    places: Iterator[Integers] = (place(one, answers[key]) for one, key in zip(columns, keys, strict=True))
    return rake(list(places), np.where(there, start, 0.0))


def pooled(opinions: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Linear pool of weights of runs: each expert's counts as much as it is given (Stone 1961)."""
    found: Floats = np.asarray(weights) / np.sum(weights) @ np.stack([shared(one) for one in opinions])
    return found
