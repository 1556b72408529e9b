"""The Python function of an analysis: its parameters by name, what is wrong with them in words, and how far it is.

As the command, it reads calibrations and results of one's own in the output folder, ``./out`` unless another is given,
and what ships with copark. It keeps results only in a folder that is given.
"""

from __future__ import annotations

import inspect
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, FormField, Result, Texts
from copark.analyses.registry import Analysis
from copark.cases import Case
from copark.cases.types import suggestion
from copark.cases.validated_yaml import faults_in
from copark.errors import CoparkError, FaultsFound
from copark.progress import StagedProgress
from copark.store.runs import OUT
from copark.texts import text

PLUMBING = ("out", "threads", "progress")
"""What every Python function of an analysis takes beside its parameters."""
PATIENCE = 2.0
"""Seconds before progress is shown."""
BETWEEN = 0.2
"""Seconds between two times that progress is shown."""
_COMMANDS = re.compile(r"(`[^`]*`)")
_OPTION = re.compile(r"--([a-z][a-z-]*)( (?=(?:own|shipped|borrowed|prior|[0-9]{4}Q[1-4])\b))?")


class MisusedFunction(FaultsFound, TypeError, ValueError):
    """Arguments of a Python function that are not understood; all of them are told."""


class PythonProgress:
    """Shows on standard error how far work is that takes longer than two seconds, where somebody is watching."""

    def __init__(self) -> None:
        self.is_watched = sys.stderr.isatty() or "ipykernel" in sys.modules
        self.shown_at = time.monotonic() + PATIENCE - BETWEEN
        self.width = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage is; a total of 0 means that nobody can tell."""
        now = time.monotonic()
        if not self.is_watched or now < self.shown_at + BETWEEN:
            return
        self.shown_at = now
        share = f" {done:,} / {total:,}" if total else ""
        self._write(f"{text(f'cli.stage.{stage}')}{share}")

    def close(self) -> None:
        """Clear the line."""
        if self.width:
            self._write("")
            sys.stderr.write("\r")

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self.width))
        sys.stderr.flush()
        self.width = len(line)


@contextmanager
def watched(callback: StagedProgress | None) -> Iterator[StagedProgress]:
    """Give what is told how far the work is: what is given, or else a line on standard error."""
    if callback is not None:
        yield callback
        return
    progress = PythonProgress()
    try:
        yield progress
    finally:
        progress.close()


def tell(notes: Iterable[str]) -> None:
    """Say on standard error what a reader should know of how an answer was made, as a command does."""
    for note in notes:
        print(in_python(note), file=sys.stderr)


@contextmanager
def said_in_python() -> Iterator[None]:
    """Name parameters of functions, not options of the command line, in the messages of errors.

    Commands between backticks are left as they are.
    """
    try:
        yield
    except CoparkError as error:
        error.args = tuple(in_python(argument) if isinstance(argument, str) else argument for argument in error.args)
        raise


def in_python(message: str) -> str:
    """Rewrite a message that names options of the command line, with parameters of functions in their place."""

    def named(option: re.Match[str]) -> str:
        return option[1].replace("-", "_") + ("=" if option[2] else "")

    parts = _COMMANDS.split(message)
    return "".join(part if part.startswith("`") else _OPTION.sub(named, part) for part in parts)


def function_of(analysis: Analysis) -> Callable[..., Result]:
    """Make the Python function of an analysis: its parameters by name, arguments of its command also by place."""
    fields = analysis.params.form()
    signature = _signature(fields)

    def ask(*arguments: Any, **named: Any) -> Result:
        values = _bound(signature, analysis.function, arguments, named)
        out, threads, progress = (values.pop(name, None) for name in PLUMBING)
        cases = _cases_in(values, fields)
        with said_in_python(), watched(progress) as callback:
            params = _params(analysis, values)
            context = Context(
                None if out is None else Path(out), read_from=OUT, threads=threads, progress=callback, cases=cases
            )
            result = answer(analysis, params, context).result
        tell(context.notes)
        return result

    ask.__name__ = analysis.function
    ask.__qualname__ = analysis.function
    ask.__doc__ = _described(analysis, fields)
    ask.__signature__ = signature  # type: ignore[attr-defined]
    return ask


def _signature(fields: tuple[FormField, ...]) -> inspect.Signature:
    parameter = inspect.Parameter
    places = [
        parameter(
            field.name,
            parameter.POSITIONAL_OR_KEYWORD if field.by_place else parameter.KEYWORD_ONLY,
            default=parameter.empty if field.required else field.default,
        )
        for field in sorted(fields, key=lambda field: not field.by_place)
    ]
    return inspect.Signature([*places, *(parameter(name, parameter.KEYWORD_ONLY, default=None) for name in PLUMBING)])


def _described(analysis: Analysis, fields: tuple[FormField, ...]) -> str:
    """Write the docstring of a function, of the texts of its command."""
    t = Texts(analysis.area, "en")
    lines = [t("help"), "", "Parameters", "----------"]
    for field in fields:
        lines += [field.name, f"    {in_python(t(f'param.{field.name}'))}"]
    lines += [
        "out",
        "    Output folder: calibrations and results in it are read, and results are kept there. By default those in",
        "    ./out are read and results are not kept. What ships with copark is always read.",
        "threads",
        "    Threads of the model; they do not change the numbers.",
        "progress",
        "    Called with stage, done and total; by default a line on standard error after two seconds.",
    ]
    return "\n".join(lines)


def _bound(
    signature: inspect.Signature, function: str, arguments: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Bind arguments by name; TypeError that tells the nearest where a name is none of the function's."""
    for name in named:
        if name not in signature.parameters:
            nearest = suggestion(name, signature.parameters)
            raise TypeError(f"{function}() has no parameter {name!r}; did you mean {nearest}?")
    try:
        return dict(signature.bind(*arguments, **named).arguments)
    except TypeError as error:
        raise TypeError(f"{function}(): {error}") from None


def _cases_in(values: dict[str, Any], fields: tuple[FormField, ...]) -> dict[str, Case]:
    """Take cases that are given as they are out of the arguments, and leave their names."""
    cases = {}
    for field in fields:
        value = values.get(field.name)
        if field.kind == "case" and isinstance(value, Case):
            cases[value.name] = value
            values[field.name] = value.name
        elif field.kind == "case" and isinstance(value, Path):
            values[field.name] = str(value)
    return cases


def _params(analysis: Analysis, values: Mapping[str, Any]) -> AnalysisParams:
    try:
        return analysis.params(**values)
    except ValidationError as errors:
        raise MisusedFunction(faults_in(errors, f"{analysis.function}()", analysis.params, ("study",))) from None
