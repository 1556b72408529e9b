"""Commands of analyses: each made of its registration, its options of its parameters, when it is asked for."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.main import get_command

from copark.analyses import Analysis
from copark.cli.app import OUT, Json, Lang, Threads, formats_of
from copark.cli.help import SpokenCommand
from copark.cli.screen import Progress, console, duration, print_json, show_plan
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.contract import AnalysisParams, FormField
    from copark.presentation.document import Document


class AnalysisCommand(SpokenCommand):
    """The command of an analysis; its module is imported when its options are needed, not for the list of commands."""

    def __init__(self, analysis: Analysis, alias: str | None = None) -> None:
        words = f"{analysis.area}.help"
        hidden = alias is not None
        super().__init__(alias or analysis.name, help=words, rich_help_panel=analysis.group, hidden=hidden)
        self.analysis = analysis

    def load(self) -> None:
        """Make options and callback of the parameters."""
        if self.callback is None:
            made = typer.Typer(add_completion=False)
            made.command(self.name, cls=SpokenCommand)(_asker(self.analysis))
            command = get_command(made)
            self.params = command.params
            self.callback = command.callback
            fields = {one.name: one for one in self.analysis.params.form()}
            for one in self.params:
                if one.name in fields:
                    one.told = partial(_told, self.analysis, fields[one.name])  # type: ignore[attr-defined]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """As every command, once its options are known; former options are those that replace them."""
        for option, instead in self.analysis.former:
            if option in args:
                args = [one for one in args if one != option] + instead.split()
        self.load()
        return super().make_context(info_name, args, parent, **extra)


def _asker(analysis: Analysis) -> Callable[..., None]:
    fields = analysis.params.form()

    def ask(ctx: typer.Context, **given: Any) -> None:
        """Answer the question and show the answer."""
        _answer(analysis, fields, ctx.obj, given)

    form = typer.Option("--format", help="analyses.option.format", metavar="A,B", show_default=False)
    out = typer.Option("--out", help="analyses.option.out", metavar="DIR", show_default=False)
    shared: dict[str, tuple[Any, Any]] = {
        "threads": (Threads, None),
        "_lang": (Lang, None),
        "out": (Annotated[Path, out], OUT),
        "formats": (Annotated[str | None, form], None),
        "as_json": (Json, False),
        "whole": (Annotated[bool, typer.Option("--all", help="analyses.option.all")], False),
        "no_report": (Annotated[bool, typer.Option("--no-report", help="analyses.option.no_report")], False),
    }
    if hasattr(analysis.ask, "listing"):
        shared["listed"] = Annotated[bool, typer.Option("--list", help="analyses.option.listing")], False
    if hasattr(analysis.ask, "workload"):
        shared["plan"] = Annotated[bool, typer.Option("--plan", help="analyses.option.plan")], False
    places = [inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)]
    places += [_parameter(analysis, one) for one in sorted(fields, key=lambda one: not one.by_place)]
    places += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in shared.items()
    ]
    ask.__signature__ = inspect.Signature(places)  # type: ignore[attr-defined]
    ask.__annotations__ = {one.name: one.annotation for one in places}
    return ask


def _parameter(analysis: Analysis, field: FormField) -> inspect.Parameter:
    from copark.analyses.contract import Texts

    words = Texts(analysis.area, "en").key(f"param.{field.name}")
    kinds: dict[str, Any] = {
        "integer": int,
        "number": float,
        "boolean": bool,
        "file": Path,
        "choice": Literal[field.choices],
    }
    kind = list[str] if field.kind == "list" else kinds.get(field.kind, str)
    names = {
        "integer": "N",
        "number": "NUMBER",
        "boolean": None,
        "file": "PATH",
        "list": "VALUE" if field.repeated else "A,B",
        "choice": "|".join(field.choices),
        "study": "NAME|PATH|RUN_ID",
    }
    metavar = names.get(field.kind, field.name.upper())
    limits: dict[str, Any] = {"min": field.minimum, "max": field.maximum} if field.kind in ("integer", "number") else {}
    default = None if field.kind == "list" else field.default
    taken: Any = kind if field.required or default is not None else kind | None
    default = inspect.Parameter.empty if field.required else default
    if field.by_place:
        info: Any = typer.Argument(help=words, metavar=field.name.upper(), show_default=False, **limits)
        place: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    else:
        info = typer.Option(field.flag, *field.former, help=words, metavar=metavar, show_default=False, **limits)
        place = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, place, default=default, annotation=Annotated[taken, info])


def _told(analysis: Analysis, field: FormField, lang: str) -> str:
    """Help of a parameter: its words, then how a list is given, what may be chosen, and the default."""
    from copark.analyses.contract import Texts

    t = Texts(analysis.area, lang)
    key = f"param.{field.name}"
    remarks = [t("option.again" if field.repeated else "option.commas")] if field.kind == "list" else []
    titles = {value: t(f"param.{field.name}.{value}") for value in field.choices}
    named = {value: title for value, title in titles.items() if title.casefold() != value.replace("-", " ")}
    remarks += [t("option.choice", value=value, title=title) for value, title in named.items()]
    if t.has(f"{key}.default"):
        remarks.append(t("option.default", value=t(f"{key}.default")))
    elif field.kind not in ("list", "boolean") and field.default is not None:
        remarks.append(t("option.default", value=field.default))
    words = t(key)
    return t("option.help", words=words.rstrip(".。"), remarks=t("option.and").join(remarks)) if remarks else words


def _answer(analysis: Analysis, fields: tuple[FormField, ...], lang: str, given: Mapping[str, Any]) -> None:
    from copark.analyses.answer import answer, check_keys
    from copark.analyses.context import Context

    formats = formats_of(given["formats"], lang)
    threads = given["threads"]
    asked = {one.name: _value(one, given[one.name]) for one in fields}
    foresee = partial(_foresee, threads=threads, lang=lang, asked=bool(given.get("plan")))
    announce = partial(_announce, threads=threads, lang=lang)
    context = Context(
        given["out"],
        keeps=not given["no_report"],
        threads=threads,
        announcing=announce,
        foreseeing=foresee,
        planning=partial(_tell_plan, lang=lang),
        lang=lang,
    )
    params = _params(analysis, fields, asked, lang)
    if given.get("listed"):
        _print(analysis.listing(params, context, lang), {}, as_json=given["as_json"], whole=True)
        return
    if given.get("plan"):
        check_keys(analysis, params, context)
        foresee(context.case(asked["case"]), analysis.ask.workload(params, context))
        return
    written: dict[str, Path] = {}
    with Progress(lang) as progress:
        context.progress = progress
        found = answer(analysis, params, context)
        if not given["no_report"] and not (given["as_json"] and given["formats"] is None):
            progress("report", 0, 0)
            written = found.write(given["out"], formats, lang)
    _print(found.document(lang), written, as_json=given["as_json"], whole=given["whole"])
    if not given["as_json"]:
        took = text("analyses.took", lang, time=duration(found.seconds, lang))
        words = f"{text('analyses.reused', lang) if found.reused else took} {context.went_on()}".strip()
        print(words, file=sys.stderr)
    if not found.result.passed:
        raise typer.Exit(1)


def _params(analysis: Analysis, fields: tuple[FormField, ...], asked: Mapping[str, Any], lang: str) -> AnalysisParams:
    from pydantic import ValidationError

    from copark.errors import NotFound, printable

    try:
        return analysis.params(**asked)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        flags = {one.name: one.name.upper() if one.by_place else one.flag for one in fields}
        name = flags.get(str(first["loc"][0]), "")
        found = printable(str(first["input"]))
        raise NotFound(text("analyses.not_taken", lang, name=name, found=found)) from None


def _value(field: FormField, value: Any) -> Any:
    if field.repeated:
        return tuple(value or ())
    if field.kind == "list":
        return tuple(one.strip() for given in value or () for one in given.split(",") if one.strip())
    return value


def _announce(study: Any, case: Any, source: Any, times: int, *, threads: int | None, lang: str) -> None:
    """Say on standard error what will be run, where it takes longer than a few seconds."""
    from copark.workflows.run_plan import worth_telling

    show_plan(worth_telling(study, case, source, threads=threads, times=times, lang=lang))


def _tell_plan(planned: Any, lang: str) -> None:
    """What a calibration will take and what is there of it, on standard error; nothing if it takes seconds."""
    from copark.workflows.run_plan import WORTH_TELLING

    if planned.seconds >= WORTH_TELLING:
        words = text(
            "analyses.planned",
            lang,
            runs=planned.runs,
            time=duration(planned.seconds, lang),
            megabytes=planned.megabytes,
            folder=planned.folder,
        )
        print(*filter(None, (planned.went_on, words)), sep="\n", file=sys.stderr, flush=True)


def _foresee(case: Any, works: Any, *, threads: int | None, lang: str, asked: bool) -> None:
    """Say how much will be run: on standard output where nothing else was asked for, else if it takes long."""
    from copark.workflows.run_plan import WORTH_TELLING, seconds_of

    seconds, used = seconds_of(case, works, threads)
    if asked or seconds >= WORTH_TELLING:
        counts = {"runs": sum(one.runs for one in works), "quarters": sum(one.quarters_in_all for one in works)}
        key = "planner.ahead_at_most" if any(one.at_most for one in works) else "planner.ahead"
        words = text(key, lang, time=duration(seconds, lang), threads=used, **counts)
        print(words, file=sys.stdout if asked else sys.stderr, flush=True)


def _print(document: Document, written: Mapping[str, Path], *, as_json: bool, whole: bool) -> None:
    if as_json:
        print_json(document)
        return
    from copark.presentation.terminal import show

    show(document, console(), written, whole=whole)
