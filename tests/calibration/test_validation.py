"""Validation: what is scored and who wins, naive curves, why a curve is ahead, sources of a forecast's variance."""

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from copark.calibration import rolling_origin, validation_study
from copark.calibration.annealing import replay_posterior
from copark.calibration.calibrate import CalibrationSettings, CalibrationTask
from copark.calibration.prior import PriorSpace
from copark.calibration.rolling_origin import line
from copark.calibration.tempering import TemperingPlan
from copark.calibration.validation_study import AHEAD, BOTH, CENTRE, FUTURE, MOVED, PAST, SHOCKS, UNMOVED, WIDTH
from copark.cases.quarters import Quarter
from copark.stats.quantiles import quantile_band
from tests.calibration.conftest import CUT, target

SMALL = TemperingPlan(members=48, sweeps=1, last_sweeps=2)
LEVELS = (np.arange(400) + 0.5) / 400


@pytest.fixture(scope="module")
def great_stone_origin(batch):
    settings = CalibrationSettings(members=48, sweeps=1, last_sweeps=2, populations=2)
    assert settings.plan() == SMALL
    task = CalibrationTask(batch.recipe.case, CUT, settings, is_read=True)
    return rolling_origin.rolling(task, batch, (CUT,))[0]


def test_every_later_value_of_the_role_is_scored_once_and_bounds_are_kept_out_of_means(great_stone_origin):
    scored = [score.target.name for score in great_stone_origin.scores(["model"])]
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
    assert max(target.last for target in model.targets) <= 25
    assert [batch.recipe.model.targets[n].name for n in columns] == [target.name for target in model.targets]
    replay = replay_posterior(batch, model, columns, Quarter(2018, 4), plan=SMALL, populations=1)
    assert replay.counterparts.shape == (48, len(columns))


def test_few_pairs_have_many_futures_and_all_of_them_differ(great_stone, great_stone_origin):
    """2,000 members or more of 96 pairs: after the cut none shares its random numbers, before it pairs are replayed."""
    origin = rolling_origin.forecast_from(great_stone_origin.replay, great_stone)
    projection = origin.projections["model"]
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
    exact = rolling_origin.score(target(value=10.5), "m", ensemble)
    bound = rolling_origin.score(target(bound="at-least", value=9.0), "m", ensemble)
    assert (exact.bounded, exact.covered, exact.percentiles.number) == (False, True, 50.0)
    assert exact.crps == pytest.approx(1 / 12, abs=1e-3)
    assert (bound.bounded, bound.covered, bound.crps) == (True, True, 0.0)


FIRM = (
    ([1, 1, 1], [2, 2, 2], True),
    ([1.0, 1, 1], [1.02, 1.02, 1.02], False),  # a lead of a fiftieth
    ([1, 1, 9], [2, 2, 10], True),
    ([0, 5, 5], [9, 4, 4], False),  # all on one value
    ([1], [2], False),  # of one value nothing is firm
)


def test_a_winner_is_firm_if_no_single_value_makes_it():
    for first, second, firm in FIRM:
        assert rolling_origin.is_firm({"a": np.array(first, float), "b": np.array(second, float)}) is firm
    assert not rolling_origin.is_firm({"a": np.array([1.0, 2.0])}), "nobody to be ahead of"


def test_naive_curves_see_nothing_after_the_cut(great_stone):
    later = rolling_origin.targets(great_stone, ("score",), after=CUT)
    ensembles = rolling_origin.KnownRecord(great_stone, CUT).naive_ensembles(later)
    names = [target.variable for target in later]
    assert np.median(ensembles["persistence"][names.index("registered")]) == pytest.approx(68.0)
    assert "line" not in ensembles or names.index("profit") not in ensembles["line"]


FAR = np.array([1e-6])


def history(times, values, error=1.0):
    return rolling_origin.History.of(times, values, np.full(len(times), error))


def test_persistence_says_the_last_value_and_widens_with_the_root_of_time():
    past = history([0.0, 1.0, 2.0], [0.0, 3.0, 0.0])
    forecast = rolling_origin.persistence(past, np.array([3.0, 6.0]), np.zeros(2))
    assert forecast.centre.tolist() == [0.0, 0.0]
    assert forecast.scale == pytest.approx([3.0, 6.0])


