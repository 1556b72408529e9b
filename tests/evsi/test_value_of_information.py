"""Value of information where it is known on paper: a net benefit that is normal, against nothing.

With one option of net benefit B ~ N(m, s²) beside one of 0, knowing B is worth EVPI = s L(|m|/s) with the unit normal
loss L(z) = φ(z) - z Φ(-z). A report of it with error variance e leaves a posterior mean of variance s² R², R² = s²/(s²
+ e), and is worth EVSI = s R L(|m|/(s R)) (Raiffa and Schlaifer 1961).
"""

import numpy as np
import pytest
from scipy.stats import norm

from copark.stats.value_of_information import (
    DecisionProblem,
    clustered_error,
    half_expectations,
    perfect_information,
    perfect_information_bound,
    simultaneous_errors,
)

WORLDS = 4000
MEAN = 0.4
SPREAD = 2.0


def loss(deviation, mean=MEAN):
    """Return s L(|m|/s): what deciding by a normal posterior mean of this deviation gains."""
    z = abs(mean) / deviation
    return deviation * (norm.pdf(z) - z * norm.sf(z))


def generator(seed):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def benefit():
    return MEAN + SPREAD * generator(1).standard_normal(WORLDS)


def problem_of(*options, unit=1.0, groups=None):
    benefits = unit * np.stack([np.zeros(len(options[0])), *options])
    return DecisionProblem(benefits, np.arange(len(options[0])) if groups is None else groups, 1)


def report(benefit, explained, seed=2):
    error = generator(seed).standard_normal(benefit.shape) * SPREAD
    return (benefit + error * np.sqrt(1.0 / explained - 1.0))[:, np.newaxis]


def is_near(found, expected):
    return abs(found.gain - expected) < 3.5 * found.error + 0.01 * expected


def test_a_report_is_worth_its_unit_normal_loss(benefit, subtests):
    for explained in (0.1, 0.3, 0.6, 0.9):
        with subtests.test(explained=explained):
            found = problem_of(benefit).of_report(report(benefit, explained))
            assert is_near(found, loss(SPREAD * np.sqrt(explained)))
            changed = norm.sf(MEAN / (SPREAD * np.sqrt(explained)))
            assert found.otherwise == pytest.approx(changed, abs=0.05)


def test_to_know_the_benefit_itself_is_worth_evpi(benefit):
    found = problem_of(benefit).of_report(benefit[:, np.newaxis])
    assert is_near(found, loss(SPREAD))


def test_a_benefit_that_chance_hides_is_as_much_worth(benefit):
    """What chance adds to each world's benefit is nothing anybody can know, and changes no value of information."""
    hidden = benefit + 5.0 * generator(3).standard_normal(WORLDS)
    found = problem_of(hidden).of_report(report(benefit, 0.5))
    assert abs(found.gain - loss(SPREAD * np.sqrt(0.5))) < 3.5 * found.error


def test_what_tells_nothing_is_worth_nothing(benefit, subtests):
    noise = generator(4).standard_normal((WORLDS, 8))
    for name, known in (("noise", noise), ("constant", np.ones((WORLDS, 2))), ("none", np.zeros((WORLDS, 0)))):
        with subtests.test(name):
            found = problem_of(benefit).of_report(known)
            assert abs(found.gain) <= 3.0 * found.error
            assert abs(found.gain) < 0.01


@pytest.mark.long
def test_ten_sources_that_tell_nothing_are_seldom_worth_asking():
    """The largest of ten gains, beyond what the largest of ten errors may be: at most in one sample of twenty."""
    false = 0
    for sample in range(16):
        draws = generator(100 + sample)
        options = [0.02 + draws.standard_normal(300), draws.standard_normal(300)]
        problem = problem_of(*options)
        rules = [problem.rule(problem.expected(draws.standard_normal((300, 3)))) for _ in range(10)]
        factor = simultaneous_errors(np.stack([rule.by_world for rule in rules]), problem.groups)
        gains = [problem.gain([rule]) for rule in rules]
        false += any(one.gain > factor * one.error > 0.0 for one in gains)
    assert false <= 3, "a binomial of 16 with 5 % exceeds 3 in 1 of 140"


def test_a_gain_is_never_negative_beyond_its_error(subtests):
    for sample in range(10):
        draws = generator(sample)
        benefit = draws.normal(0.5, 1.0, 400)
        for explained in (0.01, 0.05, 0.2):
            with subtests.test(sample=sample, explained=explained):
                found = problem_of(benefit).of_report(report(benefit, explained, sample + 50))
                assert found.gain > -3.0 * found.error - 1e-12


