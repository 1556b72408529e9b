"""Decisions: levers that somebody may set and their options, what is measured of them, and what each option changes.

The questions `levers` and `goal` ask about the same levers: their files (:mod:`~copark.decisions.lever_file`), measures
(:mod:`~copark.decisions.measures`), scenarios under structures of the model (:mod:`~copark.decisions.experiment`),
effects (:mod:`~copark.decisions.effects`) and the thresholds of advice (:mod:`~copark.decisions.recommendation_rule`).
"""
