"""Help and usage errors in the reader's language, and the options that every command has.

Commands and options name their help by a key of ``texts/cli.yaml``. Help is laid out here: Typer's tables cut Chinese
sentences, which have no blanks to break at, and a console of Rich takes a third of the time in which help is there.
Examples of a command are the texts ``<key of its help>.example.<n>``, each a command between backticks and its words.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from shutil import get_terminal_size
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from copark.cli.output import JSON, QUIET, output
from copark.cli.settings import VARIABLES, is_shared, name_of, origin_of, project_options, settings
from copark.presentation.text_wrap import wrapped
from copark.texts import LANGUAGES, has_text, text

PANELS = ("commands", "runs", "explain", "decide", "calibrate", "parks", "tables", "workspaces", "serve", "setup")
"""Panels of the list of commands, in its order: a module of commands, or a group."""
SHORT_HELP = "-h"
EXAMPLES = 2
"""Examples that the help of every command has."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables of the environment that say which language a person reads, after copark's own and its settings."""


class Language(StrEnum):
    """A language copark speaks."""

    en = "en"
    zh = "zh"


def language(arguments: Sequence[str], environment: Mapping[str, str], setting: str = "") -> str:
    """Choose the reader's language: ``--lang``, else ``COPARK_LANG``, else a settings file's, the locale's, English.

    Parameters
    ----------
    arguments
        Words behind ``copark``.
    environment
        Variables of the environment.
    setting
        Language that a settings file names; empty for none.
    """
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1] if arguments[position + 1] in LANGUAGES else "en"
        if argument.startswith("--lang="):
            value = argument.removeprefix("--lang=")
            return value if value in LANGUAGES else "en"
    named = [environment.get(VARIABLES["lang"]), setting, *(environment.get(name) for name in LOCALE)]
    first = next(filter(None, named), "en")
    return "zh" if first.lower().startswith("zh") else "en"


def _shared_options(
    *,
    lang: Annotated[Language | None, typer.Option("--lang", help="cli.help.lang", metavar="en|zh")] = None,
    as_json: Annotated[bool, typer.Option(*JSON, help="cli.help.json")] = False,
    quiet: Annotated[bool, typer.Option(*QUIET, help="cli.help.quiet")] = False,
    short_help: Annotated[bool, typer.Option(SHORT_HELP, help="cli.help.short_help", is_eager=True)] = False,
) -> None:
    """Declare the options that every command has: they were read before the command was, but for the help."""


def _on_short_help(ctx: Any, _parameter: Any, is_requested: bool) -> bool:
    if is_requested and not ctx.resilient_parsing:
        _show_short_help(ctx.command, ctx)
        ctx.exit()
    return is_requested


@cache
def shared_options() -> tuple[Any, ...]:
    """Return the options that every command has."""
    application = typer.Typer(add_completion=False)
    application.command()(_shared_options)
    shared = tuple(get_command(application).params)
    for option in shared:
        option.expose_value = False
    shared[-1].callback = _on_short_help
    return shared


