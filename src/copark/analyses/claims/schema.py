"""A claims file: what is claimed, how it is tried, and what would refute it; fixed before any run that uses it.

Changes: what a scenario, an alternative assumption or a null model alters, and how one is put upon another. Each is
a scenario of a study (:class:`~copark.simulation.study.Scenario`), whose key stands beside it in the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import reduce
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from copark.analyses.claims.rules import Rule
from copark.cases.dates import Date
from copark.cases.observed_variables import HOST_CONTEXT
from copark.cases.types import WrittenText, renamed, suggestion, wrong
from copark.json_types import JsonObject
from copark.model.outcomes import BY_KEY
from copark.model.outputs import NAMES
from copark.model.variables import catalogue
from copark.simulation.experiment import CHANGES
from copark.simulation.study import Scenario, unknown
from copark.simulation.study_entries import Key, StudyEntry, Title

AS_IT_IS = "as-it-is"
"""Key of the scenario that changes nothing: the case as it is."""


FORMER_KEYS = {"scenario": "arm", "scenarios": "arms"}
"""Keys of claims files by what they were called before: files of which a hash is kept have these."""


class CaseChange(Scenario):
    """Change against a case; nothing unless something is given."""

    key: Key = "change"
    """Key of the change; in a file it stands beside it."""
    title: Title = Title(en="change", zh="change")
    """Title for a reader."""

    def content(self) -> JsonObject:
        """Return what is altered, as plain values, without key and title."""
        content: JsonObject = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return {name: value for name, value in content.items() if value and name in CHANGES}


def _one_of(name: str, names: Collection[str]) -> str:
    if name not in names:
        raise unknown(name, names)
    return name


def upon(ground: CaseChange, *changes: CaseChange) -> CaseChange:
    """Put changes upon a ground, the later upon the earlier: where two set the same thing, the later one has it.

    Factors multiply, lists of what never happened are joined, instruments of the framework are switched one by one.
    """
    return CaseChange.model_validate(reduce(_joined, (change.content() for change in changes), ground.content()))


JOINED_BY_NAME = frozenset(("parameters", "levers", "links", "depth", "partners", "shareholders", "terms"))
"""Parts of a change whose entries stand side by side, the later one where both have a name."""


def _joined(below: JsonObject, above: JsonObject) -> JsonObject:
    joined = below | above
    for name in below.keys() & above.keys():
        lower = below[name]
        upper = above[name]
        if name in JOINED_BY_NAME:
            joined[name] = lower | upper
        elif name in ("times", "scale"):
            keys = lower.keys() | upper.keys()
            joined[name] = {key: lower.get(key, 1.0) * upper.get(key, 1.0) for key in keys}
        elif name == "edits":
            joined[name] = _joined(lower, upper)
        elif name == "drop":
            joined[name] = list(dict.fromkeys([*lower, *upper]))
    return joined


def is_empty(change: CaseChange) -> bool:
    """Return whether nothing is altered."""
    return not change.content()


Kind = Literal["log", "difference", "ratio", "level", "change", "share", "interaction", "context", "missing"]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
"""Short name of a claim: 1, 4a, R-decree."""

NEEDED: dict[str, tuple[str, ...]] = {
    "log": ("output", "year", "scenario", "reference"),
    "difference": ("output", "year", "scenario", "reference"),
    "ratio": ("output", "year", "scenario", "reference"),
    "level": ("output", "year", "scenario"),
    "change": ("outcome", "scenario", "reference"),
    "share": ("outcome", "scenario"),
    "interaction": ("scenarios",),
    "context": ("output", "year", "scenario", "context"),
    "missing": ("lacking",),
}
"""What each kind of statistic must say; an interaction says an outcome, or an output and a year, besides."""
DIFFERENCES = frozenset(("log", "difference", "change", "interaction"))
"""Kinds that are 0 where the scenarios do not differ."""
FREE = frozenset(("output", "outcome", "year", "scenario", "reference", "scenarios", "context", "lacking"))


class Margin(StudyEntry):
    """A size below which a difference is held to be nil, and why."""

    value: Annotated[float, Field(ge=0.0, le=1e6)]
    """The size, in the unit of what is compared."""
    reason: WrittenText
    """Why it is this large."""


KNOWN = {"output": NAMES, "outcome": tuple(BY_KEY), "context": HOST_CONTEXT}
"""What a statistic may name, by its field."""


class Statistic(StudyEntry):
    """Measure on the scenarios of a claim; :mod:`~copark.analyses.claims.scenario_statistics` explains the kinds."""

    kind: Kind
    """What is measured: see :mod:`~copark.analyses.claims.scenario_statistics`."""
    output: str | None = None
    """Name of the output; left out of a statistic of an outcome."""
    outcome: str | None = None
    """Key of the outcome, as the catalogue has it; left out of a statistic of an output."""
    year: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    """End of a year since the start, in quarters of a year: 12 is the end of the twelfth year."""
    scenario: Annotated[Key | None, renamed("scenario", FORMER_KEYS["scenario"])] = None
    """Key of the scenario; left out where ``scenarios`` are given."""
    reference: Key | None = None
    """Key of the scenario it is compared with; left out of what stands by itself."""
    scenarios: Annotated[tuple[Key, ...], Field(max_length=8), renamed("scenarios", FORMER_KEYS["scenarios"])] = ()
    """Of an interaction: with both, without the second, without the first, without either; of three factors eight."""
    context: str | None = None
    """Variable of the case's ``host_context.csv`` that the output is set beside."""
    lacking: WrittenText | None = None
    """What would be needed and is not there."""

    @field_validator("output", "outcome", "context")
    @classmethod
    def _known(cls, name: str | None, info: ValidationInfo) -> str | None:
        return name if name is None else _one_of(name, KNOWN[str(info.field_name)])

    @field_validator("year")
    @classmethod
    def _ends_with_a_quarter(cls, year: float | None) -> float | None:
        if year is not None and (4.0 * year) % 1.0:
            raise wrong("claims_year", found=year)
        return year

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Statistic:
        given_fields = {name for name in FREE if getattr(self, name)}
        needed_fields = set(NEEDED[self.kind])
        if self.kind == "interaction":
            needed_fields |= {"outcome"} if self.outcome else {"output", "year"}
            if len(self.scenarios) not in (4, 8):
                raise wrong("claims_scenarios", at="scenarios", found=len(self.scenarios))
        if given_fields != needed_fields:
            words = {"kind": self.kind, "missing": ", ".join(sorted(needed_fields - given_fields)) or "–"}
            raise wrong("claims_statistic", **words, extra=", ".join(sorted(given_fields - needed_fields)) or "–")
        return self

    @property
    def over(self) -> Literal["draws", "mean"]:
        """State over what it is judged: outcomes by their mean over draws, all else by how it lies over the draws."""
        return "mean" if self.outcome else "draws"

    @property
    def uses(self) -> tuple[str, ...]:
        """Keys of the scenarios it is made of."""
        return self.scenarios or tuple(key for key in (self.scenario, self.reference) if key is not None)

    @property
    def at(self) -> int | None:
        """Quarter it is measured at, counted from 0."""
        return None if self.year is None else round(4.0 * self.year) - 1


