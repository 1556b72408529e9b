"""Files of levers: levers and their options, structures of the model, what a good choice reaches.

A *lever* is a thing that a decision-maker may set, an *option* a way to set it: it changes facts of the case (edits)
or dated inputs, as a decision would. A *structure* changes the model (parameters, dated inputs, links), as a
rival judgement of the analyst would. The two never touch the same thing, so that every option can
be tried under every structure.

A file is untrusted until it is parsed; every fault is told at once, and it is checked against its case. A case
that brings none has a general set: what of ``general.yaml`` its facts bear and feel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from copark.cases.case import Case
from copark.cases.casebook import LEVERS, brought
from copark.cases.files import KeyPath, written
from copark.cases.horizon import latest_now, now_for, seen_from
from copark.cases.quarters import Quarter
from copark.cases.types import shown, suggestion, wrong
from copark.cases.validated_yaml import faults_in, read_model
from copark.cases.yaml_loader import Tree, read_yaml
from copark.decisions.measures import NAMES
from copark.errors import Fault, NotFound, RunRefused, StudyFaults
from copark.model.arrays import Inputs
from copark.model.variables import catalogue
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.run import facts_of, inputs_of, rows_apart
from copark.simulation.shared_past import DATED
from copark.simulation.study import Scenario, baseline
from copark.simulation.study_entries import Key, StudyEntry, Title
from copark.texts import text
from copark.texts.localized import LocalizedText

Since = Literal["start", "now"]
Owner = Literal["home", "host", "both", "developer"]
SINCE: tuple[Since, ...] = ("start", "now")
AS_IT_IS = "as-it-is"
AS_MODELLED = "as-modelled"
MOST_OPTIONS = 99
"""Options of one variant: a study holds a hundred scenarios, and the case as it is is one of them."""


class Reason(StudyEntry, LocalizedText):
    """A reason, in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=600)]
    """In English."""
    zh: Annotated[str, Field(min_length=1, max_length=600)]
    """In Chinese."""


class OptionEntry(Scenario):
    """An option as a file gives it, within its lever: what it changes in the case, and why it is tried.

    Of a scenario it has the edits of facts, and dated inputs that no fact stands for, such as summits to come.
    """

    reason: Reason
    """Why it is tried."""

    @model_validator(mode="after")
    def _check_change(self) -> OptionEntry:
        for name in ("parameters", "links", "without_anchors", "times", "scale"):
            if getattr(self, name):
                raise wrong("levers_setting", at=name, found=name)
        if self.edits.is_empty and not self.dated_inputs:
            raise wrong("levers_nothing", at="key", found=self.key)
        return self


class Lever(StudyEntry):
    """A thing that a decision-maker may set."""

    key: Key
    """Key of the lever, by which it is asked for."""
    title: Title
    """The lever in a word or two, for a reader."""
    controlled_by: Owner
    """Who can pull it."""
    reason: Reason
    """What it is: an institution, a rule or a decision."""
    rests_on: tuple[str, ...] = ()
    """Parameters its effect passes through, by the equations; the page says which of them data have moved."""
    start: tuple[OptionEntry, ...] = ()
    """Options had it been pulled from the founding on."""
    now: tuple[OptionEntry, ...] = ()
    """Options if it is pulled from now on: the past stays."""

    @model_validator(mode="after")
    def _check_parameters(self) -> Lever:
        for name in self.rests_on:
            if name not in catalogue().parameters:
                near = suggestion(name, catalogue().parameters)
                raise wrong("study_unknown", at="rests_on", found=name, suggestion=near)
        return self

    @model_validator(mode="after")
    def _check_options(self) -> Lever:
        if not self.start and not self.now:
            raise wrong("levers_no_options", at="key", found=self.key)
        return self

    def options(self, since: Since) -> tuple[OptionEntry, ...]:
        """Return its options from the founding, or from now on."""
        return self.start if since == "start" else self.now


class Structure(Scenario):
    """Another judgement of how the model should be: held for every option, with the same draws and random numbers.

    Of a scenario it has the parameters, dated inputs and links, and what is multiplied.
    """

    reason: Reason
    """Why it is tried."""

    @model_validator(mode="after")
    def _check_change(self) -> Structure:
        for name in ("edits", "without_anchors"):
            if name in self.model_fields_set:
                raise wrong("levers_structure", at=name, found=name)
        if not (self.parameters or self.dated_inputs or self.links or self.times or self.scale):
            raise wrong("levers_nothing", at="key", found=self.key)
        return self


