"""Defaults of options that a person sets: in ``copark.toml`` of a project, in that of the user, in the environment.

A project's file is the nearest one in the working directory or a folder above it; the user's lies in the platform's
folder for settings. Keys are names of options that take a value. At the top they hold for every command, in a table
``[command.<name>]`` for one. An option that is given goes before the environment, that before the project's file, that
before the user's, and that before the default of the command. Values are read as if they were typed as options, so that
no result depends on where one stands.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from copark.errors import Fault, FaultsFound, printable
from copark.json_types import JsonObject

NAME = "copark.toml"
MOST_BYTES = 1_000_000
"""Largest file of settings that is read."""
VARIABLES = {
    "lang": "COPARK_LANG",
    "out": "COPARK_OUT",
    "threads": "COPARK_THREADS",
    "runs": "COPARK_RUNS",
    "seed": "COPARK_SEED",
    "draws": "COPARK_DRAWS",
    "replicates": "COPARK_REPLICATES",
    "now": "COPARK_NOW",
    "format": "COPARK_FORMAT",
}
"""Options that can be set for all commands at once, and the variables of the environment that set them."""
COUNTS = frozenset({"runs", "draws", "replicates"})
"""Those that are whole numbers: options of these names that are none, such as 2^19 runs of a prior, are left alone."""
BY_HAND = frozenset({"token", "host", "proxy", "scheduler"})
"""Options no file sets, since a stranger's could open a server to others or send work elsewhere."""
OUT = "out"
"""The one option with a path that a file may set: what else takes one writes a file, or shows what lies there."""
COMMANDS = "command"
"""Table of the tables of single commands."""
_HEAD = re.compile(r"\s*\[+([^\]#]+)\]")
_KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")
_LINE = re.compile(r"\(at line (\d+)")

Words = tuple[str, ...]
"""Words of a command behind ``copark``, or keys from the top of a file."""
Kind = Literal["project", "user"]


class SettingsFaults(FaultsFound):
    """A file of settings has faults."""


@dataclass(frozen=True)
class Setting:
    """A value that a file gives to an option."""

    value: Any
    file: SettingsFile
    keys: Words
    """Its place in the file."""

    @property
    def place(self) -> str:
        """Return file and line."""
        return f"{self.file.shown}:{self.file.line(self.keys)}"


