"""The standard of proof, on effects whose truth is known: words, probabilities, bounds, and how often they err."""

from collections import Counter

import numpy as np
import pytest
from scipy.special import expit

from copark.analyses.claims import verdict
from copark.analyses.claims.expected import Ridge
from copark.analyses.claims.rules import RuleCondition
from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.schema import Part, PartCombination
from copark.analyses.claims.sequential import TrialRuns
from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.claims.trial import ClaimTrial
from copark.analyses.claims.words import WORDS, side
from copark.calibration.case_parameters import parameters_of
from copark.stats.jackknife import groups_of, jackknife, reach
from tests.claims.conftest import SEED

STATISTICS = {
    "size": {"kind": "log", "output": "operating", "year": 12, "scenario": "a", "reference": "b"},
    "failed": {"kind": "change", "outcome": "failed", "scenario": "a", "reference": "b"},
}
SMALLER = {"of": "size", "below": -0.1}
FAILS = {"of": "failed", "above": 0.05}
WORDED = {"en": "x", "zh": "无"}
PARAMETERS = 40


def part(rule, *names):
    return Part.model_validate(
        {
            "key": "p", "title": WORDED, "says": WORDED, "reason": WORDED,
            "statistics": {name: STATISTICS[name] for name in names},
            "rule": {"supported": rule, "not_supported": rule},
        }
    )  # fmt: skip


def sizes(rng, middle, spread, draws=200, futures=5, chance=0.3):
    """A model of sizes: an effect that parameters make in part, hidden in chance as large as a park's."""
    x = rng.standard_normal((draws, PARAMETERS))
    effect = middle + spread * (
        0.8 * x[:, 0] + 0.4 * x[:, 1] + 0.2 * (x[:, 2] ** 2 - 1.0) + 0.4 * rng.standard_normal(draws)
    )
    return x, effect, effect[:, None] + chance * rng.standard_normal((draws, futures))


def failures(rng, shift, draws=200, futures=5):
    """A model of failure: chances that parameters make, of which a run sees 0 or 1, with common random numbers."""
    x = rng.standard_normal((draws, PARAMETERS))
    before = expit(-3.0 + 1.5 * x[:, 0])
    after = expit(-3.0 + 1.5 * x[:, 0] + shift)
    chance = rng.uniform(size=(draws, futures))
    return x, after - before, (chance < after[:, None]).astype(float) - (chance < before[:, None])


def judged(rule, name, x, runs):
    asked = part(rule, name)
    weighed = verdict.weigh(asked, {name: runs}, Ridge({str(at): column for at, column in enumerate(x.T)}), {})
    return verdict.verdict_of(asked, weighed, weighed, {}), weighed


def test_words_are_said_where_the_whole_monte_carlo_interval_is_beyond():
    rules = standard()
    said = {p: rules.word(p, 10**9) for p in (0.0, 0.049, 0.051, 0.339, 0.341, 0.659, 0.661, 0.949, 0.951, 1.0)}
    assert list(said.values()) == [
        "contradicted", "contradicted", "unlikely", "unlikely", "open", "open", "likely", "likely", "established",
        "established",
    ]  # fmt: skip
    assert [rules.word(1.0, draws) for draws in (3, 8, 200)] == ["open", "likely", "established"]
    assert rules.word(float("nan"), 200) == "open"


def test_no_word_stands_that_an_alternative_turns():
    """Likely and unlikely need what established and contradicted need; small at most rests on bounds."""
    assert {word: turned_word(word) for word in WORDS} == dict.fromkeys(WORDS, "open") | {"small": "small"}


def test_a_word_needs_every_part_or_one_of_them():
    every, some = (PartCombination.model_validate({head: ["a", "b"]}) for head in ("all", "any"))
    needed = {word: (verdict.needs_every_part(every, word), verdict.needs_every_part(some, word)) for word in WORDS[:5]}
    assert needed["established"] == needed["likely"] == (True, False)
    assert needed["unlikely"] == needed["contradicted"] == (False, True)


def test_a_claim_that_any_part_holds_is_turned_where_all_are_taken_away_at_once():
    some = PartCombination.model_validate({"any": ["a", "b", "not-measured"]})
    established = verdict.Verdict(word="established", probability=1.0)
    held, taken = (np.ones(60), np.ones(60)), (np.ones(60), np.full(60, 0.3))
    for under, said in (
        ({"a": held, "b": taken}, False),
        ({"a": taken, "b": held}, False),
        ({"a": taken, "b": taken}, True),
    ):
        assert verdict.turns_together(some, established, under, 200) is said


def test_other_draws_may_say_the_words_that_the_sampling_error_reaches():
    def others(probability, error, draws=10**6):
        return verdict.other_words(probability, error, lambda p: standard().word(p, draws))

    assert others(0.71, 0.01) == ()
    assert others(0.71, 0.04) == ("open",)
    assert others(0.5, 0.2) == ("likely", "unlikely")
    assert others(0.97, 0.02) == ("likely",)
    assert others(0.71, float("nan")) == others(float("nan"), 0.1) == ()
    lowered = verdict.when_turned(verdict.Verdict(word="likely", probability=0.9, other_words=("established",)))
    assert (lowered.word, lowered.other_words, lowered.turned) == ("open", (), True)


