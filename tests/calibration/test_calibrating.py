"""`copark calibrate` from end to end with a small batch: what is kept, what is found again, what is said of it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from copark.analyses import REGISTRY, validate
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.calibration import calibrations, remade
from copark.calibration.calibrate import FULL, LATER, QUICK, CalibrationSettings, batch_of
from copark.calibration.calibrations import settings_of
from copark.calibration.comparison import Comparison
from copark.calibration.provenance import recipe_in
from copark.cases.casebook import POSTERIOR, casebook_path
from copark.cli import screen
from copark.errors import RunRefused, WrongUsage
from copark.presentation.document import Caveat, Paragraph
from copark.simulation.readouts.observed_vs_model import expected_outside
from copark.simulation.trust import CONVERGED
from copark.store.checkpoints import Stages
from copark.workflows import run_plan
from tests.asked import call
from tests.calibration.conftest import LEFT_OPEN, TINY, ask

CALIBRATE = REGISTRY["calibrate"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("calibrating")


@pytest.fixture(scope="module")
def calibrated(out):
    return ask("calibrate", out)[0].result


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(calibrations, "settings_of", lambda *_, **__: TINY)
    monkeypatch.setattr(screen, "PATIENCE", 1e6)
    monkeypatch.setattr(run_plan, "WORTH_TELLING", 1e6)
    monkeypatch.setenv("COLUMNS", "80")


def folder_of(calibrated, out):
    return out / calibrated.calibrated.folder


def test_what_is_kept_is_not_made_again(calibrated, out):
    assert re.fullmatch("posteriors/great-stone-[0-9a-f]{16}", calibrated.calibrated.folder)
    assert {path.name for path in folder_of(calibrated, out).iterdir()} == {
        "recipe.json",
        "replay.npz",
        "examination.json",
    }
    assert list((out / "batches").glob("batch-*/runs-*.piece"))
    assert not list((out / "batches").glob("stages-*"))
    stages = []
    again, _ = ask("calibrate", out, progress=lambda *progress: stages.append(progress[0]))
    assert again.reused
    assert "batch" not in stages
    assert again.result.document() == calibrated.document()


def test_the_document_holds_what_was_found_in_both_languages(calibrated):
    """A search that has not converged is named in the headline, beside it and first."""
    summary = calibrated.calibrated
    factor = f"{calibrated.trust.scale_reduction:.1f}"
    assert calibrated.trust.scale_reduction > CONVERGED
    counts = [len(summary.of(word)) for word in ("moved", "weakly", "unmoved")]
    for lang, words in (("en", "has not converged"), ("zh", "尚未收敛")):
        shown = calibrated.document(lang)
        assert not LEFT_OPEN.search(f"{shown.title} {shown.headline} {shown.sections}".replace("None", ""))
        assert all(str(word) in shown.headline for word in (*counts, expected_outside(21), words, factor))
        assert factor in shown.trust
        assert isinstance(shown.sections[0].blocks[0], Caveat)
        rows = {table.key: len(table.rows) for table in shown.tables()}
        assert (rows["parameters"], rows["checks"]) == (len(summary.movements), 21)
        assert {check.key for check in shown.evidence} == {
            key for check in summary.checks for key in check.target.observation.source
        }


@pytest.mark.long
def test_a_search_that_has_not_converged_says_how_to_go_on_and_a_longer_one_ends_as_if_it_had_been_one(tmp_path):
    short = replace(TINY, agree=1.01, discrepancy=1.0, keep=0.6, early=True, ladder=8)
    longer = replace(short, last_sweeps=12)
    first = ask("calibrate", tmp_path, settings=short)[0].result
    assert first.calibrated.apart
    for lang in ("en", "zh"):
        shown = first.document(lang)
        assert any("copark calibrate great-stone --full" in block.text for block in caveats(shown))
        assert any("15%" in block.text for block in shown.sections[0].blocks if isinstance(block, Paragraph))
    assert list((tmp_path / "batches").glob("stages-*"))
    again, context = ask("calibrate", tmp_path, settings=longer)
    assert context.remarks()
    assert not again.reused
    whole = ask("calibrate", tmp_path / "elsewhere", settings=longer)[0].result
    assert again.result.run_id == whole.run_id != first.run_id
    with (
        np.load(folder_of(again.result, tmp_path) / "replay.npz") as arrays,
        np.load(folder_of(whole, tmp_path / "elsewhere") / "replay.npz") as others,
    ):
        assert all(np.array_equal(arrays[key], others[key]) for key in arrays.files)
    (home,) = (tmp_path / "batches").glob("stages-*")
    written = {path.name: path.stat().st_mtime_ns for path in home.glob("population-*")}
    fewer = ask("calibrate", tmp_path, settings=short, overwrite=True)[0].result
    assert fewer.calibrated.notes == first.calibrated.notes
    assert written != {path.name: path.stat().st_mtime_ns for path in home.glob("population-*")}


def caveats(shown):
    return [block for section in shown.sections for block in section.blocks if isinstance(block, Caveat)]


def test_a_quarter_that_is_none_of_the_case_is_refused_in_words(out):
    for cut in ("2030Q4", "2012Q3"):
        with pytest.raises(RunRefused, match="2012Q4 and 2024Q4"):
            ask("calibrate", out, cut=cut)
    for cut in ("last year", "2020"):
        with pytest.raises(WrongUsage, match=r"`2030Q4`|`2020Q4`"):
            ask("calibrate", out, cut=cut)
    with pytest.raises(RunRefused, match="the first one is from 2016Q4"):
        ask("calibrate", out, cut="2014Q4")


def test_quick_and_full_differ_in_settings_alone_and_recipes_made_before_them_stay_what_they_are():
    assert (settings_of(None, None), settings_of(None, 7, full=True)) == (QUICK, replace(FULL, seed=7))
    assert settings_of("2^14", None) == replace(QUICK, runs=1 << 14)
    shipped = recipe_in(casebook_path() / "great-stone" / POSTERIOR / "2020Q4")
    assert CalibrationSettings.of(shipped).lasting == QUICK.lasting == FULL.lasting
    earlier = CalibrationSettings().content()
    assert CalibrationSettings.of({"settings": dict(earlier)}) == CalibrationSettings()
    assert not set(LATER) & set(earlier)
    for settings in (QUICK, FULL):
        assert CalibrationSettings.of({"settings": settings.content()}) == settings


def test_the_shipped_posterior_is_made_again_every_time_and_the_command_ends_with_1_if_it_differs(
    monkeypatch, capsys, out
):
    """The comparison itself is tested where it is made; here what is answered."""
    cases = (
        (True, True, ("Identical", "完全一致")),
        (False, True, ("Close", "基本一致")),
        (False, False, ("Different", "不一致")),
    )
    for identical, close, words in cases:
        compared = Comparison(identical=identical, close=close, largest=0.0 if identical else 0.25)
        monkeypatch.setattr(remade, "check", lambda *_, compared=compared, **__: compared)
        for lang, word in zip(("en", "zh"), words, strict=True):
            command = ["calibrate", "great-stone", "--check", "--lang", lang, "--out", out, "--format", "json"]
            code, printed, _ = call(command, capsys)
            assert code == int(not close)
            assert word in printed


def test_a_server_calibrates_uploaded_parks_alone(out, tmp_path):
    """Else anybody could change what everybody is shown of a shared park."""
    with pytest.raises(RunRefused, match="uploaded parks only"):
        answer(CALIBRATE, CALIBRATE.params(case="great-stone"), Context(out, may_calibrate=False))
    offered = {field.name for field in CALIBRATE.params.form(served=True)}
    assert offered == {"case", "cut", "runs", "seed", "full"}


def test_a_validation_is_foretold_by_the_runs_of_its_own_batch(tmp_path):
    """It fits the values meant to be fitted and no others, so that its batch is not that of a calibration."""
    params = validate.Params(case="great-stone", cuts=("2020Q4",), runs="2^12")
    last = validate.asked_of(params, Context(tmp_path)).last
    assert last.recipe.identity != replace(last, is_read=False).recipe.identity
    batch_of(last, Stages())
    assert calibrations.plan_of(last, posteriors=0).runs == 0
