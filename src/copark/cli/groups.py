"""The groups of commands, in the order in which help lists them."""

from typing import Any

from typer.main import get_command

from copark.analyses import REGISTRY
from copark.cli.analyses import AnalysisCommand
from copark.cli.app import app

# isort: off
from copark.cli import commands
from copark.cli import runs
from copark.cli import workspaces
# isort: on

WRITTEN = (commands, runs, workspaces)
"""Modules of commands written by hand, which add themselves to the application."""
PANELS = ("commands", "runs", "explain", "decide", "calibrate", "parks", "tables", "workspaces", "serve")
"""Panels of the list of commands, in its order: a module of commands, or a group of analyses."""


def application() -> Any:
    """The whole command line: the commands of analyses, and those written by hand."""
    found: Any = get_command(app)
    former = {name: AnalysisCommand(one, name) for one in REGISTRY for name in one.aliases}
    found.commands = {one.name: AnalysisCommand(one) for one in REGISTRY} | former | found.commands
    return found