def test_the_sampling_error_is_what_p_varies_by_over_other_draws():
    """Forty worlds of an effect that holds on two draws of three: P of each with its error, beside how P scatters."""
    found = []
    for seed in range(40):
        x, _, runs = sizes(np.random.default_rng(seed), -0.2, 0.3)
        asked = part(SMALLER, "size")
        columns = {str(at): column for at, column in enumerate(x.T)}
        weighed = verdict.weigh(asked, {"size": runs}, Ridge(columns), {})

        def ridge(draws, group, columns=columns):
            kept = groups_of(draws)[group]
            return Ridge({name: column[:draws][kept] for name, column in columns.items()})

        without = weighed.without_groups(asked, ridge, {})
        found.append((weighed.probability, jackknife([one.probability for one in without])))
    chances, errors = np.array(found).T
    assert 0.8 < np.sqrt((errors**2).mean()) / chances.std(ddof=1) < 1.5
    middle = chances.mean()
    held = [low <= middle <= high for low, high in (reach(p, error, 0.9) for p, error in found)]
    assert np.mean(held) > 0.8


def test_bounds_are_those_of_all_priors_within_the_factor():
    rng = np.random.default_rng(SEED)
    values = rng.standard_normal(50)
    low, high = verdict.bounds(values, 100.0)
    weights = rng.choice([1.0, 100.0], (5000, 50))
    means = (weights * values).sum(axis=1) / weights.sum(axis=1)
    assert low <= means.min()
    assert means.max() <= high
    best = np.where(values > high, 100.0, 1.0)  # at the best cut the mean itself is the threshold
    assert high == pytest.approx((best * values).sum() / best.sum())
    assert verdict.bounds(values, 1.0) == pytest.approx((values.mean(), values.mean()))
    assert verdict.bounds(values, 1e9) == pytest.approx((values.min(), values.max()), abs=1e-6)


def test_chance_is_taken_out_of_the_share_of_draws():
    """No draw's effect is beyond the margin, and chance alone puts a fifth of their means there."""
    x, effect, runs = sizes(np.random.default_rng(SEED), 0.0, 0.0)
    assert not (effect < -0.1).any()
    assert (runs.mean(axis=1) < -0.1).mean() > 0.2
    assert judged(SMALLER, "size", x, runs)[0].probability < 0.1


def test_runs_that_did_not_end_well_are_left_out():
    x, _, runs = sizes(np.random.default_rng(SEED), -0.5, 0.1)
    runs[0], runs[1, :4] = np.nan, np.nan
    found, weighed = judged(SMALLER, "size", x, runs)
    assert np.isnan(weighed.chance).tolist() == [True] + [False] * 199
    assert found.word == "established"


def test_conditions_are_asked_draw_by_draw_and_one_statistic_decides():
    values = {"size": np.array([-0.2, -0.2, 0.0, 0.2]), "failed": np.array([0.0, 0.1, 0.1, 0.0])}
    either, both = ({head: [SMALLER, FAILS]} for head in ("any", "all"))
    for written, met in (
        (either, [1, 1, 1, 0]), (both, [0, 1, 0, 0]), ({"not": SMALLER}, [0, 0, 1, 1]),
        ({"of": "size", "beyond": 0.1}, [1, 1, 0, 1]), ({"of": "size", "within": 0.1}, [0, 0, 1, 0]),
    ):  # fmt: skip
        assert verdict.holds(RuleCondition.model_validate(written), values, {}).tolist() == met
    values["failed"] = np.zeros(4)
    assert verdict.deciding(RuleCondition.model_validate(either), values, {}) == "size"
    assert verdict.deciding(RuleCondition.model_validate(both), values, {}) == "failed"


def test_parts_hold_together_or_any_of_them():
    one, other = np.array([1.0, 1.0, 0.0, 0.5]), np.array([1.0, 0.0, 0.0, 0.5])
    weighed = {"a": verdict.Weighed(one, None, {}), "b": verdict.Weighed(other, None, {})}
    every, some = (PartCombination.model_validate({head: ["a", "b"]}) for head in ("all", "any"))
    assert verdict.joint(every, weighed).tolist() == [1.0, 0.0, 0.0, 0.25]
    assert verdict.joint(some, weighed).tolist() == [1.0, 1.0, 0.0, 0.75]
    found = verdict.claim_verdict(every, dict.fromkeys("ab", verdict.Verdict(probability=0.5)), weighed, weighed)
    assert (found.probability, found.prior_probability) == (0.3125, 0.3125)


