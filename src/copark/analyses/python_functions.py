"""The Python function of an analysis: its parameters by name, what is wrong with them in words, and how far it is.

As the command, it reads calibrations and results of one's own in the output folder, ``./out`` unless another is given,
and what ships with copark. It keeps results only in a folder that is given.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BeforeValidator, ValidationError

from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, FormField, Result, Texts
from copark.analyses.registry import Analysis
from copark.analyses.spoken_errors import in_python, said_in_python
from copark.analyses.vocabulary import RNG, MisusedFunction, by_public_names, of_arguments, seed_in
from copark.cases import Case
from copark.cases.validated_yaml import faults_in
from copark.errors import Fault
from copark.options import options
from copark.presentation.text_wrap import width_of
from copark.progress import StagedProgress, silent
from copark.store.runs import OUT
from copark.texts import text

PLUMBING = ("out", "threads", "progress")
"""What every Python function of an analysis takes beside its parameters."""
PATIENCE = 2.0
"""Seconds before progress is shown."""
BETWEEN = 0.2
"""Seconds between two times that progress is shown."""


class PythonProgress:
    """Shows how far work is that takes longer than two seconds: a bar in a notebook, a line on standard error else.

    Nothing is shown where nobody is watching.
    """

    def __init__(self) -> None:
        self.notebook = notebook_display()
        self.is_watched = self.notebook is not None or sys.stderr.isatty()
        self.shown_at = time.monotonic() + PATIENCE - BETWEEN
        self.width = 0
        self.shown: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage is; a total of 0 means that nobody can tell."""
        now = time.monotonic()
        if not self.is_watched or now < self.shown_at + BETWEEN:
            return
        self.shown_at = now
        title = text(f"cli.stage.{stage}", options().lang)
        share = f" {done:,} / {total:,}" if total else ""
        if self.notebook is None:
            self._write(f"{title}{share}")
        else:
            self._draw(ProgressBarHtml(title, share, done, total))

    def close(self) -> None:
        """Clear the line, or take the bar away."""
        if self.shown is not None:
            self.shown.update(ProgressBarHtml())
        if self.width:
            self._write("")
            sys.stderr.write("\r")

    def _draw(self, bar: ProgressBarHtml) -> None:
        if self.shown is None and self.notebook is not None:
            self.shown = self.notebook(bar, display_id=True)
        elif self.shown is not None:
            self.shown.update(bar)

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self.width))
        sys.stderr.flush()
        self.width = len(line)


@dataclass(frozen=True)
class ProgressBarHtml:
    """A bar as a notebook shows it; nothing where it has no title."""

    title: str = ""
    share: str = ""
    """Words on how much is done of how much."""
    done: int = 0
    total: int = 0
    """How much there is; 0 where nobody can tell."""

    def __repr__(self) -> str:
        """Return the bar in words."""
        return f"{self.title}{self.share}"

    def _repr_html_(self) -> str:
        if not self.title:
            return ""
        value = f' value="{self.done}" max="{self.total}"' if self.total else ""
        return f"<div>{escape(self.title)} <progress{value}></progress>{escape(self.share)}</div>"


def notebook_display() -> Callable[..., Any] | None:
    """Return what shows something in a notebook and can replace it; ``None`` outside of one."""
    ipython = sys.modules.get("IPython")
    if "ipykernel" not in sys.modules or ipython is None or not hasattr(ipython, "display"):
        return None
    display: Callable[..., Any] = ipython.display.display
    return display


@contextmanager
def watched(callback: StagedProgress | bool | None) -> Iterator[StagedProgress]:
    """Return what is told how far the work is: what is given or set for the session, or else a bar or a line.

    Parameters
    ----------
    callback
        Called with stage, done and total; ``False`` for nobody, ``True`` for a bar whatever the session says.
    """
    callback = options().progress if callback is None else callback
    if callback is False:
        yield silent
        return
    if callback is not None and callback is not True:
        yield callback
        return
    progress = PythonProgress()
    try:
        yield progress
    finally:
        progress.close()


def tell(notes: Iterable[str]) -> None:
    """Describe on standard error what a reader should know of how an answer was made, as a command does."""
    for note in notes:
        print(in_python(note), file=sys.stderr)


def function_of(analysis: Analysis) -> Callable[..., Result]:
    """Make the Python function of an analysis: its parameters by name, arguments of its command also by place.

    Where it has a seed it takes ``rng`` in its place (:func:`copark.analyses.vocabulary.seed_of`). It is the same
    function whenever it is asked for, with a docstring in the language of the session.
    """
    function = _function_of(analysis)
    function.__doc__ = described_analysis(analysis, options().lang)
    return function