_SHARES_FROM_NOW = re.compile("即日起投资国([0-9]+)%")
"""Title of an option as shipped files write it: a noun without a verb, which no sentence can take. Run IDs hash titles,
so that a sentence words it otherwise, rather than the file."""


@dataclass(frozen=True)
class LeverOption:
    """An option and its lever: what may be chosen, alone or in a set."""

    lever: Lever
    """The lever."""
    entry: OptionEntry
    """What the file says of the option."""

    @property
    def key(self) -> str:
        """Key of the option; that of its scenario, too."""
        return self.entry.key

    def name(self, lang: str) -> str:
        """Name it with its lever, for where it stands alone: "Global partners: all three"."""
        option = self.entry.title.text(lang)
        shares = _SHARES_FROM_NOW.fullmatch(option)
        if shares is not None:
            return text("levers.named_shares", lang, share=shares[1])
        return text("levers.named", lang, lever=self.lever.title.text(lang), setting=option)


class Threshold(StudyEntry):
    """Requirement that a state must meet for an option to do well enough there."""

    key: Key
    """Key of the requirement."""
    title: Title
    """The requirement in words."""
    reason: Reason
    """Why so much is asked for."""
    measure: str
    """One of :data:`~copark.decisions.measures.NAMES`."""
    at_least: float
    """In the measure's unit, of the mean over futures."""
    compared: bool = False
    """Whether the gain over the case as it is is meant, rather than the value itself."""

    @model_validator(mode="after")
    def _check_measure(self) -> Threshold:
        if self.measure not in NAMES:
            raise wrong("not_allowed", at="measure", found=self.measure, suggestion=suggestion(self.measure, NAMES))
        return self


class Discount(StudyEntry):
    """Discounting of money."""

    rate: Annotated[float, Field(ge=0.0, le=1.0)]
    """Yearly rate at which later money counts less."""
    reason: Reason
    """Why this rate."""


class LeverFile(StudyEntry):
    """A file of levers."""

    format: Literal[1] = 1
    """Version of the format."""
    case: Annotated[str, Field(max_length=200)]
    """Name of the case."""
    title: Title
    """Title of the set of levers."""
    now: Quarter
    """First quarter that a decision of today can still change."""
    discount: Discount
    """Discounting of money."""
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1, max_length=20)]
    """What a good choice reaches in a state."""
    structures: Annotated[tuple[Structure, ...], Field(max_length=30)] = ()
    """Other structures of the model that every option is tried under."""
    levers: Annotated[tuple[Lever, ...], Field(min_length=1, max_length=50)]
    """What decision-makers control, each with its options."""

    @model_validator(mode="after")
    def _check_keys(self) -> LeverFile:
        """Refuse keys that are given twice, and an option and a structure that change the same dated input."""
        variants = [[option.entry for option in self.options(since)] for since in SINCE]
        keys = [
            ("levers", [lever.key for lever in self.levers]),
            ("structures", [AS_MODELLED, *(structure.key for structure in self.structures)]),
            ("thresholds", [threshold.key for threshold in self.thresholds]),
            *(("levers", [AS_IT_IS, *(entry.key for entry in variant)]) for variant in variants),
        ]
        for name, known in keys:
            again = next((key for place, key in enumerate(known) if key in known[:place]), None)
            if again is not None:
                raise wrong("study_same_key", at=name, found=again)
        of_structures = {name: structure.key for structure in self.structures for name in structure.dated_inputs}
        for variant in variants:
            if len(variant) > MOST_OPTIONS:
                raise wrong("too_long", at="levers", found=len(variant), limit=MOST_OPTIONS)
            for entry in variant:
                for name in entry.dated_inputs.keys() & of_structures.keys():
                    values = {"found": name, "other": of_structures[name], "setting": entry.key}
                    raise wrong("levers_both", at="structures", **values)
        return self

    def options(self, since: Since, only: Sequence[str] = ()) -> tuple[LeverOption, ...]:
        """Return all options in the order of the file; of some levers only, if they are named.

        Parameters
        ----------
        since
            From the founding, or from now on.
        only
            Keys of levers.
        """
        return tuple(
            LeverOption(lever, entry)
            for lever in self.levers
            if not only or lever.key in only
            for entry in lever.options(since)
        )


