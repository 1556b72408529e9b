"""Paired differences: hand numbers, refusals, and the split of variance on data made with a known answer."""

import json

import numpy as np
import pytest

from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import (
    NotComparable,
    dates_compared,
    differences,
    effects_of,
    outcome_effects_of,
    paired,
)
from copark.stats.precision import change_interval, split
from tests.report.conftest import make_result

ARMS = ("as-it-is", "better", "same")


def made_up(runs=40, quarters=80, **provenance):
    """Three scenarios: the second has a tenth more operating companies from 2015Q1 on, the third is the first."""
    result = make_result(runs, quarters, scenarios=ARMS)
    for values in result.data_vars.values():
        if values.dims == ("scenario", "run", "quarter"):
            values.values[1:] = values.values[:1]
    result["operating"].values[0] = np.arange(quarters) + 10.0 * np.arange(1, runs + 1)[:, None]
    result["operating"].values[1:] = result["operating"].values[:1]
    result["operating"].values[1, :, 10:] *= 1.1
    result["outcome"].values[:] = 3
    result["outcome"].values[0, :10] = 2
    result["outcome"].values[1:] = result["outcome"].values[:1]
    result["outcome"].values[1, :6] = 3
    result["outcome"].values[1, 10:12] = 0
    told = {"case_hash": "c", "world_hash": "w", "model_version": 1, "seed": 1, "study": {"draws": "unsettled"}}
    result.attrs["provenance"] = json.dumps(told | provenance)
    return result


def test_differences_are_taken_run_by_run():
    effects = effects_of(*paired(made_up()), ["operating", "jobs"])
    rows = {
        (row.scenario, row.quarter, row.log): row for row in differences(effects, ["operating"], ["2014Q4", "2024Q2"])
    }
    before = rows["better", "2014Q4", False]
    assert (before.low, before.median, before.high, before.above, before.equal) == (0.0, 0.0, 0.0, 0.0, 1.0)
    row = rows["better", "2024Q2", False]
    operating = 47 + 10.0 * np.arange(1, 41)
    assert np.isclose(row.median, 0.1 * np.median(operating))
    assert np.allclose((row.low, row.high), 0.1 * np.quantile(operating, (0.05, 0.95)))
    assert np.isclose(row.reference_median, np.median(operating))
    assert (row.above, row.equal, row.pairs, row.unit) == (1.0, 0.0, 40, "companies")
    ratio = rows["better", "2024Q2", True]
    assert np.allclose((ratio.low, ratio.median, ratio.high), np.log(1.1))
    assert ratio.unit == "log points"
    assert rows["same", "2024Q2", False].equal == 1.0
    for output, quarter in (("operating", "2050Q1"), ("cash", "2024Q2")):
        with pytest.raises(KeyError):
            list(differences(effects, [output], [quarter]))
    begins = [
        effects.first_difference(*pair) for pair in (("better", "operating"), ("better", "jobs"), ("same", "jobs"))
    ]
    assert begins == ["2015Q1", None, None]


def test_changes_of_outcomes_count_pairs():
    """Ten fragile runs of forty; in the better scenario four of them remain, and two self-standing ones fail."""
    shares = outcome_effects_of(*paired(made_up())).shares()
    changes = {(row.scenario, row.measure): row for row in shares}
    fragile = changes["better", "fragile"]
    assert (fragile.both, fragile.gained, fragile.lost, fragile.neither) == (4, 0, 6, 30)
    assert (fragile.reference_share, fragile.scenario_share, fragile.change) == (0.25, 0.1, -0.15)
    standing = changes["better", "self_standing"]
    assert (standing.both, standing.gained, standing.lost, standing.neither) == (28, 6, 2, 4)
    assert changes["better", "failed"].gained == 2
    for row in changes.values():
        assert row.both + row.gained + row.lost + row.neither == 40
        assert row.low <= row.change <= row.high
    assert sum(row.change for (key, _), row in changes.items() if key == "better") == pytest.approx(0.0)
    assert all(changes["same", name].change == 0.0 for name in OUTCOMES)
    assert changes["same", "failed"].high > 0.0


def test_the_interval_of_a_change_is_that_of_bonett_and_price_and_wider_where_runs_share_draws():
    """Their formula by hand: 8 gained and 2 lost of 50 pairs, (9/52 - 3/52) +- 1.96 sqrt((12/52 - (6/52)^2)/52).

    Ten draws of ten runs that all do the same tell no more than ten runs.
    """
    change = np.concatenate([np.ones(8), -np.ones(2), np.zeros(40)])
    half = 1.959964 * np.sqrt((12 / 52 - (6 / 52) ** 2) / 52)
    assert np.allclose(change_interval(change, np.arange(50)), (6 / 52 - half, 6 / 52 + half))
    change = np.repeat([1.0] * 3 + [0.0] * 7, 10)
    low, high = change_interval(change, np.arange(100))
    shared_low, shared_high = change_interval(change, np.repeat(np.arange(10), 10))
    assert high - low < 0.25
    assert np.isclose(shared_high - shared_low, 2 * 1.959964 * np.std([1] * 3 + [0] * 7, ddof=1) / np.sqrt(10))


def test_the_split_is_the_law_of_total_variance_by_hand():
    """Two draws, (1, 3) and (5, 9): chance (2 + 8)/2 = 5; between 2 (2.5^2 + 2.5^2)/1 = 25, so (25 - 5)/2 = 10."""
    found = split(np.array([1.0, 3.0, 5.0, 9.0]), np.array([0, 0, 1, 1]))
    assert (found.parameters, found.chance) == (10.0, 5.0)


@pytest.mark.parametrize(
    ("changes", "code", "key"),
    [
        ({"case_hash": "other"}, "compare.case", "case_hash"),
        ({"world_hash": "other"}, "compare.case", "world_hash"),
        ({"model_version": 2}, "compare.model", "model_version"),
        ({"seed": 2}, "compare.seed", "seed"),
        ({"study": {"draws": "prior"}}, "compare.draws", "study.draws"),
        ({"study": {"draws": "unsettled", "futures": 3}}, "compare.draws", "study.futures"),
        ({"draws_hash": "other"}, "compare.draws", "draws_hash"),
    ],
)
def test_what_was_made_otherwise_is_refused_and_says_why(changes, code, key):
    with pytest.raises(NotComparable) as caught:
        paired(made_up(), made_up(**changes))
    (fault,) = caught.value.faults
    assert (fault.code, fault.key) == (code, key)
    assert fault.cause("zh")
    assert fault.repair("en")


def test_results_of_other_length_are_paired_where_they_overlap():
    short = made_up(40).isel(run=slice(5, 40), quarter=slice(0, 60))
    reference, scenarios = paired(made_up(40), short)
    effects = effects_of(reference, scenarios, ["operating"])
    assert effects.scenarios == ("better", "same"), "the reference stands beside others, not itself"
    assert effects.pairs("better") == 35
    assert effects.quarters[-1] == "2027Q2"
    assert effects.draw_of_run.tolist() == list(range(5, 40))
    assert dates_compared(reference) == ("2024Q2", "2027Q2")


def test_runs_that_did_not_finish_in_both_scenarios_are_left_out():
    result = made_up()
    result["status"].values[0, 3], result["status"].values[1, 4] = 1, 2
    effects = effects_of(*paired(result), ["operating"])
    assert (effects.pairs("better"), effects.pairs("same")) == (38, 39)
    assert np.flatnonzero(~effects.finished["better"]).tolist() == [3, 4]
