"""Another park on an open page: every chart is what a fresh page of that park draws, axis, record and all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browser.doing import pictures, query, settled

pytestmark = pytest.mark.long

DRAWN = """
() => [...document.querySelectorAll('.plot')].map((box) => {
  const { quarters, range, observed, rules } = box.drawing;
  return {
    axis: quarters,
    values: range,
    dots: observed.map((one) => [one.quarter, one.value, one.high]),
    ends: rules.map((one) => one.quarter),
  };
})
"""


def drawn(page: Any, case: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """What the charts hold and how they look, once they are of a case."""
    page.wait_for_function(
        "(title) => document.querySelector('.foot').textContent.includes(title)", arg=case["title"]["en"]
    )
    page.wait_for_function(
        "(start) => [...document.querySelectorAll('.plot')].length === 6 && [...document.querySelectorAll('.plot')]"
        ".every((one) => one.drawing?.quarters[0] === start)",
        arg=case["start"],
    )
    settled(page)
    page.mouse.move(0, 0)
    # What was resized is painted in the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(DRAWN), pictures(page)


def fresh(page: Any, case: dict[str, Any]) -> None:
    page.goto(f"/simulate?lang=en&case={case['name']}")
    page.locator(".plot[data-painted]").first.wait_for()
    settled(page)


def test_all_parks_in_turn_are_drawn_as_fresh_pages_draw_them(page: Any) -> None:
    page.set_default_timeout(90_000)
    cases = page.request.get("/api/v1/cases").json()["cases"]
    assert len({(case["start"], case["quarters"]) for case in cases}) > 10
    fresh(page, cases[0])
    switched = {}
    for case in [*cases[1:], cases[0]]:
        page.get_by_role("combobox", name=re.compile("^Park")).select_option(case["name"])
        page.wait_for_function("(name) => location.search.includes(`case=${name}&`)", arg=case["name"])
        switched[case["name"]] = drawn(page, case)
    for case in cases:
        fresh(page, case)
        found = drawn(page, case)
        assert query(page)["case"] == [case["name"]]
        assert switched[case["name"]] == found
        for chart in found[0]:
            assert (chart["axis"][0], len(chart["axis"])) == (case["start"], case["quarters"])
            marked = (case["data_end"], case["now"])
            assert chart["ends"] == [quarter for quarter in marked if quarter in chart["axis"]]
            assert all(dot[0] in chart["axis"] for dot in chart["dots"])
