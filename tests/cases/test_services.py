"""The checklist of services: promises kept as observations of the level of service; errors that come with a value."""

import pytest

from copark.calibration.calibration_setup import everything_fitted
from copark.calibration.observations import target_of, targets
from copark.cases import load_case
from copark.cases.dated_events import Service
from copark.cases.defaults import BESIDE, checklist, error_of_share
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation

END = Quarter(2020, 4)


def service(name: str, due: str, stands: str | None, grade: str = "high") -> Service:
    return Service.model_validate({"service": name, "due": due, "stands": stands, "source": ["paper"], "grade": grade})


def value(variable: str, date: str, number: float, **more: object) -> Observation:
    row = {
        "date": date, "variable": variable, "value": number, "bound": "exact", "unit": "1", "basis": "stock",
        "grade": "high", "source": ["paper"], "use": True, "role": "fit",
    }  # fmt: skip
    return Observation.model_validate(row | more)


def test_each_service_counts_once_in_the_year_it_was_due() -> None:
    """Sewage came a year late: it failed its trial in 2017, and its coming is no second one."""
    promised = [
        service("power", "2017-06", "2017-03"), service("water", "2017", "2017-12-31"),
        service("sewage", "2017", "2018-02", "low"), service("rail", "2019", None),
        service("gas", "2020-11", "2020", "background"), service("fire", "2021", None),
    ]  # fmt: skip
    rows = checklist(promised, (), END)
    assert [(str(row.date), row.variable, row.grade) for row in rows] == [
        ("2017", "service_level", "low"), ("2019", "service_level", "high"),
    ]  # fmt: skip
    assert [row.value for row in rows] == pytest.approx([2 / 3, 0.0])
    assert [row.error for row in rows] == pytest.approx([0.3202, 0.4947], abs=1e-4)
    assert checklist(promised, (), Quarter(2017, 3)) == ()


def test_the_error_is_chance_and_what_promises_do_not_say() -> None:
    """One of one: p = 2/3, √(2/9 + 0.0225). Of very many only what stands beside chance is left."""
    assert error_of_share(1, 1) == pytest.approx((2 / 9 + BESIDE**2) ** 0.5)
    assert error_of_share(70_000, 100_000) == pytest.approx(BESIDE, abs=1e-3)


def test_a_level_told_for_a_year_stands_in_its_place() -> None:
    promised = [service("power", "2017", "2017-03"), service("rail", "2019", None)]
    observations = (value("service_level", "2017-06", 0.9), value("registered", "2018-12", 4, unit="companies"))
    rows = checklist(promised, observations, END)
    assert [(str(row.date), row.role) for row in rows] == [("2019", "fit")]
    observations = (value("registered", "2018-12", 4, unit="companies", role="score"),)
    assert [row.role for row in checklist(promised[:1], observations, END)] == ["check"], (
        "what validation fits stays as it was"
    )


def test_great_stone_is_told_by_what_was_promised_and_inputs_are_no_targets() -> None:
    case = load_case("great-stone")
    by_date = {target.date: target for target in targets(everything_fitted(case)) if target.variable == "service_level"}
    assert {date: target.value for date, target in by_date.items()} == {"2016": 1.0, "2019": 1.0, "2021": 0.0}
    assert {"roads", "permits"}.isdisjoint(service.service for service in case.services)
    assert "service_level" not in {target.variable for target in targets(case, ("fit", "score"))}
    fitted = {target.variable for target in targets(everything_fitted(case))}
    assert fitted.isdisjoint({"grants", "draws_credit", "calls"})


def test_an_error_that_comes_with_a_value_is_used_in_the_outputs_unit() -> None:
    start = Quarter(2012, 3)
    area = value("serviced_area", "2016-12", 3.5, unit="km2", error=0.2)
    with_error, plain = (
        target_of(observation, start) for observation in (area, value("commitment_host", "2016-12", 0.7))
    )
    assert with_error is not None
    assert (with_error.value, with_error.error) == pytest.approx((350.0, 20.0))
    assert plain is not None
    assert plain.error == 0.25
