"""What is kept of a panel, so that one that was interrupted goes on where it stopped, and one that is done is found.

Under a folder lie ``batches/`` (runs of each park, in pieces, by identity), ``steps/<identity>/`` (a file for each step
of a panel: forecasts of a park, trials of the discrepancy) and ``<identity>/`` (a panel: ``pool.json`` with its recipe
and results, ``pool.npz`` with the parks' readings and draws of the hierarchy). Each is written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.identity import identity_of
from copark.inference.pool.abc_regression import LocalPosterior
from copark.inference.pool.axes import POOLED
from copark.inference.pool.hierarchy import Pooled, Readings
from copark.inference.pool.parks import Park
from copark.inference.provenance import made_with
from copark.model.compiler import versions
from copark.stats.quantiles import band
from copark.store.checkpoints import SUFFIX, State, read_state, write_state

Floats = NDArray[np.float64]


def step(folder: Path | None, identity: str, name: str, make: Callable[[], Any]) -> Any:
    """Give plain values that a step makes, from its file if they are there.

    Numbers come back from a file as they went in, to the last bit.
    """
    if folder is None:
        return make()
    path = folder / "steps" / identity / f"{name}{SUFFIX}"
    whole = identity_of({"panel": identity, "made_with": dict(made_with())})
    kept = read_state(path, whole)
    if kept is not None:
        return kept.values["made"]
    found = make()
    write_state(path, whole, State(1.0, {}, {"made": found}))
    return found


def save(local: Mapping[str, LocalPosterior], pooled: Pooled, about: Mapping[str, Any], home: Path) -> None:
    """Keep a panel, whole or not at all.

    Parameters
    ----------
    about
        Its identity and recipe.
    """
    from copark.store.atomic import written_folder

    arrays: dict[str, Floats] = {"mu": pooled.mu, "tau": pooled.tau}
    for name, one in local.items():
        read = one.readings
        parts = {"mean": one.mean, "variance": one.variance, "rows": read.rows, "middles": read.middles,
                 "precisions": read.precisions}  # fmt: skip
        arrays |= {f"{part}/{name}": values for part, values in parts.items()}
    record = {
        **about,
        "made_with": dict(versions()),
        "axes": list(POOLED),
        "local": {
            name: {"names": list(one.names), "ess": _plain(one.ess), "reach": _plain(one.reach), "values": one.values}
            for name, one in local.items()
        },
        "pooled": {
            name: {"mean": float(pooled.mu[:, n].mean()), "sd": float(pooled.mu[:, n].std()),
                   "tau": list(band(pooled.tau[:, n]))}
            for n, name in enumerate(POOLED)
        },
    }  # fmt: skip
    with written_folder(home) as folder:
        np.savez_compressed(folder / "pool.npz", **arrays)  # type: ignore[arg-type]
        words = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (folder / "pool.json").write_text(words + "\n", encoding="utf-8")


def load_local(parks: Sequence[Park], home: Path) -> dict[str, LocalPosterior] | None:
    """Read what each park says alone from a kept panel; ``None`` if there is none, or not a whole one."""
    try:
        record = json.loads((home / "pool.json").read_text(encoding="utf-8"))["local"]
        with np.load(home / "pool.npz", allow_pickle=False) as kept:
            return {
                park.name: LocalPosterior(
                    tuple(record[park.name]["names"]), kept[f"mean/{park.name}"], kept[f"variance/{park.name}"],
                    Readings(*(kept[f"{part}/{park.name}"] for part in ("rows", "middles", "precisions"))),
                    _number(record[park.name]["ess"], np.inf), _number(record[park.name]["reach"], np.nan),
                    int(record[park.name]["values"]),
                )
                for park in parks
            }  # fmt: skip
    except (OSError, KeyError, ValueError, TypeError):
        return None


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _number(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
