"""What happened when, and from when changes act: on the time axis of fan charts, in a list, and on paper."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from copark.cases import load_case
from tests.web.browser.doing import opened, query, settled
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long

THRESHOLD = {
    "key": "scenario", "title": {"en": "Scenario", "zh": "情景"},
    "edits": {"threshold": [{"value": 5, "from": "2025Q1"}]},
}  # fmt: skip
EDITED = f"&scenario={quote(json.dumps(THRESHOLD))}"
TICKED = "() => document.querySelectorAll('.fans .plot svg:has(.tick)').length === 6"


def on_the_axis(name: str) -> int:
    """Dated events of a case within its simulated period."""
    clock = load_case(name).clock
    quarters = [event.date.quarter("event") for event in load_case(name).events]
    return sum(clock.start <= quarter < clock.start + clock.quarters for quarter in quarters)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_chart_marks_events_the_data_end_and_where_changes_begin(page: Any, lang: str) -> None:
    opened(page, lang, EDITED)
    page.wait_for_function(TICKED)
    told = page.evaluate(
        "[...document.querySelectorAll('.fans .plot')].map(({ drawing }) =>"
        " [drawing.events.length, drawing.rules.map((one) => one.quarter).join()])"
    )
    assert told == [[on_the_axis("great-stone"), "2024Q4,2025Q1,2026Q4"]] * 6
    listed = page.locator(".time-marks")
    listed.locator("summary").click()
    listed.locator("li").first.wait_for()
    assert listed.locator("li").count() == on_the_axis("great-stone") + 3
    assert listed.locator("li.end").count() == 1
    assert {"en": "Minimum declared investment", "zh": "最低协议投资额"}[lang] in listed.locator(
        "li.change"
    ).inner_text()
    if AXE.is_file():
        assert broken_rules(page) == []


def test_the_words_of_an_event_stand_where_it_is_pointed_at(page: Any) -> None:
    opened(page)
    page.wait_for_function(TICKED)
    tick = page.locator(".fans .plot svg .tick").nth(5)
    tick.scroll_into_view_if_needed()
    box = tick.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)
    words = page.locator(".event-words")
    words.wait_for()
    assert words.locator("li").count() >= 1
    page.mouse.move(0, 0)
    assert words.count() == 0


def test_the_keyboard_leads_along_the_events_of_a_large_chart(page: Any) -> None:
    opened(page, more="&chart=operating")
    lane = page.get_by_role("toolbar", name="Dated events")
    buttons = lane.get_by_role("button")
    buttons.first.wait_for()
    assert lane.locator("[tabindex='0']").count() == 1
    buttons.first.focus()
    first = page.locator(".event-words").inner_text()
    page.keyboard.press("End")
    assert buttons.last.evaluate("(one) => one === document.activeElement")
    assert page.locator(".event-words").inner_text() != first
    page.keyboard.press("Enter")
    page.locator(".evidence tr.chosen").wait_for()
    assert query(page)["mark"]
    page.keyboard.press("Escape")
    assert page.locator(".event-words").count() == 0
    marked = buttons.count()
    counts = page.evaluate("[...document.querySelectorAll('.lane button')].map((one) => one.ariaLabel.length)")
    assert marked < on_the_axis("great-stone"), "events that crowd are one tick"
    assert min(counts) > 10
    if AXE.is_file():
        assert broken_rules(page) == []


def test_an_event_of_the_list_is_marked_in_every_chart(page: Any) -> None:
    opened(page)
    page.locator(".time-marks summary").click()
    page.locator(".time-marks li.event button").nth(3).click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.fans .plot')].every(({ drawing }) => drawing.rules.length === 3)"
    )
    settled(page)


def test_paper_has_the_marks_and_their_words(page: Any) -> None:
    opened(page, more=EDITED)
    page.wait_for_function(TICKED)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.locator(".time-marks li").first.wait_for()
    assert page.locator(".time-marks li").count() == on_the_axis("great-stone") + 3
    assert page.locator(".time-marks ol").evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")


@pytest.mark.parametrize(("path", "case"), [("decide", "great-stone"), ("analyses/brief", "suzhou")])
def test_decide_and_the_brief_show_the_course_with_the_quarter_from_which_options_act(
    page: Any, path: str, case: str
) -> None:
    page.goto(f"/{path}?lang=en&case={case}")
    page.locator("summary", has_text="Course of the park").click()
    plot = page.locator(".course .plot[data-painted]")
    plot.wait_for()
    told = page.evaluate("document.querySelector('.course .plot').drawing.rules.map((one) => one.words)")
    assert "Changes take effect" in told
    assert page.locator(".course .tick").count() >= 3
    if AXE.is_file():
        assert broken_rules(page) == []
