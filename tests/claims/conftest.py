"""What the tests of claims share: Great Stone, a claims file as small as can be, and what a trial of it found."""

from pathlib import Path

import numpy as np
import pytest

from copark.analyses.claims.claims_file import load_claims
from copark.analyses.claims.earlier_standard import EarlierStandard
from copark.analyses.claims.evaluation import find
from copark.analyses.claims.rules import Rule
from copark.analyses.claims.samples import Sample
from copark.analyses.claims.scenario_statistics import ScenarioReadings
from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.trial import ClaimTrial
from copark.cases.casebook import claims_of
from copark.simulation.measures import ScenarioMeasures

SMALL = Path(__file__).parent / "small.yaml"
OF_MODEL_1 = SMALL.read_text(encoding="utf-8").replace("scale: {governments.visit: 0}", "self_standing: 15")
"""Claims that name what only version 1 of the model has."""
SEED = 999
MARGINS = {"nil": 0.05, "risk": 0.1}


def sample(*values, over="draws"):
    return Sample(np.array(values, dtype=float), over)


def spread(middle, half, count=101, over="draws"):
    """Values evenly spread around a middle."""
    return Sample(middle + np.linspace(-half, half, count), over)


def rule(**conditions):
    return Rule.model_validate(conditions)


def judged(written, **samples):
    return EarlierStandard(MARGINS).verdict(rule(**written), samples)


YEAR_TWELVE = 47
OUTPUTS = ("operating", "jobs")


def runs(outcome=(), **values):
    """Make the measures of a scenario by hand: outputs at the end of year twelve, and outcomes."""
    given = [np.array(values[name], dtype=float) if name in values else None for name in OUTPUTS]
    count = len(outcome) or next(len(column) for column in given if column is not None)
    columns = [np.full(count, np.nan) if column is None else column for column in given]
    codes = np.array(outcome or [3] * count, dtype=np.int8)
    status = np.zeros((count, 3), dtype=np.int64)
    return ScenarioMeasures(np.stack(columns, axis=1)[:, :, np.newaxis], status, codes)


def read(scenarios, replicates=1):
    """Readings of scenarios made by hand."""
    places = tuple((name, YEAR_TWELVE) for name in OUTPUTS)
    return ScenarioReadings(scenarios.__getitem__, places, replicates)


@pytest.fixture(scope="session")
def shipped(great_stone):
    """The newest claims file of Great Stone."""
    return load_claims(claims_of(great_stone), great_stone)


@pytest.fixture(scope="session")
def small(great_stone):
    return load_claims(SMALL, great_stone)


def trial_of(file, case, draws=8, replicates=1, seed=SEED, **how):
    """Set up a trial of all claims of a file on draws of the prior."""
    return ClaimTrial(file, case, trial_study(case, draws, replicates, seed, "prior"), file.claims.claims, None, **how)


@pytest.fixture(scope="session")
def found(small, great_stone):
    """What a trial of the small file found, on eight draws of the prior."""
    return find(trial_of(small, great_stone))
