"""The browser's Back undoes what was changed, step by step, before it leaves the page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser.doing import changed, identity, opened, query, scenario, settled

pytestmark = pytest.mark.long


def test_back_and_forward_go_through_levers(page: Any) -> None:
    page.goto("/?lang=en")
    opened(page)
    first = identity(page)
    page.get_by_role("switch", name="Credit, concessional and commercial").click()
    second = changed(page, first)
    slider = page.get_by_role("slider", name="China")
    slider.focus()
    slider.press("Home")
    third = changed(page, second)
    page.go_back()
    assert changed(page, third) == second
    assert "depth" in scenario(page)["edits"]
    assert "equity" not in scenario(page)["edits"]
    page.go_back()
    assert changed(page, second) == first
    assert page.get_by_role("button", name="Undo").is_disabled(), "Back and Undo are one history"
    page.get_by_role("button", name="Redo").click()
    assert changed(page, first) == second
    page.go_back()
    assert changed(page, second) == first


def test_back_undoes_a_change_of_park(page: Any) -> None:
    opened(page)
    first = identity(page)
    page.locator("header select").select_option("suzhou")
    changed(page, first)
    page.go_back()
    page.wait_for_function("() => location.search.includes('case=great-stone')")
    page.locator(".foot", has_text="Great Stone").wait_for()
    settled(page)
    page.wait_for_function("(first) => document.querySelector('.status').textContent.includes(first)", arg=first)
    assert page.locator("header select").input_value() == "great-stone"


def test_dragging_a_lever_is_one_step(page: Any) -> None:
    opened(page)
    before, steps = identity(page), page.evaluate("history.length")
    box = page.get_by_role("slider", name="China").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.6 * box["width"], y)
    page.mouse.down()
    for n in range(8):
        page.mouse.move(box["x"] + (0.6 - 0.03 * n) * box["width"], y)
        page.wait_for_timeout(30)
    page.mouse.up()
    changed(page, before)
    assert page.evaluate("history.length") == steps + 1
    assert query(page)["case"] == ["great-stone"]
