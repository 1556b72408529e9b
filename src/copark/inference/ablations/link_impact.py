"""What changes when a link between scales is cut or made stronger: how much, and after how many quarters.

All differences are paired with common random numbers. A *size* is the median difference at a date, divided by half the
width of the band that 90 % of the reference's runs fill at that date, so that outputs of any unit stand side by side: 1
is as much as runs differ among themselves anyway. A *lag* is the number of quarters from the cut to the first one in
which the median of the absolute differences reaches a tenth of the largest it comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.simulation.readouts.compare import Pair
from copark.stats.quantiles import band, quantiles

REACHED = 0.10
"""Share of the largest median absolute difference at which an effect is said to have set in."""
NEGLIGIBLE = 0.01
"""Size that an effect must exceed in some quarter to be called one."""


@dataclass(frozen=True)
class Impact:
    """What the cutting of a link does to an output."""

    link: str
    output: str
    size: float
    low: float
    high: float
    """size, low, high: median, 5 % and 95 % of the paired differences at the horizon, in half-widths of the reference's
    band."""
    largest: float
    """Largest median absolute difference of any quarter, in half-widths of the band at the horizon."""
    differing: float
    """Share of pairs that differ at the horizon."""
    lag: int | None
    """Quarters from the cut until the effect sets in; ``None`` where it never does."""

    @property
    def exists(self) -> bool:
        """Whether there is an effect at all, in any quarter."""
        return self.lag is not None and self.largest > NEGLIGIBLE


@dataclass(frozen=True)
class LinkResponse:
    """What a link's strength does to an output at a date: median, 5 % and 95 % of the paired difference."""

    link: str
    output: str
    strength: float
    low: float
    median: float
    high: float


def half_width(values: Floats) -> float:
    """Half the width that 90 % of values fill; not a number where they do not differ."""
    low, high = quantiles(values, (0.05, 0.95))
    width = float(high - low) / 2.0
    return width if width > 0.0 else float("nan")


def lag_of(differences: Floats, since: int, scale: float) -> int | None:
    """Quarters from a cut until its effect sets in.

    differences: paired, shape (run, quarter); since: quarter of the cut; scale: half-width of the reference's band.
    """
    course = np.median(np.abs(differences[:, since:]), axis=0)
    top = float(course.max(initial=0.0))
    return int(np.argmax(course >= REACHED * top)) if top > NEGLIGIBLE * scale else None


def impacts(pairs: Mapping[str, Pair], outputs: Sequence[str], since: int) -> Iterator[Impact]:
    """What the cutting of links from a quarter on, counted from 0, does to outputs that both arms kept.

    pairs: by name of the link, the case as it is and with the link cut.
    """
    for link, one in pairs.items():
        for output in outputs:
            differences = one.difference(output)
            scale = half_width(one.before[output].to_numpy()[:, -1])
            low, middle, high = (value / scale for value in band(differences[:, -1]))
            largest = float(np.median(np.abs(differences), axis=0).max()) / scale
            differing = float(np.mean(differences[:, -1] != 0.0))
            yield Impact(link, output, middle, low, high, largest, differing, lag_of(differences, since, scale))


def strongest(found: Sequence[Impact], count: int, outputs: Sequence[str]) -> tuple[str, ...]:
    """Names of the links with the largest effects on some outputs, the largest first."""
    sizes: dict[str, float] = {}
    for one in found:
        if one.output in outputs and one.largest > NEGLIGIBLE:
            sizes[one.link] = max(sizes.get(one.link, 0.0), one.largest)
    return tuple(sorted(sizes, key=lambda link: (-sizes[link], link))[:count])


def responses(pairs: Mapping[tuple[str, float], Pair], outputs: Sequence[str]) -> Iterator[LinkResponse]:
    """What strengths of links do to outputs at the horizon; strength 1 is no difference by definition.

    pairs: by link and strength, the case as it is and the scenario with that strength.
    """
    for (link, strength), one in pairs.items():
        for output in outputs:
            low, middle, high = band(one.difference(output)[:, -1])
            yield LinkResponse(link, output, strength, low, middle, high)


def direction(found: Sequence[LinkResponse]) -> str:
    """Whether a stronger link means more of an output (rising), less (falling), neither all along (bent), or nothing.

    found: responses of one output to one link.
    """
    medians = {1.0: 0.0} | {one.strength: one.median for one in found}
    steps = np.diff([medians[strength] for strength in sorted(medians)])
    if not np.any(steps):
        return "flat"
    return "rising" if (steps >= 0.0).all() else "falling" if (steps <= 0.0).all() else "bent"
