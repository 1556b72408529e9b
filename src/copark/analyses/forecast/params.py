"""Parameters of a forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from copark.analyses.contract import AnalysisParams, PowerOfTwo


class Params(AnalysisParams):
    """Parameters of a forecast."""

    case: Annotated[str, Field(min_length=1, max_length=1000)]
    """Name of a case, or path of a case folder."""
    cut: str | None = None
    """Last quarter taken as known, such as 2024Q4; by default that of your own calibration, else the last with data."""
    to: str | None = None
    """Last quarter to forecast, such as 2032Q2; by default the one in which every page judges the park."""
    now: Annotated[str | None, Field(max_length=20)] = None
    """Quarter the park is looked at from, by default the present one: a forecast ends ten years after it."""
    freeze: Path | None = None
    """File to freeze the forecast in, so that it can be scored later; it must not exist yet."""
    told: bool = False
    """Whether to use facts that the case dates after the cut: a test of the mechanisms, not a forecast."""
    pool: bool = False
    """Whether to forecast from other parks alone, as if this one had never been observed."""
    runs: PowerOfTwo = None
    """Runs of the calibration or panel made where none is stored, a power of two such as ``2^15``."""
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    """Seed of that calibration or panel."""
