"""Posteriors that ship: small, readable, made again by their recipe to the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from copark.inference.calibrate import Settings, calibrate
from copark.inference.calibrations import check, load, save
from copark.inference.diagnostics import predictive_checks
from copark.inference.reading import Reading
from tests.inference.conftest import CUT

SMALL = Settings(runs=1 << 11, accepted=300, members=32, sweeps=1, last_sweeps=1, populations=2)


@pytest.fixture(scope="module")
def found(great_stone):
    told = []
    made = calibrate(great_stone, CUT, SMALL, progress=lambda stage, done, total: told.append(stage))
    assert list(dict.fromkeys(told)) == ["batch", "summaries", "replay"]
    return made


@pytest.fixture(scope="module")
def stored(found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("posterior")
    save(found, folder, Reading(wide=False))
    return folder


def test_what_is_read_is_what_was_written(great_stone, found, stored) -> None:
    kept = load(great_stone, stored)
    assert not kept.stale
    assert np.array_equal(kept.replay.points, found.replay.points)
    assert np.array_equal(kept.replay.lucks, found.replay.lucks)
    assert kept.replay.seen == pytest.approx(found.replay.seen, rel=1e-6)
    assert kept.parameters.points.shape == (1000, found.batch.space.axes)
    assert len(predictive_checks(kept.replay.model, kept.replay.seen)) == 23


@pytest.mark.long
def test_made_again_it_is_the_same_to_the_bit_on_other_threads(great_stone, stored) -> None:
    again = check(great_stone, stored, threads=2)
    assert again.identical
    assert again.close
    assert again.largest == 0.0


def test_a_changed_case_makes_it_stale(great_stone, stored) -> None:
    other = great_stone.model_copy(update={"visits": ()})
    assert load(other, stored).stale


@pytest.mark.long
def test_a_file_that_was_tampered_with_is_found_out(great_stone, stored, tmp_path) -> None:
    for name in ("recipe.json", "parameters.npz", "replay.npz"):
        (tmp_path / name).write_bytes((stored / name).read_bytes())
    with np.load(tmp_path / "replay.npz") as kept:
        parts = dict(kept)
    parts["points"][0, 0] = 1.0 - parts["points"][0, 0]
    np.savez(tmp_path / "replay.npz", **parts)
    again = check(great_stone, tmp_path)
    assert not again.identical
    assert not again.close
