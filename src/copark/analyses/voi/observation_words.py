"""Observations in words: what is observed, when, and with which error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.analyses.contract import Texts
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import exact, shown

if TYPE_CHECKING:
    from copark.analyses.voi import PossibleObservation

AREA = "voi"
"""Area of these words."""
MANY = 3
"""Dates that are named one by one."""


def observation_name(observation: PossibleObservation, lang: str) -> str:
    """Name an observation, or an estimate from elsewhere with what it is of."""
    t = Texts(AREA, lang)
    if observation.parameter:
        return t("observation.literature", parameter=catalogue().parameters[observation.parameter].title(lang))
    return t(f"observation.{observation.family}")


def observation_dates(observation: PossibleObservation, lang: str) -> str:
    """Describe when it is made: each date, or the first and the last of many."""
    t = Texts(AREA, lang)
    if len(observation.dates) > MANY:
        return t("dates", first=observation.dates[0], last=observation.dates[-1], count=len(observation.dates))
    return t("list").join(observation.dates) or t("any_time")


def observation_error(observation: PossibleObservation, lang: str) -> str:
    """Describe how precise it is."""
    t = Texts(AREA, lang)
    if observation.relative:
        return f"±{shown(observation.precision[0], doc.SHARE, lang)}"
    errors = t("list").join(f"±{exact(value)}" for value in observation.precision)
    return t("exact.companies", errors=errors) if observation.family == "attribution" else errors


def described(observation: PossibleObservation, lang: str) -> tuple[str, str, str]:
    """Describe what is observed, when, and how precisely."""
    return (
        observation_name(observation, lang),
        observation_dates(observation, lang),
        observation_error(observation, lang),
    )
