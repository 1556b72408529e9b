"""A park packed for a page: inputs and draws of the case as it is, and the changes of every choice.

Python packs: case files, edits and the posterior stay where they are understood. What a page gets are arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from copark.browser.choices import ParkChoice, choices_of, joined
from copark.browser.patches import CannotBePatched, Patch, PatchSet, apply, patch_between, words_of
from copark.cases.case import Case
from copark.decisions.lever_file import LeverFile
from copark.model.arrays import Draws, Inputs
from copark.model.variables import catalogue
from copark.simulation.run import facts_of, inputs_of
from copark.simulation.sample import NOTHING, DrawSource, StudyDraws, with_parameters
from copark.simulation.study import Scenario, Study


@dataclass(frozen=True)
class ParkPacker:
    """Packs what a park is under choices, as Python does, and what each changes."""

    study: Study
    """The study whose runs are made: runs, seed and time, settled."""
    case: Case
    """The case, as it is seen."""
    file: LeverFile | None
    """Its levers; ``None`` where it has none."""
    source: DrawSource | None
    """Where draws come from, if not from priors."""
    more: tuple[Scenario, ...] = ()
    """Scenarios that are choices beside those of its studies."""
    has_choices: bool = True
    """Whether anything is chosen from: a page with a server packs what is asked for when it is asked for."""

    @cached_property
    def _listed(self) -> tuple[ParkChoice, ...]:
        return choices_of(self.case, self.file, self.more) if self.has_choices else ()

    @cached_property
    def choices(self) -> tuple[ParkChoice, ...]:
        """Choices that can be packed and change something, in their order."""
        return tuple(choice for choice in self._listed if choice.key in self._single)

    @cached_property
    def _single(self) -> Mapping[str, Patch]:
        patches: dict[str, Patch] = {}
        for choice in self._listed:
            try:
                patch = self.patch_to(choice.scenario)
            except CannotBePatched:
                continue
            if not patch.is_empty:
                patches[choice.key] = patch
        return patches

    @cached_property
    def inputs(self) -> Inputs:
        """Inputs of the case as it is."""
        return inputs_of(self.case)

    @cached_property
    def draws(self) -> Draws:
        """Draws of all runs, before any choice."""
        return self._all_draws(self.study.runs)

    def _all_draws(self, runs: int) -> Draws:
        (draws,) = (
            StudyDraws(self.study, self.case, (NOTHING,), ({},), self.source).of_runs(np.arange(runs)).by_scenario
        )
        return draws

    def packed(self, scenario: Scenario) -> tuple[Inputs, Draws]:
        """Pack inputs and draws of a scenario, as an ensemble has them."""
        facts = facts_of(self.study, self.case, scenario)
        inputs = inputs_of(self.case, scenario)
        if not (facts or scenario.parameters or scenario.times):
            return inputs, self.draws
        return inputs, with_parameters(self.draws, scenario, facts)

    def patch_to(self, scenario: Scenario) -> Patch:
        """Return what turns the case as it is into a scenario."""
        inputs, draws = self.packed(scenario)
        return patch_between(self.inputs, inputs, self.draws, draws)

    def together(self, choices: Sequence[ParkChoice]) -> tuple[Inputs, Draws] | None:
        """Pack choices together; ``None`` where they do not go together."""
        scenario = joined(self.case, choices)
        return None if scenario is None else self.packed(scenario)

    @cached_property
    def patches(self) -> PatchSet:
        """Patches of all choices, and the pairs that do not add up."""
        refused = {
            (one.key, other.key)
            for one, other in combinations(self.choices, 2)
            if one.goes_beside(other) and not self._add_up(one, other)
        }
        return PatchSet({choice.key: self._single[choice.key] for choice in self.choices}, frozenset(refused))

    def _add_up(self, one: ParkChoice, other: ParkChoice) -> bool:
        """Return whether the patches of two choices, one after the other, are what Python packs for both.

        Those that touch no common input or parameter are; any others are packed together and compared.
        """
        if not self._columns(one) & self._columns(other):
            return True
        together = self.together((one, other))
        if together is None:
            return False
        words = words_of(self.inputs)
        draws = Draws(*(records.copy() for records in self.draws))
        apply([self._single[one.key], self._single[other.key]], words, draws)
        inputs, drawn = together
        same_draws = all(mine.tobytes() == wanted.tobytes() for mine, wanted in zip(draws, drawn, strict=True))
        return same_draws and np.array_equal(words, words_of(inputs))

    def _named(self, scenario: Scenario) -> set[str]:
        """Name the inputs and parameters that a scenario sets or multiplies."""
        links = {f"link/{catalogue().links[name].number}" for name in scenario.links}
        anchors = {"anchors"} if scenario.without_anchors else set()
        return {*scenario.dated_inputs, *scenario.scale, *scenario.parameters, *scenario.times, *links, *anchors}

    def _columns(self, choice: ParkChoice) -> set[str]:
        """Name the inputs and parameters that a choice changes or sets, and the facts that it edits."""
        if choice.key in self._columns_of:
            return self._columns_of[choice.key]
        patch = self._single[choice.key]
        names = {self._column_names[cell] for cell in patch.cells.tolist()}
        parameters = {_parameter_named(submodel, word, self.draws) for submodel, word in patch.parameters}
        edits = choice.scenario.edits
        facts = {f"fact/{name}" for name in type(edits).model_fields if name in edits.model_fields_set}
        self._columns_of[choice.key] = names | parameters | facts | self._named(choice.scenario)
        return self._columns_of[choice.key]

    @cached_property
    def _columns_of(self) -> dict[str, set[str]]:
        return {}

    @cached_property
    def _column_names(self) -> list[str]:
        """Name the input of every cell."""
        names: list[str] = []
        for part, array in self.inputs._asdict().items():
            records = np.asarray(array)
            if part == "link_strength":
                names += [f"link/{number}" for _ in range(len(records)) for number in range(records.shape[1])]
            elif part == "link_delay":
                names += [f"link/{number}" for number in range(len(records))]
            elif part in ("history", "anchors") or records.dtype.names is None:
                names += [part] * (records.nbytes // 8)
            else:
                row = [""] * (records.dtype.itemsize // 8)
                for name, (field, offset, *_) in (records.dtype.fields or {}).items():
                    for word in range(offset // 8, (offset + field.itemsize) // 8):
                        row[word] = f"{part}.{name}"
                names += row * len(records)
        return names


def _parameter_named(submodel: str, word: int, draws: Draws) -> str:
    """Name a parameter by its place in the record of its scale."""
    fields = getattr(draws, submodel).dtype.fields
    return next(
        name for name, (field, offset, *_) in fields.items() if offset // 8 <= word < (offset + field.itemsize) // 8
    )
