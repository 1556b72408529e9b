"""Comparing from end to end: results found or made, arms beside a reference, a page; and what the screen shows."""

from __future__ import annotations

import csv
import html
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from copark import workflows
from copark.cli import main
from copark.errors import FaultsFound, NotFound, RunRefused
from copark.simulation.trust import Trust
from copark.texts import text
from copark.workflows import ArmMoves, ArmOutcome, Compared, Effect

RUNS = 8


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def regimes(out: Path) -> Compared:
    return workflows.compare("old-threshold", runs=RUNS, out=out)


def call(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    found = capsys.readouterr()
    assert isinstance(leaving.value.code, int)
    return leaving.value.code, found.out, found.err


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COPARK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COPARK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def test_arms_of_a_study_are_set_against_its_first_scenario(regimes: Compared) -> None:
    assert regimes.reference == "The case as it is"
    assert [arm for arm, _ in regimes.begins] == [
        "Threshold of 5 M USD kept", "Narrow list kept", "No decree: threshold and narrow list kept",
    ]  # fmt: skip
    assert all(since is not None and since >= "2017Q2" for _, since in regimes.begins)
    assert regimes.pairs == RUNS
    assert regimes.report is not None
    assert regimes.report.is_file()
    both = next(row for row in regimes.effects if row.arm.startswith("No decree") and row.log)
    assert both.output == "operating"
    assert both.high < 0.0
    assert both.by_parameters is None


def test_outcomes_are_shares_of_the_same_runs(regimes: Compared) -> None:
    for arm, _ in regimes.begins:
        rows = [row for row in regimes.outcomes if row.arm == arm]
        assert sum(row.arm_share for row in rows) == pytest.approx(1.0)
        assert sum(row.reference_share for row in rows) == pytest.approx(1.0)


def test_why_outcomes_change_is_told_for_every_arm_on_screen_page_and_sheet(out: Path, regimes: Compared) -> None:
    assert regimes.report is not None
    page = regimes.report.read_text(encoding="utf-8")
    assert [one.arm for one in regimes.moves] == [arm for arm, _ in regimes.begins]
    told = 0
    for one in regimes.moves:
        told += sum(int(row[2]) for row in one.rows)
        for row in (row for row in regimes.outcomes if row.arm == one.arm):
            title = text(f"analysis.outcome.{row.outcome}")
            gained, lost = (sum(int(move[2]) for move in one.rows if move[end] == title) for end in (1, 0))
            assert (gained - lost) / RUNS == pytest.approx(row.arm_share - row.reference_share)
        assert one.sentence in html.unescape(page)
    folder = workflows.export(regimes.identities[0], "csv", out / "tables", out=out)
    with (folder / "moves.csv").open(encoding="utf-8-sig") as stream:
        assert sum(int(row["Runs"]) for row in csv.DictReader(stream)) == told
    with (folder / "accounts.csv").open(encoding="utf-8-sig") as stream:
        assert {row["Arm"] for row in csv.DictReader(stream)} <= {"old-threshold", "old-list", "old-regime"}


def test_a_stored_run_is_named_by_its_identity(out: Path, regimes: Compared) -> None:
    told: list[str] = []
    again = workflows.compare(
        regimes.identities[0][:10], out=out, report=False, progress=lambda stage, *_: told.append(stage)
    )
    assert again.effects == regimes.effects
    assert again.outcomes == regimes.outcomes
    assert "simulate" not in told


def test_two_studies_are_compared_on_the_same_luck(out: Path, regimes: Compared) -> None:
    """The case as its own study is the first arm of the other: the same differences, of two stored runs."""
    across = workflows.compare("great-stone", "old-threshold", runs=RUNS, out=out, report=False)
    assert len(across.identities) == 2
    assert across.effects == regimes.effects


def test_other_luck_is_refused_and_says_so(out: Path, regimes: Compared) -> None:
    other = workflows.run_study("great-stone", runs=RUNS, seed=2, out=out, report=False)
    with pytest.raises(FaultsFound) as caught:
        workflows.compare(other.identity, regimes.identities[0], out=out, report=False)
    assert [fault.code for fault in caught.value.faults] == ["compare.luck"]


def test_one_scenario_alone_is_no_comparison(out: Path) -> None:
    with pytest.raises(RunRefused, match="one scenario alone"):
        workflows.compare("great-stone", runs=RUNS, out=out)


def test_but_for_an_event_gives_its_effect(out: Path) -> None:
    found = workflows.but_for("great-stone", ["decree/2017-05-12"], runs=RUNS, futures=2, out=out, report=False)
    assert found.begins == (("The case as it is", "2017Q2"),)
    row = next(row for row in found.effects if row.output == "operating" and row.log)
    assert row.low > 0.0
    assert row.by_parameters is not None
    assert found.reference.startswith("Without: Decree")
    assert workflows.verify(found.identities[0], out=out, threads=1).passed


def test_but_for_what_never_happened_is_not_found(out: Path) -> None:
    with pytest.raises(NotFound, match="visit/2015-05-10"):
        workflows.but_for("great-stone", ["visit/2015-05-11"], runs=RUNS, out=out)


def test_what_can_be_undone_is_listed_in_both_languages() -> None:
    english, chinese = (workflows.happenings("great-stone", lang) for lang in ("en", "zh"))
    assert [key for key, _, _ in english] == [key for key, _, _ in chinese]
    assert ("shock/pandemic", "2020-04", "Shock: COVID-19 pandemic") in english
    assert ("shock/pandemic", "2020-04", "冲击：新冠疫情") in chinese


MOVES = ArmMoves("An arm", "Two of four runs.", ("From", "To", "Runs"), (("Failed", "Stagnant", "2"),))


def compared(**changes: Any) -> Compared:
    effects = tuple(
        Effect("An arm with a title that is longer than a line has room for", "operating", "Operating", "log points",
               True, quarter, -1.25, -0.5, 0.125, 0.2, 0.0, None)
        for quarter in ("2024Q2", "2032Q2")
    )  # fmt: skip
    outcomes = tuple(
        ArmOutcome(effects[0].arm, name, 0.25, share, -0.1, 0.2)
        for name, share in (("failed", 0.1), ("dependent", 0.2), ("stagnant", 0.3), ("self_standing", 0.4))
    )
    found: dict[str, Any] = {
        "title": "A study", "reference": "As it is", "identities": ("0123456789abcdef",), "pairs": 1000,
        "seconds": 3.0, "begins": ((effects[0].arm, "2015Q2"),), "effects": effects, "outcomes": outcomes,
        "moves": (MOVES,), "report": Path("out/c.html"),
        "trust": Trust("calibrated", "shipped", "great-stone", "2020Q4", 23), "recorded": "",
    }  # fmt: skip
    return Compared(**(found | changes))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_screen_shows_effects_outcomes_and_the_page(
    lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(workflows, "compare", lambda *given, **named: asked.append((given, named)) or compared())
    code, shown, _ = call(["compare", "a", "b", "--runs", "5", "--lang", lang, "--no-report"], capsys)
    assert code == 0
    assert asked[0][0] == ("a", "b")
    assert (asked[0][1]["runs"], asked[0][1]["report"], asked[0][1]["lang"]) == (5, False, lang)
    numbers = ("-0.50", "-1.25 – +0.12", "20.0 %", "2015Q2", "2032Q2", "25.0 %", "0123456789abcdef", "out/c.html")
    for words in (*numbers, MOVES.sentence, *MOVES.rows[0]):
        assert words in shown
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_of_a_park_that_is_not_calibrated_outcomes_and_why_they_change_are_told_on_request_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assumed = compared(trust=Trust("uncalibrated", "prior", "great-stone"), recorded="It closed.")
    monkeypatch.setattr(workflows, "compare", lambda *_, **__: assumed)
    _, shown, _ = call(["compare", "a"], capsys)
    assert "It closed." in shown
    assert MOVES.sentence not in shown


def test_an_arm_that_never_differs_is_said_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    never = compared(begins=((compared().effects[0].arm, None),))
    monkeypatch.setattr(workflows, "but_for", lambda *_, **__: never)
    _, shown, _ = call(["but-for", "great-stone", "--without", "pandemic"], capsys)
    assert "never differs" in shown


def test_without_a_key_what_can_be_undone_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = call(["but-for", "great-stone"], capsys)
    assert code == 0
    assert "anchor/maz-weichai" in shown
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_unknown_names_end_with_code_two_and_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, shown, error = call(["but-for", "great-stone", "--without", "duisport", "--out", str(tmp_path)], capsys)
    assert (code, shown) == (2, "")
    assert "partner/duisport | shareholder/duisport" in error
    code, _, error = call(["but-for", "great-stone", "--without", "x", "--futures", "0"], capsys)
    assert code == 2
    assert "whole number from 1" in error
