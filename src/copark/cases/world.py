"""Real growth of countries and its gap to its own past: the series shipped with the casebook, and a case's own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache, reduce
from operator import add
from pathlib import Path

from copark.cases.case import Case
from copark.identity import hash_content

FOLDER = Path(__file__).parent.parent / "casebook" / "world"
GROWTH = "gdp_growth_real"
EARLIER = 10
LEAST = 3


def in_order(values: Iterable[float]) -> float:
    """Add numbers one after the other, each sum rounded; 0 of none.

    From Python 3.12 on :func:`sum` carries the rounding of floats along, before it did not: what runs are given would
    hang on the Python by which a case is read.
    """
    return reduce(add, values, 0.0)


@cache
def growth(country: str) -> Mapping[int, float]:
    """Return real GDP growth of a country by year, as a share (0.05 is five percent). Empty for an unknown country."""
    with (FOLDER / "macro.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["country"] == country and row["variable"] == GROWTH]
    return {int(row["year"]): float(row["value"]) / 100.0 for row in rows}


def gaps_of(series: Mapping[int, float]) -> dict[int, float]:
    """Return growth less the mean of up to ten earlier years, for years with at least three of them."""
    gaps = {}
    for year, value in series.items():
        earlier = [series[y] for y in range(year - EARLIER, year) if y in series]
        if len(earlier) >= LEAST:
            gaps[year] = value - in_order(earlier) / len(earlier)
    return gaps


def source_countries(case: Case) -> tuple[str, str, str, str]:
    """Return the countries whose growth is felt: the host's market, then the source of each origin's enterprises."""
    source = case.world.source
    return case.sides.host.country, source.home, source.host, source.third


def growth_gaps(case: Case) -> tuple[dict[int, float], ...]:
    """Return growth gaps by year of each of the :func:`source_countries`; a year the case tells itself holds."""
    own: dict[str, dict[int, float]] = {}
    for row in case.growth:
        own.setdefault(row.country, {})[row.year] = row.growth_percent / 100.0
    return tuple(gaps_of({**growth(country), **own.get(country, {})}) for country in source_countries(case))


def world_hash(case: Case) -> str:
    """Return the SHA-256 of the content of the growth series that a case takes from the casebook."""
    series = {country: growth(country) for country in source_countries(case)}
    return hash_content({country: sorted(values.items()) for country, values in series.items()})


def years_on_record(case: Case) -> list[int]:
    """Return the years with growth of all source countries: the model takes them together, or draws a year."""
    return sorted(set.intersection(*(set(gap) for gap in growth_gaps(case))))
