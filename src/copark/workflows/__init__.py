"""What can be done with copark, a page each: load, check, run, store, analyse, report.

What everyone does stands here: run, compare, look. Each further question has a module of its own: ``calibrating``,
``validating``, ``claims``, ``across``, ``planning``, ``stopping``, ``parks``, ``workspaces``, ``serving``; others in
:mod:`copark.analyses`.

The command line and the Python interface call these and nothing below them. What a person reads in their answers is in
the language asked for; nothing here prints.
"""

from copark.analyses.execution import Means
from copark.workflows.answers import (
    ArmMoves,
    ArmOutcome,
    Catalogue,
    Compared,
    Description,
    Effect,
    Progress,
    Row,
    RunOutcome,
    Shares,
    StoredRun,
    Verdict,
)
from copark.workflows.comparing import but_for, compare, happenings
from copark.workflows.looking import case_schema, catalogue, check, export, new, show
from copark.workflows.replaying import verify
from copark.workflows.running import run_study, simulate

__all__ = [
    "ArmMoves",
    "ArmOutcome",
    "Catalogue",
    "Compared",
    "Description",
    "Effect",
    "Means",
    "Progress",
    "Row",
    "RunOutcome",
    "Shares",
    "StoredRun",
    "Verdict",
    "but_for",
    "case_schema",
    "catalogue",
    "check",
    "compare",
    "export",
    "happenings",
    "new",
    "run_study",
    "show",
    "simulate",
    "verify",
]
