"""Help and usage errors in the reader's language.

Commands and options name their help by a key of ``texts/cli.yaml``. Help is laid out here: Typer's tables cut Chinese
sentences, which have no blanks to break at, and a console of Rich takes a third of the time in which help is there.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from shutil import get_terminal_size
from typing import Any

from typer.core import TyperCommand, TyperGroup

from copark.presentation.text_wrap import wrapped
from copark.texts import LANGUAGES, has_text, text

PANELS = ("commands", "runs", "explain", "decide", "calibrate", "parks", "tables", "workspaces", "serve")
"""Panels of the list of commands, in its order: a module of commands, or a group."""
TYPERS_OWN = {
    "--help": "cli.help.help",
    "--install-completion": "cli.help.install_completion",
    "--show-completion": "cli.help.show_completion",
}
"""Options that Typer adds with words of its own, and the texts that stand in their place."""
VARIABLES = ("COPARK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Choose the reader's language: ``--lang``, else ``COPARK_LANG``, else the locale's, else English."""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1] if arguments[position + 1] in LANGUAGES else "en"
        if argument.startswith("--lang="):
            value = argument.removeprefix("--lang=")
            return value if value in LANGUAGES else "en"
    for name in VARIABLES:
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


def _short_help(command: Any) -> str:
    """Return what shells show beside a command that they complete."""
    lang = language((), os.environ)
    return text(command.help, lang) if command.help and has_text(command.help) else ""


class SpokenCommand(TyperCommand):
    """A command whose help speaks the reader's language."""

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - the signature is Typer's
        """Return the first words of the help, for completion."""
        return _short_help(self)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is Typer's
        """Show the help."""
        _show_help(self, ctx)


class SpokenGroup(TyperGroup):
    """The list of commands; its help speaks the reader's language."""

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - the signature is Typer's
        """Return the first words of the help, for completion."""
        return _short_help(self)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is Typer's
        """Show the help."""
        _show_help(self, ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of a name; where there is none, name the nearest."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, list(self.commands), n=1)
            ctx.fail(text("cli.wrong.no_command", ctx.obj, name=name, known=", ".join(near or self.commands)))
        return super().resolve_command(ctx, args)


def _show_help(command: Any, ctx: Any) -> None:
    lang = ctx.obj
    params = command.get_params(ctx)
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option" and not getattr(param, "hidden", False)]
    commands = [
        (name, subcommand) for name, subcommand in getattr(command, "commands", {}).items() if not subcommand.hidden
    ]
    pieces = [
        ctx.command_path,
        *(argument.metavar if argument.required else f"[{argument.metavar}]" for argument in arguments),
    ]
    pieces += [text("cli.usage.command", lang)] if commands else []

    def flag(option: Any) -> str:
        return " ".join(filter(None, ("/".join([option.opts[0], *option.secondary_opts]), option.metavar)))

    usage = text("cli.usage", lang, command=" ".join([*pieces, text("cli.usage.options", lang)]))
    print(*_folded(usage), "", *_folded(text(command.help, lang)), sep="\n")
    for panel, entries in _by_panel(commands, lang):
        _show_entries(text(f"cli.panel.{panel}", lang), entries)
    _show_entries(
        text("cli.panel.arguments", lang), [(argument.metavar, _help(argument, lang)) for argument in arguments]
    )
    _show_entries(text("cli.panel.options", lang), [(flag(option), _help(option, lang)) for option in options])


def _by_panel(commands: Iterable[tuple[str, Any]], lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    by_panel: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS}
    for name, command in commands:
        panel = command.rich_help_panel or getattr(command.callback, "__module__", "").rpartition(".")[2]
        by_panel[panel].append((name, text(command.help, lang)))
    return [(panel, entries) for panel, entries in by_panel.items() if entries]


def _show_entries(title: str, entries: Iterable[tuple[str, str]]) -> None:
    """Print a title, and each name with its words beside it, or below where it takes more than half of the screen."""
    from rich.cells import cell_len
    from typer import echo, style

    rows = list(entries)
    plain = bool(os.environ.get("NO_COLOR"))
    if not rows:
        return
    most = get_terminal_size().columns // 2
    indent = max((cell_len(name) for name, _ in rows if cell_len(name) <= most), default=0) + 4
    echo("\n" + (title if plain else style(title, bold=True)))
    for name, words in rows:
        shown = name if plain else style(name, fg="cyan")
        below = f"\n{' ' * indent}"
        left = indent - 2 - cell_len(name)
        echo(f"  {shown}{' ' * left if left > 0 else below}{below.join(_folded(words, indent))}")


def _folded(words: str, indent: int = 0) -> list[str]:
    from rich.cells import chop_cells

    width = max(get_terminal_size().columns - indent, 8)
    return [part for line in wrapped(words, width) for part in chop_cells(line, width) or [""]]


def _help(parameter: Any, lang: str) -> str:
    """Give the words of an argument or an option; Typer's own are English sentences, for which there are texts."""
    for option, key in TYPERS_OWN.items():
        if option in parameter.opts:
            return text(key, lang)
    describe = getattr(parameter, "told", None)
    words = text(parameter.help, lang) if describe is None else describe(lang)
    is_needed_option = parameter.required and parameter.param_type_name == "option"
    return f"{words}{' ' if lang == 'en' else ''}{text('cli.required', lang)}" if is_needed_option else words


def wrong_usage(error: Any, lang: str) -> str:
    """Say what was wrong in the way the command was given, and where to read how to give it."""
    context = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    message = str(getattr(error, "message", error))
    kind = type(error).__name__
    name = str(getattr(error, "option_name", "") or "")
    if param is not None:
        name = str(param.metavar if param.param_type_name == "argument" else param.opts[0])
    if kind == "MissingParameter":
        words = text("cli.wrong.missing", lang, name=name)
    elif kind == "NoSuchOption":
        words = text("cli.wrong.option", lang, name=name)
    elif name:
        detail = _wanted(name, param, lang) or message
        words = text("cli.wrong.value", lang, name=name, detail=detail)
    elif "unexpected extra" in message:
        words = text("cli.wrong.extra", lang, found=message.partition("(s) (")[2].rstrip(")"))
    else:
        words = message
    path = context.command_path if context is not None else "copark"
    return f"{words}{' ' if lang == 'en' else ''}{text('cli.wrong.try', lang, command=path)}"


def _wanted(name: str, parameter: Any, lang: str) -> str:
    """Say what an option takes: one of its choices, a whole number within its range, or what the texts say of it."""
    metavar = str(getattr(parameter, "metavar", None) or "")
    if "|" in metavar and metavar.islower():
        return text("cli.wants.choice", lang, known=metavar.replace("|", " | "))
    limits = [getattr(parameter, edge, None) for edge in ("min", "max")]
    if all(isinstance(limit, int) for limit in limits):
        return text("cli.wants.integer", lang, low=limits[0], high=limits[1])
    wants = f"cli.wants.{name.lstrip('-')}"
    return text(wants, lang) if has_text(wants) else ""
