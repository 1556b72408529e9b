"""Phases on flows: worked paths of a park that couples, decouples and is coupled again, in runs and on record."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.simulation.readouts import coupling
from copark.simulation.readouts.coupling import PHASES, classify, flows, phase_shares, phases_of_record, running

BEFORE, COUPLING, DECOUPLING, RECOUPLING = range(4)
START = Quarter(2010, 1)


def one(arrivals: list[float], operating: list[float], marks: tuple[int, ...] = ()) -> list[int]:
    return [int(code) for code in classify(np.array([arrivals]), np.array([operating]), marks)[0]]


def test_flows_over_two_years_count_from_the_start_and_a_condition_has_to_hold_for_four_quarters() -> None:
    for flow in flows(np.ones(10), np.arange(1.0, 11.0)):
        assert flow.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 8, 8]
    held = running(np.array([True, True, True, True, True, False, True, True, True, True]), 4)
    assert held.tolist() == [False, False, False, True, True, False, False, False, False, True]


def test_arrivals_that_stop_decouple_a_park_that_no_longer_grows() -> None:
    """Two arrivals a quarter for eight quarters, then none: J falls 16, 14, … and is below 8 from the fifth quarter on;
    N is 0 once the stock has stood still for eight quarters; four quarters later it counts."""
    arrivals = [2.0] * 8 + [0.0] * 14
    operating = [float(2 * min(quarter + 1, 8)) for quarter in range(22)]
    codes = one(arrivals, operating)
    assert codes[:15] == [COUPLING] * 15
    first = next(quarter for quarter, code in enumerate(codes) if code == DECOUPLING)
    # N(t) = n(t) − n(t−8) is 0 first at t = 15 (n(15) − n(7)); the fourth such quarter is t = 18
    assert first == 18
    assert codes[18:] == [DECOUPLING] * 4


def test_half_of_the_most_arrivals_is_not_below_half() -> None:
    """J is 16 at its most and 8 afterwards, while the stock stands still; a little fewer arrivals decouple."""
    operating = [float(2 * min(quarter + 1, 8)) for quarter in range(30)]
    assert DECOUPLING not in one([2.0] * 8 + [1.0] * 22, operating)
    assert DECOUPLING in one([2.0] * 8 + [1.0, 1.0, 1.0, 0.0] * 5 + [1.0] * 2, operating)


def test_a_renegotiation_that_brings_arrivals_recouples() -> None:
    """One arrival every other quarter (J = 4), two a quarter after the mark: J is 5, not above 1.25 · 4, then 7."""
    arrivals = [1.0, 0.0] * 8 + [2.0] * 16
    operating = [float(quarter + 1) for quarter in range(32)]
    codes = one(arrivals, operating, (15,))
    assert codes[15] == COUPLING
    assert RECOUPLING not in one(arrivals, operating)
    recoupled = [quarter for quarter, code in enumerate(codes) if code == RECOUPLING]
    assert recoupled[0] == 17
    assert recoupled[-1] == 27
    assert codes[28:] == [COUPLING] * 4


def test_arrivals_back_after_a_decoupling_recouple() -> None:
    arrivals = [2.0] * 8 + [0.0] * 12 + [3.0] * 8
    rising = [float(2 * min(quarter + 1, 8)) for quarter in range(20)]
    operating = [*rising, 16.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 28.0]
    codes = one(arrivals, operating)
    assert DECOUPLING in codes
    assert codes[-1] == RECOUPLING
    assert codes.index(DECOUPLING) < codes.index(RECOUPLING)


def test_a_run_that_did_not_finish_has_no_phase_and_no_share() -> None:
    arrivals = np.array([[1.0, 1.0], [np.nan, np.nan]])
    codes = classify(arrivals, arrivals)
    assert codes[1].tolist() == [-1, -1]
    assert phase_shares(codes)[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert np.isnan(phase_shares(codes[1:])).all()


@given(
    arrays(np.int64, (4, 40), elements=st.integers(0, 6)),
    arrays(np.int64, (4, 40), elements=st.integers(-3, 3)),
    st.lists(st.integers(-5, 50), max_size=4),
)
def test_every_run_is_in_one_phase_and_shares_sum_to_one(
    arrivals: np.ndarray, change: np.ndarray, marks: list[int]
) -> None:
    operating = np.maximum(np.cumsum(change, axis=1), 0)
    codes = classify(arrivals, operating, marks)
    assert set(np.unique(codes)) <= {0, 1, 2, 3}
    assert phase_shares(codes).sum(axis=0) == pytest.approx(np.ones(40))
    assert not (codes[operating == 0] == COUPLING).any()


def test_labels_pick_quarters_of_a_result() -> None:
    labels = ["2012Q3", "2012Q4", "2013Q1"]
    dims = ("scenario", "run", "quarter")
    result = xr.Dataset(
        {"arrivals": (dims, np.ones((1, 2, 3))), "operating": (dims, np.ones((1, 2, 3)))},
        coords={"label": ("quarter", labels)},
    )
    assert coupling.quarters_of(result, ["2013Q1", "2012Q3", "1999Q1"]) == (2, 0)
    assert coupling.phases(result, ["2012Q4"]).shape == (2, 3)


def record(registered, operating):
    """A case that knows counts by quarter from the start."""
    counts = {"registered": registered, "operating": operating}

    def observed(variable):
        values = counts[variable].items()
        return [
            SimpleNamespace(quarter=START + quarter, bound="exact", value=value, high=None) for quarter, value in values
        ]

    return SimpleNamespace(observed=observed, clock=SimpleNamespace(start=START, quarters=60), renegotiations=())


def test_a_park_on_record_couples_once_companies_operate_and_decouples_when_nobody_joins_any_more():
    """Forty residents a year to the fifth year, none later, while companies leave: from eight quarters on."""
    grows = phases_of_record(record({8: 0, 16: 40, 40: 160}, {16: 0, 24: 20, 40: 60}))
    assert [grows.codes[quarter] for quarter in (10, 30)] == [BEFORE, COUPLING]
    left = phases_of_record(record({0: 0, 20: 200, 44: 200}, {4: 1, 20: 100, 44: 60}))
    assert [left.codes[quarter] for quarter in (18, 32)] == [COUPLING, DECOUPLING]
    assert [code for _, _, code in left.spans()] == [BEFORE, COUPLING, DECOUPLING]


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
    phases = phases_of_record(load_case(name))
    assert [(str(first), str(last), PHASES[code]) for first, last, code in phases.spans()] == spans
    assert sum(last - first + 1 for first, last, _ in phases.spans()) == len(phases.codes)
