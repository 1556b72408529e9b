"""What leads a meeting names only pages and headings that are there, holds no number, and says the same twice."""

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]
NAMES = {"en": r"(?<!\*)\*([^*\n]+)\*(?!\*)", "zh": r"“([^”\n]+)”"}
"""How a page or heading is marked."""
OWN_WORDS = {"en": {"To be found out"}, "zh": {"维持现状", "待查明"}}
"""Quoted for another reason, or a heading of the sheet at its end."""


def document(lang):
    suffix = "" if lang == "en" else f".{lang}"
    return (ROOT / f"docs/meeting{suffix}.md").read_text(encoding="utf-8")


def titles(lang):
    """Return every text of the page and of analyses."""
    files = [
        ROOT / "src/copark/texts/page.yaml",
        ROOT / "src/copark/texts/live.yaml",
        *ROOT.glob("src/copark/analyses/*/texts.yaml"),
    ]
    entries = [entry for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8")).values()]
    return {entry[lang] for entry in entries if isinstance(entry, dict) and lang in entry}


@pytest.mark.parametrize("lang", NAMES)
def test_it_names_only_pages_and_headings_that_are_there(lang):
    named = {part for name in re.findall(NAMES[lang], document(lang)) for part in re.split(r" → |→", name)}
    assert len(named) > 10
    missing = named - titles(lang) - OWN_WORDS.get(lang, set()) - {"italics"}
    assert not missing


def test_both_languages_have_the_same_tables():
    def tables(lang):
        return [line.count("|") for line in document(lang).splitlines() if line.startswith("|")]

    assert tables("en") == tables("zh")


def test_it_fits_any_park():
    for lang in NAMES:
        assert not re.search(r"[0-9]%|[0-9]{4}", document(lang))
        assert not re.search(r"Great Stone|中白", document(lang))
