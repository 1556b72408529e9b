"""Studies: a case, its parameters and scenarios, the number of runs, their random numbers, and what to keep.

A study file is as hostile as a case until it is parsed; all of its faults are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from math import prod
from operator import not_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from copark.cases.case import Case
from copark.cases.casebook import cases_called, list_cases
from copark.cases.files import KeyPath, written
from copark.cases.horizon import first_open_quarter, latest_now, seen_from, with_quarters
from copark.cases.load import load_case
from copark.cases.quarters import Quarter
from copark.cases.types import Replicates, outside, renamed, shown, suggestion, wrong
from copark.cases.validated_yaml import faults_in, read_model
from copark.cases.yaml_loader import Tree
from copark.errors import CoparkError, Fault, NotFound, StudyFaults
from copark.json_types import JsonObject
from copark.model.outputs import NAMES
from copark.model.variables import catalogue
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.outcomes import year_twenty
from copark.simulation.scenario_edits import Edits
from copark.simulation.study_entries import Key, Moment, StudyEntry, Title, span
from copark.texts import text

MOST_SCENARIOS = 100
"""Scenarios of a study."""
MOST_RUNS = 100_000_000
KeepWord = Literal["standard", "all", "summary"]
STANDARD = tuple(
    name
    for name in NAMES
    if name
    not in {
        "operating_home",
        "operating_host",
        "operating_third",
        "starts",
        "completions",
        "capital",
        "planned_area",
        "insolvent_quarters",
        "ledger_gap",
        "growth_gap_host",
        "control_home",
        "control_host",
    }
)
SUMMARY = (
    "registered",
    "operating",
    "realised_investment",
    "jobs",
    "cash",
    "serviced_area",
    "commitment_home",
    "commitment_host",
    "result_cumulative",
)

Value = float | tuple[float, ...]
Factor = Annotated[float, Field(ge=0.0, le=100.0)]


class LinkChange(StudyEntry):
    """Change of a link between scales: its strength (1 as it is, 0 cut) and its delay in quarters.

    The strength holds from a quarter (2016Q1) to the end of another, where one is given; the delay holds throughout.
    """

    strength: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    """Multiplies what the link carries beyond its neutral value: 1 as it is, 0 cut, at most 10."""
    delay: Annotated[int, Field(ge=0, le=400)] | None = None
    """Quarters from sending to arriving, 0 to 400; null for the link's own."""
    since: Moment = Field(default=0, alias="from")
    """From when the strength holds: a quarter (2016Q1), or so many quarters after the case's first."""
    until: Moment | None = Field(default=None, alias="to")
    """Until when the strength holds: a quarter, the last that counts, or a number of quarters after the case's first,
    which no longer counts; null for no end."""


class InputChange(StudyEntry):
    """The value of a dated input of the model from a quarter (2016Q1) to the end of another, where one is given."""

    value: Value
    """The value, in the unit and range of the dated input; as many numbers as it has."""
    since: Moment = Field(default=0, alias="from")
    """From when it holds: a quarter (2016Q1), or so many quarters after the case's first."""
    until: Moment | None = Field(default=None, alias="to")
    """Until when it holds: a quarter, the last that counts, or a number of quarters after the case's first, which no
    longer counts; null for no end."""


