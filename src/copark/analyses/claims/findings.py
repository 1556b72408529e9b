"""Tests of claims: all arms with common random numbers, rules applied, and the severity of the tests measured.

Four benches of draws: the case's posterior for the verdicts; the prior, to see what the record changed; the first draws
of the posterior for worlds in which a claim is false, and, with fewer futures, for the variants of the judgement block.
Variants and false worlds are not calibrated anew. No run is made twice. By a sequential rule what is decided is run no
further (:mod:`~copark.analyses.claims.sequential`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from copark.analyses.claims.arm_statistics import ArmRow, latest, looks_of, of_part, rows_of, sample_of, split_of
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.rules import OPEN, Judge, Measured, Sample, measured, side
from copark.analyses.claims.scenarios import ArmRuns, Bench, bench_of, check_moves
from copark.analyses.claims.schema import AS_IT_IS, Change, Claim, Part, Variant, is_empty, upon
from copark.analyses.claims.sequential import SEQUENTIAL, Stopping, TrialLooks, key_of, stopping
from copark.analyses.claims.severity import (
    RECENTRED,
    Lean,
    Severity,
    drawn_values,
    leaning,
    moved_words,
    recentred,
    severity,
    steadiness,
)
from copark.analyses.claims.standard import STANDARD, Standard
from copark.analyses.claims.verdict import (
    Ridge,
    Verdict,
    Weighed,
    claim_verdict,
    in_alternative,
    joint_error,
    needs_every_part,
    turns,
    turns_together,
    weigh,
    when_turned,
)
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.validated_yaml import read_shipped
from copark.cases.world import world_hash
from copark.identity import canonical, identity_of
from copark.simulation.run import Progress
from copark.simulation.study import Study, baseline
from copark.simulation.study_entries import Title
from copark.simulation.trust import Trust
from copark.stats.jackknife import groups_of, jackknife
from copark.stats.precision import Split
from copark.store.checkpoints import Stages
from copark.version import MODEL_VERSION

LOOK_DRAWS, LOOK_FUTURES = 60, 2
"""Draws and futures of a variant of the judgement block; so many draws are also made in a false world."""
HELD_DRAWS = 200
"""Draws of the prior."""
RECORD = "registered"
"""Output by which a variant is seen to leave the record."""
LEFT_THE_RECORD = 0.2
"""Log points by which the median of registered residents at the cut may differ before a variant is said to leave it."""


@dataclass(frozen=True)
class InVariant:
    """A part in a variant of the judgement block."""

    variant: str
    probability: float
    word: str
    turns: bool
    """Whether the word is of another side."""
    departs: float
    """Log points by which the variant's own reference departs from the record's number of residents at the cut."""


@dataclass(frozen=True, kw_only=True)
class PartFinding(Verdict):
    """What was found of a part of a claim: its verdict, and all that stands behind it."""

    part: Part
    measured: dict[str, Measured]
    """Its statistics, over draws, by name."""
    splits: dict[str, Split | None]
    """Variance of each, run by run, from parameters and from chance; ``None`` of one future or none measured."""
    earlier: str
    """What the rule of the claims file says by the earlier standard, from the same draws."""
    steady: float
    """Share of batches of the draws whose word is the same."""
    why: str
    """Of an open part: ``turned`` (by an alternative assumption), ``prior`` (it leans on what the data did not move),
    ``width`` or ``lacking``; empty otherwise."""
    leans: tuple[Lean, ...]
    """Parameters its statistics lean on."""
    variants: tuple[InVariant, ...]
    """The judgement block, variant by variant."""
    severities: tuple[Severity, ...]
    """One for each false world."""
    recentred: Severity | None
    """How the test would do against effects as wide as those found but nil in the middle; ``None`` where the rule looks
    at other things than differences."""

    @property
    def severity(self) -> Severity | None:
        """Against effects nil in the middle; else the least of the false worlds, one by construction last."""
        return self.recentred or least(one for one in self.severities if not one.identical) or least(self.severities)

    @property
    def flipped(self) -> tuple[str, ...]:
        """Variants that turn the verdict."""
        return tuple(one.variant for one in self.variants if one.turns)

    @property
    def unmoved(self) -> tuple[Lean, ...]:
        """What it leans on though the data hardly moved it."""
        return tuple(one for one in self.leans if one.moved != "moved")


def least(found: Iterable[Severity | None]) -> Severity | None:
    """The least severe, of those that were tried."""
    tried = [one for one in found if one is not None and one.batches]
    return min(tried, key=lambda one: one.share, default=None)


@dataclass(frozen=True, kw_only=True)
class ClaimFinding(Verdict):
    """What was found of a claim: its verdict, its parts, and the evidence."""

    claim: Claim
    parts: tuple[PartFinding, ...]
    rows: tuple[ArmRow, ...]

    def part(self, key: str) -> PartFinding:
        """What was found of a part."""
        return next(one for one in self.parts if one.part.key == key)

    @property
    def deciding(self) -> tuple[PartFinding, ...]:
        """Parts that make the headline."""
        return tuple(self.part(key) for key in self.claim.headline.parts)

    @property
    def severity(self) -> Severity | None:
        """The least severe test among the parts that make the headline."""
        return least(one.severity for one in self.deciding)


@dataclass(frozen=True)
class HostValue:
    """The latest value on record of the place around a park, and its date."""

    value: float
    date: str


@dataclass(frozen=True, kw_only=True)
class ClaimFindings:
    """What a trial found, and everything that made it."""

    run_id: str
    provenance: dict[str, Any]
    """run_id, provenance: hash of rules, case, model and draws; what it was made of, as plain values."""
    case: str
    park: Title
    start: str
    """case, park, start: name of the case, its title, and its first quarter."""
    file: ClaimsFile
    claims: tuple[ClaimFinding, ...]
    """file, claims: as they are written, and what was found of those that were tried."""
    moved: dict[str, str]
    """How far the data moved each parameter."""
    hosts: dict[str, HostValue]
    """Values that outputs are set beside, by variable."""
    runs: int = 0
    """Runs that were made; 0 where it was not told."""

    def arm(self, key: str) -> Title:
        """The title of an arm."""
        return self.file.claims.arms[key].title

    def world(self, key: str) -> Title:
        """The title of a world in which a claim is false."""
        return self.file.claims.worlds[key].title

    def variant(self, key: str) -> Title:
        """The title of an alternative assumption."""
        return next(one.title for one in self.file.claims.judgement if one.key == key)

    def quarter(self, at: int | None) -> str:
        """A quarter counted from the start; empty for none."""
        return "" if at is None else str(Quarter.parse(self.start) + at)


@dataclass(frozen=True)
class TrialPlan:
    """How large a trial is: draws of parameters, futures of each, seed, threads, and what the draws are of.

    sequential: whether a rule stops what is decided, draws being the most there may be.
    """

    draws: int = 200
    futures: int = 5
    seed: int = 1
    threads: int = 1
    kind: str = "posterior"
    sequential: bool = False

    def study(self, case: Case, draws: int, kind: str) -> Study:
        """The study whose draws and random numbers the arms have."""
        return baseline(case.name).with_changes(
            runs=draws * self.futures, futures=self.futures, seed=self.seed, draws=kind, keep=[RECORD]
        )


class Trial:
    """Tries claims on a case."""

    def __init__(
        self, file: ClaimsFile, case: Case, plan: TrialPlan, claims: tuple[Claim, ...], source: Source | None
    ) -> None:
        self.file, self.case, self.plan, self.chosen, self.source = file, case, plan, claims, source
        self.judge = Judge(file.claims.sizes)
        self.rule = stopping() if plan.sequential else None
        self._looked: dict[tuple[int, str, int | None], Callable[[str], ArmRuns]] = {}
        self.cut = _cut(case, source)
        looks = {(RECORD, self.cut), *looks_of([part for _, part in file.claims.of(claims)])}
        looks |= {(look.output, look.at) for claim in claims for look in claim.shows}
        ordered = sorted(looks)
        self.bench = bench_of(case, plan.study(case, plan.draws, plan.kind), ordered, source, plan.threads)
        prior = plan.study(case, min(plan.draws, HELD_DRAWS), "prior")
        self.prior = bench_of(case, prior, ordered, None, plan.threads)
        self.tested = self.bench.part(LOOK_DRAWS, plan.futures)
        self.first = self.bench.part(LOOK_DRAWS, LOOK_FUTURES)
        self.arms = {key: arm.alone for key, arm in file.claims.arms.items()}
        self.values = drawn_values(self.bench.draws, plan.futures)
        self.ridge = cache(self._ridge)
        self.ridge_without = cache(self._ridge_without)
        self.moved = moved_words(plan.kind, source)

    def _ridge(self, prior: bool, draws: int) -> Ridge:
        """Regression on the parameters of the first draws of the case's posterior, or of the prior."""
        values = drawn_values(self.prior.draws, self.plan.futures) if prior else self.values
        return Ridge({name: column[:draws] for name, column in values.items()})

    def _ridge_without(self, draws: int, group: int) -> Ridge:
        """Regression on the parameters of the first draws of the case's posterior without a group of them."""
        kept = groups_of(draws)[group]
        return Ridge({name: column[:draws][kept] for name, column in self.values.items()})

    def weigh(
        self, part: Part, bench: Bench, ground: Change | None = None, standing: float | None = None,
        draws: int | None = None,
    ) -> Weighed:  # fmt: skip
        """Weigh a part on the first draws of a bench, all unless told, upon a ground, perhaps with another S*."""
        runs = of_part(part, self.on(bench, ground, draws), self.case, standing)
        ridge = self.ridge(bench is self.prior, min(draws or bench.count, bench.count))
        return weigh(part, runs, ridge, self.judge.margins)

    def on(self, bench: Bench, ground: Change | None = None, draws: int | None = None) -> Callable[[str], ArmRuns]:
        """What gives the runs of an arm by its key, upon a ground, on the first draws."""
        under = ground or Change()
        at = (id(bench), canonical(under.content()), draws)
        if at not in self._looked:
            self._looked[at] = cache(lambda key: bench.run(upon(under, self.arms[key]), draws))
        return self._looked[at]

    def check(self) -> None:
        """Raise ArmsChangeNothing with every arm, variant and world that changes nothing."""
        claims, few = self.file.claims, self.bench.part(2, 1)
        changes: dict[tuple[str, str], Change] = {("arms", key): arm for key, arm in claims.arms.items()}
        changes |= {("judgement", one.key): one for one in claims.judgement}
        changes |= {("worlds", key): one for key, one in claims.worlds.items()}
        check_moves(few, changes, self.file.name)

    def run(
        self, progress: Progress | None = None, weighed: Progress | None = None, stages: Stages | None = None
    ) -> ClaimFindings:
        """Run all arms everywhere and find the verdicts.

        progress: told runs done and runs in all: at most, while something is not decided; weighed: told claims weighed
        and claims in all; stages: where arms are kept as they are run, and found.
        """
        self.check()
        looks = TrialLooks(self, progress, stages or Stages())
        looks.run()
        found: list[ClaimFinding] = []
        for claim in self.chosen:
            if weighed is not None:
                weighed(len(found), len(self.chosen))
            found.append(self._claim(claim, looks))
        return ClaimFindings(
            run_id=self.identity, provenance=self.provenance, case=self.case.name,
            park=Title(en=self.case.title.en, zh=self.case.title.zh), start=str(self.case.clock.start), file=self.file,
            claims=tuple(found), moved=self.moved, hosts=self._hosts(), runs=looks.made,
        )  # fmt: skip

    def _hosts(self) -> dict[str, HostValue]:
        """Values of the place around the park that statistics are set beside, where they are known."""
        parts = (part for _, part in self.file.claims.of(self.chosen))
        wanted = dict.fromkeys(one.context for part in parts for one in part.statistics.values() if one.context)
        known = {name: latest(self.case, name) for name in wanted}
        return {name: HostValue(one.value, str(one.date)) for name, one in known.items() if one is not None}

    @property
    def runs(self) -> int:
        """Runs to make, at most where a rule may stop some."""
        return sum(self.sizes)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Runs on each bench: what a part of a bench has in common with the whole is made once."""
        names = [{canonical(change.content()) for change in changes} for _, changes in self.stages]
        alone = names[:2] + [one - names[0] for one in names[2:]]
        return tuple(len(one) * bench.study.runs for one, (bench, _) in zip(alone, self.stages, strict=True))

    @cached_property
    def stages(self) -> tuple[tuple[Bench, list[Change]], ...]:
        """What is run where: arms on the draws, on the prior, in the false worlds, in the judgement block."""
        shown = dict.fromkeys(key for claim in self.chosen for key in (claim.reference, *claim.shown))
        every = (AS_IT_IS, *(key for claim in self.chosen for key in claim.tried))
        tried = [key for key in dict.fromkeys(every) if key in self.arms]
        parts = [part for _, part in self.file.claims.of(self.chosen)]
        worlds = [(self.world(world), part) for part in parts for world in part.false_worlds]
        false = [upon(world, self.arms[key]) for world, part in worlds for key in part.uses]
        grounds = [ground.alone for ground in self.file.claims.judgement if not is_empty(ground)]
        return (
            (self.bench, [self.arms[key] for key in (*shown, *tried)]),
            (self.prior, [self.arms[key] for key in tried]),
            (self.tested, false),
            (self.first, [upon(ground, self.arms[key]) for ground in grounds for key in tried]),
        )

    def world(self, key: str) -> Change:
        """A world in which something is false."""
        return self.file.claims.worlds[key].alone

    def _claim(self, claim: Claim, looks: TrialLooks) -> ClaimFinding:
        after, before = (
            {part.key: one[key_of(claim, part)] for part in claim.parts} for one in (looks.after, looks.before)
        )
        without = {
            part.key: after[part.key].without_groups(part, self.ridge_without, self.judge.margins)
            for part in claim.parts
        }
        plain, parts = {}, {}
        for part in claim.parts:
            error = jackknife([one.probability for one in without[part.key]])
            plain[part.key] = looks.plain(claim, part, error)
            parts[part.key] = self._part(claim, part, looks, plain[part.key])
        found = claim_verdict(claim.headline, plain, after, before, joint_error(claim.headline, after, without))
        if self._turned(claim, found, parts, looks):
            found = when_turned(found)
        rows = rows_of(claim, self.on(self.bench, draws=looks.evidence[claim.id]))
        return ClaimFinding(**vars(found), claim=claim, parts=tuple(parts.values()), rows=rows)

    def _turned(self, claim: Claim, found: Verdict, parts: Mapping[str, PartFinding], looks: TrialLooks) -> bool:
        """Whether an alternative assumption turns a claim: a part that its word needs, or its parts taken together.

        Where one part suffices the others may stand for it, so that P of the claim is asked under each alternative.
        """
        deciding = [parts[key] for key in claim.headline.parts if parts[key].variants]
        if not side(found.word) or not deciding:
            return False
        if needs_every_part(claim.headline, found.word):
            return any(one.flipped for one in deciding)
        draws = min(len(looks.after[key_of(claim, one.part)].chance) for one in deciding)
        return any(
            turns_together(
                claim.headline,
                found,
                {one.part.key: self._under(claim, one.part, under, looks) for one in deciding},
                draws,
            )
            for under in self.file.claims.judgement
        )

    def _part(self, claim: Claim, part: Part, looks: TrialLooks, plain: Verdict) -> PartFinding:
        """What is found of a part, from its verdict before alternative assumptions are looked at."""
        at = key_of(claim, part)
        weighed = looks.after[at]
        samples = {name: sample_of(part.statistics[name], runs) for name, runs in weighed.runs.items()}
        variants = self._variants(claim, part, looks, plain)
        verdict = when_turned(plain) if any(one.turns for one in variants) else plain
        judged = {name: samples[name] for name in part.judged}
        drawn = {name: column[: len(weighed.chance)] for name, column in self.values.items()}
        leans = leaning(judged, drawn, self.moved)
        middle = recentred(part, weighed, self.judge.margins)
        return PartFinding(
            **vars(verdict),
            part=part,
            measured={name: measured(one, name, part.rule, self.judge.margins) for name, one in samples.items()},
            splits={name: split_of(runs) for name, runs in weighed.runs.items()},
            earlier=self.judge.verdict(part.rule, samples),
            steady=steadiness(weighed.chance, self.plan.seed),
            why="" if verdict.word != OPEN else "turned" if plain.word != OPEN else _why(judged, leans),
            leans=leans,
            variants=variants,
            severities=tuple(
                severity(part, looks.false[at, world], world, self.plan.seed) for world in part.false_worlds
            ),
            recentred=None if middle is None else severity(part, middle, RECENTRED, self.plan.seed),
        )

    def _variants(self, claim: Claim, part: Part, looks: TrialLooks, verdict: Verdict) -> tuple[InVariant, ...]:
        """The part in every variant, against the same draws and random numbers as it is."""
        at = key_of(claim, part)
        weighed, found = looks.after[at], []
        if weighed.effects is None:
            return ()
        for one in self.file.claims.judgement:
            reference, there = self._under(claim, part, one, looks)
            p, word = in_alternative(verdict, reference, there, weighed.draws)
            found.append(InVariant(one.key, p, word, turns(verdict.word, word), self._departures[one.key]))
        return tuple(found)

    def _under(self, claim: Claim, part: Part, one: Variant, looks: TrialLooks) -> tuple[Floats, Floats]:
        """Probabilities of draws that a part holds, as it is and under an alternative, on the same draws."""
        at = key_of(claim, part)
        if not is_empty(one.alone):
            return looks.alternatives[at, one.key]
        reference = looks.after[at].chance
        return reference, self.weigh(part, self.bench, None, one.self_standing, len(reference)).chance

    @cached_property
    def _departures(self) -> dict[str, float]:
        """Log points between the median number of residents at the cut in each variant and as it is."""
        if AS_IT_IS not in self.arms:
            return {one.key: 0.0 for one in self.file.claims.judgement}
        plain, found = self.arms[AS_IT_IS], {}

        def level(change: Change, draws: int | None) -> float:
            return max(float(np.nanmedian(self.first.run(change, draws).values[RECORD, self.cut])), 1.0)

        for one in self.file.claims.judgement:
            there = upon(one.alone, plain)
            made = self.first.made.get(canonical(there.content()))
            draws = None if made is None else made.draws
            found[one.key] = float(np.log(level(there, draws) / level(plain, draws)))
        return found

    @property
    def identity(self) -> str:
        """Identity of what is found: the rules, the case, the model, the draws."""
        return identity_from(self.provenance)

    @property
    def provenance(self) -> dict[str, Any]:
        """Everything that makes it, as plain values."""
        return provenance_of(self.file, self.case, self.plan, self.chosen, self.source)


def provenance_of(
    file: ClaimsFile, case: Case, plan: TrialPlan, claims: tuple[Claim, ...], source: Source | None
) -> dict[str, Any]:
    """Everything that makes a trial, as plain values; nothing need be run or drawn to tell it."""
    given = {"trust": Trust.without(case.name, plan.kind).content()} if source is None else dict(source.content)
    return {
        "claims_name": file.name, "claims_sha256": file.sha256, "fixed": str(file.claims.fixed),
        "standard_sha256": read_shipped(STANDARD, Standard)[1], "claims": [one.id for one in claims],
        "case": case.name, "case_hash": case.hash, "world_hash": world_hash(case), "model_version": MODEL_VERSION,
        "draws": plan.draws, "futures": plan.futures, "seed": plan.seed, "draws_of": plan.kind,
        **({"sequential_sha256": read_shipped(SEQUENTIAL, Stopping)[1]} if plan.sequential else {}),
        **given,
    }  # fmt: skip


def rules_of(file: ClaimsFile, *, sequential: bool) -> dict[str, str]:
    """What claims are judged by, by their content: their file, the standard of proof, and when to stop."""
    rules = {"claims": file.sha256, "standard": read_shipped(STANDARD, Standard)[1]}
    return {**rules, "stopping": read_shipped(SEQUENTIAL, Stopping)[1]} if sequential else rules


def identity_from(provenance: dict[str, Any]) -> str:
    """Identity of a trial from what makes it."""
    return identity_of({key: value for key, value in provenance.items() if key not in {"claims_name", "fixed"}})


def _cut(case: Case, source: Source | None) -> int:
    """Quarter up to which the record is told: the posterior's cut, else the end of the data, counted from 0."""
    last = (None if source is None else source.cut) or case.clock.data_end
    return int(min(last - case.clock.start, case.clock.quarters - 1))


def _why(judged: dict[str, Sample], leans: tuple[Lean, ...]) -> str:
    """Why a part is open: lacking, prior or width."""
    if any(sample.is_empty for sample in judged.values()):
        return "lacking"
    return "prior" if any(one.moved != "moved" for one in leans) else "width"
