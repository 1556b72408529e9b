"""Settings: what decides over the park, let vary in a wide sample beside what is uncertain.

A switch is 1 as the case has it and 0 where it is undone; the home side's share of the equity is a number. A setting is
one combination of all. They are spread so that every switch is on in half of the settings, whatever the others are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.cases.case import Case
from copark.cases.facts import used
from copark.inference.prior import random_points, study_of
from copark.simulation.counterfactual_events import happenings
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import Scenario
from copark.texts import text

SHARES = (10, 25, 40, 50, 60, 75, 90)
"""Shares of the home side tried, per cent; the host side has the rest."""
HOME_SHARE = "home_share"


@dataclass(frozen=True)
class Switch:
    """Something that can be undone: the edits that undo it."""

    key: str
    undo: Mapping[str, Any]


def switches_of(case: Case) -> tuple[Switch, ...]:
    """What can be undone in a case."""
    keys = [one.key for one in happenings(case)]
    made: list[Switch] = []
    if case.framework is not None:
        made.append(Switch("framework", {"framework": "off"}))
        made.append(Switch("plan", {"depth": {"plan": "off"}}))
        if case.visits:
            made.append(Switch("visits", {"depth": {"visits": "off"}}))
    made.append(Switch("rescue", {"depth": {"rescue_by_treaty": "off", "rescue_by_controller": "off"}}))
    for kind, name in (("decree", "decree"), ("capability", "operator"), ("partner", "partners")):
        found = [key for key in keys if key.startswith(f"{kind}/")]
        if found:
            made.append(Switch(name, {"drop": found}))
    return tuple(made)


def merged(switches: tuple[Switch, ...]) -> dict[str, Any]:
    """Edits of several switches together."""
    found: dict[str, Any] = {}
    for one in switches:
        for name, value in one.undo.items():
            if isinstance(value, dict):
                found[name] = {**found.get(name, {}), **value}
            elif isinstance(value, list):
                found[name] = [*found.get(name, []), *value]
            else:
                found[name] = value
    return found


@dataclass(frozen=True)
class Setting:
    """A combination: the value of every lever, and the scenario that has them."""

    values: Mapping[str, float]
    scenario: Scenario


def settings_of(case: Case, count: int, seed: int) -> tuple[Setting, ...]:
    """Settings spread over all combinations; the first is the case as it is.

    Parameters
    ----------
    count
        How many, a power of two.
    """
    from scipy.stats import qmc

    switches = switches_of(case)
    has_shares = bool(used(case.equity))
    engine = qmc.Sobol(len(switches) + 1, scramble=True, rng=np.random.default_rng([seed, count]))
    base = study_of(case, seed).scenarios[0]
    made = []
    for n, point in enumerate(random_points(engine, count)):
        off = tuple(one for one, u in zip(switches, point, strict=False) if u < 0.5) if n else ()
        values = {one.key: 0.0 if one in off else 1.0 for one in switches}
        edits = merged(off)
        share = SHARES[int(point[-1] * len(SHARES))]
        if has_shares:
            values[HOME_SHARE] = share / 100.0 if n else home_share(case)
            if n:
                edits["equity"] = [{"home": 100 * share, "host": 10_000 - 100 * share}]
        scenario = base.model_copy(update={"key": f"setting-{n}", "edits": Edits.model_validate(edits)})
        made.append(Setting(values, scenario))
    return tuple(made)


def home_share(case: Case) -> float:
    """The home side's share in the last cap table of a case."""
    return used(case.equity)[-1].basis_points_of("home") / 10_000.0


def lever_title(key: str, lang: str) -> str:
    """Title of a lever."""
    return text(f"sensitivity.lever.{key}.title", lang)
