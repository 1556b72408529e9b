"""The areas of the command line, in the order in which help lists their commands."""

from __future__ import annotations

# isort: off
from copark.cli import commands
from copark.cli import bookkeeping
from copark.cli import calibrating
from copark.cli import validating
from copark.cli import claims
from copark.cli import sensitivity
from copark.cli import levers
from copark.cli import cascading
from copark.cli import parks
from copark.cli import typology
from copark.cli import set_methods
from copark.cli import workspaces
from copark.cli import serving
from copark.cli import clustering
from copark.cli import rerunning
# isort: on

AREAS = (
    commands, bookkeeping, calibrating, validating, claims, sensitivity, levers, cascading, parks, typology,
    set_methods, workspaces, serving, clustering, rerunning,
)  # fmt: skip
