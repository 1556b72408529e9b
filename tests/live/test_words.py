"""Every word that a live brief asks for is there, in both languages, and every word that is there is asked for."""

import re
from pathlib import Path

import pytest

from copark.texts import entries

pytestmark = pytest.mark.documents

FOLDER = Path(__file__).parents[2] / "frontend/src/live"
PREFIX = "page."
BUILT = {
    "page.since_now",
    "page.since_start",
    *(f"page.present_{name}" for name in ("inside", "below", "above", "right", "wrong")),
    *(f"page.measure_{name}" for name in ("budget_home", "budget_host", "companies", "jobs")),
}
"""Keys that the page puts together."""


def test_words_of_the_page_are_those_it_asks_for():
    code = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in (".ts", ".svelte"))
    asked = {f"{PREFIX}{key}" for key in re.findall(r"\bt\('(\w+)'", code)} | set(
        re.findall(r"words\['(page\.\w+)'\]", code)
    )
    asked |= {f"{PREFIX}{key}" for one in re.findall(r"\bt\([^()'`]*\? '(\w+)' : '(\w+)'", code) for key in one}
    known = {key for key in entries("live") if key.startswith(PREFIX)}
    assert asked | BUILT == known
