"""Phases of the record: the rules of runs on lines between counts."""

from types import SimpleNamespace

import pytest

from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.simulation.readouts.coupling import PHASES, phases_of_record

START = Quarter(2010, 1)


def record(registered, operating, quarters=60):
    """A case that knows counts by quarter from the start."""

    def observed(variable):
        counts = {"registered": registered, "operating": operating}[variable]
        return [
            SimpleNamespace(quarter=START + at, bound="exact", value=value, high=None) for at, value in counts.items()
        ]

    clock = SimpleNamespace(start=START, quarters=quarters)
    return SimpleNamespace(observed=observed, clock=clock, renegotiations=())


def named(found, at):
    return PHASES[found.codes[at]]


def test_a_park_that_grows_couples_once_companies_operate():
    found = phases_of_record(record({8: 0, 16: 40, 40: 160}, {16: 0, 24: 20, 40: 60}))
    assert named(found, 10) == "before"
    assert named(found, 30) == "coupling"


def test_a_park_that_nobody_joins_any_more_decouples():
    """Forty residents a year to the fifth year, none later, while companies leave: from eight quarters on."""
    found = phases_of_record(record({0: 0, 20: 200, 44: 200}, {4: 1, 20: 100, 44: 60}))
    assert named(found, 18) == "coupling"
    assert named(found, 32) == "decoupling"
    assert [PHASES[code] for _, _, code in found.spans()] == ["before", "coupling", "decoupling"]


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("great-stone", [("2012Q3", "2018Q1", "before"), ("2018Q2", "2022Q1", "coupling")]),
        (
            "suzhou",
            [("1994Q2", "1995Q2", "before"), ("1995Q3", "1999Q4", "coupling"), ("2000Q1", "2000Q2", "recoupling")],
        ),
    ],
)
def test_phases_on_record(name, spans):
    """Great Stone couples from its first operating companies on; Suzhou couples anew after the memorandum of 1999."""
    found = phases_of_record(load_case(name))
    assert [(str(first), str(last), PHASES[code]) for first, last, code in found.spans()] == spans
    assert sum(last - first + 1 for first, last, _ in found.spans()) == len(found.codes)
