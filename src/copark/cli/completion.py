"""Completion of a word by a shell: names of cases, studies and runs, and keys such as levers of the case named.

The library that parses the commands asks for it when a shell does; its scripts are for bash, zsh and fish, that for
PowerShell is here.
Shells read what they are given as part of a script: what is somebody's own is left out unless it is plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from copark.cli.help import without_quotes
from copark.cli.output import output

if TYPE_CHECKING:
    from copark.analyses import Analysis
    from copark.analyses.contract import FormField

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]
"""Returns what completes a word, each with its words, told the context of the command and the word so far."""
COMPLETION = "_COPARK_COMPLETE"
"""Variable of the environment by which the script of a shell asks what would complete a word."""
POWERSHELL = r"""
Register-ArgumentCompleter -Native -CommandName copark -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    $words = @($elements | ForEach-Object { $_.Extent.Text })
    $begun = ''
    if ($elements[-1].Extent.EndOffset -ge $cursorPosition) { $begun = $words[-1] }
    # PowerShell asks for what follows the last comma of a list, copark answers the list.
    $before = 0
    if ($begun.EndsWith($wordToComplete)) { $before = $begun.Length - $wordToComplete.Length }
    $consoleEncoding = [Console]::OutputEncoding
    $pythonEncoding = $Env:PYTHONIOENCODING
    try {
        try { [Console]::OutputEncoding = [System.Text.Encoding]::UTF8 } catch { }
        $Env:PYTHONIOENCODING = 'utf-8'
        $Env:@VARIABLE@ = 'complete_powershell'
        $Env:_TYPER_COMPLETE_ARGS = ($words -join ' ').Replace('\', '/')
        $Env:_TYPER_COMPLETE_WORD_TO_COMPLETE = $begun
        $command = $commandAst.GetCommandName()
        # The words of a command may have several lines.
        $found = @()
        foreach ($line in @(& $command 2>$null)) {
            if ($line -match ':::') { $found += $line } elseif ($found) { $found[-1] += ' ' + $line.Trim() }
        }
        foreach ($entry in $found) {
            $value, $help = $entry -split ':::', 2
            $value = $value.Substring([Math]::Min($before, $value.Length))
            # A tip may not be empty.
            if (-not $help.Trim()) { $help = $value }
            if ($value) {
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        try { [Console]::OutputEncoding = $consoleEncoding } catch { }
        $Env:PYTHONIOENCODING = $pythonEncoding
        foreach ($name in '@VARIABLE@', '_TYPER_COMPLETE_ARGS', '_TYPER_COMPLETE_WORD_TO_COMPLETE') {
            Remove-Item -ErrorAction SilentlyContinue "Env:$name"
        }
    }
}
"""
"""Script for PowerShell. That of the library takes the Tab key of every command, fails where the words of a command
have several lines, and knows neither lists with commas nor paths with backslashes."""
PLAIN = re.compile(r"[\w./@=,:+-]+")
"""Values that every shell takes as one word as they stand: it would read others as orders, such as > in a target."""


def completion_script(shell: str) -> str:
    """Return the script by which a shell completes words: bash, zsh, fish or powershell."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    if shell == "powershell":
        return POWERSHELL.strip().replace("@VARIABLE@", COMPLETION)
    return get_completion_script(prog_name="copark", complete_var=COMPLETION, shell=shell)


def case_names(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:  # noqa: ARG001 - as all of them
    """Return names of the casebook's cases."""
    from copark.workflows.case_commands import names_of_cases

    return _fitting(((name, "") for name in names_of_cases()), incomplete)


def study_names(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return names of studies, and of cases, which mean their baseline."""
    from copark.workflows.case_commands import names_of_studies

    studies = _fitting(((name, "") for name in names_of_studies()), incomplete)
    return [*studies, *case_names(ctx, incomplete)]


def run_ids(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return IDs of the runs stored in the output folder, the newest first."""
    from copark.workflows.runs import books

    stored = books(Path(ctx.params.get("out") or "out"))
    return _fitting(((run.identity, f"{run.study} {run.case}") for run in stored), incomplete)


def study_names_and_run_ids(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return names of cases and studies, and IDs of stored runs."""
    return [*study_names(ctx, incomplete), *run_ids(ctx, incomplete)]


def formats(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:  # noqa: ARG001 - as all of them
    """Return formats of documents, also behind a comma."""
    from copark.presentation import FORMATS

    return _behind_comma(((name, "") for name in FORMATS), incomplete)


def completer_of(analysis: Analysis, field: FormField) -> Completer | None:
    """Return what completes the values of a parameter of an analysis; ``None`` where nothing is known of them."""
    if field.kind == "case":
        return case_names
    if field.kind == "study":
        return study_names_and_run_ids
    keys = field.keys
    if keys is None:
        return None

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        """Return the keys that fit the other parameters, such as the levers of the case."""
        from copark.analyses.context import Context

        fields = analysis.params.form()
        values = {other.name: other.default for other in fields}
        # Where the option that is completed is the last word, the library leaves what is given by its place aside.
        values |= dict(zip((other.name for other in fields if other.by_place), ctx.args, strict=False))
        values |= {name: value for name, value in ctx.params.items() if value is not None}
        context = Context(read_from=values.get("out"), lang=output().lang)
        with suppress(Exception):  # such as a case that is not there: nothing fits then
            choices = [(choice.value, choice.title.text(context.lang)) for choice in keys.choices(context, values)]
            is_one = field.kind != "list" or field.repeated
            return _fitting(choices, incomplete) if is_one else _behind_comma(choices, incomplete)
        return []

    return complete


def _fitting(choices: Iterable[tuple[str, str]], incomplete: str) -> list[tuple[str, str]]:
    """Return the choices that begin with a word; those that no shell could mistake."""
    return list(_plain(choice for choice in choices if choice[0].startswith(incomplete)))


def _behind_comma(choices: Iterable[tuple[str, str]], incomplete: str) -> list[tuple[str, str]]:
    """Return the choices that fit what stands behind the last comma, and are not named before it."""
    before, comma, last = incomplete.rpartition(",")
    named = before.split(",")
    fitting = _fitting(((value, words) for value, words in choices if value not in named), last)
    return [(f"{before}{comma}{value}", words) for value, words in fitting]


def _plain(choices: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for value, words in choices:
        if PLAIN.fullmatch(value) and not value.startswith("-"):
            yield value, without_quotes(words)
