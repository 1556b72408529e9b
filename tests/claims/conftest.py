"""What the tests of claims share: Great Stone, a claims file as small as can be, and what a trial of it found."""

from pathlib import Path

import numpy as np
import pytest

from copark.analyses.claims.claims_file import load_claims
from copark.analyses.claims.findings import Trial, TrialPlan
from copark.analyses.claims.rules import Judge, Rule, Sample
from copark.analyses.claims.scenarios import ArmRuns
from copark.cases.casebook import CLAIMS

SMALL = Path(__file__).parent / "small.yaml"
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
    return Judge(MARGINS).verdict(rule(**written), samples)


def runs(outcome=(), futures=1, operating=None, **values):
    """What is kept of an arm, by hand: outputs at quarter 47."""
    kept = {(name, 47): np.array(column, dtype=float) for name, column in values.items()}
    count = len(outcome) or len(next(iter(kept.values())))
    codes = np.array(outcome or [3] * count, dtype=np.int8)
    ends = np.array(operating if operating is not None else [60.0] * count, dtype=float)
    return ArmRuns(kept, codes, ends, futures)


@pytest.fixture(scope="session")
def shipped(great_stone):
    """The claims file of Great Stone."""
    return load_claims(great_stone.folder / CLAIMS, great_stone)


@pytest.fixture(scope="session")
def small(great_stone):
    return load_claims(SMALL, great_stone)


def trial_of(file, case, draws=8, futures=1, threads=1):
    return Trial(file, case, TrialPlan(draws, futures, SEED, threads, "prior"), file.claims.claims, None)


@pytest.fixture(scope="session")
def found(small, great_stone):
    """What a trial of the small file found, on eight draws of the prior."""
    return trial_of(small, great_stone).run()
