"""Saved scenarios and studies travel: seen by all where they are opened, replacing nobody's, naming no machine."""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from copark.store.database.opening import open_database
from copark.store.database.scenarios import SHARED, ScenarioShelf
from copark.store.workspace import WorkspaceRefused
from copark.store.workspace.layout import CRATE, ScenarioEntry, written
from copark.workflows import new, run_study, workspaces
from tests.workspace.conftest import STUDY
from tests.workspace.test_hostile_workspaces import files_of, listed, refused

HALF = {"key": "half", "parameters": {"enquiry_rate": 1.0}}
NO_VISITS = {"key": "no-visits", "edits": {"framework": {"on": False}}}
MINE, YOURS = "a" * 32, "b" * 32


def saved_in(out: Path) -> list[tuple[str, str, dict]]:
    with closing(open_database(out)) as database:
        return [(one.name, one.case, one.content) for one in ScenarioShelf(database).all(SHARED)]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Path:
    """The data of a server on which two people have saved, under one name too."""
    out = tmp_path_factory.mktemp("server")
    with closing(open_database(out)) as database:
        shelf = ScenarioShelf(database)
        shelf.save(MINE, "半数咨询", "great-stone", HALF)
        shelf.save(MINE, "plan B", "great-stone", NO_VISITS)
        shelf.save(YOURS, "plan B", "great-stone", HALF)
        shelf.save(YOURS, "plan C", "gone-park", HALF)
    return out


@pytest.fixture(scope="module")
def packed(server: Path):
    return workspaces.pack(server.parent / f"{server.name}.zip", everything=True, out=server)


def test_named_scenarios_are_packed_with_their_case_and_without_their_owner(server: Path, tmp_path: Path) -> None:
    made = workspaces.pack(tmp_path / "w.zip", scenarios=["半数咨询"], out=server)
    assert (made.scenarios, made.cases, made.runs) == (("半数咨询",), ("great-stone",), ())
    with zipfile.ZipFile(made.path) as archive:
        (name,) = (one for one in archive.namelist() if one.startswith("scenarios/"))
        content = json.loads(archive.read(name))
        assert (content["name"], content["scenario"]) == ("半数咨询", HALF)
        assert not any(MINE.encode() in archive.read(one) for one in archive.namelist())
        crate = {one["@id"]: one for one in json.loads(archive.read(CRATE))["@graph"]}
    assert crate[name]["name"] == "半数咨询"
    assert {"@id": name} in crate["./"]["hasPart"]
    assert workspaces.pack(tmp_path / "again.zip", scenarios=["半数咨询"], out=server).sha256 == made.sha256


def test_a_name_that_nobody_saved_is_told(server: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceRefused) as told:
        workspaces.pack(tmp_path / "w.zip", scenarios=["plan B", "plan X"], out=server)
    assert [(fault.code, fault.key) for fault in told.value.faults] == [("workspace.no_scenario", "plan X")]
    assert not list(tmp_path.iterdir())


def test_opened_scenarios_are_everybodys(packed, tmp_path: Path) -> None:
    found = workspaces.open_(packed.path, tmp_path / "there")
    assert sorted(note.code for note in found.notes) == ["workspace.scenario_case", "workspace.scenario_renamed"]
    assert all(note.sentence(lang) for note in found.notes for lang in ("en", "zh"))
    contents = saved_in(tmp_path / "there")
    assert {name for name, _, _ in contents} == {"半数咨询", "plan B", "plan B (2)", "plan C"}
    both = [one[2] for one in contents if one[0].startswith("plan B")]
    assert both in ([HALF, NO_VISITS], [NO_VISITS, HALF])


