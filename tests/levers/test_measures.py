"""What is measured of a run, on paths simple enough for a pencil."""

import numpy as np
import pytest

from copark.inference.levers.measures import KEPT, NAMES, alive_before, discounting, measured
from tests.report.sample import make_result


def simple(runs=2, quarters=8):
    """Two scenarios whose every path is known: benefit 4 a year, rescues 1, profit 2, result 1 more each quarter."""
    result = make_result(runs, quarters, scenarios=("as-it-is", "arm"))
    for name in KEPT:
        result[name] = (("scenario", "run", "quarter"), np.zeros((2, runs, quarters)))
    result["benefit_home"].values[:] = 4.0
    result["contribution_home"].values[:] = 1.0
    result["benefit_host"].values[:] = 2.0
    result["profit"].values[:] = 2.0
    result["result_cumulative"].values[:] = np.arange(1.0, quarters + 1.0)
    result["operating"].values[0] = 60.0
    result["operating"].values[1] = 20.0
    result["jobs"].values[:] = 1000.0
    result["mean_return"].values[:] = 0.08
    result["outcome"].values[0], result["outcome"].values[1] = 3, 2
    result["status"].values[:] = 0
    return result


def at(table, scenario, measure):
    return table[scenario, 0, NAMES.index(measure)]


def test_money_in_the_middle_of_the_first_quarter_is_hardly_discounted_and_a_year_on_by_the_rate():
    weights = discounting(80, 0, 0.05)
    assert weights[0] == pytest.approx(0.25 * 1.05**-0.125)
    assert weights[4] / weights[0] == pytest.approx(1 / 1.05)
    assert weights.sum() == pytest.approx(sum(0.25 * 1.05 ** -((q + 0.5) / 4) for q in range(80)))


def test_every_measure_by_hand():
    table = measured(simple(), 0, 0.0)
    assert at(table, 0, "home") == pytest.approx(2.0 * (4.0 - 1.0))
    assert at(table, 0, "host") == pytest.approx(4.0)
    assert at(table, 0, "enterprises") == pytest.approx(4.0)
    assert at(table, 0, "developer") == 8.0
    assert at(table, 0, "operating") == pytest.approx(np.log(60.0))
    assert (at(table, 0, "jobs"), at(table, 0, "mean_return")) == (1000.0, 0.08)
    assert (at(table, 0, "self_standing"), at(table, 1, "self_standing")) == (1.0, 0.0)


def test_a_lever_pulled_later_counts_from_then():
    table = measured(simple(), 4, 0.0)
    assert at(table, 0, "home") == pytest.approx(3.0)
    assert at(table, 0, "developer") == 4.0


def test_a_run_that_did_not_finish_has_no_measures():
    result = simple()
    result["status"].values[1, 1] = 2
    table = measured(result, 0, 0.0)
    assert np.isnan(table[1, 1]).all()
    assert np.isfinite(table[:, 0]).all()


def test_whose_company_lives_when_a_lever_is_pulled():
    result = simple()
    result["failed"].values[0, 1, 3:] = 1.0
    assert alive_before(result, 0).tolist() == [True, True]
    assert alive_before(result, 3).tolist() == [True, True]
    assert alive_before(result, 4).tolist() == [True, False]
