"""A small park and a made-up ensemble in the exact formats, for tests of figures and pages."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from copark.cases import load_case
from copark.cases.quarters import Quarter, quarters_from
from copark.cases.table_schemas import Observation
from copark.model.variables import catalogue

MINIATURE = Path(__file__).parents[1] / "cases" / "miniature"
FLOWS = ("land_sales", "fees", "operating_cost", "land_cost", "interest", "calls", "draws_credit", "rescue")
"""Outputs that are any numbers; grants, principal and dividends are 0."""


def _growth(rng, runs, quarters):
    time = np.arange(quarters) / 4.0
    pace = rng.lognormal(0.0, 0.45, size=(runs, 1))
    arrivals = rng.poisson(np.clip(pace * 1.9 * (1.0 - np.exp(-time / 5.0)), 0.0, None)).astype(float)
    registered = np.cumsum(arrivals, axis=1)
    operating = np.floor(0.45 * np.pad(registered, ((0, 0), (6, 0)))[:, :quarters])
    serviced = np.minimum(850.0, np.floor(pace * time * 1.1) * 70.0) + 0.0 * registered
    cash = 10.0 + np.cumsum(rng.normal(0.1, 3.0, size=(runs, quarters)), axis=1)
    wave = rng.normal(0.0, 0.25, size=(runs, quarters))
    return {
        "registered": registered, "arrivals": arrivals, "operating": operating, "jobs": operating * 52.0,
        "registered_home": np.round(0.5 * registered), "registered_host": np.round(0.3 * registered),
        "registered_third": registered - np.round(0.5 * registered) - np.round(0.3 * registered),
        "realised_investment": 9.0 * registered, "profit": 0.4 * operating,
        "mean_return": np.where(operating > 0, 0.05 + 0.1 * wave, np.nan), "cash": cash,
        "serviced_area": serviced, "usable_area": np.pad(serviced, ((0, 0), (4, 0)))[:, :quarters],
        "occupied_area": np.minimum(serviced, 1.6 * registered),
        "commitment_home": np.clip(0.6 + wave, 0, 1), "commitment_host": np.clip(0.7 + 0.5 * wave, 0, 1),
        "demand_home": wave, "demand_host": -wave, "demand_third": 0.5 * wave,
        "service_level": np.clip(0.5 + wave, 0, 1), "vote_pass": np.clip(0.7 + wave, 0, 1),
        "partners": np.full((runs, quarters), 2.0),
    }  # fmt: skip


def make_result(runs=200, quarters=80, scenarios=("baseline",), failed="none", seed=1):
    """An ensemble; ``failed`` is none, some (every seventh run) or all."""
    rng = np.random.default_rng(seed)
    labels = list(quarters_from(Quarter(2012, 3), quarters))
    shape = (len(scenarios), runs, quarters)
    grown = [_growth(rng, runs, quarters) for _ in scenarios]
    arrays = {name: np.stack([one[name] for one in grown]) for name in grown[0]}
    arrays |= {name: rng.gamma(2.0, 3.0, size=shape) for name in FLOWS}
    arrays |= {name: np.zeros(shape) for name in ("grants", "principal", "dividends")}
    status = np.zeros(shape[:2], dtype=np.int8)
    if failed == "all":
        status[:] = 1
    elif failed == "some":
        status[:, ::7] = 2
    for values in arrays.values():
        values[status != 0] = np.nan
    final = np.nan_to_num(arrays["operating"][..., -1])
    outcome = np.where(final >= 50, 3, 2).astype(np.int8)
    outcome[:, 1::9] = 0
    outcome[:, 2::11] = 1
    outcome[status != 0] = -1
    data = {name: (("scenario", "run", "quarter"), values, _attributes(name)) for name, values in arrays.items()}
    data["status"] = (("scenario", "run"), status)
    data["outcome"] = (("scenario", "run"), outcome)
    data["draws"] = (("run", "parameter"), rng.uniform(size=(runs, 2)))
    ends = np.array([np.datetime64(label.last_day) for label in labels], dtype="datetime64[ns]")
    coords = {
        "scenario": list(scenarios), "run": np.arange(runs), "quarter": ends,
        "label": ("quarter", [str(label) for label in labels]), "parameter": ["arrival_rate", "network_strength"],
    }  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=_made())


def _attributes(name):
    one = catalogue().outputs[name]
    return {"title_en": one.en, "title_zh": one.zh, "symbol": name[0], "units": one.unit, "kind": "output",
            "room": "park", "source": "test"}  # fmt: skip


def _made():
    study = {"name": "baseline", "case": "made-up", "runs": 200, "seed": 1}
    provenance = {
        "code_version": "0.1.0", "model_version": 1, "case_hash": "2" * 64, "world_hash": "1" * 64,
        "study": study, "seed": 1, "runs": 200, "cpu_features": "sse2", "python": "3.11", "numpy": "2",
        "numba": "0.6", "created": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return {"identity": "0123456789abcdef", "provenance": json.dumps(provenance)}


def make_case(**titles):
    """The miniature of the case tests over twenty years, with more investment than it ever has in a run."""
    case = load_case(MINIATURE)
    return case.model_copy(update={
        "clock": case.clock.model_copy(update={"quarters": 80}), "title": case.title.model_copy(update=titles),
        "observations": (*case.observations, observation("2019-12-31", "realised_investment", 5000, "M USD")),
    })  # fmt: skip


def observation(date, variable, value, unit, **more):
    """A row of series.csv."""
    row = {
        "date": date, "variable": variable, "value": value, "unit": unit, "basis": "stock", "grade": "high",
        "source": "gazette", "bound": "exact", "use": True, "role": "fit", **more,
    }  # fmt: skip
    return Observation.model_validate(row)


@pytest.fixture(scope="session")
def case():
    """A made-up park."""
    return make_case()


@pytest.fixture(scope="session")
def result():
    """Two hundred runs, some of which did not finish."""
    return make_result(200, failed="some")
