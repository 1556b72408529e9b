"""The command that offers questions as tools to clients of language models."""

from pathlib import Path
from typing import Annotated

import typer

from copark.cli.app import OUT, Threads, app
from copark.cli.help import SpokenCommand
from copark.extras import need


@app.command("mcp", cls=SpokenCommand, help="mcp.help", rich_help_panel="serve")
def mcp(
    ctx: typer.Context,
    *,
    park: Annotated[list[Path] | None, typer.Option("--park", help="mcp.help.park", metavar="FOLDER")] = None,
    seconds: Annotated[int, typer.Option("--seconds", min=5, max=3600, help="mcp.help.seconds", metavar="N")] = 120,
    out: Annotated[Path, typer.Option("--out", help="mcp.help.out", metavar="DIR", show_default=False)] = OUT,
    threads: Threads = None,
) -> None:
    """Serve tools over standard input and output until the client closes them.

    Parameters
    ----------
    ctx
        Context of the command; its `obj` is the reader's language.
    park
        Folders of parks that the client may ask about, beside those of the casebook and of the output folder.
    seconds
        Seconds that a question may take.
    out
        Folder of results.
    threads
        Threads; ``None`` for as many as the processors that may be used.
    """
    need("mcp", "`copark mcp`")
    from copark.mcp.questions import ToolWorkspace
    from copark.mcp.server import serve

    serve(ToolWorkspace.of(out, tuple(park or ()), threads, ctx.obj), seconds)