def scenario_of(option: OptionEntry | None = None, structure: Structure | None = None) -> Scenario:
    """Make the scenario of an option under a structure.

    Parameters
    ----------
    option
        What is changed in the case; by default the case is as it is.
    structure
        What is changed in the model; by default the model is as it is.

    Returns
    -------
    Scenario, by the key of the option, or ``as-it-is``.
    """
    changes: dict[str, Any] = {}
    if option is not None:
        changes["edits"] = option.edits
        changes["inputs"] = dict(option.dated_inputs)
    if structure is not None:
        changes["parameters"] = structure.parameters
        changes["links"] = structure.links
        changes["times"] = structure.times
        changes["scale"] = structure.scale
        changes["inputs"] = {**structure.dated_inputs, **changes.get("inputs", {})}
    if option is None:
        title = Title.by_language(lambda lang: text("study.as_it_is", lang))
        return Scenario(key=AS_IT_IS, title=title, **changes)
    return Scenario(key=option.key, title=option.title, **changes)


FILE = Path(__file__).parent / "general.yaml"
MOST_READY = 32
"""Files of levers that are held ready at most."""
_SOUND: dict[tuple[object, ...], LeverFile] = {}
"""Levers that were found sound, by case and file: every option is tried on the case, which takes seconds."""


AREAS = ("levers", "study")
"""Areas of the texts that faults of a file of levers belong to."""
NOBODY = "nobody"
"""Stands for partners in a case that has none."""


class GeneralLevers(LeverFile):
    """Levers made of a case's facts, not written for it."""


def general_levers(case: Case, now: Quarter) -> GeneralLevers:
    """Make the general set from a quarter on, less what the case's facts do not bear and what changes nothing in it.

    Raises
    ------
    NotFound
        If nothing is left.
    StudyFaults
        If the general set itself has faults; it carries all of them.
    """
    data, file = _general_set(now, case)
    seen = seen_from(case, now)
    before = inputs_of(seen, scenario_of())

    def is_felt(option: OptionEntry, since: Since) -> bool:
        if edited(seen, option.edits)[1]:
            return False
        changes_anything, changes_past = touched(seen, option, before, now - case.clock.start)
        return changes_anything and (since == "start" or not changes_past)

    for lever, entry in zip(file.levers, data["levers"], strict=True):
        for since in SINCE:
            keys = {option.key for option in lever.options(since) if is_felt(option, since)}
            entry[since] = [option for option in entry.get(since, ()) if option["key"] in keys]
    data["levers"] = [lever for lever in data["levers"] if lever["start"] or lever["now"]]
    if not data["levers"]:
        raise NotFound.of("levers.none_general", case=case.name)
    return GeneralLevers.model_validate(data)


NOW = re.compile(r"\bNOW(?:([+-]\d{1,3}))?\b")
"""The word of a file of levers for the first quarter that can still be decided, and for quarters counted from it."""


def with_quarters(content: str, now: Quarter) -> str:
    """Put quarters in the place of the word ``NOW``, and of ``NOW-1`` or ``NOW+4``, in a file of levers."""
    return NOW.sub(lambda match: str(now + int(match[1] or 0)), content)


def _general_set(now: Quarter, case: Case) -> tuple[Any, GeneralLevers]:
    """Fill the general set for a case from a quarter on; what is done to partners is done to each of the case's own.

    Returns
    -------
    data, file
        What was read, and the levers made of it.
    """
    faults: list[Fault] = []
    tree = read_yaml(with_quarters(FILE.read_text(encoding="utf-8"), now), FILE.name, faults)
    if tree is None:
        raise StudyFaults(faults)
    data: Any = tree.data
    data["case"] = case.name
    # A case without partners keeps the options until they are found to be none it bears, so that lines stay right.
    partners = [partner.key for partner in case.partners] or [NOBODY]
    for lever in data["levers"]:
        for since in SINCE:
            for option in lever.get(since) or ():
                word = (option.get("edits") or {}).get("partners")
                if word is not None:
                    option["edits"] = {"partners": dict.fromkeys(partners, word)}
    try:
        return data, GeneralLevers.model_validate(data)
    except ValidationError as errors:
        raise StudyFaults(faults_in(errors, FILE.name, GeneralLevers, AREAS, tree)) from None


def touched(case: Case, option: OptionEntry, before: Inputs, now: int) -> tuple[bool, bool]:
    """Return what an option changes of what the model receives.

    Parameters
    ----------
    case
        The case, as it is seen.
    option
        The option.
    before
        Inputs of the case as it is.
    now
        First quarter that can still be decided, counted from 0.

    Returns
    -------
    anything, past
        Whether it changes anything, and whether anything of the quarters before now.
    """
    scenario = scenario_of(option)
    facts = bool(facts_of(baseline(case.name), case, scenario))
    moved = rows_apart(before, inputs_of(case, scenario))
    dated = [first for name, first in moved.items() if name in (*DATED, "anchors") and first is not None]
    past = facts or moved["anchors"] is not None or any(first < now for first in dated)
    return facts or any(first is not None for first in moved.values()), past


