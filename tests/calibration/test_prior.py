"""The prior batch: the same bytes however it is made, and made of runs like any other."""

from dataclasses import replace

import numpy as np
import pytest

from copark.calibration import prior
from copark.calibration.prior import MIX_CONCENTRATION, PriorSpace, make_batch, piece_path
from copark.model.variables import catalogue
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of


def test_the_cube_has_every_parameter_with_a_prior_and_the_mix(great_stone):
    names = set(PriorSpace.of(great_stone).names)
    drawn = {name for name, v in catalogue().parameters.items() if v.drawn and v.shape == ()}
    assert names == drawn | {"origin_weight.home", "origin_weight.host"}


def test_points_do_not_depend_on_the_piece_they_are_made_in(great_stone):
    space = PriorSpace.of(great_stone)
    whole = space.sobol(0, 256, 1)
    assert np.array_equal(whole, np.concatenate([space.sobol(0, 100, 1), space.sobol(100, 256, 1)]))
    assert not np.array_equal(whole, space.sobol(0, 256, 2))


def test_values_are_quantiles_of_the_priors(great_stone):
    space = PriorSpace.of(great_stone)
    for name, values in space.values(np.full((1, space.axes), 0.5)).items():
        variable = catalogue().parameters[name]
        if name in space.names and variable.prior is not None and variable.prior.kind == "uniform":
            assert values[0] == pytest.approx((variable.prior.a + variable.prior.b) / 2.0)


def test_the_mix_is_dirichlet_around_the_cases_mix(great_stone):
    space = PriorSpace.of(great_stone)
    mix = space.values(space.sobol(0, 4096, 1))["origin_weight"]
    centre = space.defaults["origin_weight"] / space.defaults["origin_weight"].sum()
    assert mix.sum(axis=1) == pytest.approx(1.0)
    assert mix.mean(axis=0) == pytest.approx(centre, abs=0.005)
    assert mix.var(axis=0) == pytest.approx(centre * (1 - centre) / (MIX_CONCENTRATION + 1), rel=0.05)


def test_a_run_of_the_batch_is_that_run_of_the_model(batch, record):
    space = batch.space
    recipe = batch.recipe
    inputs = inputs_of(recipe.case, quarters=recipe.quarters)
    draws = space.draws(batch.points(100, 103), recipe.seed, first=100)
    out = runs_of(inputs, draws, record.variables).out
    assert batch.counterparts[100:103] == pytest.approx(record.counterparts(out, record.variables), rel=1e-6)


def test_the_same_bytes_on_any_threads_and_after_an_interruption(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(prior, "PIECE", 256)
    small = replace(recipe, runs=1000)
    reports = []
    first = make_batch(small, threads=1, folder=tmp_path, progress=lambda done, total: reports.append((done, total)))
    second = make_batch(small, threads=2)
    assert np.array_equal(first.counterparts, second.counterparts)
    assert reports[-1] == (1000, 1000)
    home = tmp_path / f"batch-{small.identity}"
    written = piece_path(home, 256).stat().st_mtime_ns
    piece_path(home, 0).unlink()
    piece_path(home, 512).write_bytes(piece_path(home, 512).read_bytes()[:300])
    again = make_batch(small, folder=tmp_path)
    assert np.array_equal(first.counterparts, again.counterparts)
    assert piece_path(home, 256).stat().st_mtime_ns == written
    assert not list(home.glob(".writing-*"))
