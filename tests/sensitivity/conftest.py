"""A tiny calibration and what is explored with it."""

from contextlib import contextmanager
from functools import partial

import pytest

from copark.analyses.ablate import ablations as ablate
from copark.analyses.sensitivity import exploration as explore
from copark.calibration.calibrate import CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.draw_sources import PosteriorSource
from copark.cases.quarters import Quarter

CUT = Quarter(2020, 4)
ONLY = ("framework", "plan", "cash-reserve", "tax-pull", "agglomeration", "link/tax_to_returns", "link/land_to_starts")
SMALL = explore.ExplorationSettings(size=8, replicates=2, sample=1 << 8, futures=1)


@pytest.fixture(scope="session")
def calibration(great_stone):
    wanted = CalibrationSettings(runs=1 << 10, members=16, sweeps=1, last_sweeps=2, populations=2)
    return calibrate(CalibrationTask(great_stone, CUT, wanted, is_read=True))


@pytest.fixture(scope="session")
def source(calibration):
    return PosteriorSource(calibration.replay)


@contextmanager
def few_samples():
    """Errors and steadiness need many samples drawn again, all the rest does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore, "given", partial(explore.given, resamples=4))
        yield


@pytest.fixture(scope="session")
def exploration(great_stone, calibration, source):
    with few_samples():
        return explore.explore(great_stone, SMALL, replay=calibration.replay, source=source)


@pytest.fixture(scope="session")
def ablations(great_stone, calibration, source):
    wanted = ablate.AblationSettings(futures=1, size=1 << 9, repeats=2, only=ONLY)
    return ablate.ablate(great_stone, wanted, source=source, replay=calibration.replay)
