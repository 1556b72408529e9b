"""A park as the panel reads it: its case with the panel's sizes, its prior, its targets, its age on their days.

Fitted are the values that the casebook means to be fitted or scored, to the end of 2024, and where a park has no others
the jobs that it keeps for looking. A value of zero kept for looking is a closure by a government, for which the model
has no lever. A park that is forecast is read *bare*: without its own priors and the enterprises it dates one by one.

Each axis of the prior has a role, a group and a reason (text ``pool.reason.<reason>``). A *mechanism* is how parks of
this kind work: pooled tightly. A *scale* is how large this park is: pooled loosely. What is a park's *own* is not
pooled: its reading of its own facts, or a shock that only it had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibration_setup import distinct, implied_rows
from copark.calibration.observations import ObservationModel, Target, targets
from copark.calibration.prior import EDGE, PriorSpace
from copark.calibration.rolling_origin import is_exact, years_since
from copark.calibration.size_priors import SIZES, read_for_panel
from copark.cases import list_cases, load_case
from copark.cases.case import Case
from copark.cases.casebook import suggested_case
from copark.cases.park_counts import LAST
from copark.cases.quarters import Quarter
from copark.errors import NotFound, RunRefused
from copark.texts import text

Role = Literal["mechanism", "scale", "own"]
GROUPS = ("equity", "network", "framework", "operator", "demand", "enterprises", "size")


@dataclass(frozen=True)
class Axis:
    """An axis of the prior in the panel."""

    role: Role
    """A mechanism, a scale, or its own."""
    group: str
    """The group it is shown under."""
    reason: str
    """Why it has this role: key of the text ``pool.reason.<reason>``."""


def _same(role: Role, group: str, reason: str, *names: str) -> dict[str, Axis]:
    return dict.fromkeys(names, Axis(role, group, reason))


AXES: Mapping[str, Axis] = {
    **_same("mechanism", "equity", "rule_of_shares", "home_contribution", "control_weight", "spill_home", "spill_host"),
    **_same("mechanism", "network", "firms_follow", "network_strength", "follow_own", "reputation_pull"),
    **_same("mechanism", "network", "clusters", "agglomeration", "market_response"),
    **_same("mechanism", "framework", "list_of_trades", "narrow_list_drag"),
    **_same("scale", "framework", "governments_money", "value_home", "value_host"),
    **_same("mechanism", "operator", "operator_counts", "capability_weight"),
    **_same(
        "mechanism", "demand", "same_world", "host_growth_pull", "source_growth_pull", "climate_spread", "pandemic"
    ),
    **_same("mechanism", "demand", "land_and_service", "service_pull", "no_land_discount"),
    **_same("mechanism", "demand", "enquirers_last", "pool_years"),
    **_same(
        "mechanism",
        "enterprises",
        "firms_alike",
        "declared_spread",
        "return_mean",
        "return_spread",
        "startup_loss",
        "self_knowledge",
        "hurdle",
        "hurdle_spread",
        "exit_rate",
    ),
    **_same("mechanism", "enterprises", "pace_of_building", "start_rate", "lapse_rate", "build_quarters", "rent_below"),
    **_same("scale", "size", "size_of_park", "enquiry_rate", "declared_mean"),
    **_same("scale", "size", "trade_of_park", "capital_per_job", "realised_share"),
    **_same("scale", "size", "price_of_place", "servicing_cost"),
    **_same("own", "demand", "one_park_only", "sanctions", "market_shift"),
    **_same("own", "size", "own_mix", "origin_weight.home", "origin_weight.host"),
    **_same("own", "size", "own_facts", "land_per_capital", "land_price", "overhead"),
    **_same(
        "mechanism",
        "framework",
        "bodies_at_work",
        "alignment",
        "session_effect",
        "mediation",
        "home_bargaining",
        "partner_mobilisation",
    ),
    **_same("mechanism", "framework", "governments_close", "closure_rate"),
    **_same("scale", "framework", "governments_money", "effort_cost", "benefit_spread"),
    **_same("mechanism", "equity", "rule_of_shares", "deadlock", "group_interest", "owner_weight"),
    **_same("mechanism", "network", "firms_follow", "partner_join", "network_return"),
    **_same("mechanism", "demand", "terms_and_calls", "arbitrage_pull", "mobilisation"),
    **_same("mechanism", "demand", "land_and_service", "price_pull"),
    **_same("mechanism", "enterprises", "firms_alike", "risk_premium", "service_return"),
    **_same("scale", "size", "price_of_place", "service_fee", "tax_per_job"),
    **_same("own", "size", "own_facts", "overhead_per_area", "dividend_rate", "interest_rate"),
}
POOLED = tuple(name for name, axis in AXES.items() if axis.role != "own")
COLUMN = {name: column for column, name in enumerate(AXES)}
"""Column of an axis in the common design."""


def is_pooled(case: Case, name: str) -> bool:
    """Return whether an axis of a case of the casebook is pooled: shared, and no prior of its own there."""
    return AXES[name].role != "own" and (name in SIZES or name not in case.parameters)


COUNTS = ("registered", "operating", "jobs")
"""What is forecast and scored."""
FITTED = ("fit", "score")


@dataclass(frozen=True)
class PanelPark:
    """A park of the panel."""

    case: Case
    """As it is in the casebook."""
    read: Case
    """Read with the panel's priors of size."""
    space: PriorSpace
    """Axes of its prior."""
    model: ObservationModel
    """What is on record of it, and with which error."""

    @property
    def name(self) -> str:
        """Its name in the casebook."""
        return self.case.name

    @property
    def quarters(self) -> int:
        """Quarters to its last observation; one where it has none."""
        return max(self.model.quarters, 1)

    @cached_property
    def pooled(self) -> tuple[str, ...]:
        """Axes of this park that are pooled."""
        return tuple(name for name in self.space.names if is_pooled(self.case, name))

    @cached_property
    def ages(self) -> Floats:
        """Years since its first day, at each target; shape (targets,)."""
        from copark.calibration.pool.records import YOUNGEST

        return np.array([max(years_since(self.case, target), YOUNGEST) for target in self.model.targets])

    def curve_ages(self, until: int | None = None) -> Floats:
        """Return years since land was on offer, as known by a day, at each target; else those since its first day.

        Parameters
        ----------
        until
            Last day known, counted; by default all that is on record is known.
        """
        from copark.calibration.pool.records import YOUNGEST, offered_after

        return np.maximum(self.ages - offered_after(self.case, until), YOUNGEST)

    def of(self, variable: str) -> list[int]:
        """Return the positions of one observable's targets, by date."""
        return [n for n, target in enumerate(self.model.targets) if target.variable == variable]

    def scored(self, variable: str) -> list[int]:
        """Return the positions of an observable's values that are reported as such, no bounds."""
        return [n for n in self.of(variable) if is_exact(self.model.targets[n])]

    def known(self, until: int | None = None) -> list[int]:
        """Return the positions of the targets whose date ends by a day, counted; of all without one."""
        return [n for n, target in enumerate(self.model.targets) if until is None or last_day(target) <= until]

    def between(self, variable: str, after: int, until: int) -> list[int]:
        """Return the positions of an observable's exact values whose date ends after one day and by another.

        Parameters
        ----------
        variable
            Name of the observable.
        after
            Day after which its date must end, counted as `date.toordinal`.
        until
            Day by which it must.

        Returns
        -------
        Positions among the park's targets, by date.
        """
        return [n for n in self.scored(variable) if after < last_day(self.model.targets[n]) <= until]

    @property
    def reports(self) -> list[object]:
        """Reports of the counts that are forecast, as plain values: other parks' curves learn them."""
        reported = [target.content() for target in self.model.targets if target.variable in COUNTS]
        return [str(self.case.clock.start), *reported] if reported else []

    @property
    def content(self) -> dict[str, object]:
        """Dependencies of the park's numbers, for identities."""
        return {"case": self.case.hash, "axes": list(self.space.names), "targets": self.model.content()}


