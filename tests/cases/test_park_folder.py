"""The check of a park reads everything in its folder, and tells all faults at once."""

import json
import shutil

import pytest
from tests.claims.conftest import OF_MODEL_1

from copark.cases.casebook import CLAIMS, CLAIMS_EDITIONS, LEVERS, casebook_path, list_cases
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
SOUND_STUDY = STUDY.replace("partners: {nobody: drop}", "quota: 7000")


@pytest.fixture
def park(tmp_path):
    """Lekki with levers, claims and a study, all of them sound."""
    folder = shutil.copytree(casebook_path() / "lekki", tmp_path / "lekki")
    (folder / "studies").mkdir()
    (folder / "studies" / "sound.yaml").write_text(
        STUDY.replace("partners: {nobody: drop}", "quota: 7000"), encoding="utf-8"
    )
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


OF_STUDIES = {
    "a study of another park": ("case: lekki", "case: thilawa", "study.other_case", "case"),
    "a study of no park": ("case: lekki", "case: nowhere", "study.other_case", "case"),
    "a now within the data": ("scenarios:", "now: 2015Q1\nscenarios:", "study.now_outside", "now"),
    "a scenario told twice": (", edits: {quota: 7000}", "", "study.same_scenario", "key"),
    "a change that ends first": (
        "edits: {quota: 7000}", "levers: {governments.framework: [{value: 1, from: 2018Q1, to: 2016Q1}]}",
        "study.ends_before_start", "[0]",
    ),
    "a link that comes back first": (
        "edits: {quota: 7000}", "links: {network_to_arrivals: {strength: 0, from: 2018Q1, to: 2016Q1}}",
        "study.ends_before_start", "network_to_arrivals",
    ),
    "a change after the end": (
        "edits: {quota: 7000}", "inputs: {governments.framework: [{value: 1, from: 2599Q1}]}", "study.after_end", "[0]",
    ),
    "an anchor nobody has": ("edits: {quota: 7000}", "without_anchors: [70]", "study.no_anchor", "without_anchors[0]"),
}  # fmt: skip


def test_a_study_that_its_park_contradicts_is_refused_by_place(park, subtests):
    for name, (old, new, code, key) in OF_STUDIES.items():
        with subtests.test(name):
            content = SOUND_STUDY.replace(old, new)
            (park / "studies" / "sound.yaml").write_text(content, encoding="utf-8")
            (fault,) = check(park)
            assert (fault.code, fault.file) == (code, "studies/sound.yaml")
            assert fault.key.endswith(key)
            assert fault.line is not None
            assert all(fault.cause(lang) and fault.repair(lang) for lang in LANGUAGES)


def test_every_edition_of_claims_is_checked(tmp_path, subtests):
    """An edition that another replaced, too; only that it is for version 1 of the model is no fault of it."""
    park = shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")
    (park / CLAIMS).write_text(OF_MODEL_1, encoding="utf-8")
    for name in CLAIMS_EDITIONS:
        sound = (park / name).read_text(encoding="utf-8")
        for code, old, new in (
            ("cases.unknown_key", "format: 1\n", "format: 1\nfromat: 1\n"),
            ("cases.bad_date", "fixed: 2026", "fixed: in 2026"),
        ):
            with subtests.test(name, code=code):
                (park / name).write_text(sound.replace(old, new, 1), encoding="utf-8")
                assert [(fault.file, fault.code) for fault in check(park)] == [(name, code)]
        (park / name).write_text(sound, encoding="utf-8")


def test_claims_of_the_future_or_of_another_park_are_refused(tmp_path):
    park = shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")
    path = park / CLAIMS_EDITIONS[-1]
    content = path.read_text(encoding="utf-8").replace("case: great-stone", "case: lekki", 1)
    path.write_text(content.replace("fixed: 2026", "fixed: 2999", 1), encoding="utf-8")
    assert {(fault.code, fault.key, fault.line is None) for fault in check(park)} == {
        ("claims.other_case", "case", False),
        ("claims.fixed_ahead", "fixed", False),
    }


def test_a_setting_that_is_so_already_is_refused(tmp_path):
    park = shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")
    content = (park / LEVERS).read_text(encoding="utf-8")
    setting = "{quota: [{value: 6801, from: NOW}]}"
    assert setting in content
    (park / LEVERS).write_text(content.replace(setting, setting.replace("6801", "5001")), encoding="utf-8")
    (fault,) = check(park)
    assert (fault.code, fault.file) == ("levers.changes_nothing", LEVERS)
