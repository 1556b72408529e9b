"""Reading of a case by a calibration: values meant for it; beyond their end, all that say something of their own.

A park whose values lie where priors of size hardly reach is read with flat ones; what no run comes near is told.

Prior-data conflict: Box (1980), Evans and Moshonov (2006); decision 0070.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from copark.calibration import calibration_setup as setup
from copark.calibration.calibrate import QUICK, CalibrationTask
from copark.calibration.observations import targets
from copark.calibration.prior import PriorSpace
from copark.calibration.size_priors import SIZES
from copark.cases import list_cases, load_case
from copark.cases.quarters import Quarter
from copark.model.variables import catalogue
from tests.calibration.conftest import CUT

END = Quarter(2024, 4)


def mine(name):
    """Give a park of the casebook as its user has it, with no posterior that ships."""
    return load_case(name).model_copy(update={"name": "mine", "folder": Path("mine")})


def priors(case):
    """Give the prior of each axis of a case."""
    return {axis.name: axis.prior for axis in PriorSpace.of(case).coordinates}


def probe(case, reading):
    """Return the recipe of a few prior runs of a case, read in a way."""
    return CalibrationTask(case, END, replace(QUICK, runs=setup.PROBED), read_as=reading).recipe


@pytest.fixture(scope="module")
def smelters():
    """Give Morowali: a few smelters, thirty billion dollars, a hundred thousand jobs."""
    return mine("imip")


def test_a_park_of_smelters_may_be_of_any_size_that_the_model_allows(smelters):
    """Jobs and investment are missed by the panel's sizes; with flat ones runs come near to every value."""
    reading = setup.reading_of(smelters, END, QUICK.seed, QUICK.discrepancy)
    assert set(reading.flat) == {setup.PER_JOB, setup.PER_FIRM, setup.LAND}
    assert not reading.aside
    read = setup.case_for(smelters, END, reading)
    for name in reading.flat:
        parameter = catalogue().parameters[name]
        prior = read.parameters[name].prior
        assert (prior.a, prior.b) == (parameter.low, parameter.high)
    before, after = (probe(smelters, way) for way in (setup.Reading(), reading))
    reached = []
    for recipe in (before, after):
        runs = setup.probed(recipe)
        value = recipe.model.recorded
        reached.append(np.minimum((runs >= value).mean(axis=0), (runs <= value).mean(axis=0)).min())
    assert reached[0] < setup.FEW
    assert reached[1] > reached[0]


def test_a_value_no_run_comes_near_is_set_aside_and_the_others_are_fitted():
    """Half a block of land at Bangalore: where the block is not known, the model's land comes 70 ha at a time."""
    case = mine("itpl-bangalore")
    rows = tuple(
        row.model_copy(update={"value": 35.0, "error": 1.0}) if row.variable == "serviced_area" else row
        for row in case.observations
    )
    case = case.model_copy(update={"observations": rows})
    reading = setup.reading_of(case, END, QUICK.seed, QUICK.discrepancy)
    assert reading.aside == ("serviced_area 1999-08",)
    fitted = {target.name for target in targets(setup.case_for(case, END, reading), cut=END)}
    every = {target.name for target in targets(setup.case_for(case, END, setup.Reading()), cut=END)}
    assert every - fitted == set(reading.aside)


def test_what_was_found_out_is_kept_with_the_posteriors_and_a_case_is_read_so_twice_alike(smelters):
    reading = setup.Reading(flat=(setup.LAND, setup.PER_JOB), aside=("operating 2018",))
    assert setup.Reading.of(reading.content()) == reading
    assert setup.Reading().content() == {"wide_sizes": True}
    once = setup.case_for(smelters, END, reading)
    assert setup.case_for(once, END, reading).hash == once.hash
    assert priors(once)[setup.LAND] != priors(setup.case_for(smelters, END))[setup.LAND]


def test_of_investment_that_falls_the_longest_series_that_agrees_is_fitted(smelters):
    """What was realised by 2017 after another paper lies below the company's own series."""
    fitted = {
        target.name: target.value
        for target in targets(setup.everything_fitted(smelters))
        if target.variable == "realised_investment"
    }
    assert "realised_investment 2017-11" not in fitted
    assert fitted["realised_investment 2016"] == 4145.0
    looked = [target for target in targets(smelters, ("check",)) if target.variable == "realised_investment"]
    agreed = setup.agreeing(looked)
    assert len(looked) - len(agreed) == 1
    assert setup.agreeing(agreed) == agreed


def test_what_a_closure_left_over_is_not_fitted():
    """Kaesong was closed in a day; in the model enterprises leave over three quarters."""
    fitted = {target.name for target in targets(setup.everything_fitted(load_case("kaesong")))}
    assert "operating 2016-02-11" not in fitted
    assert "realised_investment 2016-02" in fitted