@dataclass
class SettingsFile:
    """A file of settings."""

    path: Path
    kind: Kind
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def shown(self) -> str:
        """Return its path as it is told: from the working directory, where it is a project's."""
        return os.path.relpath(self.path) if self.kind == "project" else str(self.path)

    @cached_property
    def text(self) -> str:
        """Return its content; empty where it cannot be read or is not to be trusted, with a fault."""
        try:
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a named pipe would wait
        except OSError as error:
            self._add("cases.unreadable", (), reason=os.strerror(error.errno or 0))
            return ""
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not self._is_trusted(status):
                self._add("cli.settings.stranger", ())
                return ""
            if not stat.S_ISREG(status.st_mode):
                self._add("cases.not_a_file", ())
                return ""
            if status.st_size > MOST_BYTES:
                self._add("cli.settings.too_large", (), most=MOST_BYTES // 1000)
                return ""
            content = stream.read(MOST_BYTES)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.faults.append(Fault("cli.settings.broken", self.shown, line, "", {"reason": "not UTF-8"}))
            return ""

    def _is_trusted(self, status: os.stat_result) -> bool:
        """Return whether it belongs to who runs the command, or to root, as git asks of a repository it works in.

        Parameters
        ----------
        status
            Status of the file that was opened: by its path it may be another by now.
        """
        if self.kind == "user" or not hasattr(os, "geteuid"):
            return True
        trusted = {os.geteuid(), 0}
        behind_sudo = os.environ.get("SUDO_UID", "")
        if os.geteuid() == 0 and behind_sudo.isdecimal():
            trusted.add(int(behind_sudo))
        try:
            return {self.path.lstat().st_uid, status.st_uid} <= trusted
        except OSError:  # it is gone
            return False

    @cached_property
    def content(self) -> JsonObject:
        """Return its content as tables and values; empty where it is not TOML, with a fault."""
        import tomllib

        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError, OverflowError) as error:
            line = _LINE.search(str(error))
            reason = str(error).partition(" (at line")[0] or type(error).__name__
            place = int(line[1]) if line else self.text.count("\n") + 1
            self.faults.append(Fault("cli.settings.broken", self.shown, place, "", {"reason": reason}))
            return {}

    @cached_property
    def _lines(self) -> dict[Words, int]:
        """Return the line of each key, found by reading down the file: a parser of TOML does not tell it."""
        lines: dict[Words, int] = {}
        table: Words = ()
        for number, line in enumerate(self.text.split("\n"), start=1):
            if head := _HEAD.match(line):
                table = _parts(head[1])
                lines.setdefault(table, number)
            elif key := _KEY.match(line):
                lines.setdefault((*table, *_parts(key[1])), number)
        return lines

    def line(self, keys: Words) -> int | None:
        """Return the line of a key, or of the nearest table around it."""
        places = (self._lines.get(keys[:end]) for end in range(len(keys), 0, -1))
        return next((line for line in places if line is not None), None)

    def path_from(self, words: str) -> str:
        """Return a path that is named in the file, which is meant from the folder of the file."""
        path = Path(words).expanduser()
        return str(path) if path.is_absolute() else os.path.relpath(self.path.parent / path)

    def table(self, command: Words) -> tuple[Words, JsonObject]:
        """Return the table of a command and where it stands; that of the file for no command."""
        keys: Words = (COMMANDS, *command) if command else ()
        table: Any = self.content
        for key in keys:
            table = table.get(key) if isinstance(table, dict) else None
        return keys, table if isinstance(table, dict) else {}

    def add(self, code: str, keys: Words, **values: Any) -> None:
        """Add a fault of a key."""
        self._add(f"cli.settings.{code}", keys, **values)

    def _add(self, code: str, keys: Words, **values: Any) -> None:
        line = self.line(keys) if keys else None
        fault = Fault(code, self.shown, line, ".".join(keys), values)
        if (code, fault.key) not in {
            (earlier.code, earlier.key) for earlier in self.faults
        }:  # told once for all commands
            self.faults.append(fault)


