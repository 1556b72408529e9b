"""A file of rules for the comparison of parks: what each claim implies for sets and degrees; fixed before it is run.

Reading a file of rules for the comparison of parks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from copark.cases.casebook import ACROSS, casebook_path
from copark.cases.dates import Date
from copark.cases.model_file import read_model
from copark.cases.parks import ParkType
from copark.cases.quarters import Quarter
from copark.cases.types import Bilingual, shown, wrong
from copark.errors import NotFound
from copark.inference.claims.reading import ClaimsFaults
from copark.inference.claims.schema import Arm, Headline, Id, Margin
from copark.model.outputs import NAMES
from copark.simulation.schemas import Entry, Key, Title

Name = Literal["GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE", "OUTCOME"]
"""A column of scores."""
Set = Annotated[str, StringConstraints(pattern=r"^~?[A-Za-z_]+(\*~?[A-Za-z_]+)*$", max_length=100)]
"""A conjunction of conditions, as QCA writes it: ``GOV*~EQUITY``."""
Test = Literal["necessary", "guarantee", "core", "apart", "needed"]
Silence = Literal[
    "no_score", "contribution", "need_only", "no_degrees", "host_not_scored", "one_park", "mixed_score"
]  # fmt: skip
"""Why a method has no word on a claim; the words are ``across.silence.<reason>``."""
Step = Annotated[float, Field(ge=-1.0, le=1.0)]
MARGINS = (
    "consistent", "relevant", "sufficient", "reduction", "guarantee", "apart", "effect", "chance", "half", "risk",
)  # fmt: skip
"""Margins that tests and twins need."""


def literals(written: str) -> tuple[tuple[str, bool], ...]:
    """The conditions of a set, each with whether it is present (or negated)."""
    return tuple((one.removeprefix("~"), not one.startswith("~")) for one in written.split("*"))


def names_in(written: str) -> tuple[str, ...]:
    """The conditions of a set, each once."""
    return tuple(dict.fromkeys(name for name, _ in literals(written)))


class SetPart(Entry):
    """One test of a claim by a method, with its own verdict."""

    key: Key
    test: Test
    set: Set
    others: tuple[Name, ...] = ()
    """Of ``apart``: further conditions looked at."""
    types: Annotated[tuple[ParkType, ...], Field(max_length=2)] = ()
    """Of ``apart``: the two types."""
    title: Title
    says: Bilingual

    @model_validator(mode="after")
    def _complete(self) -> SetPart:
        if (self.test == "apart") != (len(self.types) == 2):
            raise wrong("across_types", at="types", found=len(self.types))
        if self.test in ("core", "apart") and len(literals(self.set)) > 1:
            raise wrong("across_one_condition", at="set", found=self.set)
        return self

    @property
    def uses(self) -> tuple[str, ...]:
        """Conditions it looks at."""
        return tuple(dict.fromkeys((*names_in(self.set), *self.others)))


class Word(Entry):
    """What a method says of a claim: its tests, or why it has no word."""

    silent: Silence | None = None
    parts: Annotated[tuple[SetPart, ...], Field(max_length=6)] = ()
    headline: Headline | None = None
    limits: Bilingual | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Word:
        speaks = bool(self.parts and self.headline and self.limits)
        if speaks == (self.silent is not None) or (self.silent and (self.parts or self.headline)):
            raise wrong("across_word", found=self.silent or len(self.parts))
        keys = [part.key for part in self.parts]
        for key in self.headline.parts if self.headline else ():
            if key not in keys:
                raise wrong("across_unknown_part", at="headline", found=key)
        return self


class SetClaim(Entry):
    """A claim of the intervention's file, and what two methods make of it."""

    id: Id
    compares: bool = True
    """Whether the methods ask what the model asks; else verdicts are set side by side and not compared."""
    qca: Word
    nca: Word

    @model_validator(mode="after")
    def _tests_of_the_method(self) -> SetClaim:
        for method, word in (("qca", self.qca), ("nca", self.nca)):
            for part in word.parts:
                if (part.test == "needed") != (method == "nca"):
                    raise wrong("across_method", at=method, found=part.test)
        return self


class Sweeps(Entry):
    """How far each number is moved when a verdict is tried."""

    log_odds: tuple[float, ...]
    """Memberships as if the crossover lay elsewhere."""
    consistency: tuple[Step, ...]
    relevance: tuple[Step, ...]
    reduction: tuple[Step, ...]
    cases_in_row: Annotated[tuple[Annotated[int, Field(ge=1, le=20)], ...], Field(min_length=1)]
    effect: tuple[Step, ...]
    chance: tuple[Annotated[float, Field(gt=0.0, lt=1.0)], ...]
    """Other greatest p."""
    reason: Bilingual


