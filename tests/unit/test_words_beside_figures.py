"""Prose that stands beside a figure says no other direction or size than what ships."""

import re
from pathlib import Path

import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.link_impact.impacts import strongest
from copark.analyses.registry import REGISTRY
from copark.cases import list_cases
from copark.cases.casebook import casebook_path
from copark.texts import ANALYSES, LANGUAGES, entries, read

ROOT = Path(__file__).parents[2]
UP, DOWN, STILL = "up", "down", "still"
SAYS = {
    UP: r"\bmore often\b|\brais(?:es?|ed)\b|\bris(?:es?|en)\b|\bincreases?d?\b|\bgrows?\b|\bdoubl\w+|\blikelier\b"
    r"|上升|升高|提高|增多|增加|增强|更多|翻倍",
    DOWN: r"\bless often\b|\bfewer\b|\bfalls?\b|\bdrops?\b|\blowers\b|\bdecreases?d?\b|\bshrinks?\b|\bhalv\w+"
    r"|\ba (?:quarter|third|half|fifth) fewer\b|下降|降低|减少|减半|更少|减弱",
    STILL: r"\bhardly\b|\bbarely\b|\balmost no|\bunchanged\b|\bstays the same\b|几乎|不变|基本持平",
}
"""Words of direction and size, in both languages."""
WORDS = re.compile("|".join(SAYS.values()), re.IGNORECASE)


def said(words):
    """Directions that words claim."""
    return {way for way, pattern in SAYS.items() if re.search(pattern, words, re.IGNORECASE)}


def way(low, high):
    """Direction of an effect that the interval of its error supports; ``None`` where it supports none."""
    return UP if low > 0.0 else DOWN if high < 0.0 else None


def shipped(name, case):
    """Read the answer about a park that ships, without the settings that others of it have."""
    analysis = REGISTRY[name]
    heads = ((run_id, head["params"]) for run_id, head in listed(SHIPPED, analysis))
    run_id = next(
        at for at, asked in heads if (asked["case"], asked.get("cut"), asked.get("since")) == (case, None, None)
    )
    return load(place_of(SHIPPED, analysis, run_id), analysis).result


def without_framework():
    """Change of the chance of being self-standing where there never was a framework, as the claims measured it."""
    claim = next(one for one in shipped("claims", "great-stone").claims if one.claim.id == "2")
    found = next(part for part in claim.parts if part.part.key == "whole").measured["standing"]
    return way(found.low, found.high)


STORY = {"tour_what_if_words": without_framework}
"""Steps of the story that speak of a result, and the direction that ships; all others speak of none."""


def told_in_the_story():
    page = entries("page")
    return [key for key in page if re.match(r"(tour|question)_\w+_words$|home_\w*words$|home_(what|model)$", key)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_step_of_the_story_says_another_direction_than_what_ships(lang, subtests):
    keys = told_in_the_story()
    assert set(STORY) < set(keys)
    for key in keys:
        with subtests.test(key=key):
            allowed = {STORY[key]()} if key in STORY else set()
            assert said(entries("page")[key][lang]) <= allowed


def test_the_sentence_that_had_gone_stale_would_be_found():
    for words in ("The chance of being self-standing hardly moves", "自立概率几乎不变"):
        assert not said(words) <= {without_framework()}


MARKS = {
    "levers.caption.operating",
    "levers.caption.sides",
    "link_impact.caption.map",
    "voi.caption.gains",
    "voi.chart.gains",
    "voi.alt.gains",
    "compare.alt.parts",
    "compare.caption.parts",
    "evidence.caption.families",
    "evidence.figure.subtitle",
    "link_impact.figure.map.subtitle",
}
"""Captions that say what a mark or a length means, whatever the result."""


def captions():
    """Texts that stand at a figure of an analysis, by their full names."""
    for path in sorted(ANALYSES.glob("*/texts.yaml")):
        area = path.parent.name
        for key in entries(area):
            if re.match(r"(caption|alt|chart|figure)\b", key):
                yield f"{area}.{key}", entries(area)[key]


def test_no_caption_says_a_direction_by_hand(subtests):
    found = dict(captions())
    assert len(found) > 100
    for name, words in found.items():
        if name not in MARKS:
            with subtests.test(name=name):
                assert [match.group() for lang in LANGUAGES for match in WORDS.finditer(words[lang])] == []


LEFT_AS_IT_WAS = re.compile(r"[^，]*不变$")
"""In the title of a scenario: what of the park it does not change."""


def test_no_scenario_of_a_study_says_what_it_brings(subtests):
    """Titles and descriptions stand beside charts of their results."""
    for case in list_cases():
        for path in sorted((casebook_path() / case).glob("studies/*.yaml")):
            study = read(path)
            for one in (study, *study.get("scenarios", ())):
                for key in ("title", "about"):
                    words = {lang: LEFT_AS_IT_WAS.sub("", words) for lang, words in (one.get(key) or {}).items()}
                    with subtests.test(study=f"{case}/{path.name}", of=one.get("key", "study"), key=key):
                        assert not [said(words[lang]) for lang in LANGUAGES if lang in words and said(words[lang])]


IN_FINDINGS = {
    "en": ("the first is land", "to cut commitment → effort *raises* their number"),
    "zh": ("居首的是土地", "切断“政府承诺→服务投入”反使企业数*增加*"),
}
"""What findings say of links beside the block and the chart of them."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_findings_say_of_links_what_ships(lang):
    written = (ROOT / f"docs/findings{'' if lang == 'en' else '.zh'}.md").read_text(encoding="utf-8")
    answer = shipped("link-impact", "great-stone")
    first, *others = strongest(answer.impacts, 5, ("operating",))
    cut = answer.response("commitment_to_effort")[0.0]
    assert all(words in written for words in IN_FINDINGS[lang])
    assert first == "land_to_starts"
    assert "commitment_to_effort" in others
    assert way(cut.low, cut.high) == UP