class Settings:
    """Files of settings that hold here, the nearest first."""

    def __init__(self, files: Iterable[SettingsFile] = ()) -> None:
        self.files = tuple(files)
        for file in self.files:
            self._check_top(file)

    def defaults(self, command: Words, parameters: Sequence[Any]) -> dict[str, Any]:
        """Return the values that files give to the options of a command, by parameter, as if they were typed.

        What cannot be taken is a fault of its file.

        Parameters
        ----------
        command
            Words of the command.
        parameters
            Its options and arguments.
        """
        if not self.files or not command:
            return {}
        for file in self.files:
            self._check_table(file, command, parameters)
        values = {}
        for parameter in parameters:
            setting = self.setting(command, parameter)
            if setting is not None:
                values[parameter.name] = typed(setting, parameter)
        return values

    def setting(self, command: Words, parameter: Any) -> Setting | None:
        """Return what sets an option of a command, where its value can be taken."""
        if not is_settable(parameter):
            return None
        name = name_of(parameter)
        for file in self.files:
            tables = [file.table(command), file.table(())] if is_shared(parameter) else [file.table(command)]
            for place, table in tables:
                key = next((key for key in table if normal(key) == name), None)
                if key is not None:
                    setting = Setting(table[key], file, (*place, key))
                    return setting if _is_taken(setting, parameter, command) else None
        return None

    def shared(self, name: str, command: str = "") -> Setting | None:
        """Return what sets an option for all commands, or for the one that is named; it may be anything.

        Parameters
        ----------
        name
            Name of the option.
        command
            Word of a command; empty for none.
        """
        for file in self.files:
            for keys, table in (file.table((command,) if command else ()), file.table(())):
                key = next((key for key in table if normal(key) == name), None)
                if key is not None:
                    return Setting(table[key], file, (*keys, key))
        return None

    def check_commands(self, commands: Mapping[Words, Sequence[Any]]) -> None:
        """Find faults of the tables of commands; with their parameters also of what stands in them.

        Parameters
        ----------
        commands
            Parameters of each command, by its words; an empty sequence where they are not known yet.
        """
        for file in self.files:
            _, table = file.table(())
            if not isinstance(table.get(COMMANDS, {}), dict):
                file.add("not_table", (COMMANDS,))
            self._check_names(file, (), commands)
        for command, parameters in commands.items():
            if parameters:
                self.defaults(command, parameters)

    def _check_names(self, file: SettingsFile, command: Words, commands: Iterable[Words]) -> None:
        names = {
            path[len(command)] for path in commands if path[: len(command)] == command and len(path) > len(command)
        }
        keys, table = file.table(command) if command else ((COMMANDS,), file.content.get(COMMANDS, {}))
        for name, value in table.items() if isinstance(table, dict) else ():
            if name in names and isinstance(value, dict):
                self._check_names(file, (*command, name), commands)
            elif not command and name in names:
                file.add("not_table", (*keys, name))
            elif isinstance(value, dict) or not command:
                near = ", ".join(get_close_matches(name, sorted(names), n=1) or sorted(names))
                file.add("no_command", (*keys, name), found=name, known=near)

    @staticmethod
    def _check_top(file: SettingsFile) -> None:
        for key in file.content:
            if key != COMMANDS and normal(key) not in VARIABLES:
                near = ", ".join(get_close_matches(normal(key), VARIABLES, n=1) or VARIABLES)
                file.add("no_shared_option", (key,), found=key, known=near)

    @staticmethod
    def _check_table(file: SettingsFile, command: Words, parameters: Sequence[Any]) -> None:
        keys, table = file.table(command)
        options = {name_of(parameter): parameter for parameter in parameters if parameter.param_type_name == "option"}
        settable = sorted(name for name, parameter in options.items() if is_settable(parameter))
        for key, value in table.items():
            option = options.get(normal(key))
            place = (*keys, key)
            if option is None and isinstance(value, dict):
                continue  # a command below, or one that does not exist
            if option is None:
                near = ", ".join(get_close_matches(normal(key), settable, n=1) or settable)
                file.add("no_option", place, found=key, known=near, command=" ".join(command))
            elif not is_settable(option):
                file.add("by_hand", place, option=option.opts[0])

    @property
    def faults(self) -> list[Fault]:
        """Return all faults that were found."""
        return [fault for file in self.files for fault in file.faults]

    def require_sound(self) -> None:
        """Refuse to go on with faults.

        Raises
        ------
        SettingsFaults
            With all that were found.
        """
        if self.faults:
            raise SettingsFaults(sorted(self.faults, key=lambda fault: (fault.file, fault.line or 0)))


def name_of(parameter: Any) -> str:
    """Return the name that files and the environment know an option by."""
    return normal(str(parameter.opts[0]).lstrip("-"))


def normal(key: str) -> str:
    """Return a key as names are compared: ``draws_from`` for ``draws-from``."""
    return printable(key).replace("-", "_")


def is_settable(parameter: Any) -> bool:
    """Return whether files may set an option: one that takes one value, need not be given, and names no file.

    Options that may be given several times choose what is shown or packed, such as the parks of a folder that a client
    may ask about: a stranger's file could show more than was meant.
    """
    name = name_of(parameter)
    takes_one_value = parameter.param_type_name == "option" and not parameter.is_flag and not parameter.multiple
    return (
        takes_one_value and not parameter.required and name not in BY_HAND and (name == OUT or not is_path(parameter))
    )


def is_shared(parameter: Any) -> bool:
    """Return whether an option can be set for all commands at once, in a file or in the environment."""
    name = name_of(parameter)
    return is_settable(parameter) and name in VARIABLES and (name not in COUNTS or parameter.min is not None)


