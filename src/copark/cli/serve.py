"""``copark serve``: the page and the interface, on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import OUT, Lang, Threads, app
from copark.cli.help import SpokenCommand


@app.command("serve", cls=SpokenCommand, help="web.help.serve")
def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option("--host", help="web.help.host", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="web.help.port", metavar="N")] = 8765,
    token: Annotated[str | None, typer.Option("--token", help="web.help.token", metavar="WORD")] = None,
    data: Annotated[Path, typer.Option("--out", "--data", help="web.help.data", metavar="DIR")] = OUT,
    proxy: Annotated[list[str] | None, typer.Option("--proxy", help="web.help.proxy", metavar="ADDRESS")] = None,
    threads: Threads = None,
    memory: Annotated[int, typer.Option("--memory", min=16, help="web.help.memory", metavar="MB")] = 480,
    _lang: Lang = None,
) -> None:
    """Serve until somebody stops it."""
    from copark.analyses.context import is_compiled
    from copark.cli.screen import say
    from copark.web.server import serve as run
    from copark.web.server import settings_of
    from copark.web.static_files import is_built

    settings = settings_of(host, port, token, data, ctx.obj, threads=threads, memory=memory, proxies=proxy or ())
    say("web.starting", ctx.obj)
    if not is_compiled():
        say("web.compiling", ctx.obj)

    def ready(address: str) -> None:
        say("web.ready", ctx.obj, address=address, folder=data)
        if not is_built(settings.dist):
            say("web.no_page", ctx.obj)
        sys.stdout.flush()

    sys.stdout.flush()
    run(settings, ctx.obj, ready)
