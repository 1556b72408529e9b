"""The tree finds planted cuts; its shares are those of runs kept aside."""

import numpy as np
import pytest

from copark.analysis.discovery.prim import grow, inside
from tests.sensitivity.functions import planted

RUNS = 6000


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(4).random((RUNS, 10))


@pytest.fixture(scope="module")
def tree(points):
    return grow(points, planted(points, RUNS))


def test_planted_cuts_are_found(tree):
    cuts = {tree.factor: tree.limit}
    for below in (tree.yes, tree.no):
        if below.factor >= 0:
            cuts[below.factor] = below.limit
    assert cuts == {2: pytest.approx(0.35, abs=0.01), 7: pytest.approx(0.60, abs=0.01)}


def test_leaves_share_out_the_runs_kept_aside(tree):
    leaves = list(tree.leaves())
    assert sum(leaf.held.runs for leaf in leaves) == RUNS // 2
    assert sum(leaf.held.cases for leaf in leaves) == tree.held.cases
    assert max(leaf.held.density for leaf in leaves) == pytest.approx(0.9, abs=0.03)


def test_conditions_of_a_leaf_are_the_way_to_it(points, tree):
    for leaf in tree.leaves():
        assert len({one.factor for one in leaf.conditions}) == len(leaf.conditions)
    together = sum(inside(leaf.conditions, points).astype(int) for leaf in tree.leaves())
    assert (together == 1).all()


def test_noise_is_not_cut(points):
    assert grow(points, np.random.default_rng(2).random(RUNS) < 0.3).depth == 0