def project_options(context: Any, parameters: Iterable[Any], command: Words) -> dict[str, list[str]]:
    """Return the options that files of a project set for a command, by the file as it is shown.

    Parameters
    ----------
    context
        Context of the command.
    parameters
        Its options and arguments.
    command
        Words of the command.
    """
    options: dict[str, list[str]] = {}
    for parameter in parameters:
        is_from_file = getattr(context.get_parameter_source(parameter.name), "name", "") == "DEFAULT_MAP"
        setting = settings().setting(command, parameter) if is_from_file else None
        if setting is not None and setting.file.kind == "project":
            options.setdefault(setting.file.shown, []).append(str(parameter.opts[0]))
    return options


def origin_of(context: Any, parameter: Any, command: Words) -> str:
    """Describe where the value of an option comes from, if it is neither typed nor the default: a variable, or a line.

    Parameters
    ----------
    context
        Context of the command.
    parameter
        The option.
    command
        Words of the command.
    """
    source = getattr(context.get_parameter_source(parameter.name), "name", "")
    if source == "ENVIRONMENT":
        return VARIABLES[name_of(parameter)]
    setting = settings().setting(command, parameter) if source == "DEFAULT_MAP" else None
    return "" if setting is None else setting.place


def typed(setting: Setting, parameter: Any) -> Any:
    """Return a value as if it was typed: in words."""
    values = setting.value if isinstance(setting.value, list) else [setting.value]
    return ",".join(_word(value, setting, parameter) for value in values)


def _word(value: Any, setting: Setting, parameter: Any) -> str:
    words = str(value)
    return setting.file.path_from(words) if is_path(parameter) and words else words


def is_path(parameter: Any) -> bool:
    """Return whether an option takes a path: one in a file is meant from the folder of the file."""
    return bool(parameter.type_descriptor.is_path)


def _is_taken(setting: Setting, parameter: Any, command: Words) -> bool:
    """Return whether an option takes a value; if not, its file has a fault."""
    from typer import TyperException

    scalars = setting.value if isinstance(setting.value, list) else [setting.value]
    is_plain = all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in scalars)
    try:
        if is_plain:
            parameter.get_runtime_param().coerce(typed(setting, parameter), param=parameter, ctx=None)
            return True
    except (TyperException, ValueError, RuntimeError, OSError):  # such as ~nobody in a path, or a NUL byte
        pass
    allowed = str(parameter.metavar or "")
    low, high = (getattr(parameter, edge, None) for edge in ("min", "max"))
    if low is not None:
        allowed = f"{low}–{high}" if high is not None else f"≥ {low}"
    shown = printable(str(setting.value)[:100])
    option = f"copark {' '.join(command)} {parameter.opts[0]}"
    setting.file.add("not_taken", setting.keys, found=shown, option=option, wanted=allowed)
    return False


def _parts(words: str) -> Words:
    """Split a dotted key into its parts."""
    return tuple(part.strip().strip("\"'") for part in words.split("."))


def _candidates() -> Iterator[tuple[Path, Kind]]:
    """Yield the files that hold here: the project's, then the user's."""
    import typer

    with_parents: Sequence[Path] = ()
    try:
        current = Path.cwd()
        with_parents = (current, *current.parents)
    except OSError:  # the working directory is gone
        pass
    project = next((folder / NAME for folder in with_parents if _exists(folder / NAME)), None)
    if project is not None:
        yield project, "project"
    user = Path(typer.get_app_dir("copark")) / NAME
    if user != project and _exists(user):
        yield user, "user"


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:
        return False


class _CurrentSettings:
    """Holds the settings of the command that runs."""

    settings = Settings()


def settings() -> Settings:
    """Return the settings of the command that runs."""
    return _CurrentSettings.settings


def read_settings() -> Settings:
    """Read the files of settings that hold in the working directory, for the command that begins."""
    _CurrentSettings.settings = Settings(SettingsFile(path, kind) for path, kind in _candidates())
    return _CurrentSettings.settings
