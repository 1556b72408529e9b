"""Several parks: on one chart, with what model and record say of each, and as points of a map that open them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.doing import query
from tests.web.browser.test_charts import saved
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long

THREE = "great-stone~suzhou~kaesong"
LINES = "document.querySelector('.plot').drawing.lines.length"
DRAWN = f"(parks) => document.querySelector('.plot')?.drawing && {LINES} === 2 * parks"


def compared(page: Any, parks: str, lang: str = "en", more: str = "") -> None:
    page.goto(f"/compare?lang={lang}&parks={parks}{more}")
    page.wait_for_function(DRAWN, arg=parks.count("~") + 1)


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("zh", 390)])
def test_parks_are_seen_together_and_how_far_each_is_to_be_believed(page: Any, lang: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    compared(page, THREE, lang)
    assert page.locator(".parks > li").count() == 3
    assert page.locator(".parks .badge.calibrated").count() == 2
    assert page.locator(".parks .badge.borrowed").count() == 1
    names = " ".join(page.locator(".plot svg text.name").all_text_contents())
    assert all(one in names for one in (("Great Stone", "Suzhou", "Kaesong") if width > 1000 else ("1", "2", "3")))
    assert page.locator(".plot svg path.mark").count() >= 10
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("summary", has_text={"en": "Data:", "zh": "图中数据"}[lang]).click()
    page.locator("table.numbers tbody tr").first.wait_for()
    assert page.locator("table.numbers thead th").count() == 4
    if AXE.is_file():
        assert broken_rules(page) == []


def test_the_numbers_are_those_that_simulate_shows(page: Any) -> None:
    compared(page, THREE)
    together = page.evaluate(
        "(() => { const { lines, quarters } = document.querySelector('.plot').drawing;"
        " const at = quarters.indexOf('2036Q4'); return lines[1].row[at]; })()"
    )
    page.goto("/simulate?lang=en&case=great-stone&chart=operating")
    page.locator(".plot[data-painted]").wait_for()
    assert page.evaluate("document.querySelector('.plot').drawing.lines.at(-1).row.at(-1)") == together


def test_a_person_picks_parks_by_keyboard_and_the_link_keeps_the_choice(page: Any) -> None:
    page.goto("/compare?lang=en&case=great-stone")
    choice = page.get_by_role("button", name="Several parks")
    page.wait_for_function("() => document.querySelector('[aria-pressed=false]:enabled')")
    choice.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(DRAWN, arg=3)
    page.get_by_label("Add a park").select_option("suzhou")
    page.wait_for_function(DRAWN, arg=4)
    page.get_by_label("Output").select_option("jobs")
    page.get_by_role("button", name="By age of the park").click()
    assert query(page)["parks"][0].startswith("great-stone~")
    assert query(page)["parks"][0].endswith("~suzhou")
    assert (query(page)["axis"], query(page)["chart"]) == (["age"], ["jobs"])
    page.get_by_role("button", name="Suzhou Industrial Park").first.focus()
    page.wait_for_function("() => document.querySelector('.plot').drawing.areas.length === 2")
    assert page.evaluate("document.querySelector('.plot').drawing.quarters[0]") == "0"
    page.reload()
    page.wait_for_function(DRAWN, arg=4)
    assert page.get_by_label("Output").input_value() == "jobs"
    page.get_by_role("button", name="Remove: China–Singapore Suzhou Industrial Park").click()
    page.wait_for_function(DRAWN, arg=3)
    page.go_back()
    page.wait_for_function(DRAWN, arg=4)
    page.locator("header select").select_option("vsip")
    page.wait_for_url("**case=vsip**")
    assert page.evaluate(LINES) == 8, "the park of the head leaves those of the chart alone"
    page.get_by_role("button", name="Scenarios of this park").click()
    page.get_by_text("Two to four scenarios").wait_for()
    assert "parks" not in query(page)


def test_the_chart_is_taken_away_as_pictures_and_numbers(page: Any, tmp_path: Path) -> None:
    compared(page, THREE)
    menu = page.locator("figure .chart-menu")
    assert saved(page, menu, "PNG", tmp_path).startswith(b"\x89PNG")
    drawing = saved(page, menu, "SVG", tmp_path).decode()
    assert "Kaesong" in drawing
    assert "var(--" not in drawing
    rows = list(csv.reader(io.StringIO(saved(page, menu, "CSV", tmp_path).decode("utf-8-sig"))))
    assert rows[0] == ["Park", "Quarter", "Age, years", "5%", "25%", "50%", "75%", "95%", "Observed"]
    assert len(rows) == 1 + 98 + 171 + 137
    assert any(row[8] for row in rows[1:])


@pytest.mark.usefixtures("errors_expected")
def test_a_park_that_is_not_there_is_said_and_the_others_are_drawn(page: Any) -> None:
    page.goto("/compare?lang=en&parks=great-stone~no-such-park~suzhou")
    page.wait_for_function(DRAWN, arg=2)
    assert page.locator(".parks [role=alert]").count() == 1


@pytest.mark.parametrize(("lang", "state"), [("en", "State: thriving"), ("zh", "现状：繁荣")])
def test_a_point_of_the_map_tells_of_its_park_and_opens_it(page: Any, lang: str, state: str) -> None:
    page.goto(f"/parks?lang={lang}")
    points = page.locator("figure.map a.park")
    points.first.wait_for(state="attached")
    assert points.count() == 37
    assert page.locator("figure.map a.park[tabindex='0']").count() == 1
    page.locator("figure.map a.park[tabindex='0']").focus()
    for _ in range(37):
        if page.evaluate("document.activeElement.id") == "map-suzhou":
            break
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "map-suzhou"
    told = page.locator("figure.map .told").inner_text()
    assert state in told
    assert {"en": "Singapore → China", "zh": "新加坡 → 中国"}[lang] in told
    page.keyboard.press("Enter")
    page.wait_for_url("**/decide?**case=suzhou**")
    page.locator(".decide .headline, .decide .trust-line").first.wait_for()
    assert page.locator("header select").input_value() == "suzhou"


def test_a_park_without_a_case_shows_its_facts_and_search_narrows_the_points(page: Any) -> None:
    page.goto("/parks?lang=en")
    page.locator("#map-rayong").focus()
    assert "Facts only" in page.locator("figure.map .told").inner_text()
    page.keyboard.press("Enter")
    page.locator("section#facts").wait_for()
    assert page.url.split("?")[0].endswith("/parks")
    page.get_by_role("searchbox").fill("suzhou")
    page.wait_for_function("() => document.querySelectorAll('figure.map a.park').length === 1")
    page.get_by_role("searchbox").fill("nothing of the kind")
    page.wait_for_function("() => document.querySelectorAll('figure.map a.park').length === 0")
    assert page.locator("figure.map path.land").count() == 1
