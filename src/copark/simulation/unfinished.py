"""Runs that did not finish: nothing is read of a scenario without a single run that did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from copark.errors import Fault, StudyFaults
from copark.simulation.results import STATUS

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

OK = STATUS.index("ok")
"""Code of a run that finished."""


def require_finished(result: xr.Dataset) -> None:
    """Refuse to read runs of which a scenario has none that finished, by StudyFaults with all such scenarios."""
    labels = [str(label) for label in result["label"].values]
    faults = [
        fault
        for key, codes, quarters in zip(
            result["scenario"].values, result["status"].values, result["status_quarter"].values, strict=True
        )
        for fault in _faults(str(key), codes, quarters, labels)
    ]
    if faults:
        raise StudyFaults(faults)


def require_any_finished(scenario: str, status: NDArray[np.int64], labels: Sequence[str]) -> None:
    """Refuse, as :func:`require_finished`, by the status of one scenario's runs.

    Parameters
    ----------
    scenario
        Key of the scenario.
    status
        Status of its runs, shape (runs, 3).
    labels
        Labels of the quarters.
    """
    require_finished_of_each({scenario: status}, labels)


def require_finished_of_each(status: Mapping[str, NDArray[np.int64]], labels: Sequence[str]) -> None:
    """Refuse, as :func:`require_finished`, by the status of several scenarios' runs, each of shape (runs, 3)."""
    faults = [fault for key, codes in status.items() for fault in _faults(key, codes[:, 0], codes[:, 1], labels)]
    if faults:
        raise StudyFaults(faults)


def unfinished_in(result: xr.Dataset) -> int:
    """Count the runs, over all scenarios, that did not finish."""
    return int(np.count_nonzero(result["status"].values != OK))


def _faults(
    scenario: str, codes: NDArray[np.integer], quarters: NDArray[np.integer], labels: Sequence[str]
) -> Iterator[Fault]:
    """Yield the fault of a scenario without a finished run: why most of its runs stopped, and when the first did."""
    if not codes.size or np.any(codes == OK):
        return
    reasons, counts = np.unique(codes, return_counts=True)
    reason = STATUS[int(reasons[np.argmax(counts)])].replace(" ", "_")
    values = {"runs": f"{codes.size:,}", "quarter": labels[int(quarters.min())]}
    yield Fault(f"study.all_{reason}", scenario, None, "", values)
