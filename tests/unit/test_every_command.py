"""What every command has, also one that is added: help, examples that can be typed, JSON, a quiet mode."""

from __future__ import annotations

import ast
import io
import json
import shlex
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.asked import call

from copark import cli
from copark.analyses.answer import check_keys
from copark.analyses.context import Context
from copark.cases import list_cases
from copark.cases.workbook_writing import EXAMPLE, workbook_of
from copark.cli.app import listed
from copark.cli.help import SpokenCommand, SpokenGroup, examples
from copark.presentation.reply import reply_schema

Capsys = pytest.CaptureFixture[str]
SHARED = ["--lang", "--json", "--quiet", "-h", "--help"]
PRINTING = {"output.py", "screen.py"}
"""Modules that may print: they ask how the answer is to be told."""


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(reply_schema())


def record(arguments: list[str], capsys: Capsys, expected: int = 0) -> dict[str, Any]:
    """The record of a command that is asked for JSON, which is all that it prints on standard output."""
    code, out, _ = call([*arguments, "--json"], capsys)
    reply = json.loads(out)
    validator().validate(reply)
    assert (code, reply["exit_code"]) == (expected, expected), out
    return reply


def commands() -> list[tuple[tuple[str, ...], Any]]:
    """Every command by its words; former names of one mean the same command."""
    group = cli.command_line()
    return [
        ((), group),
        *((path, command) for path, command in listed(group) if getattr(command, "present_name", path[-1]) == path[-1]),
    ]


def test_every_command_has_the_shared_options(subtests: pytest.Subtests) -> None:
    root = cli.command_line().make_context("copark", [], obj="en", resilient_parsing=True)
    for path, command in commands():
        with subtests.test(command=" ".join(path)):
            assert isinstance(command, SpokenCommand | SpokenGroup)
            options = [flag for option in command.get_params(root) for flag in option.opts]
            assert [flag for flag in options if flag in SHARED] == SHARED


def parsed(typed: str) -> Iterator[tuple[Any, Any]]:
    """The commands that an example types, each with the context it makes; a shell's redirection is left out."""
    words = shlex.split(typed.partition(" > ")[0].partition(" >> ")[0])
    assert words[0] == "copark"
    command = cli.command_line()
    context = command.make_context("copark", words[1:], obj="en")
    yield command, context
    while getattr(command, "commands", None) and context._protected_args:
        name = context._protected_args[0]
        command = command.commands[name]
        context = command.make_context(name, context.args, parent=context)
        yield command, context


def test_every_command_has_two_examples_that_can_be_typed(subtests: pytest.Subtests) -> None:
    for path, command in commands():
        with subtests.test(command=" ".join(path)):
            english, chinese = (examples(command, lang) for lang in ("en", "zh"))
            assert len(english) == 2
            assert [typed for typed, _ in english] == [typed for typed, _ in chinese]
            assert all(words for _, words in english + chinese)
            for typed, _ in english:
                typed_commands = [parsed_command for parsed_command, _ in parsed(typed)]
                assert command in typed_commands


@pytest.mark.long
def test_keys_in_examples_are_those_of_the_case(subtests: pytest.Subtests) -> None:
    for _, command in commands():
        for typed, _ in examples(command, "en"):
            with subtests.test(example=typed):
                *_, (command_asked, context) = parsed(typed)
                check_values(command_asked, context)


def check_values(command: Any, context: Any) -> None:
    """Check the values of an analysis, and its keys, such as levers, where its case is one of the casebook."""
    analysis = getattr(command, "analysis", None)
    if analysis is None:
        return
    fields = analysis.params.form()
    values = {field.name: context.params[field.name] for field in fields if context.params[field.name] is not None}
    lists = {field.name for field in fields if field.kind == "list" and not field.repeated}
    values |= {name: [part for word in values[name] for part in word.split(",")] for name in lists & set(values)}
    params = analysis.params(**values)
    if values.get("case") in (None, *list_cases()):
        check_keys(analysis, params, Context())


def test_what_is_wrong_is_a_record_as_well(capsys: Capsys, subtests: pytest.Subtests) -> None:
    for path, _ in commands():
        with subtests.test(command=" ".join(path)):
            code, out, err = call([*path, "--no-such-option", "--json", "--lang", "zh"], capsys)
            reply = json.loads(out)
            validator().validate(reply)
            assert (code, reply["exit_code"], reply["error"]["kind"], err) == (2, 2, "usage", "")
            assert "--no-such-option" in reply["error"]["message"]
    assert record(["check", "\udcff\x1b"], capsys, 2)["error"]["kind"] == "not_found"
    assert record(["run", "nowhere"], capsys, 2)["error"]["kind"] == "not_found"
    reply = record(["new", "--from", "nowhere.xlsx"], capsys, 2)
    assert [fault["code"] for fault in reply["faults"]] == ["cases.no_such_file"]


