"""`copark calibrate` from end to end with a small batch: what is kept, what is found again, what is said of it."""

from __future__ import annotations

import csv
import shutil
from html import escape

import numpy as np
import pytest

from copark.cli import calibrating as screen
from copark.cli import progress
from copark.errors import NotFound, RunRefused
from copark.inference import artefacts
from copark.inference.batch import PIECE
from copark.inference.calibrations import settings_of
from copark.inference.examination import NUMBERS, load_examination
from copark.workflows import calibrating
from copark.workflows.calibrating import calibrate, check_posterior, plan_calibration
from tests.inference.workflow_settings import LEFT_OPEN, TINY, call, short_refinement, words_of


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("calibrating")


@pytest.fixture(scope="module")
def stages():
    return []


@pytest.fixture(scope="module")
def made(out, stages):
    with short_refinement():
        return calibrate("great-stone", settings=TINY, out=out, threads=1, progress=lambda *told: stages.append(told))


@pytest.fixture(scope="module")
def again(made, out):
    """The same asked for again, and the stages it told of."""
    told = []
    found = calibrate("great-stone", settings=TINY, out=out, report=False, progress=lambda *one: told.append(one[0]))
    return found, told


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(calibrating, "settings_of", lambda runs, seed, lang="en": TINY)
    monkeypatch.setattr(progress, "PATIENCE", 1e6)
    monkeypatch.setattr(screen, "WORTH_TELLING", 1e6)
    monkeypatch.setenv("COLUMNS", "80")


def test_posteriors_batch_and_page_are_kept(made, out) -> None:
    assert made.folder == out / "posteriors" / f"great-stone-{made.identity}"
    assert {path.name for path in made.folder.iterdir()} == {
        "recipe.json", "parameters.npz", "replay.npz", "examination.json", "examination.npz",
    }  # fmt: skip
    assert list((out / "batches").glob("batch-*/runs-*.piece"))
    assert made.report.is_file()


def test_it_says_what_was_used_and_what_the_data_moved(made) -> None:
    assert made.cut == "2020Q4"
    assert "23 values to 2020Q4" in made.used
    assert len(made.parameters) >= 41
    assert [row.verdict for row in made.parameters].index("moved") == 0
    for row in made.parameters:
        assert row.low <= row.median <= row.high
        assert row.title in row.sentence
    assert made.compared == 23
    assert made.expected == 2
    assert all(0.6 < share < 1.0 for share in made.coverage)
    assert {word for word, _ in made.notes} <= {"good", "fair", "poor"}


def test_every_stage_tells_how_far_it_is(made, stages) -> None:
    assert made
    names = list(dict.fromkeys("prepare" if name == "compile" else name for name, _, _ in stages))
    assert [name for name in names if name != "report"] == [
        "prepare",
        "batch",
        "summaries",
        "replay",
        "ranks",
        "refine",
    ]
    for name in ("batch", "replay", "ranks"):
        done, total = next((done, total) for one, done, total in reversed(stages) if one == name)
        assert done == total > 0


def test_a_calibration_that_is_kept_is_not_made_again(made, again, out) -> None:
    again, told = again
    assert again.reused
    assert "batch" not in told
    assert (again.identity, again.folder) == (made.identity, made.folder)
    assert [(row.name, row.median) for row in again.parameters] == [(row.name, row.median) for row in made.parameters]
    assert plan_calibration("great-stone", out=out, settings=TINY) is None


@pytest.mark.long
def test_another_machine_makes_the_same(made, tmp_path) -> None:
    """Two threads and no batch to begin with: the same identity, the same draws."""
    with short_refinement():
        again = calibrate("great-stone", settings=TINY, out=tmp_path, threads=2, report=False)
    assert again.identity == made.identity
    for name in ("parameters.npz", "replay.npz"):
        with np.load(made.folder / name) as first, np.load(again.folder / name) as second:
            assert all(np.array_equal(first[key], second[key]) for key in first.files)


