"""Comparing from end to end: results found or made, scenarios beside a reference, the document and the commands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.cells import cell_len

from copark import workflows
from copark.analyses import REGISTRY
from copark.analyses.answer import Answered, answer
from copark.analyses.context import Context
from copark.errors import FaultsFound, RunRefused, StudyFaults
from copark.presentation.document import Bullets, Caveat, Interval
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.study import load_study
from copark.simulation.trust import Trust
from copark.workflows.serving.analyses import menu, params_of
from tests.asked import call, table

pytestmark = pytest.mark.usefixtures("eighty_columns")
RUNS = 8
COMPARE, COUNTERFACTUAL = REGISTRY["compare"], REGISTRY["counterfactual"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


def compare(out: Path | None, reference: str, *told: Any, **asked: Any) -> Answered:
    context = Context(out, progress=told[0] if told else lambda *_: None)
    return answer(COMPARE, COMPARE.params(**{"reference": reference, "runs": RUNS} | asked), context)


@pytest.fixture(scope="module")
def regimes(out: Path) -> Answered:
    return compare(out, "old-threshold")


@pytest.fixture(scope="module")
def shown(regimes: Answered) -> Any:
    return cache(regimes.document)


def test_scenarios_of_a_study_are_set_beside_its_first(regimes: Answered) -> None:
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


def test_every_number_of_the_document_is_one_of_the_result(regimes: Answered, shown: Any) -> None:
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


def test_outcomes_are_shares_of_the_same_runs(regimes: Answered) -> None:
    for one in regimes.result.scenarios:
        for shares in zip(*((row.reference_share, row.arm_share) for row in one.outcomes), strict=True):
            assert sum(shares) == pytest.approx(1.0)
        for name in OUTCOMES:
            before, after = one.moves.shares(name)
            assert after - before == pytest.approx(one.outcome(name).change)


def test_why_outcomes_change_is_told_in_the_document(regimes: Answered, shown: Any) -> None:
    moves, accounts = (table(shown("en"), key) for key in ("moves", "accounts"))
    assert sum(row[2] for row in moves.rows) == sum(one.moves.moved for one in regimes.result.scenarios)
    effects = [line.effect for one in regimes.result.scenarios for move in one.moves.moves for line in move.lines]
    assert [row[-1] for row in accounts.rows] == effects
    bullets = next(one for one in shown("en").blocks() if isinstance(one, Bullets))
    assert len(bullets.items) == len(regimes.result.scenarios)


def test_a_stored_run_is_named_by_its_run_id_and_another_study_has_the_same_random_numbers(
    out: Path, regimes: Answered
) -> None:
    """The case as its own study is the first scenario of the other: the same differences, of two stored runs."""
    told: list[str] = []
    again = compare(out, regimes.result.studies[0][:10], lambda stage, *_: told.append(stage), runs=None)
    assert repr(again.result.scenarios) == repr(regimes.result.scenarios)
    assert "simulate" not in told
    across = compare(out, "great-stone", arm="old-threshold").result
    assert len(across.studies) == 2
    differences = [[row for one in found.scenarios for row in one.differences] for found in (across, regimes.result)]
    assert differences[0] == differences[1]


def test_a_study_that_keeps_none_of_the_main_outputs_tells_what_it_keeps(tmp_path: Path) -> None:
    study = load_study("old-threshold").with_changes(keep=["cash"], runs=RUNS).content()
    file = tmp_path / "cash.yaml"
    file.write_text(yaml.safe_dump(study), encoding="utf-8")
    found = compare(None, str(file))
    assert all(one.begins is not None and one.begins >= "2017Q2" for one in found.result.scenarios)
    assert {row.output for one in found.result.scenarios for row in one.differences} == {"cash"}
    document = found.document("en")
    assert "changes developer's cash" in document.headline
    assert len(table(document, f"scenarios-cash-{found.result.ends[-1]}").rows) == len(found.result.scenarios)


def test_other_random_numbers_are_refused_and_say_so(out: Path, regimes: Answered) -> None:
    other = workflows.run_study("great-stone", runs=RUNS, seed=2, out=out, report=False)
    with pytest.raises(FaultsFound) as caught:
        compare(out, other.identity, arm=regimes.result.studies[0])
    assert [fault.code for fault in caught.value.faults] == ["compare.seed"]


def without(out: Path | None, *names: str, case: str = "great-stone", **asked: Any) -> Answered:
    return answer(
        COUNTERFACTUAL, COUNTERFACTUAL.params(**{"case": case, "without": names, "runs": RUNS} | asked), Context(out)
    )


def test_what_is_due_to_an_event_is_the_case_less_the_case_without_it(out: Path) -> None:
    answered = without(out, "2017-05-12", futures=2)
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


def test_without_a_key_what_can_be_removed_is_listed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    found = without(None)
    english, chinese = (table(found.document(lang), "events").rows for lang in ("en", "zh"))
    assert [row[:2] for row in english] == [row[:2] for row in chinese]
    assert ("shock/pandemic", "2020-04", "冲击：新冠疫情") in chinese
    code, written, _ = call(["but-for", "great-stone", "--no-report"], capsys)
    assert (code, "anchor/maz-weichai" in written) == (0, True)
    assert all(cell_len(line) <= 80 for line in written.splitlines())


def test_of_a_park_that_is_not_calibrated_outcome_shares_are_told_on_request_alone(regimes: Answered) -> None:
    assumed = Trust("uncalibrated", "prior", "great-stone")
    for asked in (False, True):
        found = replace(regimes.result, trust=assumed, shows_outcomes=asked)
        document = found.document("en")
        folded = {one.key: one.folded for one in document.sections}
        assert (folded["outcomes"], folded["moves"]) == (not asked, not asked)
        assert assumed.meaning("en") in [one.text for one in document.blocks() if isinstance(one, Caveat)]
        standing = found.scenarios[2].outcome("self_standing")
        assert (f"{100 * standing.arm_share:.1f}%" in document.headline) is asked


def test_unknown_names_end_with_code_two_and_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, written, error = call(["but-for", "great-stone", "--without", "duisport", "--out", str(tmp_path)], capsys)
    assert (code, written) == (2, "")
    assert "partner/duisport | shareholder/duisport" in error


def test_a_server_offers_shipped_studies_and_takes_no_other() -> None:
    (field,) = (
        one for info in menu().analyses if info.name == "compare" for one in info.form if one.name == "reference"
    )
    assert field.type == "choice"
    titles = {one.value: one.title.zh for one in field.choices}
    assert titles["old-threshold"] == "没有2017年总统令的中白工业园"
    assert params_of(COMPARE, {"reference": "old-threshold"}).arm is None
    for given in ("/etc/passwd", "study.yaml", 7):
        with pytest.raises(StudyFaults):
            params_of(COMPARE, {"reference": given})
    with pytest.raises(StudyFaults) as unknown:
        params_of(COMPARE, {"reference": "old-threshold", "runs": "many", "colour": "red"})
    assert [fault.key for fault in unknown.value.faults] == ["params.colour", "params.runs"]


def test_one_scenario_alone_is_refused_before_anything_runs_and_what_to_compare_it_with_is_named(
    tmp_path: Path,
) -> None:
    def ran(stage: str, *_: int) -> None:
        assert stage in ("prepare", "compile")

    with pytest.raises(RunRefused, match=r"Studies of the case: suzhou-swap\."):
        compare(tmp_path, "suzhou", ran)
