"""What an empty cell of a workbook stands for: the plain answer where there is one, else that it is not known."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from copark.cases.defaults import TABLES_UNKNOWN
from copark.cases.quarters import Quarter
from copark.cases.vocabulary import country_name
from copark.texts import LANGUAGES, entries

QUARTERS, BEYOND, MOST_QUARTERS = 80, 40, 400
"""Quarters simulated where the workbook does not say: 20 years, or ten beyond the data."""
_PARTS = {
    "finance": ("registered_capital", "paid_in_at_start"),
    "land": ("first_area", "block"),
    "regime": ("threshold", "profit_tax", "reference_tax"),
}
"""Parts of a key that must be said, or said to be unknown."""


def completed(said: Mapping[str, Any], tables: Container[str], name: str) -> dict[str, Any]:
    """Content of ``case.yaml`` with what has one plain answer filled in, and what is not known said to be so.

    Parameters
    ----------
    said
        What the workbook says.
    tables
        CSV tables it has.
    name
        Short name of the case, where the workbook has none.
    """
    tree = dict(said)
    sides = tree.setdefault("sides", {})
    origins = {}
    for side in ("home", "host"):
        government = sides.setdefault(side, {})
        code = government.get("country")
        code = origins[side] = code if code in entries("countries") else "WLD"  # what is wrong is told by its own cell
        government.setdefault("title", {lang: country_name(code, lang) for lang in LANGUAGES})
    source = tree.setdefault("world", {}).setdefault("source", {})
    for origin, code in {**origins, "third": "WLD"}.items():
        source.setdefault(origin, code)
    clock = tree.setdefault("clock", {})
    clock.setdefault("quarters", _quarters(clock))
    told = tree.pop("not_known", [])
    unknown = [*told, *_unknown(tree, tables, told)]
    own = {"format": 1, "name": name or "my-park", **({"not_known": unknown} if unknown else {})}
    return {**own, **tree}


def _quarters(clock: Mapping[str, Any]) -> int:
    try:
        data = Quarter.parse(str(clock["data_end"])) - Quarter.parse(str(clock["start"])) + 1
    except (KeyError, ValueError):
        return QUARTERS
    return max(QUARTERS, min(data + BEYOND, MOST_QUARTERS))


def _unknown(tree: dict[str, Any], tables: Container[str], said: Sequence[str]) -> Iterator[str]:
    """What nobody has said and a case may leave unknown."""
    for word in ("shareholders", "quota", "capability"):
        if word not in tree and word not in said:
            yield word
    for word, file in TABLES_UNKNOWN.items():
        if file not in tables and word not in said:
            yield word
    for key, parts in _PARTS.items():
        if key in said:
            continue
        if key not in tree:
            yield key
            continue
        yield from (f"{key}.{part}" for part in parts if part not in tree[key] and f"{key}.{part}" not in said)
        if key == "land" and "land.plan" not in said:
            tree[key].setdefault("plan", [])
