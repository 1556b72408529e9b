"""The check of a park reads everything in its folder, and tells all faults at once."""

import json
import shutil

import pytest

from copark.cases.casebook import casebook_path, list_cases
from copark.texts import LANGUAGES
from copark.workflows import check
from copark.workflows.case_commands import check_with_notes

STUDY = """\
name: what-if
title: What if
case: lekki
scenarios:
- {key: a, title: A}
- {key: b, title: B, edits: {partners: {nobody: drop}}}
"""


@pytest.fixture
def park(tmp_path):
    """Lekki with levers, claims and a study, all of them sound."""
    folder = shutil.copytree(casebook_path() / "lekki", tmp_path / "lekki")
    (folder / "studies").mkdir()
    (folder / "studies" / "sound.yaml").write_text(STUDY.replace("nobody: drop", ""), encoding="utf-8")
    return folder


def test_a_sound_folder_passes(park):
    assert check(park) == []


def test_every_case_that_ships_passes():
    for name in list_cases():
        assert check(name) == [], name


def test_all_faults_of_all_files_are_told_at_once(park):
    (park / "claims.yaml").write_text("claims: [1\n", encoding="utf-8")
    (park / "levers.yaml").write_text("levers: 3\n", encoding="utf-8")
    (park / "studies" / "what-if.yaml").write_text(STUDY, encoding="utf-8")
    (park / "studies" / "broken.yaml").write_text("name: [\n", encoding="utf-8")
    (park / "studies" / "other.yml").write_text(STUDY, encoding="utf-8")
    (park / "posterior" / "2024Q4" / "recipe.json").write_text('{"cut":\n}', encoding="utf-8")
    faults = check(park)
    assert {
        "claims.yaml", "levers.yaml", "studies/what-if.yaml", "studies/broken.yaml", "studies/other.yml",
        "posterior/2024Q4/recipe.json",
    } == {fault.file for fault in faults}  # fmt: skip
    places = {fault.file: fault.place() for fault in faults}
    assert places["studies/what-if.yaml"] == "studies/what-if.yaml:6"
    assert places["posterior/2024Q4/recipe.json"] == "posterior/2024Q4/recipe.json:2"
    for fault in faults:
        assert all(fault.cause(lang) and fault.repair(lang) for lang in LANGUAGES)


def test_they_are_told_beside_faults_of_the_facts(park):
    (park / "series.csv").write_text("nonsense\n", encoding="utf-8")
    (park / "claims.yaml").write_text("claims: [1\n", encoding="utf-8")
    (park / "levers.yaml").write_text("levers: 3\n", encoding="utf-8")
    assert {"series.csv", "claims.yaml", "levers.yaml"} <= {fault.file for fault in check(park)}


def damage_recipe(folder, **changes):
    path = folder / "recipe.json"
    recipe = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(recipe | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda folder: (folder / "replay.npz").unlink(), "cases.missing_file"),
        (lambda folder: (folder / "replay.npz").write_bytes(b"PK"), "inference.calibration_broken"),
        (lambda folder: damage_recipe(folder, format=99), "inference.calibration_format"),
        (lambda folder: damage_recipe(folder, cut="2023Q4"), "inference.calibration_cut"),
        (lambda folder: damage_recipe(folder, start="1990Q1"), "inference.calibration_other"),
        (lambda folder: damage_recipe(folder, batch=None), "inference.calibration_broken"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_told(park, damage, code):
    damage(park / "posterior" / "2024Q4")
    (fault,) = check_with_notes(park).faults
    assert fault.code == code
    assert fault.file.startswith("posterior/2024Q4")
