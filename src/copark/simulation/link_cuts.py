"""Studies of links between scales: each cut from a quarter on, and some at several strengths, common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from copark.cases.case import Case
from copark.cases.casebook import folder_of
from copark.model.variables import Link, catalogue
from copark.simulation.schemas import Title
from copark.simulation.study import LinkChange, Scenario, Study, baseline
from copark.texts import text

STRENGTHS = (0.0, 0.5, 1.5, 2.0)
"""Strengths beside 1, the link as it is."""
OUTPUTS = (
    "partners", "commitment_home", "commitment_host", "benefit_home", "benefit_host", "network_home", "service_level",
    "serviced_area", "cash", "result_cumulative", "registered_ever", "operating", "jobs", "profit", "mean_return",
)  # fmt: skip
"""Outputs in which effects are read, in the order of the scales."""


def links_named(names: Sequence[str] | None = None) -> tuple[Link, ...]:
    """Links of these names, or all."""
    known = catalogue().links
    return tuple(known[name] for name in names or known)


def _study(case: Case, name: str, scenarios: Sequence[Scenario], changes: dict[str, Any]) -> Study:
    place = case.name if folder_of(case.name) == case.folder else str(case.folder)
    base = baseline(place)
    titles = Title(en=text(f"study.{name}", "en"), zh=text(f"study.{name}", "zh"))
    made = {"name": name, "title": titles, "keep": OUTPUTS, "scenarios": (*base.scenarios, *scenarios)} | changes
    return base.with_changes(**made)


def _scenario(link: Link, key: str, strength: float, since: int) -> Scenario:
    title = Title(**{lang: f"{getattr(link, lang)} × {strength:g}" for lang in ("en", "zh")})
    change = LinkChange.model_validate({"strength": strength, "from": since})
    return Scenario(key=key, title=title, links={link.name: change})


def key_of(link: str, strength: float) -> str:
    """Key of the scenario in which a link has a strength."""
    return f"{link.replace('_', '-')}-x{strength:g}".replace(".", "-")


def without_links(scenario: Scenario, key: str, links: Sequence[str], since: int) -> Scenario:
    """A scenario, some links cut in it from a quarter on (counted from 0)."""
    cut = LinkChange.model_validate({"strength": 0.0, "from": since})
    return scenario.model_copy(update={"key": key, "links": {**scenario.links, **dict.fromkeys(links, cut)}})


def cut_study(case: Case, since: int, links: Sequence[Link], **changes: Any) -> Study:
    """The case as it is, and each link cut from a quarter on (counted from 0)."""
    scenarios = [_scenario(link, key_of(link.name, 0.0), 0.0, since) for link in links]
    return _study(case, "arrows-cut-from", scenarios, changes)


def strength_study(case: Case, since: int, links: Sequence[Link], **changes: Any) -> Study:
    """The case as it is, and each link at several strengths from a quarter on."""
    scenarios = [_scenario(link, key_of(link.name, dose), dose, since) for link in links for dose in STRENGTHS]
    return _study(case, "arrows-dosed-from", scenarios, changes)
