"""A workspace: packed here, opened there, the same; and an RO-Crate that anybody's tools can read."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile

import pytest

from copark import workflows
from copark.cases import load_case
from copark.cli import screen as progress
from copark.errors import NotFound
from copark.store.runs import RunStore
from copark.store.workspace import CRATE, MANIFEST, WorkspaceRefused
from copark.workflows import new, run_study, workspaces
from copark.workflows.runs import books
from tests.asked import call
from tests.workspace.conftest import STUDY


def crate_of(packed):
    """The description's entities by their names, and all names in the archive."""
    with zipfile.ZipFile(packed.path) as archive:
        crate = json.loads(archive.read(CRATE))
        assert {"sha256": "http://schema.org/sha256"} in crate["@context"], "a word RO-Crate does not have"
        entities = {one["@id"]: one for one in crate["@graph"]}
        assert len(entities) == len(crate["@graph"]), "every entity is described once"
        return entities, set(archive.namelist())


def test_what_is_opened_is_what_was_packed(packed, group, tmp_path):
    there = tmp_path / "elsewhere"
    found = workspaces.open_(packed.path, there)
    assert (found.faults, found.notes) == ((), ())
    assert load_case(there / "cases" / "my-park").hash == load_case(group / "my-park").hash
    ours, theirs = RunStore(group / "out" / "runs"), RunStore(there / "runs")
    identity = packed.runs[0]
    assert theirs.record(identity, deep=True).provenance == ours.record(identity).provenance
    assert theirs.load(identity).equals(ours.load(identity))
    assert workflows.verify(identity, out=there).kind == "identical"
    assert [run.identity for run in books(there)] == [identity]
    assert workflows.run_study(there / "studies" / "half.yaml", out=there, report=False).reused


def test_a_case_of_ones_own_is_found_where_it_was_opened(own, tmp_path, monkeypatch):
    """Elsewhere there is no such path as the study was made with."""
    there = tmp_path / "elsewhere"
    assert not workspaces.open_(own.path, there).faults
    study = (there / "studies" / "half.yaml").read_text(encoding="utf-8")
    assert "case: cases/my-park" in study
    monkeypatch.setattr(
        "copark.cases.load.folder_of", lambda name: there / "gone" if "group" in str(name) else there / name
    )
    assert workflows.verify(own.runs[0], out=there).kind == "identical"
    monkeypatch.chdir(there)
    assert workflows.run_study("studies/half.yaml", out=there, report=False).runs == 3


def test_a_folder_with_something_in_it_is_left_alone(packed, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(WorkspaceRefused) as refused:
        workspaces.open_(packed.path, tmp_path)
    assert refused.value.faults[0].code == "workspace.not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    assert not workspaces.open_(packed.path, tmp_path / "empty").faults


def test_the_description_says_what_is_there_and_what_made_every_run(packed):
    """What RO-Crate 1.1 requires beyond this is for its validator (test_validator.py)."""
    assert (set(packed.cases), set(packed.studies)) == ({"great-stone", "my-park"}, {"half", packed.runs[0]})
    assert packed.sha256 == hashlib.sha256(packed.path.read_bytes()).hexdigest()
    entities, names = crate_of(packed)
    root = entities["./"]
    assert entities[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert all(root[key] for key in ("name", "description", "datePublished", "license"))
    assert [entities[one["@id"]]["name"] for one in root["creator"]] == ["A. Group"]
    data = {name for name, one in entities.items() if one["@type"] in ("File", "Dataset")}
    assert data - {"./"} == names - {CRATE}, "every file and folder is described, and what is described is there"
    identity = packed.runs[0]
    action = entities[f"#run-{identity}"]
    assert action["@type"] == "CreateAction"
    assert {one["@id"] for one in action["object"]} == {f"studies/{identity}.yaml", "cases/great-stone/"}
    assert action["result"] == {"@id": f"runs/{identity}/"}
    software = entities[action["instrument"]["@id"]]
    assert (software["@type"], software["name"]) == ("SoftwareApplication", "copark")
    assert software["softwareVersion"]
    assert {"@id": action["@id"]} in root["mentions"]


def test_the_licence_is_never_guessed(packed, group, tmp_path):
    url = "https://creativecommons.org/licenses/by/4.0/"
    ours = workspaces.pack(tmp_path / "ours.zip", cases=["great-stone"])
    theirs = workspaces.pack(tmp_path / "theirs.zip", cases=[str(group / "my-park")], licence=url)
    found = [crate_of(one)[0]["./"]["license"]["@id"] for one in (packed, theirs, ours)]
    assert found[:2] == ["#licence-not-stated", url], "my-park is nobody's but its author's"
    assert found[2].endswith("Apache-2.0")


def test_nothing_to_pack_and_nothing_to_open(tmp_path):
    with pytest.raises(WorkspaceRefused) as refused:
        workspaces.pack(tmp_path / "x.zip", everything=True, out=tmp_path / "out")
    assert refused.value.faults[0].code == "workspace.nothing"
    with pytest.raises(NotFound):
        workspaces.verify(tmp_path / "no.zip")
    with pytest.raises(NotFound):
        workspaces.pack(tmp_path / "x.zip", runs=["0123456789abcdef"], out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_packs_verifies_and_opens(group, tmp_path, lang, capsys, monkeypatch):
    monkeypatch.delenv("COPARK_DEBUG", raising=False)
    monkeypatch.setattr(progress, "PATIENCE", 1e6)  # on a slow machine it would say what it does
    file, there = str(tmp_path / "w.zip"), str(tmp_path / "there")
    for arguments, code, said in (
        (["pack", file, "--all", "--out", group / "out"], 0, "SHA-256"), (["verify", file], 0, ""),
        (["open", file, "--to", there], 0, there), (["open", file, "--to", there], 1, "--to"),
        (["verify", tmp_path / "none.zip"], 2, "workspace pack"),
    ):  # fmt: skip
        found, out, err = call(["workspace", *arguments, "--lang", lang], capsys)
        assert (found, bool(err)) == (code, code > 0)
        assert said in out + err
        assert MANIFEST not in err


def test_a_run_whose_case_is_gone_is_refused_until_it_is_named(tmp_path) -> None:
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