class Part(StudyEntry):
    """A part of a claim that can be true or false by itself."""

    key: Key
    """Key of the part."""
    title: Title
    """Title for a reader."""
    says: WrittenText
    """What holds if the part is true."""
    statistics: Annotated[dict[Key, Statistic], Field(min_length=1, max_length=20)]
    """What is measured, by key."""
    rule: Rule
    """What numbers lead to which verdict."""
    reason: WrittenText
    """Why this experiment, this date and these margins."""
    false_worlds: Annotated[tuple[Key, ...], Field(max_length=5)] = ()
    """Models in which the part is false by construction; none where nothing is measured."""

    @property
    def uses(self) -> tuple[str, ...]:
        """Keys of the scenarios of its statistics."""
        return tuple(dict.fromkeys(key for statistic in self.statistics.values() for key in statistic.uses))

    @property
    def rule_statistics(self) -> tuple[str, ...]:
        """Names of the statistics in the rule."""
        conditions = self.rule.simple()
        return tuple(dict.fromkeys(condition.of for condition in conditions if condition.of is not None))


class PartCombination(StudyEntry):
    """Parts that make the verdict of the claim: all of them together, or any of them.

    P is the mean over draws of the product of the parts' probabilities (all), or of one minus the product of their
    complements (any): in a draw, parts count as independent. Effect and bounds shown are those of the part that
    decides.
    """

    every: Annotated[tuple[Key, ...] | None, Field(alias="all", min_length=1)] = None
    """Keys of parts that must all hold."""
    some: Annotated[tuple[Key, ...] | None, Field(alias="any", min_length=1)] = None
    """Keys of parts of which one must hold."""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> PartCombination:
        if (self.every is None) == (self.some is None):
            raise wrong("claims_headline")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Keys of the parts that count."""
        return self.every or self.some or ()


class EvidenceOutput(StudyEntry):
    """An output and year that the evidence of a claim shows, besides outcomes."""

    output: str = "operating"
    """Name of the output."""
    year: Annotated[float, Field(gt=0.0, le=100.0)]
    """End of a year since the start, in years."""

    @field_validator("output")
    @classmethod
    def _known(cls, output: str) -> str:
        return _one_of(output, NAMES)

    @property
    def at(self) -> int:
        """Quarter, counted from 0."""
        return round(4.0 * self.year) - 1


class Curve(StudyEntry):
    """Scenarios along an axis, as the home side's share: key of the scenario to its place."""

    axis: Title
    """What the axis is."""
    points: Annotated[dict[Key, float], Field(min_length=2)]
    """By key of the scenario: its place on the axis."""


