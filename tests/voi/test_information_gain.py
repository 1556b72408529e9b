"""Information gain where it is known on paper: effects and reports that are jointly normal.

With an effect of variance 1 and a report of it with error variance e the posterior mean has variance R² = 1/(1 + e),
and the posterior deviation is sqrt(1 - R²). A sign is decided with 95 % where the posterior mean lies 1.645 such
deviations from 0: in a share 2 Φ(-1.645 sqrt((1 - R²)/R²)) of worlds.
"""

import numpy as np
import pytest
from scipy.stats import norm

from copark.stats.information_gain import SURE, decided, foretell, gains

WORLDS = 4000


@pytest.fixture(scope="module")
def effect():
    return np.random.default_rng(1).standard_normal((WORLDS, 1))


def gain(effect, known, candidate):
    holds = effect < 0.0
    nothing = np.zeros((len(effect), 0))
    base = foretell(known, nothing, effect, holds)
    (found,) = gains(base, foretell(known, candidate, effect, holds), effect, holds)
    return found


def report(effect, explained, seed):
    error = np.random.default_rng(seed).standard_normal(effect.shape)
    return effect + error * np.sqrt(1.0 / explained - 1.0)


def share_decided(explained):
    return float(2.0 * norm.sf(norm.ppf(SURE) * np.sqrt((1.0 - explained) / explained)))


def test_what_a_report_tells_is_known_in_closed_form(effect, subtests):
    for explained in (0.25, 0.5, 0.75, 0.9):
        with subtests.test(explained=explained):
            found = gain(effect, np.zeros((WORLDS, 0)), report(effect, explained, 2))
            assert found.before == pytest.approx(0.0, abs=0.01)
            assert found.after == pytest.approx(explained, abs=0.03)
            assert found.decided_before == 0.0
            assert found.decided == pytest.approx(share_decided(explained), abs=0.035)
            assert found.variance == pytest.approx(brier(explained), abs=4.0 * found.error)


def brier(explained):
    """E[(P - 1/2)²] of the probability P = Φ(m / sqrt(1 - R²)) over m ~ N(0, R²)."""
    means = np.random.default_rng(3).standard_normal(200_000) * np.sqrt(explained)
    return float(np.mean((norm.cdf(means / np.sqrt(1.0 - explained)) - 0.5) ** 2))


def test_two_reports_are_worth_as_much_as_their_precisions_together(effect):
    """Precision adds up: errors of variance 1 and 1/2 beside a prior of 1 leave 1/(1 + 1 + 2)."""
    found = gain(effect, report(effect, 1 / 2, 4), report(effect, 2 / 3, 5))
    assert found.before == pytest.approx(1 / 2, abs=0.03)
    assert found.after == pytest.approx(3 / 4, abs=0.03)
    assert found.decided == pytest.approx(share_decided(3 / 4), abs=0.035)
    assert found.right >= SURE


def test_an_observation_that_tells_nothing_gains_nothing(effect, subtests):
    noise = np.random.default_rng(6).standard_normal((WORLDS, 6))
    for name, candidate in (("noise", noise), ("constant", np.ones((WORLDS, 2))), ("none", np.zeros((WORLDS, 0)))):
        with subtests.test(name=name):
            found = gain(effect, report(effect, 0.3, 7), candidate)
            assert abs(found.after - found.before) < 0.01
            assert abs(found.variance) < 0.002
            assert found.variance < 2.0 * max(found.error, 1e-12) or found.variance < 1e-4
            assert found.decided == pytest.approx(found.decided_before, abs=0.01)


def test_probabilities_hold_on_worlds_not_used(effect):
    holds = effect < 0.0
    made = foretell(np.zeros((WORLDS, 0)), report(effect, 0.6, 8), effect, holds).probability[:, 0]
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (made >= low) & (made < low + 0.2)
        spread = np.sqrt(0.25 / inside.sum())
        assert abs(holds[inside, 0].mean() - made[inside].mean()) < 4.0 * spread
    assert decided(np.array([0.96, 0.95, 0.5, 0.05, 0.06])).tolist() == [True, True, False, True, False]


def test_a_condition_that_all_or_none_meet_keeps_its_probability():
    effect = np.random.default_rng(9).standard_normal((200, 1))
    found = foretell(effect, np.zeros((200, 0)), effect, np.ones((200, 1), dtype=bool))
    assert (found.probability > SURE).all()
