"""Projections: the replay posterior run beyond its cut, every run with a future of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.cases.quarters import Quarter
from copark.inference.information_set import blind
from copark.inference.observations import ObservationModel, noise
from copark.inference.replay import ReplayPosterior
from copark.model.arrays import Draws
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.stats.quantiles import quantiles

REPORTED_SEED = 0x726570
LATER_SEED = 0x6C61746572
"""Seed of the luck after the cut, which the record never looked at."""


@dataclass(frozen=True)
class Projection:
    """Runs of the replay posterior to a quarter beyond the cut.

    out: float64 of shape (pairs x futures, names, quarters), the futures of a pair one after the other; names: of the
    outputs kept.
    """

    replay: ReplayPosterior
    names: tuple[str, ...]
    out: Floats
    blind: bool
    futures: int = 1

    def counterparts(self, model: ObservationModel) -> Floats:
        """Read the runs on the days of targets, without error; shape (pairs x futures, targets)."""
        return model.counterparts(self.out, self.names)

    def reports(self, model: ObservationModel) -> Floats:
        """What would be reported of later targets, errors of observation included; shape (pairs x futures, targets)."""
        counterparts = self.counterparts(model)
        return counterparts + model.errors * noise(REPORTED_SEED, 0, len(counterparts), len(model.targets))

    def bands(self, name: str, levels: tuple[float, ...]) -> Floats:
        """Quantiles of an output at the end of every quarter, over runs that ended well; shape (levels, quarters)."""
        return quantiles(self.out[:, self.names.index(name), :], levels)


def with_futures(draws: Draws, since: int, futures: int = 1) -> Draws:
    """Give every draw futures of its own from a quarter on: luck of a run that no other draw has.

    Parameters
    ----------
    since
        First quarter of the future, counted from the start.
    futures
        How many for each draw.
    """
    rows = np.repeat(np.arange(len(draws.luck)), futures)
    made = Draws(*(room[rows].copy() for room in draws))
    made.luck["cut"] = since
    made.luck["later_seed"] = LATER_SEED
    made.luck["later_run"] = np.arange(len(rows))
    return made


def project(
    replay: ReplayPosterior,
    until: Quarter,
    names: tuple[str, ...],
    *,
    scenario: Scenario | None = None,
    blindly: bool = False,
    futures: int = 1,
    threads: int = 1,
) -> Projection:
    """Run every pair to a quarter.

    Parameters
    ----------
    scenario
        What is changed against the case; the case as it is by default.
    blindly
        Without facts dated after the cut.
    futures
        Runs for each pair; from two on, what comes of the future's luck can be told from the rest.
    """
    case = replay.space.case
    inputs = inputs_of(case, scenario, until - case.clock.start + 1)
    if blindly:
        inputs = blind(inputs, case, replay.cut)
    draws = with_futures(replay.draws(scenario), replay.cut - case.clock.start + 1, futures)
    runs = Ensemble(inputs, draws, names, threads=threads).run()
    return Projection(replay, names, runs.of_finished(runs.out), blindly, futures)
