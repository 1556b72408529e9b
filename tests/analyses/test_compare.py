"""Comparing from end to end; why outcomes change: the parts sum to the whole, whatever the game."""

from dataclasses import replace
from functools import cache
from itertools import permutations

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.cells import cell_len

from copark import workflows
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.compare.outcome_attribution import REST, parts_of, shapley
from copark.analyses.context import Context
from copark.errors import FaultsFound, RunRefused, StudyFaults
from copark.presentation.document import Caveat, Interval
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.run import inputs_of
from copark.simulation.shared_past import first_apart
from copark.simulation.study import load_study
from copark.simulation.trust import Trust
from copark.web.content.analyses import menu, params_of
from tests.asked import call, table

pytestmark = pytest.mark.usefixtures("eighty_columns")
RUNS = 8
COMPARE, COUNTERFACTUAL = REGISTRY["compare"], REGISTRY["counterfactual"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


def compare(out, reference, *told, **asked):
    context = Context(out, progress=told[0] if told else lambda *_: None)
    return answer(COMPARE, COMPARE.params(**{"reference": reference, "runs": RUNS} | asked), context)


@pytest.fixture(scope="module")
def regimes(out):
    return compare(out, "old-threshold")


@pytest.fixture(scope="module")
def shown(regimes):
    return cache(regimes.document)


def test_scenarios_of_a_study_are_set_beside_its_first(regimes):
    found = regimes.result
    assert found.reference.en == "Baseline (history as recorded)"
    assert [one.title.en for one in found.scenarios] == [
        "Threshold of 5 M USD kept", "Narrow list kept", "No decree: threshold and narrow list kept",
    ]  # fmt: skip
    assert all(one.begins is not None and one.begins >= "2017Q2" for one in found.scenarios)
    assert found.pairs == RUNS
    row = found.scenarios[2].difference("operating", found.ends[-1], log=True)
    assert row.high < 0.0
    assert row.split is None
    assert len(found.to_frame()) == sum(len(one.differences) for one in found.scenarios)


def test_every_number_of_the_document_is_one_of_the_result(regimes, shown):
    found, document = regimes.result, shown("en")
    last = [one.difference("operating", found.ends[-1]) for one in found.scenarios]
    answers = table(document, "answer").rows
    assert [row[2] for row in answers] == [Interval(one.low, one.high, one.median) for one in last]
    changes = [one.outcome("self_standing") for one in found.scenarios]
    assert [row[3] for row in answers] == [Interval(one.low, one.high, one.change) for one in changes]
    ratios, differences = (table(document, key) for key in ("ratios", "differences"))
    assert len(ratios.rows) + len(differences.rows) == sum(len(one.differences) for one in found.scenarios)
    drawn = table(document, f"scenarios-operating-{found.ends[-1]}")
    logs = [one.difference("operating", found.ends[-1], log=True) for one in found.scenarios]
    assert [row[1] for row in drawn.rows] == [Interval(one.low, one.high, one.median) for one in logs]
    assert [row[2] for row in drawn.rows] == [one.above for one in logs]


def test_outcomes_are_shares_of_the_same_runs(regimes):
    for one in regimes.result.scenarios:
        for shares in zip(*((row.reference_share, row.scenario_share) for row in one.outcomes), strict=True):
            assert sum(shares) == pytest.approx(1.0)
        for name in OUTCOMES:
            before, after = one.moves.shares(name)
            assert after - before == pytest.approx(one.outcome(name).change)


def test_a_stored_run_is_named_by_its_run_id_and_another_study_has_the_same_random_numbers(out, regimes):
    """The case as its own study is the first scenario of the other: the same differences, of two stored runs."""
    told = []
    again = compare(out, regimes.result.studies[0][:10], lambda stage, *_: told.append(stage), runs=None)
    assert repr(again.result.scenarios) == repr(regimes.result.scenarios)
    assert "simulate" not in told
    across = compare(out, "great-stone", scenario="old-threshold").result
    assert len(across.studies) == 2
    differences = [[row for one in found.scenarios for row in one.differences] for found in (across, regimes.result)]
    assert differences[0] == differences[1]


def test_a_study_that_keeps_none_of_the_main_outputs_tells_what_it_keeps(tmp_path):
    study = load_study("old-threshold").with_changes(keep=["cash"], runs=RUNS).content()
    (tmp_path / "cash.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    found = compare(None, str(tmp_path / "cash.yaml"))
    assert {row.measure for one in found.result.scenarios for row in one.differences} == {"cash"}
    assert "changes developer's cash" in found.document("en").headline


def test_other_random_numbers_are_refused_and_say_so(out, regimes):
    other = workflows.run_study("great-stone", runs=RUNS, seed=2, out=out, report=False)
    with pytest.raises(FaultsFound) as caught:
        compare(out, other.identity, scenario=regimes.result.studies[0])
    assert [fault.code for fault in caught.value.faults] == ["compare.seed"]


def without(out, *names, case="great-stone", **asked):
    return answer(
        COUNTERFACTUAL, COUNTERFACTUAL.params(**{"case": case, "without": names, "runs": RUNS} | asked), Context(out)
    )


def test_what_is_due_to_an_event_is_the_case_less_the_case_without_it(out):
    answered = without(out, "2017-05-12", replicates=2)
    found = answered.result.found
    assert answered.result.without == ("decree/2017-05-12",)
    (one,) = found.scenarios
    assert (one.title.en, one.begins) == ("Baseline (history as recorded)", "2017Q2")
    row = one.difference("operating", found.ends[-1], log=True)
    assert row.low > 0.0
    assert row.split is not None
    assert found.reference.en.startswith("Without: Decree")
    assert workflows.verify(found.studies[0], out=out, threads=1).passed
    for lang in ("en", "zh"):
        document = answered.document(lang)
        assert getattr(answered.result.events[0].title, lang) in [row[2] for row in table(document, "events").rows]
        course = table(document, "difference-operating")
        assert course.rows[-1] == (found.ends[-1], Interval(row.low, row.high, row.median))


def test_without_a_key_what_can_be_removed_is_listed_in_both_languages(capsys):
    found = without(None)
    english, chinese = (table(found.document(lang), "events").rows for lang in ("en", "zh"))
    assert [row[:2] for row in english] == [row[:2] for row in chinese]
    assert ("shock/pandemic", "2020-04", "冲击：新冠疫情") in chinese
    code, written, _ = call(["but-for", "great-stone", "--no-report"], capsys)
    assert (code, "anchor/maz-weichai" in written) == (0, True)
    assert all(cell_len(line) <= 80 for line in written.splitlines())


def test_of_a_park_that_is_not_calibrated_outcome_shares_are_told_on_request_alone(regimes):
    assumed = Trust("uncalibrated", "prior", "great-stone")
    for asked in (False, True):
        found = replace(regimes.result, trust=assumed, shows_outcomes=asked)
        document = found.document("en")
        folded = {one.key: one.folded for one in document.sections}
        assert (folded["outcomes"], folded["moves"]) == (not asked, not asked)
        assert assumed.meaning("en") in [one.text for one in document.blocks() if isinstance(one, Caveat)]
        standing = found.scenarios[2].outcome("self_standing")
        assert (f"{100 * standing.scenario_share:.1f}%" in document.headline) is asked


def test_unknown_names_end_with_code_two_and_one_line(capsys, tmp_path):
    code, written, error = call(["but-for", "great-stone", "--without", "duisport", "--out", str(tmp_path)], capsys)
    assert (code, written) == (2, "")
    assert "partner/duisport | shareholder/duisport" in error


def test_a_server_offers_shipped_studies_and_takes_no_other():
    (field,) = (
        one for info in menu().analyses if info.name == "compare" for one in info.form if one.name == "reference"
    )
    assert field.type == "choice"
    titles = {one.value: one.title.zh for one in field.choices}
    assert titles["old-threshold"] == "没有2017年总统令的中白工业园"
    assert params_of(COMPARE, {"reference": "old-threshold"}).scenario is None
    for reference in ("/etc/passwd", "study.yaml", 7):
        with pytest.raises(StudyFaults):
            params_of(COMPARE, {"reference": reference})
    with pytest.raises(StudyFaults) as unknown:
        params_of(COMPARE, {"reference": "old-threshold", "runs": "many", "colour": "red"})
    assert [fault.key for fault in unknown.value.faults] == ["params.colour", "params.runs"]


def test_one_scenario_alone_is_refused_before_anything_runs_and_what_to_compare_it_with_is_named(tmp_path):
    def ran(stage, *_):
        assert stage in ("prepare", "compile")

    with pytest.raises(RunRefused, match=r"Studies of the case: suzhou-swap\."):
        compare(tmp_path, "suzhou", ran)


@given(st.integers(1, 5).flatmap(lambda n: arrays(np.float64, (2**n, 3), elements=st.floats(-1, 1))))
def test_parts_sum_to_the_whole_and_are_means_over_orders(values):
    found = shapley(values)
    assert np.allclose(found.sum(axis=0), values[-1] - values[0], atol=1e-12)
    players = len(found)
    if players <= 3:
        means = np.zeros_like(found)
        orders = list(permutations(range(players)))
        for order in orders:
            at = 0
            for player in order:
                means[player] += (values[at | 1 << player] - values[at]) / len(orders)
                at |= 1 << player
        assert np.allclose(found, means, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_parts_of_the_change_of_every_outcome_sum_to_it_run_by_run(seed):
    """Outcomes by coalition are any; those of no coalition of groups that matter are the rest."""
    made = np.random.default_rng(seed)
    known = {}

    def change(cut, runs):
        for one in cut:
            if one not in known:
                codes = made.integers(0, len(OUTCOMES), (2, 40))
                same = codes[:, :, None] == np.arange(len(OUTCOMES))
                known[one] = same[1].astype(np.int8) - same[0]
        return [known[one][:runs] for one in cut]

    parts = parts_of(change, 40)
    total = np.sum([part.change for part in parts], axis=0)
    assert np.allclose(total, known[()].mean(axis=0), atol=1e-12)
    assert parts[-1].group == REST
    assert abs(total.sum()) < 1e-12  # what one outcome gains others lose


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    params = COMPARE.params(reference="without-framework", runs=40)
    return answer(COMPARE, params, Context(tmp_path_factory.mktemp("out"))).result


@pytest.mark.long
def test_parts_of_what_a_land_plan_changes_sum_to_the_change(compared):
    """The loan is the host state's, so that the company owes nothing with the plan or without it."""
    (scenario,) = (one for one in compared.scenarios if one.parts is not None)
    parts, books = scenario.parts, scenario.books
    for at, name in enumerate(OUTCOMES):
        before, after = parts.share(name)
        assert sum(part.change[at] for part in parts.parts) == pytest.approx(after - before, abs=1e-12)
        row = scenario.outcome(name)
        assert (before, after) == pytest.approx((row.reference_share, row.scenario_share))
    assert parts.since == "2012Q3"
    assert "plan" in {part.group for part in parts.parts}
    assert tuple(books.debt) == (0.0, 0.0)


def test_links_are_cut_from_where_two_scenarios_part():
    from copark.cases.load import load_case

    case, study = load_case("great-stone"), load_study("old-threshold")
    inputs = [inputs_of(case, one) for one in study.scenarios]
    assert first_apart(inputs[0], inputs[0]) == 0
    assert str(case.clock.start + first_apart(inputs[0], inputs[1])) == "2017Q2"
