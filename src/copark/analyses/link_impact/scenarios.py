"""Scenarios in which links between scales are cut or made stronger, from a quarter on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from copark.cases.case import Case
from copark.json_types import JsonObject
from copark.model.variables import Link, catalogue
from copark.simulation.counterfactual import baseline_of
from copark.simulation.study import LinkChange, Scenario, Study
from copark.simulation.study_entries import Title
from copark.texts import text

STRENGTHS = (0.0, 0.5, 1.5, 2.0)
"""Strengths beside 1, the link as it is."""
OUTPUTS = (
    "partners",
    "commitment_home",
    "commitment_host",
    "benefit_home",
    "benefit_host",
    "network_home",
    "service_level",
    "serviced_area",
    "cash",
    "result_cumulative",
    "registered_ever",
    "operating",
    "jobs",
    "profit",
    "mean_return",
)
"""Outputs in which effects are read, in the order of the scales."""


def links_named(names: Sequence[str] | None = None) -> tuple[Link, ...]:
    """Return the links of these names, or all."""
    links = catalogue().links
    return tuple(links[name] for name in names or links)


def key_of(link: str, strength: float) -> str:
    """Name the scenario in which a link has a strength."""
    return f"{link.replace('_', '-')}-x{strength:g}".replace(".", "-")


def cut_study(case: Case, since: int, links: Sequence[Link], **changes: Any) -> Study:
    """Make the study of the case as it is, and with each link cut in turn.

    Parameters
    ----------
    case
        The case.
    since
        First quarter of the cut, counted from 0.
    links
        Links that are cut.
    **changes
        Further fields of the study.
    """
    scenarios = [_with_strength(link, 0.0, since) for link in links]
    return _study(case, "arrows-cut-from", scenarios, changes)


def strength_study(case: Case, since: int, links: Sequence[Link], **changes: Any) -> Study:
    """Make the study of the case as it is, and with each link at each of :data:`STRENGTHS`.

    Parameters
    ----------
    case
        The case.
    since
        First quarter of the change, counted from 0.
    links
        Links that are changed, one at a time.
    **changes
        Further fields of the study.
    """
    scenarios = [_with_strength(link, strength, since) for link in links for strength in STRENGTHS]
    return _study(case, "arrows-dosed-from", scenarios, changes)


def _with_strength(link: Link, strength: float, since: int) -> Scenario:
    title = Title.by_language(lambda lang: f"{link.title(lang)} × {strength:g}")
    change = LinkChange.model_validate({"strength": strength, "from": since})
    return Scenario(key=key_of(link.name, strength), title=title, links={link.name: change})


def _study(case: Case, name: str, scenarios: Sequence[Scenario], changes: JsonObject) -> Study:
    baseline = baseline_of(case)
    title = Title.by_language(partial(text, f"study.{name}"))
    fields = {"name": name, "title": title, "keep": OUTPUTS, "scenarios": (*baseline.scenarios, *scenarios)}
    return baseline.with_changes(**(fields | changes))
