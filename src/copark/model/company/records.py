"""Records of the park scale. Titles, units, ranges and sources of every field are in `variables.yaml`."""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import BLOCS, ORIGINS, PARTNERS, SIDES

Parameters = np.dtype(
    [
        ("home_contribution", "f8"),
        ("control_weight", "f8"),
        ("spill_home", "f8"),
        ("spill_host", "f8"),
        ("capability_weight", "f8"),
        ("mediation", "f8"),
        ("network_strength", "f8"),
        ("servicing_cost", "f8"),
        ("land_price", "f8"),
        ("service_fee", "f8"),
        ("overhead", "f8"),
        ("overhead_per_area", "f8"),
        ("interest_rate", "f8"),
        ("contractor_margin_rate", "f8"),
        ("dividend_rate", "f8"),
        ("cash_reserve", "f8"),
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("share", "f8", (BLOCS,)),
        ("quota", "f8"),
        ("capability", "f8"),
        ("first_area", "f8"),
        ("block_area", "f8"),
        ("registered_capital", "f8"),
        ("repayment_quarters", "f8"),
        ("grants", "f8"),
        ("other_investment", "f8"),
        ("rival_size", "f8", (SIDES,)),
        ("rival_share", "f8", (SIDES,)),
        ("shareholder_ties", "f8", (ORIGINS,)),
        ("partner_ties", "f8", (PARTNERS, ORIGINS)),
        ("paid_in_at_start", "f8"),
    ],
    align=True,
)
State = np.dtype(
    [
        ("control", "f8", (BLOCS,)),
        ("stake", "f8", (SIDES,)),
        ("attention", "f8", (SIDES,)),
        ("vote_pass", "f8"),
        ("service_level", "f8"),
        ("log_service", "f8"),
        ("network", "f8", (ORIGINS,)),
        ("serviced_area", "f8"),
        ("planned_area", "f8"),
        ("cash", "f8"),
        ("debt", "f8"),
        ("paid_in_equity", "f8"),
        ("result_cumulative", "f8"),
        ("infrastructure", "f8"),
        ("other_investment", "f8"),
        ("land_sales", "f8"),
        ("fees", "f8"),
        ("operating_cost", "f8"),
        ("land_cost", "f8"),
        ("interest", "f8"),
        ("principal", "f8"),
        ("calls", "f8"),
        ("draws_credit", "f8"),
        ("state_funding", "f8"),
        ("state_funding_ever", "f8"),
        ("grants", "f8"),
        ("dividends", "f8", (BLOCS,)),
        ("rescue", "f8"),
        ("shortfall", "f8"),
        ("insolvent_quarters", "f8"),
        ("failed", "f8"),
        ("ledger_gap", "f8"),
    ],
    align=True,
)
Receives = np.dtype(
    [
        ("commitment_vote", "f8", (SIDES,)),
        ("commitment_effort", "f8", (SIDES,)),
        ("mediation", "f8"),
        ("plan_area", "f8"),
        ("partner", "f8", (PARTNERS,)),
        ("land_taken", "f8"),
        ("occupied_area", "f8"),
        ("rescue", "f8"),
        ("credit", "f8"),
        ("state_credit", "f8"),
    ],
    align=True,
)
Sends = np.dtype(
    [
        ("network", "f8", (ORIGINS,)),
        ("log_service", "f8"),
        ("service_level", "f8"),
        ("serviced_area", "f8"),
        ("interest", "f8"),
        ("contractor_margin", "f8"),
        ("dividends", "f8", (SIDES,)),
        ("shortfall", "f8"),
        ("control", "f8", (SIDES,)),
        ("open", "f8"),
        ("state_funding", "f8"),
    ],
    align=True,
)
