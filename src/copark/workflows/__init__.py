"""Workflows of copark, a page each: load, check, run, store, analyse, report.

``run_study`` runs a study, ``run_plan`` estimates it beforehand, ``replay`` verifies a stored run, ``runs`` lists what
is stored, ``case_commands`` and ``park_folder`` check and show cases, ``workspaces`` packs and opens archives, ``site``
and ``live_brief`` write what needs no server; questions are in :mod:`copark.analyses`.

The command line and the Python interface call these and nothing below them. What a person reads in their answers is in
the language asked for; nothing here prints.
"""

from copark.analyses.stored_runs import ExecutionOptions
from copark.workflows.case_commands import catalogue, check, export, form_of_run, new, show
from copark.workflows.replay import ReplayVerdict, verify
from copark.workflows.run_study import RunOutcome, run_study, simulate

__all__ = [
    "ExecutionOptions",
    "ReplayVerdict",
    "RunOutcome",
    "catalogue",
    "check",
    "export",
    "form_of_run",
    "new",
    "run_study",
    "show",
    "simulate",
    "verify",
]
