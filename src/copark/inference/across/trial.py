"""Everything in order: the model's verdicts, tests of QCA and NCA with their sweeps, agreement, deviants, twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from copark.cases.parks import Parks, load_parks
from copark.errors import NotFound
from copark.identity import identity_of
from copark.inference.across.agreement import NO_WORD, agreement_of
from copark.inference.across.deviants import Deviation, deviations, solution_of
from copark.inference.across.reading import AcrossFile
from copark.inference.across.reasons import Facts, reasons_of
from copark.inference.across.schema import SetClaim, SetPart, Word
from copark.inference.across.scores import Scores, scores_of
from copark.inference.across.sweeps import DEALS, FEWER_DEALS, PartFinding, planned, try_part
from copark.inference.across.twins import RUNS, Twin, twin_of
from copark.inference.claims.reading import ClaimsFile
from copark.inference.claims.record import Kept, KeptClaim
from copark.inference.claims.schema import Claim
from copark.inference.claims.verdicts import combined
from copark.model.compiler import model_hash
from copark.setmethods.nca import Necessities, Request
from copark.setmethods.nca import analyse as analyse_need
from copark.setmethods.qca import Analysis
from copark.setmethods.table import CaseTable

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WordFinding:
    """What a method says of a claim: its verdict, ``no_word`` where it is silent, and its tests."""

    word: Word
    parts: tuple[PartFinding, ...]
    verdict: str

    @property
    def deciding(self) -> tuple[PartFinding, ...]:
        """Tests that make the headline."""
        keys = () if self.word.headline is None else self.word.headline.parts
        return tuple(one for one in self.parts if one.part.key in keys)


@dataclass(frozen=True)
class AcrossClaim:
    """A claim three ways.

    Parameters
    ----------
    claim, rule
        As the intervention's file and as the rules have it.
    intervention, qca, nca
        What each way says.
    agreement
        Class of agreement.
    reasons
        Keys of the reasons, the likeliest first.
    """

    claim: Claim
    rule: SetClaim
    intervention: KeptClaim
    qca: WordFinding
    nca: WordFinding
    agreement: str
    reasons: tuple[str, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """Verdicts by method."""
        return {"intervention": self.intervention.verdict, "qca": self.qca.verdict, "nca": self.nca.verdict}


@dataclass(frozen=True)
class AcrossFindings:
    """What was found.

    Parameters
    ----------
    file
        The rules.
    parks, scores
        The parks and their scores.
    kept
        The model's verdicts.
    claims, deviations, twins
        Claims three ways; cases that deviate; deviant cases asked of the model.
    solution, wider
        The analysis of the rules' conditions, and with those that overlap the outcome.
    ceilings
        NCA of all conditions on the cases that have all scores.
    identity, provenance
        Of all of it.
    """

    file: AcrossFile
    parks: Parks
    scores: Scores
    kept: Kept
    claims: tuple[AcrossClaim, ...]
    deviations: tuple[Deviation, ...]
    twins: tuple[Twin, ...]
    solution: Analysis
    wider: Analysis
    ceilings: Necessities
    identity: str
    provenance: dict[str, Any]


class Counter:
    """Tells a progress of steps whose number is known."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self._progress = 0, total, progress

    def __call__(self) -> None:
        """One more step is done."""
        self.done += 1
        if self._progress is not None:
            self._progress(self.done, self.total)


def run(
    file: AcrossFile,
    claims: ClaimsFile,
    kept: Kept,
    *,
    runs: int = RUNS,
    seed: int = 1,
    threads: int = 1,
    weighed: Progress | None = None,
    simulated: Progress | None = None,
) -> AcrossFindings:
    """Find the three verdicts of every claim, and ask the model about deviant cases.

    Parameters
    ----------
    claims, kept
        The intervention's file and what its trial found.
    runs, seed
        Runs of each twin's case as recorded; seed of permutations, draws and luck.
    weighed, simulated
        Told variants tried and arms run, with how many there are.

    Raises
    ------
    NotFound
        If the rules name a claim that the intervention's file, or its trial, does not have.
    """
    rules = file.rules
    known, tried = {one.id: one for one in claims.claims.claims}, kept.by_id
    for one in rules.claims:
        if one.id not in known or one.id not in tried:
            raise NotFound.of("claims.no_claim", found=one.id, known=", ".join(known))
    parks = load_parks()
    scores = scores_of(parks)
    steps = Counter(sum(1 for part in tests_of(file) for _ in planned(part, scores, rules)), weighed)
    found = tuple(_claim(known[one.id], one, tried[one.id], file, scores, seed, steps) for one in rules.claims)
    arms = Counter(sum(len(one.arms) for one in rules.deviants), simulated)
    twins = tuple(
        twin_of(one, rules.sizes, runs=runs, seed=seed, threads=threads, told=arms) for one in rules.deviants
    )  # fmt: skip
    made = provenance(file, kept, scores, runs, seed, twins)
    return AcrossFindings(
        file, parks, scores, kept, found, deviations(scores, rules), twins, solution_of(scores, rules),
        solution_of(scores, rules, wider=True), ceilings_of(scores, file, seed), identity_of(made), made,
    )  # fmt: skip


