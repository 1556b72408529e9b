"""Commands of analyses: each made of its registration, its options of its parameters, when it is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.main import get_command

from copark.analyses import Analysis
from copark.cli.app import OUT, OutputFile, Threads, form_of, formats_of
from copark.cli.completion import completer_of
from copark.cli.help import SpokenCommand
from copark.cli.output import output
from copark.cli.screen import ProgressBar, duration, give, say, show_answer, show_plan
from copark.cli.streams import is_stream, readable, writable
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.answer import Answered
    from copark.analyses.context import Context
    from copark.analyses.contract import AnalysisParams, FormField


class AnalysisCommand(SpokenCommand):
    """The command of an analysis; its module is imported when its options are needed, not for the list of commands."""

    def __init__(self, analysis: Analysis, alias: str | None = None) -> None:
        words = f"{analysis.area}.help"
        hidden = alias is not None
        super().__init__(alias or analysis.name, help=words, rich_help_panel=analysis.group, hidden=hidden)
        self.analysis = analysis
        self.present_name = analysis.name
        """The name it has now, by which settings know it."""

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
                    param.help_in = partial(_help_of, self.analysis, fields[param.name])  # type: ignore[attr-defined]

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
        "out": (Annotated[Path, out], OUT),
        "formats": (Annotated[str | None, form], None),
        "file_of_answer": (OutputFile, None),
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
    more: dict[str, Any] = {"min": field.minimum, "max": field.maximum} if field.kind in ("integer", "number") else {}
    completer = completer_of(analysis, field)
    more |= {"autocompletion": completer} if completer else {}
    default = None if field.kind == "list" else field.default
    taken: Any = kind if field.required or default is not None else kind | None
    default = inspect.Parameter.empty if field.required else default
    if field.by_place:
        info: Any = typer.Argument(help=words, metavar=field.name.upper(), show_default=False, **more)
        place: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    else:
        info = typer.Option(field.flag, *field.former, help=words, metavar=metavar, show_default=False, **more)
        place = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(field.name, place, default=default, annotation=Annotated[taken, info])


def _help_of(analysis: Analysis, field: FormField, lang: str) -> str:
    """Return the help of a parameter: its words, then how a list is given, what may be chosen, and the default."""
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
    from copark.analyses.context import Context

    threads = options["threads"]
    foresee = partial(_foresee, threads=threads, lang=lang, is_asked=bool(options.get("plan")))
    context = Context(
        options["out"],
        keep_results=not options["no_report"],
        threads=threads,
        on_study=partial(_announce, lang=lang),
        on_workload=foresee,
        on_calibration=partial(_tell_plan, lang=lang),
        on_note=lambda note: show_plan([note]),
        lang=lang,
    )
    with ExitStack() as files:
        values = {field.name: _value(field, options[field.name], files) for field in fields}
        params = _params(analysis, fields, values, lang)
        if options.get("listed"):
            show_answer(analysis.listing(params, context, lang), whole=True)
            return
        if options.get("plan"):
            check_keys(analysis, params, context)
            foresee(context.case(values["case"]), analysis.ask.workload(params, context))
            return
        writer = _Writer(analysis, options, lang)
        with ProgressBar(lang) as progress:
            context.progress = progress
            answered = answer(analysis, params, context)
            written = writer.write(answered, params, context)
    result = answered.result
    give(run_id=result.run_id, passed=result.passed, reused=answered.reused, seconds=answered.seconds, files=written)
    show_answer(answered.document(lang), {} if writer.is_table else written, whole=options["whole"])
    if writer.is_table and written:
        say("cli.written", lang, path=options["file_of_answer"])
    took = text("analyses.took", lang, time=duration(answered.seconds, lang))
    words = f"{text('analyses.reused', lang) if answered.reused else took} {context.remarks()}".strip()
    output().remark(words)
    if not result.passed:
        raise typer.Exit(1)


class _Writer:
    """Writes an answer to the files that are asked for.

    These are one file that is named, or else some formats in the output folder. Without either nothing is drawn and
    nothing written. What cannot be written is refused before work begins.
    """

    def __init__(self, analysis: Analysis, options: Mapping[str, Any], lang: str) -> None:
        from copark.analyses.answer_forms import DATA, LIVE, is_table

        more = (LIVE,) if analysis.name == "brief" else ()
        self.lang = lang
        self.out: Path = options["out"]
        self.file: Path | None = options["file_of_answer"]
        self.form = "" if self.file is None else form_of(self.file, options["formats"], lang, more)
        is_unasked = options["no_report"] or self.file is not None
        self.formats = [] if is_unasked else formats_of(options["formats"], lang, more=(*DATA, *more))
        self.is_table = is_table(self.form)
        """Whether it is the main table alone that is written."""
        if LIVE in (*self.formats, self.form):
            from copark.workflows.live_brief import check_live

            check_live()

    def write(self, answered: Answered, params: AnalysisParams, context: Context) -> dict[str, Path]:
        """Write the files; give their paths by format."""
        if not (self.formats or self.file):
            return {}
        from copark.analyses.answer_forms import LIVE
        from copark.workflows.live_brief import live_brief_file, write_live_brief

        context.progress("report", 0, 0)
        written = {}
        if self.file is not None:
            with writable(self.file, ".html" if self.form == LIVE else f".{self.form}") as path:
                if self.form == LIVE:
                    write_live_brief(path, answered, params, context, self.lang)
                else:
                    answered.result.save(path, lang=self.lang, form=self.form)
            return {} if is_stream(self.file) else {self.form: self.file}
        documents = [name for name in self.formats if name != LIVE]
        if documents:
            written = answered.write(self.out, documents, self.lang)
        if LIVE in self.formats:
            path = live_brief_file(answered, context, self.lang)
            written[LIVE] = write_live_brief(path, answered, params, context, self.lang)
        return written


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


def _value(field: FormField, value: Any, files: ExitStack) -> Any:
    """Return a value as the analysis takes it; ``-`` is a file with standard input, or one that goes out there."""
    if is_stream(value) and field.written:
        return files.enter_context(writable(value, field.written))
    if is_stream(value) and field.kind in ("file", "study"):
        path = readable(Path(value), ".csv" if field.is_table else ".yaml")
        return path if field.kind == "file" else str(path)
    if field.repeated:
        return tuple(value or ())
    if field.kind == "list":
        return tuple(word.strip() for words in value or () for word in words.split(",") if word.strip())
    return value


def _announce(study: Any, _case: Any, _source: Any, studies: int, *, lang: str) -> None:
    """Write to standard error what will be run, where it is much."""
    from copark.workflows.run_plan import worth_telling

    show_plan(worth_telling(study, studies=studies, lang=lang))


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
        show_plan([*filter(None, (planned.went_on, words))])


def _foresee(case: Any, works: Any, *, threads: int | None, lang: str, is_asked: bool) -> None:
    """Write how much will be run: with its time on standard output where that was asked for, else if it is much."""
    from copark.workflows.run_plan import TOLD_RUNS, seconds_of

    counts = {"runs": sum(work.runs for work in works), "quarters": sum(work.quarters_in_all for work in works)}
    at_most = "_at_most" if any(work.at_most for work in works) else ""
    if is_asked:
        seconds, used = seconds_of(case, works, threads)
        words = text(f"planner.ahead{at_most}", lang, time=duration(seconds, lang), threads=used, **counts)
        output().content(words, plan={"seconds": seconds, "threads": used, **counts})
    elif counts["runs"] >= TOLD_RUNS:
        show_plan([text(f"planner.told{at_most}", lang, **counts)])