def test_commands_print_by_way_of_what_knows_how() -> None:
    for path in Path(cli.__file__).parent.glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        names = {getattr(node.func, "id", getattr(node.func, "attr", "")) for node in calls}
        assert path.name in PRINTING or not names & {"print", "echo", "secho"}, path.name


def test_answers_as_records(tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert record(["show", "longjiang", "--lang", "zh"], capsys)["data"]["entries"][0]["value"] == "longjiang"
    parks = record(["parks", "--status", "failed"], capsys)
    assert parks["document"]["headline"]
    assert (parks["data"]["passed"], parks["data"]["files"]) == (True, {})
    assert record(["parks", "--output", "parks.dta"], capsys)["data"]["files"] == {"dta": "parks.dta"}
    assert record(["new", "my-park"], capsys)["data"]["path"] == "my-park"
    assert record(["runs"], capsys)["data"] == {"runs": [], "folder": "out"}
    assert record(["gc"], capsys)["data"]["leftovers"] == []
    assert record(["schema", "reply"], capsys)["data"]["json_schema"] == reply_schema()
    assert record(["completion", "fish"], capsys)["data"]["script"].startswith("complete ")
    assert record(["--version"], capsys)["data"]["version"]
    assert "Usage: copark levers" in record(["levers", "--help"], capsys)["data"]["help"]
    assert record(["settings"], capsys)["data"]["files"] == []
    assert record(["settings", "nothing"], capsys, 2)["error"]["kind"] == "not_found"


def test_a_quiet_command_prints_its_answer_alone(tmp_path: Path, capsys: Capsys) -> None:
    assert call(["list", "--quiet"], capsys)[1].split()[: len(list_cases())] == list(list_cases())
    assert call(["check", "thilawa", "-q"], capsys) == (0, "", "")
    assert call(["new", "my-park", "--in", tmp_path, "-q"], capsys) == (0, "", "")
    code, out, err = call(["parks", "--quiet", "--status", "failed", "--out", tmp_path], capsys)
    assert (code, out.count("\n"), err) == (0, 1, "")
    code, out, err = call(["check", tmp_path / "nowhere", "--quiet"], capsys)
    assert (code, out) == (2, "")
    assert "No case or folder named" in err


def test_files_come_from_standard_input_and_go_to_standard_output(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def piped(arguments: list[str], content: bytes = b"") -> tuple[object, bytes, bytes]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        with pytest.raises(SystemExit) as leaving:
            cli.main(arguments)
        return leaving.value.code, *capsysbinary.readouterr()

    workbook = workbook_of(EXAMPLE)
    code, out, err = piped(["check", "-"], workbook)
    assert (code, out.startswith(b"-: no problems found"), err) == (0, True, b"")
    code, out, err = piped(["new", "--from", "-", "--json"], workbook)
    assert (code, json.loads(out)["data"]["path"]) == (0, "blue-harbour")
    code, out, err = piped(["check", "-"], b"PK\x03\x04 and no more")
    assert (code, out, b"Traceback" in err) == (1, b"", False)
    code, out, err = piped(["check", "-"], b"")
    assert (code, out, b"Traceback" in err) == (1, b"", False)
    assert piped(["new", "--workbook", "-"])[1].startswith(b"PK")
    code, out, err = piped(["parks", "--status", "failed", "--output", "-", "--lang", "zh"])
    assert (code, out.decode().startswith("# 案例库")) == (0, True)
    table = piped(["parks", "--output", "-", "--format", "csv"])[1]
    code, out, err = piped(["qca", "-", "--outcome", "y", "--conditions", "a", "-q"], b"case,y,a\nA,1,1\nB,0,0\nC,1,1")
    assert (code, b"csv" in err, out.count(b"\n")) == (0, False, 1), err
    assert table.startswith(b"\xef\xbb\xbfname") or table.count(b"\n") > 30
    assert piped(["parks", "--output", "-", "--json"])[0] == 2
    assert piped(["plan", "-"], b"[" * 100_000)[0] == 1
