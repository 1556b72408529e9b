"""Record types of a run's arrays: scales, inputs, random draws and workspace.

Everything the compiled quarter reads or writes is in one of these tuples. Records are structured arrays viewed as
record arrays, so that a field is written `state.cash` both compiled and not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copark.model.addresses import ADDRESS
from copark.model.company import records as company
from copark.model.coupling.link_index import CHANNELS_PER_LINK, LINKS
from copark.model.coupling.records import LinkBuffers
from copark.model.enterprises import records as enterprises
from copark.model.enterprises.records import ALL_ROWS, WIDTH, Firms
from copark.model.governments import records as governments
from copark.model.outputs import OUTPUTS
from copark.model.world import records as world


class Submodel(NamedTuple):
    """State and ports of one scale, record arrays of length one."""

    state: np.ndarray
    receives: np.ndarray
    sends: np.ndarray


class Submodels(NamedTuple):
    """The four scales."""

    world: Submodel
    governments: Submodel
    company: Submodel
    enterprises: Submodel


class Inputs(NamedTuple):
    """Dated facts of a case, one record per quarter and scale; years of growth to draw from; anchor projects.

    link_strength: of every link in every quarter, float64 of shape (quarters, LINKS); link_delay: quarters, shape
    (LINKS,).
    """

    world: np.ndarray
    governments: np.ndarray
    company: np.ndarray
    enterprises: np.ndarray
    history: np.ndarray
    anchors: np.ndarray
    link_strength: np.ndarray
    link_delay: np.ndarray


class Draws(NamedTuple):
    """Parameters of every run by scale, and the address of its random numbers; record arrays of shape (runs,)."""

    world: np.ndarray
    governments: np.ndarray
    company: np.ndarray
    enterprises: np.ndarray
    addresses: np.ndarray


class Workspace(NamedTuple):
    """Buffers of one thread, in which it simulates one run after another.

    `memory` underlies every record, so that all can be zeroed at once.
    """

    memory: np.ndarray
    submodels: Submodels
    firms: Firms
    link_buffers: LinkBuffers
    row: np.ndarray
    values: np.ndarray


def records(dtype: np.dtype[np.void], count: int) -> npt.NDArray[np.void]:
    """Zeroed record array whose fields are attributes."""
    array: npt.NDArray[np.void] = np.zeros(count, dtype).view(np.recarray)
    return array


def lay_out(dtypes: list[np.dtype[np.void]]) -> tuple[npt.NDArray[np.float64], list[np.ndarray]]:
    """Lay one record of each kind side by side in one piece of memory; return it and the records."""
    ends = np.cumsum([dtype.itemsize // 8 for dtype in dtypes])
    memory = np.zeros(int(ends[-1]))
    pieces = np.split(memory, ends[:-1])
    return memory, [piece.view(dtype).view(np.recarray) for piece, dtype in zip(pieces, dtypes, strict=True)]


def make_inputs(quarters: int, years: int, anchors: int) -> Inputs:
    """Zeroed inputs for a case, with every link at full strength and no delay.

    Parameters
    ----------
    quarters
        Length of every dated record.
    years
        Years of growth that a future year may be drawn from.
    anchors
        Anchor projects of the case.

    Returns
    -------
    Inputs in which no origin comes, nothing is owned and no link is cut; `cases.model_inputs.pack` fills them.
    """
    return Inputs(
        world=records(world.Dated, quarters),
        governments=records(governments.Dated, quarters),
        company=records(company.Dated, quarters),
        enterprises=records(enterprises.Dated, quarters),
        history=np.zeros((years, 4)),
        anchors=records(enterprises.Anchor, anchors),
        link_strength=np.ones((quarters, LINKS)),
        link_delay=np.zeros(LINKS, np.int64),
    )


def make_draws(runs: int) -> Draws:
    """Zeroed parameters and random numbers for a number of runs."""
    return Draws(
        world=records(world.Parameters, runs),
        governments=records(governments.Parameters, runs),
        company=records(company.Parameters, runs),
        enterprises=records(enterprises.Parameters, runs),
        addresses=records(ADDRESS, runs),
    )


def make_workspace(inputs: Inputs) -> Workspace:
    """Make what one thread needs for runs of a case."""
    quarters = len(inputs.world)
    submodels = (world, governments, company, enterprises)
    # The order of `Submodels`, three records each, is what the unpacking below counts on.
    ports = [dtype for submodel in submodels for dtype in (submodel.State, submodel.Receives, submodel.Sends)]
    memory, pieces = lay_out([*ports, OUTPUTS])
    # The tables are not part of `memory`: a run clears its counts, and no column beyond a count is ever read.
    tables = [np.zeros(ALL_ROWS * WIDTH) for _ in range(3)]
    ids = [np.zeros(WIDTH, np.int64) for _ in range(3)]
    return Workspace(
        memory=memory,
        submodels=Submodels(*(Submodel(*pieces[3 * n : 3 * n + 3]) for n in range(4))),
        firms=Firms(tables[0], ids[0], tables[1], ids[1], tables[2], ids[2]),
        link_buffers=LinkBuffers(
            strength=inputs.link_strength,
            delay=inputs.link_delay,
            sent=np.zeros((quarters, LINKS * CHANNELS_PER_LINK)),
        ),
        row=pieces[-1],
        values=pieces[-1].view(np.float64).view(np.ndarray),
    )
