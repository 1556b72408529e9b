"""A question answered: found by its run ID where it was asked before, else computed and kept."""

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, FormField, Result
from copark.analyses.registry import Analysis
from copark.analyses.results import SHIPPED, load, place_of, save
from copark.cases.types import shown, suggestion
from copark.errors import Fault, FaultsFound, NotFound
from copark.presentation.document import Document
from copark.store.locks import only_one

PLUMBING = ("out", "threads", "progress")
"""What every Python function of an analysis takes beside its parameters."""
NO_KEY = "analyses.no_key"


@dataclass(frozen=True)
class Answered:
    """What came of a question."""

    analysis: Analysis
    result: Result
    """What was found."""
    reused: bool
    """Whether it had been found before."""
    seconds: float
    """Time it took."""

    def document(self, lang: str) -> Document:
        """What is shown of it."""
        return self.analysis.document(self.result, lang)

    def write(self, out: Path, formats: Sequence[str], lang: str) -> dict[str, Path]:
        """Write files into a folder of ``out/reports`` that is named by document and run ID; their paths by format."""
        from copark.presentation import write

        shown = self.document(lang)
        return write(shown, Path(out) / "reports" / f"{shown.key}-{self.result.run_id}", formats)


class NoKey(FaultsFound, NotFound):
    """A key that was asked for is none."""


def unknown_keys(params: AnalysisParams, context: Context) -> Iterator[tuple[FormField, dict[str, str]]]:
    """Keys that are asked for and are none: the parameter, what was found and what it may be."""
    given = vars(params)
    for one in type(params).form():
        asked = given[one.name] or ()
        if one.keys is not None and one.keys.closed and asked:
            known = [choice.value for choice in one.keys.choices(context, given)]
            for key in (asked,) if isinstance(asked, str) else asked:
                if key not in known:
                    yield one, {"found": shown(key), "suggestion": suggestion(key, known)}


def check_keys(analysis: Analysis, params: AnalysisParams, context: Context) -> None:
    """Refuse keys that are none.

    Raises NoKey with all of them.
    """
    faults = [Fault(NO_KEY, analysis.name, None, one.flag, told) for one, told in unknown_keys(params, context)]
    if faults:
        raise NoKey(faults)


def answer(analysis: Analysis, params: AnalysisParams, context: Context) -> Answered:
    """Answer a question.

    Raises copark.errors.CoparkError if something that is named is not there or has faults.
    """
    began = time.monotonic()
    context.stage("prepare")(0, 0)
    check_keys(analysis, params, context)
    run_id = run_id_of(analysis, params, context)
    context.run_id = run_id
    context.place = place_of(context.out, analysis, run_id) if context.keeps and context.out is not None else None
    anew: Callable[[AnalysisParams, Context], bool] | None = getattr(analysis.ask, "anew", None)
    found = None if anew is not None and anew(params, context) else _stored(analysis, context)
    reused = found is not None
    if found is None:
        found, reused = _made(analysis, params, context)
    deliver: Callable[[AnalysisParams, Result, Context], None] | None = getattr(analysis.ask, "deliver", None)
    if deliver is not None:
        deliver(params, found, context)
    return Answered(analysis, found, reused, time.monotonic() - began)


def _stored(analysis: Analysis, context: Context) -> Result | None:
    """What was found before, by the reader or for all, if the code is still the same."""
    if context.place is None:
        return None
    places = [context.place, *([place_of(SHIPPED, analysis, context.run_id)] if context.reads_shipped else [])]
    found = (load(place, analysis) for place in places)
    return next((one.result for one in found if one is not None and one.code == analysis.code), None)


def _made(analysis: Analysis, params: AnalysisParams, context: Context) -> tuple[Result, bool]:
    """Compute and keep a result, one process at a time; what another has made meanwhile is read."""
    if context.place is None:
        return _computed(analysis, params, context), False
    with only_one(context.place.parent / f".{context.run_id}.lock", lambda: context.stage("waiting")(0, 0)) as waited:
        found = _stored(analysis, context) if waited else None
        if found is not None:
            return found, True
        made = _computed(analysis, params, context)
        save(context.place, analysis, params, made)
        return made, False


