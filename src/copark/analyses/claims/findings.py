"""Findings on claims: verdicts on them and on their parts, and all that stands behind each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, Field

from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.resamples import Lean, Refutation
from copark.analyses.claims.samples import Measured
from copark.analyses.claims.scenario_statistics import ScenarioRow
from copark.analyses.claims.schema import Claim, Part
from copark.analyses.claims.verdict import Verdict
from copark.cases.quarters import Quarter
from copark.json_types import JsonObject
from copark.stats.precision import Split
from copark.texts.localized import LocalizedText


@dataclass(frozen=True)
class UnderAlternative:
    """A part under an alternative assumption."""

    variant: str
    """Key of the alternative."""
    probability: float
    """P of the part in it."""
    word: str
    """The word for that."""
    turns: bool
    """Whether the word is of another side."""
    departs: float
    """Log points by which the alternative's own reference departs from the observed number of residents at the cut."""


@dataclass(frozen=True, kw_only=True)
class PartFinding(Verdict):
    """Findings on a part of a claim: its verdict, and all that stands behind it."""

    part: Part
    """The part, as it is written."""
    measured: dict[str, Measured]
    """Its statistics, over draws, by name."""
    splits: dict[str, Split | None]
    """Variance of each, run by run, from parameters and from chance; ``None`` of one replicate or none measured."""
    earlier: str
    """What the rule of the claims file says by the earlier standard, from the same draws."""
    steady: float
    """Share of batches of the draws whose word is the same."""
    why: str
    """Of an open part: ``turned`` (by an alternative assumption), ``prior`` (it leans on what the data did not move),
    ``width`` or ``lacking``; empty otherwise."""
    leans: tuple[Lean, ...]
    """Parameters its statistics lean on."""
    variants: tuple[UnderAlternative, ...]
    """The part under each alternative assumption."""
    refutations: Annotated[tuple[Refutation, ...], Field(validation_alias=AliasChoices("refutations", "severities"))]
    """One for each null model; ``severities`` in results that were stored before."""
    recentred: Refutation | None
    """How the test would do against effects as wide as those found but nil in the middle; ``None`` where the rule looks
    at other things than differences."""

    @property
    def refutation(self) -> Refutation | None:
        """Return that of effects nil in the middle, else the least of null models, by construction last."""
        telling = least(refutation for refutation in self.refutations if not refutation.identical)
        return self.recentred or telling or least(self.refutations)

    @property
    def flipped(self) -> tuple[str, ...]:
        """Alternatives that turn the verdict."""
        return tuple(variant.variant for variant in self.variants if variant.turns)

    @property
    def unmoved(self) -> tuple[Lean, ...]:
        """List what it leans on though the data hardly moved it."""
        return tuple(lean for lean in self.leans if lean.moved != "moved")


def least(refutations: Iterable[Refutation | None]) -> Refutation | None:
    """Find the test that would refute least often, of those that were made."""
    tests = [refutation for refutation in refutations if refutation is not None and refutation.batches]
    return min(tests, key=lambda refutation: refutation.share, default=None)


@dataclass(frozen=True, kw_only=True)
class ClaimFinding(Verdict):
    """Findings on a claim: its verdict, its parts, and the evidence."""

    claim: Claim
    """The claim, as it is written."""
    parts: tuple[PartFinding, ...]
    """What was found of each part."""
    rows: tuple[ScenarioRow, ...]
    """The evidence: every scenario that the claim shows, beside the reference."""

    def part(self, key: str) -> PartFinding:
        """Return what was found of a part."""
        return next(finding for finding in self.parts if finding.part.key == key)

    @property
    def deciding(self) -> tuple[PartFinding, ...]:
        """Parts that make the headline."""
        return tuple(self.part(key) for key in self.claim.headline.parts)

    @property
    def refutation(self) -> Refutation | None:
        """That of the part which would be refuted least often, among those that make the headline."""
        return least(finding.refutation for finding in self.deciding)


@dataclass(frozen=True)
class HostValue:
    """The latest value on record of the place around a park."""

    value: float
    """In the unit of the variable."""
    date: str
    """When it was so."""


@dataclass(frozen=True, kw_only=True)
class ClaimFindings:
    """Findings of a trial, and everything that made it."""

    run_id: str
    """Hash of rules, case, model and draws."""
    provenance: JsonObject
    """What it was made of, as plain values."""
    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    start: str
    """First quarter of the case."""
    file: ClaimsFile
    """Claims as they are written."""
    claims: tuple[ClaimFinding, ...]
    """What was found of those that were tried."""
    moved: dict[str, str]
    """How far the data moved each parameter."""
    hosts: dict[str, HostValue]
    """Values that outputs are set beside, by variable."""
    runs: int = 0
    """Runs that were made; 0 where it was not told."""

    def scenario(self, key: str) -> LocalizedText:
        """Return the title of a scenario."""
        return self.file.claims.scenarios[key].title

    def world(self, key: str) -> LocalizedText:
        """Return the title of a null model, in which a claim is false."""
        return self.file.claims.worlds[key].title

    def variant(self, key: str) -> LocalizedText:
        """Return the title of an alternative assumption."""
        return next(variant.title for variant in self.file.claims.judgement if variant.key == key)

    def quarter(self, quarter: int | None) -> str:
        """Name a quarter counted from the start; empty for none."""
        return "" if quarter is None else str(Quarter.parse(self.start) + quarter)
