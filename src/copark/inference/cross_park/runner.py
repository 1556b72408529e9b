"""Everything in order: the model's verdicts, tests of QCA and NCA with their sweeps, agreement, deviants, twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from copark.cases.parks import Parks, load_parks
from copark.cases.types import Bilingual
from copark.errors import NotFound
from copark.identity import identity_of
from copark.inference.claims.rules import combined
from copark.inference.claims.runner import ClaimFinding, Findings
from copark.inference.cross_park.qca import Scores, scores_of
from copark.inference.cross_park.reasons import (
    NO_WORD,
    Deviation,
    Facts,
    agreement_of,
    deviations,
    reasons_of,
    solution_of,
)
from copark.inference.cross_park.schema import AcrossFile, SetClaim, SetPart, Word
from copark.inference.cross_park.sweeps import DEALS, FEWER_DEALS, PartFinding, planned, try_part
from copark.inference.cross_park.twins import RUNS, Twin, case_of, twin_of
from copark.model.compiler import model_hash
from copark.setmethods.nca import Necessities, Request
from copark.setmethods.nca import analyse as analyse_need
from copark.setmethods.qca import Analysis
from copark.setmethods.table import CaseTable
from copark.simulation.schemas import Title

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
    """A claim three ways."""

    rule: SetClaim
    title: Title
    """rule, title: as the rules have it; its title."""
    intervention: str
    """The model's verdict."""
    qca: WordFinding
    nca: WordFinding
    """qca, nca: what sets and degrees say."""
    agreement: str
    """Class of agreement."""
    reasons: tuple[str, ...]
    """Keys of the reasons, the likeliest first."""

    @property
    def id(self) -> str:
        """Its ID."""
        return self.rule.id

    @property
    def verdicts(self) -> dict[str, str]:
        """Verdicts by method."""
        return {"intervention": self.intervention, "qca": self.qca.verdict, "nca": self.nca.verdict}


@dataclass(frozen=True)
class ParkCase:
    """A case of the table of scores: its park's name, its years, and the coder's words on the outcome.

    ``repeated``: the park stands in the table more than once, so that its years tell the cases apart.
    """

    name: Title
    first_year: int
    last_year: int
    repeated: bool
    outcome: Bilingual


@dataclass(frozen=True, kw_only=True)
class AcrossFindings:
    """What was found."""

    run_id: str
    provenance: dict[str, Any]
    """run_id, provenance: hash of all of it; what it was made of, as plain values."""
    file: AcrossFile
    """The rules."""
    parks: int
    cases: dict[str, ParkCase]
    scores: Scores
    """parks, cases, scores: how many parks there are; the cases of the table by label; their scores."""
    model: dict[str, Any]
    """What made the model's verdicts."""
    claims: tuple[AcrossClaim, ...]
    deviations: tuple[Deviation, ...]
    twins: tuple[Twin, ...]
    """claims, deviations, twins: claims three ways; cases that deviate; deviant cases asked of the model."""
    solution: Analysis
    wider: Analysis
    """solution, wider: the analysis of the rules' conditions, and with those that overlap the outcome."""
    ceilings: Necessities
    """NCA of all conditions on the cases that have all scores."""


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
    model: Findings,
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
    model
        What the trial of the claims in the model found.
    runs, seed
        Runs of each twin's case as recorded; seed of permutations, draws and luck.
    weighed, simulated
        Told variants tried and arms run, with how many there are.

    Raises
    ------
    NotFound
        If the rules name a claim that was not tried in the model.
    """
    rules, tried = file.rules, {one.claim.id: one for one in model.claims}
    for one in rules.claims:
        if one.id not in tried:
            raise NotFound.of("claims.no_claim", found=one.id, known=", ".join(tried))
    parks = load_parks()
    scores = scores_of(parks)
    steps = Counter(sum(1 for part in tests_of(file) for _ in planned(part, scores, rules)), weighed)
    found = tuple(_claim(one, tried[one.id], file, scores, seed, steps) for one in rules.claims)
    arms = Counter(sum(len(one.arms) for one in rules.deviants), simulated)
    twins = tuple(
        twin_of(one, rules.sizes, runs=runs, seed=seed, threads=threads, told=arms) for one in rules.deviants
    )  # fmt: skip
    made = provenance(file, model.run_id, scores, runs, seed)
    return AcrossFindings(
        run_id=identity_of(made), provenance=made, file=file, parks=len(parks.parks), cases=cases_of(parks),
        scores=scores, model=model.provenance, claims=found, deviations=deviations(scores, rules), twins=twins,
        solution=solution_of(scores, rules), wider=solution_of(scores, rules, wider=True),
        ceilings=ceilings_of(scores, file, seed),
    )  # fmt: skip


def cases_of(parks: Parks) -> dict[str, ParkCase]:
    """The cases of the table of scores by label."""
    rows = [row.park for row in parks.scores]
    return {
        row.id: ParkCase(
            Title(en=parks[row.park].name("en"), zh=parks[row.park].name("zh")), row.first_year, row.last_year,
            rows.count(row.park) > 1, Bilingual(en=row.outcome_en, zh=row.outcome_zh),
        )
        for row in parks.scores
    }  # fmt: skip


def _claim(
    rule: SetClaim,
    intervention: ClaimFinding,
    file: AcrossFile,
    scores: Scores,
    seed: int,
    told: Callable[[], None],
) -> AcrossClaim:
    qca, nca = (_word(word, file, scores, seed, told) for word in (rule.qca, rule.nca))
    verdicts = {"intervention": intervention.word, "qca": qca.verdict, "nca": nca.verdict}
    agreement = agreement_of(verdicts, rule.compares)
    facts = facts_of(agreement, intervention, qca, nca, file, scores)
    title = intervention.claim.title
    return AcrossClaim(rule, title, intervention.word, qca, nca, agreement, reasons_of(facts))


def _word(word: Word, file: AcrossFile, scores: Scores, seed: int, told: Callable[[], None]) -> WordFinding:
    if word.headline is None:
        return WordFinding(word, (), NO_WORD)
    parts = tuple(try_part(part, scores, file.rules, seed, told) for part in word.parts)
    return WordFinding(word, parts, combined(word.headline, {one.part.key: one.verdict for one in parts}))


def facts_of(
    agreement: str, intervention: ClaimFinding, qca: WordFinding, nca: WordFinding, file: AcrossFile, scores: Scores
) -> Facts:  # fmt: skip
    """What reasons are chosen from."""
    rules, parts = file.rules, (*qca.deciding, *nca.deciding)
    uses = {name for one in parts for name in one.part.uses}
    return Facts(
        agreement=agreement,
        intervention=intervention.word,
        qca=qca.verdict,
        nca=nca.verdict,
        why=frozenset(one.why for one in intervention.deciding if one.why),
        turned=any(one.flipped for one in intervention.deciding),
        held=intervention.prior_probability,
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


def provenance(file: AcrossFile, model: str, scores: Scores, runs: int, seed: int) -> dict[str, Any]:
    """Everything that makes the findings, as plain values; nothing need be run to tell it.

    Parameters
    ----------
    model
        Run ID of the model's verdicts.
    """
    return {
        "rules_name": file.name,
        "rules_sha256": file.sha256,
        "rules_fixed": str(file.rules.fixed),
        "scores": scores.table.digest,
        "intervention": model,
        "model_hash": model_hash(),
        "permutations": DEALS,
        "permutations_of_variants": FEWER_DEALS,
        "runs": runs,
        "seed": seed,
        "twins": {one.row: case_of(one).hash for one in file.rules.deviants},
    }
