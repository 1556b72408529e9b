"""What parks share and what is each park's own: one line for every axis of the prior, with its group and its reason.

Three roles. A *mechanism* is how parks of this kind work: pooled tightly. A *scale* is how large this park is: pooled
loosely, so that a new park has a size to begin with. What is a park's *own* is not pooled: its reading of its own
facts, or a shock that only it had. The reasons are texts ``pool.reason.<reason>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from copark.cases.case import Case
from copark.cases.schema import Parameter
from copark.cases.types import JUDGEMENT
from copark.texts import LANGUAGES, text

Role = Literal["mechanism", "scale", "own"]
GROUPS = ("equity", "network", "framework", "operator", "demand", "enterprises", "size")


@dataclass(frozen=True)
class Axis:
    """An axis of the prior in the panel: its role, the group it is told under, and why (a key of the texts)."""

    role: Role
    group: str
    reason: str


def _same(role: Role, group: str, reason: str, *names: str) -> dict[str, Axis]:
    return dict.fromkeys(names, Axis(role, group, reason))


AXES: Mapping[str, Axis] = {
    **_same("mechanism", "equity", "rule_of_shares", "home_contribution", "control_weight", "spill_home", "spill_host"),
    **_same("mechanism", "network", "firms_follow", "network_strength", "follow_own", "reputation_pull"),
    **_same("mechanism", "network", "clusters", "agglomeration", "market_response"),
    **_same("mechanism", "framework", "list_of_trades", "narrow_list_drag"),
    **_same("scale", "framework", "governments_money", "value_home", "value_host"),
    **_same("mechanism", "operator", "operator_counts", "capability_weight"),
    **_same("mechanism", "demand", "same_world", "host_growth_pull", "source_growth_pull", "climate_spread",
            "pandemic"),
    **_same("mechanism", "demand", "land_and_service", "service_pull", "no_land_discount"),
    **_same("mechanism", "demand", "enquirers_last", "pool_years"),
    **_same("mechanism", "enterprises", "firms_alike", "declared_spread", "return_mean", "return_spread",
            "startup_loss", "self_knowledge", "hurdle", "hurdle_spread", "exit_rate"),
    **_same("mechanism", "enterprises", "pace_of_building", "start_rate", "lapse_rate", "build_quarters", "rent_below"),
    **_same("scale", "size", "size_of_park", "enquiry_rate", "declared_mean"),
    **_same("scale", "size", "trade_of_park", "capital_per_job", "realised_share"),
    **_same("scale", "size", "price_of_place", "servicing_cost"),
    **_same("own", "demand", "one_park_only", "sanctions", "market_shift"),
    **_same("own", "size", "own_mix", "origin_weight.home", "origin_weight.host"),
    **_same("own", "size", "own_facts", "land_per_capital", "land_price", "overhead"),
}  # fmt: skip
"""Every axis. ``mechanism`` and ``scale`` are pooled where the park has the common prior (see :func:`is_pooled`)."""

POOLED = tuple(name for name, axis in AXES.items() if axis.role != "own")
COLUMN = {name: at for at, name in enumerate(AXES)}
"""Column of an axis in the common design: the same in every park."""

SIZES: Mapping[str, tuple[float, str, str, float, float]] = {
    "enquiry_rate": (25.0, "companies/yr", "loguniform", 3.0, 150.0),
    "capital_per_job": (0.127, "M USD/job", "lognormal", -2.0402, 1.0),
    "declared_mean": (1.05, "1", "normal", 1.1, 1.0),
}
"""Priors of size that are too narrow for a panel: value, unit, kind and its two numbers. Every park has them, those
with a prior of their own too, so that sizes can be compared. The common prior of enquiries (8 to 45 a year) is Great
Stone's; the panel holds parks with 11 companies after ten years and with 880 after twenty-three. Capital per job and
investment per company differ as assembly by hand and smelting do: one standard deviation is a factor of e. How wide
they are was set with the panel in view; where in them a park lies was not."""


def read_for_panel(case: Case) -> Case:
    """Give the case with the panel's priors of size."""
    own = dict(case.parameters)
    for name, (value, unit, kind, a, b) in SIZES.items():
        own[name] = Parameter.model_validate(
            {
                "value": value,
                "unit": unit,
                "prior": {"kind": kind, "a": a, "b": b},
                "grade": "judgement",
                "source": [JUDGEMENT],
                "note": {lang: text("pool.size_prior", lang) for lang in LANGUAGES},
            }
        )
    return case.model_copy(update={"parameters": own})


def is_pooled(case: Case, name: str) -> bool:
    """Whether an axis of a case, as it is in the casebook, is pooled: shared, and no prior of its own there."""
    return AXES[name].role != "own" and (name in SIZES or name not in case.parameters)
