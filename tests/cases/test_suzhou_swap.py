"""The natural experiment of Suzhou: scenarios that differ in one thing, books that add up, sign and timing."""

import numpy as np
import pytest

import copark
from copark.cases import load_case
from copark.cases.model_inputs import case_parameters
from copark.cases.quarters import Quarter
from copark.model.variables import catalogue
from copark.presentation.document import Chart, Interval
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.simulation.readouts.company_books import result_when_sold
from copark.simulation.run import inputs_of, simulate
from copark.simulation.study import load_study

RUNS = 2400
"""Of 600 the fifteen nearest to the observations were kept: too few to tell a profit in 2001 from none."""


@pytest.fixture(scope="module")
def case():
    return load_case("suzhou")


@pytest.fixture(scope="module")
def study():
    return load_study("suzhou-swap").with_changes(runs=60)


@pytest.fixture(scope="module")
def result(study, case):
    return simulate(study, case, threads=1)


@pytest.fixture(scope="module")
def answer():
    return copark.suzhou(runs=RUNS, threads=1)


@pytest.fixture(scope="module")
def few():
    """What is shown needs no exact numbers; golden runs hold those of this method in the fast tests."""
    return copark.suzhou(runs=200, threads=1)


def at(case, quarter):
    return Quarter.parse(quarter) - case.clock.start


def test_nothing_moves_before_its_date(result, case):
    """The scenarios are one until 1998, those of the memorandum until mid-1999, the others until 2001."""
    whole = result.land_sales.values
    for n, key in enumerate(result.scenario.values):
        first = {"mayor": "1998Q2", "memorandum": "1999Q3"}.get(str(key).split("-")[0], "2001Q1")
        assert np.array_equal(whole[n][:, : at(case, first)], whole[0][:, : at(case, first)])
    assert not np.array_equal(whole[3], whole[0])


def test_the_developers_result_is_what_a_company_books(result, study, case):
    """By another way: cash result, plus land cost, less the cost of the land sold."""
    runs = result.sizes["run"]
    facts = {name: v.default[0] for name, v in catalogue().parameters.items()}
    facts |= {name: values[0] for name, values in case_parameters(case).items()}
    values = {name: np.full((runs, 1), value) for name, value in facts.items()}
    values |= {str(name): result.draws.values[:, [n]] for n, name in enumerate(result.parameter.values)}
    for n in (0, 3, 5):
        flows = result.land_sales.values[n] + result.fees.values[n]
        flows = flows - result.operating_cost.values[n] - result.interest.values[n]
        sold = result.land_sales.values[n] / price_of(result, study, case, n, values)
        booked = result_when_sold(result, study, case, n)
        assert np.allclose(booked, flows - values["servicing_cost"] * sold, atol=1e-9)


def price_of(result, study, case, n, value):
    """Land price under rivalry, from the definitions of stake and attention, by run and quarter."""
    company = inputs_of(case, study.scenarios[n], result.sizes["quarter"]).company
    weight, cost = value["control_weight"], value["servicing_cost"]

    def stake(share):
        return (1 - value["spill_home"] - value["spill_host"]) * share + value["spill_host"]

    own = stake((1 - weight) * company["share"][:, 1] / 1e4 + weight * result.control_host.values[n])
    attention = own / (own + company["rival_size"][:, 1] * stake(company["rival_share"][:, 1]))
    return cost + (value["land_price"] - cost) * attention


@pytest.mark.long
def test_sign_and_timing_come_out_if_rivalry_ends_with_control(answer):
    """A loss in 2000 and a profit in 2001, as on record, oftener than if it ended earlier or never."""
    by_key = {scenario.key: scenario for scenario in answer.scenarios}
    years = dict(by_key["control-swap"].years)
    assert years[2000].median < 0 < years[2001].median
    others = ("mayor-swap", "memorandum-swap", "never-swap", "never-unswapped")
    assert by_key["control-swap"].turned > max(by_key[key].turned for key in others)


@pytest.mark.long
def test_the_end_of_rivalry_does_more_than_the_swap(answer):
    by_key = {contrast.key: contrast for contrast in answer.contrasts}
    assert by_key["end_unswapped"].band.median > by_key["swap_in_rivalry"].band.median
    assert by_key["end_unswapped"].above > 0.95
    assert by_key["swap_in_rivalry"].band.low < 10, "whether the swap alone helps is not certain"


@pytest.mark.long
def test_the_experiment_does_not_depend_on_threads(answer):
    again = copark.suzhou(runs=RUNS, threads=2)
    assert (again.run_id, again.scenarios, again.contrasts) == (answer.run_id, answer.scenarios, answer.contrasts)


def test_the_document_tells_scenarios_and_limits_in_both_languages(few):
    end = few.contrast("end_unswapped").band
    for lang, words in (("en", "cannot show"), ("zh", "不能说明")):
        document = few.document(lang)
        assert document.trust_state == "uncalibrated"
        tables = {table.key: table for table in document.tables()}
        assert list(tables) == ["quarters", "scenarios", "fit", "years", "contrasts"]
        assert tables["contrasts"].rows[2][1] == Interval(end.low, end.high, end.median)
        assert len(tables["quarters"].rows) == len(few.scenarios) * len(few.quarters) == len(few.to_frame())
        (cannot,) = (section for section in document.sections if section.key == "cannot")
        assert words in cannot.title.lower()
        charts = [block for block in document.blocks() if isinstance(block, Chart)]
        assert len([render(styled(chart.figure)(), "svg") for chart in charts]) == 2
