"""The world series shipped with the casebook: real growth of countries, and its gap to its own past."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "casebook" / "world"
GROWTH = "gdp_growth_real"
EARLIER, LEAST = 10, 3


@cache
def growth(country: str) -> dict[int, float]:
    """Real GDP growth of a country by year, as a share (0.05 is five percent). Empty for an unknown country."""
    with (FOLDER / "macro.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["country"] == country and row["variable"] == GROWTH]
    return {int(row["year"]): float(row["value"]) / 100.0 for row in rows}


def growth_gap(country: str) -> dict[int, float]:
    """Growth less the mean of up to ten earlier years, for years with at least three of them."""
    series = growth(country)
    gaps = {}
    for year, value in series.items():
        earlier = [series[y] for y in range(year - EARLIER, year) if y in series]
        if len(earlier) >= LEAST:
            gaps[year] = value - sum(earlier) / len(earlier)
    return gaps