@cache
def _function_of(analysis: Analysis) -> Callable[..., Result]:
    params = analysis.params
    fields = params.form()
    signature = _signature(fields)
    former = params.former_names()

    def ask(*arguments: Any, **named: Any) -> Result:
        session = options()
        with said_in_python(session.lang):
            named = by_public_names(analysis.function, named, former, signature.parameters)
            values = _bound(signature, analysis.function, arguments, named)
            out, threads, progress = (values.pop(name, None) for name in PLUMBING)
            out = session.out if out is None else out
            values |= seed_in(analysis.function, values)
            cases = _cases_in(values, fields)
            values |= _lists_of_one(values, params, fields)
            with watched(progress) as callback, tables_as_files(values, fields, analysis.function) as files:
                values |= files
                checked = _params(analysis, values)
                context = Context(
                    None if out is None else Path(out),
                    read_from=OUT,
                    threads=session.threads if threads is None else threads,
                    progress=callback,
                    cases=cases,
                    lang=session.lang,
                    on_note=lambda note: tell([note]),
                )
                result = answer(analysis, checked, context).result
        tell(context.notes)
        return result

    ask.__name__ = analysis.function
    ask.__qualname__ = analysis.function
    ask.__module__ = "copark"
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
    plumbing = (*((RNG,) if any(field.name == "seed" for field in fields) else ()), *PLUMBING)
    return inspect.Signature([*places, *(parameter(name, parameter.KEYWORD_ONLY, default=None) for name in plumbing)])


def described_analysis(analysis: Analysis, lang: str) -> str:
    """Write the docstring of a function in a language, of the texts of its command."""
    t = Texts(analysis.area, lang)
    fields = analysis.params.form()
    words = {field.name: t(f"param.{field.name}") for field in fields}
    names = (*((RNG,) if "seed" in words else ()), *PLUMBING)
    words |= {name: text(f"python.param.{name}", lang) for name in names}
    return docstring(t("help"), words, text("python.answer", lang), lang)


def docstring(summary: str, parameters: Mapping[str, str], returns: str, lang: str) -> str:
    """Write a docstring in a language: what the function does, its parameters, and what it gives.

    Parameters
    ----------
    summary
        What the function does.
    parameters
        Words on each parameter, by its name.
    returns
        What the function gives; empty where there is nothing to say.
    lang
        Language of the heads.
    """
    lines = [in_python(summary)]
    parts = {"parameters": [(name, in_python(words)) for name, words in parameters.items()]}
    for key, entries in parts.items():
        head = text(f"python.{key}", lang)
        lines += ["", head, "-" * width_of(head)] if entries else []
        for name, words in entries:
            lines += [name, f"    {words}"]
    if returns:
        head = text("python.returns", lang)
        lines += ["", head, "-" * width_of(head), returns]
    return "\n".join(lines)


def _bound(
    signature: inspect.Signature, function: str, arguments: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Bind arguments by name."""
    try:
        return dict(signature.bind(*arguments, **named).arguments)
    except TypeError as error:
        reason = {"reason": str(error), "function": function}
        raise MisusedFunction([Fault("python.arguments", f"{function}()", None, "", reason)]) from None


def _cases_in(values: dict[str, Any], fields: tuple[FormField, ...]) -> dict[str, Case]:
    """Take cases that are given as they are out of the arguments, and leave their names.

    Where a folder here has the name of a case of the casebook, which is read is said.
    """
    from copark.cases.casebook import shadowed_note

    cases = {}
    for field in fields:
        value = values.get(field.name)
        if field.kind == "case" and isinstance(value, str):
            tell(filter(None, [shadowed_note(value, options().lang)]))
        if field.kind == "case" and isinstance(value, Case):
            cases[value.name] = value
            values[field.name] = value.name
        elif field.kind == "case" and isinstance(value, Path):
            values[field.name] = str(value)
    return cases


@contextmanager
def tables_as_files(
    values: Mapping[str, Any], fields: tuple[FormField, ...], function: str
) -> Iterator[dict[str, Path]]:
    """Return data frames that stand in the place of files as files, for as long as a question is asked.

    Parameters
    ----------
    values
        Arguments of a function by name.
    fields
        Its parameters.
    function
        Its name.

    Raises
    ------
    MisusedFunction
        If a data frame stands in the place of a file that is no table.
    """
    frames: dict[str, Any] = {field.name: values.get(field.name) for field in fields if field.kind == "file"}
    tables = [field.name for field in fields if field.is_table]
    misgiven = [word for word, frame in frames.items() if hasattr(frame, "to_csv") and word not in tables]
    if misgiven:
        told = {"function": function}
        raise MisusedFunction(Fault("python.no_table", f"{function}()", None, word, told) for word in misgiven)
    with TemporaryDirectory(prefix="copark-") as scratch:
        files = {}
        for word, frame in frames.items():
            if hasattr(frame, "to_csv"):
                named = [name for name in frame.index.names if name is not None]
                files[word] = Path(scratch) / f"{word}.csv"
                frame.to_csv(files[word], index=bool(named))
        yield files


def _lists_of_one(
    values: Mapping[str, Any], params: type[AnalysisParams], fields: tuple[FormField, ...]
) -> dict[str, tuple[str, ...]]:
    """Return lists of a single text that was given in their place; not where a list may be written as one text."""
    return {
        field.name: (values[field.name],)
        for field in fields
        if field.kind == "list"
        and isinstance(values.get(field.name), str)
        and not any(isinstance(mark, BeforeValidator) for mark in params.model_fields[field.name].metadata)
    }


def _params(analysis: Analysis, values: Mapping[str, Any]) -> AnalysisParams:
    params = analysis.params
    try:
        return params(**values)
    except ValidationError as errors:
        faults = of_arguments(faults_in(errors, f"{analysis.function}()", params, ("study",)), analysis.function)
        raise MisusedFunction(faults) from None
