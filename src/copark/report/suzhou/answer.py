"""What the natural experiment of Suzhou answers: bands, arms, contrasts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Band:
    """5 %, 50 % and 95 % of runs."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Arm:
    """What an arm says, over the runs that tell the time before the swap.

    Money is M USD (years: M USD a year). ``misfit`` is the median distance to the record of 1994 to 1999 in tolerances
    (root mean square). ``turned``: share of runs with a loss in 2000 and a profit in 2001; ``first_profit``: share
    whose first year in profit is 2001; ``cleared``: share with no accumulated loss at the end of 2003. ``land_price_``:
    what the rival leaves of the price of land, mean of the year, M USD a hectare. ``course``: the accumulated result,
    ``operating_course``: enterprises at work, at the end of each quarter.
    """

    key: str
    title: str
    misfit: float
    loss_1999: Band
    loss_2000: Band
    years: tuple[tuple[int, Band], ...]
    result_2003: Band
    turned: float
    first_profit: float
    cleared: float
    operating_2002: Band
    enterprise_profit_2003: Band
    land_price_2000: Band
    land_price_2002: Band
    course: tuple[Band, ...]
    operating_course: tuple[Band, ...]


@dataclass(frozen=True)
class Contrast:
    """Difference of the accumulated result at the end of 2003 between two arms, M USD, and the share above zero."""

    key: str
    arm: str
    reference: str
    band: Band
    above: float


@dataclass(frozen=True)
class SuzhouAnswer:
    """Arms and contrasts of the experiment, and what they were made with."""

    identity: str
    runs: int
    accepted: int
    seed: int
    unfinished: int
    quarters: tuple[str, ...]
    arms: tuple[Arm, ...]
    contrasts: tuple[Contrast, ...]
    report: Path | None = None
