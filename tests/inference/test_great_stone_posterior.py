"""The posterior of Great Stone is honest: its intervals cover as often as they say, and it tells its record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copark.inference.batch import make_batch
from copark.inference.diagnostics import movements, simulated_ranks
from copark.inference.posterior import learn_from, neighbours_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def large(recipe):
    return make_batch(replace(recipe, runs=1 << 16), threads=2)


@pytest.fixture(scope="module")
def inferred(large):
    learned = learn_from(large)
    return learned, neighbours_of(large, learned)


@pytest.mark.parametrize("where", ["prior", "record"])
def test_ninety_percent_intervals_cover_ninety_percent(large, inferred, record, where) -> None:
    """Over 200 simulated records, drawn from the prior, and near the real record where the posterior is used."""
    learned, neighbours = inferred
    near = learned(record.recorded[np.newaxis, :])[0] if where == "record" else None
    found = simulated_ranks(large, neighbours, records=200, near=near, accepted=1000)
    assert 0.85 <= found.overall(0.9) <= 0.95
    assert 0.45 <= found.overall(0.5) <= 0.55
    assert found.coverage(0.9).min() > 0.78


def test_what_the_data_move_and_what_they_do_not(large, inferred, record) -> None:
    """Enquiries, the origin mix and the start rate are moved; voting, partners' strength and shocks to come are not."""
    learned, neighbours = inferred
    found = neighbours.accept(large.space, learned(record.recorded[np.newaxis, :])[0], 1500)
    said = {one.name: one.verdict for one in movements(large.space, found.points, found.weights)}
    for name in ("enquiry_rate", "origin_weight.home", "origin_weight.host", "start_rate"):
        assert said[name] == "moved"
    for name in ("market_shift", "self_knowledge", "service_pull", "agglomeration", "control_weight"):
        assert said[name] == "unmoved"
