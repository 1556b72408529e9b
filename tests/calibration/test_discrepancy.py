"""What the model leaves out is carried on from the record: known where it is reported, and fading with the years."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from copark.calibration.discrepancy import PARTS, LastingDiscrepancy, carried_on, tied
from copark.calibration.observations import OFFSET, ObservationModel, is_a_size, lasting_size
from tests.calibration.conftest import target

QUARTERS = 80
KNOWN = 39
"""Quarter of the only count, ten years after the start."""


def posterior(record=150.0, error=3.0, run=100.0, discrepancy=1.0, runs=2000):
    """Runs that all have the same size at the date of the one count they were fitted to."""
    counted = replace(target("registered", value=record, error=error), quarters=(KNOWN,))
    model = ObservationModel((counted,), discrepancy)
    return SimpleNamespace(model=model, counterparts=np.full((runs, 1), run))


def course(replay, names, sizes):
    """Carry on courses that stay as they are."""
    runs = len(replay.counterparts)
    out = np.repeat(np.array(sizes, dtype=np.float64)[np.newaxis, :, np.newaxis], runs, axis=0)
    out = np.repeat(out, QUARTERS, axis=2)
    return carried_on(replay.model, replay.counterparts, names, out, np.arange(runs), KNOWN + 1)


def test_a_course_passes_through_the_last_count_and_fades_into_the_run():
    """Given one count with residual r = ln(150.5 / 100.5) and error e: at a distance of Δ years the mean is

    r exp(-Δ/8) s² / (s² + e²), the variance s² - s² exp(-Δ/4) s² / (s² + e²), with s = 0.15 and e = 3 / 150.5.
    """
    (whole,) = course(posterior(), ("registered",), [100.0]).transpose(1, 0, 2)
    size = lasting_size("registered")
    share = size**2 / (size**2 + (3.0 / 150.5) ** 2)
    logs = np.log((whole + OFFSET) / (100.0 + OFFSET))
    for after in (0, 8, 32):
        years = after / 4.0
        mean = np.log(150.5 / 100.5) * np.exp(-years / 8.0) * share
        variance = size**2 * (1.0 - np.exp(-years / 4.0) * share)
        error = np.sqrt(variance / len(logs))
        assert logs[:, KNOWN + after].mean() == pytest.approx(mean, abs=4.0 * error), after
        assert logs[:, KNOWN + after].std() == pytest.approx(np.sqrt(variance), rel=0.07), after


def test_what_was_never_counted_has_the_whole_discrepancy_around_the_run():
    jobs = course(posterior(), ("jobs",), [5000.0])[:, 0, :]
    logs = np.log((jobs + OFFSET) / (5000.0 + OFFSET))
    assert logs[:, -1].mean() == pytest.approx(0.0, abs=4.0 * lasting_size("persons") / np.sqrt(len(logs)))
    assert logs[:, -1].std() == pytest.approx(lasting_size("jobs"), rel=0.07)


def test_parts_sum_to_their_total_and_no_more_operate_than_are_registered():
    names = ("registered", "registered_home", "registered_host", "registered_third", "operating")
    out = course(posterior(), names, [100.0, 60.0, 30.0, 10.0, 95.0])
    assert out[:, 1:4, :].sum(axis=1) == pytest.approx(out[:, 0, :])
    assert (out[:, 4, :] <= out[:, 0, :]).all()
    assert (out[:, 4, :] == out[:, 0, :]).any()


def test_what_is_carried_on_of_an_output_does_not_depend_on_what_is_asked_beside_it():
    assert set(tied(("registered_home",))) == {"registered", *PARTS["registered"]}
    assert set(tied(("operating",))) == {"operating", "registered"}
    assert tied(("jobs",)) == ("jobs",)


def test_what_was_invested_stays_so():
    """After the record a total that only grows is carried on by what it grows by, though d fades from a low record."""
    counted = replace(target("realised_investment", value=300.0, error=3.0), quarters=(KNOWN,))
    replay = SimpleNamespace(model=ObservationModel((counted,), 1.0), counterparts=np.full((200, 1), 200.0))
    out = np.repeat(np.linspace(0.0, 400.0, QUARTERS)[np.newaxis, np.newaxis, :], 200, axis=0)
    carried = carried_on(replay.model, replay.counterparts, ("realised_investment",), out, np.arange(200), KNOWN + 1)[
        :, 0, :
    ]
    assert (np.diff(carried[:, KNOWN:], axis=1) >= 0.0).all()
    assert np.median(carried[:, -1]) > np.median(carried[:, KNOWN])


def test_a_run_within_a_range_agrees_with_the_record_and_one_above_is_drawn_to_it():
    """Of "more than 50", read as 50 to 55, a run of 52 leaves nothing out, and one of 65 the way to 52.5."""
    within_a_range = replace(
        target("operating", bound="more-than", value=50.0, error=1.0), high=55.0, quarters=(KNOWN,)
    )
    model = ObservationModel((within_a_range,), 1.0)
    within, above = (LastingDiscrepancy.of(model, np.full((10, 1), run), "operating").residuals for run in (52.0, 65.0))
    assert (within == 0.0).all()
    assert above == pytest.approx(np.full((10, 1), -np.log((52.5 + 10.0 + OFFSET) / (52.5 + OFFSET))))


def test_none_stays_none_and_shares_stay_as_they_are():
    out = course(posterior(), ("operating", "service_level", "profit"), [0.0, 0.7, -3.0])
    assert not out[:, 0, :].any()
    assert (out[:, 1, :] == 0.7).all()
    assert (out[:, 2, :] == -3.0).all()


def test_without_a_discrepancy_nothing_is_carried_on():
    replay = posterior(discrepancy=0.0)
    assert (course(replay, ("registered",), [100.0]) == 100.0).all()


def test_limits_tell_nothing_of_it():
    limit = replace(target("registered", bound="at-least", value=150.0, error=3.0), quarters=(KNOWN,))
    replay = SimpleNamespace(model=ObservationModel((limit,), 1.0), counterparts=np.full((10, 1), 100.0))
    left_out = LastingDiscrepancy.of(replay.model, replay.counterparts, "registered")
    assert left_out.residuals.shape == (10, 0)
    mean, covariance = left_out.given(np.array([1.0, 9.0]))
    assert not mean.any()
    assert covariance[0, 1] == pytest.approx(lasting_size("registered") ** 2 * np.exp(-1.0))


def test_a_course_is_a_function_of_its_number():
    some = course(posterior(runs=5), ("registered",), [100.0])
    more = course(posterior(runs=50), ("registered",), [100.0])
    assert np.array_equal(more[:5], some)


@pytest.mark.parametrize(("name", "size"), [("jobs", 0.15), ("serviced_area", 0.5), ("commitment_home", 0.0)])
def test_each_kind_of_size_has_its_own(name, size):
    assert lasting_size(name) == size
    assert is_a_size(name) is (size > 0.0)
