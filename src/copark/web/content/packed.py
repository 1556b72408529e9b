"""A park packed for the page: the inputs and draws that the server runs, for the browser to run while a lever moves.

The kernel that runs them is a file of the page, and brings the layout of its arguments along. What is told with a run
ID is always the server's; what a browser makes of these is a preview.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from copark.browser.packed_park import ParkPacker
from copark.browser.patches import CannotBePatched
from copark.browser.payload import Followed, WordPool, packed, patch_entries, payload
from copark.browser.sliders import SliderCells, parameter_places, slider_cells
from copark.cases.horizon import now_for
from copark.errors import NotFound
from copark.json_types import JsonObject
from copark.simulation.sample import NOTHING
from copark.simulation.study import Scenario
from copark.web.content.case_registry import CaseEntry
from copark.web.content.engine import Engine
from copark.web.content.requests import RequestedScenario, SimulationRequest, locating_faults, study_of
from copark.workflows.study_links import HEADLINES, OUTPUTS

MOST_PACKED = 1_000
"""Runs whose draws are packed; a page of more has no preview of as many."""
FOLLOWED = Followed(shown=tuple(dict.fromkeys((*OUTPUTS, *HEADLINES))), on_the_way=HEADLINES)
"""Outputs that Simulate shows."""


class PackedQuestion(BaseModel):
    """Settings that the draws and the time of a packed park depend on."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    runs: Annotated[int, Field(ge=1, le=MOST_PACKED)] = MOST_PACKED
    """Runs whose draws are packed."""
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 1
    """Number the random streams start from: the same seed gives the same numbers."""
    draws: Literal["posterior", "unsettled", "prior", "defaults"] | SkipJsonSchema[None] = None
    """Source of the parameters: posterior, unsettled (only those no data informs are drawn), prior or defaults; by
    default the best the case has, see its ``trust``."""
    cut: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}Q[1-4]$")] | SkipJsonSchema[None] = None
    """Last quarter of the observations that the calibration knows, such as 2020Q4; by default the latest there is."""
    now: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}Q[1-4]$")] | SkipJsonSchema[None] = None
    """Quarter the park is looked at from, such as 2026Q4; by default the present one."""

    def request(self, case: str, scenario: RequestedScenario | None = None) -> SimulationRequest:
        """Return the request whose runs they are.

        Parameters
        ----------
        case
            Name of the case.
        scenario
            Its scenario; nothing changed by default.
        """
        return SimulationRequest(
            case=case,
            runs=self.runs,
            seed=self.seed,
            draws=self.draws,
            cut=self.cut,
            now=self.now,
            scenario=scenario or RequestedScenario(),
            baseline=None,
        )


class PackedScenario(PackedQuestion):
    """A scenario whose changes are to be packed."""

    scenario: RequestedScenario = Field(default_factory=RequestedScenario)
    """What is changed against the case."""


def packed_key(engine: Engine, case_entry: CaseEntry, question: PackedQuestion) -> str:
    """Return a key of everything a packed park depends on: the run ID of its draws, and the state of the case.

    Another calibration, another version of the model, another seed or number of runs is another run ID; what can be
    dragged depends on the present, too.

    Parameters
    ----------
    engine
        Has the posterior of the case.
    case_entry
        The case.
    question
        Runs, seed and time.
    """
    run_id = engine.identity(study_of(question.request(case_entry.name), case_entry), case_entry)
    return f"packed {run_id} {case_entry.state}"


def packed_park(engine: Engine, case_entry: CaseEntry, question: PackedQuestion) -> bytes:
    """Pack inputs and draws of a case as it is, and the cells of every lever that can be dragged.

    Parameters
    ----------
    engine
        Runs the model, and has the posterior of the case.
    case_entry
        The case.
    question
        Runs, seed and time.
    """
    packer = packer_of(engine, case_entry, question.request(case_entry.name))
    pool = WordPool()
    more = {"case": case_entry.name, "case_hash": case_entry.hash, **_draggable(packer, NOTHING, pool)}
    return payload(packer, {}, more, FOLLOWED, pool)


def packed_changes(engine: Engine, case_entry: CaseEntry, question: PackedScenario) -> bytes:
    """Pack what a scenario changes of a packed park, and the cells of every lever that can be dragged beside it.

    Parameters
    ----------
    engine
        Runs the model, and has the posterior of the case.
    case_entry
        The case.
    question
        The scenario; runs, seed and time as they were packed.

    Raises
    ------
    NotFound
        If the scenario changes more than cells of the packed inputs.
    """
    request = question.request(case_entry.name, question.scenario)
    with locating_faults(request):
        packer = packer_of(engine, case_entry, request)
        pool = WordPool()
        try:
            patch = packer.patch_to(question.scenario)
        except CannotBePatched:
            raise NotFound.of("live.not_packed") from None
        head = {"case_hash": case_entry.hash, "patch": patch_entries(patch, pool)}
        return packed({**head, **_draggable(packer, question.scenario, pool)}, pool)


def packer_of(engine: Engine, case_entry: CaseEntry, request: SimulationRequest) -> ParkPacker:
    """Return what packs the runs of a request.

    Parameters
    ----------
    engine
        Has the posterior of the case.
    case_entry
        The case.
    request
        The request.
    """
    study = study_of(request, case_entry)
    seen = study.seen(case_entry.case)
    return ParkPacker(study, seen, None, engine.source(study, case_entry), has_choices=False)


def _draggable(packer: ParkPacker, scenario: Scenario, pool: WordPool) -> JsonObject:
    """List the levers that can be dragged beside a scenario: cells of facts and links, places of parameters."""
    inputs, draws = packer.packed(scenario)
    sliders = slider_cells(packer.case, scenario, inputs, now_for(packer.case))
    return {
        "sliders": [_slider(slider, pool) for slider in sliders],
        "parameters": {name: list(place) for name, place in parameter_places(draws, scenario).items()},
    }


def _slider(slider: SliderCells, pool: WordPool) -> JsonObject:
    return {
        "key": slider.key,
        "since": None if slider.since is None else str(slider.since),
        "first": slider.first,
        "side": slider.side,
        "slots": {slot.name: pool.add(slot.cells) for slot in slider.slots},
        "tables": [
            {
                "side": table.side,
                "points": pool.add(table.points),
                "columns": [
                    [pool.add(cells), pool.add(values)]
                    for cells, values in zip(table.cells, table.values.T, strict=True)
                ],
            }
            for table in slider.tables
        ],
    }
