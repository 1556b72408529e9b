"""Parks as points on a map: GeoJSON (RFC 7946), longitude before latitude, WGS 84."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copark.json_types import JsonObject

SHOWN = ("park", "name_en", "name_zh", "host", "home", "type", "launch", "place_en", "place_zh", "coordinates", "grade")
"""What a point says of its park."""


def feature_collection(parks: Sequence[Mapping[str, Any]], names: Sequence[str] = SHOWN) -> JsonObject:
    """Return parks that have coordinates as a collection of points.

    Parameters
    ----------
    parks
        Parks, each with ``longitude`` and ``latitude`` where they are known.
    names
        What a point says of its park.
    """
    features = [
        {
            "type": "Feature",
            "id": park["park"],
            "geometry": {"type": "Point", "coordinates": [park["longitude"], park["latitude"]]},
            "properties": {name: park.get(name) for name in names},
        }
        for park in parks
        if park.get("longitude") is not None and park.get("latitude") is not None
    ]
    return {"type": "FeatureCollection", "features": features}
