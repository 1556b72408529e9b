"""Records of the global scale. Titles, units, ranges and sources of every field are in `variables.yaml`."""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import ORIGINS, PARTNERS

ABSENT, PRESENT, FREE, NO_PARTNER = 0, 1, -1, -2

Parameters = np.dtype(
    [
        ("host_growth_pull", "f8"),
        ("source_growth_pull", "f8"),
        ("climate_persistence", "f8"),
        ("climate_spread", "f8"),
        ("pandemic", "f8"),
        ("sanctions", "f8"),
        ("market_shift", "f8"),
        ("partner_join", "f8"),
        ("partner_leave", "f8"),
        ("partner_leave_shock", "f8"),
        ("partner_mobilisation", "f8"),
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("growth_known", "f8"),
        ("year", "f8"),
        ("growth_host", "f8"),
        ("growth_source", "f8", (ORIGINS,)),
        ("exposure_pandemic", "f8", (ORIGINS,)),
        ("exposure_sanctions", "f8", (ORIGINS,)),
        ("exposure_market_shift", "f8", (ORIGINS,)),
        ("partner_forced", "f8", (PARTNERS,)),
    ],
    align=True,
)
State = np.dtype(
    [
        ("climate", "f8", (ORIGINS,)),
        ("growth_host", "f8"),
        ("growth_source", "f8", (ORIGINS,)),
        ("shock", "f8", (ORIGINS,)),
        ("partner", "f8", (PARTNERS,)),
    ],
    align=True,
)
Receives = np.dtype([("network", "f8"), ("reputation", "f8"), ("mobilised", "f8")], align=True)
Sends = np.dtype(
    [("demand", "f8", (ORIGINS,)), ("market_growth", "f8"), ("partner", "f8", (PARTNERS,))],
    align=True,
)