class Spoken:
    """Shared options, help, completion and values of settings, which commands and groups of commands have alike."""

    name: str | None
    params: list[Any]
    help: str | None
    needs_sound_settings = True
    """Whether faults of settings files end it before it begins."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options and arguments of the command, with those that every command has."""
        *declared, help_option = super().get_params(ctx)  # type: ignore[misc]
        taken = {flag for parameter in declared for flag in parameter.opts}
        shared = [option for option in shared_options() if taken.isdisjoint(option.opts)]
        return [*declared, *shared, help_option]

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - the signature is Typer's
        """Return the first words of the help, for completion."""
        return text(self.help, output().lang) if self.help and has_text(self.help) else ""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is Typer's
        """Show the help."""
        _show_help(self, ctx)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Make the context, with the values of settings files as defaults.

        Parameters
        ----------
        info_name
            Name that the command was called by.
        args
            Words behind it.
        parent
            Context of the application; ``None`` for none.
        **extra
            Further settings of the context, as Click has them.
        """
        path = path_of(self, parent)
        output().command = " ".join(path)
        for parameter in filter(is_shared, self.params):
            parameter.envvar = VARIABLES[name_of(parameter)]
        extra["default_map"] = settings().defaults(path, [*self.params, *shared_options()])
        return super().make_context(info_name, args, parent, **extra)  # type: ignore[misc]

    def invoke(self, ctx: Any) -> Any:
        """Do what the command is for, where its settings have no faults."""
        if not getattr(self, "commands", None) or getattr(self, "invoke_without_command", False):
            path = path_of(self, ctx.parent)
            origins = {parameter.opts[0]: origin_of(ctx, parameter, path) for parameter in self.params}
            output().origins |= {flag: origin for flag, origin in origins.items() if origin}
            if self.needs_sound_settings:
                settings().require_sound()
                for file, options in project_options(ctx, self.params, path).items():
                    output().warn(text("cli.settings.used", output().lang, file=file, options=", ".join(options)))
            _tell_shadowed(ctx)
        return super().invoke(ctx)  # type: ignore[misc]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete commands and options, with their words in the reader's language."""
        items = super().shell_complete(ctx, incomplete)  # type: ignore[misc]
        words = {flag: _help(option, output().lang) for option in self.get_params(ctx) for flag in option.opts}
        for item in items:
            item.help = without_quotes(words.get(item.value, item.help or ""))
        return items


def _tell_shadowed(ctx: Any) -> None:
    """Return which park is read, where a folder here has the name of one of the casebook."""
    words = [value for value in ctx.params.values() if isinstance(value, str)]
    names = dict.fromkeys(part.strip() for written in words for part in written.split(","))
    for name in [name for name in names if name.isprintable() and os.path.isdir(name)]:  # noqa: PTH112 - too long a name is no error
        from copark.workflows.case_commands import shadowed

        output().remark(shadowed(name, output().lang))


class SpokenCommand(Spoken, TyperCommand):
    """A command whose help speaks the reader's language."""


class SpokenGroup(Spoken, TyperGroup):
    """The list of commands; its help speaks the reader's language."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of a name; where there is none, name the nearest."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            near = get_close_matches(name, list(self.commands), n=1)
            # All commands in one line are more than a message holds, which then loses where the list is to be seen.
            key = "cli.wrong.command_near" if near else "cli.wrong.command"
            ctx.fail(text(key, ctx.obj, name=name, known=", ".join(near)))
        return super().resolve_command(ctx, args)


def path_of(command: Any, parent: Any) -> tuple[str, ...]:
    """Return the words of a command behind ``copark``, by the name it has now.

    Parameters
    ----------
    command
        The command.
    parent
        Context of the group it is in; ``None`` for the application itself.
    """
    if parent is None:
        return ()
    return (*path_of(parent.command, parent.parent), str(getattr(command, "present_name", command.name)))


def without_quotes(words: str) -> str:
    """Return words that a shell can show as they are: what is somebody's own may not end a string of its script."""
    return " ".join(re.sub(r"[\\\"'`$:;|&<>(){}\[\]*?!#~]", " ", words).split())


def _show_help(command: Any, ctx: Any) -> None:
    """Show everything: what the command is for, examples, and each argument and option with its words."""
    lang = ctx.obj
    params = command.get_params(ctx)
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option" and not getattr(param, "hidden", False)]
    lines = list(_opening(command, ctx))
    for panel, entries in _by_panel(command, lang):
        lines += _entries(text(f"cli.panel.{panel}", lang), [(name, words) for name, words in entries])
    lines += _examples(command, lang)
    lines += _entries(
        text("cli.panel.arguments", lang), [(argument.metavar, _help(argument, lang)) for argument in arguments]
    )
    lines += _entries(text("cli.panel.options", lang), [(_flag(option), _help(option, lang)) for option in options])
    if ctx.parent is None:
        lines += ["", *_folded(exit_code_line(lang)), *_folded(text("cli.more", lang))]
    _print_help(lines)


