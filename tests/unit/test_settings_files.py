"""``copark.toml``: which value holds, that no result depends on where it stands, and that every fault is told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.asked import call

from copark import workflows
from copark.cli import command_line
from copark.cli.app import listed
from copark.cli.settings import NAME, VARIABLES, is_shared, name_of

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project; commands are given in one below it, and the user's settings lie beside it."""
    folder = tmp_path / "project" / "below"
    folder.mkdir(parents=True)
    (tmp_path / "user").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(typer, "get_app_dir", lambda *_: str(tmp_path / "user"))
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "project"


def origins(command: str, capsys: Capsys) -> dict[str, tuple[str, str]]:
    code, out, _ = call(["settings", *command.split(), "--json", "--lang", "en"], capsys)
    assert code == 0, out
    return {row["option"]: (row["value"], row["origin"]) for row in json.loads(out)["data"]["settings"]}


def test_an_option_goes_before_the_environment_the_project_the_user_and_the_default(
    place: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = place.parent / "user" / NAME
    user.write_text('seed = 5\nthreads = 3\nout = "mine"\n[command.levers]\nreplicates = 9\n', encoding="utf-8")
    (place / NAME).write_text('seed = 4\nout = "results"\n[command.levers]\nseed = 3\ndraws = 60\n', encoding="utf-8")
    project = f"..{os.sep}{NAME}"
    origin = origins("levers", capsys)
    assert origin["--seed"] == ("3", f"{project}:4")
    assert origin["--draws"] == ("60", f"{project}:5")
    assert origin["--out"] == (f"..{os.sep}results", f"{project}:2")
    assert origin["--threads"] == ("3", f"{user}:2")
    assert origin["--replicates"] == ("9", f"{user}:5")
    assert origin["--now"] == ("–", "default")
    assert origins("run", capsys)["--seed"] == ("4", f"{project}:1")
    monkeypatch.setenv("COPARK_SEED", "2")
    assert origins("levers", capsys)["--seed"] == ("2", "COPARK_SEED")
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(workflows, "run_study", lambda *_, **named: calls.append(named) or 1 / 0)
    call(["run", "thilawa", "--threads", "8", "--seed", "1"], capsys)
    call(["run", "thilawa"], capsys)
    assert [(arguments["seed"], arguments["execution"].threads, arguments["out"]) for arguments in calls] == [
        (1, 8, Path("..") / "results"),
        (2, 3, Path("..") / "results"),
    ]


def test_the_language_of_a_file_holds_where_nothing_else_is_said(
    place: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    (place / NAME).write_text('lang = "zh"\n[command.gc]\nlang = "en"\n', encoding="utf-8")
    assert "用法" in call(["run", "--help"], capsys)[1]
    assert "Usage" in call(["gc", "--help"], capsys)[1]
    assert "Usage" in call(["run", "--help", "--lang", "en"], capsys)[1]
    monkeypatch.setenv("COPARK_LANG", "en")
    assert "Usage" in call(["run", "--help"], capsys)[1]


def test_a_result_does_not_depend_on_where_a_value_stands(
    place: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_id(*options: str) -> str:
        command = ["nca", "--x", "GOV", "--y", "OUTCOME", "--drop-missing", *options, "--no-report", "--json"]
        code, out, err = call(command, capsys)
        assert code == 0, err
        return str(json.loads(out)["data"]["run_id"])

    plain = run_id()
    typed = run_id("--seed", "7", "--permutations", "5")
    (place / NAME).write_text("seed = 7\n[command.nca]\npermutations = 5\n", encoding="utf-8")
    assert run_id() == typed != plain
    (place / NAME).write_text("[command.nca]\npermutations = '5'\nseed = 1\n", encoding="utf-8")
    monkeypatch.setenv("COPARK_SEED", "7")
    assert run_id() == typed


FAULTY = """lang = "fr"
colour = "red"
runs = "many"
seed = [1, true]
[command.levers]
draws = -3
drawz = 5
"no
[command.serve]
token = "x"
"""
SPOILT = [
    b"a = [", b"\xff\xfe\x00", b"\x00" * 40, b"a = 1" * 300_000, b"[" * 100_000, b"a=" + b"9" * 100_000, b"a=1\na=2",
    b"command = 3", b"[command]\nlevers = 3", b"[[command]]\nx=1", b"[command.levers.deep]\nx = 1",
    b"lang = 2024-01-01",
    b"seed = inf", b"seed = 1e400", b"out = '~nobody/x'", b'out = "a\\u0000b"', b"[command.levers]\nfile = {}",
    b"[command.levers]\ndraws = [[1]]", b'"\\u001b[31m" = 1', b"a.b.c = " + b"[" * 5000,
]  # fmt: skip


def test_all_faults_are_told_at_once_with_line_cause_and_repair(place: Path, capsys: Capsys) -> None:
    (place / NAME).write_text(FAULTY.replace('"no\n', ""), encoding="utf-8")
    for lang, number in (("en", "Problems found: 7"), ("zh", "共发现 7 个问题")):
        code, out, err = call(["settings", "--lang", lang], capsys)
        assert (code, out, number in err) == (1, "", True), err
        assert [line for line in err.splitlines() if line.startswith("..")] == [
            f"../{NAME}:{line}: {key}"
            for line, key in enumerate(
                ("lang", "colour", "runs", "seed", "", "command.levers.draws", "command.levers.drawz"), start=1
            )
            if key
        ] + [f"../{NAME}:9: command.serve.token"]
    code, out, err = call(["list", "--lang", "en"], capsys)
    assert (code, out) == (1, ""), "a command does not begin with settings it cannot follow"
    assert call(["levers", "--help"], capsys)[0] == 0, "help is there all the same"


def test_no_file_of_settings_ends_in_a_traceback(place: Path, capsys: Capsys, subtests: pytest.Subtests) -> None:
    for content in SPOILT:
        with subtests.test(content=content[:20]):
            (place / NAME).write_bytes(content)
            for words in (["settings"], ["levers", "nowhere"], ["settings", "levers", "--json"]):
                code, out, err = call([*words, "--lang", "en"], capsys)
                assert code in (0, 1, 2)
                assert "Traceback" not in err + out
                assert "Unexpected error" not in err + out
                assert "\x1b" not in err
    (place / NAME).unlink()
    (place / NAME).mkdir()
    assert call(["settings"], capsys)[0] == 1
    (place / NAME).rmdir()
    (place / NAME).symlink_to(place / "nowhere")
    assert call(["settings"], capsys)[0] == 1
    if hasattr(os, "mkfifo"):
        (place / NAME).unlink()
        os.mkfifo(place / NAME)
        assert call(["settings"], capsys)[0] == 1


def test_options_for_all_commands_are_those_of_several(place: Path) -> None:
    used = [name_of(option) for _, command in listed(command_line()) for option in loaded(command) if is_shared(option)]
    assert all(used.count(name) > 1 for name in VARIABLES if name != "lang")


def loaded(command: Any) -> list[Any]:
    getattr(command, "load", lambda: None)()
    return list(command.params)


def test_a_project_s_file_of_another_user_is_refused_and_named(
    place: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / NAME).write_text("seed = 4\n", encoding="utf-8")
    owner = (place / NAME).stat().st_uid
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1, raising=False)
    if owner == 0:  # what root owns is trusted: the file is a stranger's as soon as it is not root's
        os.chown(place / NAME, 65534, -1)
    code, out, err = call(["list", "--quiet", "--lang", "en"], capsys)
    assert (code, out) == (1, "")
    assert f"..{os.sep}{NAME}" in err
    assert "chown" in err
    monkeypatch.setattr(os, "geteuid", lambda: (place / NAME).stat().st_uid, raising=False)
    assert call(["list", "--quiet"], capsys)[0] == 0


def test_a_quiet_command_names_the_project_s_file_that_sets_its_options(place: Path, capsys: Capsys) -> None:
    (place / NAME).write_text('out = "elsewhere"\n', encoding="utf-8")
    _, _, err = call(["gc", "--quiet", "--lang", "en"], capsys)
    assert f"Settings of ..{os.sep}{NAME}: --out." in err
    _, out, _ = call(["gc", "--json", "--lang", "en"], capsys)
    assert any(NAME in one["text"] for one in json.loads(out)["messages"])


def test_no_file_widens_what_is_shown(place: Path, capsys: Capsys, subtests: pytest.Subtests) -> None:
    """Repeatable options choose parks and runs to show, and paths but the output folder what lies there."""
    for command, option in (
        ("mcp", "park"), ("site", "park"), ("casebook.export", "park"), ("workspace.pack", "run"), ("claims", "file"),
    ):  # fmt: skip
        with subtests.test(command=command, option=option):
            (place / NAME).write_text(f'[command.{command}]\n{option} = "secret"\n', encoding="utf-8")
            code, _, err = call(["settings", "--lang", "en"], capsys)
            assert code == 1
            assert f"{NAME}:2: command.{command}.{option}" in err
            assert "only ever given by hand" in err
