"""Tables that the others rest on: variables, units, countries, codes, parameters of the model, estimates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from copark.analyses.experts.literature import literature
from copark.cases.accounts import QUANTITIES, AccountBasis
from copark.cases.decisions import (
    Decider,
    Found,
    Instrument,
    ServedBy,
    Settled,
    SoughtTopic,
    TieBusiness,
    TieRole,
    WantingSide,
)
from copark.cases.identifiers import IdentifierScheme
from copark.cases.observed_variables import HOST_CONTEXT, SERIES, country_name
from copark.cases.own_words import own_words
from copark.cases.parks import Counted, Outcome, ParkType
from copark.cases.workbook_sheets import choices
from copark.cases.zones import BaseRate, DateBound, DistressKind, DrawnFrom, Fate, Looked
from copark.data_package.casebook_tables import ADDRESSES, COORDINATES, GRADE, chinese
from copark.data_package.tables import DataColumn, DataRow, DataTable, ForeignKey
from copark.model.variables import Variable, catalogue
from copark.texts import LANGUAGES, text
from copark.units import UNITS

OF_COUNTRIES = ("gdp_growth_real", "gdp_current")
"""Variables of the series of countries that the casebook shares."""
OWN_CODES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "account_basis": (get_args(AccountBasis), "casebook.code.account_basis"),
    "account_quantity": (tuple(QUANTITIES), "cases.account"),
    "address": (ADDRESSES, "casebook.code.address"),
    "collection": (("casebook", "own"), "casebook.code.collection"),
    "coordinates": (COORDINATES, "casebook.code.coordinates"),
    "count_of": (get_args(Counted), "casebook.code.count_of"),
    "date_bound": (get_args(DateBound), "casebook.code.date_bound"),
    "decider": (get_args(Decider), "casebook.code.decider"),
    "distress": (get_args(DistressKind), "casebook.code.distress"),
    "drawn_from": (get_args(DrawnFrom), "casebook.code.drawn_from"),
    "estimate_read": (("abstract", "record", "memory"), "casebook.code.estimate_read"),
    "fate": (get_args(Fate), "casebook.code.fate"),
    "found": (get_args(Found), "casebook.code.found"),
    "grade": (("high", "medium", "low", "derived", "judgement", "background"), "web.grade"),
    "instrument": (get_args(Instrument), "casebook.code.instrument"),
    "listed_as": (get_args(BaseRate.model_fields["listed_as"].annotation), "casebook.code.listed_as"),
    "listed_unit": (get_args(BaseRate.model_fields["unit"].annotation), "casebook.code.listed_unit"),
    "looked": (get_args(Looked), "casebook.code.looked"),
    "measure": (get_args(BaseRate.model_fields["measure"].annotation), "casebook.code.measure"),
    "moved": (("moved", "weakly", "unmoved"), "casebook.code.moved"),
    "outcome": (get_args(Outcome), "parks.status"),
    "precision": (("precise", "approximate", "district"), "casebook.code.precision"),
    "prior_kind": (("fixed", "uniform", "loguniform", "normal", "lognormal"), "casebook.code.prior_kind"),
    "scheme": (get_args(IdentifierScheme), "casebook.code.scheme"),
    "settled": (get_args(Settled), "casebook.code.settled"),
    "sought": (get_args(SoughtTopic), "casebook.code.sought"),
    "stated_served_by": (get_args(ServedBy), "casebook.code.stated_served_by"),
    "tie_business": (get_args(TieBusiness), "casebook.code.tie_business"),
    "tie_role": (get_args(TieRole), "casebook.code.tie_role"),
    "type": (get_args(ParkType), "parks.type"),
    "variable_of": (("park", "host", "country"), "casebook.code.variable_of"),
    "wanting_side": (get_args(WantingSide), "casebook.code.wanting_side"),
}
"""Lists of codes that workbooks do not have, or have in fewer words, and where their titles are."""


def codes_of(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return the codes of a list, with their titles by language."""
    if name in OWN_CODES:
        codes, prefix = OWN_CODES[name]
        return {code: {lang: text(f"{prefix}.{code}", lang) for lang in LANGUAGES} for code in codes}
    by_language = {lang: choices(name, lang) for lang in LANGUAGES}
    return {code: {lang: by_language[lang][code] for lang in LANGUAGES} for code in by_language["en"]}


def codes(tables: Sequence[DataTable]) -> DataTable:
    """Return what the codes in tables stand for."""
    names = sorted({column.codes for table in tables for column in table.columns if column.codes})
    rows = tuple(
        {"code_list": name, "code": code, **{f"title_{lang}": words[lang] for lang in LANGUAGES}}
        for name in names
        for code, words in codes_of(name).items()
    )
    columns = tuple(DataColumn(name, is_needed=True) for name in ("code_list", "code", "title_en", "title_zh"))
    return DataTable("codes", columns, rows, ("code_list", "code"), group="reference")


def variables() -> DataTable:
    """Return what is observed, by its name in the tables."""
    rows: list[DataRow] = []
    for of, series in (("park", SERIES), ("host", HOST_CONTEXT)):
        for name, variable in series.items():
            row: DataRow = {f"title_{lang}": variable.title(lang) for lang in LANGUAGES}
            row |= {"variable": name, "variable_of": of, "units": "; ".join(variable.units())}
            rows.append(row | {"model_output": variable.output})
    for name, units in zip(OF_COUNTRIES, ("%", "M USD"), strict=True):
        titles = {f"title_{lang}": text(f"casebook.variable.{name}", lang) for lang in LANGUAGES}
        rows.append({**titles, "variable": name, "variable_of": "country", "units": units, "model_output": False})
    columns = (
        DataColumn("variable", is_needed=True),
        DataColumn("variable_of", codes="variable_of", is_needed=True),
        DataColumn("title_en", is_needed=True),
        DataColumn("title_zh", is_needed=True),
        DataColumn("units", is_list=True, is_needed=True),
        DataColumn("model_output", "boolean", is_needed=True),
    )
    return DataTable("variables", columns, tuple(rows), ("variable",), group="reference")


