"""Posteriors made again by their recipe, and whether they are those that are stored.

On a processor of the same kind, with the same libraries, they are the same to the bit, or nearly. On another one runs
still agree, to about 1e-12; a search does not: it takes or leaves a step by a comparison of two numbers, one of many
thousands falls the other way, and from there on it is another search of the same posterior, as with another seed. Then
what the two say is compared: of each parameter the median and the width of its 90 %, of the forecasts of calibrated
runs the same, and how often each outcome happens in them.

How far apart two searches of the same posterior may be was measured (decision 0082). A search that is right passes; one
of another case, prior or model does not, nor one that has not found where the posterior is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibrate import Calibration, CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import Reading
from copark.calibration.calibrations import StoredPosterior, load
from copark.calibration.comparison import Apart, Comparison, What
from copark.calibration.replay_posterior import AHEAD, FORECAST, ReplayPosterior
from copark.cases.case import Case
from copark.model.machine import cpu_features, versions
from copark.progress import StagedProgress
from copark.simulation.ensemble import runs_of
from copark.simulation.outcomes import OUTCOMES, year_twenty
from copark.simulation.run import inputs_of
from copark.stats.quantiles import BAND, quantiles

CLOSE = 1e-6
"""Largest difference of a coordinate, between 0 and 1, that rounding may cause where chance went the same ways."""
# Two searches of one posterior may be so far apart. Between the halves of the 19 posteriors of version 1, which are
# searches of their own, the largest were 0.29, 0.11, 0.31 and 0.27. Of version 2 they are 0.36, 0.11, 0.41 and 0.49;
# wholes, which are compared, have twice the pairs and are nearer.
MEDIANS = 0.30
"""Distance of the medians of a parameter, the farthest of all, as a share of the prior's range."""
TYPICAL = 0.12
"""Root mean square of these distances: one may be far off by chance, all cannot."""
WIDTHS = 0.32
"""Difference of the widths of a parameter's 90 %, as a share of the prior's range."""
FORECASTS = 0.30
"""Distance of medians and widths of forecasts, as a share of the width of their 90 %."""
ERRORS = 3.3
"""Difference of the share of an outcome, in Monte Carlo errors: beyond it lies one search in a thousand."""
OUTCOME_SHARES = 0.2
"""The same, as a share of runs, however few pasts the pairs have."""
LEAST_WIDTH = 0.05
"""Of a forecast, in log points: one that hardly varies is not compared more closely than that."""


def check(
    case: Case, folder: Path, *, threads: int = 1, out: Path | None = None, progress: StagedProgress | None = None
) -> Comparison:
    """Make a case's posteriors again by their recipe, or resume that, and compare them with those stored.

    Parameters
    ----------
    case
        The case.
    folder
        Folder of the posteriors.
    threads, out, progress
        As of :class:`~copark.calibration.calibrate.CalibrationTask`; stages are kept until the comparison is made.
    """
    stored = load(case, folder)
    settings = CalibrationSettings.of(stored.recipe)
    read_as = Reading.of(stored.recipe)
    task = CalibrationTask(case, stored.replay.cut, settings, read_as, threads=threads, out=out, progress=progress)
    stages = task.kept_stages()
    with stages.alone(task.wait):
        compared = replace(comparison(calibrate(task, stages), stored), tally=stages.tally())
        stages.remove()
    return compared


def comparison(calibration: Calibration, stored: StoredPosterior) -> Comparison:
    """Compare a calibration with posteriors that are stored: numbers, and distributions where they cannot be the same.

    Numbers cannot where the processor or the libraries are not those the stored ones were made with.
    """
    by_numbers = compared_by_numbers(calibration, stored)
    if by_numbers.close or by_numbers.identical or made_here(stored):
        return by_numbers
    return replace(by_numbers, apart=distances(calibration, stored))


def made_here(stored: StoredPosterior) -> bool:
    """Return whether posteriors were made by these libraries on a processor of this kind."""
    return dict(stored.recipe["made_with"]) == {**versions(), "cpu_features": cpu_features()}


def compared_by_numbers(calibration: Calibration, stored: StoredPosterior) -> Comparison:
    """Compare pair by pair."""
    replay = calibration.replay.thin(stored.replay.pairs)
    if replay.points.shape != stored.replay.points.shape:
        return Comparison(identical=False, close=False, largest=1.0)
    largest = float(np.abs(replay.points - stored.replay.points).max())
    addresses = np.array_equal(replay.addresses, stored.replay.addresses)
    return Comparison(identical=addresses and largest == 0.0, close=addresses and largest <= CLOSE, largest=largest)


