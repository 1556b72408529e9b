"""Frame that all parts of an answer of the page share: a study, its case, its quarters, and its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from copark.model.outcomes import TOLD
from copark.model.variables import catalogue
from copark.simulation.study import Study
from copark.web.content.case_registry import CaseEntry
from copark.web.content.responses import OutcomeInfo, OutputInfo
from copark.web.content.sentences import said


@dataclass(frozen=True)
class Frame:
    """Study, case, quarters and outputs that all parts of an answer share."""

    study: Study
    """The study, as it is run."""
    case_entry: CaseEntry
    """Its case, as the server holds it."""
    wanted: tuple[str, ...]
    """Names of the outputs that are asked for, each once."""
    labels: tuple[str, ...]
    """Its quarters, such as ``2012Q3``."""

    @property
    def judged(self) -> int:
        """Quarter outcomes are judged in, counted from 0."""
        return self.study.judged_in(len(self.labels))


def frame_of(study: Study, case_entry: CaseEntry, outputs: Sequence[str]) -> Frame:
    """Make the frame of a study's answer.

    Parameters
    ----------
    study
        The study, which decides the quarters.
    case_entry
        The case it is about.
    outputs
        Names of the outputs shown, in their order; repeated ones are dropped.
    """
    clock = study.seen(case_entry.case).clock
    labels = tuple(str(clock.start + n) for n in range(clock.quarters))
    return Frame(study, case_entry, tuple(dict.fromkeys(outputs)), labels)


@cache
def output_info(name: str) -> OutputInfo:
    """Describe what an output of the model is."""
    return OutputInfo.of(catalogue().outputs[name])


@cache
def outcome_infos() -> list[OutcomeInfo]:
    """Describe the outcomes a run may have, in the order in which a list names them."""
    return [
        OutcomeInfo.of(outcome, name=outcome.key, meaning=said(f"analysis.outcome.{outcome.key}.meaning"))
        for outcome in TOLD
    ]
