"""A number that is none is seen in compiled code too, where arithmetic may be rearranged.

The sum of several numbers is a trap: with reassociation a compiler may find (a + b) - (a + b) to be nothing, whatever a
is, and with it that the sum is finite.
"""

import numba
import numpy as np
import pytest

from copark.model import kernel
from copark.model.arrays import make_inputs, make_workspace
from copark.model.jit import OPTIONS
from copark.model.outputs import NAMES
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.simulation.sample import fill, sample
from copark.simulation.study import load_study

RUNS, WHEN = 8, 20
SUBMODELS = {
    kernel.WORLD: ("demand_home", "demand_host", "demand_third"),
    kernel.GOVERNMENTS: ("commitment_home", "commitment_host", "benefit_home", "benefit_host"),
    kernel.COMPANY: ("cash", "debt", "service_level", "vote_pass"),
    kernel.ENTERPRISES: ("capital", "profit", "jobs", "mean_return", "occupied_area"),
}


@numba.njit(**OPTIONS)
def find(work, found):
    """The kernel's own look at a quarter."""
    found[0], found[1] = kernel.fault(work)


@pytest.mark.parametrize("submodel", SUBMODELS)
def test_a_number_that_is_none_is_found_in_its_submodel(submodel):
    for name in SUBMODELS[submodel]:
        for bad in (np.nan, np.inf, -np.inf):
            work, found = make_workspace(make_inputs(4, 1, 0)), np.zeros(2, np.int64)
            find(work, found)
            assert found.tolist() == [kernel.OK, 0]
            work.row[name][0] = bad
            find(work, found)
            assert found.tolist() == [kernel.NOT_FINITE, submodel], name


@pytest.mark.parametrize(
    ("field", "submodel"),
    [
        ("world.exposure_pandemic", kernel.WORLD),
        ("governments.visit", kernel.GOVERNMENTS),
        ("company.grants", kernel.COMPANY),
        ("company.share", kernel.COMPANY),
        ("enterprises.term_cost", kernel.ENTERPRISES),
    ],
)
def test_a_run_that_meets_a_number_that_is_none_ends_there(great_stone, field, submodel):
    """From quarter 20 on an input of the case is no number: no run passes for sound, the fault is found at home."""
    study = load_study("great-stone")
    scenario = study.scenarios[0]
    inputs, draws = inputs_of(great_stone, scenario), sample(study, great_stone, 0, RUNS)
    where, name = field.split(".")
    getattr(inputs, where)[name][WHEN:] = np.nan
    runs = runs_of(inputs, fill(draws, scenario, study, 0, RUNS), NAMES)
    assert (runs.status[:, 0] == kernel.NOT_FINITE).all()
    assert (runs.status[:, 2] == submodel).all()
    for values, (_, when, _) in zip(runs.out, runs.status, strict=True):
        assert when >= WHEN
        assert np.isfinite(values[:, :when]).all()
        assert np.isnan(values[:, when:]).all()