def test_a_part_that_is_not_measured_leaves_open_what_the_others_cannot_decide():
    every, some = (PartCombination.model_validate({head: ["a", "b"]}) for head in ("all", "any"))
    for share, said in ((0.0, ("contradicted", "open")), (1.0, ("open", "established"))):
        weighed = {"a": verdict.Weighed(np.full(200, share), None, {}), "b": verdict.Weighed(np.zeros(0), None, {})}
        parts = {"a": verdict.Verdict(probability=share), "b": verdict.Verdict()}
        found = [verdict.claim_verdict(headline, parts, weighed, weighed) for headline in (every, some)]
        assert tuple(one.word for one in found) == said
        assert [one.probability for one in found] == [share, share]


def test_an_alternative_counts_as_far_as_it_exceeds_its_own_chance():
    rng = np.random.default_rng(SEED)
    likely = verdict.Verdict(word="likely", probability=0.8)
    reference = rng.uniform(size=60)
    assert verdict.in_alternative(likely, reference, reference, 200) == (0.8, "likely")
    p, word = verdict.in_alternative(likely, reference, reference + 0.3 * rng.standard_normal(60), 200)
    assert (abs(p - 0.8) < 0.1, word) == (True, "likely")
    p, word = verdict.in_alternative(likely, reference, np.zeros(60), 200)
    assert (p < 0.4, word, verdict.turns("likely", word)) == (True, "open", True)
    assert not verdict.turns("open", "likely")
    assert [verdict.turns("small", other) for other in ("open", "likely")] == [False, True]


WORLDS = {
    # how effects are made, what is claimed of which, and what is true by construction: of sizes the middle and the
    # spread of the effect, of failure the shift of log odds; then the side of the truth, with endless draws
    "size, true": (sizes, SMALLER, "size", (-0.5, 0.1), 1),
    "size, likely": (sizes, SMALLER, "size", (-0.36, 0.3), 1),
    "size, even": (sizes, SMALLER, "size", (-0.1, 0.3), 0),
    "size, unlikely": (sizes, SMALLER, "size", (0.16, 0.3), -1),
    "size, false": (sizes, SMALLER, "size", (0.3, 0.1), -1),
    "size, small": (sizes, SMALLER, "size", (0.0, 0.005), -1),
    "failure, true": (failures, FAILS, "failed", (5.0,), 1),
    "failure, likely": (failures, FAILS, "failed", (1.5,), 1),
    "failure, even": (failures, FAILS, "failed", (0.8,), 0),
    "failure, unlikely": (failures, FAILS, "failed", (0.3,), -1),
    "failure, false": (failures, FAILS, "failed", (0.0,), -1),
}


def rates(world, trials, **plan):
    """How often each word is said in a world, and the error of P."""
    make, rule, name, how, _ = WORLDS[world]
    rng, said, errors = np.random.default_rng(SEED), Counter(), []
    for _ in range(trials):
        x, effect, runs = make(rng, *how, **plan)
        found = judged(rule, name, x, runs)[0]
        said[found.word] += 1
        errors.append(found.probability - verdict.holds(RuleCondition.model_validate(rule), {name: effect}, {}).mean())
    return said, float(np.sqrt(np.mean(np.square(errors))))


def test_words_come_out_right_where_the_truth_is_known(subtests):
    for name, (*_, right) in WORLDS.items():
        if name.endswith(("true", "false", "small")):
            with subtests.test(world=name):
                said, _ = rates(name, 20)
                assert {side(word) for word in said} == {right}


@pytest.mark.long
def test_words_are_wrong_no_more_often_than_is_published(subtests, capsys):
    """The table of docs/validity.md: 400 trials in each world, 200 draws of five runs."""
    for name, (*_, right) in WORLDS.items():
        said, error = rates(name, 400)
        opposite = sum(count for word, count in said.items() if side(word) * right < 0)
        decided = sum(count for word, count in said.items() if not right and side(word))
        with subtests.test(world=name):
            assert opposite == 0
            assert decided <= 0.05 * 400
            assert error < 0.1
        with capsys.disabled():
            told = {word: f"{said[word] / 4.0:.0f}%" for word in WORDS if said[word]}
            print(f"\n{name}: {told}, root mean square error of P {error:.3f}", end="")


@pytest.mark.long
def test_five_runs_of_a_draw_say_of_the_park_what_forty_say(great_stone, shipped, subtests, capsys):
    """P from five runs of each draw against P from forty, for sizes and outcomes of Great Stone."""
    source = parameters_of(great_stone, kind="shipped").source
    study = trial_study(great_stone, 100, 40, SEED, "posterior")
    trial_runs = TrialRuns(ClaimTrial(shipped, great_stone, study, shipped.claims.claims, source, threads=2))
    few = trial_runs.experiment.part(range(5))
    asked = (("4b", "ties"), ("4a", "home-token"), ("1", "joint"), ("3", "weak-enterprises"), ("R-rescue", "effect"))
    for claim, key in asked:
        one = next(each for each in shipped.claims.claims if each.id == claim).part(key)
        many, five = (trial_runs.weigh(one, each, 100).probability for each in (trial_runs.experiment, few))
        with subtests.test(claim=claim, part=key):
            assert five == pytest.approx(many, abs=0.06)
        with capsys.disabled():
            print(f"\n{claim} {key}: P {five:.2f} from five runs, {many:.2f} from forty", end="")
