"""Pasts that scenarios share: until which quarter a run of one reads what a run of another reads, to the bit.

What a run reads before a quarter are the dated inputs of the quarters before, what holds all along, and its draws. Two
runs that have read the same are the same run until then, whatever the scenarios are called and whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from copark.arrays import Integers
from copark.model.addresses import KEYS
from copark.model.arrays import Draws, Inputs

DATED = ("world", "governments", "company", "enterprises")
"""Inputs with a record for each quarter; strengths of links have a row for each, and the others hold all along."""


def pasts(scenarios: Sequence[tuple[Inputs, bytes]]) -> Integers:
    """Number what runs of each scenario have read at the end of each quarter.

    Parameters
    ----------
    scenarios
        Inputs of each scenario over the same quarters, and what else its runs read from the start on.

    Returns
    -------
    Shape (scenarios, quarters): two scenarios have the same number in a quarter if all is equal until its end.
    """
    numbers: dict[tuple[Any, ...], int] = {}
    table = np.empty((len(scenarios), len(scenarios[0][0].world)), np.int64)
    for row, (inputs, others) in zip(table, scenarios, strict=True):
        dated = [_rows(records) for name, records in inputs._asdict().items() if name in {*DATED, "link_strength"}]
        lasting = (inputs.history.tobytes(), inputs.anchors.tobytes(), inputs.link_delay.tobytes(), others)
        past = numbers.setdefault(lasting, len(numbers))
        for quarter, read in enumerate(np.concatenate(dated, axis=1)):
            past = numbers.setdefault((past, read.tobytes()), len(numbers))
            row[quarter] = past
    return table


def _rows(records: np.ndarray) -> np.ndarray:
    """Return the bytes of each row, shape (rows, bytes)."""
    return np.ascontiguousarray(records).view(np.ndarray).view(np.uint8).reshape(len(records), -1)


def shared_quarters(before: Inputs, after: Inputs) -> int:
    """Count the quarters from the start on in which two scenarios' inputs are the same."""
    one, other = pasts([(before, b""), (after, b"")])
    return int((one == other).sum())


def first_apart(before: Inputs, after: Inputs) -> int:
    """Return the first quarter in which two scenarios' inputs differ, from the start; 0 where they differ all along."""
    return shared_quarters(before, after) % len(before.world)


@dataclass
class Family:
    """A scenario, and others that resume where its runs stood."""

    first: int
    """Number of the scenario whose runs begin with their first quarter."""
    others: list[int] = field(default_factory=list)
    """Numbers of those that resume."""
    since: int = 0
    """Quarter in which they do, counted from 0; 0 where there are none."""


def families(scenarios: Sequence[tuple[Inputs, bytes]]) -> list[Family]:
    """Find which scenarios resume where runs of another stood, and when.

    A scenario follows the one before it with which it shares most, unless one after it has more than twice as much in
    common with it: then others follow it. All of a family resume in one quarter, the one that saves most.

    Parameters
    ----------
    scenarios
        As of :func:`pasts`.
    """
    table = pasts(scenarios)
    quarters = table.shape[1]
    shared_by_first: dict[int, dict[int, int]] = {}
    for scenario, past in enumerate(table):
        # Where they have all in common, the last quarter is run again.
        shared = np.minimum((table == past).sum(axis=1), quarters - 1)
        best = max(shared_by_first, key=lambda first: int(shared[first]), default=scenario)
        if best < scenario and shared[best] > 0 and 2 * shared[best] >= shared[scenario + 1 :].max(initial=0):
            shared_by_first[best][scenario] = int(shared[best])
        else:
            shared_by_first[scenario] = {}
    found: list[Family] = []
    for first, shared_with in shared_by_first.items():
        counts = {since: sum(shared >= since for shared in shared_with.values()) for since in shared_with.values()}
        since = max(counts, key=lambda quarter: quarter * counts[quarter], default=0)
        found.append(Family(first, [other for other, shared in shared_with.items() if shared >= since], since))
        found += [Family(other) for other, shared in shared_with.items() if shared < since]
    return found


def drawn_bytes(draws: Draws) -> bytes:
    """Return all that runs read of their draws, but for the keys that are made of it when they begin."""
    addresses = draws.addresses.copy()
    for name in KEYS:
        addresses[name] = 0
    return b"".join(records.tobytes() for records in (*draws[:-1], addresses))
