"""The checklist of services as observations of the park's level of service.

Each service is one trial: did it stand at the end of the year in which it was due? Of n services due in a year the
share k / n that did is the observation, with the error

    sqrt(p (1 - p) / n + BESIDE²),   p = (k + 1) / (n + 2),

of which the first part is chance: in the model a service stands in time with the probability Q, the level of service (p
is the rule of succession, so that 1 of 1 is no certainty). A service counts once, in the year in which it was due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import get_args

from copark.cases.dated_events import Service
from copark.cases.evidence import Observation
from copark.cases.quarters import Quarter
from copark.cases.types import Grade
from copark.texts import text

LEVEL = "service_level"
BESIDE = 0.15
"""How far the share of promises kept may lie from the level of service, but for chance; a judgement: that a service
stands says nothing of how well it is run, and promises are made with a margin."""


def checklist(
    services: Iterable[Service], told: Sequence[Observation], data_end: Quarter
) -> tuple[Observation, ...]:  # fmt: skip
    """Give the level of service that the services due in each year tell, by year.

    A year has none if it is not over by the end of data, or if a used value of its own is told for its level.

    Parameters
    ----------
    told
        What ``series.csv`` has. Where it keeps values for scoring, what is fitted by the cut of validation was fixed
        before there was a checklist: its values are for looking, and count where all values do.
    """
    known = {row.date.year for row in told if row.variable == LEVEL and row.use}
    role = "check" if any(row.role == "score" and row.use for row in told) else "fit"
    made = []
    for year, group in groupby(sorted(services, key=lambda one: one.due.year), key=lambda one: one.due.year):
        end = Quarter(year, 4)
        if year in known or end > data_end:
            continue
        due = [one for one in group if one.grade != "background"]
        if due:
            made.append(_observation(year, due, role))
    return tuple(made)


def _observation(year: int, due: Sequence[Service], role: str) -> Observation:
    stood = sum(one.stands is not None and one.stands.last_day <= Quarter(year, 4).last_day for one in due)
    return Observation.model_validate(
        {
            "date": str(year), "variable": LEVEL, "value": stood / len(due), "bound": "exact", "unit": "1",
            "error": round(error_of_share(stood, len(due)), 4), "basis": text("cases.checklist"),
            "grade": max((one.grade for one in due), key=get_args(Grade).index),
            "source": tuple(dict.fromkeys(key for one in due for key in one.source)), "use": True, "role": role,
        }
    )  # fmt: skip


def error_of_share(stood: float, due: int) -> float:
    """Standard deviation between the share of promises kept and the level of service."""
    p = (stood + 1.0) / (due + 2.0)
    return float((p * (1.0 - p) / due + BESIDE**2) ** 0.5)
