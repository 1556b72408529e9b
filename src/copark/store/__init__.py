"""Runs by content identity: saved whole, found again, checked against damage, exported.

``runs`` keeps the database of runs, one folder each; ``arrays`` writes and opens their numbers as Zarr; ``summary``
keeps bands instead of paths where there are too many runs to keep; ``manifest`` says what a whole folder looks like,
``array_forms`` what its arrays look like, ``headlines`` how its runs ended.
"""

from copark.store.errors import DamagedRun, ExportRefused, MisplacedRun, RunNotStored
from copark.store.runs import RunRecord, RunStore

__all__ = ["DamagedRun", "ExportRefused", "MisplacedRun", "RunNotStored", "RunRecord", "RunStore"]
