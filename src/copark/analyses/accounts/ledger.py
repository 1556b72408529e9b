"""The model's ledger of a park's company, by run and quarter, as a company publishes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.accounts.published import COUNTERPARTS, Counterpart, Figure
from copark.arrays import Floats
from copark.model.clock import QUARTERS_PER_YEAR
from copark.simulation.readouts.company_books import NEEDED as OF_RESULT
from copark.simulation.readouts.company_books import land_price, parameters_in_runs, result_when_sold
from copark.stats.quantiles import Band

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.simulation.study import Study

NEEDED = (*OF_RESULT, "land_cost", "dividends", "result_cumulative", "serviced_area", "occupied_area")
"""Outputs of the model that the ledger is made of."""
DRAWN = ("servicing_cost", "service_fee", "interest_rate", "land_price")
"""Parameters that published prices, fees and costs are compared with."""
YEARLY = (
    "result",
    "result_when_serviced",
    "revenue",
    "land_sales",
    "fees",
    "operating_cost",
    "interest",
    "dividends",
    "land_sold",
    "accumulated_loss",
)
"""Courses that are told year by year whether or not anything is published of them."""
FLOWS = frozenset({*(part.course for part in COUNTERPARTS.values() if part.way == "flow"), "result_when_serviced"})
"""Courses that are sums over a year; the others are read at its end."""
PERCENT = 100.0


@dataclass(frozen=True)
class Course:
    """A quantity of the ledger by calendar year: sums of flows, other quantities at the end of the year."""

    years: tuple[int, ...]
    """Years, ascending; the first may be a part of one."""
    bands: tuple[Band, ...]
    """Bands by year."""


def ledger_of(runs: xr.Dataset, study: Study, case: Case) -> dict[str, Floats]:
    """Return the courses of the ledger by name: flows a year, others as they stand, each of shape (runs, quarters).

    Parameters
    ----------
    runs
        Runs of the case as it is, with :data:`NEEDED`.
    study
        Their study.
    case
        The case.
    """
    is_sound = np.asarray(runs["status"].to_numpy())[0].reshape(runs.sizes["run"], -1)[:, 0] == 0
    out = {name: runs[name].to_numpy()[0] for name in NEEDED}
    drawn = parameters_in_runs(runs, case, DRAWN)
    price = land_price(runs, study, case, 0)
    sold = out["land_sales"] / price
    result = result_when_sold(runs, study, case, 0)
    cost_of_sales = drawn["servicing_cost"] * sold
    everywhere = np.ones_like(price)
    serviced = out["serviced_area"]
    share_let = np.full_like(serviced, np.nan)
    np.divide(out["occupied_area"], serviced, out=share_let, where=serviced > 0.0)
    served = np.diff(out["result_cumulative"], axis=1, prepend=0.0) * QUARTERS_PER_YEAR
    courses = {
        "result": result,
        "result_before_interest": result + out["interest"],
        "result_when_serviced": served,
        "gross_profit": out["land_sales"] - cost_of_sales + out["fees"],
        "revenue": out["land_sales"] + out["fees"],
        "land_sales": out["land_sales"],
        "fees": out["fees"],
        "cost_of_sales": cost_of_sales,
        "operating_cost": out["operating_cost"],
        "interest": out["interest"],
        "land_cost": out["land_cost"],
        "before_grants": out["land_sales"] + out["fees"] - out["operating_cost"] - out["land_cost"] - out["interest"],
        "dividends": out["dividends"],
        "land_sold": sold,
        "accumulated_loss": np.maximum(-np.cumsum(result, axis=1) / QUARTERS_PER_YEAR, 0.0),
        "servicing_outlay": np.cumsum(out["land_cost"], axis=1) / QUARTERS_PER_YEAR,
        "serviced_area": serviced,
        "land_let": out["occupied_area"],
        "land_let_share": PERCENT * share_let,
        "land_price": price,
        "service_fee": drawn["service_fee"] * everywhere,
        "servicing_cost": drawn["servicing_cost"] * everywhere,
        "interest_rate": PERCENT * drawn["interest_rate"] * everywhere,
    }
    return {name: values[is_sound] for name, values in courses.items()}


def over_period(ledger: Mapping[str, Floats], part: Counterpart, first: int, last: int) -> Floats:
    """Return what the ledger has over a period, in the unit of comparison, shape (runs,).

    A flow is its sum over up to a year, and a yearly average over longer periods, as it is published; a ratio is that
    of two sums, NaN where no result is left to pay from.

    Parameters
    ----------
    ledger
        Courses, as of :func:`ledger_of`.
    part
        What of it.
    first, last
        Places of the first and the last quarter.
    """
    span = slice(first, last + 1)
    if part.way == "level":
        level: Floats = ledger[part.course][:, last]
        return level
    if part.way == "ratio":
        return payout_of(ledger, span)
    quarters = min(last - first + 1, QUARTERS_PER_YEAR)
    flow: Floats = ledger[part.course][:, span].mean(axis=1) * quarters / QUARTERS_PER_YEAR
    return flow


def payout_of(ledger: Mapping[str, Floats], span: slice) -> Floats:
    """Return dividends as a share of the result of some quarters, %; NaN in runs without a result to pay from."""
    earned = ledger["result"][:, span].sum(axis=1)
    paid = ledger["dividends"][:, span].sum(axis=1)
    payout = np.full_like(earned, np.nan)
    np.divide(PERCENT * paid, earned, out=payout, where=earned > 0.0)
    return payout


def beside(ledger: Mapping[str, Floats], figure: Figure, start: Quarter) -> Floats:
    """Return what the model has in the place of a published figure, share of the holder included, shape (runs,).

    Parameters
    ----------
    ledger
        Courses, as of :func:`ledger_of`.
    figure
        A figure that is compared.
    start
        First quarter of the runs.
    """
    part = COUNTERPARTS[figure.quantity]
    last = figure.last - start
    first = figure.first - start if figure.quarters else last - QUARTERS_PER_YEAR + 1
    # A year's figure of a company that was founded in it is of what was left of the year.
    return figure.share * over_period(ledger, part, max(first, 0), last)


def yearly(values: Floats, is_flow: bool, start: Quarter) -> Course:
    """Return a course of the ledger by calendar year.

    Parameters
    ----------
    values
        The course, shape (runs, quarters).
    is_flow
        Whether a year has the sum of its quarters; it has what stands at its end otherwise.
    start
        First quarter.
    """
    places: dict[int, list[int]] = {}
    for place in range(values.shape[1]):
        places.setdefault((start + place).year, []).append(place)
    bands = [
        Band.of(values[:, at].sum(axis=1) / QUARTERS_PER_YEAR if is_flow else values[:, at[-1]])
        for at in places.values()
    ]
    return Course(tuple(places), tuple(bands))


def courses_of(ledger: Mapping[str, Floats], figures: Sequence[Figure], start: Quarter) -> dict[str, Course]:
    """Return the ledger year by year: what is always told, and what anything published is compared with."""
    asked = [COUNTERPARTS[figure.quantity].course for figure in figures if not figure.why]
    names = [name for name in dict.fromkeys((*YEARLY, *asked)) if name in ledger]
    return {name: yearly(ledger[name], name in FLOWS, start) for name in names}
