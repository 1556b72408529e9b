"""Effects of cutting a link on an output: how much, and how soon.

A *size* is the median difference at the horizon, divided by half the width of the band that 90 % of the reference's
runs fill there, so that outputs of any unit stand side by side: 1 is as much as runs differ among themselves anyway.
What a link carries may be felt in few runs, such as those in which the company fails: it then moves no median, so that
the *mean* difference and the share of runs that are *changed* stand beside it. Both runs of a pair have the same random
numbers, so that no difference is due to chance. A *lag* is the number of quarters from the cut to the first one in
which the mean of the absolute differences reaches a tenth of the largest it comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.stats.effects import Effect, Effects
from copark.stats.precision import difference
from copark.stats.quantiles import band, quantiles

REACHED = 0.10
"""Share of the largest mean absolute difference at which an effect is said to have set in."""
NEGLIGIBLE = 0.01
"""Size that a difference must exceed for a pair of runs to be called changed."""
FELT = 0.01
"""Share of pairs that must be changed in some quarter for an effect to be called one."""


@dataclass(frozen=True)
class Impact:
    """The effect of the cutting of a link on an output, in half-widths of the reference's band."""

    link: str
    """Name of the link."""
    output: str
    """Name of the output."""
    size: float
    """Median of the paired differences at the horizon."""
    low: float
    """5 % quantile of the paired differences at the horizon."""
    high: float
    """95 % quantile of the paired differences at the horizon."""
    mean: float
    """Mean of the paired differences at the horizon."""
    typical: float
    """Largest median absolute difference of any quarter."""
    largest: float
    """Largest mean absolute difference of any quarter."""
    changed: float
    """Largest share of pairs, in any quarter, that differ by more than :data:`NEGLIGIBLE`."""
    lag: int | None
    """Quarters from the cut until the effect sets in; ``None`` where it never does."""

    @property
    def exists(self) -> bool:
        """Return whether there is an effect at all, in any quarter and in more than a few runs."""
        return self.changed >= FELT

    @property
    def rare(self) -> bool:
        """Return whether the effect is felt in some runs and leaves the median where it was."""
        return self.exists and not self.typical > NEGLIGIBLE


def impacts(effects: Effects, links: Mapping[str, str], since: int) -> Iterator[Impact]:
    """Read the impact of every cut on every output.

    Parameters
    ----------
    effects
        Of the scenarios in which a link is cut, on outputs in all quarters.
    links
        Name of the link that each scenario cuts, by the scenario's key.
    since
        First quarter of the cut, counted from 0.
    """
    for scenario in effects.scenarios:
        for output in effects.measures:
            differences = effects.differences(scenario, output)
            scale = half_width(effects.before(scenario, output)[:, -1])
            low, median, high = band(differences[:, -1])
            sizes = np.abs(differences[:, since:])
            changed = share_changed(sizes, scale)
            yield Impact(
                link=links[scenario],
                output=output,
                size=median / scale,
                low=low / scale,
                high=high / scale,
                mean=float(differences[:, -1].mean()) / scale,
                typical=float(np.median(sizes, axis=0).max(initial=0.0)) / scale,
                largest=float(sizes.mean(axis=0).max(initial=0.0)) / scale,
                changed=changed,
                lag=lag_of(sizes) if changed >= FELT else None,
            )


def half_width(values: Floats) -> float:
    """Compute half the width that 90 % of values fill; not a number where they do not differ."""
    low, high = quantiles(values, (0.05, 0.95))
    width = float(high - low) / 2.0
    return width if width > 0.0 else float("nan")


def share_changed(sizes: Floats, scale: float) -> float:
    """Compute the largest share of pairs, in any quarter, that differ by more than :data:`NEGLIGIBLE`.

    Parameters
    ----------
    sizes
        Absolute paired differences from the cut on, shape (pairs, quarters); 0 where there is only rounding.
    scale
        Half-width of the reference's band; where runs do not differ, not a number: any difference counts then.
    """
    floor = NEGLIGIBLE * scale if np.isfinite(scale) else 0.0
    return float((sizes > floor).mean(axis=0).max(initial=0.0))


def lag_of(sizes: Floats) -> int | None:
    """Count the quarters from a cut until its effect sets in.

    Parameters
    ----------
    sizes
        Absolute paired differences from the cut on, shape (pairs, quarters).

    Returns
    -------
    Quarters, or ``None`` where nothing ever differs.
    """
    course = sizes.mean(axis=0)
    largest = float(course.max(initial=0.0))
    return int(np.argmax(course >= REACHED * largest)) if largest > 0.0 else None


def strongest(all_impacts: Sequence[Impact], count: int, outputs: Sequence[str]) -> tuple[str, ...]:
    """Name the links with the largest effects on some outputs, the largest first; ``count`` of them at most.

    Parameters
    ----------
    all_impacts
        Impacts of all links on all outputs.
    count
        Most links that are named.
    outputs
        Names of the outputs that are looked at.
    """
    sizes: dict[str, float] = {}
    for impact in all_impacts:
        if impact.output in outputs and impact.largest > NEGLIGIBLE:
            sizes[impact.link] = max(sizes.get(impact.link, 0.0), impact.largest)
    return tuple(sorted(sizes, key=lambda link: (-sizes[link], link))[:count])


def direction(response: Mapping[float, Effect]) -> str:
    """Return whether a stronger link means more of an output, less, neither all along, or nothing.

    Parameters
    ----------
    response
        Effects on the output by strength of the link; strength 1, the link as it is, is no difference by definition.

    Returns
    -------
    ``rising``, ``falling``, ``bent`` or ``flat``.
    """
    medians = {1.0: 0.0} | {strength: effect.median for strength, effect in response.items()}
    course = np.array([medians[strength] for strength in sorted(medians)])
    steps = difference(course[:-1], course[1:])
    if not np.any(steps):
        return "flat"
    if (steps >= 0.0).all():
        return "rising"
    return "falling" if (steps <= 0.0).all() else "bent"
