"""Choice of the calibration that answers: quality goes before origin, and whatever is passed over is said."""

import json
import shutil

import numpy as np
import pytest

from copark import workflows
from copark.analyses import forecast
from copark.analyses.context import Context
from copark.calibration import case_parameters
from copark.calibration.calibrate import own_folder
from copark.calibration.calibrations import Planned
from copark.calibration.case_parameters import parameters_of
from copark.cases.casebook import POSTERIOR, casebook_path
from copark.cases.load import load_case
from copark.errors import RunRefused
from copark.simulation.trust import CONVERGED
from copark.texts import LANGUAGES

PARK = "lekki"
CUT = "2024Q4"


def keep_own(out, park=PARK, shipped=CUT, *, converged=True, **changed):
    """Keep a calibration of one's own: that of the casebook, whose searches agree or were drawn apart."""
    folder = own_folder(out) / f"{park}-{'good' if converged else 'quick'}"
    shutil.copytree(casebook_path() / park / POSTERIOR / shipped, folder)
    if not converged:
        with np.load(folder / "replay.npz") as stored:
            arrays = dict(stored)
        arrays.pop("reductions", None)  # told of the searches that ship, which did agree
        arrays["points"] = np.where(arrays["population"][:, None] == 0, 0.05, arrays["points"])
        np.savez_compressed(folder / "replay.npz", **arrays)
    path = folder / "recipe.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    return folder


@pytest.fixture
def alone(tmp_path):
    """Put the park in a folder without a calibration, under another name, so that none ships with it."""
    folder = shutil.copytree(casebook_path() / PARK, tmp_path / "own", ignore=shutil.ignore_patterns(POSTERIOR))
    path = folder / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"name: {PARK}", "name: own"), encoding="utf-8")
    return load_case(folder)


def test_a_calibration_that_has_not_converged_does_not_take_the_place_of_one_that_has(tmp_path):
    case = load_case(PARK)
    folder = keep_own(tmp_path, converged=False)
    parameters = parameters_of(case, tmp_path)
    assert (parameters.trust.kind, parameters.trust.converged) == ("shipped", True)
    assert parameters.trust.passed_over > CONVERGED
    for lang in LANGUAGES:
        (note,) = parameters.said(lang)
        assert all(word in note for word in (folder.name, f"{parameters.trust.passed_over:.1f}", "--full")), lang
        assert "--full" in parameters.trust.renew(lang), "every document and page says it"
    own = parameters_of(case, tmp_path, "own")
    assert (own.trust.kind, own.trust.converged, own.notes) == ("own", False, ())
    outcome = workflows.run_study(PARK, runs=20, out=tmp_path, report=False)
    assert outcome.answer.trust.kind == "shipped"
    assert folder.name in " ".join(outcome.notes)
    context = Context(tmp_path)
    assert forecast.asked_of(forecast.Params(case=PARK), context).own.kind == "shipped"


def test_of_two_that_have_converged_ones_own_is_used(tmp_path):
    keep_own(tmp_path, converged=False)
    keep_own(tmp_path)
    parameters = parameters_of(load_case(PARK), tmp_path)
    assert (parameters.trust.kind, parameters.trust.converged, parameters.trust.passed_over, parameters.notes) == (
        "own",
        True,
        0.0,
        (),
    )
    assert "own calibration" in parameters.trust.label("en")


def test_one_that_has_not_converged_is_used_where_there_is_no_other(tmp_path, alone):
    keep_own(tmp_path / "out", converged=False)
    parameters = parameters_of(alone, tmp_path / "out")
    assert (parameters.trust.kind, parameters.trust.converged, parameters.notes) == ("own", False, ())
    assert "--full" in parameters.trust.renew("en")


