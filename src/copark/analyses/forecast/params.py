"""Parameters of a forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Argument, Choice, Keys, Local, PowerOfTwo, Unless, Written
from copark.errors import WrongUsage

if TYPE_CHECKING:
    from copark.analyses.context import Context


def casebook_parks(context: Context, _params: Mapping[str, Any]) -> Iterator[Choice]:
    """List the parks of the casebook."""
    from copark.cases import list_cases

    return (Choice(name, context.case(name).title) for name in list_cases())


class Params(AnalysisParams):
    """Parameters of a forecast, or of a set of frozen ones."""

    case: Annotated[str | None, Argument(), Unless("freeze_all"), Field(min_length=1, max_length=1000)] = None
    """Name of a case, or path of a case folder; none where every park's forecast is frozen."""
    cut: str | None = None
    """Last quarter taken as known, such as 2024Q4; by default that of your own calibration, else the last with data."""
    to: str | None = None
    """Last quarter to forecast, such as 2032Q2; by default the one in which every page judges the park."""
    now: Annotated[str | None, Field(max_length=20)] = None
    """Quarter the park is looked at from, by default the present one: a forecast ends ten years after it."""
    freeze: Annotated[Path | None, Written(".json")] = None
    """File to freeze the forecast in, so that it can be scored later; it must not exist yet."""
    freeze_all: Path | None = None
    """Folder to freeze a forecast of every park of the casebook in, to the end of the fifth year after this one."""
    parks: Annotated[tuple[str, ...], Local(), Keys(casebook_parks)] = ()
    """Parks of the casebook to freeze in that folder, by default all of them."""
    told: bool = False
    """Whether to use facts that the case dates after the cut: a test of the mechanisms, not a forecast."""
    pool: bool = False
    """Whether to forecast from other parks alone, as if this one had never been observed."""
    runs: PowerOfTwo = None
    """Runs of the calibration or panel made where none is stored, a power of two such as ``2^15``."""
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    """Seed of that calibration or panel."""

    @property
    def park(self) -> str:
        """Name of the case that is forecast.

        Raises
        ------
        RunRefused
            If none is named.
        """
        if self.case is None:
            raise WrongUsage.of("forecast.no_case")
        return self.case