class Relation(Entry):
    """A relation of a set to the outcome, from which cases may deviate."""

    set: Set
    kind: Literal["sufficient", "necessary"]


class Seen(Entry):
    """A condition on a run: an output at a quarter within bounds, or how the run ended.

    With ``of`` the bounds are shares of the same output at that quarter.
    """

    output: str | None = None
    at: str | None = None
    least: float | None = None
    most: float | None = None
    of: str | None = None
    outcome: Literal["failed", "dependent", "stagnant", "self_standing"] | None = None
    holds: Annotated[bool, Field(alias="is")] = True

    @model_validator(mode="after")
    def _complete(self) -> Seen:
        bounded = self.at is not None and (self.least is not None or self.most is not None)
        if (self.output is None) == (self.outcome is None) or bounded != (self.output is not None):
            raise wrong("across_seen", found=self.output or self.outcome or "")
        if self.output is not None and self.output not in NAMES:
            raise wrong("across_output", at="output", found=self.output)
        for quarter in (self.at, self.of):
            try:
                _ = None if quarter is None else Quarter.parse(quarter)
            except ValueError:
                raise wrong("across_quarter", at="at", found=quarter) from None
        return self


class Deviant(Entry):
    """A deviant case and what would explain it in the model."""

    row: Key
    """Its row of scores."""
    case: Key | None = None
    """Its case of the casebook."""
    folder: Key | None = None
    """Or a folder beside the file, with what little is known of it."""
    mechanism: Bilingual
    deviation: Annotated[tuple[Seen, ...], Field(min_length=1, max_length=6)]
    did: Bilingual
    """The deviation in words, with what is on record."""
    on: Key
    off: Key
    arms: Annotated[dict[Key, Arm], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _arms_known(self) -> Deviant:
        if (self.case is None) == (self.folder is None):
            raise wrong("across_case", at="case", found=self.row)
        for name in ("on", "off"):
            if getattr(self, name) not in self.arms:
                raise wrong("across_arm", at=name, found=getattr(self, name))
        return self


class Across(Entry):
    """A file of rules for the comparison of parks."""

    format: Literal[1]
    fixed: Date
    intervention: Key
    """Case whose claims the model tries."""
    title: Title
    preface: Bilingual
    outcome: Name
    conditions: Annotated[tuple[Name, ...], Field(min_length=1, max_length=5)]
    """Conditions of a solution."""
    overlapping: tuple[Name, ...] = ()
    """Conditions that overlap the outcome by construction."""
    alternative: dict[Name, Name] = Field(default_factory=dict)
    expectations: Literal[0, 1] = 1
    """Directional expectation of every condition."""
    margins: dict[Key, Margin]
    sweeps: Sweeps
    claims: Annotated[tuple[SetClaim, ...], Field(min_length=1, max_length=60)]
    relations: Annotated[tuple[Relation, ...], Field(min_length=1, max_length=30)]
    deviants: Annotated[tuple[Deviant, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _names_known(self) -> Across:
        for name in MARGINS:
            if name not in self.margins:
                raise wrong("across_margin", at="margins", found=name)
        known = {*self.conditions, *self.overlapping}
        sets = [name for claim in self.claims for word in (claim.qca, claim.nca) for p in word.parts for name in p.uses]
        sets += [name for relation in self.relations for name in names_in(relation.set)]
        for name in sets:
            if name not in known:
                raise wrong("across_condition", found=name)
        ids = [claim.id for claim in self.claims]
        for at, one in enumerate(ids):
            if one in ids[:at]:
                raise wrong("claims_repeated", at="claims", found=one)
        return self

    @property
    def sizes(self) -> dict[str, float]:
        """Margins as numbers."""
        return {name: margin.value for name, margin in self.margins.items()}


RULES = casebook_path() / ACROSS
FOLDERS = casebook_path() / "deviants"
"""Where little is known of a deviant case: what parks.csv says of it, as a case."""


@dataclass(frozen=True)
class AcrossFile:
    """Rules that are sound, with the name of their file and the SHA-256 of its bytes."""

    rules: Across
    name: str
    sha256: str


def load_rules(path: Path | None = None) -> AcrossFile:
    """Read rules, by default those shipped.

    Raises
    ------
    NotFound
        If there is no such file.
    ClaimsFaults
        If it has faults; it carries all of them.
    """
    place = path or RULES
    if not place.is_file():
        raise NotFound.of("claims.not_found", found=shown(place))
    read, faults = read_model(place, Across, ("across", "claims", "study"))
    if read is None:
        raise ClaimsFaults(faults)
    return AcrossFile(read[0], place.name, hashlib.sha256(place.read_bytes()).hexdigest())
