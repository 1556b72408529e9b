"""The coupling coordination degree: hand-computed cases of both forms, grades with both kinds of boundary, scores."""

from math import sqrt

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from copark.setmethods.coupling_degree import GRADES, coordination, coupling, coupling_corrected, development, grade
from copark.simulation.readouts.coupling import ReadOut, apart, needed, read_out

SCORES = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6)


BY_HAND = [
    # √(0.25)/0.5 = 1: equal scores couple fully, however low they are
    ([0.5, 0.5], 1.0, 1.0),
    # 2·√0.36/1.3 = 1.2/1.3; √[(1 − 0.5)·(0.4/0.9)] = √(2/9)
    ([0.4, 0.9], 12.0 / 13.0, sqrt(2.0 / 9.0)),
    # 2·√0.25/1.25 = 0.8; √[(1 − 0.75)·0.25] = 0.25
    ([0.25, 1.0], 0.8, 0.25),
    # (0.125)^(1/3)/(1.75/3) = 0.5·12/7; pairs ½ + ¾ + ¼ over 3 = ½; √[½·√(½·¼)]
    ([1.0, 0.5, 0.25], 6.0 / 7.0, sqrt(0.5 * sqrt(0.125))),
    ([0.0, 0.8], 0.0, 0.0),
    ([0.0, 0.0], 0.0, 0.0),
]


def test_both_forms_by_hand() -> None:
    for scores, standard, corrected in BY_HAND:
        assert coupling(scores) == pytest.approx(standard, abs=1e-12), scores
        assert coupling_corrected(scores) == pytest.approx(corrected, abs=1e-12), scores


@given(SCORES)
def test_degrees_lie_between_0_and_1_and_the_corrected_is_not_above_the_standard(scores: list[float]) -> None:
    standard, corrected = float(coupling(scores)), float(coupling_corrected(scores))
    assert -1e-12 <= corrected <= 1.0 + 1e-12
    assert -1e-12 <= standard <= 1.0 + 1e-9
    if len(scores) == 2:
        assert corrected <= standard + 1e-9


def test_a_boundary_belongs_to_the_side_that_is_asked_for() -> None:
    for step in range(1, 10):
        boundary = step / 10.0
        assert grade(boundary) == grade(boundary + 1e-9, closed="right") == GRADES[step]
        assert grade(boundary, closed="right") == grade(boundary - 1e-9) == GRADES[step - 1]


def ensemble(**values: float) -> xr.Dataset:
    outputs = dict.fromkeys(needed(), 0.0) | values
    dims = ("scenario", "run", "quarter")
    return xr.Dataset({name: (dims, np.full((1, 1, 1), value)) for name, value in outputs.items()})


def test_four_scores_by_hand() -> None:
    """Global (½ + ½ + ½ + 2/5)/4; commitments (0.6 + 0.8)/2; park (0.3 + 0.9 + 0.6)/3; enterprise (0.5 + 0.6)/2."""
    readout = read_out(
        ensemble(
            partners=2, commitment_home=0.6, commitment_host=0.8, occupied_area=30, serviced_area=100, vote_pass=0.9,
            service_level=0.6, operating=25, mean_return=0.07,
        )
    )  # fmt: skip
    scores = {scale: float(values[0, 0]) for scale, values in readout.scores.items()}
    assert scores == pytest.approx({"global": 0.475, "intergovernmental": 0.7, "park": 0.6, "enterprise": 0.55})
    assert readout.development[0, 0] == pytest.approx(0.58125)
    product = 0.475 * 0.7 * 0.6 * 0.55
    assert readout.coordination[0, 0] == pytest.approx(product**0.125)
    assert readout.coordination_corrected[0, 0] < readout.coordination[0, 0]
    before = read_out(ensemble(commitment_home=1, commitment_host=1, vote_pass=1, mean_return=np.nan))
    early = (before.scores["enterprise"][0, 0], before.scores["park"][0, 0], before.coordination[0, 0])
    assert early == pytest.approx((0.0, 1.0 / 3.0, 0.0)), "before land and companies it is not coordinated"


def test_scales_from_different_runs_keep_their_courses_and_lose_their_company():
    """In a world where two scales mirror each other C is low in every run; put together from other runs it is not."""
    level = np.linspace(0.05, 0.95, 400)[:, np.newaxis] * np.ones((1, 3))
    scores = {"global": level, "intergovernmental": 1.0 - level, "park": level, "enterprise": 1.0 - level}
    stacked = np.stack(list(scores.values()), axis=-1)
    index, degree = development(stacked), coupling(stacked)
    own = ReadOut(scores, index, degree, degree, coordination(degree, index), coordination(degree, index))
    standard, _ = apart(own)
    assert index == pytest.approx(0.5)
    assert np.ptp(standard[:, 0]) > np.ptp(own.coordination[:, 0])
    assert np.array_equal(apart(own)[0], standard)
    assert np.array_equal(standard[:, 0], standard[:, 2])
