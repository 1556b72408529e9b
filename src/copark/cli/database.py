"""Commands on the database of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from copark.cli.app import OUT, Out, app
from copark.cli.help import SpokenCommand, SpokenGroup
from copark.cli.screen import give, say
from copark.extras import need

if TYPE_CHECKING:
    from copark.workflows.database import DatabaseReport

database = typer.Typer(cls=SpokenGroup, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(database, name="database", help="database.help.database", rich_help_panel="serve")


@database.callback(invoke_without_command=True)
def show(ctx: typer.Context, *, out: Out = OUT) -> None:
    """Describe what the database of an output folder is.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    out
        Folder of results.
    """
    need("database", "`copark database`")
    if ctx.invoked_subcommand is None:
        from copark.workflows.database import describe

        _say_report(describe(out), ctx.obj)


@database.command("init", cls=SpokenCommand, help="database.help.init", rich_help_panel="serve")
def init(ctx: typer.Context, *, out: Out = OUT) -> None:
    """Create copark's tables.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    out
        Folder of results.
    """
    from copark.workflows.database import initialise

    _say_report(initialise(out), ctx.obj)


@database.command("upgrade", cls=SpokenCommand, help="database.help.upgrade", rich_help_panel="serve")
def upgrade(ctx: typer.Context, *, out: Out = OUT) -> None:
    """Upgrade a database of an earlier version.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    out
        Folder of results.
    """
    from copark.workflows import database

    report = database.upgrade(out)
    give(database=report)
    done = report.upgrade
    if not report.backup_kind:
        say("database.up_to_date", ctx.obj, place=report.place, version=done.after)
        return
    say("database.upgraded", ctx.obj, place=report.place, **vars(done))
    say(f"database.backup.{report.backup_kind}", ctx.obj, backup=done.backup)


def _say_report(report: DatabaseReport, lang: str) -> None:
    give(database=report)
    key = "created" if report.state == "created" else f"state.{report.state}"
    say(f"database.{key}", lang, place=report.place, version=report.version)
    if report.others:
        say("database.others", lang, tables=report.others)
