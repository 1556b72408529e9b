"""The map of parks: points among coastlines and a graticule, without borders and without tiles.

The same coastlines and the same projection as on the page of `copark serve` (`ParkMap.svelte`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import ceil, floor
from pathlib import Path

from copark.cases.parks import Place

LAND = Path(__file__).parent / "land.json"
STEP = 15
"""Degrees between two lines of the graticule."""
MARGIN = 34
"""Room around the map, for the degrees."""
TALLER = 1.15
"""Degrees of latitude are drawn a little longer than those of longitude: true near 30 degrees north."""
TENTHS = 10.0
"""Coastlines are in tenths of a degree."""


@dataclass(frozen=True)
class Line:
    """A line of the graticule: where it is drawn, and its degrees in words."""

    place: float
    words: str
    is_equator: bool = False


@dataclass(frozen=True)
class ParkMap:
    """A map, laid out: coastlines as a path, the graticule, and a point for each park by its key."""

    width: float
    height: float
    coast: str
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    points: dict[str, tuple[float, float]]
    margin: float = MARGIN


@cache
def _rings() -> tuple[tuple[tuple[float, float], ...], ...]:
    """Read coastlines: rings of longitude and latitude; each is written as steps, the first from 0, 0."""
    rings = json.loads(LAND.read_text(encoding="utf-8"))["rings"]
    return tuple(
        tuple(
            (east / TENTHS, north / TENTHS)
            for east, north in zip(accumulate(ring[0::2]), accumulate(ring[1::2]), strict=False)
        )
        for ring in rings
    )


def _ends(values: Iterable[float], pad: float) -> tuple[int, int]:
    degrees = list(values)
    return floor((min(degrees) - pad) / STEP) * STEP, ceil((max(degrees) + pad) / STEP) * STEP


def _degrees(value: int, letters: str) -> str:
    return "0°" if value == 0 else f"{abs(value)}°{letters[0] if value < 0 else letters[1]}"


def laid_out(places: Collection[Place], width: float) -> ParkMap:
    """Lay out a map of parks.

    Parameters
    ----------
    places
        Where the parks are: the map shows the part of the world in which they lie.
    width
        Width of the drawing.
    """
    west, east = _ends((place.longitude for place in places), 1)
    south, north = _ends((place.latitude for place in places), 2)
    scale = (width - 2 * MARGIN) / (east - west)
    height = 2 * MARGIN + TALLER * scale * (north - south)

    def x(longitude: float) -> float:
        return round(MARGIN + scale * (longitude - west), 1)

    def y(latitude: float) -> float:
        return round(height - MARGIN - TALLER * scale * (latitude - south), 1)

    coast = "".join("M" + "L".join(f"{x(east):g},{y(north):g}" for east, north in ring) + "Z" for ring in _rings())
    return ParkMap(
        width=width,
        height=round(height, 1),
        coast=coast,
        meridians=tuple(Line(x(value), _degrees(value, "WE")) for value in range(west, east + 1, STEP)),
        parallels=tuple(Line(y(value), _degrees(value, "SN"), value == 0) for value in range(south, north + 1, STEP)),
        points={place.park: (x(place.longitude), y(place.latitude)) for place in places},
    )
