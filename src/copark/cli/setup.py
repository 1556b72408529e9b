"""Commands on the command line itself: its settings, and the completion of its words by shells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from copark.cli.app import app, listed
from copark.cli.completion import completion_script
from copark.cli.help import LOCALE, SpokenCommand, language, shared_options
from copark.cli.output import output
from copark.cli.screen import give, listing, show_listing
from copark.cli.settings import OUT, VARIABLES, is_settable, origin_of, settings
from copark.errors import NotFound, printable
from copark.texts import text


class SetupCommand(SpokenCommand):
    """A command that is there to set things up, and so does its work whatever settings say."""

    needs_sound_settings = False


class Shell(StrEnum):
    """A shell that completes words."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


@app.command("completion", cls=SetupCommand, help="cli.help.completion", rich_help_panel="setup")
def completion(
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish|powershell", help="cli.help.completion.shell")],
) -> None:
    """Print the script by which a shell completes commands, options and names.

    Parameters
    ----------
    shell
        The shell.
    """
    script = completion_script(shell.value)
    output().content(script, shell=shell, script=script)


def _command_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of commands that begin so."""
    whole: Any = ctx.find_root().command
    commands = whole.commands.items()
    return [name for name, command in commands if name.startswith(incomplete) and not command.hidden]


@app.command("settings", cls=SetupCommand, help="cli.help.settings", rich_help_panel="setup")
def show_settings(
    ctx: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="cli.help.settings.command", autocompletion=_command_names),
    ] = None,
) -> None:
    """Show which defaults hold and where each comes from; check all files of settings.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    command
        Words of a command, whose options are all listed; ``None`` for the options that all commands share.

    Raises
    ------
    copark.errors.NotFound
        If there is no such command.
    copark.cli.settings.SettingsFaults
        If a file has faults.
    """
    from copark.presentation.document import Column, Kind, Table

    group = ctx.find_root().command
    commands = dict(listed(group))
    words = tuple(command or ())
    if words and words not in commands:
        raise NotFound.of("cli.settings.unknown", found=printable(" ".join(words)))
    for entry in commands.values() if settings().files else ():  # modules of all analyses are imported
        getattr(entry, "load", lambda: None)()
    settings().check_commands({path: [*entry.params, *shared_options()] for path, entry in commands.items()})
    settings().require_sound()
    rows = _rows(ctx, words, commands[words]) if words else _shared_rows(ctx.obj)
    columns = tuple(
        Column(key, text(f"cli.settings.{key}", ctx.obj), kind)
        for key, kind in (("option", Kind.quarter), ("value", Kind.note), ("origin", Kind.note))
    )
    give(files=[file.path for file in settings().files])
    show_listing(listing("settings", ctx.obj, Table("settings", _title(ctx.obj), columns, tuple(rows))))


def _title(lang: str) -> str:
    files = [file.shown for file in settings().files]
    key = "cli.settings.files" if files else "cli.settings.no_files"
    return text(key, lang, files=text("cli.settings.and", lang).join(map(printable, files)))


def _rows(ctx: typer.Context, path: tuple[str, ...], command: Any) -> Iterator[tuple[str, str, str]]:
    """Yield option, value and origin of every option of a command that files or the environment may set."""
    parent: Any = ctx.find_root()
    for name in path[:-1]:
        parent = parent.command.commands[name].make_context(name, [], parent=parent, resilient_parsing=True)
    context = command.make_context(path[-1], [], parent=parent, resilient_parsing=True)
    output().command = "settings"
    yield _row_of_language(ctx.obj, path[0])
    for option in filter(is_settable, command.params):
        value = context.params.get(option.name)
        values = value if isinstance(value, list | tuple) else [value]
        shown = ",".join(str(getattr(part, "value", part)) for part in values if part is not None)
        yield _row(ctx.obj, option.opts[0], shown, origin_of(context, option, path))


def _shared_rows(lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield option, value and origin of the options that can be set for all commands at once."""
    yield _row_of_language(lang)
    for name, variable in VARIABLES.items():
        if name == "lang":
            continue
        setting = settings().shared(name)
        typed = os.environ.get(variable, "")
        if typed or setting is None:
            yield _row(lang, f"--{name}", typed, variable if typed else text("cli.settings.of_each", lang))
        else:
            words = str(setting.value)
            value = setting.file.path_from(words) if name == OUT else words
            yield _row(lang, f"--{name}", value, setting.place)


def _row_of_language(lang: str, command: str = "") -> tuple[str, str, str]:
    setting = settings().shared("lang", command)
    named = "" if setting is None else str(setting.value)
    variable = next((name for name in (VARIABLES["lang"], *LOCALE) if os.environ.get(name)), "")
    is_from_file = setting is not None and variable != VARIABLES["lang"]
    origin = setting.place if is_from_file and setting is not None else variable
    return _row(lang, "--lang", language((), os.environ, named), origin)


def _row(lang: str, option: str, value: str, origin: str) -> tuple[str, str, str]:
    return option, printable(value) or "–", printable(origin) or text("cli.settings.default", lang)
