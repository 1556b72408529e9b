"""The effect of a past event: the park simulated with and without it.

A case as it is beside the same case less something that happened, on the same parameters and random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.compare import Compared, answer_of
from copark.analyses.contract import AheadParams, Option, Result, Rows
from copark.cases.types import Replicates, renamed
from copark.simulation.case_edits import dated_events
from copark.simulation.counterfactual import WITHOUT, but_for_study, find_dated_events
from copark.simulation.readouts.compare import paired
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.simulation.study import Study


class Params(AheadParams):
    """Parameters of a counterfactual."""

    without: Annotated[tuple[str, ...], Option("--without", repeated=True)] = ()
    """Keys of what is undone, such as ``visit/2015-05-10``; empty to list what can be."""
    runs: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    """Number of runs."""
    replicates: Annotated[Replicates, Field(ge=1, le=10_000)] = 1
    """Runs for each draw of parameters; with two or more the variance is split into parameters and chance."""
    draws_from: Annotated[
        Literal["posterior", "unsettled", "prior", "defaults"] | None, renamed("draws_from", "draws")
    ] = None
    """Where parameters are drawn from, in the place of what the case has."""
    outcomes: bool = False
    """Whether to show shares of outcomes even of a park that is not calibrated; they then follow from assumptions."""
    served: ClassVar[Mapping[str, float]] = {"runs": 2000, "replicates": 20}


@dataclass(frozen=True)
class PastEvent:
    """Something that happened and can be undone: its key, when, what."""

    key: str
    """Key of the event."""
    date: str
    """When it happened, as the source gives it."""
    title: LocalizedText
    """What it was."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Effect of something that happened: the case beside the case without it."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    events: tuple[PastEvent, ...]
    """Everything that can be undone."""
    without: tuple[str, ...] = ()
    """Keys of what was undone."""
    found: Compared | None = None
    """The case as it is beside the case without it: what they differ by is due to it. None where nothing was undone."""

    def main_table(self) -> Rows:
        """Return every difference, or else every event, a row each."""
        if self.found is not None:
            return self.found.main_table()
        return {
            "key": [event.key for event in self.events],
            "date": [event.date for event in self.events],
            "title": [event.title.en for event in self.events],
        }


def _study(params: Params, context: Context) -> Study:
    """Make the study of the case as it is and less what did not happen.

    Raises
    ------
    NotFound
        If nothing of that name happened.
    """
    study = but_for_study(
        context.case(params.case),
        params.without,
        runs=params.runs,
        seed=params.seed,
        replicates=params.replicates,
        draws=params.draws_from,
    )
    return study.with_changes(case=params.case, now=params.now)


def compute(params: Params, context: Context) -> Answer:
    """Replay history with and without it; list what can be undone where nothing is named."""
    case = context.case(params.case)
    events = tuple(PastEvent(event.key, str(event.date), event.title) for event in dated_events(case))
    about: dict[str, Any] = {"case": case.name, "park": case.title, "events": events}
    if not params.without:
        return Answer(**about, run_id=context.run_id, provenance={"case": case.name, "case_hash": case.hash})
    runs = context.stored_run(_study(params, context), case, *params.wanted)
    context.stage("analyse")(0, 0)
    reference, scenarios = paired(runs, scenario=WITHOUT)
    comparison, origin = answer_of(
        reference, scenarios, [runs], case, context, outcomes=params.outcomes, parameters=params.wanted
    )
    keys = dict.fromkeys(event.key for event in find_dated_events(case, params.without))
    return Answer(**about, without=tuple(keys), found=comparison, **origin)