def distances(calibration: Calibration, stored: StoredPosterior) -> tuple[Apart, ...]:
    """Measure how far a calibration is from posteriors that are stored, in every respect that is compared.

    Returns
    -------
    Largest distance in each respect beside what is allowed: of medians and widths as shares of a prior's range, of
    forecasts as shares of their width, of outcomes as shares of runs.
    """
    replay = calibration.replay.thin(stored.replay.pairs)
    names = replay.space.names
    levels = _levels(replay.points)
    stored_levels = _levels(stored.replay.points)
    medians = np.abs(levels[1] - stored_levels[1])
    widths = np.abs(_width(levels) - _width(stored_levels))
    return (
        _farthest("medians", medians, names, MEDIANS),
        Apart("typical", float(np.sqrt((medians**2).mean())), TYPICAL),
        _farthest("widths", widths, names, WIDTHS),
        *_of_runs(replay, stored.replay, calibration.task.threads),
    )


def _of_runs(first: ReplayPosterior, second: ReplayPosterior, threads: int) -> Iterator[Apart]:
    """Measure how far what pairs foretell is apart, and how often each outcome happens."""
    (ahead, outcomes), (other_ahead, other_outcomes) = (_run_on(replay, threads) for replay in (first, second))
    allowed = _allowed_of_outcomes(outcomes, other_outcomes, first.pasts, second.pasts)
    levels = _levels(ahead)
    other_levels = _levels(other_ahead)
    scale = np.maximum(np.maximum(_width(levels), _width(other_levels)), LEAST_WIDTH)
    moved = np.maximum(np.abs(levels[1] - other_levels[1]), np.abs(_width(levels) - _width(other_levels))) / scale
    yield _farthest("forecasts", moved, FORECAST, FORECASTS)
    differences = np.abs(outcomes - other_outcomes)
    position = int(np.argmax(differences / allowed))
    yield Apart("outcomes", float(differences[position]), float(allowed[position]), OUTCOMES[position])


def _allowed_of_outcomes(shares: Floats, others: Floats, pasts: float, other_pasts: float) -> Floats:
    """Compute how far shares of outcomes may be apart, of each outcome.

    Pairs that share their random numbers up to the cut are not independent: a share is known as well as from so many
    runs as there are different pasts. Between the halves of the posteriors that ship differences are those that this
    error leads to expect.

    Parameters
    ----------
    shares, others
        Shares of the outcomes of either search, shape (outcomes,).
    pasts, other_pasts
        Effective number of different pasts of either.
    """
    total = pasts + other_pasts
    # Two of each kind more (Agresti and Coull 1998): an outcome that no run has is not known to be impossible.
    pooled = (pasts * shares + other_pasts * others + 2.0) / (total + 4.0)
    error = np.sqrt(pooled * (1.0 - pooled) * (1.0 / pasts + 1.0 / other_pasts))
    return np.minimum(ERRORS * error, OUTCOME_SHARES)


def _run_on(replay: ReplayPosterior, threads: int) -> tuple[Floats, Floats]:
    """Run pairs on: logarithms of what they forecast, (pairs, outputs), and the share of each outcome at the end."""
    case = replay.space.case
    judged = year_twenty(case.clock.quarters)
    runs = runs_of(inputs_of(case), replay.draws(), FORECAST, threads=threads, judged=judged)
    quarter = min(replay.quarters + AHEAD, case.clock.quarters) - 1
    ahead = np.stack([runs.of_finished(runs[name][:, quarter]) for name in FORECAST], axis=1)
    finished = runs.outcome[runs.outcome >= 0]
    shares = [np.count_nonzero(finished == code) / max(finished.size, 1) for code in range(len(OUTCOMES))]
    return np.log1p(np.maximum(ahead, 0.0)), np.array(shares)


def _levels(values: Floats) -> Floats:
    """Compute 5, 50 and 95 % of columns of values, shape (3, columns)."""
    return quantiles(values, BAND)


def _width(levels: Floats) -> Floats:
    return np.asarray(levels[2] - levels[0])


def _farthest(what: What, differences: Floats, names: tuple[str, ...], allowed: float) -> Apart:
    """Find the largest of differences, shape (names,), and where it is."""
    sizes = np.nan_to_num(differences, nan=np.inf)
    position = int(np.argmax(sizes))
    return Apart(what, float(sizes[position]), allowed, names[position])
