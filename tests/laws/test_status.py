"""A run that goes wrong ends with a status; it never stops the others and is never dropped."""

import numpy as np

from copark.simulation.outcomes import NOT_OK
from copark.simulation.run import simulate
from tests.simulation.conftest import FLOOD, scenario_of, study


def test_too_many_enterprises_is_recorded_and_does_not_touch_the_neighbours(great_stone, baseline):
    flood = scenario_of("flood", parameters=FLOOD)
    made = simulate(study(flood, scenario_of(), runs=32), great_stone, threads=1)
    assert (made.status.values == [[3], [0]]).all()
    assert (made.status_room.values[0] == 3).all()
    for registered, quarter in zip(made.registered.values[0], made.status_quarter.values[0], strict=True):
        assert np.isnan(registered[quarter:]).all()
        assert np.isfinite(registered[:quarter]).all()
    assert ((made.outcome.values == NOT_OK) == [[True], [False]]).all()
    assert np.array_equal(made.operating.values[1], baseline.operating.values[0, :32])


def test_out_of_range_is_recorded(great_stone):
    wild = scenario_of("wild", parameters={"return_mean": 0.5, "startup_loss": 0.0, "reinvested_share": 1.0,
                                           "exit_rate": 0.0, "service_return": 1.0, "return_spread": 1.0,
                                           "hurdle": -0.5})  # fmt: skip
    made = simulate(study(wild, runs=64, draws="defaults"), great_stone)
    assert set(np.unique(made.status.values)) <= {0, 2, 3}
