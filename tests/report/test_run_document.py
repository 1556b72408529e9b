"""The report of a run: what was observed beside the model, and what its document says on every kind of result."""

import json
import re
from collections import Counter

import numpy as np
import pytest

from copark.analyses.accounts_on_record import accounts_on_record
from copark.analyses.run import answer_of
from copark.model.variables import catalogue
from copark.presentation.document import Chart, Interval, Table
from copark.presentation.rendered_document import to_json
from copark.simulation.readouts.observed_vs_model import compare
from copark.simulation.trust import Trust
from copark.stats.scores import percentiles
from copark.store.checked_chunks import CheckedStore
from copark.texts import LANGUAGES
from copark.workflows import run_study
from tests.asked import table
from tests.report.conftest import make_case, make_result, observation

SECTIONS = (
    "summary", "outcomes", "fans", "record", "ledgers", "phases", "coordination", "weight", "limits", "network",
    "timeline", "equity", "observations", "parameters", "status",
)  # fmt: skip
ODD = {
    "all failed": {"runs": 4, "failed": "all"},
    "one run": {"runs": 1},
    "one quarter": {"runs": 2, "quarters": 1},
    "short of the data": {"runs": 3, "quarters": 12},
    "scenarios": {"runs": 5, "scenarios": ("baseline", "other")},
}


def calibrated(made):
    """A result whose parameters are calibrated to the park."""
    trust = Trust("calibrated", "shipped", "made-up", "2020Q4", 23).content()
    made.attrs["provenance"] = json.dumps({"trust": trust, "seed": 1})
    return made


def words_of(document):
    """Everything a reader sees, as plain words."""
    return json.dumps(to_json(document), ensure_ascii=False)


@pytest.fixture(scope="module")
def answer():
    """A calibrated park, some of whose runs did not finish."""
    return answer_of(calibrated(make_result(150, failed="some")), make_case())


def test_the_answer_comes_first_and_is_made_of_the_numbers(answer):
    final = answer.ensemble["operating"].isel(scenario=0, quarter=-1).dropna("run").to_numpy()
    median, share = round(float(np.quantile(final, 0.5))), answer.share("self_standing")
    for lang in LANGUAGES:
        found = answer.document(lang)
        assert [one.key for one in found.sections] == list(SECTIONS)
        assert f"{100 * share.share:.0f}%" in found.headline
        assert {"en": f"has {median} companies in operation (", "zh": f"运营企业{median}家（"}[lang] in found.headline
        assert found.trust_state == "calibrated"
        summary = json.dumps(to_json(found)["sections"][0], ensure_ascii=False)
        assert {"en": f"{answer.unfinished} of 150", "zh": f"150次模拟中有{answer.unfinished}次"}[lang] in summary
        assert {"en": "The model is too low", "zh": "模型偏低"}[lang] in words_of(found), "misses are said plainly"


def test_the_tables_hold_the_numbers_of_the_answer(answer):
    found = answer.document()
    latest = table(found, "latest")
    assert len(latest.rows) == len(answer.latest) < len(answer.rows) == len(table(found, "record").rows)
    for row, one in zip(latest.rows, answer.latest, strict=True):
        assert row[3] == Interval(one.low, one.upper, one.median)
    shares = {row[0]: row[3] for row in table(found, "shares").rows}
    one = answer.share("self_standing")
    assert shares["Self-standing"] == Interval(one.low, one.high, one.share)
    assert answer.to_frame()["observed"].tolist() == [row.value for row in answer.rows]


def test_observations_used_and_unused_stand_side_by_side_with_their_sources(answer):
    found = answer.document()
    rows = table(found, "observations").rows
    assert len(rows) == len(answer.case.observations)
    assert {row[4] for row in rows} == {True, False}
    assert all(re.search("gazette|agency", str(row[6])) for row in rows)
    assert {one.key for one in found.evidence} == set(answer.case.sources)
    assert "3.5" in json.dumps([row[1] for row in rows]), "values have the digits they were reported with"


