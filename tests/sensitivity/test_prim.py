"""PRIM finds a planted box, says how sure it is, and finds nothing where there is nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.analysis.discovery import prim
from copark.analysis.discovery.prim import BoxCondition, holding, inside
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


def test_both_conditions_are_sure(found):
    for side in found.boxes[0].sides:
        assert side.quasi_p < 1e-6
        assert side.comes_back == 1.0


def test_the_path_trades_coverage_for_density(found):
    first, last = found.path.held[0], found.path.held[-1]
    assert first.coverage == 1.0
    assert first.density == pytest.approx(first.rate)
    assert last.density > 0.8 > first.density
    assert last.coverage < 0.7
    assert found.path.limited[0] == 0


def test_two_boxes_are_found_one_after_the_other(points):
    """Twice as many cases in one corner as in the other."""
    happens = ((points[:, 0] > 0.7) & (points[:, 1] > 0.5)) | ((points[:, 3] < 0.25) & (points[:, 4] < 0.3))
    found = prim.discover(points, happens, repeats=3)
    assert [{one.factor for one in box.conditions} for box in found.boxes] == [{0, 1}, {3, 4}]
    assert sum(box.held.coverage for box in found.boxes) > 0.85


def test_nothing_is_found_in_noise(points):
    happens = np.random.default_rng(9).random(RUNS) < 0.2
    found = prim.discover(points, happens, repeats=5)
    assert all(box.held.density < 1.5 * box.held.rate for box in found.boxes)


def test_a_switch_is_peeled_off_at_once():
    x = np.random.default_rng(1).integers(0, 2, (2000, 3)).astype(float)
    found = prim.discover(x, x[:, 1] == 1.0, repeats=2)
    assert found.boxes[0].conditions == (BoxCondition(1, low=0.0),)
    assert found.boxes[0].held.density == found.boxes[0].held.coverage == 1.0


def test_what_never_happens_has_no_box(points):
    found = prim.discover(points, np.zeros(RUNS, dtype=bool), repeats=1)
    assert found.boxes == ()


def test_the_same_seed_finds_the_same(points, found):
    again = prim.discover(points, planted(points, RUNS), repeats=5)
    assert again == found


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


@given(st.integers(0, 1000))
def test_pasting_never_thins_a_box(seed):
    rng = np.random.default_rng(seed)
    x = rng.random((200, 3))
    y = rng.random(200) < x[:, 0]
    path = prim.peel(x, y)
    conditions = path[len(path) // 2]
    before, after = (holding(inside(one, x), y) for one in (conditions, prim.paste(conditions, x, y)))
    assert after.density >= before.density
    assert after.runs >= before.runs
