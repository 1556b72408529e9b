"""Validation: what is scored and who wins, naive curves, why a curve is ahead, sources of a forecast's variance."""

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from copark.calibration import rolling_origin, validation_study
from copark.calibration.annealing import replay_posterior
from copark.calibration.prior import PriorSpace
from copark.calibration.rolling_origin import line
from copark.calibration.tempering import Plan
from copark.calibration.validation_study import AHEAD, BOTH, CENTRE, FUTURE, MOVED, PAST, SHOCKS, UNMOVED, WIDTH
from copark.cases.quarters import Quarter
from copark.stats.quantiles import quantile_band
from tests.calibration.conftest import CUT, target

SMALL = Plan(members=48, sweeps=1, last_sweeps=2)
LEVELS = (np.arange(400) + 0.5) / 400


@pytest.fixture(scope="module")
def great_stone_origin(batch):
    return rolling_origin.rolling(batch, (CUT,), plan=SMALL, populations=2)[0]


def test_every_later_value_of_the_role_is_scored_once_and_bounds_are_kept_out_of_means(great_stone_origin):
    scored = [one.target.name for one in great_stone_origin.scores(["model"])]
    assert len(scored) == len(set(scored)) == 26
    assert "registered 2024-04-20" in scored
    assert not [name for name in scored if "2020" in name]
    lines = {line.variable: line for line in rolling_origin.table(great_stone_origin.scores())}
    assert [lines[name].values for name in ("operating", "profit", "registered")] == [1, 2, 8]
    for row in lines.values():
        assert row.crps[row.winner] == min(row.crps.values())


def test_an_earlier_cut_uses_less_of_the_same_batch(batch, record):
    model, columns = rolling_origin.restricted(batch, Quarter(2018, 4))
    assert 0 < len(columns) < len(record.targets)
    assert max(one.last for one in model.targets) <= 25
    assert [batch.recipe.model.targets[n].name for n in columns] == [one.name for one in model.targets]
    replay = replay_posterior(batch, model, columns, Quarter(2018, 4), plan=SMALL, populations=1)
    assert replay.seen.shape == (48, len(columns))


