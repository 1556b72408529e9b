"""Intergovernmental, mixed and enterprise-led parks: what tells them apart in the record, and in model twins.

``measures`` reads the table of parks and their series, ``twins`` takes the difference between two twins apart into what
does it, ``findings`` sets two types against each other with what so few parks allow, and both side by side.
"""

from __future__ import annotations

from copark.inference.typology.findings import Agreement, Contrast, agreements, contrast
from copark.inference.typology.measures import MEASURES, ParkMeasure, measured
from copark.inference.typology.twins import FACTORS, READINGS, FactorPart, TwinReading, parts, readings

__all__ = [
    "FACTORS",
    "MEASURES",
    "READINGS",
    "Agreement",
    "Contrast",
    "FactorPart",
    "ParkMeasure",
    "TwinReading",
    "agreements",
    "contrast",
    "measured",
    "parts",
    "readings",
]  # fmt: skip
