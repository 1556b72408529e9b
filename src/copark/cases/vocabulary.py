"""The variables a series may have: the observed quantities by name.

A variable the model has an output for bears that output's name, and its values are given in a unit that can be turned
into the output's, and it has the output's title; the others have descriptive names of their own, and titles
``variable.<name>`` in ``texts/cases.yaml``. To add one, add it here and there.
"""

from dataclasses import dataclass
from functools import cache

from copark.cases.casebook import WORDS, casebook_path
from copark.model.variables import catalogue
from copark.texts import has_text, read, text
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
        """Units its values may be given in."""
        return tuple(symbol for symbol, unit in UNITS.items() if unit.quantity in self.quantities)

    def title(self, lang: str = "en") -> str:
        """Its name for a person."""
        if self.output:
            return catalogue().outputs[self.name].title(lang)
        return text(f"cases.variable.{self.name}", lang)


def _outputs() -> tuple[SeriesVariable, ...]:
    def of(quantity: str, *names: str, lowest: float | None = 0.0) -> tuple[SeriesVariable, ...]:
        return tuple(SeriesVariable(name, (quantity,), output=True, lowest=lowest) for name in names)

    return (
        *of("companies", "registered", "registered_ever", "registered_home", "registered_host", "registered_third"),
        *of("companies", "building", "operating", "operating_home", "operating_host", "operating_third"),
        *of("companies per quarter", "arrivals", "lapses", "exits"),
        *(
            SeriesVariable(name, ("companies",), output=True, since_founding=True)
            for name in ("arrivals_own", "arrivals_incumbent", "arrivals_partner")
        ),
        *of("money", "realised_investment", "enterprise_investment", "debt", "paid_in_equity"),
        *of("money", "cash", lowest=None),
        *of("persons", "jobs"),
        *of("money per year", "profit", lowest=None),
        *of("money per year", "taxes", "land_sales", "fees", "operating_cost", "land_cost", "interest", "principal"),
        *of("money per year", "calls", "draws_credit", "grants", "dividends", "rescue"),
        *of("rate", "mean_return", lowest=None),
        *of("ratio", "loss_share"),
        *(
            SeriesVariable(name, ("ratio",), output=True, highest=1.0)
            for name in ("service_level", "commitment_home", "commitment_host")
        ),
        *of("area", "serviced_area", "usable_area", "occupied_area", "planned_area"),
    )


def _described() -> tuple[SeriesVariable, ...]:
    def of(quantities: tuple[str, ...], *names: str, lowest: float | None = 0.0) -> tuple[SeriesVariable, ...]:
        return tuple(SeriesVariable(name, quantities, lowest=lowest) for name in names)

    flows = (*_CURRENCIES, "money per year")
    return (
        *of(("companies",), "registered_added", "registered_host_and_third", "target_registered", "target_operating"),
        *of(("companies",), "loss_making", "exporters", "anchor_intentions", "letters_of_intent", "signed"),
        *of(("companies",), "owners", "projects_approved", "registrations_of_all_kinds", "fortune_500_investors"),
        *of(("companies",), "foreign_funded", "target_plants", "manufacturers"),
        *of(("countries",), "resident_countries"),
        *of(("buildings",), "buildings_completed"),
        *of(("delegations",), "delegations_visited", "delegations_visited_cumulative"),
        *of(("partners",), "partners_named"),
        *of(("area",), "area", "sez_area", "saleable_area", "allotted_area", "floor_space"),
        *of(("area",), "leased_floor_space", "leased_area"),
        *of(("persons",), "planned_jobs", "target_jobs", "anchor_jobs", "home_jobs", "host_jobs", "jobs_hired"),
        *of(("persons",), "planned_population", "resident_population"),
        *of(_CURRENCIES, "average_monthly_wage", "declared_investment", "declared_investment_added"),
        *of(_CURRENCIES, "contracted_foreign_investment", "realised_foreign_investment"),
        *of(_CURRENCIES, "developer_investment", "infrastructure_investment", "state_budget_investment"),
        *of(_CURRENCIES, "planned_developer_investment", "shareholder_funding", "developer_total_investment"),
        *of(_CURRENCIES, "developer_equity", "accumulated_loss", "payments_to_host"),
        *of(
            _CURRENCIES, "technical_aid", "subpark_investment", "anchor_investment", "credit_available", "credit_drawn"
        ),
        *of(_CURRENCIES, "registered_capital", "target_investment"),
        *of(flows, "investment_in_period", "revenue", "industrial_output", "exports", "imports", "taxes_paid"),
        *of(flows, "budget_revenue_from_park", "target_output", "target_exports", "trade", "park_product"),
        *of(flows, "target_product", "bilateral_trade", "rival_contracted_investment", "rival_realised_investment"),
        *of(flows, "rival_product"),
        *of(flows, "net_profit", "developer_profit", "pre_tax_profit", "partner_profit", lowest=None),
        *of(("ratio",), "exports_share", "state_budget_share", "home_share_of_investment", "high_technology_share"),
        *of(("ratio",), "occupancy", "trade_share", "tenants_lost", "developer_in_profit", "parks_in_network"),
        *of(("time",), "years_to_profit_planned"),
        *of(
            ("ratio", "growth ratio"), "revenue_growth", "output_growth", "exports_growth", "taxes_growth", lowest=None
        ),
        *of(("ratio", "growth ratio"), "net_profit_growth", "fixed_investment_growth", "jobs_growth", lowest=None),
    )


def _host_context() -> tuple[SeriesVariable, ...]:
    flows = (*_CURRENCIES, "money per year")
    return (
        *(SeriesVariable(name, ("ratio", "growth ratio"), lowest=None) for name in ("host_gdp_growth", "city_growth")),
        *(
            SeriesVariable(name, flows)
            for name in (
                "host_gdp",
                "host_industrial_production",
                "host_exports",
                "host_exports_to_home",
                "host_foreign_investment",
                "city_regional_product",
                "city_industrial_production",
                "city_exports",
                "city_foreign_investment",
            )
        ),
        *(
            SeriesVariable(name, ("persons",))
            for name in (
                "host_population",
                "host_employment",
                "host_manufacturing_employment",
                "city_population",
                "city_employment",
                "city_manufacturing_employment",
            )
        ),
    )


SERIES: dict[str, SeriesVariable] = {variable.name: variable for variable in (*_outputs(), *_described())}
"""Variables of ``series.csv``."""

HOST_CONTEXT: dict[str, SeriesVariable] = {variable.name: variable for variable in _host_context()}
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
    """Give the name of a series or context variable for a person."""
    return {**SERIES, **HOST_CONTEXT}[name].title(lang)


def country_name(code: str, lang: str = "en") -> str:
    """Give the name of a country by its code; the code where it has no name here."""
    key = f"countries.{code}"
    return text(key, lang) if has_text(key) else code


def own_words(words: str, lang: str = "en") -> str:
    """Give what a case says in one language alone: a basis, a note, the name of a holder; or a parameter's source.

    In Chinese, the Chinese of ``casebook/words.zh.yaml``, where it has the words; otherwise the words themselves, so
    that a person's own case speaks its own language. The English counts in a case's hash, the Chinese does not.
    """
    return _chinese().get(words, words) if lang == "zh" else words


@cache
def _chinese() -> dict[str, str]:
    defaults = ("cases.default.basis", "cases.default.equity", "cases.checklist")
    return {text(key): text(key, "zh") for key in defaults} | read(casebook_path() / WORDS)
