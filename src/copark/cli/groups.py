"""The groups of commands, in the order in which help lists them; and commands that have moved or are no more."""

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from copark.analyses import REGISTRY
from copark.cli.analyses import AnalysisCommand
from copark.cli.app import app
from copark.cli.help import SpokenCommand
from copark.texts import text

# isort: off
from copark.cli import commands
from copark.cli import runs
from copark.cli import workspaces
from copark.cli import serve
from copark.cli import cluster
# isort: on

WRITTEN = (commands, runs, workspaces, serve, cluster)
"""Modules of commands written by hand, which add themselves to the application."""
PANELS = (
    "commands", "runs", "explain", "decide", "calibrate",
    "parks", "tables", "workspaces", "serve", "cluster",
)  # fmt: skip
"""Panels of the list of commands, in its order: a module of commands, or a group of analyses."""
GONE = {
    "claims-across-parks": "copark joint, copark qca, copark nca",
    "calibrate --crosscheck": "copark calibrate --check",
    "rerun": "copark runs --failed",
}
"""Commands that are no more, each with those to use instead."""
MOVED = (
    ("calibrate", "--pool", "pool"),
    ("claims", "--all-parks", "claims-across-parks"),
    ("calibrate", "--crosscheck", "calibrate --crosscheck"),
)
"""Commands that were an option of another."""


class GoneCommand(SpokenCommand):
    """A command that is no more: it is not listed, and says what to use instead."""

    def __init__(self, name: str, instead: str) -> None:
        super().__init__(name, hidden=True)
        self.instead = instead

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ARG002 - the signature is Typer's
        """Refuse, whatever it is given."""
        parent.fail(text("cli.wrong.gone", parent.obj, name=self.name, instead=self.instead))


def spelled(given: Sequence[str]) -> list[str]:
    """Arguments with a command that was an option of another as what it is: ``calibrate --pool`` is ``pool``."""
    found = list(given)
    for command, option, name in MOVED:
        if command in found and option in found:
            found.remove(option)
            found[found.index(command)] = name
    return found


def application() -> Any:
    """The whole command line: the commands of analyses, and those written by hand."""
    found: Any = get_command(app)
    former = {name: AnalysisCommand(one, name) for one in REGISTRY for name in one.aliases}
    gone = {name: GoneCommand(name, instead) for name, instead in GONE.items()}
    found.commands = {one.name: AnalysisCommand(one) for one in REGISTRY} | former | gone | found.commands
    return found