class Scenario(StudyEntry):
    """Scenario of a study: what is changed against the case. Random numbers and draws are those of all others."""

    key: Key
    """Key of the scenario in results: small letters, digits and hyphens, up to 64."""
    title: Title
    """Title for a reader."""
    parameters: dict[str, Value] = Field(default_factory=dict)
    """Parameters fixed at a value, by name: a number, or as many as the parameter has, in its unit and range."""
    dated_inputs: Annotated[dict[str, tuple[InputChange, ...]], renamed("inputs", "levers")] = Field(
        default_factory=dict
    )
    """Levers and drivers of the model that are given another value for a time, by name, such as
    ``world.exposure_pandemic``."""
    links: dict[str, LinkChange] = Field(default_factory=dict)
    """Links between scales that are changed, by name, such as ``network_to_arrivals``."""
    without_anchors: tuple[Annotated[int, Field(ge=0)], ...] = ()
    """Anchor projects that never come, by their place in the case's list, counted from 0."""
    edits: Edits = Edits()
    """Facts of the case that are changed; a lever that sets the same fact has it."""
    times: dict[str, Factor] = Field(default_factory=dict, exclude_if=not_)
    """Factors by name of a parameter: its value, drawn or set, is multiplied by the factor."""
    scale: dict[str, Factor] = Field(default_factory=dict, exclude_if=not_)
    """Factors by name of a lever or driver: its value in every quarter is multiplied by the factor, after all other
    changes."""

    @field_validator("times", "scale")
    @classmethod
    def _factors_known(cls, factors: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        names: Mapping[str, Any] = catalogue().parameters if info.field_name == "times" else dated_inputs()
        for name in factors:
            if name not in names:
                raise unknown(name, names)
        return factors

    @field_validator("parameters", "links", "dated_inputs")
    @classmethod
    def _known(cls, changes: JsonObject, info: ValidationInfo) -> JsonObject:
        kind = str(info.field_name)
        variables: Mapping[str, Any] = dated_inputs() if kind == "dated_inputs" else getattr(catalogue(), kind)
        for name, change in changes.items():
            if name not in variables:
                raise unknown(name, variables)
            dated = [entry.value for entry in change] if kind == "dated_inputs" else []
            for value in [change] if kind == "parameters" else dated:
                check_value(name, value, variables[name].shape, variables[name].low, variables[name].high)
        return changes


class Study(StudyEntry):
    """A study, as its file says it."""

    format: Literal[1] = 1
    """Version of the format of study files: 1."""
    name: Key
    """Name of the study: small letters, digits and hyphens, up to 64."""
    title: Title
    """Title for a reader."""
    case: Annotated[str, Field(max_length=500)]
    """Name of a case, or path of its folder."""
    runs: Annotated[int, Field(ge=1, le=MOST_RUNS)] = 1000
    """Runs of each scenario."""
    seed: Annotated[int, Field(ge=0, lt=2**62)] = 1
    """Number the random streams start from: the same seed gives the same numbers."""
    quarters: Annotated[int, Field(ge=1, le=400)] | None = None
    """How many quarters are simulated; outcomes are judged in year twenty, or in the last one of fewer."""
    now: Quarter | None = None
    """Quarter the park is looked at from: it is simulated to ten years on at least and judged then.

    Where neither is said, whoever runs the study fills it in (:func:`copark.calibration.case_parameters.settle`); a
    study run as it is takes the time of its case.
    """
    draws: Literal["defaults", "unsettled", "prior", "posterior"] | None = None
    """What is drawn: nothing; the parameters no data has moved from their priors; all that have a prior; or
    ``posterior``: parameters, and where the case is calibrated past random numbers, from its posterior or what other
    parks lend. By default what the case has (:mod:`copark.calibration.case_parameters`); bare, without a source,
    ``unsettled``."""
    replicates: Annotated[Replicates, Field(ge=1, le=100_000)] = 1
    """Runs that share a draw of parameters: run r has draw r // replicates, and random numbers of its own."""
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MOST_SCENARIOS)]
    """The scenarios, at most 100; the first is the reference of comparisons."""
    keep: KeepWord | tuple[str, ...] | None = None
    """Outputs that are kept: standard, all, summary, or names; standard by default."""

    @field_validator("keep")
    @classmethod
    def _outputs_known(cls, outputs: KeepWord | tuple[str, ...] | None) -> KeepWord | tuple[str, ...] | None:
        if isinstance(outputs, tuple):
            for name in outputs:
                if name not in NAMES:
                    raise unknown(name, NAMES)
        return outputs

    @model_validator(mode="after")
    def _scenarios_differ(self) -> Study:
        keys = [scenario.key for scenario in self.scenarios]
        if len(set(keys)) < len(keys):
            raise wrong("study_same_key", at="scenarios", found=", ".join(keys))
        return self

    @model_validator(mode="after")
    def _one_length(self) -> Study:
        if self.now is not None and self.quarters is not None:
            raise wrong("study_two_lengths", at="quarters", found=self.quarters, now=self.now)
        return self

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the outputs kept."""
        if isinstance(self.keep, tuple):
            return self.keep
        return {"all": NAMES, "standard": STANDARD, "summary": SUMMARY}[self.keep or "standard"]

    def with_changes(self, **changes: Any) -> Study:
        """Return a copy with some fields changed and checked again; those given as None stay as they are.

        Raises
        ------
        StudyFaults
            With all that is wrong with the changes.
        """
        given_values = {name: value for name, value in changes.items() if value is not None}
        try:
            return Study.model_validate(self.model_dump(by_alias=True, exclude=set(given_values)) | given_values)
        except ValidationError as errors:
            raise StudyFaults(faults_in(errors, self.name, Study, ("study",))) from None

    def content(self) -> JsonObject:
        """Return the study as plain values: but for its titles, what its identity is made of."""
        content: JsonObject = self.model_dump(mode="json", by_alias=True)
        if self.now is None:
            del content["now"]
        return content

    def seen(self, case: Case) -> Case:
        """Return its case with the time that the study runs."""
        if self.now is not None:
            return seen_from(case, self.now)
        return case if self.quarters is None else with_quarters(case, self.quarters)

    def judged_in(self, quarters: int) -> int:
        """Return the quarter, counted from 0, in which outcomes are judged, of so many that are simulated."""
        return quarters - 1 if self.now is not None else year_twenty(quarters)


@cache
def dated_inputs() -> JsonObject:
    """Return the levers and drivers of the model that a scenario may change, by name ``<submodel>.<name>``."""
    return {f"{v.submodel}.{v.name}": v for kind in ("lever", "driver") for v in catalogue().of(kind)}


def unknown(name: str, names: Iterable[str]) -> PydanticCustomError:
    """Report that a name is not known, and which one may be meant."""
    return wrong("study_unknown", at=name, found=name, suggestion=suggestion(name, names))


def check_value(name: str, value: Value, shape: tuple[int, ...], low: float, high: float) -> None:
    """Check a value against the shape and range of the catalogue; raise what pydantic collects if it does not fit.

    Parameters
    ----------
    name
        Name of the parameter or lever.
    value
        The value, in its unit.
    shape
        Shape that it has in the catalogue.
    low, high
        Its range, in the same unit.
    """
    values = value if isinstance(value, tuple) else (value,)
    count = prod(shape)
    if isinstance(value, tuple) and len(value) != count:
        raise wrong("study_count", at=name, found=len(value), wanted=count)
    for number in values:
        if not low <= number <= high:
            raise outside("study_range", number, low, high, at=name)


def list_studies() -> list[str]:
    """Return the names of the studies shipped."""
    return sorted(_shipped())


def _shipped() -> dict[str, Path]:
    from copark.cases.casebook import STUDIES, casebook_path

    return {path.stem: path for path in casebook_path().glob(f"*/{STUDIES}/*.yaml")}


def baseline(case: str, title: Title | None = None) -> Study:
    """Return the baseline study of a case: the case as it is."""
    return Study(
        name="baseline",
        title=title or Title.by_language(partial(text, "study.baseline")),
        case=case,
        scenarios=(Scenario(key="as-it-is", title=Title.by_language(partial(text, "study.as_it_is"))),),
    )


def read_study(path: Path) -> Study:
    """Read a study file; NotFound if there is none, StudyFaults with all of its faults."""
    if not path.is_file():
        near = (*get_close_matches(str(path)[:80], list_studies(), n=1, cutoff=0.7), *cases_called(str(path)))
        key = "study.not_found_near" if near else "study.not_found"
        raise NotFound.of(key, found=shown(path), suggestion=" | ".join(near), known=", ".join(list_studies()))
    study, faults = examine_study(path)
    if study is None:
        raise StudyFaults(faults)
    return study


def load_study(name_or_path: str | Path) -> Study:
    """Load a study by name or path of its file; by the name or folder of a case its baseline.

    Raises
    ------
    NotFound
        If there is no such study, file or case.
    StudyFaults
        If the file has faults.
    """
    written = str(name_or_path)
    if (shipped := _shipped().get(written)) is not None:
        return read_study(shipped)
    path = Path(written)
    if written in list_cases() or path.is_dir():
        return baseline(written)
    return read_study(path)


def examine_study(path: Path, case: Case | None = None) -> tuple[Study | None, list[Fault]]:
    """Read a study file and check it.

    Edits are checked against the case where it can be read: a case with faults, or none, is told when it is run.

    Parameters
    ----------
    path
        The file.
    case
        The case of its folder, which is meant by its name.

    Returns
    -------
    The study, or None, and all its faults.
    """
    read, faults = read_model(path, Study, ("study",))
    if read is None:
        return None, faults
    study, tree = read
    faults = list(faults_of_edits(study, tree, path.name, case))
    if case is not None:
        faults += faults_in_folder(study, tree, path.name, case)
    return (None if faults else study), faults


def faults_in_folder(study: Study, tree: Tree, file: str, case: Case) -> Iterator[Fault]:
    """Yield what a study says that its park's folder contradicts.

    Parameters
    ----------
    study
        The study.
    tree
        Content of its file.
    file
        Name of the file in faults.
    case
        The case of its folder.

    Yields
    ------
    Another park's study; a "now" within the data or too far ahead; anchors that the case does not have; changes that
    end before they begin or begin after the end; a scenario that another one repeats.
    """

    def fault_at(code: str, path: KeyPath, **values: object) -> Fault:
        return Fault(f"study.{code}", file, tree.line(path), written(path), {k: shown(v) for k, v in values.items()})

    if study.case != case.name and not (case.folder is not None and is_folder(study.case, case.folder)):
        yield fault_at("other_case", ("case",), found=study.case, case=case.name)
        return
    first, last = first_open_quarter(case), latest_now(case)
    if study.now is not None and not first <= study.now <= last:
        yield fault_at("now_outside", ("now",), found=study.now, first=first, last=last)
        return
    clock = study.seen(case).clock
    end = clock.start + (clock.quarters - 1)
    known: dict[str, str] = {}
    for number, scenario in enumerate(study.scenarios):
        place: KeyPath = ("scenarios", number)
        same = known.setdefault(scenario.model_dump_json(exclude={"key", "title"}), scenario.key)
        if same != scenario.key:
            yield fault_at("same_scenario", (*place, "key"), found=scenario.key, other=same)
        for position, anchor in enumerate(scenario.without_anchors):
            if anchor >= len(case.anchors):
                values = {"found": anchor, "count": len(case.anchors)}
                yield fault_at("no_anchor", (*place, "without_anchors", position), **values)
        changes: list[tuple[KeyPath, LinkChange | InputChange]] = [
            (("links", name), change) for name, change in scenario.links.items()
        ]
        inputs = "inputs" if (*place, "inputs") in tree.lines else "levers"
        changes += [
            ((inputs, name, position), change)
            for name, entries in scenario.dated_inputs.items()
            for position, change in enumerate(entries)
        ]
        for path, change in changes:
            when = span(change.since, change.until, clock.start)
            if change.until is not None and when.stop <= when.start:
                yield fault_at("ends_before_start", (*place, *path), found=change.until, start=change.since)
            elif when.start >= clock.quarters:
                yield fault_at("after_end", (*place, *path), found=change.since, last=end)


def is_folder(name: str, folder: Path) -> bool:
    """Return whether a study's case, where it is written as a path, is a folder."""
    try:
        return Path(name).resolve() == folder.resolve()
    except (OSError, ValueError, RuntimeError):
        return False


def faults_of_edits(study: Study, tree: Tree, file: str, near: Case | None = None) -> Iterator[Fault]:
    """Yield what is wrong with the edits of a study's scenarios, on its case.

    Parameters
    ----------
    study
        The study.
    tree
        Content of its file.
    file
        Name of the file in faults.
    near
        The case of its folder, taken if the study's case has its name.
    """
    if all(scenario.edits.is_empty for scenario in study.scenarios):
        return
    case = near if near is not None and study.case == near.name else case_named(study.case)
    for number, scenario in enumerate(study.scenarios if case is not None else ()):
        place: KeyPath = ("scenarios", number)
        for problem in edited(case, scenario.edits)[1] if case is not None else ():
            yield fault_of_edit(problem, file, tree.line((*place, "edits", *problem.path)), place)


def case_named(name: str) -> Case | None:
    """Return a case that can be read; those of the casebook are read once."""
    try:
        return shipped_case(name) if name in list_cases() else load_case(name)
    except CoparkError:
        return None


@lru_cache(maxsize=8)
def shipped_case(name: str) -> Case:
    """Read a case of the casebook."""
    return load_case(name)
