"""Post-processing learns from earlier forecasts alone, and says when it has learned nothing."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.quarters import Quarter
from copark.inference.assessment import (
    CALIBRATED,
    LEVELS,
    PLACES,
    STACKED,
    applied,
    averaged,
    helped,
    learn,
    loss_of_levels,
    method,
    processed,
    rescaled,
)
from copark.inference.validate import Origin, table
from copark.stats.scores import crps
from tests.inference.conftest import CUT
from tests.inference.toys import target

EARLY, START = Quarter(2018, 4), Quarter(2012, 3)


def made_origin(cut, values, quarter=30, **forecasts):
    made = tuple(target(date=str(n), value=value, quarters=(quarter,)) for n, value in enumerate(values))
    return Origin(cut, made, {name: dict(enumerate(own)) for name, own in forecasts.items()})


def test_bands_that_were_too_wide_are_narrowed() -> None:
    """Truth spreads a third as far as the forecasts said."""
    truths = 50.0 + 3.0 * np.linspace(-1.5, 1.5, 21)
    wide = [50.0 + 9.0 * np.sqrt(12) * (PLACES - 0.5) for _ in truths]
    earlier = made_origin(EARLY, truths, model=wide, line=[one + 40.0 for one in wide])
    lesson = learn([earlier], CUT, START)
    assert lesson.spread < 0.6
    assert lesson.weights == {"model": 1.0}
    assert not lesson.mixes
    assert lesson.values == 21
    assert lesson.rescaled < lesson.before == lesson.stacked


def test_the_better_of_two_gets_the_weight_and_equals_share_it() -> None:
    truths = np.array([100.0, 101.0, 99.0])
    low, high = [95.0 + PLACES for _ in truths], [105.0 + PLACES for _ in truths]
    even = learn([made_origin(EARLY, truths, model=low, line=high)], CUT, START)
    assert even.weights == pytest.approx({"model": 0.5, "line": 0.5}, abs=0.11)
    right = learn([made_origin(EARLY, truths, model=low, bass=[99.5 + PLACES] * 3)], CUT, START)
    assert right.weights["bass"] >= 0.8


def test_nothing_is_learned_from_values_after_the_cut_nor_from_the_forecast_itself() -> None:
    late = made_origin(EARLY, [100.0], quarter=40, model=[PLACES], line=[PLACES])
    for origins, known in (([late], CUT), ([late], EARLY), ([], CUT)):
        lesson = learn(origins, known, START)
        assert (lesson.spread, lesson.weights, lesson.values) == (1.0, {"model": 1.0}, 0)
    same = applied(late, learn([late], CUT, START))
    for kind in (CALIBRATED, STACKED):
        assert same.ensembles[method("model", kind)][0] == pytest.approx(PLACES)


def test_every_origin_learns_from_those_before_it() -> None:
    truths = 50.0 + np.linspace(-2.0, 2.0, 9)
    wide = [50.0 + 20.0 * (PLACES - 0.5) for _ in truths]
    first, last = (made_origin(cut, truths, model=wide, **{"model-blind": wide}) for cut in (EARLY, CUT))
    (_, taught_first), (made, taught) = processed([first, last], START)
    assert [one.values for one in taught_first] == [0, 0]
    assert [one.values for one in taught] == [9, 9]
    (line,) = table(made.scores())
    assert helped(line, "model", CALIBRATED) is True
    assert helped(line, "model", STACKED) is None


def test_rescaling_keeps_the_median_and_averaging_the_width() -> None:
    assert rescaled(np.array([0.0, 4.0, 10.0]), 0.5).tolist() == [2.0, 4.0, 7.0]
    between = averaged({"model": PLACES, "line": PLACES + 10.0}, {"model": 0.5, "line": 0.5})
    assert np.ptp(between) == pytest.approx(np.ptp(PLACES), abs=1e-2)
    assert np.median(between) == pytest.approx(5.5, abs=1e-2)


def test_scores_of_levels_are_those_of_ensembles() -> None:
    levels = np.sort(np.random.default_rng(1).normal(size=LEVELS))
    for value in (-3.0, 0.1, 2.0):
        assert float(loss_of_levels(levels, value)) == pytest.approx(crps(levels, value), rel=1e-9)
