"""Analyses: each question asked of a park is a folder of `__init__.py`, `show.py` and `texts.yaml`.

``__init__.py`` (parameters → result), ``show.py`` (result → document), ``texts.yaml`` (its words in both languages).

:mod:`~copark.analyses.contract` says what the three hold, :mod:`~copark.analyses.registry` lists the analyses,
:mod:`~copark.analyses.context` has what a computation needs besides its parameters, :mod:`~copark.analyses.stored_runs`
finds or makes runs of a study, :mod:`~copark.analyses.answer` stores results by run ID and answers a question,
:mod:`~copark.analyses.python_functions` makes functions of them. Command, Python function, route, job, and the menu and
form of the page follow from the registration; no analysis has code for them.
"""

from copark.analyses.registry import REGISTRY, Analysis

__all__ = ["REGISTRY", "Analysis"]
