"""The variables a series may have: the observed quantities by name.

A variable the model has an output for bears that output's name, and its values are given in a unit that can be turned
into the output's, and it has the output's title; the others have descriptive names of their own, and titles
``variable.<name>`` in ``texts/cases.yaml``. To add one, add it here and there.
"""

from dataclasses import dataclass
from typing import Any

from copark.model.variables import catalogue
from copark.texts import has_text, text
from copark.units import UNITS

_CURRENCIES = ("money", "money BYN", "money SGD", "money CNY")


@dataclass(frozen=True)
class SeriesVariable:
    """An observed quantity."""

    name: str
    """Its name in ``series.csv`` or ``host_context.csv``."""
    quantities: tuple[str, ...]
    """What it may measure, as in :mod:`copark.units`; for money in local currency there are several."""
    output: bool = False
    """Whether the model has an output of this name, so that it may be fitted or scored."""
    lowest: float | None = 0.0
    """The lowest possible value; ``None`` where it may be negative."""
    highest: float | None = None
    """The highest possible value; ``None`` where there is none."""
    since_founding: bool = False
    """Whether it counts since the founding what the output tells quarter by quarter: such a count may be fitted."""

    def units(self) -> tuple[str, ...]:
        """Return the units its values may be given in."""
        return tuple(symbol for symbol, unit in UNITS.items() if unit.quantity in self.quantities)

    def title(self, lang: str = "en") -> str:
        """Return its name for a person."""
        if self.output:
            return catalogue().outputs[self.name].title(lang)
        return text(f"cases.variable.{self.name}", lang)


def _of(quantities: str | tuple[str, ...], *names: str, **more: Any) -> dict[str, SeriesVariable]:
    measured = (quantities,) if isinstance(quantities, str) else quantities
    return {name: SeriesVariable(name, measured, **more) for name in names}


_OUT: dict[str, Any] = {"output": True}
_ANY: dict[str, Any] = {"lowest": None}
_FLOWS = (*_CURRENCIES, "money per year")
_GROWTH = ("ratio", "growth ratio")

SERIES: dict[str, SeriesVariable] = {
    **_of(
        "companies",
        "registered",
        "registered_ever",
        "registered_home",
        "registered_host",
        "registered_third",
        "building",
        "operating",
        "operating_home",
        "operating_host",
        "operating_third",
        **_OUT,
    ),
    **_of("companies per quarter", "arrivals", "lapses", "exits", **_OUT),
    **_of("companies", "arrivals_own", "arrivals_incumbent", "arrivals_partner", since_founding=True, **_OUT),
    **_of("money", "realised_investment", "enterprise_investment", "debt", "paid_in_equity", **_OUT),
    **_of("money", "cash", **_OUT, **_ANY),
    **_of("persons", "jobs", **_OUT),
    **_of("money per year", "profit", **_OUT, **_ANY),
    **_of(
        "money per year",
        "taxes",
        "land_sales",
        "fees",
        "operating_cost",
        "land_cost",
        "interest",
        "principal",
        "calls",
        "draws_credit",
        "grants",
        "dividends",
        "rescue",
        **_OUT,
    ),
    **_of("rate", "mean_return", **_OUT, **_ANY),
    **_of("ratio", "loss_share", **_OUT),
    **_of("ratio", "service_level", "commitment_home", "commitment_host", highest=1.0, **_OUT),
    **_of("area", "serviced_area", "usable_area", "occupied_area", "planned_area", **_OUT),
    **_of(
        "companies",
        "registered_added",
        "registered_host_and_third",
        "target_registered",
        "target_operating",
        "loss_making",
        "exporters",
        "anchor_intentions",
        "letters_of_intent",
        "signed",
        "owners",
        "projects_approved",
        "registrations_of_all_kinds",
        "fortune_500_investors",
        "foreign_funded",
        "target_plants",
        "manufacturers",
    ),
    **_of("countries", "resident_countries"),
    **_of("buildings", "buildings_completed"),
    **_of("delegations", "delegations_visited", "delegations_visited_cumulative"),
    **_of("partners", "partners_named"),
    **_of(
        "area", "area", "sez_area", "saleable_area", "allotted_area", "floor_space", "leased_floor_space", "leased_area"
    ),
    **_of(
        "persons",
        "planned_jobs",
        "target_jobs",
        "anchor_jobs",
        "home_jobs",
        "host_jobs",
        "jobs_hired",
        "planned_population",
        "resident_population",
    ),
    **_of(
        _CURRENCIES,
        "average_monthly_wage",
        "declared_investment",
        "declared_investment_added",
        "contracted_foreign_investment",
        "realised_foreign_investment",
        "developer_investment",
        "infrastructure_investment",
        "state_budget_investment",
        "planned_developer_investment",
        "shareholder_funding",
        "developer_total_investment",
        "developer_equity",
        "accumulated_loss",
        "payments_to_host",
        "technical_aid",
        "subpark_investment",
        "anchor_investment",
        "credit_available",
        "credit_drawn",
        "registered_capital",
        "target_investment",
    ),
    **_of(
        _FLOWS,
        "investment_in_period",
        "revenue",
        "industrial_output",
        "exports",
        "imports",
        "taxes_paid",
        "budget_revenue_from_park",
        "target_output",
        "target_exports",
        "trade",
        "park_product",
        "target_product",
        "bilateral_trade",
        "rival_contracted_investment",
        "rival_realised_investment",
        "rival_product",
    ),
    **_of(_FLOWS, "net_profit", "developer_profit", "pre_tax_profit", "partner_profit", **_ANY),
    **_of(
        "ratio",
        "exports_share",
        "state_budget_share",
        "home_share_of_investment",
        "high_technology_share",
        "occupancy",
        "trade_share",
        "tenants_lost",
        "developer_in_profit",
        "parks_in_network",
    ),
    **_of("time", "years_to_profit_planned"),
    **_of("growth ratio", "night_light"),
    **_of("area", "built_up_area"),
    **_of(
        _GROWTH,
        "revenue_growth",
        "output_growth",
        "exports_growth",
        "taxes_growth",
        "net_profit_growth",
        "fixed_investment_growth",
        "jobs_growth",
        **_ANY,
    ),
}
"""Variables of ``series.csv``."""

HOST_CONTEXT: dict[str, SeriesVariable] = {
    **_of(_GROWTH, "host_gdp_growth", "city_growth", **_ANY),
    **_of(
        _FLOWS,
        "host_gdp",
        "host_industrial_production",
        "host_exports",
        "host_exports_to_home",
        "host_foreign_investment",
        "city_regional_product",
        "city_industrial_production",
        "city_exports",
        "city_foreign_investment",
    ),
    **_of(
        "persons",
        "host_population",
        "host_employment",
        "host_manufacturing_employment",
        "city_population",
        "city_employment",
        "city_manufacturing_employment",
    ),
}
"""Variables of ``host_context.csv``: the park's host city and country."""

MECHANISMS = (
    "initiation",
    "institutional-framework",
    "policy",
    "finance",
    "equity",
    "construction",
    "network",
    "enterprise",
    "shock",
)
"""Mechanisms an event belongs to; titles are ``mechanism.<name>``."""


def series_title(name: str, lang: str = "en") -> str:
    """Return the name of a series or context variable for a person."""
    return {**SERIES, **HOST_CONTEXT}[name].title(lang)


def country_name(code: str, lang: str = "en") -> str:
    """Return the name of a country by its code; the code where it has no name here."""
    key = f"countries.{code}"
    return text(key, lang) if has_text(key) else code
