"""Posteriors that ship: small, readable, made again by their recipe to the same bits."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partialmethod

import numpy as np
import pytest

from copark.errors import NotFound
from copark.inference.artefacts import check, load, save
from copark.inference.calibrate import Settings, calibrate, refined
from copark.inference.diagnostics import movements, predictive_checks
from copark.inference.refine import RefinePlan
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
    save(found, folder)
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


def test_no_posterior_is_said_in_words(great_stone, tmp_path) -> None:
    with pytest.raises(NotFound, match="calibrate great-stone"):
        load(great_stone, tmp_path)


def test_an_earlier_layout_is_not_read(great_stone, stored, tmp_path) -> None:
    """Lucks of format 1 were not in spans: they are made again, not guessed at."""
    for name in ("recipe.json", "parameters.npz", "replay.npz"):
        (tmp_path / name).write_bytes((stored / name).read_bytes())
    recipe = json.loads((tmp_path / "recipe.json").read_text(encoding="utf-8"))
    (tmp_path / "recipe.json").write_text(json.dumps(recipe | {"format": 1}), encoding="utf-8")
    with pytest.raises(NotFound, match="calibrate great-stone"):
        load(great_stone, tmp_path)


@pytest.mark.long
def test_refinement_runs_on_the_case_and_stays_in_the_cube(found) -> None:
    made = refined(found, RefinePlan(walkers=24, steps=12, dropped=4, runs=24))
    assert ((made.posterior.points > 0) & (made.posterior.points < 1)).all()
    assert made.simulated > 0
    assert len(movements(found.batch.space, made.posterior.points)) == found.batch.space.axes + 1


@pytest.mark.long
def test_a_calibration_may_be_asked_to_refine(great_stone, found, monkeypatch) -> None:
    """Its parameter posterior is then the refined one; batch and replay are as they were."""
    monkeypatch.setattr(RefinePlan, "__init__", partialmethod(RefinePlan.__init__, 24, 8, 4, 24))
    made = calibrate(great_stone, CUT, replace(SMALL, refine=True))
    assert made.refinement is not None
    assert made.parameters is made.refinement.posterior is refined(made).posterior
    assert np.array_equal(made.replay.points, found.replay.points)
    assert not np.array_equal(made.parameters.equal(100), found.parameters.equal(100))
