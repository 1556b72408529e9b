"""A result as the CF conventions want it, so that programs that know nothing of copark read it right.

https://cfconventions.org/Data/cf-conventions/cf-conventions-1.8/cf-conventions.html: names of scenarios and parameters
are labels along numbered dimensions (§6.1), integers have 32 bits (§2.2), units are those of UDUNITS (§3.1), codes have
meanings (§3.5). ``dataset.swap_dims(scenario_index="scenario", parameter_index="parameter")`` makes the names
dimensions again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from copark import units
from copark.texts import LANGUAGES, has_text, text

if TYPE_CHECKING:
    import xarray as xr

CONVENTIONS = "CF-1.8"
NAMED = ("scenario", "parameter")
"""Dimensions whose coordinate is a name: CF wants numbers there."""
COORDINATES = {
    "run": {"standard_name": "realization", "units": "1"},
    "quarter": {"standard_name": "time", "axis": "T"},
    "status_quarter": {"units": "1"},
}


def as_cf(result: xr.Dataset) -> xr.Dataset:
    """The same numbers, none of them read, under the attributes that CF wants; the others stay."""
    found = result.swap_dims({name: f"{name}_index" for name in NAMED if name in result.dims})
    if "run" in found.coords:
        found = found.assign_coords(run=found["run"].astype("int32"))
    for name in found.variables:
        found[name].attrs = _attributes(str(name), found[name])
    return found.assign_attrs(_of_the_whole(result.attrs))


def _of_the_whole(attributes: dict[Any, Any]) -> dict[str, str]:
    """Title and history of a file; ``history`` is when the result was made, and with which version."""
    made_by = json.loads(attributes.get("provenance", "{}"))
    return {
        "Conventions": CONVENTIONS,
        "title": str(attributes.get("title_en") or attributes.get("identity", "copark")),
        "history": f"{made_by.get('created', '')} copark {made_by.get('code_version', '')}".strip(),
    }


def _attributes(name: str, variable: xr.DataArray) -> dict[str, Any]:
    """A title, a unit of UDUNITS beside the unit itself, and what codes mean."""
    found = dict(variable.attrs) | COORDINATES.get(name, {})
    if has_text(f"store.netcdf.{name}"):
        found |= {f"title_{lang}": text(f"store.netcdf.{name}", lang) for lang in LANGUAGES}
        found["long_name"] = found["title_en"]
    symbol = found.get("units")
    if symbol in units.UNITS and units.UNITS[symbol].cf != symbol:
        found |= {"units": units.UNITS[symbol].cf} | {f"units_{lang}": units.title(symbol, lang) for lang in LANGUAGES}
        found["long_name"] = f"{found.get('title_en', name)} ({found['units_en']})"
    return found | _flags(variable)


def _flags(variable: xr.DataArray) -> dict[str, Any]:
    """What codes mean: a word each, between blanks, and values of the variable's own type.

    Runs stored by early versions have meanings of several words, between semicolons.
    """
    import numpy as np

    said = str(variable.attrs.get("flag_meanings", ""))
    if not said:
        return {}
    words = [one.strip().replace(" ", "_") for one in said.split(";")] if ";" in said else said.split()
    values = variable.attrs.get("flag_values", range(len(words)))
    return {"flag_values": np.array(values, dtype=variable.dtype), "flag_meanings": " ".join(words)}
