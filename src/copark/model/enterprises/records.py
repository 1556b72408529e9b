"""Records and tables of the corporate scale. Titles, units, ranges and sources are in `variables.yaml`.

Enterprises stand in three tables, one per stage (registered, building, operating): a row per property, a column per
enterprise, padded to a fixed width. Moving on is copying a column.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copark.model.dimensions import ORIGINS, SIDES

Parameters = np.dtype(
    [
        ("enquiry_rate", "f8"),
        ("pool_years", "f8"),
        ("origin_weight", "f8", (ORIGINS,)),
        ("follow_own", "f8"),
        ("service_pull", "f8"),
        ("reputation_pull", "f8"),
        ("tax_pull", "f8"),
        ("no_land_discount", "f8"),
        ("narrow_list_drag", "f8"),
        ("declared_mean", "f8"),
        ("declared_spread", "f8"),
        ("realised_share", "f8"),
        ("return_mean", "f8"),
        ("return_spread", "f8"),
        ("transitory_persistence", "f8"),
        ("agglomeration", "f8"),
        ("output_capital", "f8"),
        ("industrial_base", "f8"),
        ("service_return", "f8"),
        ("market_response", "f8"),
        ("startup_loss", "f8"),
        ("startup_years", "f8"),
        ("self_knowledge", "f8"),
        ("hurdle", "f8"),
        ("hurdle_spread", "f8"),
        ("risk_premium", "f8"),
        ("start_rate", "f8"),
        ("lapse_rate", "f8"),
        ("build_quarters", "f8"),
        ("rent_below", "f8"),
        ("rent_quarters", "f8"),
        ("exit_rate", "f8"),
        ("reference_return", "f8"),
        ("capital_per_job", "f8"),
        ("reinvested_share", "f8"),
        ("land_per_capital", "f8"),
        ("arbitrage_pull", "f8"),
        ("mobilisation", "f8"),
        ("price_pull", "f8"),
        ("network_return", "f8"),
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("reference_tax", "f8"),
        ("first_area", "f8"),
        ("term_cost", "f8", (ORIGINS,)),
        ("term_market", "f8", (ORIGINS,)),
        ("certificates", "f8", (ORIGINS,)),
        ("closure", "f8"),
    ],
    align=True,
)
Anchor = np.dtype(
    [
        ("quarter", "i8"),
        ("origin", "i8"),
        ("declared", "f8"),
        ("land", "f8"),
        ("start_quarter", "f8"),
        ("build_quarters", "f8"),
    ],
    align=True,
)
State = np.dtype(
    [
        ("registered_now", "i8"),
        ("building", "i8"),
        ("operating", "i8"),
        ("registered_ever", "f8"),
        ("registered_before", "f8"),
        ("gone", "f8"),
        ("operating_by_origin", "f8", (ORIGINS,)),
        ("registered_by_origin", "f8", (ORIGINS,)),
        ("arrivals", "f8"),
        ("arrivals_own", "f8"),
        ("arrivals_incumbent", "f8"),
        ("arrivals_partner", "f8"),
        ("lapses", "f8"),
        ("starts", "f8"),
        ("completions", "f8"),
        ("exits", "f8"),
        ("occupied_area", "f8"),
        ("investment", "f8"),
        ("capital", "f8"),
        ("jobs", "f8"),
        ("profit", "f8"),
        ("profit_home", "f8"),
        ("taxes", "f8"),
        ("return_sum", "f8"),
        ("losses", "f8"),
        ("reputation", "f8"),
        ("overflow", "f8"),
    ],
    align=True,
)
Receives = np.dtype(
    [
        ("demand", "f8", (ORIGINS,)),
        ("market_growth", "f8"),
        ("network", "f8", (ORIGINS,)),
        ("service_arrivals", "f8"),
        ("service_returns", "f8"),
        ("service_starts", "f8"),
        ("usable_area", "f8"),
        ("commitment_least", "f8"),
        ("reputation", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
        ("open", "f8"),
        ("commitment_own", "f8", (SIDES,)),
        ("log_price", "f8"),
        ("closed", "f8"),
        ("network_returns", "f8", (ORIGINS,)),
    ],
    align=True,
)
Sends = np.dtype(
    [
        ("land_taken", "f8"),
        ("occupied_area", "f8"),
        ("jobs", "f8"),
        ("taxes", "f8"),
        ("profit_home", "f8"),
        ("reputation", "f8"),
        ("capital", "f8"),
        ("relative_reputation", "f8"),
    ],
    align=True,
)

WIDTH = 2040
"""Most enterprises that may stand in one stage at once; a run that needs more stops with a status.

A constant, so that the compiler can see that rows do not overlap; not a power of two, so that rows do not share cache
sets.
"""

# Where the rows of a table begin: a property of enterprise i stands at table[PROPERTY + i].
ORIGIN = 0 * WIDTH
CAPITAL = 1 * WIDTH
PERMANENT = 2 * WIDTH
LAND = 3 * WIDTH
COMMON_ROWS = 4
# Registered only.
EXPECTED = 4 * WIDTH
BUILD_QUARTERS = 5 * WIDTH
START_QUARTER = 6 * WIDTH
REGISTERED_ROWS = 7
# Building only (the time to build stays where it stood).
REMAINING = 4 * WIDTH
BUILDING_ROWS = 6
# Operating only: the returns of the last three quarters, and their mean over up to four.
TRANSITORY = 4 * WIDTH
AGE = 5 * WIDTH
LATEST = 6 * WIDTH
SECOND = 7 * WIDTH
THIRD = 8 * WIDTH
MEAN_RETURN = 9 * WIDTH
OPERATING_ROWS = 10
# Rows for the work of one quarter, which do not move with the enterprise.
SHOCK = 10 * WIDTH
FATE = 11 * WIDTH
LEAVES = 12 * WIDTH
STARTS = 10 * WIDTH
LAPSES = 11 * WIDTH
ALL_ROWS = 13

FREE_TO_DECIDE = -1.0
"""Start quarter of an enterprise that decides for itself; an anchor project carries its dated start instead."""


class Firms(NamedTuple):
    """The three tables and the identities of the enterprises in them.

    Tables are float64 of shape (ALL_ROWS x WIDTH,), one row after another; identities int64 of shape (WIDTH,).
    """

    registered: np.ndarray
    registered_id: np.ndarray
    building: np.ndarray
    building_id: np.ndarray
    operating: np.ndarray
    operating_id: np.ndarray
