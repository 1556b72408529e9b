"""A calibration as the tree of Datasets that ArviZ takes: prior, posterior, predicted reports, what was observed.

Chains are the independent searches; draws are those that are kept of each, as many of every one. Values are in the
units of the catalogue. What is predicted are reports, made by the observation model as the record is: with errors of
observation, with what the model leaves out of a park's course, and with what a wording hides hidden. The runs
themselves, without any of these, are a group of their own. There is no ``log_likelihood``, since errors of one series
depend on each other and no value has a likelihood of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibrations import StoredPosterior
from copark.calibration.observations import ObservationModel
from copark.calibration.parameter_titles import MIX
from copark.calibration.prior import PriorSpace
from copark.model.variables import ORIGINS, catalogue
from copark.simulation.results import describe
from copark.simulation.trust import Trust
from copark.stats.convergence import chains
from copark.texts import LANGUAGES

if TYPE_CHECKING:
    import xarray as xr

PRIOR_DRAWS = 1000
"""Draws of the prior, of a Sobol sequence."""
ORIGIN = "origin"
REPORT_SEED = 0x74726565
"""Seed of the errors of predicted reports: a tree is the same whenever it is made."""


def tree_of(stored: StoredPosterior, trust: Trust) -> xr.DataTree:
    """Make the tree of a calibration.

    Parameters
    ----------
    stored
        The calibration.
    trust
        How far it may be trusted.

    Returns
    -------
    xarray.DataTree
        Groups ``posterior`` and ``prior`` (chain, draw) with a variable for each parameter; ``posterior_predictive``
        (reports) and ``runs`` (what runs told, without error) of (chain, draw, date), and ``observed_data`` and
        ``constant_data`` of (date), with one for each observable; ``sample_stats`` with the log-evidence of each
        search.
    """
    import xarray as xr

    replay = stored.replay
    space = replay.space
    points = chains(replay.points, replay.population)
    counterparts = chains(replay.counterparts, replay.population)
    reductions = dict(zip(space.names, map(float, replay.disagreement()), strict=True))
    prior = space.sobol(0, PRIOR_DRAWS, replay.seed)[np.newaxis]
    evidence = {"log_evidence": ("chain", np.array(replay.log_evidence))}
    tree = xr.DataTree.from_dict(
        {
            "/posterior": _parameters(space, points, reductions),
            "/posterior_predictive": _by_observable(replay.model, _reports(replay.model, counterparts)),
            "/runs": _by_observable(replay.model, counterparts),
            "/sample_stats": xr.Dataset(evidence, coords={"chain": np.arange(len(replay.log_evidence))}),
            "/prior": _parameters(space, prior, {}),
            "/observed_data": _observed(replay.model),
            "/constant_data": _known(replay.model),
        }
    )
    recipe = stored.recipe
    tree.attrs = {
        "case": str(recipe["case"]),
        "cut": str(recipe["cut"]),
        "inference_library": "copark",
        "settings": json.dumps(recipe["settings"]),
        **{f"trust_{lang}": trust.label(lang) for lang in LANGUAGES},
    }
    return tree


def _parameters(space: PriorSpace, points: Floats, reductions: dict[str, float]) -> xr.Dataset:
    """Return the values of parameters at points of the cube, shape (chains, draws, axes), with titles and units.

    ``r_hat`` is that over all draws of the searches, of which the draws here are a part.
    """
    import xarray as xr

    shape = points.shape[:2]
    values = space.values(points.reshape(-1, space.axes))
    names = dict.fromkeys(coordinate.variable.name for coordinate in space.coordinates)
    variables_by_name = catalogue().parameters
    variables: dict[str, Any] = {}
    for name in names:
        dimensions = ("chain", "draw", ORIGIN) if name == MIX else ("chain", "draw")
        attributes: dict[str, Any] = dict(describe(variables_by_name[name]))
        own = [value for axis, value in reductions.items() if axis == name or axis.startswith(f"{name}.")]
        attributes |= {"r_hat": max(own)} if own else {}
        variables[name] = (dimensions, values[name].reshape(*shape, *values[name].shape[1:]), attributes)
    coordinates: dict[str, Any] = {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])}
    coordinates |= {ORIGIN: list(ORIGINS)} if MIX in names else {}
    return xr.Dataset(variables, coords=coordinates)


def _places(model: ObservationModel) -> dict[str, list[int]]:
    """Return the places of each observable's targets."""
    places: dict[str, list[int]] = {}
    for place, target in enumerate(model.targets):
        places.setdefault(target.variable, []).append(place)
    return places


def _dates(model: ObservationModel) -> dict[str, Any]:
    """Return the coordinate of each observable: its dates, as sources give them."""
    return {f"{name}_date": [model.targets[place].date for place in places] for name, places in _places(model).items()}


def _described(name: str) -> dict[str, str]:
    """Return title and unit of an observable: those of the model's output, in whose unit values are compared."""
    output = catalogue().outputs.get(name)
    return {"long_name": name} if output is None else describe(output)


def _reports(model: ObservationModel, counterparts: Floats) -> Floats:
    """Make runs report: what the model leaves out and errors of observation added, what a wording hides hidden.

    What is left out lasts, so that values of one observable lie on the same side of a run together.
    """
    flat = counterparts.reshape(-1, counterparts.shape[-1])
    return model.reports(flat, REPORT_SEED).reshape(counterparts.shape)


def _by_observable(model: ObservationModel, values: Floats) -> xr.Dataset:
    """Return values in the place of each observation, shape (chains, draws, targets), by observable."""
    import xarray as xr

    variables: dict[str, Any] = {
        name: (("chain", "draw", f"{name}_date"), values[:, :, places], _described(name))
        for name, places in _places(model).items()
    }
    coordinates = {"chain": np.arange(values.shape[0]), "draw": np.arange(values.shape[1]), **_dates(model)}
    return xr.Dataset(variables, coords=coordinates)


def _observed(model: ObservationModel) -> xr.Dataset:
    """Return what was reported: the limit of a bound, the middle of a range."""
    import xarray as xr

    variables: dict[str, Any] = {
        name: ((f"{name}_date",), model.recorded[places], _described(name)) for name, places in _places(model).items()
    }
    return xr.Dataset(variables, coords=_dates(model))


def _known(model: ObservationModel) -> xr.Dataset:
    """Return of each observation the standard deviations of its error and of what the model leaves out, and its kind.

    What is left out is a share of the park's course: its size here is that at the recorded value.
    """
    import xarray as xr

    variables: dict[str, Any] = {}
    for name, places in _places(model).items():
        targets = [model.targets[place] for place in places]
        unit = _described(name).get("units", "")
        variables[f"{name}_error"] = ((f"{name}_date",), [target.error for target in targets], {"units": unit})
        left_out = model.left_out[places]
        variables[f"{name}_discrepancy"] = ((f"{name}_date",), left_out, {"units": unit})
        variables[f"{name}_bound"] = ((f"{name}_date",), [target.bound for target in targets])
    return xr.Dataset(variables, coords=_dates(model))