def units() -> DataTable:
    """Return the units, and what each is in its quantity's first one."""
    rows: list[DataRow] = []
    for unit in UNITS.values():
        titles = {"title_en": unit.en or unit.symbol, "title_zh": unit.zh or unit.symbol}
        rows.append({"unit": unit.symbol, "quantity": unit.quantity, "factor": unit.factor, **titles})
    columns = (
        DataColumn("unit", is_needed=True),
        DataColumn("quantity", is_needed=True),
        DataColumn("factor", "number", is_needed=True),
        DataColumn("title_en", is_needed=True),
        DataColumn("title_zh", is_needed=True),
    )
    return DataTable("units", columns, tuple(rows), ("unit",), group="reference")


def countries(tables: Sequence[DataTable]) -> DataTable:
    """Return the countries that tables name."""
    ties = [(table, tie) for table in tables for tie in table.foreign if tie.table == "countries"]
    codes_of_countries = {str(row[tie.column]) for table, tie in ties for row in table.rows if row.get(tie.column)}
    rows = tuple(
        {"country": country, **{f"name_{lang}": country_name(country, lang) for lang in LANGUAGES}}
        for country in sorted(codes_of_countries)
    )
    columns = tuple(DataColumn(name, is_needed=True) for name in ("country", "name_en", "name_zh"))
    return DataTable("countries", columns, rows, ("country",), group="reference")


def parameters() -> DataTable:
    """Return the parameters of the model, with default, prior and evidence."""
    rows = tuple(_parameter_row(name, parameter) for name, parameter in catalogue().parameters.items())
    columns = (
        DataColumn("parameter", is_needed=True),
        DataColumn("scale", is_needed=True),
        DataColumn("title_en", is_needed=True),
        DataColumn("title_zh", is_needed=True),
        DataColumn("symbol"),
        DataColumn("unit", is_needed=True),
        DataColumn("default", "number"),
        DataColumn("defaults", is_list=True),
        DataColumn("prior_kind", codes="prior_kind"),
        DataColumn("prior_a", "number"),
        DataColumn("prior_b", "number"),
        DataColumn("low", "number"),
        DataColumn("high", "number"),
        DataColumn("moved", codes="moved"),
        DataColumn("grade", codes="grade"),
        DataColumn("origin_en"),
        DataColumn("origin_zh"),
    )
    foreign = (ForeignKey("unit", "units", "unit"),)
    return DataTable("parameters", columns, rows, ("parameter",), foreign, group="reference")


def _parameter_row(name: str, parameter: Variable) -> DataRow:
    row: DataRow = {"parameter": name, "scale": parameter.submodel, "symbol": parameter.symbol, "unit": parameter.unit}
    row |= {f"title_{lang}": parameter.title(lang) for lang in LANGUAGES}
    if len(parameter.default) == 1:
        row["default"] = parameter.default[0]
    else:
        row["defaults"] = "; ".join(map(str, parameter.default))
    if parameter.prior is not None:
        row["prior_kind"] = parameter.prior.kind
    if parameter.prior is not None and parameter.prior.kind != "fixed":
        row |= {"prior_a": parameter.prior.a, "prior_b": parameter.prior.b}
    row |= {"low": parameter.low, "high": parameter.high}
    row |= {"moved": parameter.moved or None, "grade": parameter.grade or None}
    return row | {"origin_en": own_words(parameter.source), "origin_zh": chinese(parameter.source)}


def estimates() -> DataTable:
    """Return estimates from the literature that results are set beside."""
    columns = (
        DataColumn("estimate", is_needed=True),
        DataColumn("title_en", is_needed=True),
        DataColumn("title_zh", is_needed=True),
        DataColumn("finding_en", is_needed=True),
        DataColumn("finding_zh", is_needed=True),
        DataColumn("citation", is_needed=True),
        DataColumn("doi"),
        DataColumn("read", codes="estimate_read", is_needed=True),
        GRADE,
        DataColumn("used", "boolean", is_needed=True),
        DataColumn("bears_en", is_needed=True),
        DataColumn("bears_zh", is_needed=True),
        DataColumn("park"),
        DataColumn("parameter"),
        DataColumn("output"),
        DataColumn("outcome"),
        DataColumn("scenario"),
        DataColumn("reference"),
        DataColumn("value", "number"),
        DataColumn("above", "number"),
        DataColumn("low", "number"),
        DataColumn("high", "number"),
        DataColumn("error", "number"),
    )
    foreign = (ForeignKey("parameter", "parameters", "parameter"),)
    return DataTable("estimates", columns, tuple(_estimates()), ("estimate",), foreign, group="reference")


def _estimates() -> Iterator[DataRow]:
    for estimate in literature()[0].estimates:
        columns = {"citation", "doi", "read", "grade", "parameter", "output", "outcome", "reference"}
        row = estimate.model_dump(mode="json", include={*columns, "value", "above", "low", "high", "error"})
        row |= {"estimate": estimate.key, "used": estimate.use, "park": estimate.case, "scenario": estimate.scenario}
        for field in ("title", "finding", "bears"):
            row |= {f"{field}_{lang}": getattr(estimate, field).text(lang) for lang in LANGUAGES}
        yield {name: value for name, value in row.items() if value not in (None, "")}
