"""A run that goes wrong ends with a status; it never stops the others and is never dropped."""

import numpy as np

from copark.simulation.outcomes import NOT_OK
from copark.simulation.run import simulate
from tests.laws.conftest import arm, study


def test_too_many_enterprises_is_recorded(great_stone):
    flood = arm("flood", parameters={"enquiry_rate": 500.0, "pool_years": 500.0, "lapse_rate": 0.0})
    made = simulate(study(flood, arm(), runs=8, draws="defaults"), great_stone)
    status = made.status.values
    assert (status[0] == 3).all()
    assert (status[1] == 0).all()
    assert (made.status_room.values[0] == 3).all()
    when = made.status_quarter.values[0]
    registered = made.registered.values[0]
    for run, quarter in enumerate(when):
        assert np.isnan(registered[run, quarter:]).all()
        assert np.isfinite(registered[run, :quarter]).all()
    assert (made.outcome.values[0] == NOT_OK).all()
    assert (made.outcome.values[1] != NOT_OK).all()


def test_out_of_range_is_recorded(great_stone):
    wild = arm("wild", parameters={"return_mean": 0.5, "startup_loss": 0.0, "reinvested_share": 1.0, "exit_rate": 0.0,
                                   "service_return": 1.0, "return_spread": 1.0, "hurdle": -0.5})  # fmt: skip
    made = simulate(study(wild, runs=64, draws="defaults"), great_stone)
    assert set(np.unique(made.status.values)) <= {0, 2, 3}


def test_a_bad_run_does_not_touch_its_neighbours(great_stone, baseline):
    flood = {"enquiry_rate": 500.0, "pool_years": 500.0, "lapse_rate": 0.0}
    made = simulate(study(arm("flood", parameters=flood), arm(), runs=32), great_stone, threads=1)
    assert np.array_equal(made.operating.values[1], baseline.operating.values[0, :32])
