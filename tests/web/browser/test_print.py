"""What is printed is whole: every drawing is there, and none is wider than its sheet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser.doing import opened

pytestmark = pytest.mark.long

SHEET = 718
"""Dots across a sheet of A4 between its margins."""
CUT = """
(sheet) => {
  document.body.style.width = `${sheet}px`;
  const drawings = [...document.querySelectorAll('main svg')].filter((one) => one.checkVisibility());
  const boxes = drawings.map((one) => one.getBoundingClientRect());
  return boxes.filter((one) => one.right > sheet + 1 || !one.height).length;
}
"""


@pytest.mark.parametrize("name", ["simulate", "compare", "coupling", "network"])
def test_no_drawing_is_cut_at_the_edge_of_a_sheet(page: Any, name: str) -> None:
    page.goto(f"/{name}?lang=en")
    page.locator(".plot[data-painted], svg.net").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    assert page.locator("main svg").count() >= 1
    assert page.evaluate(CUT, SHEET) == 0


def test_a_printed_analysis_has_every_drawing(page: Any) -> None:
    page.goto("/analyses/levers?lang=en")
    page.locator(".document .headline").wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function("() => !document.querySelector('.document .waiting')")
    page.emulate_media(media="print")
    assert page.locator(".document figure").count() >= 1
    assert page.locator(".document figure").count() == page.locator(".document figure .picture svg").count()
    assert page.evaluate(CUT, SHEET) == 0


def test_drawings_that_nobody_scrolled_to_are_fetched_in_time(page: Any) -> None:
    page.goto("/analyses/levers?lang=en")
    page.locator(".document .headline").wait_for()
    page.wait_for_function("() => !document.querySelector('.document .waiting')")
    assert page.evaluate("scrollY") == 0


def test_a_chart_takes_the_width_of_its_sheet(page: Any) -> None:
    opened(page, more="&chart=operating")
    page.emulate_media(media="print")
    page.evaluate(CUT, SHEET)
    figure, drawing = (page.locator(where).bounding_box()["width"] for where in (".fans figure", ".plot svg"))
    assert 0.85 * figure < drawing <= figure
