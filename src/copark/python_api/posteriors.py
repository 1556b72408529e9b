"""Posteriors in Python: a calibration as the tree of Datasets that ArviZ takes."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copark.analyses.python_functions import tell
from copark.analyses.vocabulary import public_function
from copark.errors import NotFound
from copark.options import options
from copark.python_api.cases import CaseLike, case_given
from copark.store.runs import OUT

if TYPE_CHECKING:
    import xarray as xr


@public_function()
def posterior(
    case: CaseLike,
    *,
    cut: str | None = None,
    parameters: Literal["own", "shipped"] | None = None,
    out: str | PathLike[str] | None = None,
) -> xr.DataTree:
    """Return the calibration of a case as a DataTree: prior, posterior, posterior predictive, observed data.

    ``arviz.summary(copark.posterior("great-stone"))`` and the other functions of ArviZ take it. Chains are the
    independent searches; values are in the units of the catalogue.

    Parameters
    ----------
    case
        A case, its name or the path of its folder.
    cut
        Last quarter of the observations that the calibration knows, such as 2020Q4; by default the latest there is.
    parameters
        One's own calibration or the shipped one, in the place of the better of the two.
    out
        Output folder in which calibrations of one's own are looked for, by default that of the session or ``./out``.

    Raises
    ------
    copark.errors.NotFound
        If the case has no calibration of its own.
    """
    from copark.calibration.case_parameters import parameters_of
    from copark.calibration.data_tree import tree_of

    folder = Path(out) if out is not None else options().out or OUT
    park = case_given(case)
    chosen = parameters_of(park, folder, parameters, cut)
    if chosen.stored is None:
        raise NotFound.of("python.no_posterior", case=park.name)
    tree = tree_of(chosen.stored, chosen.trust)
    tell(chosen.said(options().lang))
    return tree
