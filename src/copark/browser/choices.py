"""Choices of a park: options of its levers, rival structures of the model, scenarios of its studies.

At most one choice of a group is made; levers are pulled together, from the founding or from now on, under a structure
or without; a scenario of a study stands alone. What several change at once is one scenario, made as Python makes it;
where they do not go together there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from copark.cases.case import Case
from copark.cases.casebook import STUDIES
from copark.cases.validated_yaml import read_model
from copark.decisions.lever_file import SINCE, LeverFile, Since, Structure
from copark.simulation.case_edits import edited
from copark.simulation.sample import NOTHING
from copark.simulation.study import Scenario, Study
from copark.texts.localized import LocalizedText

Kind = Literal["option", "structure", "scenario"]
STRUCTURES = "structures"
SCENARIOS = "scenarios"


@dataclass(frozen=True)
class ParkChoice:
    """A choice that a reader may make."""

    key: str
    """Its key, unlike that of any other choice: ``now/tax/half``."""
    kind: Kind
    """What it is."""
    group: str
    """Its lever, or :data:`STRUCTURES` or :data:`SCENARIOS`: of a group one is chosen at most."""
    since: Since | None
    """From when its lever is pulled; ``None`` of what is no option."""
    title: LocalizedText
    """Its title."""
    scenario: Scenario
    """What it changes."""
    reason: LocalizedText | None = None
    """Why it is tried, where that is said."""

    def goes_beside(self, other: ParkChoice) -> bool:
        """Return whether both may be chosen: of different groups, levers pulled at one time, no scenario among them."""
        if self.group == other.group or "scenario" in (self.kind, other.kind):
            return False
        both_pulled = self.since is not None and other.since is not None
        return not (both_pulled and self.since != other.since)


def choices_of(case: Case, file: LeverFile | None, more: Sequence[Scenario] = ()) -> tuple[ParkChoice, ...]:
    """List the choices of a park.

    Parameters
    ----------
    case
        The case, as it is seen: its time is that of the runs.
    file
        Its levers; ``None`` where it has none.
    more
        Scenarios beside those of its studies.
    """
    found = [*_options(file), *_structures(file)] if file is not None else []
    asked = [ParkChoice(f"scenario/{one.key}", "scenario", SCENARIOS, None, one.title, _plain(one)) for one in more]
    return (*found, *asked, *_scenarios(case))


def _options(file: LeverFile) -> Iterator[ParkChoice]:
    for lever in file.levers:
        for since in SINCE:
            for option in lever.options(since):
                key = f"{since}/{lever.key}/{option.key}"
                yield ParkChoice(key, "option", lever.key, since, option.title, _plain(option), option.reason)


def _structures(file: LeverFile) -> Iterator[ParkChoice]:
    for structure in file.structures:
        key = f"structure/{structure.key}"
        yield ParkChoice(key, "structure", STRUCTURES, None, structure.title, _plain(structure), structure.reason)


def _scenarios(case: Case) -> Iterator[ParkChoice]:
    """List the scenarios of the studies that a case brings, each once, those that change nothing left out."""
    known: set[str] = set()
    folder = case.folder / STUDIES
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        read, _ = read_model(path, Study, ("study",))
        study = None if read is None else read[0]
        for scenario in study.scenarios if study is not None and study.case == case.name else ():
            content = _plain(scenario)
            name = content.model_dump_json(exclude={"key", "title"}, by_alias=True)
            if name in known or content == NOTHING.model_copy(update={"key": content.key, "title": content.title}):
                continue
            if edited(case, content.edits)[1]:
                continue
            known.add(name)
            key = f"scenario/{path.stem}/{scenario.key}"
            yield ParkChoice(key, "scenario", SCENARIOS, None, scenario.title, content)


def _plain(scenario: Scenario | Structure) -> Scenario:
    """Return what an option or a structure changes as a scenario of its own."""
    fields = {name: getattr(scenario, name) for name in Scenario.model_fields}
    return Scenario.model_construct(**fields)


def joined(case: Case, choices: Sequence[ParkChoice]) -> Scenario | None:
    """Return what choices change together; ``None`` where they do not go together.

    Parameters
    ----------
    case
        The case, as it is seen.
    choices
        Choices that go beside each other.
    """
    whole = NOTHING
    for choice in choices:
        added = choice.scenario
        edits = whole.edits.joined(added.edits)
        if edits is None:
            return None
        merged: dict[str, Any] = {"edits": edits}
        for name in ("parameters", "dated_inputs", "links", "times", "scale"):
            mine: Mapping[str, Any] = getattr(whole, name)
            theirs: Mapping[str, Any] = getattr(added, name)
            if mine.keys() & theirs.keys():
                return None
            merged[name] = {**mine, **theirs}
        merged["without_anchors"] = (*whole.without_anchors, *added.without_anchors)
        whole = whole.model_copy(update=merged)
    return None if edited(case, whole.edits)[1] else whole
