"""The table of first sentences in docs/users.md judges what commands say today."""

import re
from pathlib import Path

import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.registry import REGISTRY

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]
ROWS = {
    "great-stone": "Great Stone",
    "suzhou": "Suzhou",
    "wsip": "Wuxi–Singapore",
    "batamindo": "Batamindo",
    "vsip": "Vietnam–Singapore (network)",
    "lekki": "Lekki",
    "sihanoukville": "Sihanoukville",
    "itpl-bangalore": "Bangalore",
    "tianjin-ecocity": "Tianjin Eco-City",
    "eiz-ethiopia": "Eastern Industry Zone",
    "teda-suez": "TEDA Suez",
    "longjiang": "Long Jiang",
    "imip": "Morowali",
    "saysettha": "Saysettha",
    "cmqip": "Qinzhou",
    "jinfei": "JinFei",
    "mckip": "Kuantan",
    "thilawa": "Thilawa",
}
"""Parks that are calibrated, and the first cells of their rows."""
AVOIDED = {
    "Tax on residents' profits": "avoid a higher tax",
    "Entry threshold": "avoid a higher entry threshold",
    "Land plan": "avoid land that follows demand",
    "Equity": "avoid a small home share",
    "Pace of land": "avoid the second stage of land",
}
"""Levers, and what the table says where one of them does most harm."""


def first_sentences(name):
    """Return the headlines that ship of an analysis, by case."""
    analysis = REGISTRY[name]
    sentences = {}
    for run_id, head in listed(SHIPPED, analysis):
        if not head["params"].get("cut"):
            result = load(place_of(SHIPPED, analysis, run_id), analysis).result
            sentences[head["params"]["case"]] = analysis.document(result, "en").headline
    return sentences


@pytest.fixture(scope="module")
def rows():
    table = (ROOT / "docs/users.md").read_text(encoding="utf-8").partition("## First sentences")[2]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells}


def test_every_calibrated_park_has_a_row(rows):
    assert set(first_sentences("brief")) == set(ROWS)
    assert set(ROWS.values()) <= set(rows)


def test_it_says_where_the_record_contradicts_and_where_the_structure_decides(rows):
    for case, headline in first_sentences("brief").items():
        brief = rows[ROWS[case]][0]
        contradicted = "contradicts the model" in headline
        assert ("agree only in part" in brief) is ("agree only in part" in headline), case
        assert brief.startswith("contradicted") is contradicted, case
        assert ("hangs on the structure" in brief) is ("hangs on which structure" in headline and not contradicted), (
            case
        )


def test_it_says_what_is_to_be_avoided(rows):
    for case, headline in first_sentences("levers").items():
        decide = rows[ROWS[case]][1]
        avoided = re.search(r"Avoid (?:above all )?“([^:”]+):", headline)
        if "no ground for a choice" in headline:
            assert "no ground for a choice" in decide, case
            continue
        assert decide.startswith("first, what to order, and that none of the options tried helps"), case
        assert ("hangs on the structure" in decide) is ("hangs on which structure" in headline), case
        assert ("measured against what is assumed" in decide) is ("No advice on" in headline), case
        assert {words for words in AVOIDED.values() if words in decide} == ({AVOIDED[avoided[1]]} if avoided else set())


def test_an_option_that_helps_is_told_with_its_effect_on_both_aims_and_a_small_gain_with_its_size():
    """More companies do not tell that the chance hardly moves."""
    sentences = [sentence for headline in first_sentences("levers").values() for sentence in headline.split(". ")]
    helping = [sentence for sentence in sentences if "” helps" in sentence]
    small = [sentence for sentence in sentences if "largest reliable gain" in sentence]
    assert helping or small
    for sentence in helping:
        assert "operating companies" in sentence
        assert "probability of being self-standing" in sentence
    for sentence in small:
        assert "more operating companies (median +" in sentence or " points higher" in sentence


def test_it_tells_the_chance_that_the_brief_tells(rows):
    for case, headline in first_sentences("brief").items():
        chance = re.search(r"is self-standing in (\S+) of simulated runs", headline)
        assert f"self-standing in {chance[1]}" in rows[ROWS[case]][0], case