def _claim(
    claim: Claim,
    rule: SetClaim,
    intervention: KeptClaim,
    file: AcrossFile,
    scores: Scores,
    seed: int,
    told: Callable[[], None],
) -> AcrossClaim:
    qca, nca = (_word(word, file, scores, seed, told) for word in (rule.qca, rule.nca))
    verdicts = {"intervention": intervention.verdict, "qca": qca.verdict, "nca": nca.verdict}
    agreement = agreement_of(verdicts, rule.compares)
    facts = facts_of(agreement, intervention, qca, nca, file, scores)
    return AcrossClaim(claim, rule, intervention, qca, nca, agreement, reasons_of(facts))


def _word(word: Word, file: AcrossFile, scores: Scores, seed: int, told: Callable[[], None]) -> WordFinding:
    if word.headline is None:
        return WordFinding(word, (), NO_WORD)
    parts = tuple(try_part(part, scores, file.rules, seed, told) for part in word.parts)
    return WordFinding(word, parts, combined(word.headline, {one.part.key: one.verdict for one in parts}))


def facts_of(
    agreement: str, intervention: KeptClaim, qca: WordFinding, nca: WordFinding, file: AcrossFile, scores: Scores
) -> Facts:  # fmt: skip
    """What reasons are chosen from."""
    rules, parts = file.rules, (*qca.deciding, *nca.deciding)
    uses = {name for one in parts for name in one.part.uses}
    return Facts(
        agreement=agreement,
        intervention=intervention.verdict,
        qca=qca.verdict,
        nca=nca.verdict,
        why=frozenset(one.why for one in intervention.deciding if one.why),
        held=intervention.held,
        tests=frozenset(one.part.test for one in parts),
        families=frozenset(family for one in parts for family in one.families),
        overlapping=bool(uses & set(rules.overlapping)),
        scaled=bool(uses & set(rules.alternative)),
        floored=any(nowhere_absent(scores, name, rules.outcome) for name in uses),
        tied=any(
            len(one.tried.models) > 1 and 0.0 < one.tried.numbers["with"] < len(one.tried.models) for one in parts
        ),
    )


def nowhere_absent(scores: Scores, name: str, outcome: str) -> bool:
    """Whether no case scores 0 in a condition, so that its absence was never seen."""
    whole = scores.complete((name, outcome))
    return bool(whole.table.values[name].min() > 0.0)


def ceilings_of(scores: Scores, file: AcrossFile, seed: int) -> Necessities:
    """NCA of every condition, on the cases that have all of them."""
    rules = file.rules
    conditions = (*rules.conditions, *rules.overlapping)
    whole = scores.complete((rules.outcome, *conditions)).table
    names = (rules.outcome, *conditions)
    table = CaseTable(whole.file, whole.cases, {name: whole.values[name] for name in names}, digest=whole.digest)
    return analyse_need(table, Request(rules.outcome, conditions, 1, None, DEALS, seed))


def tests_of(file: AcrossFile) -> Iterable[SetPart]:
    """Every test of the rules."""
    return (part for one in file.rules.claims for word in (one.qca, one.nca) for part in word.parts)


def provenance(
    file: AcrossFile, kept: Kept, scores: Scores, runs: int, seed: int, twins: Iterable[Twin]
) -> dict[str, Any]:  # fmt: skip
    """Everything that makes the findings, as plain values."""
    return {
        "rules_name": file.name,
        "rules_sha256": file.sha256,
        "rules_fixed": str(file.rules.fixed),
        "scores": scores.table.digest,
        "intervention": kept.identity,
        "model_hash": model_hash(),
        "permutations": DEALS,
        "permutations_of_variants": FEWER_DEALS,
        "runs": runs,
        "seed": seed,
        "twins": {one.deviant.row: one.case.hash for one in twins},
    }
