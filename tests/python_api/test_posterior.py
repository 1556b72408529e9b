"""A calibration as the tree that ArviZ takes: groups, units, the same draws, and a summary by ArviZ itself."""

import numpy as np
import pytest

import copark as cp
from copark.calibration.case_parameters import parameters_of
from copark.cases import load_case
from copark.errors import NotFound
from copark.model.variables import catalogue

PARK = "lekki"


@pytest.fixture(scope="module")
def tree():
    return cp.posterior(PARK)


def test_groups_and_units_are_those_of_the_calibration_and_the_catalogue(tree):
    stored = parameters_of(load_case(PARK)).stored
    assert set(tree.children) == {
        "posterior", "prior", "posterior_predictive", "observed_data", "constant_data", "sample_stats",
    }  # fmt: skip
    posterior = tree["posterior"]
    assert posterior.sizes["chain"] == len(np.unique(stored.replay.population))
    assert posterior.sizes["chain"] * posterior.sizes["draw"] <= stored.replay.pairs
    for name, variable in posterior.data_vars.items():
        known = catalogue().parameters[name]
        assert variable.attrs["units"] == known.unit
        assert variable.attrs["title_zh"] == known.zh
        assert (variable.values >= known.low).all()
        assert (variable.values <= known.high).all()
        assert variable.attrs["r_hat"] < 1.1
    own = stored.replay.space.values(stored.replay.points)["start_rate"]
    assert np.isin(posterior["start_rate"].values, own).all()
    assert tree["prior"]["start_rate"].std() > posterior["start_rate"].std()
    observed, predicted = tree["observed_data"], tree["posterior_predictive"]
    assert set(observed.data_vars) == set(predicted.data_vars)
    assert sum(variable.size for variable in observed.data_vars.values()) == len(stored.replay.model.targets)
    assert "calibrated" in tree.attrs["trust_en"]


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_arviz_summarises_it(tree):
    pytest.importorskip("arviz_base", reason="the labelled half of ArviZ is not installed")
    import arviz_stats

    table = arviz_stats.summary(tree, var_names=["start_rate", "land_price"])
    mean = float(tree["posterior"]["start_rate"].mean())
    assert float(table.loc["start_rate", "mean"]) == pytest.approx(mean, abs=0.01)
    assert float(table.loc["start_rate", "r_hat"]) < 1.2


def test_a_park_without_a_calibration_says_how_to_make_one():
    table = cp.list_cases()
    with pytest.raises(NotFound, match=r"copark\.calibrate"):
        cp.posterior(table.index[~table["calibrated"]][0])
