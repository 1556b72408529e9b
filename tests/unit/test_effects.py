"""Effects: numbers by hand; pairs that did not finish are left out; labels choose what they name."""

import numpy as np
import pytest

from copark.stats.effects import Effects

RUNS = 5
QUARTERS = ("2030Q4", "2031Q1")


def made_up():
    """Jobs of five runs: ten more each in the scenario, by run; cash is the same; the last run did not finish."""
    reference = np.zeros((RUNS, 2, 2))
    reference[:, 0, :] = np.arange(RUNS)[:, None] * 100.0
    more = reference.copy()
    more[:, 0, 1] += 10.0 * np.arange(RUNS)
    more[-1] = np.nan
    finished = np.array([True] * 4 + [False])
    return Effects(
        measures=("jobs", "cash"),
        units=("persons", "M USD"),
        quarters=QUARTERS,
        reference="as-it-is",
        reference_values=reference,
        values={"more": more, "same": reference},
        finished={"more": finished, "same": np.ones(RUNS, bool)},
        draw_of_run=np.arange(RUNS) // 2,
    )


def test_an_effect_is_read_pair_by_pair():
    effects = made_up()
    assert effects.differences("more", "jobs")[:, 1].tolist() == [0.0, 10.0, 20.0, 30.0]
    assert (effects.pairs("more"), effects.pairs("same")) == (4, 5)
    rows = {(row.scenario, row.measure, row.quarter): row for row in effects.rows()}
    row = rows["more", "jobs", "2031Q1"]
    assert (row.reference, row.unit, row.log) == ("as-it-is", "persons", False)
    assert (row.pairs, row.reference_median, row.scenario_median, row.median) == (4, 150.0, 165.0, 15.0)
    assert (row.low, row.high) == pytest.approx((1.5, 28.5))
    assert (row.above, row.equal) == (0.75, 0.25)
    assert rows["more", "cash", "2031Q1"].equal == rows["more", "jobs", "2030Q4"].equal == 1.0


def test_arrays_and_rows_say_the_same():
    effects = made_up()
    low, high = effects.interval(0.9)
    assert low.shape == effects.median.shape == effects.above.shape == (2, 2, 2)
    rows = [[row.low, row.median, row.high, row.above, row.equal] for row in effects.rows()]
    arrays = [low, effects.median, high, effects.above, effects.equal]
    assert np.array_equal(np.array(rows), np.stack([array.ravel() for array in arrays], axis=1))
    frame = effects.to_frame()
    assert frame["measure"].tolist() == ["jobs", "jobs", "cash", "cash"] * 2
    assert frame["median"].tolist() == effects.median.ravel().tolist()


def test_logarithms_take_a_count_of_0_as_1():
    effects = made_up()
    assert effects.differences("more", "jobs", log=True)[:, 1] == pytest.approx([0.0, *np.log([1.1] * 3)])
    (row,) = effects.select(["more"], ["jobs"], ["2031Q1"]).rows(log=True)
    assert (row.unit, row.scenario_median) == ("log points", 165.0)
    assert row.median == pytest.approx(np.log(1.1))


def test_variance_is_split_by_the_draws_that_have_two_runs():
    """Of four runs in two draws the differences are 0 and 10, 20 and 30: the mean square within draws is 50."""
    row = next(row for row in made_up().select(["more"], ["jobs"], ["2031Q1"]).rows())
    assert (row.split.parameters, row.split.chance) == pytest.approx((175.0, 50.0))
    assert made_up().to_frame()["split"][1] == pytest.approx(175.0 / 225.0)


def test_labels_choose_what_they_name():
    effects = made_up().select(scenarios=["more"], measures=["jobs"], quarters=["2031Q1"])
    (row,) = effects.rows()
    assert (row.scenario, row.measure, row.quarter, row.median) == ("more", "jobs", "2031Q1", 15.0)
    for labels in ({"scenarios": ["none"]}, {"measures": ["none"]}, {"quarters": ["none"]}):
        with pytest.raises(KeyError, match="none"):
            made_up().select(**labels)


def test_a_group_has_the_pairs_of_its_runs():
    parts = made_up().by(["failed", "failed", "fragile", "fragile", "fragile"])
    assert {group: part.pairs("more") for group, part in parts.items()} == {"failed": 2, "fragile": 2}
    assert parts["fragile"].differences("more", "jobs")[:, 1].tolist() == [20.0, 30.0]
    assert parts["failed"].draw_of_run.tolist() == [0, 0]


def test_without_a_pair_nothing_is_known():
    effects = made_up().by([0] * 4 + [1])[1]
    (row,) = effects.select(["more"], ["jobs"], ["2031Q1"]).rows()
    assert row.pairs == 0
    assert np.isnan([row.reference_median, row.low, row.median, row.high, row.above, row.equal]).all()
