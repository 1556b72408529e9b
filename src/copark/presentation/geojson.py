"""Parks as points on a map: GeoJSON (RFC 7946), longitude before latitude, WGS 84."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from copark.texts import LANGUAGES, text


def parks_as_points(parks: Iterable[Mapping[str, Any]]) -> bytes:
    """Return parks that have coordinates as a collection of points, with what is said of each and of their precision.

    Parameters
    ----------
    parks
        Parks by ``park``, with ``longitude`` and ``latitude`` where they are known; the rest is what a point says.
    """
    features = []
    for park in parks:
        longitude, latitude = (park.get(name) for name in ("longitude", "latitude"))
        if longitude is not None and latitude is not None:
            said = {name: value for name, value in park.items() if name not in ("longitude", "latitude")}
            point = {"type": "Point", "coordinates": [longitude, latitude]}
            features.append({"type": "Feature", "id": park["park"], "geometry": point, "properties": said})
    collection = {
        "type": "FeatureCollection",
        **{f"precision_{lang}": text("casebook.coordinates", lang) for lang in LANGUAGES},
        "features": features,
    }
    return (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
