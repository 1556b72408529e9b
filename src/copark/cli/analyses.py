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
from copark.cli.screen import ProgressBar, console, duration, print_json, show_plan
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
            app = typer.Typer(add_completion=False)
            app.command(self.name, cls=SpokenCommand)(_asker(self.analysis))
            command = get_command(app)
            self.params = command.params
            self.callback = command.callback
            fields = {field.name: field for field in self.analysis.params.form()}
            for param in self.params:
                if param.name in fields:
                    param.told = partial(_told, self.analysis, fields[param.name])  # type: ignore[attr-defined]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Make the context, once the options are known; former options are replaced by those that followed them.

        Parameters
        ----------
        info_name
            Name that the command was called by.
        args
            Words behind it; a copy is changed where former options are among them.
        parent
            Context of the application; ``None`` for none.
        **extra
            Further settings of the context, as Click has them.
        """
        for option, instead in self.analysis.former:
            if option in args:
                args = [argument for argument in args if argument != option] + instead.split()
        self.load()
        return super().make_context(info_name, args, parent, **extra)


def _asker(analysis: Analysis) -> Callable[..., None]:
    fields = analysis.params.form()

    def ask(ctx: typer.Context, **values: Any) -> None:
        """Answer the question and show the answer."""
        _answer(analysis, fields, ctx.obj, values)

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
    places += [_parameter(analysis, field) for field in sorted(fields, key=lambda field: not field.by_place)]
    places += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in shared.items()
    ]
    ask.__signature__ = inspect.Signature(places)  # type: ignore[attr-defined]
    ask.__annotations__ = {place.name: place.annotation for place in places}
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


def _answer(analysis: Analysis, fields: tuple[FormField, ...], lang: str, options: Mapping[str, Any]) -> None:
    from copark.analyses.answer import answer, check_keys
    from copark.analyses.answer_forms import DATA
    from copark.analyses.context import Context
    from copark.workflows.live_brief import LIVE, check_live, write_live_brief

    formats = formats_of(options["formats"], lang, more=(*DATA, *((LIVE,) if analysis.name == "brief" else ())))
    is_live = LIVE in formats
    if is_live:
        check_live()
        formats = [name for name in formats if name != LIVE]
    threads = options["threads"]
    values = {field.name: _value(field, options[field.name]) for field in fields}
    foresee = partial(_foresee, threads=threads, lang=lang, is_asked=bool(options.get("plan")))
    announce = partial(_announce, threads=threads, lang=lang)
    context = Context(
        options["out"],
        keep_results=not options["no_report"],
        threads=threads,
        on_study=announce,
        on_workload=foresee,
        on_calibration=partial(_tell_plan, lang=lang),
        lang=lang,
    )
    params = _params(analysis, fields, values, lang)
    if options.get("listed"):
        _print(analysis.listing(params, context, lang), {}, as_json=options["as_json"], whole=True)
        return
    if options.get("plan"):
        check_keys(analysis, params, context)
        foresee(context.case(values["case"]), analysis.ask.workload(params, context))
        return
    written: dict[str, Path] = {}
    with ProgressBar(lang) as progress:
        context.progress = progress
        answered = answer(analysis, params, context)
        if not options["no_report"] and not (options["as_json"] and options["formats"] is None):
            progress("report", 0, 0)
            written = answered.write(options["out"], formats, lang)
            if is_live:
                written[LIVE] = write_live_brief(answered, params, context, lang)
    _print(answered.document(lang), written, as_json=options["as_json"], whole=options["whole"])
    if not options["as_json"]:
        took = text("analyses.took", lang, time=duration(answered.seconds, lang))
        words = f"{text('analyses.reused', lang) if answered.reused else took} {context.remarks()}".strip()
        print(words, file=sys.stderr)
    if not answered.result.passed:
        raise typer.Exit(1)


def _params(analysis: Analysis, fields: tuple[FormField, ...], values: Mapping[str, Any], lang: str) -> AnalysisParams:
    from pydantic import ValidationError

    from copark.errors import NotFound, printable

    try:
        return analysis.params(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        flags = {field.name: field.name.upper() if field.by_place else field.flag for field in fields}
        name = flags.get(str(first["loc"][0]), "")
        value = printable(str(first["input"]))
        raise NotFound(text("analyses.not_taken", lang, name=name, found=value)) from None


def _value(field: FormField, value: Any) -> Any:
    if field.repeated:
        return tuple(value or ())
    if field.kind == "list":
        return tuple(word.strip() for words in value or () for word in words.split(",") if word.strip())
    return value


def _announce(study: Any, case: Any, source: Any, studies: int, *, threads: int | None, lang: str) -> None:
    """Say on standard error what will be run, where it takes longer than a few seconds."""
    from copark.workflows.run_plan import worth_telling

    show_plan(worth_telling(study, case, source, threads=threads, studies=studies, lang=lang))


def _tell_plan(planned: Any, lang: str) -> None:
    """Print what a calibration will take and what is there of it, on standard error; nothing if it takes seconds."""
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


def _foresee(case: Any, works: Any, *, threads: int | None, lang: str, is_asked: bool) -> None:
    """Say how much will be run: on standard output where nothing else was asked for, else if it takes long."""
    from copark.workflows.run_plan import WORTH_TELLING, seconds_of

    seconds, used = seconds_of(case, works, threads)
    if is_asked or seconds >= WORTH_TELLING:
        counts = {"runs": sum(work.runs for work in works), "quarters": sum(work.quarters_in_all for work in works)}
        key = "planner.ahead_at_most" if any(work.at_most for work in works) else "planner.ahead"
        words = text(key, lang, time=duration(seconds, lang), threads=used, **counts)
        print(words, file=sys.stdout if is_asked else sys.stderr, flush=True)


def _print(document: Document, written: Mapping[str, Path], *, as_json: bool, whole: bool) -> None:
    if as_json:
        print_json(document)
        return
    from copark.presentation.terminal import show

    show(document, console(), written, whole=whole)
