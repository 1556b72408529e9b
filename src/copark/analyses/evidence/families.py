"""Families of mechanisms as ``families.yaml`` has them, each as the scenario of a case in which it is switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from copark.analyses.ablate.effects import ablations_of
from copark.cases.case import Case
from copark.cases.tables import WHOLE
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import Scenario
from copark.simulation.study_entries import Title
from copark.texts import text

TIES = ("ties", "tie-returns")
"""Mechanisms that act through ties of shareholders and partners, and do nothing in a park without either."""


@dataclass(frozen=True)
class MechanismFamily:
    """A family of mechanisms that a case has something of."""

    key: str
    """Key of the family in ``families.yaml``."""
    without: Scenario
    """The scenario in which none of it ever acts."""


@cache
def listed() -> Mapping[str, Mapping[str, Any]]:
    """Read the file of families, entry by entry."""
    import yaml

    path = Path(__file__).parent / "families.yaml"
    listing: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return listing


def families_of(case: Case) -> tuple[MechanismFamily, ...]:
    """List the families that a case has something of, in the order of their file."""
    return tuple(_families(case))


def _families(case: Case) -> Iterator[MechanismFamily]:
    scenarios: dict[str, Scenario] = {}
    for key, entry in listed().items():
        parts = [scenarios[name] for name in entry.get("families", ()) if name in scenarios] or list(
            _parts(case, entry)
        )
        if not parts:
            continue
        edits = Edits()
        for part in parts:
            joined = edits.joined(part.edits)
            if joined is None:
                raise ValueError(f"{key}: two of its mechanisms change the same fact of {case.name}")
            edits = joined
        scenarios[key] = Scenario(
            key=f"without-{key}",
            title=Title.by_language(partial(text, f"evidence.family.{key}")),
            parameters={name: value for part in parts for name, value in part.parameters.items()},
            edits=edits,
        )
        yield MechanismFamily(key, scenarios[key])


def _parts(case: Case, entry: Mapping[str, Any]) -> Iterator[Scenario]:
    """Return the scenarios that together switch a family off; none where the case has nothing of it."""
    mechanisms = entry.get("mechanisms", ())
    has_ties = bool(case.partners) or any(holder.ties for holder in case.shareholders)
    for ablation in ablations_of(case, links=False):
        if ablation.key in mechanisms and (has_ties or ablation.key not in TIES):
            yield ablation.whole
    title = Title.by_language(partial(text, "evidence.family.equity"))
    if entry.get("halves"):
        halves = Edits.model_validate({"equity": [{"home": WHOLE // 2, "host": WHOLE // 2}]})
        yield Scenario(key="halves", title=title, edits=halves)
    if entry.get("no_rivals") and case.rivals:
        sides = dict.fromkeys(rival.side for rival in case.rivals)
        rivals = Edits.model_validate({"rivals": [{"side": side, "size": 0, "stake": 0} for side in sides]})
        yield Scenario(key="no-rivals", title=title, edits=rivals)
