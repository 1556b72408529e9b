"""Runs on a cluster: options, and a cluster of this machine."""

from typing import Annotated

import typer

from copark.cli.app import Lang, app
from copark.cli.help import SpokenCommand, SpokenGroup

Scheduler = Annotated[str | None, typer.Option("--scheduler", help="cluster.help.scheduler", metavar="ADDRESS")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=1024, help="cluster.help.workers", metavar="N")]

cluster = typer.Typer(cls=SpokenGroup, add_completion=False, no_args_is_help=True, help="cluster.help.cluster")
app.add_typer(cluster, name="cluster")


@cluster.callback(help="cluster.help.cluster")
def workers_here(_lang: Lang = None) -> None:
    """Take the options that come before the command."""


@cluster.command("start", cls=SpokenCommand, help="cluster.help.start")
def start(
    ctx: typer.Context,
    *,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=1024, help="cluster.help.start.workers", metavar="N")
    ] = 2,
    host: Annotated[str, typer.Option("--host", help="cluster.help.start.host", metavar="HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="cluster.help.start.port", metavar="N")] = 0,
    _lang: Lang = None,
) -> None:
    """Start a cluster on this machine and keep it until it is interrupted."""
    from copark.cli.screen import say
    from copark.workflows.running import running_cluster, wait_for_end

    with running_cluster(workers, host=host, port=port) as address:
        say("cluster.started", ctx.obj, workers=workers, address=address)
        say("cluster.use_it", ctx.obj, address=address)
        say("cluster.end_it", ctx.obj)
        wait_for_end()
