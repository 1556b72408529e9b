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
        "posterior", "prior", "posterior_predictive", "runs", "observed_data", "constant_data", "sample_stats",
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


def test_what_is_predicted_are_reports_with_errors_that_last(tree):
    model = parameters_of(load_case(PARK)).stored.replay.model
    predicted, known = tree["posterior_predictive"], tree["constant_data"]
    assert predicted.dataset.identical(cp.posterior(PARK)["posterior_predictive"].dataset)

    def in_places(group):
        """Values in the order of the targets, as they are compared with the record."""
        by_name = {name: iter(np.moveaxis(values.values, -1, 0)) for name, values in group.data_vars.items()}
        columns = [next(by_name[target.variable]).ravel() for target in model.targets]
        return model.compared(np.stack(columns, axis=1))

    added = in_places(predicted) - in_places(tree["runs"])
    sizes = np.flatnonzero(model.in_logs & np.isin(np.arange(len(model.targets)), model.single))
    assert len(sizes) > 5
    assert np.allclose(added[:, sizes].std(axis=0), model.errors[sizes], rtol=0.1)
    scale = model.errors[sizes]
    wanted = model.covariance[np.ix_(sizes, sizes)] / np.outer(scale, scale)
    assert np.abs(wanted - np.eye(len(sizes))).max() > 0.3
    assert np.allclose(np.corrcoef(added[:, sizes].T), wanted, atol=0.12)
    by_name = {name: iter(known[f"{name}_discrepancy"].values) for name in predicted.data_vars}
    assert [next(by_name[target.variable]) for target in model.targets] == list(model.left_out)


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
