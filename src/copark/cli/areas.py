"""The areas of the command line, in the order in which help lists their commands."""

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from copark.analyses import REGISTRY
from copark.cli.analyses import AnalysisCommand
from copark.cli.app import app

# isort: off
from copark.cli import commands
from copark.cli import bookkeeping
from copark.cli import workspaces
from copark.cli import serving
from copark.cli import clustering
from copark.cli import rerunning
# isort: on

AREAS = (
    commands, bookkeeping, commands, workspaces, serving, clustering, rerunning,
)  # fmt: skip
PANELS = (
    "commands", "bookkeeping", "explain", "decide", "calibrate",
    "parks", "tables", "workspaces", "serving", "clustering", "rerunning",
)  # fmt: skip
"""Panels of the list of commands, in its order: a module of commands, or a group of analyses."""


def spelled(given: Sequence[str]) -> list[str]:
    """Arguments with ``calibrate --pool`` as what it is, the command ``pool``."""
    found = list(given)
    if "calibrate" in found and "--pool" in found:
        found.remove("--pool")
        found[found.index("calibrate")] = "pool"
    return found


def application() -> Any:
    """The whole command line: the commands of analyses, and those written by hand."""
    found: Any = get_command(app)
    former = {name: AnalysisCommand(one, name) for one in REGISTRY for name in one.aliases}
    found.commands = {one.name: AnalysisCommand(one) for one in REGISTRY} | former | found.commands
    return found
