"""A fingerprint is a few numbers for each part of an answer, which move when a number of it moves.

They are compared within a tolerance, so that they are the same on any processor: what rounding changes is no change
(decision 0082), and a hash of digits would take it for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

DIGITS = 12
GOLDEN_SECTION = 0.6180339887498949
Fingerprint = dict[str, list[float]]
"""By part: how many numbers there are, how large they are in all, and a sum that weighs each of them differently."""


def summary_of(values: Iterable[float]) -> list[float]:
    """Summarise numbers in their order.

    They are taken on a logarithmic scale with the sign kept, so that a share beside an amount of money is not lost in
    rounding. Weights follow the golden section: two numbers that change places are seen.
    """
    numbers = np.asarray(list(values), dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    scaled = np.sign(numbers) * np.log1p(np.abs(numbers))
    weights = (np.arange(1, len(scaled) + 1) * GOLDEN_SECTION) % 1.0
    sums = (np.abs(scaled).sum(), weights @ scaled)
    return [len(scaled), *(float(f"{value:.{DIGITS}g}") for value in sums)]


def of_leaves(leaves: Mapping[str, Any]) -> Fingerprint:
    """Take the fingerprint of an answer by what it holds at each place: its numbers and its yes or no, no words."""
    parts: dict[str, list[float]] = {}
    for place in sorted(leaves):
        if isinstance(leaves[place], int | float):
            parts.setdefault(place.split(".")[1], []).append(float(leaves[place]))
    return {part: summary_of(values) for part, values in parts.items()}


def differences(then: Fingerprint, now: Fingerprint, tolerance: float) -> list[str]:
    """Name the parts whose numbers are not the same within a tolerance, relative to how large they are in all."""
    return [
        part
        for part in sorted(then.keys() | now.keys())
        if part not in then or part not in now or not _alike(then[part], now[part], tolerance)
    ]


def _alike(then: list[float], now: list[float], tolerance: float) -> bool:
    count, size, mark = then
    far = tolerance * max(1.0, size)
    return count == now[0] and abs(size - now[1]) <= far and abs(mark - now[2]) <= far
