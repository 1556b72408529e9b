"""Results: runs as a labelled dataset with units, titles, outcomes and everything that made them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.experiments.study import Study
from copark.identity import identity_of
from copark.model.compiler import cpu_features, model_hash, versions
from copark.model.outputs import NAMES
from copark.model.variables import Variable, catalogue, variables_hash
from copark.version import __version__

if TYPE_CHECKING:
    import xarray as xr

OUTCOMES = ("failed", "dependent", "stagnant", "self-standing")
NOT_OK = -1
SELF_STANDING = 50
YEAR_TWENTY = 80
RESCUED_WITHIN = 8
STATUS = ("ok", "not finite", "out of range", "too many enterprises")
ROOMS = ("world", "governments", "company", "enterprises")
NEEDED = ("operating", "rescue", "failed")
RESULT_FORMAT = 1


def outcomes(out: np.ndarray, status: np.ndarray, self_standing: float = SELF_STANDING) -> np.ndarray:
    """Outcome of every run at year twenty, or at the end of a shorter horizon (MODEL §3(11)).

    failed; dependent: alive, and rescued within the last eight quarters; stagnant: fewer than S* operating;
    self-standing. -1 for a run that did not end well as a computation.

    Parameters
    ----------
    out
        Outputs `operating`, `rescue` and `failed`, float64 of shape (runs, 3, quarters).
    status
        Status codes, int of shape (runs,).
    """
    end = min(YEAR_TWENTY, out.shape[2])
    operating, rescue, failed = out[:, 0, end - 1], out[:, 1, :end], out[:, 2, end - 1]
    rescued = (rescue[:, max(end - RESCUED_WITHIN, 0) :] > 0.0).any(axis=1)
    found = np.where(operating < self_standing, 2, 3)
    found = np.where(rescued, 1, found)
    found = np.where(failed > 0.5, 0, found)
    return np.where(status == 0, found, NOT_OK).astype(np.int8)


def study_identity(study: Study, case: Case) -> str:
    """Identity of a study's result: what it depends on, and nothing else."""
    return identity_of(
        {
            "format": RESULT_FORMAT,
            "study": study.content(),
            "case": case.hash,
            "model": model_hash(),
        }
    )


def provenance(study: Study, case: Case) -> dict[str, Any]:
    """Everything that made a result, for its attributes."""
    return {
        "format": RESULT_FORMAT,
        "code_version": __version__,
        "model_hash": model_hash(),
        "variables_hash": variables_hash(),
        "case": case.name,
        "case_hash": case.hash,
        "study": study.content(),
        "seed": study.seed,
        "runs": study.runs,
        "cpu_features": cpu_features(),
        **versions(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def describe(variable: Variable) -> dict[str, str]:
    """Attributes of a variable in a dataset."""
    return {
        "title_en": variable.en,
        "title_zh": variable.zh,
        "long_name": variable.en,
        "symbol": variable.symbol,
        "units": variable.unit,
        "kind": variable.kind,
        "room": variable.room,
        "source": variable.source,
    }


def assemble(
    study: Study,
    case: Case,
    kept: Sequence[str],
    out: np.ndarray,
    status: np.ndarray,
    found: np.ndarray,
    drawn: dict[str, np.ndarray],
    first: int,
    columns: np.ndarray,
) -> xr.Dataset:
    """Make the dataset of a chunk of runs.

    Parameters
    ----------
    out
        float64 of shape (scenarios, runs, kept, quarters kept).
    status
        int of shape (scenarios, runs, 3): code, quarter, room.
    found
        Outcomes, int8 of shape (scenarios, runs).
    drawn
        Drawn parameters, each float64 of shape (runs,).
    columns
        Quarters kept, counted from the start.
    """
    import xarray as xr

    quarters = [case.clock.start + int(t) for t in columns]
    runs = out.shape[1]
    known = catalogue()
    over_time = ("scenario", "run", "quarter")
    data: dict[str, Any] = {
        name: (over_time, out[:, :, n, :], describe(known.outputs[name])) for n, name in enumerate(kept)
    }
    flags = {"flag_values": list(range(len(STATUS))), "flag_meanings": "; ".join(STATUS)}
    data["status"] = (("scenario", "run"), status[:, :, 0].astype(np.int8), flags)
    data["status_quarter"] = (("scenario", "run"), status[:, :, 1].astype(np.int32), {})
    data["status_room"] = (("scenario", "run"), status[:, :, 2].astype(np.int8), {"flag_meanings": "; ".join(ROOMS)})
    data["outcome"] = (("scenario", "run"), found, {"flag_values": [0, 1, 2, 3], "flag_meanings": "; ".join(OUTCOMES)})
    values = np.stack(list(drawn.values()), axis=1) if drawn else np.zeros((runs, 0))
    data["draws"] = (("run", "parameter"), values, {})
    return xr.Dataset(
        data,
        coords={
            "scenario": [scenario.key for scenario in study.scenarios],
            "run": np.arange(first, first + runs),
            "quarter": np.array([quarter.last_day for quarter in quarters], dtype="datetime64[ns]"),
            "label": ("quarter", [str(quarter) for quarter in quarters]),
            "parameter": list(drawn),
        },
        attrs={
            "identity": study_identity(study, case),
            "title_en": study.title.en,
            "title_zh": study.title.zh,
            "scenario_titles": json.dumps(
                {scenario.key: scenario.title.model_dump() for scenario in study.scenarios}, ensure_ascii=False
            ),
            "provenance": json.dumps(provenance(study, case), ensure_ascii=False, sort_keys=True),
        },
    )


def positions(names: Sequence[str]) -> np.ndarray:
    """Positions of outputs in the model's record, int64."""
    return np.array([NAMES.index(name) for name in names], dtype=np.int64)


def last_quarter(dataset: xr.Dataset) -> Quarter:
    """Last quarter of a result."""
    return Quarter.parse(str(dataset["label"].values[-1]))