def test_few_pairs_have_many_futures_and_all_of_them_differ(great_stone, great_stone_origin):
    """2,000 members or more of 96 pairs; after the cut no two have the same luck, before it pairs are replayed."""
    made = rolling_origin.forecast_from(great_stone_origin.replay, great_stone)
    projection = made.projections["model"]
    assert len(projection.out) >= 1900
    arrivals = projection.out[:, projection.names.index("registered"), :]
    first = arrivals[: len(arrivals) // great_stone_origin.replay.pairs]
    cut = CUT - great_stone.clock.start
    assert (first[:, : cut + 1] == first[0, : cut + 1]).all()
    assert len(np.unique(first[:, cut + 8])) > 1
    nothing = great_stone.model_copy(update={"observations": ()})
    with pytest.raises(ValueError, match="no values after"):
        rolling_origin.forecast_from(great_stone_origin.replay, nothing)


def test_a_score_knows_wording():
    ensemble = 10.0 + LEVELS
    exact, bound = (
        rolling_origin.score(target(value=10.5), "m", ensemble),
        rolling_origin.score(target(bound="at-least", value=9.0), "m", ensemble),
    )
    assert (exact.bounded, exact.covered, exact.percentiles.number) == (False, True, 50.0)
    assert exact.crps == pytest.approx(1 / 12, abs=1e-3)
    assert (bound.bounded, bound.covered, bound.crps) == (True, True, 0.0)


FIRM = (
    ([1, 1, 1], [2, 2, 2], True), ([1.0, 1, 1], [1.02, 1.02, 1.02], False),  # a lead of a fiftieth
    ([1, 1, 9], [2, 2, 10], True), ([0, 5, 5], [9, 4, 4], False),  # all on one value
    ([1], [2], False),  # of one value nothing is firm
)  # fmt: skip


def test_a_winner_is_firm_if_no_single_value_makes_it():
    for first, second, firm in FIRM:
        assert rolling_origin.is_firm({"a": np.array(first, float), "b": np.array(second, float)}) is firm
    assert not rolling_origin.is_firm({"a": np.array([1.0, 2.0])}), "nobody to be ahead of"


def test_naive_curves_see_nothing_after_the_cut(great_stone):
    later = rolling_origin.targets(great_stone, ("score",), after=CUT)
    found = rolling_origin.naive_ensembles(great_stone, CUT, later)
    names = [one.variable for one in later]
    assert np.median(found["persistence"][names.index("registered")]) == pytest.approx(68.0)
    assert "line" not in found or names.index("profit") not in found["line"]


FAR = np.array([1e-6])


def history(times, values, error=1.0):
    return rolling_origin.History.of(times, values, np.full(len(times), error))


def test_persistence_says_the_last_value_and_widens_with_the_root_of_time():
    past = history([0.0, 1.0, 2.0], [0.0, 3.0, 0.0])
    found = rolling_origin.persistence(past, np.array([3.0, 6.0]), np.zeros(2))
    assert found.centre.tolist() == [0.0, 0.0]
    assert found.scale == pytest.approx([3.0, 6.0])


def test_the_line_has_the_prediction_interval_of_the_textbooks():
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


def test_a_line_is_never_surer_than_the_errors_of_observation():
    past = history([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], error=2.0)
    assert line(past, np.array([4.0]), np.array([2.0])).scale[0] > 2.0


def test_a_logistic_past_gives_its_logistic_future_and_a_bass_past_its_own():
    def logistic(t):
        return 80.0 / (1.0 + np.exp(-0.9 * (t - 5.0)))

    def bass(t, size=100.0, own=0.02, others=0.6):
        gone = np.exp(-(own + others) * t)
        return size * (1 - gone) / (1 + others / own * gone)

    for fit, curve, times in (
        (rolling_origin.logistic, logistic, np.linspace(0.0, 8.0, 12)),
        (rolling_origin.bass, bass, np.linspace(0.5, 7.0, 12)),
    ):  # fmt: skip
        found = fit(history(times, curve(times), 0.01), np.array([12.0]), FAR)
        assert found.centre == pytest.approx([curve(12.0)], rel=1e-3)


PLACES = (np.arange(400) + 0.5) / 400 - 0.5


def origin_of(value, model, line):
    return rolling_origin.Origin(CUT, (target(value=value),), {"model-blind": {0: model}, "line": {0: line}})


@pytest.mark.parametrize(
    ("model", "line", "reason"),
    [
        (10.0 + PLACES, 20.0 + PLACES, AHEAD),
        (10.0 + 40.0 * PLACES, 10.0 + 2.0 * PLACES, WIDTH),
        (16.0 + 4.0 * PLACES, 10.0 + 4.0 * PLACES, CENTRE),
        (13.0 + 24.0 * PLACES, 10.0 + 6.0 * PLACES, BOTH),
    ],
)
def test_the_reason_is_found_by_swapping(model, line, reason):
    found = validation_study.swap(origin_of(10.0, model, line), "toy", "line")
    assert found.reason == reason
    if reason == WIDTH:
        assert found.naive_centre == pytest.approx(found.model)
        assert found.naive_band == pytest.approx(found.naive)


def together(members, factor, truth):
    """A forecast of eight values that all hang on one thing, with bands too wide by a factor."""
    shared = np.linspace(-1.0, 1.0, members)[:, np.newaxis]
    own = np.random.default_rng(1).normal(scale=0.05, size=(members, 8))
    forecast = 100.0 + factor * 10.0 * (shared + own)
    made = tuple(target("toy", date=str(n), value=truth) for n in range(8))
    return rolling_origin.Origin(Quarter(2020, 4), made, {"model": {n: forecast[:, n] for n in range(8)}})


def test_values_that_hang_together_are_all_reached_most_of_the_time():
    """Full coverage of a 90 % band is no sign that it is too wide where all values are one."""
    found = validation_study.honesty(together(1000, 1.0, 101.0), "model")
    assert (found.values, found.covered) == (8, 1.0)
    assert found.all_covered > 0.8


def test_truth_nearer_than_the_model_expects_speaks_for_bands_too_wide():
    wide, right, beside = (
        validation_study.honesty(together(1000, *parts), "model")
        for parts in ((10.0, 100.5), (1.0, 104.0), (1.0, 160.0))
    )
    assert wide.as_good < 0.1
    assert wide.score < 0.5 * wide.expected
    assert 0.1 < right.as_good < 0.95
    assert beside.as_good == 1.0
    assert beside.covered == 0.0


PAIRS, FUTURES = 3000, 4
NAMES = {SHOCKS: ("market_shift",), MOVED: ("hurdle", "start_rate"), UNMOVED: ("agglomeration",)}


@pytest.fixture(scope="module")
def space(great_stone):
    return PriorSpace.of(great_stone)


@pytest.fixture(scope="module")
def made(space):
    """A forecast with a fifth of its variance from each source."""
    random = np.random.default_rng(1)
    points = random.random((PAIRS, space.axes))
    z = np.log(points / (1 - points)) / (np.pi / np.sqrt(3.0))
    groups = {source: [space.names.index(name) for name in names] for source, names in NAMES.items()}
    by_parameters = sum(z[:, groups[source][0]] for source in NAMES)
    past, future = random.normal(size=PAIRS), random.normal(size=(PAIRS, FUTURES))
    return points, groups, (by_parameters + past)[:, np.newaxis] + future


def test_five_sources_are_told_apart(space, made):
    found = validation_study.spread(space, *made)
    assert found.shares == pytest.approx(dict.fromkeys((SHOCKS, MOVED, UNMOVED, PAST, FUTURE), 0.2), abs=0.03)
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.sd == pytest.approx(np.sqrt(5.0), rel=0.03)
    assert {name for name, _ in found.leading[:3]} == {"market_shift", "hurdle", "agglomeration"}
    assert [share for _, share in found.leading[:3]] == pytest.approx([0.2] * 3, abs=0.03)


def test_taking_a_source_out_takes_its_variance_out(made):
    points, groups, values = made
    found = validation_study.without(points, groups, values)
    for source in (SHOCKS, MOVED, UNMOVED, PAST):
        assert found[source].var() == pytest.approx(4.0, rel=0.06), source
    assert found[FUTURE].var() == pytest.approx(4.0 + 1.0 / FUTURES, rel=0.06)


def test_parameters_are_held_at_their_medians(space):
    """With one parameter as the only source, holding it leaves the value at its median."""
    random = np.random.default_rng(2)
    points = random.random((500, space.axes)) * 0.5 + 0.3
    z = np.log(points / (1 - points))
    values = np.repeat((10.0 + 3.0 * z[:, 0])[:, np.newaxis], 2, axis=1)
    held = validation_study.without(points, {SHOCKS: [0], MOVED: [1], UNMOVED: []}, values)[SHOCKS]
    assert held == pytest.approx(10.0 + 3.0 * np.median(z[:, 0]), abs=1e-6)
