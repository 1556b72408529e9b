"""Shared by the tests of inference: a small prior batch, a small calibration, toy records with a closed form."""

import re

import numpy as np
import pytest
from scipy.special import ndtri

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.calibration import calibrations
from copark.calibration.calibrate import CalibrationSettings
from copark.calibration.observations import ObservationModel, Target, targets
from copark.calibration.prior import Recipe, make_batch
from copark.cases.quarters import Quarter

CUT = Quarter(2020, 4)
TINY = CalibrationSettings(runs=1 << 12, members=32, sweeps=1, last_sweeps=2, populations=2)
LEFT_OPEN = re.compile(r"\{[a-z_]+\}|\bnan\b|None|\b(?:calibration|validation|forecast|inference)\.[a-z]+\.")
"""Never on a page or a screen: a value not filled in, a number that is none, the key of a text."""


@pytest.fixture(scope="session")
def record(great_stone):
    """Make the observation model of Great Stone to 2020."""
    return ObservationModel(targets(great_stone, cut=CUT))


@pytest.fixture(scope="session")
def recipe(great_stone, record):
    return Recipe(great_stone, CUT, 1 << 13, 1, record)


@pytest.fixture(scope="session")
def batch(recipe):
    return make_batch(recipe)


def ask(name, out, *, settings=TINY, case="great-stone", threads=1, progress=None, lang="en", **options):
    """Ask an analysis of a small calibration, to 2020 unless it says otherwise; the answer and its context."""
    if name == "calibrate":
        options.setdefault("cut", "2020Q4")
    analysis = REGISTRY[name]
    context = Context(out, threads=threads, lang=lang)
    context.progress = progress or context.progress
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrations, "settings_of", lambda *_, **__: settings)
        return answer(analysis, analysis.params(case=str(case), **options), context), context


def target(variable="toy", date="2000", bound="exact", value=0.0, high=None, error=1.0, quarters=(0,), weights=(1.0,)):
    return Target(variable, date, bound, value, high, error, quarters, weights, observation=None)


def model(*targets):
    return ObservationModel(tuple(targets))


def hashed_normal(runs, quarter):
    """Draw the chance of runs in a quarter: standard normal, a pure function of both."""
    mixed = np.asarray(runs, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(quarter * 7919 + 13)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return ndtri(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)
