"""A new case is sound from the start, and its schema completes and checks it in an editor."""

import json
import re

import jsonschema
import pytest
import yaml
from tests.asked import call
from tests.cases.bad_cases import SPOILINGS

import copark
from copark.cases import case_schema, check_case, export_schema, load_case, new_case
from copark.cases.casebook import casebook_path
from copark.cases.workbook_writing import write_workbook
from copark.errors import CaseFaults
from copark.workflows.case_commands import check, new_from_workbook


def test_a_new_case_is_sound_and_invents_no_number(tmp_path):
    """Every value in it is a judgement that says it is a placeholder."""
    for name in ["my-park", "a", "null", "true", "no", "e5", "park-2"]:
        folder = new_case(name, tmp_path)
        assert folder == tmp_path / name
        assert check_case(folder) == []
        case = load_case(folder)
        assert case.name == name
        facts = [*case.quota, *case.capability, *case.land.plan, case.land.block, *case.regime.threshold]
        assert {fact.source for fact in facts} == {("judgement",)}
        assert all(fact.note and "Placeholder" in fact.note.en for fact in facts)


def test_bad_names_and_places_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    names = ["", "..", "../x", "a/b", "A Park", "园区", "-x", "x-", "1x", "x" * 65, "a\0b", "a\n"]
    for name, place, code in [*((name, "", "bad_name") for name in names), ("my-park", "file", "cannot_write")]:
        with pytest.raises(CaseFaults) as caught:
            new_case(name, tmp_path / place)
        assert [fault.code for fault in caught.value.faults] == [f"cases.{code}"], name
        assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_park_of_the_casebook_lends_no_name(tmp_path):
    """By its name commands read the casebook: a folder that is filled in beside it would never be checked."""
    for name in ("thilawa", "lekki"):
        with pytest.raises(CaseFaults, match=f"my-{name}"):
            new_case(name, tmp_path)
    with pytest.raises(CaseFaults, match="my-jinfei"):
        new_from_workbook(write_workbook(tmp_path / "jinfei.xlsx", of="jinfei"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["jinfei.xlsx"]
    assert check(tmp_path / "jinfei.xlsx") == []
    assert new_from_workbook(tmp_path / "jinfei.xlsx", tmp_path, "my-jinfei") == tmp_path / "my-jinfei"


def test_which_park_is_read_is_said_where_a_folder_here_has_its_name(tmp_path, monkeypatch, capsys):
    new_case("my-park", tmp_path).rename(tmp_path / "thilawa")
    monkeypatch.chdir(tmp_path)
    for words, lang in ([["check"], "en"], [["show"], "zh"], [["schema"], ""]):
        code, _, err = call([*words, *(["thilawa", "--lang", lang] if lang else [])], capsys)
        told = [str(tmp_path / "thilawa"), str(casebook_path() / "thilawa"), "./thilawa"]
        assert (code, [word in err for word in told]) == (0, [bool(lang)] * 3)
    assert copark.load_case("thilawa").folder == casebook_path() / "thilawa"
    assert str(tmp_path / "thilawa") in capsys.readouterr().err
    assert call(["check", "./thilawa"], capsys)[2] == ""


def test_nothing_is_written_over(tmp_path):
    folder = new_case("my-park", tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CaseFaults, match="not empty"):
        new_case("my-park", tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_named_by_a_link_is_resolved_and_a_case_that_is_one_refused(tmp_path):
    """Whoever names a link means what it leads to; a link in the place of the case itself nobody named."""
    real = tmp_path / "real"
    elsewhere = tmp_path / "elsewhere"
    for folder in (real, elsewhere):
        folder.mkdir()
    (tmp_path / "link").symlink_to(real)
    assert new_case("my-park", tmp_path / "link") == real / "my-park"
    (real / "other-park").symlink_to(elsewhere)
    with pytest.raises(CaseFaults) as caught:
        new_case("other-park", real)
    assert [fault.code for fault in caught.value.faults] == ["cases.link"]
    assert list(elsewhere.iterdir()) == []


def test_the_schema_is_a_schema(tmp_path):
    path = export_schema(tmp_path / "case.schema.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema == case_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert export_schema(tmp_path) == path


def as_an_editor_reads(text):
    """Dates stay text, as in editors, which read YAML 1.2."""

    class Loader(yaml.SafeLoader):
        """YAML 1.1 without its dates, and with the booleans of YAML 1.2."""

    Loader.yaml_implicit_resolvers = {
        mark: [(tag, pattern) for tag, pattern in entries if not tag.endswith((":timestamp", ":bool"))]
        for mark, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
    return yaml.load(text, Loader=Loader)


def test_the_schema_accepts_and_refuses_what_the_check_does(tmp_path, miniature):
    validator = jsonschema.Draft202012Validator(case_schema())

    def faults(folder):
        tree = as_an_editor_reads((folder / "case.yaml").read_text(encoding="utf-8"))
        return [error.message for error in validator.iter_errors(tree)]

    assert faults(miniature) == faults(new_case("my-park", tmp_path)) == []
    sound = (miniature / "case.yaml").read_bytes()
    for name in ("unknown key", "unknown key inside", "missing key", "unknown unit", "bad quarter", "bad country",
                 "unknown grade"):  # fmt: skip
        SPOILINGS[name].apply(miniature)
        assert faults(miniature), name
        (miniature / "case.yaml").write_bytes(sound)
