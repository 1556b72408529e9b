"""The same model written a second time, in Mesa, from the equations: both give the same distributions.

Nothing is shared but the specification, the packed facts and the parameters; the second implementation draws its own
random numbers. 120 of its runs stand against 3,000 of the kernel's. Twelve comparisons at a level of 0.001 in all: by
chance the test fails once in a thousand choices of seed (the seeds are fixed). A shift of a third of a standard
deviation is found nine times in ten.
"""

import numpy as np
import pytest

pytest.importorskip("mesa", reason="Mesa is not installed (the dev extra brings it)")

from bench.facts import facts_of, parameters_of
from bench.mesa_park import RECORDED, run_park
from scipy.stats import ks_2samp

from copark.experiments.run import inputs_of, simulate
from copark.experiments.sample import fill, sample
from copark.experiments.study import load_study

DATES = ("2018Q4", "2024Q4", "2032Q2")
OUTPUTS = ("registered", "operating", "jobs", "cash")
RUNS, LEVEL = 120, 0.001


@pytest.fixture(scope="module")
def both(great_stone):
    study = load_study("great-stone").with_changes(draws="defaults", runs=3000, keep=OUTPUTS)
    scenario = study.scenarios[0]
    facts = facts_of(inputs_of(great_stone, scenario))
    parameters = parameters_of(fill(sample(study, great_stone, 0, 1), scenario, study, 0, 1))
    second = np.array([run_park(facts, parameters, seed) for seed in range(RUNS)])
    return simulate(study, great_stone), second


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_both_give_the_same_distribution(both, output, date):
    kernel, second = both
    when = list(kernel.label.values).index(date)
    ours, theirs = kernel[output].values[0, :, when], second[:, RECORDED.index(output), when]
    assert ks_2samp(ours, theirs).pvalue > LEVEL / (len(DATES) * len(OUTPUTS))
    error = np.sqrt(ours.var() / ours.size + theirs.var() / theirs.size)
    assert abs(ours.mean() - theirs.mean()) < 4.5 * error + 1e-9


def test_a_wrong_second_implementation_is_found(both):
    """The comparison has teeth: operating enterprises two years late do not pass for the same."""
    kernel, second = both
    when = list(kernel.label.values).index("2024Q4")
    late = second[:, RECORDED.index("operating"), when - 8]
    assert ks_2samp(kernel.operating.values[0, :, when], late).pvalue < LEVEL / 12
