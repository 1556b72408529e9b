"""What runs send along the links between scales, quarter by quarter.

It stands in a run's wires, which the kernel fills and the next run overwrites. What arrives at the other end follows
from strength and delay (:func:`copark.model.coupling.links.carry`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from copark.model.arrays import Inputs
from copark.model.coupling.arrows import CHANNELS_PER_LINK
from copark.model.variables import ORIGINS, Link, catalogue

Floats = NDArray[np.float64]
SIDES = ORIGINS[:2]


@dataclass(frozen=True)
class Channel:
    """One number a link carries, by its place (``row``) in a run's wires.

    name: what it is of: an origin, a side, a partner's number, the name of what is received, or nothing.
    """

    link: Link
    row: int
    name: str

    def amounts(self, arrived: Floats) -> Floats:
        """What arrived as amounts: NaN where there is nothing that could be one.

        A negative neutral is no amount but the mark for none: of the land plan, -1 ha is "no plan".
        """
        return np.where(arrived < 0.0, np.nan, arrived) if self.link.neutral < 0.0 else arrived


@dataclass(frozen=True)
class Flows:
    """What arrived at the end of every link."""

    arrived: Floats
    """float64 of shape (runs, quarters, channels), channels in the order of :func:`channels`; NaN from the quarter on
    in which a run was broken off."""
    strength: Floats
    """Strength of each link, by its number, shape (quarters, links)."""


@cache
def channels() -> tuple[Channel, ...]:
    """Every channel of every link, in the order of the links."""
    shapes = {(v.room, v.name): v for v in catalogue().of("receives")}
    found: list[Channel] = []
    for link in catalogue().links.values():
        first = link.number * CHANNELS_PER_LINK
        names: list[str] = []
        for name in link.receives:
            variable = shapes[(link.target_room, name)]
            count = prod(variable.shape)
            if count == 1:
                names.append(name if len(link.receives) > 1 else "")
            else:
                by_axis = {"origin": ORIGINS, "side": SIDES}.get(variable.axes[0])
                names += list(by_axis) if by_axis is not None else [str(n + 1) for n in range(count)]
        found += [Channel(link, first + n, name) for n, name in enumerate(names)]
    return tuple(found)


def arriving(sent: Floats, inputs: Inputs) -> Floats:
    """What arrives of what was sent: ``neutral + strength (sent delay quarters ago - neutral)``."""
    arrived = np.empty_like(sent)
    for n, channel in enumerate(channels()):
        link = channel.link
        delay, strength = int(inputs.link_delay[link.number]), inputs.link_strength[:, link.number]
        late = np.full(sent.shape[:2], link.neutral)
        late[:, delay:] = sent[:, : sent.shape[1] - delay, n] if delay < sent.shape[1] else late[:, delay:]
        arrived[:, :, n] = strength * late + (1.0 - strength) * link.neutral
    return arrived


def as_amounts(arrived: Floats) -> Floats:
    """What arrived at every channel, on the last axis, as amounts."""
    return np.stack([channel.amounts(arrived[..., n]) for n, channel in enumerate(channels())], axis=-1)


def by_link(values: Floats) -> dict[str, Floats]:
    """Values of channels, on the last axis, added up into one number a link: means of levels, sums of amounts."""
    found: dict[str, Floats] = {}
    for link in catalogue().links.values():
        at = [n for n, channel in enumerate(channels()) if channel.link.number == link.number]
        mixed = link.unit in ("1", "log points", "1/yr") or len(link.receives) > 1
        part = values[..., at[:1]] if len(link.receives) > 1 else values[..., at]
        found[link.name] = part.mean(axis=-1) if mixed else part.sum(axis=-1)
    return found
