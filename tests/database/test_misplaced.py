"""Two run folders swapped by hand: every command sees it, the numbers of neither pass for the other's, none is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from copark.cli import main
from copark.store.runs import RunStore
from copark.store.workspace import WorkspaceRefused
from copark.workflows import workspaces
from copark.workflows.runs import books, check_books
from tests import asked
from tests.workspace.conftest import STUDY

RUN = ("run", "half.yaml", "--no-report", "--seed")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the runs of seeds 1 and 7, and their identities."""
    place = tmp_path_factory.mktemp("misplaced")
    (place / "half.yaml").write_text(STUDY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(place)
        for seed in ("1", "7"):
            with pytest.raises(SystemExit):
                main([*RUN, seed, "--out", "out"])
    records, faults = RunStore(place / "out" / "runs").records()
    assert faults == []
    return place, {record.provenance["seed"]: record.identity for record in records}


@pytest.fixture
def swapped(made, tmp_path, monkeypatch):
    """A copy of it with the two swapped, as the working folder."""
    place, names = made
    shutil.copytree(place, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    monkeypatch.setenv("COLUMNS", "200")
    runs = Path("out/runs")
    (runs / names[1]).rename(runs / "aside")
    (runs / names[7]).rename(runs / names[1])
    (runs / "aside").rename(runs / names[7])
    return names


def call(capsys, *arguments):
    code, out, err = asked.call([*arguments, "--out", "out"], capsys)
    return code, out + err


def bits(runs):
    """Every file of stored runs by its place; the time of making is not among the bits of a result."""
    return {
        str(path.relative_to(runs)): path.read_bytes()
        for path in runs.rglob("*/arrays.zarr/*/c/**/*")
        if path.is_file() and "quarantine" not in path.parts
    }


def test_no_command_takes_one_for_the_other(swapped, capsys):
    one, seven = swapped[1], swapped[7]
    for command in (
        ("show", one),
        ("export", one, "--format", "csv", "--to", "table.csv"),
        ("verify", one),
        ("compare", one, "--no-report"),
        ("workspace", "pack", "w.zip", "--run", one),
        ("workspace", "pack", "w.zip", "--run", one[:6]),
    ):
        code, told = call(capsys, *command)
        assert code == 2, (command, told)
        assert f"Misplaced run: this folder holds {seven} (great-stone, study half, 3 runs, seed 7)" in told
        assert "Rename the folder" in told
        assert not {"table.csv", "w.zip"} & {path.name for path in Path().iterdir()}
    assert "misplaced" in call(capsys, "runs")[1]
    code, told = call(capsys, "runs", "check")
    assert (code, told.count("Misplaced run")) == (1, 2)
    assert {one.state for one in books(Path("out"))} == {"misplaced"}
    with pytest.raises(WorkspaceRefused):
        workspaces.pack(Path("all.zip"), everything=True, out=Path("out"))


def test_what_is_asked_is_made_anew_and_the_other_set_aside(made, swapped, capsys):
    code, told = call(capsys, *RUN, "1")
    assert code == 0
    assert f"Misplaced run: out/runs/{swapped[1]} held {swapped[7]} (great-stone, study half, 3 runs, seed 7)" in told
    assert f"out/runs/quarantine/{swapped[1]}-1" in told
    assert "read from disk" not in told
    assert "read from disk" in call(capsys, *RUN, "1")[1]
    code, told = call(capsys, "compare", "half.yaml", "--seed", "7", "--no-report")
    assert code == 0
    assert f"held {swapped[1]}" in told
    assert bits(Path("out/runs")) == bits(made[0] / "out" / "runs")
    assert sorted(path.name for path in Path("out/runs/quarantine").iterdir()) == sorted(
        f"{identity}-1" for identity in swapped.values()
    )
    assert check_books(Path("out")) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_packing_every_run_names_those_that_are_left_out(swapped, capsys, lang):
    assert call(capsys, *RUN, "3")[0] == 0
    code, told = call(capsys, "workspace", "pack", "w.zip", "--all", "--lang", lang)
    assert code == 1
    assert {"en": "without 2 folders", "zh": "2 个模拟结果文件夹"}[lang] in told
    for identity in swapped.values():
        assert f"out/runs/{identity}" in told
    packed = workspaces.pack(Path("w.zip"), everything=True, out=Path("out"))
    assert len(packed.runs) == 1
    assert not set(packed.runs) & set(swapped.values())
    assert [fault.code for fault in packed.left_out] == ["store.misplaced"] * 2
    assert workspaces.verify(Path("w.zip")).faults == ()
    shutil.rmtree(Path("out/runs") / packed.runs[0])
    with pytest.raises(WorkspaceRefused) as refused:
        workspaces.pack(Path("w.zip"), everything=True, out=Path("out"))
    assert [fault.code for fault in refused.value.faults] == ["store.misplaced"] * 2


def test_a_copy_under_another_name_and_a_stranger_s_file_leave_a_workspace_whole(made, tmp_path, monkeypatch):
    place, names = made
    out = tmp_path / "out"
    shutil.copytree(place / "out", out)
    (out / "runs" / names[1] / "notes.txt").write_text("mine", encoding="utf-8")
    shutil.copytree(out / "runs" / names[1], out / "runs" / f"{names[1]} (copy)")
    packed = workspaces.pack(tmp_path / "w.zip", everything=True, out=out)
    assert sorted(packed.runs) == sorted(names.values())
    assert [fault.code for fault in packed.left_out] == ["store.misplaced"]
    assert workspaces.verify(tmp_path / "w.zip").faults == ()
    assert sorted(fault.code for fault in check_books(out)) == ["store.extra", "store.extra", "store.misplaced"]