def test_more_precise_reports_are_worth_more_and_none_more_than_evpi(benefit):
    gains = [problem_of(benefit).of_report(report(benefit, explained)).gain for explained in (0.1, 0.3, 0.6, 1.0)]
    assert gains == sorted(gains)


def test_the_unit_of_the_stake_does_not_matter(benefit):
    first = problem_of(benefit).of_report(report(benefit, 0.3))
    other = problem_of(benefit, unit=1000.0).of_report(report(benefit, 0.3))
    assert other.gain == pytest.approx(1000.0 * first.gain)
    assert other.error == pytest.approx(1000.0 * first.error)
    assert other.chosen == pytest.approx(first.chosen)


def test_parts_add_up(benefit):
    found = problem_of(benefit, benefit**2 / 5.0).of_report(report(benefit, 0.5))
    assert sum(found.chosen) == pytest.approx(1.0)
    assert sum(found.gained) == pytest.approx(found.gain)


def test_an_option_that_changes_nothing_is_never_chosen_for_it(benefit):
    found = problem_of(np.zeros(WORLDS), benefit).of_report(report(benefit, 0.5))
    assert found.chosen[1] == 0.0


def test_a_decision_between_two_is_made_by_the_same_regression(benefit):
    """What is expected of an option does not depend on which others there are."""
    problem = problem_of(benefit, benefit**2 - 3.0)
    known = report(benefit, 0.5)
    both = problem.expected(known)
    assert np.allclose(problem.between(2).expected(known)[1], both[2])
    assert problem.between(2).gain([problem.between(2).rule(both[[0, 2]])]).gain >= 0.0


def test_which_option_is_compared_with_does_not_matter_to_the_best(benefit):
    assert problem_of(benefit).best == 1
    assert problem_of(-benefit).best == 0
    assert problem_of(benefit, benefit).best == 1, "of two that are equal the first"


def futures_of(benefit, count, chance):
    draws = benefit[:, np.newaxis] + chance * generator(9).standard_normal((WORLDS, count))
    return np.stack([np.zeros_like(draws), draws])


def known_by_futures(problem, known, futures):
    return perfect_information(problem, half_expectations(problem, known, futures))


def test_perfect_information_lies_between_rule_and_bound(benefit, subtests):
    """Chance as large as the spread of what can be known; knowing it all is worth the loss integral all the same."""
    for count, chance in ((4, 0.0), (16, 1.0), (16, 4.0), (5, 8.0)):
        with subtests.test(count=count, chance=chance):
            futures = futures_of(benefit, count, chance)
            problem = DecisionProblem(futures.mean(axis=2), np.arange(WORLDS), 1)
            low = known_by_futures(problem, np.zeros((WORLDS, 0)), futures)
            high, error = perfect_information_bound(problem, futures)
            truth = loss(SPREAD)
            assert low.gain - 3.5 * low.error < truth < high + 3.5 * error
            if chance == 0.0:
                assert is_near(low, truth)
                assert high == pytest.approx(truth, abs=3.5 * error + 0.01)
            told = known_by_futures(problem, benefit[:, np.newaxis], futures)
            assert abs(told.gain - truth) < 3.5 * told.error, "with all that can be known told, the rule is the best"


def test_where_only_chance_differs_nothing_is_found(subtests):
    futures = futures_of(np.full(WORLDS, 0.3), 8, 2.0)
    problem = DecisionProblem(futures.mean(axis=2), np.arange(WORLDS), 1)
    found = known_by_futures(problem, generator(3).standard_normal((WORLDS, 5)), futures)
    assert found.gain < 3.0 * found.error + 1e-9


def test_worlds_that_depend_on_each_other_count_once(benefit):
    """Every world four times: the gain is the same, and its error is no smaller."""
    groups = np.repeat(np.arange(WORLDS), 4)
    asked = report(benefit, 0.4)
    alone = problem_of(benefit).of_report(asked)
    again = problem_of(np.repeat(benefit, 4), groups=groups).of_report(np.repeat(asked, 4, axis=0))
    assert again.error == pytest.approx(alone.error, rel=0.1)
    assert clustered_error(np.repeat(benefit, 4), groups) == pytest.approx(benefit.std() / np.sqrt(WORLDS), rel=0.01)
