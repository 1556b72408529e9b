"""The application that commands are added to, and the options that many of them share."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from copark.cli.completion import run_ids
from copark.cli.help import SpokenGroup
from copark.cli.output import output


class DrawsOf(StrEnum):
    """Sources that parameters are drawn from."""

    posterior = "posterior"
    unsettled = "unsettled"
    prior = "prior"
    defaults = "defaults"


class ParametersOf(StrEnum):
    """Parameters that are used, in the place of the best there are."""

    own = "own"
    shipped = "shipped"
    borrowed = "borrowed"
    prior = "prior"


class Form(StrEnum):
    """A form a stored run can be exported in."""

    netcdf = "netcdf"
    csv = "csv"
    parquet = "parquet"
    dta = "dta"
    xlsx = "xlsx"


Out = Annotated[Path, typer.Option("--out", help="cli.help.out", metavar="DIR", show_default=False)]
Threads = Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="cli.help.threads", metavar="N")]
Runs = Annotated[int | None, typer.Option("--runs", min=1, max=10**8, help="cli.help.run.runs", metavar="N")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="cli.help.run.seed", metavar="N")]
Draws = Annotated[
    DrawsOf | None,
    typer.Option("--draws-from", "--draws", help="cli.help.draws", metavar="posterior|unsettled|prior|defaults"),
]
Parameters = Annotated[
    ParametersOf | None,
    typer.Option("--parameters", help="trust.help.parameters", metavar="own|shipped|borrowed|prior"),
]
Now = Annotated[str | None, typer.Option("--now", help="cli.help.now", metavar="QUARTER")]
Cut = Annotated[str | None, typer.Option("--cut", help="trust.help.cut", metavar="QUARTER")]
Scheduler = Annotated[str | None, typer.Option("--scheduler", help="cluster.help.scheduler", metavar="ADDRESS")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=1024, help="cluster.help.workers", metavar="N")]
Outcomes = Annotated[bool, typer.Option("--outcomes", help="trust.help.outcomes")]
Identity = Annotated[str, typer.Argument(metavar="RUN_ID", help="cli.help.identity", autocompletion=run_ids)]
OutputFile = Annotated[Path | None, typer.Option("--output", "-o", help="cli.help.output", metavar="FILE")]
OUT = Path("out")

app = typer.Typer(cls=SpokenGroup, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


def _show_version(is_requested: bool) -> None:
    if is_requested:
        from copark import __version__

        output().content(__version__, version=__version__)
        raise typer.Exit


@app.callback(help="cli.help.copark")
def copark(
    _version: Annotated[
        bool, typer.Option("--version", help="cli.help.version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take the option that comes before the command."""


def formats_of(listed: str | None, lang: str, default: str = "", more: tuple[str, ...] = ()) -> list[str]:
    """Return the formats asked for; raise ``NotFound`` or ``NotInstalled`` if there is no such one, or not here.

    Parameters
    ----------
    listed
        Names of formats, with commas between them.
    lang
        Language of the refusal, ``en`` or ``zh``.
    default
        Names where none are listed; none by default.
    more
        Formats beside those of documents.
    """
    from copark.errors import NotFound, printable
    from copark.extras import need_form
    from copark.presentation import FORMATS
    from copark.texts import text

    formats = [name.strip().lower() for name in (listed or default).split(",") if name.strip()]
    for name in formats:
        if name not in (*FORMATS, *more):
            names = ", ".join((*FORMATS, *more))
            raise NotFound(text("presentation.unknown_format", lang, name=printable(name), known=names))
        need_form(name)
    return formats


def form_of(file: Path, listed: str | None, lang: str, more: tuple[str, ...] = ()) -> str:
    """Return the form in which an answer is written to one file, as :func:`formats_of` does those of a report.

    Parameters
    ----------
    file
        The file, whose ending names the form where none is listed; on standard output it is Markdown then.
    listed
        Form that was asked for.
    lang
        Language of the refusal, ``en`` or ``zh``.
    more
        Forms beside those of answers.
    """
    from copark.analyses.answer_forms import form_of as form_of_ending
    from copark.analyses.answer_forms import forms
    from copark.cli.streams import is_stream
    from copark.extras import need_form

    if listed is None:
        form = "md" if is_stream(file) else form_of_ending(file)
    else:
        form = listed.strip().lower()
    if form not in ("md", *forms(), *more):
        from copark.errors import NotFound, printable
        from copark.texts import text

        endings = ", ".join((*forms(), *more))
        raise NotFound(text("presentation.unknown_format", lang, name=printable(form), known=endings))
    need_form(form)
    return form


def listed(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command below a group, and the words it is called by; also those that are not shown.

    Parameters
    ----------
    group
        The group.
    path
        Words it is called by.
    """
    for name, command in group.commands.items():
        yield (*path, name), command
        if getattr(command, "commands", None):
            yield from listed(command, (*path, name))
