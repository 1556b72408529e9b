"""Long tables and lists of documents stand behind folds that are opened and closed."""

from __future__ import annotations

import importlib
import re
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


WORDS = {"findings": 3600, "validity": 7000}
"""Words, most that a document has in English, its tables among them."""


@pytest.mark.parametrize("lang", ["", ".zh"])
@pytest.mark.parametrize("name", WORDS)
def test_a_reader_meets_an_answer_a_picture_and_then_folds(name, lang):
    text = (DOCS / f"{name}{lang}.md").read_text(encoding="utf-8")
    opening, *sections = re.split(r"^#{2,3} ", text, flags=re.MULTILINE)
    short = opening.partition({"": "**In short.**", ".zh": "**简言之。**"}[lang])[2]
    answer, picture, _ = short.partition("\n![")
    assert picture
    assert answer.count("\n- ") == 5
    for line in answer.split("\n- ")[1:]:
        assert len(line.split()) <= 45, "a line of the answer is read at once"
        assert "](" not in line, "nor does it send its reader elsewhere"
    for section in sections:
        _, _, body = section.partition("\n")
        assert not body.lstrip().startswith(("<details>", "<!-- figure")), "the answer stands before the fold"
    if not lang:
        assert len([word for word in text.split() if re.search(r"\w", word)]) <= WORDS[name]