def test_the_park_is_told_beside_its_own_land_and_plan(case):
    """Fifty companies are many for one park and few for another: the same sentence says what share of its land."""
    made = calibrated(make_result(40))
    planned = observation("2015-06", "planned_jobs", 6000, "persons", bound="at-least", role="context")
    found = answer_of(made, case.model_copy(update={"observations": (*case.observations, planned)}))
    land = found.land
    area = case.land.plan[-1].in_unit("ha")
    last = made.isel(scenario=0, quarter=-1)
    assert (land.basis, land.median) == ("planned", pytest.approx(float(np.median(last["occupied_area"])) / area))
    jobs = found.final("jobs")[1]
    for lang, words, plan in (
        ("en", "of the planned land is taken up", f"{jobs:,.0f} of at least 6,000 planned (2015-06)"),
        ("zh", "规划用地占用", f"规划不低于6,000人（2015-06），届时{jobs:,.0f}人"),
    ):
        document = found.document(lang)
        first = next(one for one in re.split(r"\.\s|。", document.headline) if "2012" in one or "%" in one)
        assert {"en": "self-standing", "zh": "自立"}[lang] in first
        assert words in first
        notes = {card.title: card.note for card in document.sections[0].blocks[0].cards}
        assert any(plan in note for note in notes.values()), notes
        assert any({"en": "Planned land", "zh": "规划用地"}[lang] in title for title in notes)


def test_what_the_tests_of_accounts_rest_on_stands_where_the_chance_is_told(answer, case):
    words = accounts_on_record(case, "en")
    assert words in words_of(answer.document())
    assert words not in words_of(answer_of(make_result(10), case).document())


def test_shares_of_outcomes_over_all_runs_are_told_where_only_some_paths_are_kept(case):
    found = answer_of(calibrated(make_result(5)), case, [{"3": 900, "1": 100}])
    assert (found.finished, found.share("self_standing").share) == (1000, 0.9)
    assert "90% of 1,000 simulations" in found.document().headline


def test_what_a_park_without_calibration_will_become_is_not_told_unasked(case):
    found = answer_of(make_result(40), case)
    for lang in LANGUAGES:
        made = found.document(lang)
        outcomes = next(one for one in made.sections if one.key == "outcomes")
        assert outcomes.folded
        told = {"en": "self-standing", "zh": "自立"}[lang]
        assert told not in made.headline
        assert all(told not in card.title for card in made.sections[0].blocks[0].cards)
        assert not {"shares", "scenarios", "sweep"} & {
            one.key for one in made.sections[0].blocks if isinstance(one, Table)
        }
        assert getattr(found.recorded, lang).rstrip("。.") in made.trust


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_odd_results_make_whole_documents(lang, case, subtests):
    for name, how in ODD.items():
        with subtests.test(name=name):
            found = answer_of(make_result(**how), case).document(lang)
            assert [one.key for one in found.sections] == list(SECTIONS)
            words = words_of(found)
            assert not re.search(r"\b[Nn]a[Nn]\b|\bNone\b|Undefined|object at 0x", words)
            assert not re.search(r"\{[a-z_]+\}", words)


def test_when_no_run_finished_the_document_says_so(case):
    found = answer_of(make_result(4, failed="all"), case).document()
    assert "No simulation finished" in found.headline
    assert "a value was not finite" in words_of(found)


def test_a_study_that_kept_little_makes_a_document_that_says_what_is_missing(case):
    found = answer_of(make_result(5)[["registered", "status", "outcome", "draws"]], case).document()
    arrivals, operating = (catalogue().outputs[name].title("en") for name in ("arrivals", "operating"))
    assert f"did not store {arrivals} and {operating}" in words_of(found)
    assert len([block for block in found.blocks() if isinstance(block, Chart)]) < 16


def test_the_document_says_where_the_parameters_come_from(case):
    """What a run draws is told by its trust state; that other values were held at another park's is said beside it."""
    made = make_result(5)
    for study, words in (
        ({"draws": "unsettled"}, "another park, Great Stone"),
        ({"draws": "prior"}, "No parameter was calibrated"),
    ):
        made.attrs["provenance"] = json.dumps({"study": study, "runs": 9000})
        told = words_of(answer_of(made, case).document())
        assert words in told
        assert "9,000 simulations" in told, "the report rests on fewer paths than were run, and says so"


HUNDRED = np.arange(1.0, 101.0)
"""A known ensemble: its n-th percentile is n."""


@pytest.mark.parametrize(
    ("low", "high", "first", "last", "number", "side"),
    [
        (30.0, 30.0, 29.5, 29.5, 29.5, "inside"), (3.0, 3.0, 2.5, 2.5, 2.5, "high"), (0.0, 0.0, 0.0, 0.0, 0.0, "high"),
        (98.0, 98.0, 97.5, 97.5, 97.5, "low"), (200.0, 200.0, 100.0, 100.0, 100.0, "low"),
        (40.0, None, 39.0, 100.0, 61.0, "inside"), (97.0, None, 96.0, 100.0, 4.0, "low"),
        (0.0, None, 0.0, 100.0, 100.0, "inside"), (101.0, None, 100.0, 100.0, 0.0, "low"),
        (None, 40.0, 0.0, 40.0, 40.0, "inside"), (None, 4.0, 0.0, 4.0, 4.0, "high"),
        (20.0, 30.0, 19.0, 30.0, 11.0, "inside"), (1.0, 4.0, 0.0, 4.0, 4.0, "high"),
        (97.0, 99.0, 96.0, 99.0, 3.0, "low"), (30.2, 30.8, 30.0, 30.0, 0.0, "inside"),
    ],
)  # fmt: skip
def test_percentiles_of_a_known_ensemble(low, high, first, last, number, side):
    """A value has one percentile, ties by half; a bound or a range spans several, and is outside only as a whole."""
    found = percentiles(HUNDRED, low, high)
    assert (found.first, found.last, found.number) == pytest.approx((first, last, number))
    assert found.side == side
    assert found.inside is (side == "inside")


