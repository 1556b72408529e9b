"""What is counted, ranked and named does not hang on the last digits, in which processors and libraries differ."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from tests.levers.conftest import by_hand

from copark.analyses.claims.samples import Sample
from copark.analyses.claims.scenario_statistics import contrast
from copark.analyses.levers.dependence import find_dependences
from copark.cases import load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.cases.quarters import Quarter
from copark.cases.world import growth_gaps, in_order
from copark.decisions.effects import lever_effects
from copark.simulation.run import inputs_of
from copark.stats.precision import any_differ, difference
from copark.stats.robust_choice import non_dominated, ranks
from copark.stats.rounding import NO_DIFFERENCE, differ, reaches, rounded, settled
from copark.stats.scores import percentiles
from copark.stats.shares import verdict

VALUES = np.random.default_rng(1).lognormal(6.0, 1.0, 1000)
NOISE = np.random.default_rng(2).choice([-2e-16, 0.0, 2e-16], 1000)


def test_a_scenario_that_changes_nothing_is_equal_however_it_is_rounded() -> None:
    after = VALUES * (1.0 + NOISE)
    assert (after != VALUES).any()
    for log in (False, True):
        assert not difference(VALUES, after, log=log).any()
    assert not any_differ(VALUES, after, axis=0)
    assert not settled(after - VALUES, VALUES).any()


def test_a_real_difference_is_left_as_it_is_and_what_is_no_number_stays_none() -> None:
    before, after = np.array([1.0, 1000.0, np.nan, 0.0]), np.array([1.0 + 1e-6, 1000.01, 1.0, 3e-9])
    assert np.array_equal(difference(before, after), after - before, equal_nan=True)
    assert differ(before, after).all()
    assert not differ(np.array([np.nan, np.inf, 5.0]), np.array([np.nan, np.inf, 5.0 + 1e-9])).any()


def test_a_lever_that_does_nothing_is_no_gain_and_leans_on_nothing() -> None:
    home = np.tile(VALUES[:400], (3, 1))
    home[1] *= 1.0 + NOISE[:400]
    home[2] += 1.0
    by_structure = by_hand(draws=200, home=home[None])
    effects = {(effect.scenario, effect.measure): effect for effect in lever_effects(by_structure[0], by_structure)}
    nothing, something = effects["option-1", "home"], effects["option-2", "home"]
    assert (nothing.above, nothing.equal, nothing.verdict) == (0.0, 1.0, "nothing")
    assert nothing.sources.total == 0.0
    assert not nothing.flips
    assert (something.above, something.verdict) == (1.0, "gains_surely")


def test_a_gain_of_rounding_leans_on_no_parameter() -> None:
    operating = np.zeros((1, 3, 400))
    operating[0, 1] = NOISE[:400]
    (effects,) = by_hand(draws=200, operating=operating)
    assert not find_dependences(effects, {"enquiry_rate": operating[0, 1, ::2]}, {"enquiry_rate": "moved"})


def test_ranks_and_dominance_hold_ties() -> None:
    assert ranks(np.array([3.0, 3.0 - 1e-12, 2.0])).tolist() == [1, 1, 3]
    assert ranks(np.array([0.0, 1e-14, 5e-15]), most_is_best=False).tolist() == [1, 1, 1]
    assert non_dominated(np.array([[100.0, 2.0], [100.0 + 1e-13, 2.0], [90.0, 1.0]])).tolist() == [True, True, False]
    assert rounded([1000.0, 1000.0 + 1e-10, 999.0]).tolist() == [1.0, 1.0, 0.999]


def test_a_share_at_a_limit_gets_the_word_of_the_limit() -> None:
    assert 1.0 - 0.95 > 0.05, "as a processor sees it"
    for better, equal, word in (
        (0.7 - 1e-16, 0.25, "gains_at_times"), (0.75 - 1e-16, 0.0, "gains_mostly"), (0.95 - 2e-16, 0.0, "gains_surely"),
        (0.05 + 1e-17, 0.25, "loses_at_times"),
    ):  # fmt: skip
        assert verdict(better, equal) == word
    assert reaches(270.0 - 1e-12, 270.0)
    assert not reaches(269.9, 270.0)


def test_a_claim_about_nothing_is_sure() -> None:
    same = contrast([VALUES, VALUES * (1.0 + NOISE), VALUES, VALUES])
    assert not same.any()
    assert Sample(same).below(0.0) == Sample(same).above(0.0) == 0.0
    sure = Sample(0.3 + 1e-16 * np.arange(10), "mean")
    assert (sure.below(0.3), sure.above(0.3)) == (0.0, 0.0)


def test_an_observation_that_runs_hit_is_in_their_middle() -> None:
    interpolated = np.full(100, 30.0 - 4e-15)
    assert percentiles(interpolated, 30.0, 30.0).number == 50.0


def test_sums_are_the_same_on_every_python() -> None:
    """From 3.12 on `sum` carries rounding along, and gives 0.6; a case is read by plain sums everywhere."""
    assert in_order([0.1, 0.2, 0.3]) == 0.1 + 0.2 + 0.3 == 0.6000000000000001
    gap = growth_gaps(load_case("great-stone"))[0]
    assert gap[2013].hex() == GAP_2013


GAP_2013 = "-0x1.f9f01b866e439p-5"
"""Belarus: growth of 2013 less the mean of the ten years before, added one after the other."""


def test_facts_have_one_hash_whatever_their_last_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    from copark.calibration import prior

    case, cut = load_case("great-stone"), Quarter.parse("2020Q4")
    before = prior.facts_hash(case, cut)

    def noisy(*arguments: object, **named: object) -> object:
        inputs = inputs_of(*arguments, **named)  # type: ignore[arg-type]
        inputs.world["growth_host"] = np.nextafter(inputs.world["growth_host"], np.inf)
        inputs.history[:] = np.nextafter(inputs.history, -np.inf)
        return inputs

    monkeypatch.setattr(prior, "inputs_of", noisy)
    assert prior.facts_hash(case, cut) == before

    def moved(*arguments: object, **named: object) -> object:
        inputs = inputs_of(*arguments, **named)  # type: ignore[arg-type]
        inputs.world["growth_host"][0] += 1e-6
        return inputs

    monkeypatch.setattr(prior, "inputs_of", moved)
    assert prior.facts_hash(case, cut) != before


def test_a_posterior_is_not_outdated_by_a_last_digit_of_what_was_fitted() -> None:
    from copark.calibration.calibrations import is_stale
    from copark.calibration.provenance import recipe_in

    case = load_case("itpl-bangalore")
    recipe = recipe_in(posteriors_in(casebook_path() / case.name / POSTERIOR)["2024Q4"])
    assert recipe is not None
    error = recipe["batch"]["targets"][0][5]
    for factor, stale in ((1.0, False), (1.0 + 1e-15, False), (1.01, True)):
        recipe["batch"]["targets"][0][5] = error * factor
        assert is_stale(case, recipe) is stale


def test_a_posterior_is_not_outdated_by_what_is_said_of_a_park() -> None:
    """Words, Chinese or English, change no number: titles, events and notes of parameters among them."""
    from copark.calibration.calibrations import is_stale
    from copark.calibration.provenance import recipe_in

    case = load_case("suzhou")
    recipe = recipe_in(posteriors_in(casebook_path() / case.name / POSTERIOR)["2019Q4"])
    assert recipe is not None
    rate = case.parameters["enquiry_rate"]
    assert rate.note is not None
    renoted = rate.model_copy(update={"note": rate.note.model_copy(update={"zh": "另一种说法。"})})
    title = case.title.model_copy(update={"zh": "另一个名称"})
    other = case.model_copy(update={"title": title, "parameters": {**case.parameters, "enquiry_rate": renoted}})
    assert other.hash != case.hash
    assert not is_stale(other, recipe)
    larger = rate.model_copy(update={"value": rate.value + 1.0})
    moved = case.model_copy(update={"parameters": {**case.parameters, "enquiry_rate": larger}})
    assert is_stale(moved, recipe)


DRAWS = """
from copark.cases import load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.calibration.calibrations import load
from copark.calibration.draw_sources import PosteriorSource

folder = posteriors_in(casebook_path() / "itpl-bangalore" / POSTERIOR)["2024Q4"]
stored = load(load_case("itpl-bangalore"), folder)
assert not stored.stale
print(PosteriorSource(stored.replay).content["draws_hash"])
"""


def test_draws_have_one_name_on_every_processor() -> None:
    """Where NumPy does without vectors, quantiles of priors have other last digits; results are found all the same."""
    from numpy._core import _multiarray_umath

    features = " ".join(_multiarray_umath.__cpu_dispatch__)
    names = set()
    for disabled in ("", features):
        environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled}
        if not disabled:
            del environment["NPY_DISABLE_CPU_FEATURES"]
        done = subprocess.run(
            [sys.executable, "-c", DRAWS], env=environment, check=True, capture_output=True, text=True
        )  # fmt: skip
        names.add(done.stdout)
    assert len(names) == 1


def test_the_tolerance_lies_between_rounding_and_what_anybody_would_tell() -> None:
    """Processors were measured to differ by 4e-13; a share of 10⁸ runs moves by 1e-8."""
    assert 1e-12 < NO_DIFFERENCE < 1e-8
