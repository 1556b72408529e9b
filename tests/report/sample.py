"""A made-up park and a made-up ensemble in the exact formats, for tests of figures and pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from copark.cases.case import Case
from copark.cases.quarters import Quarter, quarters_from
from copark.cases.schema import CaseFile
from copark.cases.table_schemas import CapTable, ContextValue, Event, Holding, Observation, Source
from copark.model.variables import catalogue

FLOWS = ("land_sales", "fees", "operating_cost", "land_cost", "interest", "calls", "draws_credit", "rescue")
"""Outputs that are any numbers; grants, principal and dividends are 0."""


def _growth(rng: np.random.Generator, runs: int, quarters: int) -> dict[str, np.ndarray]:
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


def make_result(
    runs: int = 200, quarters: int = 80, scenarios: tuple[str, ...] = ("baseline",), failed: str = "none", seed: int = 1
) -> xr.Dataset:
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
    data: dict[str, Any] = {
        name: (("scenario", "run", "quarter"), values, _attributes(name)) for name, values in arrays.items()
    }
    data["status"] = (("scenario", "run"), status)
    data["outcome"] = (("scenario", "run"), outcome)
    data["draws"] = (("run", "parameter"), rng.uniform(size=(runs, 2)))
    ends = np.array([np.datetime64(label.last_day) for label in labels], dtype="datetime64[ns]")
    coords = {
        "scenario": list(scenarios), "run": np.arange(runs), "quarter": ends,
        "label": ("quarter", [str(label) for label in labels]), "parameter": ["arrival_rate", "network_strength"],
    }  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=_made())


def _attributes(name: str) -> dict[str, str]:
    one = catalogue().outputs[name]
    return {"title_en": one.en, "title_zh": one.zh, "symbol": name[0], "units": one.unit, "kind": "output",
            "room": "park", "source": "test"}  # fmt: skip


def _made() -> dict[str, str]:
    study = {"name": "baseline", "case": "made-up", "runs": 200, "seed": 1}
    provenance = {
        "code_version": "0.1.0", "model_hash": "0" * 64, "variables_hash": "1" * 64, "case_hash": "2" * 64,
        "study": study, "seed": 1, "runs": 200, "cpu_features": "sse2", "python": "3.11", "numpy": "2",
        "numba": "0.6", "created": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return {"identity": "0123456789abcdef", "provenance": json.dumps(provenance)}


def _said(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _fact(date: str, value: float, unit: str) -> dict[str, Any]:
    return {"date": date, "value": value, "unit": unit, "basis": "test", "grade": "high", "source": "paper"}


def _holders() -> list[dict[str, Any]]:
    ties = {"home": 0.6, "host": 0.1, "third": 0.0}
    both = {"source": "paper", "grade": "high", "ties": ties, "capability": _said("Builds", "建设")}
    return [
        {"key": "builder", "side": "home", "title": _said("Builder Group", "建设集团"), "country": "CHN",
         "from": "2012-08", **both},
        {"key": "operator", "side": "home", "title": _said("Operator Group", "运营集团"), "country": "CHN",
         "from": "2015-05", **both},
        {"key": "oblast", "side": "host", "title": _said("Oblast committee", "州执行委员会"), "country": "BLR",
         "from": "2012-08", **both},
        {"key": "port", "side": "third", "title": _said("River Port", "内河港口"), "country": "DEU",
         "from": "2018-01", "to": "2022-03", **both},
    ]  # fmt: skip


def case_file(title_en: str = "Made-up Park", title_zh: str = "虚构工业园") -> CaseFile:
    """The part of the made-up case that case.yaml would say."""
    graded = {"source": "paper", "grade": "high"}
    return CaseFile.model_validate({
        "format": 1, "name": "made-up", "title": _said(title_en, title_zh), "kind": "intergovernmental",
        "clock": {"start": "2012Q3", "quarters": 80, "data_end": "2024Q4"},
        "sides": {"home": {"country": "CHN", "title": _said("China", "中国")},
                  "host": {"country": "BLR", "title": _said("Belarus", "白俄罗斯")}},
        "world": {"source": {"home": "CHN", "host": "BLR", "third": "WLD"}},
        "interests": [{"key": "gateway", "side": "home", "title": _said("Gateway", "门户"),
                       "meaning": _said("A way to markets", "通往市场"), **graded}],
        "shareholders": _holders(),
        "institutions": [{"key": "council", "title": _said("Council", "协调委员会"), "kind": "council",
                          "from": "2012-06", **graded}],
        "framework": {"from": "2012Q3", "to": None, **graded},
        "quota": [_fact("2012-08", 5001, "bp")],
        "finance": {"registered_capital": [_fact("2012-08", 10, "M USD")],
                    "paid_in_at_start": _fact("2012-08", 10, "M USD")},
        "land": {"plan": [_fact("2012-08", 350, "ha"), _fact("2018-01", 850, "ha")],
                 "first_area": _fact("2012-08", 350, "ha"), "block": _fact("2012-08", 70, "ha")},
        "regime": {"threshold": [_fact("2012-08", 5, "M USD")], "narrow_until": "2017-05",
                   "profit_tax": [_fact("2012-08", 0, "1")], "reference_tax": _fact("2012-08", 0.18, "1")},
        "capability": [_fact("2012-08", 0.6, "1")],
        "partners": [{"key": "rail", "title": _said("Rail partner", "铁路合作方"), "country": "CHE", "side": "third",
                      "ties": {"home": 0, "host": 0, "third": 0.5}, "presence": [{"from": "2019-07"}], **graded}],
        "anchors": [{"key": "hub", "title": _said("Logistics hub", "物流枢纽"), "origin": "home",
                     "registered": "2015-05", "operating": "2017-05", "declared": _fact("2015-05", 100, "M USD"),
                     "land": _fact("2015-05", 96, "ha"), **graded}],
        "visits": [{"date": "2015-05", "title": _said("State visit", "国事访问"), "home": 0.1, "host": 0.1, **graded}],
        "shocks": [{"key": "pandemic", "title": _said("Pandemic", "新冠疫情"), "from": "2020Q1", "to": "2021Q4",
                    "exposure": {"home": 1, "host": 1, "third": 1}, **graded}],
        "renegotiations": [{"date": "2017-05", "title": _said("New decree", "新法令"), "source": "paper"}],
        "parameters": {"arrival_rate": {"value": 20, "unit": "companies/yr",
                                        "prior": {"kind": "loguniform", "a": 8, "b": 45}, **graded}},
    })  # fmt: skip


def observation(date: str, variable: str, value: float, unit: str, **more: Any) -> Observation:
    """A row of series.csv."""
    row: dict[str, Any] = {
        "date": date, "variable": variable, "value": value, "unit": unit, "basis": "stock", "grade": "high",
        "source": "paper", "bound": "exact", "use": True, "role": "fit", **more,
    }  # fmt: skip
    return Observation.model_validate(row)


def _tables() -> tuple[CapTable, ...]:
    def table(key: str, date: str, use: bool, *rows: tuple[str, str, int]) -> CapTable:
        holdings = tuple(
            Holding(holder=holder, side=side, basis_points=points, basis="shares", grade="high", source=("paper",))
            for holder, side, points in rows
        )
        return CapTable(table=key, date=date, use=use, holdings=holdings)

    last = ("builder", "home", 6800), ("oblast", "host", 3141)
    entry = ("builder", "home", 4800), ("operator", "home", 2000), ("oblast", "host", 3200)
    return (
        table("founding", "2012-08", True, ("builder", "home", 6000), ("oblast", "host", 4000)),
        table("entry", "2015-05", True, *entry),
        table("talk", "2016-05", False, ("builder", "home", 5000)),
        table("port", "2018-01", True, *last, ("port", "third", 59)),
        table("exit", "2022-03", True, *last, ("unallocated", "none", 59)),
    )


def _events(words_en: str, words_zh: str) -> tuple[Event, ...]:
    rows = [("2012-06-05", "intergovernmental"), ("2015-05", "park"), ("2015-05", "enterprise"), ("2022", "global")]
    return tuple(
        Event.model_validate(
            {
                "date": date, "scale": scale, "mechanism": "finance", "actors_en": "Actors", "actors_zh": "各方",
                "event_en": words_en, "event_zh": words_zh, "grade": "medium", "source": "paper",
            }
        )
        for date, scale in rows
    )  # fmt: skip


def make_case(words_en: str = "Something happened", words_zh: str = "发生了一件事", **titles: str) -> Case:
    """A made-up case; ``words`` stand in its events, source and notes."""
    file = case_file(**titles)
    observations = (
        observation("2016-12-31", "registered", 8, "companies"),
        observation("2020-12-31", "registered", 68, "companies"),
        observation("2020-12-31", "registered", 70, "companies", use=False, note=words_en),
        observation("2024", "operating", 50, "companies", bound="at-least"),
        observation("2019-12", "operating", 17, "companies", bound="range", high=20),
        observation("2019-12-31", "realised_investment", 526, "M USD"),
        observation("2022", "profit", 900, "M USD/yr", role="score"),
        observation("2019", "serviced_area", 8.5, "km2"),
        observation("2023", "industrial_output", 500, "BYN m", role="context"),
        observation("2020-12", "jobs", 1000, "persons", bound="at-least"),
    )
    context = (
        {"date": "2023", "variable": "host_manufacturing_employment", "value": 893000, "unit": "persons"},
        {"date": "2023", "variable": "host_industrial_production", "value": 187800, "unit": "BYN m"},
        {"date": "2017-10", "variable": "city_regional_product", "value": 23184.2, "unit": "BYN m"},
        {"date": "2020", "variable": "host_gdp_growth", "value": -0.9, "unit": "%"},
    )
    graded = {"basis": "annual", "grade": "medium", "source": "paper"}
    paper = {"outlet": words_en, "title": words_en, "date": "2020-05-15", "url": "https://example.org/a?b=1&c=2"}
    return Case(
        **file.model_dump(by_alias=True), equity=_tables(), events=_events(words_en, words_zh), enterprises=(),
        observations=observations, sources={"paper": Source.model_validate({**paper, "read": "original"})},
        host_context=tuple(ContextValue.model_validate({**row, **graded}) for row in context), folder=Path("made-up"),
    )  # fmt: skip
