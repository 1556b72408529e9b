"""PRIM finds a planted box, says how sure it is, and finds nothing where there is nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.analysis.discovery import prim
from copark.analysis.discovery.prim import BoxCondition, inside
from tests.sensitivity.functions import planted

RUNS = 4000


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).random((RUNS, 12))


@pytest.fixture(scope="module")
def found(points):
    return prim.discover(points, planted(points, RUNS), repeats=5)


def test_the_planted_box_is_found(found):
    assert len(found.boxes) == 1
    limits = {one.factor: one for one in found.boxes[0].conditions}
    assert set(limits) == {2, 7}
    assert limits[2].high == pytest.approx(0.35, abs=0.02)
    assert limits[7].low == pytest.approx(0.60, abs=0.02)
    assert limits[2].low == -np.inf
    assert limits[7].high == np.inf


def test_what_it_holds_is_what_was_planted(found):
    """0.14 of all runs, nine tenths of them cases: 0.126 of 0.126 + 0.86 · 0.05 are in the box."""
    held = found.boxes[0].held
    assert held.mass == pytest.approx(0.14, abs=0.02)
    assert held.density == pytest.approx(0.90, abs=0.03)
    assert held.coverage == pytest.approx(0.126 / (0.126 + 0.043), abs=0.05)
    assert held.all_runs == RUNS // 2


def test_the_path_trades_coverage_for_density(found):
    first, last = found.path.held[0], found.path.held[-1]
    assert first.coverage == 1.0
    assert first.density == pytest.approx(first.rate)
    assert last.density > 0.8 > first.density
    assert last.coverage < 0.7
    assert found.path.limited[0] == 0


def test_nothing_is_found_in_noise(points):
    happens = np.random.default_rng(9).random(RUNS) < 0.2
    found = prim.discover(points, happens, repeats=5)
    assert all(box.held.density < 1.5 * box.held.rate for box in found.boxes)


def test_the_quasi_p_value_is_the_binomial_tail():
    """Four runs in the box, all cases, of eight with six cases without the condition: (6/8)^4."""
    x = np.arange(8.0)[:, np.newaxis]
    y = np.array([1, 1, 0, 0, 1, 1, 1, 1], dtype=bool)
    assert prim.quasi_p([BoxCondition(0, low=3.5)], 0, x, y) == pytest.approx(0.75**4)


@given(st.integers(0, 1000))
def test_boxes_of_a_path_lie_within_each_other(seed):
    rng = np.random.default_rng(seed)
    x = rng.random((200, 3))
    y = rng.random(200) < x[:, 0]
    before = np.ones(200, dtype=bool)
    for conditions in prim.peel(x, y):
        now = inside(conditions, x)
        assert not (now & ~before).any()
        before = now
