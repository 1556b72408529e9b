"""Draws that are given to a study rather than made for it: those of a posterior, parameters and luck together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.simulation.study import Scenario, Study


class DrawSource(Protocol):
    """Where the draws of a study with ``draws: posterior`` come from."""

    @property
    def content(self) -> Mapping[str, Any]:
        """What it is, as entries of a result's provenance: its identity ``draws_hash``, and ``trust``."""

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between draws."""

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Parameters and random numbers of a study's runs first … last - 1, before any scenario."""


def with_parameters(draws: Draws, scenario: Scenario, facts: Mapping[str, np.ndarray] | None = None) -> Draws:
    """Draws with other facts of the case and the parameters a scenario sets; the rest, and luck, as they are."""
    changed = Draws(*(room.copy() for room in draws))
    given: dict[str, Any] = {**(facts or {}), **scenario.parameters}
    for name, value in given.items():
        getattr(changed, catalogue().parameters[name].room)[name] = np.array(value)
    return changed


def values_of(draws: Draws, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Values of some parameters in draws, each float64 of shape (runs,)."""
    return {
        name: np.asarray(getattr(draws, catalogue().parameters[name].room)[name], dtype=np.float64) for name in names
    }
