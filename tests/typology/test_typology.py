"""Types of parks: what few parks can tell by hand, twins taken apart to the last company, both set side by side."""

from itertools import combinations

import numpy as np
import pytest

import copark
from copark.analyses.typology.findings import FACTORS, contrast, exact_share, key_of, shapley, superiority
from copark.analyses.typology.measures import MEASURES, courses_of, measured
from copark.cases import load_case
from copark.cases.parks import load_parks
from copark.presentation.document import Chart, Interval
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.simulation.study import load_study


@pytest.fixture(scope="module")
def found():
    book = load_parks()
    return measured(book, {park.case: load_case(park.case) for park in book.parks if park.case})


def value(found, measure, park):
    return next(one.value for one in found if (one.measure, one.park) == (measure, park))


def test_superiority_counts_ties_by_half():
    assert superiority([3, 4], [1, 2]) == 1.0
    assert superiority([1, 2], [2, 3]) == pytest.approx(0.125)
    assert superiority([5, 5], [5]) == 0.5


def test_the_share_of_deals_is_that_of_all_deals(subtests):
    """Counted by ranks and counted one deal at a time; with ties."""
    for seed in range(6):
        with subtests.test(seed=seed):
            values = np.random.default_rng(seed).integers(0, 6, 9).astype(float).tolist()
            first, second = values[:4], values[4:]
            here = abs(superiority(first, second) - 0.5)
            far = [
                abs(superiority([values[n] for n in chosen], [values[n] for n in range(9) if n not in chosen]) - 0.5)
                >= here - 1e-12
                for chosen in combinations(range(9), 4)
            ]
            assert exact_share(first, second) == pytest.approx(np.mean(far), abs=1e-12)


def test_groups_that_do_not_differ_are_not_told_apart_and_too_few_say_nothing():
    assert contrast("firms", [1, 2, 3, 4], [1, 2, 3, 4]).verdict == "alike"
    assert contrast("firms", [1, 2], [3, 4, 5]).verdict == "few"
    apart = contrast("firms", [11, 12, 13, 14, 15], [1, 2, 3, 4, 5])
    assert (apart.verdict, apart.superiority, apart.without) == ("more", 1.0, (1.0, 1.0))
    assert apart.deals == pytest.approx(2 / 252)
    assert contrast("firms", [1, 2, 3, 4, 5], [11, 12, 13, 14, 15]).verdict == "less"


def test_every_measure_has_parks_of_both_types(found):
    for measure in MEASURES:
        assert {one.type for one in found if one.measure == measure} >= {"intergovernmental", "enterprise-led"}


def test_counts_at_about_ten_years(found):
    """Great Stone, launched in 2010: 60 registered of which 20 at work; a park without a case has its one count."""
    assert value(found, "firms_at_ten", "great-stone") == 60
    assert value(found, "operating_at_ten", "great-stone") == 20
    assert value(found, "firms_at_ten", "kitic") == value(found, "operating_at_ten", "kitic")


def test_growth_is_of_one_count_on_one_basis_before_any_closure(found):
    """Teda Suez counts 30 registered in 2011 and 140 in the same count in 2023; Long Jiang has two bases."""
    course = next(one for one in courses_of(load_case("teda-suez")) if one.variable == "registered")
    first, last = course.points[0], course.points[-1]
    assert value(found, "growth", "teda-suez") == pytest.approx(np.log(last.value / first.value) / course.span)
    assert [one.basis for one in courses_of(load_case("longjiang")) if one.variable == "registered"] == [
        "stock", "cumulative",
    ]  # fmt: skip
    for course in courses_of(load_case("kaesong")):
        assert min(point.value for point in course.points) > 0
        assert max(point.time for point in course.points) < 2016


def test_the_study_holds_every_combination_once():
    study = load_study("owner-plan-framework")
    keys = [scenario.key for scenario in study.scenarios]
    assert keys == [key_of(lacking) for count in range(4) for lacking in combinations(FACTORS, count)]
    for scenario in study.scenarios:
        edits, lacking = scenario.edits, scenario.key.split("-")
        assert (edits.kind == "enterprise-led") == bool(edits.equity) == ("owner" in lacking)
        assert edits.depth.plan != ("plan" in lacking)
        assert edits.depth.credit != ("framework" in lacking)
        assert edits.framework is None


def test_parts_add_up_to_the_whole_run_by_run():
    rng = np.random.default_rng(3)
    scenarios = {
        frozenset(lacking): rng.normal(size=50) for count in range(4) for lacking in combinations(FACTORS, count)
    }  # fmt: skip
    total = sum(shapley(scenarios, factor) for factor in FACTORS)
    assert total == pytest.approx(scenarios[frozenset()] - scenarios[frozenset(FACTORS)])


def test_a_factor_that_does_nothing_has_no_part_and_equals_share():
    """An additive world: each factor's part is its effect, whatever the order."""
    effects = {"owner": 0.0, "plan": 3.0, "framework": -1.0}
    scenarios = {
        frozenset(lacking): np.array([sum(effects[name] for name in FACTORS if name not in lacking)])
        for count in range(4)
        for lacking in combinations(FACTORS, count)
    }
    assert {name: float(shapley(scenarios, name)[0]) for name in FACTORS} == pytest.approx(effects)


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    return copark.typology(runs=24, threads=1, out=tmp_path_factory.mktemp("typology"))


def test_the_document_has_the_numbers_and_its_charts_are_drawn(answer):
    charts = [one for one in answer.document("zh").blocks() if isinstance(one, Chart)]
    assert charts
    assert all(render(styled(one.figure)(), "svg") for one in charts)
    tables = {one.key: one for one in answer.document("en").tables()}
    assert [row[1] for row in tables["outcomes"].rows] == [11, 13, 10]
    land = answer.reading("land", 10)
    row = next(row for row in tables["scenarios"].rows if row[:2] == ("Serviced land, ha", 10))
    assert row[2:5] == (land.first, land.second, Interval(land.low, land.high, land.median))
