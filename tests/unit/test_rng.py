"""A random number is a pure function of its address, uniform, and independent from one address to another."""

import math

import numba
import numpy as np
import pytest
from scipy import stats

from copark.model import rng
from copark.model.addresses import ADDRESS, NEVER
from copark.model.jit import ENABLED, OPTIONS

SHORTER = 1 if ENABLED else 10
"""With compilation off a draw takes a thousand times as long: fewer of them."""

ENTITIES = 40_000 // SHORTER
PROCESSES = (
    rng.DEMAND, rng.GROWTH, rng.PARTNER, rng.VOTE, rng.ARRIVALS, rng.ENTRY, rng.START, rng.LAPSE,
    rng.TRANSITORY, rng.EXIT,
)  # fmt: skip


@numba.njit(**OPTIONS)
def draw(addresses, process, quarter, number, first, out):
    """Uniform numbers of entities first, first + 1, ... of every address, in an aspect of a process and quarter."""
    for n in range(out.shape[0]):
        rng.prepare(addresses[n])
        a, b = rng.key(addresses[n], process, quarter)
        for i in range(out.shape[1]):
            out[n, i] = rng.uniform(a, rng.aspect(b, number), first + i)


@numba.njit(**OPTIONS)
def find_keys(addresses, process, quarter, out):
    """The two keys of a process in a quarter, of every address."""
    for n in range(out.shape[0]):
        rng.prepare(addresses[n])
        out[n, 0], out[n, 1] = rng.key(addresses[n], process, quarter)


@numba.njit(**OPTIONS)
def count_all(uniforms, rate, hazard, counts, chances):
    """Poisson counts of uniform numbers, and the chances of hazards 0, 1, 2, ... times one."""
    for i in range(uniforms.size):
        counts[i] = rng.poisson(uniforms[i], rate)
        chances[i] = rng.probability(hazard * i, 0.25)


def addresses(seed=1, run=0, cut=NEVER, later_seed=0, later_run=0):
    fields = {"seed": seed, "run": run, "cut": cut, "later_seed": later_seed, "later_run": later_run}
    count = max(np.size(value) for value in fields.values())
    records = np.zeros(count, ADDRESS).view(np.recarray)
    for name, value in fields.items():
        records[name] = value
    return records


def uniforms(where=None, process=rng.TRANSITORY, quarter=20, number=0, first=0, count=ENTITIES):
    where = addresses() if where is None else where
    out = np.zeros((len(where), count))
    draw(where, process, quarter, number, first, out)
    return out[0] if len(where) == 1 else out


def keys(where, process=rng.ENTRY, quarter=7):
    out = np.zeros((len(where), 2), np.int64)
    find_keys(where, process, quarter, out)
    return out


@pytest.mark.parametrize(
    ("seed", "run", "process", "quarter", "number", "entity", "drawn"),
    [
        (1, 0, rng.DEMAND, 0, 0, 0, 0x50FC6E1B),
        (1, 0, rng.ENTRY, 11, rng.SIZE, 135168, 0xCB924E6F),
        (1, 999, rng.ENTRY, 11, rng.BUILD + 3, 135168, 0x4FD45DE6),
        (20240913, 999_999, rng.EXIT, 79, 0, 1 << 31, 0x5B74EF37),
        (2**62 + 5, 2**40 + 1, rng.ARRIVALS, 40, 0, 2, 0xDD7806DF),
    ],
)
def test_random_numbers_are_what_they_were(seed, run, process, quarter, number, entity, drawn):
    """If this fails, every result has changed: say so in the changelog and renew the baseline."""
    uniform = uniforms(addresses(seed, run), process, quarter, number, entity, count=1)[0]
    assert f"{round(uniform / rng.PER_UNIT - 0.5):#010x}" == f"{drawn:#010x}"


def test_the_same_address_is_the_same_number_in_any_order_and_company():
    whole = uniforms(addresses(run=np.arange(5)), count=1000)
    assert np.array_equal(whole, uniforms(addresses(run=np.arange(5)), count=1000))
    assert np.array_equal(whole[3], uniforms(addresses(run=3), count=1000))
    assert np.array_equal(whole[::-1], uniforms(addresses(run=np.arange(5)[::-1].copy()), count=1000))
    assert np.array_equal(whole[2, 600:], uniforms(addresses(run=2), first=600, count=400))


def test_every_part_of_an_address_matters():
    base = uniforms(count=500)
    for other in ({"where": addresses(seed=2)}, {"where": addresses(run=1)}, {"process": rng.START}, {"quarter": 8},
                  {"number": 1}, {"first": 500}):  # fmt: skip
        assert not (base == uniforms(**other, count=500)).any(), other


def test_random_numbers_change_at_the_cut_and_only_there():
    runs = np.arange(200)
    replayed = addresses(seed=1, run=runs, cut=40, later_seed=9, later_run=runs + 1000)
    early, later = addresses(seed=1, run=runs), addresses(seed=9, run=runs + 1000)
    for process in PROCESSES:
        for quarter in (0, 12, 39):
            assert np.array_equal(keys(replayed, process, quarter), keys(early, process, quarter))
        for quarter in (40, 41, 79):
            assert np.array_equal(keys(replayed, process, quarter), keys(later, process, quarter))
    assert not (keys(early, quarter=40) == keys(later, quarter=40)).any()