def test_a_ratio_is_of_values_of_one_time():
    """Vietnam's parks: jobs of 2005 beside investment of 2005, though jobs of 2023 are known."""
    model = probe(mine("vsip"), setup.Reading()).model
    pair = setup.last_pair(model, "jobs", "realised_investment")
    assert [model.targets[position].name for position in pair] == ["jobs 2005-09", "realised_investment 2005-09"]
    assert setup.last_pair(model, "profit", "operating") is None


def test_the_fitted_values_end_where_the_casebook_says(great_stone):
    assert setup.fitted_until(great_stone) == CUT
    assert not setup.uses_everything(great_stone, CUT)
    assert setup.case_for(great_stone, CUT).hash == setup.without_implied(great_stone).hash
    assert setup.uses_everything(great_stone, END)


def test_a_park_without_a_posterior_that_ships_is_read_with_the_panels_sizes_where_it_has_none_of_its_own():
    """Great Stone's priors of size lie where it lies; Suzhou and others bring theirs."""
    for name, own in (("great-stone", None), ("teda-suez", False), ("suzhou", True)):
        case = load_case(name)
        read = setup.case_for(case, END)
        assert setup.shipped_reading(case, END).wide is (own is not None)
        for size, (*_, low, high) in SIZES.items():
            if own is None:
                assert size not in read.parameters
            elif own:
                assert read.parameters[size] == case.parameters[size]
            else:
                assert (read.parameters[size].prior.a, read.parameters[size].prior.b) == (low, high)


def fitted_names(case):
    return {target.name for target in targets(case)}


def test_a_total_and_its_parts_are_not_told_twice(great_stone):
    """Residents and three origins on five days: four numbers are three facts, and the third origin is the rest."""
    every = setup.everything_fitted(great_stone)
    left_out = fitted_names(every) - fitted_names(setup.without_implied(every))
    assert left_out == {
        f"registered_third {date}" for date in ("2018-05-26", "2019-02", "2019-12", "2022-05-11", "2024-04-20")
    }
    assert fitted_names(setup.case_for(great_stone, END)) == fitted_names(every) - left_out
    early = fitted_names(great_stone) - fitted_names(setup.without_implied(great_stone))
    assert early == {"registered_third 2018-05-26", "registered_third 2019-12"}, "no total of 43 is meant for 2020"


def recoded(case, **changes):
    """Give a case whose values of 2019-12 are changed, by variable."""
    rows = (
        row.model_copy(update=changes[row.variable]) if str(row.date) == "2019-12" and row.variable in changes else row
        for row in case.observations
    )
    return case.model_copy(update={"observations": tuple(rows)})


def test_of_parts_the_one_of_the_lowest_grade_is_left_out_and_none_that_do_not_add_up(great_stone):
    cases = {
        "a derived part": (recoded(great_stone, registered_home={"grade": "derived"}), {"registered_home 2019-12"}),
        "another sum": (recoded(great_stone, registered_host={"value": 13.0}), set()),
        "a bound": (recoded(great_stone, registered_host={"bound": "at-least"}), set()),
        "a part for looking": (recoded(great_stone, registered_host={"role": "check"}), set()),
        "no total": (recoded(great_stone, registered={"role": "context"}), set()),
    }
    for name, (case, expected) in cases.items():
        left_out = fitted_names(case) - fitted_names(setup.without_implied(case))
        assert {row for row in left_out if row.endswith("2019-12")} == expected, name


def test_a_value_on_another_basis_than_the_models_is_never_fitted(subtests):
    for name in list_cases():
        with subtests.test(name):
            case = load_case(name)
            others = {id(row) for row in case.observations if row.other_basis}
            roles = ("fit", "score", "check")
            assert not others & {id(target.observation) for target in targets(case, roles)}


def test_all_scored_values_are_fitted_and_numbers_repeated_are_not_told_twice(great_stone):
    """Of the values for looking, those a quarter from every other of their variable are fitted."""
    read = setup.everything_fitted(great_stone)
    fitted = targets(read, cut=END)
    before = targets(great_stone, ("fit", "score"), cut=END)
    looked = targets(great_stone, ("check",), cut=END)
    assert {target.name for target in before} < {target.name for target in fitted}
    added = {target.name for target in fitted} - {target.name for target in before}
    assert 0 < len(added) < len(looked) / 2
    assert "operating 2020-05" in added
    assert "registered 2019-04-17" not in added
    for target in fitted:
        if target.name in added:
            others = [
                setup.day_of(other) for other in fitted if other.variable == target.variable and other is not target
            ]
            assert min(abs(setup.day_of(target) - day) for day in others) >= setup.APART
    for old, new in zip(great_stone.observations, read.observations, strict=True):
        assert new.model_copy(update={"role": old.role}) == old, "nothing is changed but its use"
