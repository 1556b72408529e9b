"""Counter-based random numbers: each is a pure function of seed, run, process, quarter and entity.

A random number is a pure function of (seed, run, process, quarter, entity). Two scenarios of an experiment that ask
for the same number get the same number, whatever else happened; nothing depends on the order of calls, on threads or on
blocks.

A pair of 32-bit keys is made of (seed, run), another of it for each process and quarter, by two chains of integer
mixing; a draw mixes the entity's number with both. The mixer is the two-round xor-multiply-shift permutation with the
constants of C. Wellons' search for low bias (2018, public domain).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from copark.model.addresses import SPANS
from copark.model.fast_math import exp, inverse_normal
from copark.model.jit import ENABLED, Record, compiled

# Processes: what the number is for. New ones are appended; renumbering changes every result.
DEMAND = 1
GROWTH = 2
PARTNER = 3
VOTE = 4
ARRIVALS = 5
ENTRY = 6
START = 7
LAPSE = 8
TRANSITORY = 9
EXIT = 10
OPENING = 11
CLOSURE = 12

# Aspects of one process, where an entity needs several numbers at once (those of ENTRY).
SIZE, PERMANENT, SIGNAL, FOUND, BUILD = 0, 1, 2, 3, 4  # BUILD to BUILD + 3: four stages

MASK = 0xFFFFFFFF
# 2^-32. With half a unit added, the 2^32 numbers lie at the middles of equal cells, so that 0 and 1 never come and
# logarithms and quantiles of them are finite.
PER_UNIT = 2.3283064365386963e-10


@compiled
def narrow(x: Any) -> Any:
    """Hold an integer to 32 bits: a number of that width when compiled, so that more of them fit side by side."""
    return np.uint32(x) if ENABLED else int(x) & MASK


@compiled
def mix(x: int) -> int:
    """Permute a 32-bit integer so that every input bit moves every output bit."""
    a = narrow(x)
    a = narrow(a ^ (a >> 16))
    a = narrow(a * 0x7FEB352D)
    a = narrow(a ^ (a >> 15))
    a = narrow(a * 0x846CA68B)
    return narrow(a ^ (a >> 16))


@compiled
def root(seed: int, run: int) -> tuple[int, int]:
    """Make the two keys of a run: every bit of seed and run (64 bits each) moves both."""
    # Two chains with different constants: with one key of 32 bits, two of some 77,000 runs would probably share all
    # their random numbers.
    a = mix(mix(mix(mix(seed) + (seed >> 32) + 0x9E3779B9) ^ run) + (run >> 32))
    b = mix(mix(mix(mix(seed ^ 0x5851F42D) + (seed >> 32)) + run * 3 + 0x632BE59B) ^ (run >> 32))
    return a, b


@compiled
def prepare(address: Record) -> None:
    """Make the keys of a run before its first quarter."""
    address.early[0], address.early[1] = root(int(address.seed), int(address.run))
    address.later[0], address.later[1] = root(int(address.later_seed), int(address.later_run))
    for n in range(SPANS):
        if address.since[n] > 0:
            address.spans[n, 0], address.spans[n, 1] = root(int(address.seed), int(address.span_run[n]))


@compiled
def key(address: Record, process: int, quarter: int) -> tuple[int, int]:
    """Make the two keys of a process in a quarter of a run that is prepared.

    Within a run no two pairs of process and quarter (below 65,536) share a key, since mixing is a permutation.

    Parameters
    ----------
    address
        Address of the run, with the keys that `prepare` has put into it.
    process
        What the number is for, one of the constants above.
    quarter
        Quarter from 0; of growth the first quarter of the calendar year.

    Returns
    -------
    Two 32-bit keys for `uniform` and `normal`, the same for every entity of the process in this quarter.
    """
    early = quarter < address.cut
    a = int(address.early[0]) if early else int(address.later[0])
    b = int(address.early[1]) if early else int(address.later[1])
    if early and address.since[0] > 0:
        # No early end: spans are in order, so the last one begun is the one that stays.
        for n in range(SPANS):
            if 0 < address.since[n] <= quarter:
                a, b = int(address.spans[n, 0]), int(address.spans[n, 1])
    # The second key is moved by a multiple of the golden ratio's 32 bits, so that neighbouring quarters do not move
    # both keys alike.
    what = (process << 16) + quarter
    return mix(a + what), mix(b ^ (what * 0x9E3779B9))


@compiled
def aspect(b: int, number: int) -> int:
    """Second key of another aspect of the same process, for an entity that needs several numbers at once."""
    return (b + number * 0x9E3779B9) & MASK


@compiled
def uniform(a: int, b: int, entity: int) -> float:
    """Uniform number in (0, 1) of an entity under a pair of keys; never 0, never 1.

    Parameters
    ----------
    a, b
        Keys of the process in the quarter, from `key`; `aspect` changes b where an entity needs several numbers.
    entity
        Origin, partner or enterprise: an integer below 2^32, the same in every scenario.

    Returns
    -------
    A multiple of 2^-32 plus half of it.
    """
    return (mix(mix(entity ^ a) + b) + 0.5) * PER_UNIT


@compiled
def normal(a: int, b: int, entity: int) -> float:
    """Standard normal number of an entity under a pair of keys.

    Parameters
    ----------
    a, b
        Keys of the process in the quarter, from `key` and `aspect`.
    entity
        Origin or enterprise, an integer below 2^32.

    Returns
    -------
    Between -6.4 and 6.4, as there are 2^32 uniforms.
    """
    return inverse_normal(uniform(a, b, entity))


@compiled
def poisson(u: float, rate: float) -> int:
    """Poisson count by inverse distribution from one uniform, so that counts at a higher rate contain those at a lower.

    Valid for rate < 700; the count is held at 4,095, the room an identity has within a quarter and origin.
    """
    # Walking up the distribution costs as many steps as the count. A rejection sampler would be faster at high rates,
    # but take an unknown number of draws, and counts would not be nested between scenarios.
    term = exp(-rate)
    total = term
    count = 0
    while total < u and count < 4095:
        count += 1
        term *= rate / count
        total += term
    return count


@compiled
def probability(hazard: float, dt: float) -> float:
    """Chance that an event of a yearly hazard happens within dt years: 1 - exp(-hazard dt)."""
    return 1.0 - exp(-hazard * dt)