def last_day(target: Target) -> int:
    """Count the last day a target's date may mean."""
    return target.observation.date.last_day.toordinal()


def known_targets(case: Case, roles: Sequence[str]) -> list[Target]:
    """Choose the targets of some roles whose date ends in the panel's years."""
    return [target for target in targets(case, roles) if target.observation.date.last_day <= LAST.last_day]


def bare(case: Case) -> Case:
    """Return a case without what was read off its own record."""
    return case.model_copy(update={"parameters": {}, "anchors": (), "certificates": ()})


def park_of(case: Case) -> PanelPark:
    """Read a case for the panel."""
    fitted = known_targets(case, FITTED)
    looked = [target for target in known_targets(case, ("check",)) if target.variable == "jobs" and target.value > 0]
    extra = [*looked[:1], *distinct(looked, looked[:1])]
    if any(target.variable == "jobs" for target in fitted):
        extra = []
    implied = {id(row) for row in implied_rows(fitted)}
    candidates = (target for target in (*fitted, *extra) if id(target.observation) not in implied)
    chosen = sorted(candidates, key=lambda target: (target.variable, last_day(target), target.value))
    sized = read_for_panel(case)
    return PanelPark(case, sized, PriorSpace.of(sized).only(AXES), ObservationModel(tuple(chosen)))


def parks_of(names: Sequence[str] = (), lang: str = "en") -> tuple[PanelPark, ...]:
    """Read cases of the casebook, all by default.

    Raises
    ------
    NotFound
        If there is no such case.
    RunRefused
        If fewer than two are left: nothing can be pooled.
    """
    available = list_cases()
    chosen = tuple(dict.fromkeys(names)) or available
    for name in chosen:
        if name not in available:
            raise NotFound(text("pool.no_case", lang, name=name, known=suggested_case(name, available)))
    if len(chosen) < 2:
        raise RunRefused(text("pool.too_few", lang))
    return tuple(park_of(load_case(name)) for name in chosen)


def year_end(year: int) -> int:
    """Count the last day of a year."""
    return Quarter(year, 4).last_day.toordinal()


def points_at(park: PanelPark, uniforms: Floats) -> Floats:
    """Take the points of a park from the common design, shape (runs, axes)."""
    return np.clip(uniforms[:, [COLUMN[name] for name in park.space.names]], EDGE, 1.0 - EDGE)
