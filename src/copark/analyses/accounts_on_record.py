"""What is known of the accounts of a park's company: the prices and costs of a chance rest on little else."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from copark.cases import list_cases, load_case, own_words, series_title
from copark.cases.accounts import quantity_title
from copark.labels import join, lowered
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copark.cases.case import Case
    from copark.cases.table_schemas import Observation
    from copark.json_types import JsonObject

ACCOUNTS = (
    "developer_profit",
    "developer_in_profit",
    "accumulated_loss",
    "developer_equity",
    "operating_cost",
    "fees",
    "land_sales",
    "land_cost",
    "interest",
    "principal",
    "dividends",
    "cash",
    "debt",
    "paid_in_equity",
    "calls",
    "draws_credit",
    "credit_drawn",
    "grants",
    "rescue",
    "developer_investment",
    "shareholder_funding",
    "partner_profit",
)
"""Variables of ``series.csv`` that are read off the books of a park's company or of those who hold it."""


NAMED = 4
"""Quantities of published figures that are named, the most frequent first."""


class AnsweredCase(Protocol):
    """A stored answer about a park, which has its name and not its case."""

    @property
    def case(self) -> str:
        """Name of the case."""

    @property
    def provenance(self) -> JsonObject:
        """What it was made of."""


def case_of(answer: AnsweredCase) -> Case | str:
    """Return the case that a stored answer is of, if it is the casebook's, or an empty name.

    A folder of one's own may have the name of a case of the casebook, and the casebook other values than it had then.
    """
    case = load_case(answer.case) if answer.case in list_cases() else None
    return case if case is not None and case.hash == answer.provenance.get("case_hash") else ""


def account_values(case: Case) -> tuple[Observation, ...]:
    """Return the values of a case that come from the company's books, by variable as listed, then by date."""
    return tuple(row for variable in ACCOUNTS for row in case.observed(variable))


def accounts_on_record(case: Case | str, lang: str) -> str:
    """Return what accounts of a park's company its case holds, whether they are fitted, and what to ask for.

    Parameters
    ----------
    case
        The park, or its name where no more is at hand; of a name that the casebook lacks nothing is claimed.
    lang
        Language, ``en`` or ``zh``.
    """
    if isinstance(case, str):
        if case not in list_cases():
            return text("sure.accounts.elsewhere", lang)
        case = load_case(case)
    sentences = [words for words in (_held(case, lang), _published(case, lang)) if words]
    if not sentences:
        return text("sure.accounts.none", lang)
    return (" " if lang == "en" else "").join([*sentences, text("sure.accounts.ask", lang)])


def _held(case: Case, lang: str) -> str:
    """Return what values of the books stand among a case's observations; empty where none do."""
    values = account_values(case)
    if not values:
        return ""
    held = [_counted(variable, list(rows), lang) for variable, rows in groupby(values, lambda row: row.variable)]
    keys = dict.fromkeys(key for row in values for key in row.source)
    outlets = dict.fromkeys(own_words(case.sources[key].outlet, lang) for key in keys if key in case.sources)
    sources = text("report.join.clause", lang).join(outlets)
    fitted = dict.fromkeys(row.variable for row in values if row.role == "fit")
    if fitted:
        titles = join([_title(variable, lang) for variable in fitted], lang)
        fit = text("sure.accounts.fitted", lang, fitted=titles)
    else:
        fit = text("sure.accounts.unfitted", lang)
    return text("sure.accounts.held", lang, held=join(held, lang), sources=sources, fit=fit)


def _published(case: Case, lang: str) -> str:
    """Return how many published figures of companies a case holds as evidence; empty where it holds none."""
    if not case.accounts:
        return ""
    counts = Counter(row.quantity for row in case.accounts)
    titles = join([quantity_title(name, lang) for name, _ in counts.most_common(NAMED)], lang)
    key = "sure.accounts.published" if len(case.accounts) > 1 else "sure.accounts.published_one"
    years = _years([row.until.last_day.year for row in case.accounts], lang)
    return text(key, lang, count=len(case.accounts), years=years, quantities=titles)


def _counted(variable: str, rows: Sequence[Observation], lang: str) -> str:
    """Name a variable with its years and how many values there are of it."""
    span = _years([row.date.year for row in rows], lang)
    key = "sure.accounts.value" if len(rows) == 1 else "sure.accounts.values"
    return text(key, lang, title=_title(variable, lang), years=span, count=len(rows))


def _years(years: Sequence[int], lang: str) -> str:
    """Return the first and the last of years, or the one that there is."""
    first, last = min(years), max(years)
    return str(first) if first == last else text("sure.accounts.years", lang, first=first, last=last)


def _title(variable: str, lang: str) -> str:
    """Name a variable as it stands inside a sentence, without what its title adds in brackets."""
    return lowered(re.split(r" \(|（", series_title(variable, lang))[0])
