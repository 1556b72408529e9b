"""Records of the intergovernmental scale. Titles, units, ranges and sources of every field are in `variables.yaml`."""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import INTERESTS, SIDES

Parameters = np.dtype(
    [
        ("value_home", "f8"),
        ("value_host", "f8"),
        ("effort_cost", "f8"),
        ("benefit_spread", "f8"),
        ("benefit_memory", "f8"),
        ("commitment_rate", "f8"),
        ("home_bargaining", "f8"),
        ("tax_per_job", "f8"),
        ("interest_jobs", "f8"),
        ("interest_technology", "f8"),
        ("alignment", "f8"),
        ("alignment_memory", "f8"),
        ("session_effect", "f8"),
        ("visit_weight", "f8"),
        ("closure_rate", "f8"),
        ("closure_threshold", "f8"),
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("framework", "f8"),
        ("rescue_by_treaty", "f8"),
        ("rescue_alone", "f8", (SIDES,)),
        ("rescue_limit", "f8", (SIDES,)),
        ("private_owner", "f8"),
        ("visit", "f8", (SIDES,)),
        ("interest_weight_home", "f8", (INTERESTS,)),
        ("interest_weight_host", "f8", (INTERESTS,)),
        ("credit_open", "f8"),
        ("credit", "f8"),
        ("state_credit", "f8"),
        ("state_credit_rate", "f8"),
        ("state_repayment_quarters", "f8"),
        ("plan_open", "f8"),
        ("plan_area", "f8"),
        ("mediation_open", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
        ("commercial_credit", "f8"),
        ("commercial_state_credit", "f8"),
        ("closure", "f8"),
    ],
    align=True,
)
State = np.dtype(
    [
        ("commitment", "f8", (SIDES,)),
        ("benefit", "f8", (SIDES,)),
        ("contribution", "f8", (SIDES,)),
        ("surplus", "f8"),
        ("alignment", "f8"),
        ("transfer", "f8", (SIDES,)),
        ("outlay", "f8", (SIDES,)),
        ("closed", "f8"),
        ("state_debt", "f8"),
        ("state_interest", "f8"),
        ("state_principal", "f8"),
        ("public_income", "f8"),
    ],
    align=True,
)
Receives = np.dtype(
    [
        ("profit_home", "f8"),
        ("taxes", "f8"),
        ("jobs", "f8"),
        ("interest", "f8"),
        ("contractor_margin", "f8"),
        ("dividends", "f8", (SIDES,)),
        ("shortfall", "f8"),
        ("control", "f8", (SIDES,)),
        ("open", "f8"),
        ("state_funding", "f8"),
        ("jobs_seen", "f8"),
        ("capital", "f8"),
    ],
    align=True,
)
Sends = np.dtype(
    [
        ("commitment", "f8", (SIDES,)),
        ("rescue", "f8"),
        ("mediation", "f8"),
        ("credit", "f8"),
        ("state_credit", "f8"),
        ("plan_area", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
        ("closed", "f8"),
        ("state_debt", "f8"),
        ("mobilised", "f8"),
    ],
    align=True,
)
# Negative, since a plan of 0 ha is one: a government may plan that nothing be serviced.
NO_PLAN = -1.0
CLOSES_PARK = -1.0
"""Visit of a side whose government keeps the park closed on record: all commitment is lost, whatever visits weigh."""
