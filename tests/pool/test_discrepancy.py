"""What the model leaves out: how it is simulated, how its size is found, and that no forecast knows its own value."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases import load_case
from copark.inference.pool.batches import (
    GRID,
    MEMORY,
    Discrepancy,
    SpreadTrial,
    chosen,
    courses,
    errors_at,
    log_density,
)
from copark.inference.pool.parks import park_of

PARK = park_of(load_case("thilawa"))
RUNS = 4000


def test_courses_have_unit_variance_and_forget_in_their_memory() -> None:
    made = courses(PARK.model, PARK.ages, RUNS, 1)
    assert made.var(axis=0) == pytest.approx(1.0, abs=0.08)
    first, last = PARK.of("registered")[0], PARK.of("registered")[-1]
    expected = np.exp(-(PARK.ages[last] - PARK.ages[first]) / MEMORY)
    assert np.corrcoef(made[:, first], made[:, last])[0, 1] == pytest.approx(expected, abs=0.05)
    assert abs(np.corrcoef(made[:, first], made[:, PARK.of("operating")[0]])[0, 1]) < 0.05


def test_errors_of_observation_go_by_the_run_and_not_by_the_record() -> None:
    at = PARK.of("registered")[-1]
    values = np.full((2, len(PARK.model.targets)), [[10.0], [1000.0]])
    small, large = errors_at(PARK.model, values)[:, at]
    assert small == 2.0, "the floor"
    assert large == pytest.approx(1000.0 * PARK.model.targets[at].error / PARK.model.targets[at].value)


def test_the_spread_is_found_again() -> None:
    """Values that stray by 0.45 from forecasts that know no straying: 0.45 is chosen, and by parks, not by values."""
    random = np.random.default_rng(1)
    trials = []
    for park in range(12):
        for day in range(8):
            value = np.exp(4.0 + 0.45 * random.standard_normal())
            sure = np.exp(4.0 + np.array(GRID)[:, None] * random.standard_normal(2000) + 0.02 * random.random(2000))
            logs = tuple(log_density(members, value) for members in sure)
            trials.append(SpreadTrial(f"park {park}", "companies", day, logs))
    assert chosen(trials).companies == 0.45
    assert chosen(trials).jobs == Discrepancy().jobs, "nothing told of jobs"
    assert chosen(trials[:16]) == Discrepancy(), "two parks are too few"
    assert chosen(trials, until=-1) == Discrepancy(), "nothing known yet"
    wild = [SpreadTrial("wild", "companies", 0, (0.0, 0.0, 0.0, 0.0, 0.0, 100.0 * len(trials)))]
    assert chosen([*trials, *wild]).companies == GRID[-1]
    assert chosen([*trials, *wild], without="wild").companies == 0.45
