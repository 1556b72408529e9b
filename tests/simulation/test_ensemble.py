"""An ensemble: scenarios on common random numbers; how it is cut into threads, blocks and chunks bears on nothing."""

import numpy as np
import pytest

from copark.model.outputs import NAMES
from copark.simulation.ensemble import BLOCK, Ensemble, Paired, by_link, channels, flows_of
from copark.simulation.run import inputs_of, prepare
from tests.simulation.conftest import scenario_of, study

RUNS = 200
CUT = scenario_of("cut", links={"network_to_arrivals": {"strength": 0.0}})
FOR_LESS = scenario_of("for-less", parameters={"return_mean": 0.01})
KEYS_OF_A_RUN = ("early", "later")
"""What the kernel writes beside the addresses of random numbers when it begins a run."""
FLOWS_THAT_ARE_OUTPUTS = {
    "jobs_to_host": "jobs", "taxes_to_host": "taxes", "land_to_starts": "usable_area", "interest_to_home": "interest",
    "occupancy_to_ledger": "occupied_area", "shortfall_to_bargain": "shortfall", "rescue_to_ledger": "rescue",
    "service_to_starts": "service_level",
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(great_stone):
    """Draws of the case as it is, and with other returns."""
    made = prepare(study(scenario_of(), FOR_LESS, runs=RUNS, draws="unsettled"), great_stone).ensemble(1).draws(0, RUNS)
    return Paired(list(made.by_scenario), made.drawn)


@pytest.fixture(scope="module")
def alone(great_stone, drawn):
    """The case as it is, run by run on one thread."""
    return Ensemble(inputs_of(great_stone), drawn.by_scenario[0], NAMES, block=1).run_scenarios().scenarios[0]


def test_scenarios_are_paired_by_run(great_stone, drawn, alone):
    """The same inputs twice are the same runs twice; a scenario's own parameters are all that differs in its draws."""
    inputs = (inputs_of(great_stone), inputs_of(great_stone, CUT), inputs_of(great_stone, scenario_of()))
    as_it_is, cut, again = Ensemble(inputs, drawn.by_scenario[0], NAMES).run_scenarios().scenarios
    assert np.array_equal(as_it_is.out, again.out)
    assert np.array_equal(as_it_is.out, alone.out)
    assert np.array_equal(as_it_is["demand_home"], cut["demand_home"])
    assert (as_it_is["registered"][:, -1] != cut["registered"][:, -1]).any()
    first, second = drawn.by_scenario
    differing = [
        name
        for record, other in zip(first, second, strict=True)
        for name in record.dtype.names or ()
        if name not in KEYS_OF_A_RUN and not np.array_equal(record[name], other[name])
    ]
    assert differing == ["return_mean"]


def test_runs_that_lie_side_by_side_have_the_same_bits(great_stone, drawn, alone):
    """Also where outcomes are judged by outputs that are not kept."""
    names = NAMES[:3]
    ensemble = Ensemble(
        [inputs_of(great_stone)] * 2, drawn.by_scenario[0], names, threads=2, block=30, judged=70, by_quarter=True
    )
    for runs in ensemble.run_scenarios(20).scenarios:
        assert runs.out.tobytes() == alone.out[20:, :3].tobytes()
        assert runs[names[1]].T.flags.c_contiguous


class GoneError(Exception):
    """Whoever asked has left."""


@pytest.mark.parametrize("threads", [1, 2])
def test_what_progress_raises_ends_the_work(great_stone, drawn, threads):
    told = []

    def leave(done):
        told.append(done)
        if len(told) == 2:
            raise GoneError

    with pytest.raises(GoneError):
        Ensemble(
            inputs_of(great_stone), drawn.by_scenario[0], NAMES, threads=threads, progress=leave, block=10
        ).run_scenarios()
    assert told == [10, 10]
    told.clear()
    with pytest.raises(GoneError):
        flows_of(inputs_of(great_stone), drawn.by_scenario[0], leave)
    assert sum(told) == BLOCK


def test_flows_are_what_the_links_carry(great_stone, drawn, alone):
    """Where an output is what a link carries, the two are the same to the bit, run by run; a cut link carries nothing.

    The runs whose flows are looked at are those of the outputs, though they are run one by one.
    """
    as_it_is, cut = (flows_of(inputs_of(great_stone, made), drawn.by_scenario[0]) for made in (None, CUT))
    for link, output in FLOWS_THAT_ARE_OUTPUTS.items():
        at = next(n for n, channel in enumerate(channels()) if channel.link.name == link)
        assert np.array_equal(as_it_is.arrived[:, :, at], alone[output]), link
    assert by_link(as_it_is.arrived)["network_to_arrivals"].any()
    assert not by_link(cut.arrived)["network_to_arrivals"].any()
