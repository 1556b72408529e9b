"""The scripts by which shells complete words, run in the shells that are there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.asked import call

from copark.cli.completion import _plain

ASKED = {
    "copark lev": "levers",
    "copark levers longj": "longjiang",
    "copark levers thilawa --repl": "--replicates",
    "copark levers thilawa --levers t": "threshold",
    "copark levers thilawa --levers tax,la": "tax,land",
    "copark claims suzhou --claim R-": "R-rescue",
    "copark compare rival": "rival-next-door",
    "copark workspace ve": "verify",
    "copark run thilawa --format do": "docx",
}
"""Words, the last of them begun, and something that completes it."""
BASH = """
eval "$(copark completion bash)"
while IFS= read -r line; do
    read -ra COMP_WORDS <<< "$line"
    COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
    COMPREPLY=()
    _copark_completion copark
    echo "$line:" "${COMPREPLY[@]}"
done
"""
ZSH = """
compdef() { :; }
_arguments() { REPLY="$*" }
eval "$(copark completion zsh)"
while IFS= read -r line; do
    words=(${(s: :)line})
    CURRENT=${#words}
    REPLY=""
    _copark_completion
    print -r -- "$line: $REPLY"
done
"""
FISH = """
copark completion fish | source
while read line
    echo "$line:" (complete -C "$line")
end
"""
FEW = 4
"""Words that shells other than the first are asked for: each is a start of copark, for fish two."""
SHELLS = {"bash": ["bash", "--norc", "-c", BASH], "zsh": ["zsh", "-f", "-c", ZSH], "fish": ["fish", "-N", "-c", FISH]}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``copark`` is the command of this package."""
    command = tmp_path / "copark"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m copark "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    return {**os.environ, **home, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "COPARK_LANG": "en"}


@pytest.mark.long
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_options_and_names(
    shell: str, environment: dict[str, str], tmp_path: Path, subtests: pytest.Subtests
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    lines = dict(list(ASKED.items())[: None if shell == "bash" else FEW])
    done = subprocess.run(
        SHELLS[shell],
        env=environment,
        cwd=tmp_path,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    completed = dict(line.partition(": ")[::2] for line in done.stdout.splitlines() if ":" in line)
    for line, expected in lines.items():
        with subtests.test(line=line):
            assert expected in completed[line].replace('"', " ").replace(":", " ").split(), done.stderr


def test_a_word_is_completed_without_a_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_COPARK_COMPLETE", "complete_zsh")
    for line, expected in (("copark run", "runs"), ("copark parks --sta", "--status")):
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        code, out, _ = call([], capsys)
        assert (code, f'"{expected}":' in out) == (0, True)
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "copark levers /nowhere --levers ''")
    assert "Traceback" not in "".join(map(str, call([], capsys)))


def test_there_is_a_script_for_each_of_four_shells(capsys: pytest.CaptureFixture[str]) -> None:
    scripts = {shell: call(["completion", shell], capsys)[1] for shell in ("bash", "zsh", "fish", "powershell")}
    assert all("_COPARK_COMPLETE" in script for script in scripts.values())
    assert "Register-ArgumentCompleter -Native -CommandName copark" in scripts["powershell"]


def test_no_word_of_a_file_becomes_an_order_of_a_shell() -> None:
    """Titles and keys of a case are somebody's own, and zsh evaluates what it is given."""
    hostile = [("$(touch x)", ""), ("a;b", ""), ("--yes", ""), ("a b", ""), ("`x`", ""), ("a>b", "")]
    assert list(_plain([*hostile, ("tax-10", "“Tax” $(touch x) \\\\`y` 'z'\n10%")])) == [
        ("tax-10", "“Tax” touch x y z 10%")
    ]