def test_a_shipped_calibration_that_is_out_of_date_does_not_count(tmp_path):
    """An edited park: what ships was made for the park as it was, one's own for the park as it is."""
    folder = shutil.copytree(casebook_path() / PARK, tmp_path / PARK)
    recipe = folder / POSTERIOR / CUT / "recipe.json"
    content = json.loads(recipe.read_text(encoding="utf-8"))
    keep_own(tmp_path, converged=False)
    recipe.write_text(json.dumps(content | {"batch": content["batch"] | {"model": "another"}}), encoding="utf-8")
    parameters = parameters_of(load_case(folder), tmp_path)
    assert (parameters.trust.state, parameters.trust.kind, parameters.trust.converged) == ("calibrated", "own", False)


def test_ones_own_that_is_out_of_date_is_passed_over_and_told(tmp_path):
    batch = json.loads((casebook_path() / PARK / POSTERIOR / CUT / "recipe.json").read_text(encoding="utf-8"))["batch"]
    folder = keep_own(tmp_path, batch=batch | {"model": "another"})
    parameters = parameters_of(load_case(PARK), tmp_path)
    assert (parameters.trust.state, parameters.trust.kind) == ("calibrated", "shipped")
    assert all(folder.name in parameters.said(lang)[0] for lang in LANGUAGES)


def test_a_stored_cut_before_another_park_begins_harms_nobody(tmp_path):
    keep_own(tmp_path, "suzhou", "2019Q4", cut="2000Q4")
    for name in ("lekki", "thilawa", "great-stone"):
        assert parameters_of(load_case(name), tmp_path).trust.kind == "shipped", name
        assert case_parameters.cuts_of(load_case(name), tmp_path)


def test_a_damaged_calibration_of_another_park_harms_nobody(tmp_path):
    keep_own(tmp_path, "suzhou", "2019Q4", start="1600Q1", batch={}, axes=[])
    keep_own(tmp_path, "imip", batch={"targets": [[]]})
    assert parameters_of(load_case(PARK), tmp_path).trust.kind == "shipped"


@pytest.mark.parametrize("park", ["imip", "tianjin-ecocity"])
@pytest.mark.parametrize("cut", [None, CUT])
def test_a_forecast_uses_the_calibration_that_a_run_uses(park, cut, tmp_path):
    """Their values are all for scoring or looking: forecast took them for parks without a history."""
    case = load_case(park)
    context = Context(tmp_path)
    used = parameters_of(case, tmp_path, cut=cut)
    request = forecast.asked_of(forecast.Params(case=park, cut=cut), context)
    assert request.panel is None
    assert (request.own.kind, request.own.identity, str(request.cut)) == ("shipped", used.identity, used.trust.cut)


def test_a_forecast_of_an_own_park_whose_values_are_all_for_looking_is_calibrated(alone):
    rows = tuple(row.model_copy(update={"role": "check"}) for row in alone.observations)
    looked = alone.model_copy(update={"observations": rows})
    context = Context(cases={"own": looked})
    assert forecast.asked_of(forecast.Params(case="own"), context).panel is None
    nothing = alone.model_copy(update={"observations": ()})
    context = Context(cases={"own": nothing})
    assert forecast.asked_of(forecast.Params(case="own"), context).panel is not None


@pytest.mark.parametrize("park", ["kaesong", "alone"])
def test_a_forecast_makes_no_calibration_that_nobody_asked_for(park, alone, tmp_path, monkeypatch):
    """It takes minutes: what makes one and how long that takes is said instead, of a closed park that it is closed."""
    searches = []
    plan = Planned(runs=366_208, seconds=130.0, megabytes=12, folder=tmp_path)
    monkeypatch.setattr("copark.calibration.calibrations.plan_of", lambda *_, **__: plan)
    monkeypatch.setattr("copark.calibration.calibrations.calibrate", lambda *_, **__: searches.append(park))
    case = str(alone.folder) if park == "alone" else park
    context = Context(tmp_path, threads=1)
    with pytest.raises(RunRefused) as refused:
        forecast.compute(forecast.Params(case=case), context)
    assert searches == []
    for lang in LANGUAGES:
        message = refused.value.said(lang)
        name = load_case(case).name
        assert f"copark calibrate {name}`" in message
        assert {"en": "about 3 min", "zh": "约需3分钟"}[lang] in message
        assert f"copark forecast {name} --pool" in message
        assert ("2016" in message) is (park == "kaesong")
