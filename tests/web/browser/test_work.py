"""The other pages at work: comparing, scrubbing, looking up, submitting, uploading, reporting."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.web.browser.doing import query

pytestmark = pytest.mark.long


def test_scenarios_are_compared_added_and_taken_away(page: Any) -> None:
    page.goto("/compare?lang=en")
    page.locator(".plot[data-painted]").first.wait_for()
    assert page.locator(".chances .bar").count() == 2
    page.get_by_role("button", name="Add a scenario").click()
    page.locator(".chances .bar").nth(2).wait_for()
    assert page.locator(".fans.pair figure").count() == 2
    assert len(query(page)["compare"]) == 1
    told = page.locator(".lead").inner_text()
    page.reload()
    page.locator(".chances .bar").nth(2).wait_for()
    assert page.locator(".lead").inner_text() == told
    page.get_by_role("button", name=re.compile("^Remove: 3")).click()
    page.wait_for_function("() => document.querySelectorAll('.chances .bar').length === 2")


def test_flows_swell_and_thin_as_the_quarters_go(page: Any) -> None:
    page.goto("/network?lang=en")
    page.locator("svg.net").wait_for()
    shape = "[...document.querySelectorAll('.flow path:last-child')].map((one) => one.getAttribute('d'))"
    places = "[...document.querySelectorAll('.disc')].map((one) => [one.cx.baseVal.value, one.cy.baseVal.value])"
    flows, actors = page.evaluate(shape), page.evaluate(places)
    scrubber = page.get_by_role("slider", name="Quarter")
    scrubber.focus()
    scrubber.press("Home")
    page.get_by_text("What the links carry in 2012Q3").wait_for()
    assert page.evaluate(shape) != flows
    assert page.evaluate(places) == actors
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => !document.querySelector('.flows-in').textContent.includes('2012Q3')")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="China Merchants Group").click()
    page.locator("section[aria-live] .sources li").first.wait_for()


def test_a_row_of_the_evidence_leads_to_the_charts(page: Any) -> None:
    page.goto("/evidence?lang=en")
    page.get_by_label("Grade").select_option("medium")
    page.get_by_label("Search the evidence").fill("devalued")
    page.locator("tbody").get_by_role("button", name=re.compile("devalued")).click()
    page.get_by_role("button", name="Show in the charts").click()
    page.locator(".plot[data-painted]").first.wait_for()
    assert query(page)["mark"][0].startswith("2011Q2 ")
    page.locator("tr.chosen").wait_for()


@pytest.mark.usefixtures("errors_expected")
def test_a_workbook_is_refused_by_cell_mended_and_run(page: Any, tmp_path: Path) -> None:
    """From the workbook of a park to its answer, its jobs and back to the workbook."""
    page.goto("/parks?lang=en")
    page.get_by_role("heading", name="Your own park").wait_for()
    with page.expect_download() as got:
        page.get_by_role("link", name="Workbook of an invented park").click()
    book = load_workbook(BytesIO(got.value.path().read_bytes()))
    book["Observations"]["C7"] = "twelve"
    book["Shares"]["E4"] = 5000
    bad, good = tmp_path / "bad.xlsx", tmp_path / "good.xlsx"
    book.save(bad)
    page.get_by_label("File").set_input_files(bad)
    told = page.get_by_role("alert")
    told.wait_for()
    assert "Observations!C7" in told.inner_text()
    assert "Shares!E3" in told.inner_text()
    book["Observations"]["C7"], book["Shares"]["E4"] = 35, 4000
    book.save(good)
    page.get_by_label("File").set_input_files(good)
    park = page.get_by_role("article", name="Blue Harbour (invented)")
    park.wait_for()
    assert not told.count()
    park.get_by_role("button", name="Calibrate").click()
    park.get_by_role("button", name="Cancel").click()
    park.get_by_text("cancelled").wait_for()
    with page.expect_download() as back:
        park.get_by_role("link", name="XLSX").click()
    changed = load_workbook(BytesIO(back.value.path().read_bytes()))
    changed["Park"]["B3"] = "Blue Harbour II"
    changed.save(good)
    park.get_by_label("Upload changed workbook").set_input_files(good)
    other = page.get_by_role("article", name="Blue Harbour II")
    other.wait_for()
    assert page.get_by_role("article").count() == 1, "it stands in the place of the former"
    other.get_by_role("button", name="Simulate this case").click()
    page.locator(".plot[data-painted]").first.wait_for()
    assert "case=u-" in page.url
    page.goto("/parks?lang=en")
    page.get_by_role("article").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("article").first.wait_for(state="detached")


def test_sections_of_a_report_are_chosen(page: Any, tmp_path: Path) -> None:
    page.goto("/report?lang=en&runs=20")
    page.get_by_label("Language of the report").select_option("zh")
    page.get_by_role("button", name="Generate report").click()
    page.get_by_role("switch", name="股权").wait_for(timeout=300_000)
    page.get_by_role("switch", name="股权").click()
    assert page.get_by_role("switch", name="局限").is_disabled()
    with page.expect_download() as found:
        page.get_by_role("link", name="Save").click()
    found.value.save_as(tmp_path / "report.html")
    written = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'id="equity"' not in written
    assert 'href="#equity"' not in written
    assert 'id="limits"' in written
    assert 'lang="zh-CN"' in written
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Open").click()
    report = opening.value
    report.wait_for_url("**/page?**")
    assert report.evaluate("document.styleSheets.length") >= 1
    assert report.evaluate("getComputedStyle(document.body).maxWidth") != "none", "it has the style of a report"
    assert report.locator("#equity").count() == 0
    assert report.locator("#limits").count() == 1


@pytest.mark.usefixtures("errors_expected")
@pytest.mark.parametrize("name", ["evidence", "parks", "coupling"])
def test_a_page_that_was_not_answered_can_be_asked_again(page: Any, name: str) -> None:
    path = f"**/api/v1/{name}*"
    page.route(path, lambda route: route.abort())
    page.goto(f"/{name}?lang=en")
    page.get_by_role("alert").get_by_text("The server is not responding").wait_for()
    page.unroute(path)
    page.get_by_role("button", name="Try again").click()
    page.locator("table tbody tr").first.wait_for()
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize(("lang", "words"), [("en", "Nothing matches “qqq”."), ("zh", "没有与“qqq”相符的内容。")])
def test_a_search_without_a_match_says_so_and_draws_the_map(page: Any, lang: str, words: str) -> None:
    """That nothing is reckoned with no park at all is seen by the errors that a page must not have."""
    page.goto(f"/parks?lang={lang}")
    page.locator(".map .park").first.wait_for()
    land = page.locator(".map .land").get_attribute("d")
    page.locator("label.search input").fill("qqq")
    page.get_by_text(words).wait_for()
    assert page.locator(".map .park").count() == 0
    assert page.locator(".map .land").get_attribute("d") == land
    page.locator("label.search input").fill("")
    page.locator(".map .park").first.wait_for()
