"""Numbers are the same in JSON, CSV and workbook: of every answer that ships, of every method for tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import copark as cp
from copark.analyses import REGISTRY
from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.texts import LANGUAGES
from tests.presentation.agreement import check
from tests.presentation.toy import document

PARKS = {"table": "parks", "drop_missing": True}
LARGE = ("claims", "levers")
"""Analyses whose tables take a while."""
WORDS = ("counterfactual", "brief")
"""Analyses of which what ships has no numbers in tables."""
TABLES: dict[str, dict[str, Any]] = {
    "power": {"weights": ("3135", "2633", "1935"), "quota": "5001"},
    "qca": {**PARKS, "outcome": "OUTCOME", "conditions": ("GOV", "EQUITY"), "robust": True},
    "nca": {**PARKS, "x": ("GOV", "EQUITY"), "y": "OUTCOME", "permutations": 50},
    "coupling": {**PARKS, "subsystems": "GOV,EQUITY,NETWORK", "permutations": 50, "ensemble": 50},
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_the_toy(lang: str, tmp_path: Path) -> None:
    assert check(document(lang), tmp_path) > 30


@pytest.mark.parametrize(
    "name", [pytest.param(one.name, marks=pytest.mark.long if one.name in LARGE else ()) for one in REGISTRY]
)
def test_of_every_answer_that_ships(name: str, tmp_path: Path) -> None:
    analysis = REGISTRY[name]
    for run_id, _told in listed(SHIPPED, analysis):
        stored = load(place_of(SHIPPED, analysis, run_id), analysis)
        assert stored is not None
        assert check(stored.result.document("zh"), tmp_path / run_id) > 0 or name in WORDS


@pytest.mark.parametrize("name", TABLES)
def test_of_a_method_for_tables(name: str, tmp_path: Path) -> None:
    found = getattr(cp, name)(**TABLES[name])
    assert check(found.document("en"), tmp_path) > 10
