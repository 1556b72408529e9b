"""Weights: an estimate draws a linear model to where it must, answers are met exactly, pools are averages."""

from dataclasses import dataclass

import numpy as np
import pytest
from pydantic import ValidationError

from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.verdict import Verdict
from copark.analyses.experts.elicitation import LEVELS, opinion, place, pooled, rake
from copark.analyses.experts.literature import Estimate, error_of, literature, state_of
from copark.analyses.experts.weighing import held_of
from copark.analyses.experts.workbook import Expert, ExpertQuestion
from copark.cases import load_case
from copark.cases.types import WrittenText
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputValues
from copark.stats.precision import effective
from copark.stats.quantiles import weighted_quantiles

SAID = {"en": "said", "zh": "说"}


def estimate(**changes):
    made = {"key": "toy", "title": SAID, "finding": SAID, "citation": "Toy 2026", "doi": "", "read": "abstract",
            "grade": "medium", "bears": SAID, "parameter": "network_strength", "value": 1.0}  # fmt: skip
    return Estimate.model_validate(made | changes)


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(1).standard_normal(40_000)


def test_a_known_estimate_of_a_linear_effect_is_recovered(normal):
    effect = 2.0 * normal
    weights = estimate(value=1.0).likelihood(effect, 0.5)
    gain = 4.0 / (4.0 + 0.25)  # normal prior of variance 4, normal error of variance 0.25
    assert np.average(effect, weights=weights) == pytest.approx(gain, abs=0.02)
    spread = np.sqrt(np.average((effect - gain) ** 2, weights=weights))
    assert spread == pytest.approx(np.sqrt(4.0 * (1.0 - gain)), rel=0.03)
    assert effective(weights) < len(normal) / 2.0


def test_a_sign_leaves_the_other_side_out(normal):
    weights = estimate(value=None, above=0.0).likelihood(normal, 1e-3)
    assert np.average(normal < -0.01, weights=weights) < 1e-6
    assert np.average(normal, weights=weights) == pytest.approx(np.sqrt(2.0 / np.pi), abs=0.01)


def test_quantiles_are_met_and_nothing_else_is_changed(normal):
    other = 0.6 * normal + 0.8 * np.random.default_rng(2).standard_normal(len(normal))
    given, too = (-0.5, 0.2, 1.4), (-1.0, -0.2, 1.0)
    raked = rake([place(normal, given), place(other, too)], np.ones(len(normal)))
    assert weighted_quantiles(normal, raked.weights, LEVELS) == pytest.approx(given, abs=0.01)
    assert weighted_quantiles(other, raked.weights, LEVELS) == pytest.approx(too, abs=0.01)
    assert raked.off < 1e-5
    product = raked.factors[0][place(normal, given)] * raked.factors[1][place(other, too)]
    assert product / product.sum() == pytest.approx(raked.weights), "factors are all that is needed elsewhere"
    contradicting = rake([place(normal, (-1.0, 0.0, 1.0)), place(normal, (-2.0, -1.5, -1.2))], np.ones(len(normal)))
    assert contradicting.off > 0.1


@dataclass
class Toy:
    """Draws of one parameter, a run each."""

    values: np.ndarray

    @property
    def runs(self):
        return len(self.values)

    def of(self, _question):
        return self.values


QUESTION = {"x": ExpertQuestion("x", "parameter", WrittenText(en="x", zh="x"), WrittenText(en="1", zh="1"), -9.0, 9.0)}


def test_the_record_is_told_after_the_experts(normal):
    """Prior N(0, 1); its record N(1, 1/2) by one value at 2; an expert whose quantiles are those of the prior."""
    quantiles = tuple(np.quantile(normal, LEVELS).tolist())
    record = 1.0 + np.sqrt(0.5) * normal[:5000]
    same = opinion(Expert("A", 1.0, {"x": quantiles}), QUESTION, Toy(normal), Toy(record))
    assert np.average(record, weights=same.posterior) == pytest.approx(1.0, abs=0.02)
    low = opinion(Expert("B", 1.0, {"x": (-1.5, -0.7, 0.1)}), QUESTION, Toy(normal), Toy(record))
    prior, after = np.average(normal, weights=low.prior), np.average(record, weights=low.posterior)
    assert prior == pytest.approx(-0.7, abs=0.1)
    assert prior < after < 1.0


def test_what_the_model_never_has_is_left_out(normal):
    beyond = opinion(Expert("C", 1.0, {"x": (20.0, 30.0, 40.0)}), QUESTION, Toy(normal), None)
    assert beyond.unreached == ("x",)
    assert np.ptp(beyond.prior) == 0.0


def test_a_pool_is_the_weighted_mean_of_its_experts(normal):
    chance = (normal > 0.5).astype(float)
    each = [
        rake([place(normal, given)], np.ones(len(normal))).weights for given in ((-2.0, -1.0, 0.0), (0.0, 1.0, 2.0))
    ]
    alone = [float(one @ chance) for one in each]
    assert float(pooled(each, (1.0, 3.0)) @ chance) == pytest.approx(0.25 * alone[0] + 0.75 * alone[1])


def on_two_draws(case):
    return Experiment(trial_study(case, 2, 1, 1, "prior"), case, OutputValues(()))


def test_the_table_says_where_its_numbers_are_from():
    table = literature()[0]
    great_stone = load_case("great-stone")
    experiment = on_two_draws(great_stone)
    for one in table.estimates:
        assert one.error is None, "none of the sources read gives one"
        if one.use:
            assert state_of(one, experiment) == "used", one.key
            assert error_of(one, {one.parameter: np.array([0.0, 2.0])}) > 0.0
    kaesong = on_two_draws(load_case("kaesong"))
    states = {one.key: state_of(one, kaesong) for one in table.estimates}
    assert states["revealed-value"] == "elsewhere"
    assert states["hawassa"] == "unfelt", "no sanctions are on record there"
    with pytest.raises(ValidationError):
        estimate(read="memory")


def test_words_are_those_of_the_standard_for_so_many_effective_draws():
    plain = Verdict(word="established", probability=1.0)
    for draws in range(30, 700, 7):
        assert held_of(np.ones(draws), plain, np.full(draws, 0.1)).word in ("likely", "established")
    few = held_of(np.ones(600), plain, np.where(np.arange(600) < 12, 1.0, 0.0))
    assert (few.word, few.enough, few.probability) == ("open", False, pytest.approx(1.0))
    half = held_of(np.array([1.0, 0.0, np.nan] * 200), plain, np.tile([3.0, 1.0, 9.0], 200))
    assert half.probability == pytest.approx(0.75)
    assert half.draws == pytest.approx(320.0), "400 known, weighted 3 to 1"
