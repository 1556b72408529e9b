"""Posterior of (parameters, random numbers) whose runs reproduce the observations; forecasts continue those runs.

A forecast that starts from parameters alone starts anywhere; one that replays an accepted pair starts where the park
was. What happens after the cut is chance the record never looked at, so that it is as fresh as any.

A forecast that is given later decrees, entries, anchor projects, shocks and growth is *conditional* on them: it tests
the mechanisms. One that is not is *blind*: it is what could have been said. The two are scored side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.address_spans import different_pasts, with_addresses
from copark.calibration.discrepancy import carried_on, tied
from copark.calibration.observations import ObservationModel, noise
from copark.calibration.prior import PriorSpace, logit
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.world import years_on_record
from copark.model.arrays import Draws, Inputs
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.variables import catalogue
from copark.model.world.records import FREE, NO_PARTNER
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.stats.convergence import scale_reduction
from copark.stats.quantiles import quantiles

POPULATIONS = 4
"""Independent populations of a search. Few and large: a large one loses less at each step of temperature, and four are
enough to see whether they agree."""
FUTURE = 1 << 60
"""First number of a run whose random numbers a pair has after the cut."""
AHEAD = 20
"""Quarters after the cut at which forecasts must agree."""
FORECAST = ("registered", "operating", "jobs")
"""What is forecast to see whether populations agree."""
LOOKED_AT = 2000
"""Pairs that are run forward for it."""
REPORTED_SEED = 0x726570
LATER_SEED = 0x6C61746572
"""Seed of the random numbers after the cut, which the record never looked at."""
PULSES = {"governments": ("visit",), "company": ("other_investment",), "enterprises": ("certificates",)}
"""What happens in one quarter and holds no longer."""
RUNS_DOWN = {"company": ("repayment_quarters",)}
"""What was agreed before and runs on."""


@dataclass(frozen=True)
class ReplayPosterior:
    """Pairs of equal weight, from independent populations."""

    space: PriorSpace
    model: ObservationModel
    points: Floats
    """Points of the cube, shape (pairs, axes)."""
    addresses: Integers
    """Addresses of random numbers up to the cut, in spans (:mod:`copark.calibration.tempering`), shape (pairs, spans,
    2)."""
    seed: int
    """Seed of all the random numbers."""
    cut: Quarter
    """Last quarter the record reaches."""
    population: Integers
    """Population each pair is from, shape (pairs,)."""
    counterparts: Floats
    """Counterparts of the targets, shape (pairs, targets)."""
    log_evidence: tuple[float, ...]
    """Log-evidence of each population."""
    reductions: Floats | None = None
    """Scale reduction of every axis over all draws of the searches that these pairs are a part of, shape (axes,);
    ``None`` where they are all of them."""
    values_then: int | None = None
    """Values that were fitted, as the calibration has them on record, since the case may have others now; ``None``
    where the case is the one that was read."""

    @property
    def values(self) -> int:
        """Number of values that were fitted."""
        return len(self.model.targets) if self.values_then is None else self.values_then

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.points)

    @property
    def quarters(self) -> int:
        """Quarters up to the cut, that of the cut included."""
        return self.cut - self.space.case.clock.start + 1

    @property
    def pasts(self) -> float:
        """Effective number of different random numbers up to the cut: the mean over quarters."""
        return float(different_pasts(self.addresses, self.quarters).mean())

    def draws(self, scenario: Scenario | None = None) -> Draws:
        """Make the model's records of all pairs: its random numbers up to the cut, then those of its number alone."""
        draws = self.space.draws(self.points, self.seed, scenario=scenario)
        draws = with_addresses(draws, self.addresses, self.seed)
        draws.addresses["cut"] = self.quarters
        draws.addresses["later_seed"] = self.seed
        draws.addresses["later_run"] = FUTURE + np.arange(self.pairs)
        return draws

    def thin(self, count: int) -> ReplayPosterior:
        """Return a part of the pairs, spread evenly over the populations."""
        if count >= self.pairs:
            return self
        positions = (np.arange(count) * self.pairs) // count
        arrays = {
            name: getattr(self, name)[positions] for name in ("points", "addresses", "population", "counterparts")
        }
        return replace(self, **arrays, reductions=self.disagreement())

    def disagreement(self) -> Floats:
        """Compute the rank-normalised scale reduction of every axis between populations, shape (axes,)."""
        if self.reductions is not None:
            return self.reductions
        return scale_reduction(logit(self.points), self.population)

    def forecasts(self, threads: int = 1) -> Floats:
        """Run the pairs on: logarithms of what they forecast, (pairs, len(FORECAST)); NaN where a run did not end."""
        inputs = inputs_of(self.space.case, quarters=self.quarters + AHEAD)
        runs = runs_of(inputs, self.draws(), FORECAST, threads=threads)
        return np.log1p(np.maximum(runs.of_finished(runs.out[:, :, -1]), 0.0))

    def forecast_disagreement(self, threads: int = 1) -> Floats:
        """Compute the rank-normalised scale reduction of forecasts between populations, shape (len(FORECAST),)."""
        thinned = self.thin(LOOKED_AT)
        forecasts = thinned.forecasts(threads)
        is_finite = np.isfinite(forecasts).all(axis=1)
        return scale_reduction(forecasts[is_finite], thinned.population[is_finite])