def test_the_line_has_the_prediction_interval_of_the_textbooks():
    x = np.arange(6.0)
    y = np.array([1.0, 8.0, 3.0, 11.0, 6.0, 20.0])
    forecast = line(history(x, y), np.array([8.0]), np.array([1.0]), years=10.0)
    fit = linregress(x, y)
    s = np.sqrt(((y - fit.intercept - fit.slope * x) ** 2).sum() / 4)
    expected = s * np.sqrt(1 + 1 / 6 + (8 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert forecast.centre == pytest.approx([fit.intercept + 8 * fit.slope])
    assert forecast.scale == pytest.approx([expected], rel=1e-6)
    assert forecast.freedom == 4.0
    low, high = quantile_band(forecast.ensemble(0, 20_000))
    assert (high - low) / 2 == pytest.approx(expected * student.ppf(0.95, 4), rel=2e-3)


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
    ):
        forecast = fit(history(times, curve(times), 0.01), np.array([12.0]), FAR)
        assert forecast.centre == pytest.approx([curve(12.0)], rel=1e-3)


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
    swap = validation_study.swap(origin_of(10.0, model, line), "toy", "line")
    assert swap.reason == reason
    if reason == WIDTH:
        assert swap.naive_centre == pytest.approx(swap.model)
        assert swap.naive_band == pytest.approx(swap.naive)


def together(members, factor, truth):
    """Make a forecast of eight values that all hang on one thing, with bands too wide by a factor."""
    shared = np.linspace(-1.0, 1.0, members)[:, np.newaxis]
    own = np.random.default_rng(1).normal(scale=0.05, size=(members, 8))
    forecast = 100.0 + factor * 10.0 * (shared + own)
    targets = tuple(target("toy", date=str(n), value=truth) for n in range(8))
    return rolling_origin.Origin(Quarter(2020, 4), targets, {"model": {n: forecast[:, n] for n in range(8)}})


def test_values_that_hang_together_are_all_reached_most_of_the_time():
    """Full coverage of a 90 % band is no sign that it is too wide where all values are one."""
    honesty = validation_study.honesty(together(1000, 1.0, 101.0), "model")
    assert (honesty.values, honesty.covered) == (8, 1.0)
    assert honesty.all_covered > 0.8


def test_truth_nearer_than_the_model_expects_speaks_for_bands_too_wide():
    wide, right, aside = (
        validation_study.honesty(together(1000, *parts), "model")
        for parts in ((10.0, 100.5), (1.0, 104.0), (1.0, 160.0))
    )
    assert wide.as_good < 0.1
    assert wide.score < 0.5 * wide.expected
    assert 0.1 < right.as_good < 0.95
    assert aside.as_good == 1.0
    assert aside.covered == 0.0


PAIRS = 3000
FUTURES = 4
NAMES = {SHOCKS: ("market_shift",), MOVED: ("hurdle", "start_rate"), UNMOVED: ("agglomeration",)}


@pytest.fixture(scope="module")
def space(great_stone):
    return PriorSpace.of(great_stone)


@pytest.fixture(scope="module")
def fifths(space):
    """Make a forecast with a fifth of its variance from each source: of this sample, whatever axes the prior has."""
    random = np.random.default_rng(1)
    drawn = uncorrelated(random.normal(size=(PAIRS, space.axes + 1 + FUTURES)))
    z, past, future = np.split(drawn, [space.axes, space.axes + 1], axis=1)
    points = 1.0 / (1.0 + np.exp(-z * np.pi / np.sqrt(3.0)))
    groups = {source: [space.names.index(name) for name in names] for source, names in NAMES.items()}
    by_parameters = sum(z[:, groups[source][0]] for source in NAMES)
    return points, groups, (by_parameters + past[:, 0])[:, np.newaxis] + future


def uncorrelated(columns):
    """Give columns of mean 0 and variance 1 that are uncorrelated in the sample itself."""
    basis, _ = np.linalg.qr(columns - columns.mean(axis=0))
    return basis * np.sqrt(len(columns))


def test_five_sources_are_told_apart(space, fifths):
    spread = validation_study.spread(space, *fifths)
    assert spread.shares == pytest.approx(dict.fromkeys((SHOCKS, MOVED, UNMOVED, PAST, FUTURE), 0.2), abs=0.03)
    assert sum(spread.shares.values()) == pytest.approx(1.0)
    assert spread.sd == pytest.approx(np.sqrt(5.0), rel=0.03)
    assert {name for name, _ in spread.leading[:3]} == {"market_shift", "hurdle", "agglomeration"}
    assert [share for _, share in spread.leading[:3]] == pytest.approx([0.2] * 3, abs=0.03)


def test_taking_a_source_out_takes_its_variance_out(fifths):
    """Of four futures the mean still varies by a quarter: it stays without the future, and goes with the past."""
    points, groups, values = fifths
    remaining = validation_study.without(points, groups, values)
    for source in (SHOCKS, MOVED, UNMOVED):
        assert remaining[source].var() == pytest.approx(4.0, rel=0.01), source
    assert remaining[PAST].var() == pytest.approx(4.0 - 1.0 / FUTURES, rel=0.01)
    assert remaining[FUTURE].var() == pytest.approx(4.0 + 1.0 / FUTURES, rel=0.01)


def test_parameters_are_held_at_their_medians(space):
    """With one parameter as the only source, holding it leaves the value at its median."""
    random = np.random.default_rng(2)
    points = random.random((500, space.axes)) * 0.5 + 0.3
    z = np.log(points / (1 - points))
    values = np.repeat((10.0 + 3.0 * z[:, 0])[:, np.newaxis], 2, axis=1)
    held = validation_study.without(points, {SHOCKS: [0], MOVED: [1], UNMOVED: []}, values)[SHOCKS]
    assert held == pytest.approx(10.0 + 3.0 * np.median(z[:, 0]), abs=1e-6)
