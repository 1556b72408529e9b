"""The posteriors of Great Stone that ship: of this model and case, whole runs that tell the record.

Kept posteriors are small, readable, and made again by their recipe to the same bits.
"""

import shutil

import numpy as np
import pytest

from copark.calibration.calibrate import CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import Reading
from copark.calibration.calibrations import load, save
from copark.calibration.diagnostics import movements
from copark.calibration.prior import study_of
from copark.calibration.remade import check
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.cases.model_inputs import case_parameters
from copark.model.machine import cpu_features
from copark.model.variables import catalogue
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.simulation.sample import fill
from tests.calibration.conftest import CUT

ORDER = ("unmoved", "weakly", "moved")
RUNS = 1000
FOLDERS = posteriors_in(casebook_path() / "great-stone" / POSTERIOR)


@pytest.fixture(scope="module")
def every(great_stone):
    """Load by cut, earliest first: the one that validation rests on, and the one that answers."""
    return {cut: load(great_stone, folder) for cut, folder in FOLDERS.items()}


@pytest.fixture(scope="module")
def shipped(every):
    """Give the one that defaults and tags of the catalogue were taken from."""
    return every["2020Q4"]


def counterparts_of(case, replay, draws):
    """Read counterparts of the record in runs to the cut."""
    runs = runs_of(inputs_of(case, quarters=replay.quarters), draws, replay.model.variables)
    assert runs.finished.all()
    return replay.model.counterparts(runs.out, runs.names)


def test_they_are_of_this_model_and_case_and_know_what_they_are_called_by(every):
    """If this fails, model, case, priors or targets have changed: `docs/build_posteriors.py` makes them again."""
    assert len(every) > 1
    for cut, posterior in every.items():
        assert not posterior.stale, cut
        assert str(posterior.replay.cut) == posterior.recipe["cut"] == cut


def test_their_pairs_still_tell_what_they_told(great_stone, every):
    """All of them on a processor of the same kind; another may round an event of chance the other way in a few."""
    for cut, posterior in every.items():
        counterparts = counterparts_of(great_stone, posterior.replay, posterior.replay.draws())
        same = np.isclose(counterparts, posterior.replay.counterparts, rtol=1e-5, atol=1e-4).all(axis=1)
        alike = posterior.recipe["made_with"]["cpu_features"] == cpu_features()
        assert same.mean() == 1.0 if alike else same.mean() > 0.95, cut


def test_the_catalogue_says_what_was_moved(great_stone, shipped):
    """Tags of parameters are verdicts of the posterior that answers use; of the mix, that of the share moved most."""
    verdicts = {}
    for movement in movements(shipped.replay.space, shipped.replay.points):
        name = movement.name.partition(".")[0]
        verdicts[name] = max(movement.verdict, verdicts.get(name, "unmoved"), key=ORDER.index)
    tags = {name: variable.moved for name, variable in catalogue().parameters.items()}
    assert {name: tags[name] for name in verdicts} == verdicts
    assert all(tag == "unmoved" for name, tag in tags.items() if name not in verdicts)


def test_defaults_tell_the_record_with_chance_averaged(great_stone, shipped):
    """Medians over addresses lie within 1.2 errors of observation of the record, root mean square.

    Defaults of parameters that were moved are rounded medians of the posterior; the middle of the prior lies far off.
    """
    replay = shipped.replay
    study = study_of(great_stone, replay.seed)
    facts = case_parameters(great_stone)
    values = {
        name: np.tile(
            np.array(facts.get(name, variable.default)).reshape(variable.shape), (RUNS, *([1] * len(variable.shape)))
        )
        for name, variable in catalogue().parameters.items()
    }

    def misfit(draws):
        middle = np.median(counterparts_of(great_stone, replay, draws), axis=0)
        return np.sqrt((((replay.model.hide(middle) - replay.model.recorded) / replay.model.errors) ** 2).mean())

    assert misfit(fill(values, study.scenarios[0], study, 0, RUNS)) < 1.2
    assert misfit(replay.space.draws(np.full((RUNS, replay.space.axes), 0.5), replay.seed)) > 2.0


@pytest.mark.long
def test_made_again_it_is_the_same(great_stone, shipped):
    """To the bit, on a processor of the same kind; another rounds otherwise, and chance goes other ways."""
    if shipped.recipe["made_with"]["cpu_features"] != cpu_features():
        pytest.skip("made on another kind of processor")
    assert check(great_stone, FOLDERS["2020Q4"], threads=2).identical


@pytest.mark.long
def test_a_file_that_was_tampered_with_is_found_out(great_stone, tmp_path):
    small = CalibrationSettings(runs=1 << 11, members=32, sweeps=1, last_sweeps=1, populations=2)
    stored = tmp_path / "stored"
    spoilt = tmp_path / "spoilt"
    save(calibrate(CalibrationTask(great_stone, CUT, small, read_as=Reading(wide=False))), stored)
    shutil.copytree(stored, spoilt)
    with np.load(spoilt / "replay.npz") as arrays:
        parts = dict(arrays)
    parts["points"][0, 0] = 1.0 - parts["points"][0, 0]
    np.savez(spoilt / "replay.npz", **parts)
    assert not load(great_stone, stored).stale
    assert check(great_stone, stored, threads=2).identical
    again = check(great_stone, spoilt)
    assert not again.identical
    assert not again.close
