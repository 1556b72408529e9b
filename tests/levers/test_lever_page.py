"""Levers from end to end with few runs, in both languages: page, tables, workbook, screen; and what is read again."""

import csv
import dataclasses
import re
from functools import cache

import numpy as np
import pytest
from copark.report.levers.page import FIGURES
from copark.report.levers.words import balance_words, leaning_words
from openpyxl import load_workbook
from rich.cells import cell_len

from copark.cli import levers as lever_commands
from copark.cli import main
from copark.errors import CoparkError
from copark.inference.levers.findings import find
from copark.inference.levers.leaning import Leaning
from copark.inference.levers.measures import NAMES, measure_of
from copark.presentation.figures import render
from copark.report.figures.levers import operating, sides, standing, widths
from copark.report.figures.levers_choice import pareto, ranks
from copark.report.levers import write_levers
from copark.workflows import levers as workflow
from tests.levers.conftest import small

DRAWS, FUTURES = 12, 2


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("levers")


@pytest.fixture(scope="module")
def file(place):
    path = place / "small.yaml"
    path.write_text(small(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def asked(place, file):
    def ask(**changes):
        given = {"draws": DRAWS, "futures": FUTURES, "file": file, "out": place, "threads": 1, "parameters": "prior"}
        given |= changes
        return workflow.try_levers("great-stone", **given)

    return ask


@pytest.fixture(scope="module")
def answers(asked):
    """The answer in a language, with its page, made once."""
    return cache(lambda lang: asked(lang=lang))


def test_runs_are_made_once_and_read_again(answers, asked):
    first, read = answers("en"), asked(lang="zh")
    assert (first.reused, read.reused) == (False, True)
    assert first.identity == read.identity
    again = asked(report=False, threads=2)
    assert not again.reused
    assert np.array_equal(again.findings.measured.values, read.findings.measured.values)
    assert asked(seed=2, report=False).identity != again.identity
    assert asked(only=["tax"], report=False).identity != again.identity


@pytest.mark.long
def test_a_spoilt_file_of_measures_is_made_again(asked, place):
    first = asked(seed=9, only=["tax"])
    kept = first.report.parent / workflow.KEPT_AS
    kept.write_bytes(b"nothing")
    again = asked(seed=9, only=["tax"])
    assert not again.reused
    assert np.array_equal(first.findings.measured.values, again.findings.measured.values)


def test_a_setting_that_is_the_case_would_gain_nothing(answers):
    """The case as it is is compared with itself in every measure: the paired difference of no change is 0."""
    measured = answers("en").findings.measured
    assert measured.options == ("as-it-is", "five", "tax-20")
    assert measured.structures == ("as-modelled", "nobody-rescues", "low-bar")
    assert np.array_equal(measured.of("home", 0), measured.of("home", 2)), "a bar reads the same runs"
    assert not np.array_equal(measured.of("home", 0), measured.of("home", 1))


def test_tax_takes_from_enterprises(answers):
    row = next(row for row in answers("en").rows if row.setting == "20 %")
    assert dict(row.verdicts)["enterprises"].startswith("loses")


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_the_page_says_everything_in_its_language(lang, answers):
    page = answers(lang).report.read_text(encoding="utf-8")
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert page.count("<svg") == len(FIGURES)
    assert answers(lang).identity in body
    assert {"en": "Entry threshold", "zh": "入园门槛"}[lang] in body
    assert {"en": "Who may is assumed.", "zh": "谁可救助为假定。"}[lang] in body
    assert {"en": "Lose: ", "zh": "失："}[lang] in body
    assert not re.search(r"\bnan\b|\{[a-z_]+\}|None", body)
    folder = answers(lang).report.parent / "figures"
    assert len(list(folder.glob(f"*-{lang}.*"))) == len(FIGURES)


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_tables_open_in_spreadsheets(lang, answers):
    folder = answers(lang).report.parent
    raw = (folder / f"levers-gains-{lang}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) == 2 * len(NAMES)
    assert {row["setting"] for row in rows} == {"five", "tax-20"}
    parts = [float(rows[2][f"by_{part}"] or 0.0) for part in ("structure", "parameters", "luck")]
    assert sum(parts) == pytest.approx(1.0)
    book = load_workbook(answers(lang).tables)
    assert len(book.sheetnames) == 5
    assert {"en": "Gains", "zh": "收益"}[lang] in book.sheetnames
    assert book[book.sheetnames[0]].max_row == 1 + len(rows)
    book.close()


def test_words_say_who_gains_and_what_it_leans_on(answers):
    found = answers("en").findings
    words = [balance_words(found, one, "en") for one in found.balances]
    assert words[0].startswith("5 M USD for good.")
    assert all(re.search(r"Gain|Lose|Either|Unchanged", line) for line in words)
    strong = Leaning("tax-20", measure_of("operating"), "network_strength", -0.8, "unmoved")
    leant = dataclasses.replace(found, leanings=(strong, dataclasses.replace(strong, setting="five", correlation=0.9)))
    (line,) = leaning_words(leant, "en")
    assert "data did not move" in line
    assert line.endswith("5 M USD for good (+0.90); 20 % (−0.80).")
    moved = dataclasses.replace(found, leanings=(dataclasses.replace(strong, verdict="moved"),))
    assert leaning_words(moved, "en") == ()


@pytest.mark.parametrize("draw", [standing, operating, sides, widths, ranks, pareto])
def test_figures_draw_where_no_run_is_left(draw, answers):
    found = answers("en").findings
    measured = dataclasses.replace(found.measured, alive=np.zeros_like(found.measured.alive))
    empty = find(found.asked, measured)
    assert empty.choice is None
    if draw in (ranks, pareto):
        with pytest.raises(ValueError, match="no state"):
            draw(empty)
    else:
        assert render(draw(empty, lang="zh"), "svg")


def test_a_page_is_written_where_no_run_is_left(answers, tmp_path):
    found = answers("en").findings
    measured = dataclasses.replace(found.measured, alive=np.zeros_like(found.measured.alive))
    page = write_levers(find(found.asked, measured), "en", tmp_path).read_text(encoding="utf-8")
    assert "No state is left" in page
    with pytest.raises(ValueError, match="no language"):
        write_levers(found, "fr", tmp_path)


def test_now_leaves_out_parks_that_had_failed(asked):
    found = asked(since="now", report=False).findings
    assert found.pulled == "2025Q1"
    assert [setting.key for _, setting in found.settings] == ["none-now"]
    measured = found.measured
    assert found.gain("none-now", "home").pairs == measured.alive[0].sum()
    assert 0 < measured.alive[1].sum() < measured.alive[0].sum(), "nobody rescues: fewer parks reach 2025"


def test_a_plan_is_announced_before_long_work(asked, monkeypatch):
    told = []
    monkeypatch.setattr("copark.workflows.planning.WITHOUT_PILOT", 0)
    monkeypatch.setattr("copark.workflows.planning.WORTH_TELLING", 0.0)
    asked(report=False, announce=told.append, only=["tax"])
    assert "4 arm(s) of 24 runs each" in told[0][0]
    assert not any("Disk" in sentence for sentence in told[0]), "paths are not stored"


def call(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    found = capsys.readouterr()
    return leaving.value.code, found.out, found.err


@pytest.fixture
def eighty_columns(monkeypatch):
    for name in ("COPARK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COPARK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_the_screen_holds_a_row_for_each_setting(lang, answers, eighty_columns, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(workflow, "try_levers", lambda *given, **named: asked.append((given, named)) or answers(lang))
    code, out, err = call(
        ["levers", "great-stone", "--draws", "12", "--levers", "tax, threshold", "--lang", lang], capsys
    )
    assert (code, err) == (0, "")
    assert asked[0][1]["only"] == ["tax", "threshold"]
    assert {"en": "20 %", "zh": "税率20%"}[lang] in out
    assert {"en": "Well enough", "zh": "达标"}[lang] in out
    paths = ("Report", "Tables", "报告", "表格")
    assert all(cell_len(line) <= 80 for line in out.splitlines() if not line.startswith(paths))


@pytest.mark.parametrize("command", ["levers", "plan"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_is_in_both_languages(command, lang, eighty_columns, capsys):
    assert lever_commands.app is not None
    code, out, _ = call([command, "--help", "--lang", lang], capsys)
    assert code == 0
    assert "levers." not in out
    assert "planner." not in out
    assert {"en": "Usage", "zh": "用法"}[lang] in out


def test_what_is_not_there_is_said(file, place, eighty_columns, capsys):
    code, _, err = call(["levers", "great-stone", "--levers", "taxx", "--file", str(file), "--out", str(place)], capsys)
    assert code == 2
    assert "taxx" in err
    assert "Traceback" not in err
    with pytest.raises(CoparkError):
        workflow.try_levers("no-such-case")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_plan_on_the_screen(lang, eighty_columns, capsys, tmp_path):
    study = tmp_path / "study.yaml"
    study.write_text(
        "format: 1\nname: small\ntitle: {en: Small, zh: 小}\ncase: great-stone\nruns: 50\ndraws: defaults\n"
        "keep: [operating]\nscenarios: [{key: as-it-is, title: {en: As it is, zh: 现状}}]\n",
        encoding="utf-8",
    )
    code, out, _ = call(["plan", str(study), "--precision", "0.05", "--threads", "1", "--lang", lang], capsys)
    assert code == 0
    assert {"en": "Plan: Small", "zh": "运行计划：小"}[lang] in out
    assert {"en": "runs.", "zh": "次模拟。"}[lang] in out