def load_levers(case: Case, path: Path | None = None, now: Quarter | str | None = None) -> LeverFile:
    """Read the levers of a case: a person's own file, those that the case brings, or a general set.

    Parameters
    ----------
    case
        The case.
    path
        The person's own file.
    now
        First quarter that can still be decided, by default the present one.

    Raises
    ------
    copark.errors.NotFound
        If there is no such file.
    copark.errors.StudyFaults
        If it has faults; it carries all of them.
    copark.errors.RunRefused
        If the quarter cannot be used, or the file names another.
    """
    place = brought(case, LEVERS) if path is None else Path(path)
    if place is not None and not place.is_file():
        raise NotFound.of("levers.not_found", found=shown(path))
    written_at = None if place is None else (place.stat().st_mtime_ns, place.stat().st_size)
    quarter = now_for(case, now)
    key = (case.hash, place, written_at, quarter)
    if key not in _SOUND:
        file, faults = (general_levers(case, quarter), []) if place is None else examine_levers(place, case, quarter)
        if file is None:
            raise StudyFaults(faults)
        if len(_SOUND) >= MOST_READY:
            _SOUND.clear()
        _SOUND[key] = file
    levers = _SOUND[key]
    if now is not None and levers.now != quarter:
        raise RunRefused.of("levers.fixed_now", now=str(quarter), found=str(levers.now))
    return levers


def examine_levers(path: Path, case: Case, now: Quarter | None = None) -> tuple[LeverFile | None, list[Fault]]:
    """Read a file of levers and check it, also against its case.

    Parameters
    ----------
    path
        The file.
    case
        Its case.
    now
        The quarter that stands for the word ``NOW``, by default the present one.

    Returns
    -------
    file, faults
        The levers, or ``None`` if there are faults; and all faults.
    """
    quarter = now or now_for(case)
    read, faults = read_model(path, LeverFile, AREAS, lambda content: with_quarters(content, quarter))
    if read is None:
        return None, faults
    file, tree = read
    faults = list(_faults_in_case(file, case, tree, path.name))
    return (None if faults else file), faults


def _faults_in_case(file: LeverFile, case: Case, tree: Tree, name: str) -> Iterator[Fault]:
    """Find what the case does not bear: another case, a "now" outside its time, edits that do not fit, a changed past.

    Parameters
    ----------
    file
        The levers.
    case
        The case.
    tree
        What was read, with its lines.
    name
        Name of the file.
    """
    if file.case != case.name:
        yield Fault("levers.other_case", name, tree.line(("case",)), "case", {"found": file.case, "case": case.name})
        return
    first = case.clock.start + 1
    last = latest_now(case)
    if not first <= file.now <= last:
        values = {"found": str(file.now), "first": str(first), "last": str(last)}
        yield Fault("levers.now_outside", name, tree.line(("now",)), "now", values)
        return
    now = file.now - case.clock.start
    seen = seen_from(case, file.now)
    before = inputs_of(seen, scenario_of())
    for number, lever in enumerate(file.levers):
        for since in SINCE:
            for place, option in enumerate(lever.options(since)):
                path: KeyPath = ("levers", number, since, place)
                problems = edited(seen, option.edits)[1]
                for problem in problems:
                    line = tree.line((*path, "edits", *problem.path))
                    yield fault_of_edit(problem, name, line, path)
                changes_anything, changes_past = touched(seen, option, before, now) if not problems else (True, False)
                if not changes_anything:
                    values = {"found": option.key, "case": case.name}
                    yield Fault("levers.changes_nothing", name, tree.line(path), written(path), values)
                if since == "now" and changes_past:
                    values = {"found": option.key, "now": str(file.now)}
                    yield Fault("levers.changes_past", name, tree.line(path), written(path), values)


def wanted_levers(file: LeverFile, since: Since, names: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of levers that are asked for.

    Parameters
    ----------
    file
        The levers.
    since
        From the founding, or from now on.
    names
        Keys that are asked for; all that have options then, where none is named.

    Raises
    ------
    NotFound
        If none is left.
    """
    known = [lever.key for lever in file.levers if lever.options(since)]
    chosen = tuple(key for key in known if not names or key in names)
    if not chosen:
        raise NotFound.of(f"levers.none_{since}", case=file.case)
    return chosen
