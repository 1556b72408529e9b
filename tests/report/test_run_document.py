"""The report of a run: what its document says, on every kind of result, in both languages."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import xarray as xr

from copark.analyses.run import Answer, answer_of
from copark.cases.case import Case
from copark.model.variables import catalogue
from copark.presentation.document import Chart, Document, Interval, Table
from copark.presentation.html_pdf import to_html
from copark.presentation.rendered_document import to_json
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES
from tests.asked import table
from tests.report.sample import make_case, make_result

SECTIONS = (
    "summary", "outcomes", "fans", "record", "ledgers", "phases", "coordination", "weight", "limits", "network",
    "timeline", "equity", "observations", "parameters", "status",
)  # fmt: skip
ODD: dict[str, dict[str, Any]] = {
    "all failed": {"runs": 4, "failed": "all"},
    "one run": {"runs": 1},
    "one quarter": {"runs": 2, "quarters": 1},
    "short of the data": {"runs": 3, "quarters": 12},
    "scenarios": {"runs": 5, "scenarios": ("baseline", "other")},
}


def calibrated(made: xr.Dataset) -> xr.Dataset:
    """A result whose parameters are calibrated to the park."""
    trust = Trust("calibrated", "shipped", "made-up", "2020Q4", 23).content()
    made.attrs["provenance"] = json.dumps({"trust": trust, "seed": 1})
    return made


def words_of(document: Document) -> str:
    """Everything a reader sees, as plain words."""
    return json.dumps(to_json(document), ensure_ascii=False)


@pytest.fixture(scope="module")
def answer() -> Answer:
    """A calibrated park, some of whose runs did not finish."""
    return answer_of(calibrated(make_result(150, failed="some")), make_case())


def test_the_answer_comes_first_and_is_made_of_the_numbers(answer: Answer) -> None:
    final = answer.ensemble["operating"].isel(scenario=0, quarter=-1).dropna("run").to_numpy()
    median, share = round(float(np.quantile(final, 0.5))), answer.share("self_standing")
    for lang in LANGUAGES:
        found = answer.document(lang)
        assert [one.key for one in found.sections] == list(SECTIONS)
        assert f"{100 * share.share:.0f}%" in found.headline
        assert {"en": f"(median {median})", "zh": f"，中位数{median}家）"}[lang] in found.headline
        assert found.trust_state == "calibrated"
        summary = json.dumps(to_json(found)["sections"][0], ensure_ascii=False)
        assert {"en": f"{answer.unfinished} of 150", "zh": f"150次模拟中有{answer.unfinished}次"}[lang] in summary
        assert {"en": "The model is too low", "zh": "模型偏低"}[lang] in words_of(found), "misses are said plainly"


def test_the_tables_hold_the_numbers_of_the_answer(answer: Answer) -> None:
    found = answer.document()
    latest = table(found, "latest")
    assert len(latest.rows) == len(answer.latest) < len(answer.rows) == len(table(found, "record").rows)
    for row, one in zip(latest.rows, answer.latest, strict=True):
        assert row[3] == Interval(one.low, one.upper, one.median)
    shares = {row[0]: row[3] for row in table(found, "shares").rows}
    one = answer.share("self_standing")
    assert shares["Self-standing"] == Interval(one.low, one.high, one.share)
    assert answer.to_frame()["observed"].tolist() == [row.value for row in answer.rows]


def test_observations_used_and_unused_stand_side_by_side_with_their_sources(answer: Answer) -> None:
    found = answer.document()
    rows = table(found, "observations").rows
    assert len(rows) == len(answer.case.observations)
    assert {row[4] for row in rows} == {True, False}
    assert all("paper" in str(row[6]) for row in rows)
    assert {one.key for one in found.evidence} == set(answer.case.sources)
    assert "8.5" in json.dumps([row[1] for row in rows]), "values have the digits they were reported with"


def test_shares_of_outcomes_over_all_runs_are_told_where_only_some_paths_are_kept(case: Case) -> None:
    found = answer_of(calibrated(make_result(5)), case, [{"3": 900, "1": 100}])
    assert (found.finished, found.share("self_standing").share) == (1000, 0.9)
    assert "90% of 1,000 simulations" in found.document().headline


def test_what_a_park_without_calibration_will_become_is_not_told_unasked(case: Case) -> None:
    found = answer_of(make_result(40), case)
    for lang in LANGUAGES:
        made = found.document(lang)
        outcomes = next(one for one in made.sections if one.key == "outcomes")
        assert outcomes.folded
        assert "%" not in made.headline.replace("90%", "")
        assert not {"shares", "scenarios", "sweep"} & {
            one.key for one in made.sections[0].blocks if isinstance(one, Table)
        }
        assert found.recorded is not None
        assert getattr(found.recorded, lang).rstrip("。.") in made.trust


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_odd_results_make_whole_documents(lang: str, case: Case, subtests: pytest.Subtests) -> None:
    for name, how in ODD.items():
        with subtests.test(name=name):
            found = answer_of(make_result(**how), case).document(lang)
            assert [one.key for one in found.sections] == list(SECTIONS)
            words = words_of(found)
            assert not re.search(r"\b[Nn]a[Nn]\b|\bNone\b|Undefined|object at 0x", words)
            assert not re.search(r"\{[a-z_]+\}", words)


@pytest.mark.long
def test_a_page_draws_every_figure_and_says_its_language(result: xr.Dataset, case: Case, draw: Any) -> None:
    from copark.presentation.figures import Charts

    with pytest.MonkeyPatch.context() as patch:
        draw(patch)
        found = answer_of(result, case).document("zh")
        page = to_html(found, Charts())
    charts = [block for block in found.blocks() if isinstance(block, Chart)]
    assert len(charts) == page.count("<svg") == 16
    assert all(block.alternative for block in charts)
    assert 'lang="zh-CN"' in page
    assert "<script" not in page


def test_when_no_run_finished_the_document_says_so(case: Case) -> None:
    found = answer_of(make_result(4, failed="all"), case).document()
    assert "No simulation finished" in found.headline
    assert "a value was not finite" in words_of(found)


def test_a_study_that_kept_little_makes_a_document_that_says_what_is_missing(case: Case) -> None:
    found = answer_of(make_result(5)[["registered", "status", "outcome", "draws"]], case).document()
    arrivals, operating = (catalogue().outputs[name].title("en") for name in ("arrivals", "operating"))
    assert f"did not store {arrivals} and {operating}" in words_of(found)
    assert len([block for block in found.blocks() if isinstance(block, Chart)]) < 16


def test_the_document_says_where_the_parameters_come_from(case: Case) -> None:
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
