"""Validation: what later years are scored on, and who wins a row; what is known of naive curves they give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from copark.cases.quarters import Quarter
from copark.inference import rolling_origin
from copark.inference.annealing import replay_posterior
from copark.inference.rolling_origin import (
    History,
    bass,
    forecast_from,
    is_firm,
    line,
    logistic,
    persistence,
    restricted,
    rolling,
    score,
    table,
)
from copark.inference.tempering import Plan
from copark.stats.quantiles import quantile_band
from tests.inference.conftest import CUT
from tests.inference.toys import target

SMALL = Plan(members=48, sweeps=1, last_sweeps=2)
LEVELS = (np.arange(400) + 0.5) / 400


@pytest.fixture(scope="module")
def great_stone_origin(batch):
    return rolling(batch, (CUT,), plan=SMALL, populations=2)[0]


def test_every_later_value_of_the_role_is_scored_once(great_stone_origin) -> None:
    scored = [one.target.name for one in great_stone_origin.scores(["model"])]
    assert len(scored) == len(set(scored)) == 26
    assert "registered 2024-04-20" in scored
    assert not [name for name in scored if "2020" in name]


def test_the_model_is_scored_with_and_without_later_facts(great_stone_origin) -> None:
    methods = set(great_stone_origin.ensembles)
    assert {"model", "model-blind", "persistence", "line", "logistic", "bass"} == methods
    told, blind = (great_stone_origin.ensembles[name][0] for name in ("model", "model-blind"))
    assert not np.array_equal(told, blind)


def test_bounds_and_ranges_are_kept_out_of_means(great_stone_origin) -> None:
    lines = {line.variable: line for line in table(great_stone_origin.scores())}
    assert lines["operating"].values == 1
    assert lines["profit"].values == 2
    assert lines["registered"].values == 8
    for row in lines.values():
        assert row.crps[row.winner] == min(row.crps.values())
        assert set(row.crps) == set(row.coverage) == set(row.width)


def test_an_earlier_cut_uses_less_of_the_same_batch(batch, record) -> None:
    model, columns = restricted(batch, Quarter(2018, 4))
    assert 0 < len(columns) < len(record.targets)
    assert max(one.last for one in model.targets) <= 25
    assert [batch.recipe.model.targets[n].name for n in columns] == [one.name for one in model.targets]
    replay = replay_posterior(batch, model, columns, Quarter(2018, 4), plan=SMALL, populations=1)
    assert replay.seen.shape == (48, len(columns))


def test_few_pairs_have_many_futures_and_all_of_them_differ(great_stone, great_stone_origin) -> None:
    """2,000 members or more of 96 pairs; after the cut no two have the same luck, before it pairs are replayed."""
    made = forecast_from(great_stone_origin.replay, great_stone)
    projection = made.projections["model"]
    assert len(projection.out) >= 1900
    arrivals = projection.out[:, projection.names.index("registered"), :]
    first = arrivals[: len(arrivals) // great_stone_origin.replay.pairs]
    cut = CUT - great_stone.clock.start
    assert (first[:, : cut + 1] == first[0, : cut + 1]).all()
    assert len(np.unique(first[:, cut + 8])) > 1
    nothing = great_stone.model_copy(update={"observations": ()})
    with pytest.raises(ValueError, match="no values after"):
        forecast_from(great_stone_origin.replay, nothing)


def test_a_score_knows_wording() -> None:
    ensemble = 10.0 + LEVELS
    exact, bound = score(target(value=10.5), "m", ensemble), score(target(bound="at-least", value=9.0), "m", ensemble)
    assert (exact.bounded, exact.covered, exact.percentiles.number) == (False, True, 50.0)
    assert exact.crps == pytest.approx(1 / 12, abs=1e-3)
    assert (bound.bounded, bound.covered, bound.crps) == (True, True, 0.0)


def scores_of(**each):
    return {name: np.array(values, dtype=float) for name, values in each.items()}


@pytest.mark.parametrize(
    ("each", "firm"),
    [
        (scores_of(a=[1, 1, 1], b=[2, 2, 2]), True),
        (scores_of(a=[1.0, 1, 1], b=[1.02, 1.02, 1.02]), False),  # a lead of a fiftieth
        (scores_of(a=[1, 1, 9], b=[2, 2, 10]), True),
        (scores_of(a=[0, 5, 5], b=[9, 4, 4]), False),  # all on one value
        (scores_of(a=[1], b=[2]), False),  # of one value nothing is firm
        (scores_of(a=[1, 2]), False),  # nobody to be ahead of
    ],
)
def test_a_winner_is_firm_if_no_single_value_makes_it(each, firm) -> None:
    assert is_firm(each) is firm


def test_naive_curves_see_nothing_after_the_cut(great_stone) -> None:
    later = great_stone_targets = rolling_origin.targets(great_stone, ("score",), after=CUT)
    found = rolling_origin.naive_ensembles(great_stone, CUT, later)
    names = [one.variable for one in great_stone_targets]
    assert np.median(found["persistence"][names.index("registered")]) == pytest.approx(68.0)
    assert "line" not in found or names.index("profit") not in found["line"]


FAR = np.array([1e-6])


def history(times, values, error=1.0):
    return History.of(times, values, np.full(len(times), error))


def test_persistence_says_the_last_value_and_widens_with_the_root_of_time() -> None:
    past = history([0.0, 1.0, 2.0], [0.0, 3.0, 0.0])
    found = persistence(past, np.array([3.0, 6.0]), np.zeros(2))
    assert found.centre.tolist() == [0.0, 0.0]
    assert found.scale == pytest.approx([3.0, 6.0])


def test_the_line_has_the_prediction_interval_of_the_textbooks() -> None:
    x, y = np.arange(6.0), np.array([1.0, 8.0, 3.0, 11.0, 6.0, 20.0])
    found = line(history(x, y), np.array([8.0]), np.array([1.0]), years=10.0)
    fit = linregress(x, y)
    s = np.sqrt(((y - fit.intercept - fit.slope * x) ** 2).sum() / 4)
    wanted = s * np.sqrt(1 + 1 / 6 + (8 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert found.centre == pytest.approx([fit.intercept + 8 * fit.slope])
    assert found.scale == pytest.approx([wanted], rel=1e-6)
    assert found.freedom == 4.0
    low, high = quantile_band(found.ensemble(0, 20_000))
    assert (high - low) / 2 == pytest.approx(wanted * student.ppf(0.95, 4), rel=2e-3)


def test_a_line_is_never_surer_than_the_errors_of_observation() -> None:
    past = history([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], error=2.0)
    assert line(past, np.array([4.0]), np.array([2.0])).scale[0] > 2.0


def test_a_logistic_past_gives_its_logistic_future() -> None:
    times = np.linspace(0.0, 8.0, 12)
    curve = 80.0 / (1.0 + np.exp(-0.9 * (times - 5.0)))
    found = logistic(history(times, curve, 0.01), np.array([12.0]), FAR)
    assert found.centre == pytest.approx([80.0 / (1.0 + np.exp(-0.9 * 7.0))], rel=1e-3)


def test_a_bass_past_gives_its_bass_future() -> None:
    def curve(t, size=100.0, own=0.02, others=0.6):
        gone = np.exp(-(own + others) * t)
        return size * (1 - gone) / (1 + others / own * gone)

    times = np.linspace(0.5, 7.0, 12)
    found = bass(history(times, curve(times), 0.01), np.array([10.0]), FAR)
    assert found.centre == pytest.approx([curve(10.0)], rel=1e-3)
