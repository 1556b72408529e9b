"""A case and its parameters as plain Python values, for the implementations that are not compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from copark.model.arrays import Draws, Inputs
from copark.model.coupling.link_index import LAND_TO_STARTS
from copark.model.variables import catalogue

Record = dict[str, Any]
Parameters = dict[str, Any]


class Facts(NamedTuple):
    """Dated facts by quarter; every entry of a record is a number or a list of numbers."""

    world: list[Record]
    governments: list[Record]
    company: list[Record]
    enterprises: list[Record]
    anchors: list[Record]
    history: list[list[float]]
    land_delay: int

    @property
    def quarters(self) -> int:
        """Length of the horizon."""
        return len(self.world)


def records(array: np.ndarray) -> list[Record]:
    """Give a structured array as a list of dictionaries."""
    names = array.dtype.names or ()
    columns = [array[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def facts_of(inputs: Inputs) -> Facts:
    """Unpack the inputs of a case. Links between scales are taken at full strength."""
    return Facts(
        world=records(inputs.world),
        governments=records(inputs.governments),
        company=records(inputs.company),
        enterprises=records(inputs.enterprises),
        anchors=records(inputs.anchors),
        history=inputs.history.tolist(),
        land_delay=int(inputs.link_delay[LAND_TO_STARTS]),
    )


def parameters_of(draws: Draws, run: int = 0) -> Parameters:
    """Parameters of one run, by name."""
    return {name: getattr(draws, v.submodel)[name][run].tolist() for name, v in catalogue().parameters.items()}
