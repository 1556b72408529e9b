"""One rule of exit codes: 2 for what was typed, 1 for what was read or could not be done.

All commands are walked, and every fault that a command can have: what it takes is what its options say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.asked import call

from copark import cli
from copark.cases import new_case
from copark.cli.app import listed

Typed = list[str]
NAMES = ("CASE", "NAME", "NAME|PATH", "REFERENCE", "RUN_ID")
FILES = {"file": "PATH", "answers": "PATH", "table": "TABLE", "source": "FILE.xlsx", "data": "PATH"}
"""Options and arguments that name a file to read, with what stands for their value in the help."""
QUARTERS = ("--cut", "--now", "--to")
NEEDED = {
    "qca": ["--outcome", "y", "--conditions", "x"],
    "nca": ["--outcome", "y", "--conditions", "x"],
    "coupling": ["--subsystem", "a=x", "--subsystem", "b=y"],
    "export": ["--to", "runs.csv"],
    "counterfactual": ["--without", "pandemic"],
    "score": ["--data", "nowhere.csv"],
}
"""What commands need beside what is wrong."""
BROKEN = ("brief", "run", "check", "levers", "plan", "show")
"""Commands that are asked for a case with faults: how a case is read is the same for all."""
SERVING = {("serve",), ("mcp",)}
"""Commands that would run on, and take no name or file."""


def commands() -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Every command with its options, and the first argument it must have, as the help writes it."""
    for path, command in listed(cli.command_line()):
        if path not in SERVING:
            getattr(command, "load", lambda: None)()
            arguments = [param for param in command.params if param.param_type_name == "argument"]
            yield path, command, arguments[0].metavar if arguments else ""


def unknown_names() -> Iterator[Typed]:
    for path, _, first in commands():
        if first in NAMES and path != ("new",):
            yield [*path, "nowhere", *NEEDED.get(path[-1], [])]


def missing_files() -> Iterator[Typed]:
    for path, command, first in commands():
        for param in command.params:
            if param.name in FILES and FILES[param.name] == param.metavar:
                case = ["lekki"] if first == "CASE" and path != ("new",) else []
                value = ["nowhere.csv"] if param.param_type_name == "argument" else [param.opts[0], "nowhere.csv"]
                yield [*path, *case, *value, *NEEDED.get(path[-1], [])]
    yield ["score", "nowhere.json", "--data", "nowhere.csv"]
    yield ["workspace", "verify", "nowhere.zip"]
    yield ["workspace", "open", "nowhere.zip"]


def malformed_values() -> Iterator[Typed]:
    """Quarters that are none, where a command takes one."""
    for path, command, first in commands():
        flags = {flag for param in command.params for flag in param.opts}
        for flag in sorted(flags.intersection(QUARTERS)):
            if first in ("CASE", "NAME|PATH", "REFERENCE") and path[-1] not in ("export", "pack"):
                yield [*path, "lekki", flag, "2030-12", *NEEDED.get(path[-1], [])]


def broken_cases(folder: Path) -> Iterator[Typed]:
    for path, _, first in commands():
        if first in ("CASE", "NAME|PATH", "REFERENCE") and path[0] in BROKEN:
            yield [*path, str(folder), *NEEDED.get(path[-1], [])]


def test_what_was_typed_ends_with_2_and_what_was_read_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = new_case("my-park", tmp_path)
    (broken / "case.yaml").write_text("name: [", encoding="utf-8")
    (tmp_path / "notes.yaml").write_text("[", encoding="utf-8")
    walks = {"name": (2, unknown_names()), "file": (2, missing_files()), "value": (2, malformed_values())}
    walks |= {"case": (1, broken_cases(broken)), "new": (2, iter([["new", "thilawa"], ["new", "My Park"]]))}
    walks["option"] = (2, iter([["qca", "--outcome", "y", "--conditions", "x", "--consistency", "7"]]))
    walks["content"] = (1, iter([["run", "notes.yaml"], ["new", "x", "--from", "notes.yaml"]]))
    for fault, (expected, typed) in walks.items():
        count = 0
        for count, words in enumerate(typed, start=1):  # noqa: B007 - that there are any is asserted below
            with subtests.test(fault=fault, typed=" ".join(words)):
                code, _, err = call([*words, "--no-report"] if words[0] in ("run", "compare") else words, capsys)
                assert (code, bool(err)) == (expected, True), err[-400:]
        assert count, fault