def test_no_two_processes_or_quarters_of_a_run_share_a_key():
    where = addresses(seed=3, run=17)
    all_keys = np.array([keys(where, process, quarter)[0] for process in PROCESSES for quarter in range(200)])
    for key in range(2):
        assert len(np.unique(all_keys[:, key])) == len(all_keys)


@pytest.mark.parametrize("part", ["seed", "run"])
def test_every_bit_of_seed_and_run_moves_about_half_of_every_key(part):
    bits = 1 << np.arange(62, dtype=np.int64)
    base = np.array([1234567, 7, 2**35 + 11])
    for value in base:
        plain = keys(addresses(**{part: value}))
        moved = keys(addresses(**{part: value ^ bits}))
        changed = np.array([[int(x).bit_count() for x in row] for row in plain ^ moved])
        assert changed.min() >= 3
        assert abs(changed.mean() - 16) < 4 * math.sqrt(8 / changed.size)


def test_numbers_of_one_entity_are_uniform_over_runs_seeds_and_quarters():
    number = np.arange(ENTITIES)
    runs = (number, number * 64, number << 20)
    for where in (addresses(seed=number), *(addresses(run=run) for run in runs)):
        assert stats.kstest(uniforms(where, count=1).ravel(), "uniform").pvalue > 1e-3
    over_quarters = [uniforms(process=p, quarter=q, count=1)[0] for p in PROCESSES for q in range(400 // SHORTER)]
    assert stats.kstest(over_quarters, "uniform").pvalue > 1e-3


APART = {
    "entity": [{"first": distance} for distance in (1, 2, 3, 64, 4096, 12288, 1 << 31)],
    "quarter": [{"quarter": 20 + distance} for distance in (1, 2, 4, 16)],
    "process": [{"process": process} for process in PROCESSES if process != rng.TRANSITORY],
    "run": [{"where": addresses(run=run)} for run in (1, 2, 64, 1000, 1 << 20, 1 << 33)],
    "seed": [{"where": addresses(seed=seed)} for seed in (0, 2, 3, 1 + (1 << 16), 1 + (1 << 32))],
}


@pytest.mark.parametrize("part", APART)
def test_numbers_of_two_addresses_are_independent(part):
    """Linear correlation within 4 standard errors, and no dependence that a table of 8 by 8 would show."""
    x = uniforms()
    for other in APART[part]:
        y = uniforms(**other)
        assert abs(np.corrcoef(x, y)[0, 1]) < 4 / math.sqrt(len(x)), other
        table, *_ = np.histogram2d(x, y, bins=8, range=[[0, 1], [0, 1]])
        assert stats.chisquare(table.ravel()).pvalue > 1e-4, other


@pytest.mark.parametrize("rate", [0.3, 4.0, 60.0])
def test_counts_are_the_inverse_of_the_poisson_distribution(rate):
    u = uniforms(count=ENTITIES // 4)
    counts, chances = np.zeros(u.size), np.zeros(u.size)
    count_all(u, rate, 0.1, counts, chances)
    assert np.array_equal(counts, stats.poisson.ppf(u, rate))
    assert np.abs(chances + np.expm1(-0.1 * np.arange(u.size) * 0.25)).max() < 1e-14


@numba.njit(**OPTIONS)
def mix_all(numbers, mixed, narrow):
    """Mix every number, and hold it to 32 bits."""
    for i in range(numbers.size):
        mixed[i], narrow[i] = rng.mix(int(numbers[i])), rng.narrow(int(numbers[i]))


def test_mixing_is_the_published_permutation():
    """Wellons' lowbias32 (0x7feb352d, 0x846ca68b; shifts 16, 15, 16), whose inverse undoes it."""
    numbers = np.concatenate([[0, 1, 2, 0xFFFFFFFF], np.random.default_rng(1).integers(0, 2**32, 1000)])
    mixed, narrow = np.zeros((2, numbers.size), dtype=np.int64)
    mix_all(numbers, mixed, narrow)
    mask = 0xFFFFFFFF
    for before, after in zip(numbers.tolist(), mixed.tolist(), strict=True):
        back = after ^ after >> 16
        back = back * pow(0x846CA68B, -1, 2**32) & mask
        back ^= back >> 15 ^ back >> 30
        back = back * pow(0x7FEB352D, -1, 2**32) & mask
        back ^= back >> 16
        assert back == before
    assert np.array_equal(narrow, numbers)
    wide = np.array([2**32, 2**32 + 7, 0x9E3779B9 * 3, -1, -(2**33) + 5], dtype=np.int64)
    mix_all(wide, np.zeros_like(wide), narrow)
    assert narrow[: wide.size].tolist() == [int(number) % 2**32 for number in wide]
