"""One quantity has one number: terminal, page, brief, workbook and Python, for every park of the casebook.

What is compared is what a reader carries away: the quarter in which the park is judged, the chance that it then stands
on its own, how many companies and jobs it then has, and how many observations the runs miss.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

import copark
from copark.analyses.answer import Answered, answer
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.calibration.case_parameters import shipped_cases
from copark.cases.casebook import list_cases
from copark.cases.horizon import present_quarter
from copark.cases.load import load_case
from copark.presentation.numbers import percent
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.size import READ, land_taken_up, planned_land
from copark.stats.quantiles import band
from tests.asked import call

pytestmark = pytest.mark.long

HORIZON = str(present_quarter() + 40)
Band = tuple[float, float, float]
"""5, 50 and 95 % of runs."""


@dataclass(frozen=True)
class Park:
    """What Python says of a park."""

    name: str
    chance: float
    companies: Band
    jobs: Band
    land: Band | None
    """Land taken up, as a share of what is planned or serviced."""


@pytest.fixture(scope="module", params=list_cases())
def park(request: pytest.FixtureRequest) -> Park:
    with warnings.catch_warnings():  # at Bangalore six runs do not finish, and count in nothing
        warnings.simplefilter("ignore", UserWarning)
        runs = copark.simulate(request.param, threads=1)
    assert str(runs["label"].to_numpy()[-1]) == HORIZON
    last = runs.isel(scenario=0, quarter=-1)
    outcomes = last["outcome"].to_numpy()
    finished = outcomes >= 0
    standing = outcomes[finished] == OUTCOMES.index("self_standing")
    last = last.isel(run=finished)
    companies, jobs = (band(last[name].to_numpy()) for name in ("operating", "jobs"))
    planned = planned_land(load_case(request.param), present_quarter() + 40)
    land = land_taken_up(*(last[name].to_numpy() for name in READ), planned)
    taken_up = None if land is None else (land.low, land.median, land.high)
    return Park(request.param, float(standing.mean()), companies, jobs, taken_up)


def answered(name: str, park: Park, out: Path) -> Answered:
    """Answer an analysis of a park with the usual settings; what ships is read."""
    analysis = REGISTRY.get(name)
    return answer(analysis, analysis.params(case=park.name), Context(out, threads=1))


def test_the_page_has_the_numbers_of_python(park: Park, client: TestClient) -> None:
    told = client.post("/api/v1/simulate", json={"case": park.name, "baseline": None}).json()
    assert (told["judged"], told["quarters"][-1]) == (HORIZON, HORIZON)
    (scenario,) = told["scenarios"]
    (standing,) = [one["share"] for one in scenario["outcomes"] if one["name"] == "self_standing"]
    assert standing == park.chance
    headlines = {name: (one["low"], one["value"], one["high"]) for name, one in scenario["headlines"].items()}
    assert (headlines["operating"], headlines["jobs"]) == (park.companies, park.jobs)
    land = scenario["land"]
    assert (land and (land["low"], land["value"], land["high"])) == park.land


def test_the_terminal_has_the_numbers_of_python(park: Park, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = call(["run", park.name, "--out", tmp_path, "--no-report", "--outcomes", "--threads", 1], capsys)
    assert code == 0
    words = " ".join(told.split())
    assert HORIZON in words
    assert percent(park.chance, 0) in words
    for count in park.companies:
        assert f"{count:,.0f}" in words


def test_the_brief_and_its_workbook_have_the_numbers_of_python_and_miss_as_many_observations_as_the_page(
    park: Park, client: TestClient, tmp_path: Path
) -> None:
    if park.name not in shipped_cases():
        pytest.skip("its brief does not ship, and takes half a minute")
    brief = answered("brief", park, tmp_path)
    found: Any = brief.result
    assert found.horizon == HORIZON
    # What ships may have been made on another processor, whose last digits differ.
    assert found.share("self_standing").share == park.chance
    assert tuple(found.bands["operating"][[0, 2, 4], -1]) == pytest.approx(park.companies, rel=1e-9)
    assert tuple(found.bands["jobs"][[0, 2, 4], -1]) == pytest.approx(park.jobs, rel=1e-9)
    land = found.land and (found.land.low, found.land.median, found.land.high)
    assert land == (park.land and pytest.approx(park.land, rel=1e-9))
    (workbook,) = brief.write(tmp_path, ("xlsx",), "en").values()
    cells = [cell.value for sheet in openpyxl.load_workbook(workbook) for row in sheet for cell in row]
    numbers = [cell for cell in cells if isinstance(cell, float | int)]
    for value in (100.0 * park.chance, park.companies[1], park.jobs[1]):
        assert any(number == pytest.approx(value, rel=1e-9) for number in numbers), value
    series = client.get("/api/v1/evidence", params={"case": park.name}).json()["series"]
    outputs = [one["variable"] for one in series if one["is_output"]]
    asked = {"case": park.name, "baseline": None, "outputs": outputs, "parts": {"record": True}}
    record = client.post("/api/v1/simulate", json=asked).json()["record"]
    seen = sum(row["seen"] for row in record)
    within = sum(row["within"] for row in record)
    assert (seen - within, seen) == (found.outside, found.compared)


def test_what_can_be_decided_and_what_is_forecast_have_the_numbers_of_python(
    park: Park, client: TestClient, tmp_path: Path
) -> None:
    if park.name not in shipped_cases():
        pytest.skip("it is not calibrated")
    forecast: Any = answered("forecast", park, tmp_path).result
    assert (forecast.until, forecast.horizon) == (HORIZON, HORIZON)
    low, high, middle = forecast.as_elsewhere["operating"]
    assert (low, middle, high) == park.companies
    told = client.get("/api/v1/decisions", params={"case": park.name}).json()["found"]
    levers: Any = answered("levers", park, tmp_path).result
    assert (told["horizon"], levers.horizon) == (HORIZON, HORIZON)
    assert told["pulled"] == levers.pulled == str(present_quarter())
    assert told["before"]["share"] == park.chance