class CubeLine(StudyEntry):
    """Scenarios of a line of an interaction figure, in the order of its ticks."""

    title: Title
    """Title of the line."""
    scenarios: Annotated[tuple[Key, ...], Field(min_length=2), renamed("scenarios", FORMER_KEYS["scenarios"])]
    """Keys of the scenarios, in the order of the ticks."""


class Cube(StudyEntry):
    """Scenarios of an interaction figure: lines over the same ticks."""

    ticks: Annotated[tuple[Title, ...], Field(min_length=2)]
    """Titles of the ticks."""
    lines: Annotated[tuple[CubeLine, ...], Field(min_length=1, max_length=4)]
    """The lines over them."""


class ClaimMechanism(StudyEntry):
    """Mechanism of a claim in the model: parameters it rests on, and links between the scales."""

    text: WrittenText
    """What carries it, in words."""
    parameters: tuple[str, ...] = ()
    """Names of the parameters it rests on."""
    links: tuple[str, ...] = ()
    """Names of the links it passes through."""

    @field_validator("parameters", "links")
    @classmethod
    def _known(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known_names = catalogue().parameters if info.field_name == "parameters" else catalogue().links
        for name in names:
            if name not in known_names:
                raise wrong("study_unknown", found=name, suggestion=suggestion(name, known_names))
        return names


class Claim(StudyEntry):
    """A claim, or a rival explanation, with everything that is needed to try it."""

    id: Id
    """Id of the claim, such as ``4b``."""
    kind: Literal["claim", "rival"]
    """claim, or rival for a rival explanation."""
    title: Title
    """Title for a reader."""
    statement: WrittenText
    """Close to the source's words."""
    mechanism: ClaimMechanism
    """What carries it in the model."""
    reference: Key = "as-it-is"
    """Scenario that the evidence is shown against."""
    scenarios: Annotated[tuple[Key, ...], renamed("scenarios", FORMER_KEYS["scenarios"])] = ()
    """Further scenarios shown as evidence; no rule names them."""
    shows: tuple[EvidenceOutput, ...] = (EvidenceOutput(year=12), EvidenceOutput(year=20))
    """Outputs and years that the evidence shows, besides outcomes."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=12)]
    """Its parts, each true or false by itself."""
    headline: PartCombination
    """Which parts make the verdict of the claim."""
    curve: Curve | None = None
    """Scenarios along an axis, drawn as a curve; left out if there is none."""
    cube: Cube | None = None
    """Scenarios of an interaction figure; left out if there is none."""
    limits: WrittenText
    """What the test cannot tell."""

    @property
    def tried(self) -> tuple[str, ...]:
        """Keys of the scenarios that rules name."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.uses))

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of all scenarios but the reference, in the order they are shown."""
        curve_scenarios = tuple(self.curve.points) if self.curve else ()
        lines = tuple(key for line in self.cube.lines for key in line.scenarios) if self.cube else ()
        keys = dict.fromkeys((*self.tried, *self.scenarios, *curve_scenarios, *lines))
        return tuple(key for key in keys if key != self.reference)

    def part(self, key: str) -> Part:
        """Return one of the parts."""
        return next(part for part in self.parts if part.key == key)


class ClaimScenario(CaseChange):
    """A scenario, with its title."""

    title: Title
    """Title for a reader."""


class Alternative(CaseChange):
    """An alternative assumption: what might as well have been assumed, and why."""

    key: Key
    """Key of the alternative."""
    title: Title
    """Title for a reader."""
    reason: WrittenText
    """Why it might as well have been assumed."""


class NullModel(CaseChange):
    """A null model, in which a mechanism is absent or reversed."""

    title: Title
    """Title for a reader."""
    text: WrittenText
    """What is absent or reversed in it."""


class Claims(StudyEntry):
    """A claims file, as it is written."""

    format: Literal[1]
    """Version of the format of claims files: 1."""
    case: Annotated[str, Field(max_length=500)]
    """Name of the case."""
    fixed: Date
    """Day on which the rules were fixed."""
    title: Title
    """Title of the set of claims."""
    source: WrittenText
    """Where the claims are from."""
    preface: WrittenText
    """What was known when the rules were fixed."""
    margins: dict[Key, Margin]
    """Sizes below which differences are held to be nil, by key."""
    scenarios: Annotated[
        dict[Key, ClaimScenario], Field(min_length=1, max_length=200), renamed("scenarios", FORMER_KEYS["scenarios"])
    ]
    """What is tried, by key."""
    judgement: Annotated[tuple[Alternative, ...], Field(max_length=60)] = ()
    """What might as well have been assumed."""
    worlds: dict[Key, NullModel] = Field(default_factory=dict)
    """Models in which claims are false, by key."""
    claims: Annotated[tuple[Claim, ...], Field(min_length=1, max_length=60)]
    """The claims, in the order they are told."""

    @property
    def sizes(self) -> dict[str, float]:
        """Margins as numbers."""
        return {name: margin.value for name, margin in self.margins.items()}

    def of(self, claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, Part]]:
        """Return every part of some claims."""
        for claim in claims:
            for part in claim.parts:
                yield claim, part
