"""Warnings for each known misuse that data and settings give away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.coupling_degree.degree import BOUNDARIES, Coupled
from copark.setmethods.coupling_degree.indicators import bootstrap_weights
from copark.setmethods.table import Warned, left_out_warning

if TYPE_CHECKING:
    from copark.setmethods.coupling_degree.null import Ensemble, Null
    from copark.setmethods.coupling_degree.record import Reported

FEW = 10
"""Cases below which entropy weights are mostly luck."""
WIDE = 0.2
"""Width of the 90 % bootstrap interval from which an entropy weight is called unstable."""
HIGH, LOW = 0.9, 0.5
TWIN = 0.99
SHOWN = 8
"""Cases that a warning names before it only counts."""


def _misuse(code: str, values: dict[str, str] | None = None) -> Warned:
    return Warned(code, values or {}, "misuse")


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """The first names of a list, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" (+{rest})" if rest > 0 else "")


def warnings_of(
    found: Coupled,
    seed: int = 1,
    *,
    null: Null | None = None,
    ensemble: Ensemble | None = None,
    claims: Sequence[Reported] = (),
) -> tuple[Warned, ...]:
    """Everything a reader must be warned of.

    Parameters
    ----------
    seed
        Seed of the bootstrap of entropy weights.
    null, ensemble
        What they gave, if they were asked for.
    claims
        Columns of degrees that someone computed.
    """
    warned = [
        *left_out_warning(found.table),
        *_of_ranges(found),
        *_of_weights(found, seed),
        *_of_degrees(found),
        *_of_scores(found),
        *_of_claims(claims),
    ]
    if null is None:
        warned.append(_misuse("no_null"))
    elif null.p["shuffle"]["mean_coupling"] > 0.05:
        warned.append(_misuse("chance", {"p": f"{null.p['shuffle']['mean_coupling']:.3g}"}))
    elif null.p["shift"]["mean_coupling"] > 0.05:
        warned.append(_misuse("common_growth", {"p": f"{null.p['shift']['mean_coupling']:.3g}"}))
    if ensemble is not None and ensemble.stays["both"] < 0.5:
        warned.append(_misuse("grade_moves", {"share": f"{100.0 * ensemble.stays['both']:.0f}"}))
    return tuple(warned)


def _of_ranges(found: Coupled) -> Iterator[Warned]:
    sample = [name for name, one in found.ranges.items() if one.source == "sample"]
    if sample:
        yield _misuse("sample_range", {"columns": listed(sample), "cases": str(len(found.table))})
    for name, one in found.ranges.items():
        if one.clipped:
            yield _misuse("clipped", {"column": name, "cases": listed(one.clipped)})
    constant = [
        one.column for at, one in enumerate(found.request.indicators) if np.isnan(found.indicator_scores[:, at]).all()
    ]
    if constant:
        yield _misuse("constant", {"columns": listed(constant)})


def _of_weights(found: Coupled, seed: int) -> Iterator[Warned]:
    request = found.request
    by_entropy = request.weights == "entropy" or (
        request.indicator_weights == "entropy" and any(len(one.indicators) > 1 for one in request.subsystems)
    )
    if by_entropy and len(found.table) < FEW:
        yield _misuse("few_for_entropy", {"cases": str(len(found.table))})
    if by_entropy:
        scores = found.scores if request.weights == "entropy" else found.indicator_scores
        names = [one.name for one in request.subsystems]
        if request.weights != "entropy":
            names = [one.column for one in request.indicators]
        low, high = bootstrap_weights(scores, seed)
        wide = [
            f"{name} {start:.2f}–{stop:.2f}"
            for name, start, stop in zip(names, low, high, strict=True)
            if stop - start > WIDE
        ]
        if wide:
            yield _misuse("entropy_unstable", {"weights": listed(wide)})
    if not np.allclose(found.alpha, found.alpha[0]):
        yield _misuse("weights_in_t_only")


def _of_scores(found: Coupled) -> Iterator[Warned]:
    zero = [case for case, row in zip(found.table.cases, found.scores, strict=True) if np.any(row == 0.0)]
    if zero:
        yield _misuse("zero_score", {"cases": listed(zero)})
    for one, other in combinations(range(found.scores.shape[1]), 2):
        pair = found.scores[:, [one, other]]
        if len(pair) > 2 and np.all(np.ptp(pair, axis=0) > 0.0) and float(np.asarray(np.corrcoef(pair.T))[0, 1]) > TWIN:
            names = found.request.subsystems[one].name, found.request.subsystems[other].name
            yield _misuse("twins", {"first": names[0], "second": names[1]})


def _of_degrees(found: Coupled) -> Iterator[Warned]:
    cases, standard = found.table.cases, found.forms["standard"]
    hollow = [
        case
        for case, closeness, degree in zip(cases, found.chosen.coupling, found.chosen.coordination, strict=True)
        if closeness >= HIGH and degree < LOW
    ]
    if hollow:
        yield _misuse("high_coupling_low_coordination", {"cases": listed(hollow)})
    share = float(np.mean(standard.coupling > HIGH))
    if found.request.formula == "standard" and share >= 0.5:
        yield _misuse("saturated", {"share": f"{100.0 * share:.0f}"})
    other = found.forms["wang2021"].grades
    differ = [case for case, one, two in zip(cases, standard.grades, other, strict=True) if one != two]
    if differ:
        yield _misuse("forms_differ", {"count": str(len(differ)), "cases": listed(differ)})
    near = [
        case
        for case, degree in zip(cases, found.chosen.coordination, strict=True)
        if min(abs(degree - edge) for edge in BOUNDARIES) < 1e-9
    ]
    if near:
        yield _misuse("on_a_boundary", {"cases": listed(near)})


def _of_claims(claims: Sequence[Reported]) -> Iterator[Warned]:
    for one in claims:
        values = {"column": one.column, "what": one.what}
        if not one.matches:
            yield _misuse("reported_unknown", {**values, "gap": f"{one.nearest[1]:.3f}"})
        elif not one.sound:
            name = one.matches[0][0].removeprefix("root_of_").removesuffix("_wang2021")
            yield _misuse(f"reported_{name}", values)
