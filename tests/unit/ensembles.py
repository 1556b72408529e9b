"""A made-up ensemble in the exact form that ``simulation.run`` returns, for tests that need no model."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from copark.identity import RESULT_FORMAT, result_identity

QUARTERS = 8
PROVENANCE = {
    "code_version": "0.1.0", "model_version": 1, "case_hash": "c" * 64, "world_hash": "w" * 64,
    "study": {"name": "made-up", "case": "made-up", "runs": 0, "seed": 1}, "seed": 1, "runs": 0,
    "cpu_features": "avx2", "python": "3.11.0", "numpy": "2.4.0", "numba": "0.68.0",
    "created": "2026-01-01T00:00:00+00:00",
}  # fmt: skip
TITLES = {"registered": ("Registered companies", "注册企业数", "companies"), "cash": ("Cash", "现金", "M USD")}
ATTRS = {
    name: {"title_en": en, "title_zh": zh, "symbol": name[0], "units": units, "kind": "output", "room": "company",
           "source": "made up"}
    for name, (en, zh, units) in TITLES.items()
}  # fmt: skip


def ensemble(
    runs: int = 20, *, first: int = 0, failed: int | None = 3, identity: str = "0123456789abcdef"
) -> xr.Dataset:
    """Runs ``first`` to ``first + runs - 1``: each depends on its number alone, as the model's rng does."""
    numbers = np.arange(first, first + runs)
    rng = np.stack(
        [np.random.default_rng([7, int(n)]).normal(size=(2, QUARTERS)).cumsum(axis=1) for n in numbers], axis=1
    )
    registered = np.floor(5 * np.abs(rng))
    cash = 100 * rng
    status = np.zeros((2, runs), dtype=np.int8)
    outcome = (np.abs(rng[..., -1]) > 1).astype(np.int8) * 3
    if failed is not None and first <= failed < first + runs:
        status[1, failed - first], outcome[1, failed - first] = 1, -1
        registered[1, failed - first], cash[1, failed - first] = np.nan, np.nan
    quarters = pd.date_range("2012-09-30", periods=QUARTERS, freq="QE").to_numpy().astype("datetime64[ns]")
    dims = ("scenario", "run", "quarter")
    dataset = xr.Dataset(
        {
            "registered": (dims, registered, ATTRS["registered"]),
            "cash": (dims, cash, ATTRS["cash"]),
            "status": (dims[:2], status),
            "status_quarter": (dims[:2], np.where(status > 0, 2, -1).astype(np.int32)),
            "status_room": (dims[:2], np.where(status > 0, 2, -1).astype(np.int8)),
            "outcome": (dims[:2], outcome),
            "draws": (("run", "parameter"), np.stack([numbers * 0.5, -1.0 * numbers], axis=1)),
        },
        coords={
            "scenario": ["baseline", "without-operator"],
            "run": numbers,
            "quarter": quarters,
            "label": (
                "quarter",
                [f"{2012 + (quarter + 2) // 4}Q{(quarter + 2) % 4 + 1}" for quarter in range(QUARTERS)],
            ),
            "parameter": ["n_ref", "=danger"],
        },
    )
    dataset.attrs = {"identity": identity, "provenance": json.dumps(PROVENANCE)}
    return dataset


def true_ensemble(runs: int = 20, *, seed: int = 1) -> xr.Dataset:
    """The same, with other numbers for each seed and the identity that its provenance gives."""
    study = PROVENANCE["study"] | {"runs": runs, "seed": seed}  # type: ignore[operator]
    described = {"format": RESULT_FORMAT, "case": "made-up", "runs": runs, "seed": seed}
    provenance = PROVENANCE | described | {"study": study}
    dataset = ensemble(runs, failed=None, identity=result_identity(provenance))
    dataset["cash"] = dataset["cash"] + seed
    return dataset.assign_attrs(provenance=json.dumps(provenance))


def stream(runs: int, chunk: int, **changes: object) -> Iterator[xr.Dataset]:
    """The same ensemble in chunks along ``run``."""
    for first in range(0, runs, chunk):
        yield ensemble(min(chunk, runs - first), first=first, **changes)  # type: ignore[arg-type]
