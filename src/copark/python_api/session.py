"""Questions on the package itself: studies that ship, variables of the model, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from copark.analyses.vocabulary import public_function
from copark.options import Language, options

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parameter", "lever", "driver", "output"]
SHOWN = ("numpy", "numba", "scipy", "pandas", "xarray", "zarr", "matplotlib", "pydantic", "arviz-stats", "h5netcdf")
"""Packages whose versions a report of a fault needs."""


@public_function()
def list_studies(lang: Language | None = None) -> pd.DataFrame:
    """List the studies that ship, a row each.

    Parameters
    ----------
    lang
        Language of titles, by default that of the session.
    """
    import pandas as pd

    from copark.simulation.study import list_studies as names
    from copark.simulation.study import load_study

    chosen = lang or options().lang
    studies = [load_study(name) for name in names()]
    rows = [
        {
            "name": study.name,
            "title": study.title.text(chosen),
            "case": study.case,
            "scenarios": ", ".join(scenario.key for scenario in study.scenarios),
            "runs": study.runs,
            "seed": study.seed,
        }
        for study in studies
    ]
    return pd.DataFrame(rows).set_index("name")


@public_function()
def variables(kind: Kind | None = None, lang: Language | None = None) -> pd.DataFrame:
    """List the variables of the model: title, symbol, unit, range, default, prior and source.

    Parameters
    ----------
    kind
        ``parameter``, ``lever``, ``driver`` or ``output``; by default all of these.
    lang
        Language of titles, by default that of the session.
    """
    import pandas as pd

    from copark.model.variables import catalogue

    chosen = lang or options().lang
    kinds = ("parameter", "lever", "driver", "output") if kind is None else (kind,)
    rows = [
        {
            "name": f"{variable.submodel}.{variable.name}" if variable.kind in ("lever", "driver") else variable.name,
            "kind": variable.kind,
            "scale": variable.submodel,
            "title": variable.title(chosen),
            "symbol": variable.symbol,
            "unit": variable.unit,
            "low": variable.low,
            "high": variable.high,
            "default": variable.default[0] if len(variable.default) == 1 else None,
            "prior": "" if variable.prior is None else variable.prior.kind,
            "source": variable.source,
        }
        for kind_name in kinds
        for variable in catalogue().of(kind_name)
    ]
    return pd.DataFrame(rows).set_index("name")


@public_function()
def show_versions() -> None:
    """Print the versions of copark, its model, Python and packages that a report of a fault needs, and the extras."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from copark.extras import BRINGS, is_installed
    from copark.version import MODEL_VERSION, __version__

    lines = {"copark": __version__, "model": str(MODEL_VERSION), "python": platform.python_version()}
    lines["platform"] = platform.platform()
    lines["extras"] = ", ".join(extra for extra in BRINGS if is_installed(extra)) or "–"
    for name in SHOWN:
        try:
            lines[name] = version(name)
        except PackageNotFoundError:
            lines[name] = "–"
    width = max(map(len, lines))
    print("\n".join(f"{name:<{width}}  {words}" for name, words in lines.items()))