def _show_short_help(command: Any, ctx: Any) -> None:
    """Show what fits a screen: what the command is for, examples, and names of its options."""
    lang = ctx.obj
    lines = list(_opening(command, ctx))
    for panel, entries in _by_panel(command, lang):
        lines += _names(text(f"cli.panel.{panel}", lang), [name for name, _ in entries])
    lines += _examples(command, lang)
    options = [option for option in command.get_params(ctx) if option.param_type_name == "option"]
    lines += _names(text("cli.panel.options", lang), [option.opts[0] for option in options if not option.hidden])
    lines += ["", *_folded(text("cli.in_full", lang, command=ctx.command_path))]
    _print_help(lines)


def _print_help(lines: Sequence[str]) -> None:
    words = "\n".join(lines)
    output().content(words, help=_COLOUR.sub("", words))


def _opening(command: Any, ctx: Any) -> Iterator[str]:
    lang = ctx.obj
    arguments = [param for param in command.get_params(ctx) if param.param_type_name == "argument"]
    pieces = [
        ctx.command_path,
        *(argument.metavar if argument.required else f"[{argument.metavar}]" for argument in arguments),
    ]
    pieces += [text("cli.usage.command", lang)] if getattr(command, "commands", {}) else []
    yield from _folded(text("cli.usage", lang, command=" ".join([*pieces, text("cli.usage.options", lang)])))
    yield ""
    yield from _folded(text(command.help, lang))


def examples(command: Any, lang: str) -> list[tuple[str, str]]:
    """Return the examples of a command: what is typed, and what it does.

    Parameters
    ----------
    command
        The command, or group of commands.
    lang
        Language of the words.
    """
    keys = [f"{command.help}.example.{number}" for number in range(1, EXAMPLES + 1)]
    parts = [text(key, lang).split("`") for key in keys if has_text(key)]
    return [(typed, words.lstrip(":： ")) for _, typed, words in parts]


def _examples(command: Any, lang: str) -> list[str]:
    shown = examples(command, lang)
    if not shown:
        return []
    lines = ["", _bold(text("cli.panel.examples", lang))]
    for typed, words in shown:
        lines += [f"  {_coloured(typed)}", *(f"      {line}" for line in _folded(words, 6))]
    return lines


def exit_code_line(lang: str) -> str:
    """Return what the codes mean that commands end with, on one line."""
    from copark.cli.exit_codes import EXIT_CODES

    meanings = [
        text("cli.exit_code", lang, code=code, meaning=text(f"cli.exit_code.{name}", lang))
        for name, code in EXIT_CODES.items()
    ]
    return text("cli.exit_codes", lang, codes=text("cli.exit_code.and", lang).join(meanings))


def _flag(option: Any) -> str:
    flags = ", ".join([option.opts[0], *(flag for flag in option.opts[1:] if not flag.startswith("--"))])
    return " ".join(filter(None, (flags, option.metavar)))


def _bold(words: str) -> str:
    from typer import style

    return words if os.environ.get("NO_COLOR") else style(words, bold=True)


def _coloured(words: str) -> str:
    from typer import style

    return words if os.environ.get("NO_COLOR") else style(words, fg="cyan")


