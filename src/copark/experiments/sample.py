"""Sampling: parameters for every run, from the defaults or from the priors, by a scrambled Sobol sequence."""

from __future__ import annotations

import warnings

import numpy as np

from copark.cases.case import Case
from copark.cases.pack import case_parameters
from copark.experiments.study import Scenario, Study
from copark.model.arrays import Draws, make_draws
from copark.model.luck import NEVER
from copark.model.variables import Prior, Variable, catalogue


def prior_of(variable: Variable, case: Case) -> Prior | None:
    """Prior of a parameter in a case: the case's own where it gives one, none where it fixes the value."""
    own = case.parameters.get(variable.name)
    if own is not None:
        return None if own.prior is None else Prior(own.prior.kind, own.prior.a, own.prior.b)
    return variable.prior if variable.drawn else None


def drawn_parameters(study: Study, case: Case) -> list[Variable]:
    """Parameters a study draws, in the order of the catalogue: the columns of the Sobol sequence.

    `unsettled` holds the parameters at their defaults that calibration has moved from their priors, and draws the rest.
    """
    if study.draws == "defaults":
        return []
    every = [v for v in catalogue().parameters.values() if v.shape == () and prior_of(v, case) is not None]
    return every if study.draws == "prior" else [v for v in every if v.moved != "moved"]


def sobol(dimensions: int, first: int, last: int, seed: int) -> np.ndarray:
    """Points first..last-1 of a scrambled Sobol sequence, inside (0, 1).

    float64 of shape (last - first, dimensions).
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if first:
        engine.fast_forward(first)
    with warnings.catch_warnings():
        # Any part of the sequence is asked for, so that runs can be made in chunks; its balance is that of the whole.
        warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
        points = np.asarray(engine.random(last - first))
    inside: np.ndarray = np.clip(points, 1e-9, 1.0 - 1e-9)
    return inside


def sample(study: Study, case: Case, first: int, last: int) -> dict[str, np.ndarray]:
    """Parameters of runs first..last-1 before any scenario: name -> float64 of shape (runs, *shape)."""
    runs = last - first
    facts = case_parameters(case)
    values = {}
    for name, variable in catalogue().parameters.items():
        given = np.array(facts.get(name, variable.default))
        values[name] = np.tile(given.reshape(variable.shape), (runs, *([1] * len(variable.shape))))
    columns = drawn_parameters(study, case)
    if columns:
        points = sobol(len(columns), first, last, study.seed)
        for n, variable in enumerate(columns):
            prior = prior_of(variable, case)
            if prior is not None:
                drawn = prior.quantile(points[:, n], variable.default[0])
                values[variable.name] = np.clip(drawn, variable.low, variable.high)
    return values


def fill(values: dict[str, np.ndarray], scenario: Scenario, study: Study, first: int, last: int) -> Draws:
    """Put parameters into the model's records, changed as a scenario says; luck is that of (seed, run)."""
    runs = last - first
    draws = make_draws(runs)
    for name, variable in catalogue().parameters.items():
        records = getattr(draws, variable.room)
        records[name] = values[name]
        if name in scenario.parameters:
            records[name] = np.array(scenario.parameters[name])
    draws.luck["seed"] = study.seed
    draws.luck["run"] = np.arange(first, last)
    draws.luck["cut"] = NEVER
    return draws