@dataclass(frozen=True)
class Projection:
    """Runs of the replay posterior to a quarter beyond the cut, every run with a future of its own."""

    names: tuple[str, ...]
    """Names of the outputs kept."""
    out: Floats
    """Outputs, shape (pairs x futures, names, quarters), the futures of a pair one after the other."""

    def counterparts(self, model: ObservationModel) -> Floats:
        """Read the runs on the days of targets, without error; shape (pairs x futures, targets)."""
        return model.counterparts(self.out, self.names)

    def reports(self, model: ObservationModel) -> Floats:
        """Report later targets, errors of observation included; shape (pairs x futures, targets)."""
        counterparts = self.counterparts(model)
        return model.with_errors(counterparts, noise(REPORTED_SEED, 0, len(counterparts), len(model.targets)))

    def bands(self, name: str, levels: tuple[float, ...]) -> Floats:
        """Return quantiles of an output at the end of every quarter, over runs that ended well; (levels, quarters)."""
        return quantiles(self.out[:, self.names.index(name), :], levels)


def project(
    replay: ReplayPosterior,
    until: Quarter,
    names: tuple[str, ...],
    *,
    blindly: bool = False,
    futures: int = 1,
    carried: bool = True,
    threads: int = 1,
) -> Projection:
    """Run every pair to a quarter.

    Parameters
    ----------
    replay
        The pairs.
    until
        Last quarter of the runs.
    names
        Outputs that are kept.
    blindly
        Whether facts dated after the cut are left out.
    futures
        Runs for each pair.
    carried
        Whether what the model leaves out is carried on from the record, as in every forecast; else they are the bare
        runs.
    threads
        Threads that runs are made on.
    """
    case = replay.space.case
    inputs = inputs_of(case, None, until - case.clock.start + 1)
    if blindly:
        inputs = blind(inputs, case, replay.cut)
    rows = np.repeat(np.arange(replay.pairs), futures)
    draws = Draws(*(room[rows].copy() for room in replay.draws()))
    draws.addresses["later_seed"] = LATER_SEED
    draws.addresses["later_run"] = np.arange(len(rows))
    outputs = tied(names) if carried else names
    runs = runs_of(inputs, draws, outputs, threads=threads)
    out = runs.of_finished(runs.out)
    if carried:
        out = carried_on(replay.model, replay.counterparts, outputs, out, rows, replay.quarters)
    return Projection(names, out[:, [outputs.index(name) for name in names], :])


def blind(inputs: Inputs, case: Case, cut: Quarter) -> Inputs:
    """Take out of inputs what happened after a cut; up to it they stay as they are.

    Law, shares, plans, ties and terms stay as they were at the cut. Shocks that began before it end when they did.
    Growth is drawn from the years before, partners come and go by the model, anchor projects known by then build and
    open as any enterprise does.

    Parameters
    ----------
    inputs
        Inputs of the case as it went on; they are copied.
    case
        The case, for the dates of its shocks.
    cut
        Last quarter that is known.

    Returns
    -------
    Inputs over the same quarters, and a history of growth no longer than was known.
    """
    last_known = cut - case.clock.start
    blinded = Inputs(*(np.array(part, copy=True).view(type(part)) for part in inputs))
    for submodel in ("governments", "company", "enterprises"):
        rows = getattr(blinded, submodel)
        for name in rows.dtype.names:
            if name not in RUNS_DOWN.get(submodel, ()):
                rows[name][last_known + 1 :] = 0.0 if name in PULSES[submodel] else rows[name][last_known]
    world = blinded.world
    anchors = blinded.anchors
    world["growth_known"][last_known + 1 :] = 0.0
    for name in {shock.key for shock in case.shocks if shock.since > cut}:
        world[f"exposure_{name}"][last_known + 1 :] = 0.0
    forced = world["partner_forced"]
    # Places without a partner stay empty; the coming and going of the others is left to the model.
    forced[last_known + 1 :] = np.where(forced[last_known] == NO_PARTNER, NO_PARTNER, FREE)
    opened = anchors["start_quarter"] + anchors["build_quarters"] - 1
    later = anchors["start_quarter"] > last_known
    anchors["build_quarters"][later | (opened > last_known)] = catalogue().parameters["build_quarters"].default[0]
    anchors["start_quarter"][later] = FREE_TO_DECIDE
    anchors["quarter"][anchors["quarter"] > last_known] = -1
    return blinded._replace(history=blinded.history[: years_known(case, cut)])


def years_known(case: Case, cut: Quarter) -> int:
    """Count the years of growth on record by the end of a cut's year: the first rows of the history to draw from."""
    return max(sum(year <= cut.year for year in years_on_record(case)), 1)
