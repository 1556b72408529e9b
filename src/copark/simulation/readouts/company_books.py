"""The developer's books as a company keeps them: land charged when it is sold, and not when it is serviced.

The model's own result charges land when it is serviced and is a balance of cash. What a company publishes charges it
when it is sold, so that a published result is compared with :func:`result_when_sold`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from copark.cases.model_inputs import case_parameters
from copark.model.variables import catalogue
from copark.simulation.run import inputs_of

if TYPE_CHECKING:
    import xarray as xr

    from copark.arrays import Floats
    from copark.cases.case import Case
    from copark.simulation.study import Study

PRICED_BY = ("spill_home", "spill_host", "control_weight", "land_price", "servicing_cost")
"""Parameters that the price of land hangs on."""
NEEDED = ("land_sales", "fees", "operating_cost", "interest", "control_host")
"""Outputs of the model that the result is made of."""


def parameters_in_runs(runs: xr.Dataset, case: Case, names: Collection[str]) -> dict[str, Floats]:
    """Return parameters of each run, drawn or held, by name, shape (runs, 1)."""
    facts = case_parameters(case)
    parameters = catalogue().parameters
    drawn_names = [str(name) for name in runs["parameter"].values]
    values: dict[str, Floats] = {}
    for name in names:
        if name in drawn_names:
            values[name] = runs["draws"].values[:, drawn_names.index(name)][:, np.newaxis]
        else:
            values[name] = np.full((runs.sizes["run"], 1), facts.get(name, parameters[name].default)[0])
    return values


def land_price(runs: xr.Dataset, study: Study, case: Case, scenario: int) -> Floats:
    """Compute the price of land that a rival leaves, M USD a hectare: ``p_eff = p_L - [p_L - c_A]+ (1 - a_host)``.

    a_host is the attention the host gives this park rather than its rival, 1 where there is none; shape (runs,
    quarters).

    Parameters
    ----------
    runs
        Stored runs, with the host's control.
    study
        The study they are of.
    case
        Its case.
    scenario
        Place of the scenario in the runs.
    """
    inputs = inputs_of(case, study.scenarios[scenario], runs.sizes["quarter"])
    values = parameters_in_runs(runs, case, PRICED_BY)
    weight = values["control_weight"]
    own = values["spill_host"]
    spills = values["spill_home"] + own
    share = inputs.company["share"][:, 1] / 10_000.0
    control = runs["control_host"].values[scenario]
    stake = (1.0 - spills) * ((1.0 - weight) * share + weight * control) + own
    rival = inputs.company["rival_size"][:, 1] * ((1.0 - spills) * inputs.company["rival_share"][:, 1] + own)
    price = values["land_price"]
    cost = values["servicing_cost"]
    # A rival undercuts a margin: land that is sold below its cost has none.
    undercut: Floats = np.where(price > cost, cost + (price - cost) * stake / (stake + rival), price)
    return undercut


def result_when_sold(runs: xr.Dataset, study: Study, case: Case, scenario: int) -> Floats:
    """Compute the result of the developer with land charged when it is sold, M USD a year, shape (runs, quarters).

    ``(p_eff - c_A) sold + fees - running cost - interest``, where ``sold = sales / p_eff``, with p_eff of
    :func:`land_price`.

    Parameters
    ----------
    runs
        Runs of the study.
    study
        The study.
    case
        Its case.
    scenario
        Place of the scenario in the runs.
    """
    price = land_price(runs, study, case, scenario)
    cost = parameters_in_runs(runs, case, ["servicing_cost"])["servicing_cost"]
    sold = runs["land_sales"].values[scenario] / price
    costs = runs["operating_cost"].values[scenario] + runs["interest"].values[scenario]
    result: Floats = (price - cost) * sold + runs["fees"].values[scenario] - costs
    return result
