"""Known misuses of the coupling coordination degree that data and settings give away; a reader is warned of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from copark.setmethods.coupling_chance import Null, WeightEnsemble
from copark.setmethods.coupling_degree import BOUNDARIES, Coupled, bootstrap_weights
from copark.setmethods.table import Warned, left_out_warning

FEW = 10
"""Cases below which entropy weights are mostly chance."""
WIDE = 0.2
"""Width of the 90 % bootstrap interval from which an entropy weight is called unstable."""
HIGH = 0.9
"""C from which coupling is called high."""
LOW = 0.5
"""D below which coordination is called low."""
TWIN = 0.99
"""Correlation above which two subsystems are called one measured twice."""
SHOWN = 8
"""Cases that a warning names before it only counts."""


def _misuse(code: str, **values: str) -> Warned:
    return Warned(code, values, "misuse")


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """Write the first names of a list, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" (+{rest})" if rest > 0 else "")


def warnings_of(
    degrees: Coupled, seed: int = 1, *, null: Null | None = None, ensemble: WeightEnsemble | None = None
) -> tuple[Warned, ...]:
    """Gather everything a reader must be warned of.

    Parameters
    ----------
    degrees
        The degrees.
    seed
        Seed of the bootstrap of entropy weights.
    null, ensemble
        What deals of the indicators and draws of the weights gave, if they were asked for.
    """
    warned = [
        *left_out_warning(degrees.table),
        *_of_ranges(degrees),
        *_of_weights(degrees, seed),
        *_of_degrees(degrees),
        *_of_scores(degrees),
    ]
    if null is None:
        warned.append(_misuse("no_null"))
    elif null.p["shuffle"]["mean_coupling"] > 0.05:
        warned.append(_misuse("chance", p=f"{null.p['shuffle']['mean_coupling']:.3g}"))
    elif null.p["shift"]["mean_coupling"] > 0.05:
        warned.append(_misuse("common_growth", p=f"{null.p['shift']['mean_coupling']:.3g}"))
    if ensemble is not None and ensemble.stays["both"] < 0.5:
        warned.append(_misuse("grade_moves", share=f"{100.0 * ensemble.stays['both']:.0f}"))
    return tuple(warned)


def _of_ranges(degrees: Coupled) -> Iterator[Warned]:
    sample = [column for column, scored in degrees.ranges.items() if scored.source == "sample"]
    if sample:
        yield _misuse("sample_range", columns=listed(sample), cases=str(len(degrees.table)))
    for column, scored in degrees.ranges.items():
        if scored.clipped:
            yield _misuse("clipped", column=column, cases=listed(scored.clipped))
    flat = np.flatnonzero(np.isnan(degrees.indicator_scores).all(axis=0))
    constant = [degrees.request.indicators[int(n)].column for n in flat]
    if constant:
        yield _misuse("constant", columns=listed(constant))


def _of_weights(degrees: Coupled, seed: int) -> Iterator[Warned]:
    request = degrees.request
    by_entropy = request.weights == "entropy" or (
        request.indicator_weights == "entropy"
        and any(len(subsystem.indicators) > 1 for subsystem in request.subsystems)
    )
    if by_entropy and len(degrees.table) < FEW:
        yield _misuse("few_for_entropy", cases=str(len(degrees.table)))
    if by_entropy:
        if request.weights == "entropy":
            scores = degrees.scores
            names = [subsystem.name for subsystem in request.subsystems]
        else:
            scores = degrees.indicator_scores
            names = [indicator.column for indicator in request.indicators]
        limits = zip(names, *bootstrap_weights(scores, seed), strict=True)
        wide = [f"{name} {start:.2f}–{stop:.2f}" for name, start, stop in limits if stop - start > WIDE]
        if wide:
            yield _misuse("entropy_unstable", weights=listed(wide))
    if not np.allclose(degrees.alpha, degrees.alpha[0]):
        yield _misuse("weights_in_t_only")


def _of_scores(degrees: Coupled) -> Iterator[Warned]:
    zero = degrees.table.where((degrees.scores == 0.0).any(axis=1)).cases
    if zero:
        yield _misuse("zero_score", cases=listed(zero))
    names = [subsystem.name for subsystem in degrees.request.subsystems]
    for first, second in combinations(range(len(names)), 2):
        pair = degrees.scores[:, [first, second]]
        if len(pair) > 2 and np.all(np.ptp(pair, axis=0) > 0.0) and float(np.asarray(np.corrcoef(pair.T))[0, 1]) > TWIN:
            yield _misuse("twins", first=names[first], second=names[second])


def _of_degrees(degrees: Coupled) -> Iterator[Warned]:
    table = degrees.table
    standard = degrees.forms["standard"]
    chosen = degrees.chosen
    hollow = table.where((chosen.coupling >= HIGH) & (chosen.coordination < LOW)).cases
    if hollow:
        yield _misuse("high_coupling_low_coordination", cases=listed(hollow))
    share = float(np.mean(standard.coupling > HIGH))
    if degrees.request.formula == "standard" and share >= 0.5:
        yield _misuse("saturated", share=f"{100.0 * share:.0f}")
    differ = table.where(np.array(standard.grades) != np.array(degrees.forms["wang2021"].grades)).cases
    if differ:
        yield _misuse("forms_differ", count=str(len(differ)), cases=listed(differ))
    gaps = np.abs(chosen.coordination[:, None] - np.array(BOUNDARIES)).min(axis=1)
    near = table.where(gaps < 1e-9).cases
    if near:
        yield _misuse("on_a_boundary", cases=listed(near))
