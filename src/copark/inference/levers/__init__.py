"""Levers: what each decision-maker controls, what pulling it would change, for whom, and how sure that is.

A data file (a case's ``levers.yaml``, or a person's own) lists levers with their settings, the variants of the model's
structure they are tried under, and what is asked of a good choice. :mod:`~copark.inference.levers.entries` says how it
is written, :mod:`~copark.inference.levers.reading` reads it, :mod:`~copark.inference.levers.runner` makes studies of
it and runs them, :mod:`~copark.inference.levers.findings` says what each setting
changes and what that rests on, :mod:`~copark.inference.levers.choice` which is robust.
"""
