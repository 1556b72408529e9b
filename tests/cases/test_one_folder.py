"""A park is one folder: what was concluded of it lies beside its facts and goes where they go."""

import shutil

import pytest
import yaml

from copark.calibration.case_parameters import parameters_of
from copark.cases.casebook import CLAIMS_EDITIONS, LEVERS, POSTERIOR, STUDIES, brought, casebook_path, list_cases
from copark.cases.load import examine, load_case
from copark.decisions.lever_file import load_levers
from copark.simulation.study import list_studies, load_study


@pytest.fixture
def copied(tmp_path):
    """Great Stone's folder at another place."""
    return shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")


def test_a_copied_folder_brings_its_claims_levers_and_posterior(copied):
    case = load_case(copied)
    for name in (CLAIMS_EDITIONS[-1], LEVERS, POSTERIOR):
        assert brought(case, name) == copied / name
    written = yaml.safe_load((copied / LEVERS).read_text(encoding="utf-8"))
    gone = written["levers"].pop()["key"]
    (copied / LEVERS).write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    assert gone not in {lever.key for lever in load_levers(case).levers}
    assert gone in {lever.key for lever in load_levers(load_case("great-stone")).levers}


def test_a_folder_of_facts_alone_has_what_the_casebook_has_for_its_name(copied):
    for name in (CLAIMS_EDITIONS[-1], LEVERS, POSTERIOR, STUDIES):
        path = copied / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    case = load_case(copied)
    assert brought(case, LEVERS) == casebook_path() / "great-stone" / LEVERS
    assert parameters_of(case).trust == parameters_of(load_case("great-stone")).trust


def test_a_misspelt_companion_is_a_fault(copied):
    (copied / LEVERS).rename(copied / "lever.yaml")
    assert [(fault.file, fault.code) for fault in examine(copied)[1]] == [("lever.yaml", "cases.unknown_file")]


def test_studies_lie_with_their_parks_and_have_names_of_their_own():
    paths = [path for name in list_cases() for path in (casebook_path() / name / STUDIES).glob("*.yaml")]
    assert sorted(path.stem for path in paths) == list_studies()
    for path in paths:
        assert load_study(path.stem).case == path.parents[1].name