def _computed(analysis: Analysis, params: AnalysisParams, context: Context) -> Result:
    """What is found, with the command that finds it again."""
    made: Result = analysis.ask.compute(params, context)
    made.provenance["command"] = command_of(analysis, params)
    return made


def command_of(analysis: Analysis, params: AnalysisParams) -> str:
    """The command that asks the same; a case of one's own by the name of its folder."""
    words = ["copark", analysis.name]
    for one in sorted(params.form(), key=lambda field: not field.by_place):
        value = getattr(params, one.name)
        if value == one.default and not one.required:
            continue
        parts = [Path(value).name if one.kind in ("case", "file") else str(value)]
        if one.kind == "list":
            parts = [str(part) for part in value] if one.repeated else [",".join(map(str, value))]
        for part in parts:
            words += [*([] if one.by_place else [one.flag]), *([] if one.kind == "boolean" else [quote(part)])]
    return " ".join(words)


def run_id_of(analysis: Analysis, params: AnalysisParams, context: Context) -> str:
    """Hash of all that a result depends on.

    An analysis may make its own (``ask.run_id``); otherwise its name, its parameters, files by their content, the case
    and its parameters by theirs, and the model.
    """
    own: Callable[[AnalysisParams, Context], str] | None = getattr(analysis.ask, "run_id", None)
    if own is not None:
        return own(params, context)
    from copark.identity import identity_of
    from copark.model.compiler import model_hash

    content = params.model_dump(mode="json", exclude={"cut"})  # the draws tell it
    for one in type(params).form():
        value = getattr(params, one.name)
        if one.kind == "file" and value is not None:
            content[one.name] = _content(value)
        if one.kind == "case":
            content[one.name] = context.case(value).hash
            content["draws"] = context.parameters(value, *getattr(params, "wanted", ())).identity
    return identity_of({"analysis": analysis.name, "params": content, "model": model_hash()})


def _content(path: Path) -> str:
    """Hash of a file.

    Raises NotFound if it is not there.
    """
    from copark.identity import hash_files

    if not path.is_file():
        raise NotFound.of("analyses.no_file", found=shown(path))
    return hash_files([path], path.parent)


def function_of(analysis: Analysis) -> Callable[..., Result]:
    """The Python function of an analysis: its parameters by name, arguments of its command also by place."""
    fields = analysis.params.form()
    signature = _signature(fields)

    def ask(*given: Any, **named: Any) -> Result:
        asked = signature.bind(*given, **named).arguments
        out, threads, progress = (asked.pop(name, None) for name in PLUMBING)
        context = Context(None if out is None else Path(out), threads=threads)
        if progress is not None:
            context.progress = progress
        return answer(analysis, analysis.params(**asked), context).result

    ask.__name__ = ask.__qualname__ = analysis.function
    ask.__doc__ = _described(analysis, fields)
    ask.__signature__ = signature  # type: ignore[attr-defined]
    return ask


def _signature(fields: Sequence[FormField]) -> inspect.Signature:
    places = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD if one.by_place else inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.required else one.default,
        )
        for one in sorted(fields, key=lambda one: not one.by_place)
    ]
    places += [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in PLUMBING]
    return inspect.Signature(places)


def _described(analysis: Analysis, fields: Sequence[FormField]) -> str:
    from copark.analyses.contract import Texts

    t = Texts(analysis.area, "en")
    lines = [t("help"), "", "Parameters", "----------"]
    for one in fields:
        lines += [one.name, f"    {t(f'param.{one.name}')}"]
    lines += [
        "out", "    Output folder: results are kept there by run ID and read again.",
        "threads, progress", "    Threads of the model; told stage, done and total.",
    ]  # fmt: skip
    return "\n".join(lines)
