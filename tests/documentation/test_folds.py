"""Long tables and lists of documents stand behind folds that are opened and closed."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

pytestmark = pytest.mark.documents

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def folded(site_parts):
    return importlib.import_module("build_numbers").folded


def test_a_long_table_is_folded_and_its_sentence_is_not(folded):
    table = ["| a |", "|---|", *(f"| {row} |" for row in range(9))]
    block = "\n".join(["The answer.", "", *table])
    assert folded(block, "en").split("\n") == [
        "The answer.", "", "<details><summary>The table, 9 rows</summary>", "", *table, "", "</details>", "",
    ]  # fmt: skip
    short = "\n".join(["The answer.", "", *table[:-1]])
    assert folded(short, "zh") == short


def test_every_fold_of_the_documents_is_closed():
    for path in DOCS.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n<details>") == text.count("\n</details>\n\n"), path.name
