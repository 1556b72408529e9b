"""Diagnostics of a posterior on toys with a closed form; what the trial on simulated parks is said to have found."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from copark.calibration import diagnostics
from copark.calibration.nearest_runs import NearestRuns, adjust
from copark.calibration.prior import PriorSpace
from tests.calibration.conftest import model, target

SAMPLE = 4000
TRIAL_DOCUMENT = Path(__file__).parents[2] / "bench" / "REPLAYS.md"
ONES = np.ones(SAMPLE)


@pytest.fixture(scope="module")
def uniform():
    return (np.arange(SAMPLE) + 0.5) / SAMPLE


def test_what_is_moved_shrinks_or_overlaps_less_with_its_prior(uniform):
    """The prior itself; half its range; half of the weight at each end, where the interquartile range grows."""

    def moved(places):
        return diagnostics.movement("return_mean", uniform, places, ONES)

    for movement, verdict, shrink, overlap in (
        (moved(uniform), "unmoved", 0.0, 1.0),
        (moved(0.25 + 0.5 * uniform), "moved", 0.5, 0.5),
    ):
        assert movement.verdict == verdict
        assert (movement.shrink, movement.overlap) == pytest.approx((shrink, overlap), abs=0.01)
    ends = moved(np.where(uniform < 0.5, 0.2 * uniform, 1 - 0.2 * uniform))
    assert ends.verdict == "moved"
    assert ends.shrink < 0 < ends.overlap < 0.3
    assert moved(0.5 + 0.5 * uniform).places == pytest.approx((0.525, 0.625, 0.75, 0.875, 0.975), abs=0.01)


def test_tied_parameters_are_found_and_named(great_stone):
    space = PriorSpace.of(great_stone)
    points = space.sobol(0, 1024, 1)
    first = space.names.index("no_land_discount")
    second = space.names.index("narrow_list_drag")
    points[:, second] = np.clip(1.0 - points[:, first] + 0.1 * (points[:, second] - 0.5), 0.01, 0.99)
    ties = diagnostics.ties(space, points)
    assert [(tie.first, tie.second) for tie in ties] == [("no_land_discount", "narrow_list_drag")]
    assert ties[0].correlation < -0.9
    for lang in ("en", "zh"):
        assert ties[0].sentence(lang)
        assert diagnostics.Tie("hurdle", "origin_weight.home", 0.5).sentence(lang)


def test_predictive_checks_know_bounds():
    observed = model(target(value=0.0, error=0.1), target(bound="at-least", value=0.0, error=0.1, date="2"))
    checks = diagnostics.predictive_checks(observed, np.tile(np.linspace(1.0, 2.0, 400)[:, np.newaxis], 2))
    assert [check.inside for check in checks] == [False, True]
    assert checks[0].percentiles.number == 0.0
    assert checks[0].median == pytest.approx(1.5, abs=0.05)


def test_health_of_a_replay():
    observed = model(target(value=0.0, error=2.0))
    replay = SimpleNamespace(
        model=observed,
        counterparts=np.full((10, 1), 4.0),
        pairs=10,
        pasts=5.0,
        disagreement=lambda: np.array([1.0, 1.3]),
    )
    assert diagnostics.health(replay) == {"pairs": 10.0, "pasts": 5.0, "disagreement": 1.3, "misfit": 2.0}


def test_a_line_moves_runs_to_the_record_exactly():
    random = np.random.default_rng(1)
    summaries = random.normal(size=(400, 2))
    z = 1.0 + summaries @ np.array([[2.0], [-1.0]])
    moved = adjust(z, summaries, np.array([0.5, 0.5]), np.ones(400))
    assert moved[:, 0] == pytest.approx(1.5, abs=1e-9)


def test_runs_without_a_value_are_never_near():
    summaries = np.array([[0.0, 0.0], [np.nan, 0.0], [3.0, 4.0]])
    distances = NearestRuns(summaries, np.eye(2)).distances(np.zeros(2))
    assert distances == pytest.approx([0.0, np.inf, 5.0])


def test_what_is_said_of_the_trial_stands_in_its_table():
    """Every calibration says how often intervals held what simulated parks hid: as the trial's document has it."""
    document = TRIAL_DOCUMENT.read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| informed parameters \|.*?\| ([\d.]+)% \(", document, re.MULTILINE)
    trial = diagnostics.trial_on_simulated_parks()
    assert trial.informed_held == {park: pytest.approx(float(share) / 100.0, abs=5e-4) for park, share in rows}
    assert f"{trial.simulated_parks} simulated parks." in document