def _by_panel(command: Any, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the commands of a group, with their words, by panel; nothing where it is a single command."""
    by_panel: dict[str, list[tuple[str, str]]] = {panel: [] for panel in PANELS}
    panel_of_group = getattr(command, "rich_help_panel", None)
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            module = getattr(below.callback, "__module__", "").rpartition(".")[2]
            panel = panel_of_group or below.rich_help_panel or module
            by_panel[panel].append((name, text(below.help, lang)))
    return [(panel, entries) for panel, entries in by_panel.items() if entries]


def _entries(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a title, and each name with its words beside it, or below where it takes more than half of the screen."""
    from rich.cells import cell_len

    if not rows:
        return
    most = get_terminal_size().columns // 2
    indent = max((cell_len(name) for name, _ in rows if cell_len(name) <= most), default=0) + 4
    yield ""
    yield _bold(title)
    for name, words in rows:
        first, *others = _folded(words, indent)
        left = indent - 2 - cell_len(name)
        yield f"  {_coloured(name)}{' ' * left}{first}" if left > 0 else f"  {_coloured(name)}"
        yield from (f"{' ' * indent}{line}" for line in (others if left > 0 else [first, *others]))


def _names(title: str, names: Sequence[str]) -> Iterator[str]:
    """Yield a title, and names side by side below it."""
    yield ""
    yield _bold(title)
    yield from (f"  {line}" for line in _folded("  ".join(names), 2))


def _folded(words: str, indent: int = 0) -> list[str]:
    from rich.cells import chop_cells

    width = max(get_terminal_size().columns - indent, 8)
    return [part for line in wrapped(words, width) for part in chop_cells(line, width) or [""]]


def _help(parameter: Any, lang: str) -> str:
    """Return the words of an argument or an option; those of the library's own option are an English sentence."""
    if "--help" in parameter.opts:
        return text("cli.help.help", lang)
    help_in = getattr(parameter, "help_in", None)
    words = text(parameter.help, lang) if help_in is None else help_in(lang)
    is_needed_option = parameter.required and parameter.param_type_name == "option"
    return f"{words}{' ' if lang == 'en' else ''}{text('cli.required', lang)}" if is_needed_option else words


def wrong_usage(error: Any, lang: str) -> str:
    """Describe what was wrong in the way the command was given, and where to read how to give it."""
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
        near = _named_in_python(context, name) or get_close_matches(name, _flags(context), n=1)
        words = text("cli.wrong.option_near" if near else "cli.wrong.option", lang, name=name, known="".join(near))
    elif name:
        detail = _wanted(name, param, lang) or message
        words = text("cli.wrong.value", lang, name=name, detail=detail)
    elif message == "Missing command.":
        words = text("cli.wrong.missing", lang, name=text("cli.usage.command", lang))
    elif "unexpected extra" in message:
        words = text("cli.wrong.extra", lang, found=message.partition("(s) (")[2].rstrip(")"))
    else:
        words = message
    path = context.command_path if context is not None else "copark"
    if context is not None and param is not None:
        origin = origin_of(context, param, path_of(context.command, context.parent))
        output().origins |= {param.opts[0]: origin} if origin else {}
    return f"{words}{' ' if lang == 'en' else ''}{text('cli.wrong.try', lang, command=path)}"


def _flags(context: Any) -> list[str]:
    """Return the options that a command has."""
    params = context.command.get_params(context) if context is not None else []
    return [flag for param in params if not getattr(param, "hidden", False) for flag in param.opts]


def _named_in_python(context: Any, name: str) -> list[str]:
    """Return the option of the parameter that Python calls as an option was typed; empty where it calls none so."""
    called = name.lstrip("-").replace("-", "_")
    params = context.command.params if context is not None else []
    return [param.opts[0] for param in params if param.name == called and param.param_type_name == "option"][:1]


def _wanted(name: str, parameter: Any, lang: str) -> str:
    """State what an option takes: one of its choices, a whole number within its range, or what the texts say of it."""
    metavar = str(getattr(parameter, "metavar", None) or "")
    if "|" in metavar and metavar.islower():
        return text("cli.wants.choice", lang, known=metavar.replace("|", " | "))
    limits = [getattr(parameter, edge, None) for edge in ("min", "max")]
    if all(isinstance(limit, int) for limit in limits):
        return text("cli.wants.integer", lang, low=limits[0], high=limits[1])
    wants = f"cli.wants.{name.lstrip('-')}"
    return text(wants, lang) if has_text(wants) else ""