@pytest.mark.long
def test_an_interrupted_calibration_goes_on_with_its_batch(made, out, tmp_path) -> None:
    shutil.copytree(out / "batches", tmp_path / "batches")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("batches/*/runs-*.piece")}
    assert len(before) == -(-TINY.runs // PIECE)
    again = calibrate("great-stone", settings=TINY, out=tmp_path, report=False, refine=False)
    assert not again.reused
    assert before == {path: path.stat().st_mtime_ns for path in before}


@pytest.mark.long
def test_a_calibration_left_half_written_is_made_again(made, out, tmp_path) -> None:
    shutil.copytree(out, tmp_path / "out")
    (tmp_path / "out" / "posteriors" / made.folder.name / NUMBERS).write_text("{", encoding="utf-8")
    assert load_examination(tmp_path / "out" / "posteriors" / made.folder.name) is None
    with short_refinement():
        again = calibrate("great-stone", settings=TINY, out=tmp_path / "out", report=False)
    assert not again.reused
    assert again.coverage == made.coverage


@pytest.mark.long
def test_without_a_second_method_the_page_says_so(out) -> None:
    found = calibrate("great-stone", settings=TINY, out=out, refine=False)
    assert "No refinement by synthetic likelihood" in words_of(found.report)


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_the_page_holds_every_section_and_nothing_left_open(made, out, lang) -> None:
    found = made if lang == "en" else calibrate("great-stone", settings=TINY, out=out, lang=lang)
    words = words_of(found.report)
    assert not LEFT_OPEN.search(words), LEFT_OPEN.search(words)
    page = found.report.read_text(encoding="utf-8")
    for section in ("summary", "parameters", "ties", "checks", "honesty", "health", "provenance", "sources"):
        assert f'<section id="{section}"' in page
    assert found.identity in words
    for row in found.parameters:
        assert escape(row.title) in words.replace("&#39;", "&#x27;")
    assert ("the data did not move this" if lang == "en" else "数据未能改变") in words


def test_tables_open_in_a_spreadsheet(made) -> None:
    path = made.report.parent / "parameters-en.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == len(made.parameters) + 1
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("cut", ["2030Q4", "2012Q3", "last year", "2020"])
def test_a_quarter_that_is_none_of_the_case_is_refused_in_words(out, cut) -> None:
    with pytest.raises(RunRefused, match="2012Q4 and 2024Q4"):
        calibrate("great-stone", cut=cut, out=out)


def test_a_cut_before_anything_was_reported_is_refused(out) -> None:
    with pytest.raises(RunRefused, match="the first one is from 2016Q4"):
        calibrate("great-stone", cut="2014Q4", out=out)


@pytest.mark.parametrize("runs", ["2^19", "524288", "524,288", 1 << 19, "2**19"])
def test_runs_are_a_power_of_two(monkeypatch, runs) -> None:
    monkeypatch.undo()
    assert settings_of(runs, None).runs == 1 << 19


def test_other_numbers_of_runs_are_refused_in_words(monkeypatch, subtests: pytest.Subtests) -> None:
    monkeypatch.undo()
    for runs in ["1000", 3, "2^40", "2^", "many", "3^5", "-4096", "2^1e9", "\u0662^19", ""]:
        with subtests.test(runs=runs), pytest.raises(RunRefused, match="a power of two"):
            settings_of(runs, None)


def test_a_plan_is_told_before_the_work(tmp_path) -> None:
    found = plan_calibration("great-stone", out=tmp_path, settings=TINY, threads=1)
    assert found.runs > TINY.runs
    assert found.seconds > 0.0


@pytest.mark.parametrize(("lang", "time"), [("en", "2 min 05 s"), ("zh", "2 分 05 秒")])
def test_the_plan_goes_to_standard_error_if_the_work_is_long(monkeypatch, capsys, tmp_path, lang, time) -> None:
    monkeypatch.setattr(screen, "WORTH_TELLING", 10.0)
    for seconds, said in ((125.0, True), (9.0, False)):
        screen.tell_plan(calibrating.Planned(3_000_000, seconds, 72, tmp_path), lang)
        found = capsys.readouterr()
        assert found.out == ""
        assert (time in found.err and "3,000,000" in found.err) is said
    screen.tell_plan(None, lang)
    assert capsys.readouterr() == ("", "")


def test_the_shipped_posterior_is_compared(monkeypatch, out) -> None:
    """The comparison itself is tested where it is made; here what is answered."""
    for identical, close, kind in ((True, True, "identical"), (False, True, "close"), (False, False, "different")):
        answer = artefacts.Comparison(identical=identical, close=close, largest=0.0 if identical else 0.25)
        monkeypatch.setattr(artefacts, "check", lambda *_, answer=answer, **__: answer)
        found = check_posterior("great-stone", out=out)
        assert (found.kind, found.passed) == (kind, kind != "different")


@pytest.mark.parametrize(("lang", "word"), [("en", "Identical"), ("zh", "完全一致")])
def test_the_screen_says_whether_it_is_the_same(monkeypatch, capsys, lang, word) -> None:
    same = artefacts.Comparison(identical=True, close=True, largest=0.0)
    monkeypatch.setattr(artefacts, "check", lambda *_, **__: same)
    code, said, _ = call(["calibrate", "great-stone", "--check", "--lang", lang], capsys)
    assert code == 0
    assert word in said
    other = artefacts.Comparison(identical=False, close=False, largest=0.5)
    monkeypatch.setattr(artefacts, "check", lambda *_, **__: other)
    assert call(["calibrate", "great-stone", "--check", "--lang", lang], capsys)[0] == 1


def test_a_case_without_a_posterior_has_nothing_to_check(monkeypatch, out) -> None:
    monkeypatch.setattr(artefacts, "has_posterior", lambda _: False)
    with pytest.raises(NotFound, match="copark calibrate --pool --check"):
        check_posterior("great-stone", out=out)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_screen_shows_it_in_eighty_columns(made, out, capsys, lang) -> None:
    code, said, err = call(["calibrate", "great-stone", "--out", out, "--lang", lang, "--no-report"], capsys)
    assert (code, err) == (0, "")
    assert made.identity in said
    assert ("Great Stone" if lang == "en" else "巨石") in said
    assert not LEFT_OPEN.search(said), LEFT_OPEN.search(said)


def test_a_bad_request_is_refused_without_a_trace(capsys, out) -> None:
    code, said, err = call(["calibrate", "great-stone", "--cut", "2031Q1", "--out", out], capsys)
    assert (code, said) == (1, "")
    assert "2012Q4 and 2024Q4" in err
    assert "Traceback" not in err
