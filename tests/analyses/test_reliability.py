"""Outcome probabilities beside what became: right ones are left alone, empty ones become the base rate."""

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.analyses.reliability import Params
from copark.analyses.reliability.findings import WELL
from copark.calibration.case_parameters import shipped_cases
from copark.cases.parks import load_parks
from copark.stats.scores import brier, discrimination, left_out, recalibrated

RELIABILITY = REGISTRY["reliability"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return RELIABILITY.ask.compute(Params(draws=8, replicates=1), Context(tmp_path_factory.mktemp("parks")))


def test_probabilities_that_are_right_stay_and_exaggerated_ones_are_drawn_in():
    rng = np.random.default_rng(1)
    right = rng.uniform(0.02, 0.98, 20_000)
    happened = rng.random(right.size) < right
    assert recalibrated(right, happened).slope == pytest.approx(1.0, abs=0.05)
    assert recalibrated(right, happened)(0.7) == pytest.approx(0.7, abs=0.02)
    odds = right / (1.0 - right)
    exaggerated = odds**2 / (1.0 + odds**2)
    assert recalibrated(exaggerated, happened).slope == pytest.approx(0.5, abs=0.03)
    assert brier(right, happened).mean() < brier(exaggerated, happened).mean()


@pytest.mark.long
def test_probabilities_that_tell_nothing_become_the_base_rate():
    rng = np.random.default_rng(2)
    empty, happened = rng.uniform(0.6, 0.99, 20_000), rng.random(20_000) < 0.3
    assert recalibrated(empty, happened)(np.array([0.6, 0.99])) == pytest.approx([0.3, 0.3], abs=0.03)
    assert discrimination(empty, happened) == pytest.approx(0.5, abs=0.02)


def test_what_is_likelier_is_never_corrected_to_be_less_likely():
    learned = recalibrated(np.array([0.9, 0.8, 0.4, 0.3]), np.array([False, True, True, True]))
    assert learned.slope == 0.0
    assert learned(np.array([0.2, 0.9])) == pytest.approx([0.75, 0.75])


def test_another_base_rate_multiplies_odds():
    learned = recalibrated(np.array([0.9, 0.8, 0.7, 0.4]), np.array([True, True, False, False]))
    before, after = learned(0.8), learned.for_base_rate(0.5, 0.2)(0.8)
    assert (after / (1 - after)) / (before / (1 - before)) == pytest.approx(0.25)


def test_a_case_is_set_right_by_the_others_alone():
    said = np.array([0.9, 0.8, 0.3, 0.6, 0.7, 0.5])
    happened = np.array([True, False, False, True, True, False])
    other = happened.copy()
    other[2] = True
    assert left_out(said, happened)[2] == left_out(said, other)[2]
    assert left_out(said, happened)[0] != left_out(said, other)[0]
    assert discrimination(np.array([0.5, 0.5]), np.array([True, False])) == 0.5


def test_every_park_with_a_case_and_an_outcome_is_asked_and_its_closure_is_not_told(found):
    book = load_parks()
    known = {park: outcome for park, row in book.last_periods.items() if (outcome := row.outcome) is not None}
    cases = {park.case: known[park.id] for park in book.parks if park.case and park.id in known}
    assert {one.case: one.recorded for one in found.parks} == cases
    assert (found.known, found.going_well) == (len(known), sum(outcome in WELL for outcome in known.values()))
    kaesong = next(one for one in found.parks if one.case == "kaesong")
    assert kaesong.shares[0] < 1.0, "with its closure every run would fail"
    assert {one.case for one in found.calibrated} == set(shipped_cases()) & {one.case for one in found.parks}
    for one in found.parks:
        assert sum(one.shares) == pytest.approx(1.0)
    assert found.to_frame().shape[0] == len(found.parks)


@pytest.mark.ships("reliability")
def test_the_correction_that_ships_draws_what_is_said_of_a_park_never_seen_to_the_base_rate(tmp_path):
    from copark.analyses.answer import answer

    shipped = answer(RELIABILITY, Params(), Context(tmp_path))
    assert shipped.reused
    found = shipped.result
    corrected = np.mean([found.corrected(park.said) for park in found.parks])
    assert abs(corrected - found.base_rate) < abs(found.mean - found.base_rate)
