"""The names at ``copark`` that are no analyses: cases, studies, runs, posteriors, and what a session is told.

:mod:`copark` gives each of them when it is first used; functions of analyses are made by
:mod:`copark.analyses.python_functions`. Words of their docstrings are in ``texts/python.yaml``, in both languages.
"""