def test_more_than_is_read_as_far_as_it_reaches():
    """More than 50 operating, 60 to 90 modelled: the model is too high, which a limit alone would not see."""
    made = known([float(at) for at in range(60, 91)], "operating")
    read = compare(made, observation("2020", "operating", 50, "companies", bound="more-than"))
    limit = compare(made, observation("2020", "operating", 50, "companies", bound="at-least"))
    assert (read.side, limit.side) == ("high", "inside")
    assert limit.percentiles.number == 100.0


def test_an_error_of_its_own_is_a_range():
    """None of one promise kept, ± 0.4: the level of service may be 0.5, but hardly 0.9."""
    told = observation("2020", "service_level", 0.0, "1").model_copy(update={"error": 0.4})
    for level, inside in ((0.5, True), (0.9, False)):
        row = compare(known([level, level], "service_level"), told)
        assert row.inside is inside


def known(values, name="registered", quarters=60):
    """An ensemble in which an output has one value a run in every quarter."""
    made = make_result(len(values), quarters)
    made[name][:] = np.array(values)[None, :, None]
    return made


def test_medians_bands_and_ranks_by_hand():
    """Values 0 … 100 in 101 runs: 5, 50, 95; 30 lie below 30 and one equals it."""
    row = compare(known([float(at) for at in range(101)]), observation("2020", "registered", 30, "companies"))
    assert (row.low, row.median, row.upper) == (5.0, 50.0, 95.0)
    assert row.percentiles.number == pytest.approx(3050 / 101)
    assert row.width == pytest.approx(1.5)
    assert row.inside
    assert row.quarter == "2020Q4"


def test_units_are_converted_before_anything_is_compared():
    row = compare(known([850.0, 850.0], "serviced_area"), observation("2020", "serviced_area", 8.5, "km2"))
    assert row.value == pytest.approx(850.0)
    assert row.inside


def test_a_years_flow_is_compared_with_the_mean_of_its_quarters():
    made = known([0.0, 0.0], "profit")
    labels = [str(label) for label in made["label"].to_numpy()]
    for part, value in enumerate((10.0, 20.0, 30.0, 40.0), start=1):
        made["profit"][:, :, labels.index(f"2020Q{part}")] = value
    for date, median in (("2020", 25.0), ("2020-03", 10.0)):
        assert compare(made, observation(date, "profit", 25, "M USD/yr")).median == median


def test_what_cannot_be_compared_is_not(result, subtests):
    for why, row in {
        "not used": observation("2020", "registered", 60, "companies", use=False, note="another page says so"),
        "background": observation("2020", "registered", 60, "companies", grade="background", role="context"),
        "no output": observation("2020", "resident_countries", 12, "countries", role="context"),
        "too early": observation("1999", "registered", 60, "companies"),
        "too late": observation("2099", "registered", 60, "companies"),
    }.items():
        with subtests.test(why):
            assert compare(result, row) is None


def test_observations_are_shown_beside_the_model_as_they_are_bounded(result, case):
    for lang, least in (("en", "at least"), ("zh", "不低于")):
        (table,) = (one for one in answer_of(result, case).document(lang).tables() if one.key == "record")
        assert {("", 41.0), (least, 1000.0), ("", Interval(17.0, 20.0))} <= {row[1:3] for row in table.rows}


def test_a_report_reads_each_output_of_a_stored_run_once(tmp_path, monkeypatch):
    read = Counter()
    checked = CheckedStore._checked

    def counted(self, key, content):
        if content is not None and key.split("/")[0] in catalogue().outputs and "/c/" in key:
            read[key] += 1
        return checked(self, key, content)

    run_study("great-stone", runs=4, parameters="prior", out=tmp_path, report=False)
    monkeypatch.setattr(CheckedStore, "_checked", counted)
    run_study("great-stone", runs=4, parameters="prior", out=tmp_path, formats=("md",))
    assert len(read) > 40
    assert set(read.values()) == {1}