def test_nothing_of_anybodys_is_replaced(packed, tmp_path: Path, monkeypatch) -> None:
    """Into a database that several folders share, and twice."""
    monkeypatch.setenv("COPARK_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite3'}")
    with closing(open_database(tmp_path)) as database:
        ScenarioShelf(database).save(MINE, "plan B", "great-stone", {"key": "mine"})
        ScenarioShelf(database).share("plan C", "great-stone", {"key": "there-before"}, "2026-01-01T00:00:00+00:00")
    workspaces.open_(packed.path, tmp_path / "one")
    first = saved_in(tmp_path / "one")
    workspaces.open_(packed.path, tmp_path / "two")
    assert saved_in(tmp_path / "two") == first
    with closing(open_database(tmp_path)) as database:
        shelf = ScenarioShelf(database)
        mine = {one.name: one for one in shelf.all(MINE)}
        assert mine["plan B"].content == {"key": "mine"}
        assert not mine["plan B"].shared
        assert mine["plan C"].content == {"key": "there-before"}
        assert mine["plan C (2)"].content == HALF
        assert mine["plan C"].shared
        assert not shelf.delete(MINE, "plan C"), "what is everybody's nobody deletes"
        shelf.save(MINE, "plan C", "great-stone", NO_VISITS)
        assert shelf.get(MINE, "plan C").content == NO_VISITS
        assert shelf.get(YOURS, "plan C").content == {"key": "there-before"}


def as_file(**changes: object) -> tuple[str, bytes]:
    """A scenario's file with something changed, under the name that fits it."""
    given = {"name": "a", "case": "great-stone", "scenario": HALF, "saved": "2026-01-01T00:00:00+00:00"} | changes
    ((name, raw),) = written([ScenarioEntry(**given)]).items()
    return f"scenarios/{name}.json", raw


NO_SCENARIOS = [
    {"name": ""}, {"name": "a\x1b[2J"}, {"name": "a/b"}, {"name": "n" * 121}, {"name": "\u202ea"}, {"name": ".."},
    {"case": "../etc"}, {"case": ""}, {"saved": "yesterday"}, {"saved": "2026-01-01T00:00:00+00:00\n"},
    {"scenario": {"parameters": {"no_such": 1.0}}}, {"scenario": {"parameters": {"enquiry_rate": 1e300}}},
    {"scenario": {"more": 1}}, {"scenario": {"edits": {"drop": 7}}},
    {"scenario": {"title": {"en": "x" * 201, "zh": ""}}},
]  # fmt: skip


def test_what_is_no_scenario_is_refused(own, tmp_path: Path, subtests: pytest.Subtests) -> None:
    for changes in NO_SCENARIOS:
        with subtests.test(changes=changes):
            name, raw = as_file(**changes)
            assert refused(tmp_path, listed({**files_of(own), name: raw})) == {"scenario"}


def test_no_study_names_a_path_of_the_machine_it_was_packed_on(own, tmp_path: Path, monkeypatch) -> None:
    there = tmp_path / "there"
    workspaces.open_(own.path, there)
    monkeypatch.chdir(there)
    for path in (there / "studies").iterdir():
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["case"] == "cases/my-park"
        assert run_study(path, out=there, report=False).runs == 3


def test_a_run_whose_case_is_gone_is_refused_until_it_is_named(tmp_path: Path) -> None:
    new("my-park", tmp_path)
    study = tmp_path / "study.yaml"
    study.write_text(STUDY.replace("case: great-stone", f"case: {tmp_path / 'my-park'}"), encoding="utf-8")
    made = run_study(study, out=tmp_path / "out", report=False)
    shutil.move(tmp_path / "my-park", tmp_path / "elsewhere")
    with pytest.raises(WorkspaceRefused) as told:
        workspaces.pack(tmp_path / "w.zip", runs=[made.identity], out=tmp_path / "out")
    (fault,) = told.value.faults
    assert fault.code == "workspace.case_gone"
    assert str(tmp_path / "my-park") in fault.cause("en")
    assert "--case" in fault.repair("zh")
    named = workspaces.pack(
        tmp_path / "w.zip", runs=[made.identity], cases=[str(tmp_path / "elsewhere")], out=tmp_path / "out"
    )
    assert not workspaces.verify(named.path).faults
