"""Pages in a real browser: every page in both languages, and what a person does on the first one."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
HEADINGS = {
    "compare": ("Compare", "对比"), "network": ("Network", "网络"), "evidence": ("Evidence", "证据"),
    "parks": ("Parks", "园区"), "claims": ("Claims", "论点"), "coupling": ("Coupling", "耦合"),
    "jobs": ("Jobs", "任务"), "report": ("Report", "报告"), "method": ("Method", "方法"), "interface": ("API", "接口"),
}  # fmt: skip


def opened(page: Any, lang: str = "en", more: str = "") -> None:
    page.goto(f"/simulate?lang={lang}{more}")
    page.locator(".plot[data-painted]").first.wait_for()
    settled(page)


def settled(page: Any) -> None:
    """Wait until nothing is being computed."""
    page.wait_for_function("() => /Updated|已更新/.test(document.querySelector('.status')?.textContent ?? '')")


def changed(page: Any, before: str) -> str:
    """Wait for another result and give its identity."""
    page.wait_for_function(
        "(before) => { const found = identity(); return found && found !== before;"
        " function identity() { return document.querySelector('.status')?.textContent.match(/[0-9a-f]{16}/)?.[0]; } }",
        arg=before,
    )
    settled(page)
    return identity(page)


def identity(page: Any) -> str:
    found = re.search(r"[0-9a-f]{16}", page.locator(".status").inner_text())
    assert found
    return found.group()


def scenario(page: Any) -> dict[str, Any]:
    written = parse_qs(urlsplit(page.url).query).get("scenario")
    return json.loads(written[0]) if written else {}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", HEADINGS)
def test_every_page_opens_in_its_language(page: Any, name: str, lang: str) -> None:
    page.goto(f"/{name}?lang={lang}")
    page.get_by_role("heading", level=1, name=HEADINGS[name][lang == "zh"]).wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
    assert page.get_by_role("alert").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["simulate", *HEADINGS])
def test_no_page_breaks_a_rule_of_accessibility(page: Any, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/{name}?lang=en")
    page.wait_for_load_state("networkidle")
    found = page.evaluate(
        f"async () => {{ {AXE.read_text(encoding='utf-8')};"
        " const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];"
        " const said = await axe.run(document, { runOnly: tags });"
        " return said.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(', ')}`); }"
    )
    assert found == []


def test_a_released_slider_is_in_the_address_and_reloading_gives_the_same_picture(page: Any) -> None:
    opened(page)
    before = identity(page)
    slider = page.get_by_role("slider", name="China")
    slider.focus()
    slider.press("Home")
    after = changed(page, before)
    equity = scenario(page)["edits"]["equity"][0]
    assert equity["home"] == 0
    assert sum(equity[side] for side in ("home", "host", "third")) == 10_000
    told = page.locator(".outcomes").inner_text()
    page.reload()
    page.locator(".outcomes").wait_for()
    settled(page)
    assert identity(page) == after
    assert page.locator(".outcomes").inner_text() == told
    assert parse_qs(urlsplit(page.url).query)["baseline"] == ["as-it-is"]


def test_shares_typed_into_the_box_keep_the_whole(page: Any) -> None:
    opened(page)
    before = identity(page)
    box = page.get_by_role("spinbutton", name="China (%)")
    box.fill("33.33")
    box.press("Enter")
    changed(page, before)
    assert scenario(page)["edits"]["equity"] == [{"home": 3333, "host": 6667, "third": 0}]


def test_dragging_asks_for_few_runs_and_release_for_all(page: Any) -> None:
    opened(page)
    asked: list[int] = []

    def note(request: Any) -> None:
        if request.url.endswith("/simulate") and "why" not in request.post_data:
            asked.append(json.loads(request.post_data)["runs"])

    before = identity(page)
    page.on("request", note)
    box = page.get_by_role("slider", name="China").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.6 * box["width"], y)
    page.mouse.down()
    for n in range(8):
        page.mouse.move(box["x"] + (0.6 - 0.03 * n) * box["width"], y)
        page.wait_for_timeout(60)
    page.mouse.up()
    changed(page, before)
    page.wait_for_function("() => document.querySelector('.why ol')")
    assert asked[-1] == 1000
    assert set(asked[:-1]) == {200}


def test_undo_redo_and_reset_go_through_the_same_states(page: Any) -> None:
    opened(page)
    first = identity(page)
    page.get_by_role("switch", name="Concessional credit").click()
    second = changed(page, first)
    page.get_by_role("button", name="Undo").click()
    assert changed(page, second) == first
    page.get_by_role("button", name="Redo").click()
    assert changed(page, first) == second
    page.get_by_role("button", name="Reset").click()
    assert changed(page, second) == first


def test_the_language_is_switched_and_nothing_else(page: Any) -> None:
    opened(page)
    before = identity(page)
    page.get_by_role("switch", name="Political land plan").click()
    after = changed(page, before)
    page.get_by_role("button", name="中文").click()
    page.get_by_role("switch", name="政府土地规划").wait_for()
    assert identity(page) == after
    assert not page.get_by_role("switch", name="政府土地规划").is_checked()


def test_a_guess_is_asked_for_before_the_answer(page: Any) -> None:
    opened(page)
    page.get_by_role("switch", name="Guess first").click()
    page.get_by_role("switch", name="Concessional credit").click()
    assert page.locator(".outcomes").count() == 0
    page.get_by_role("button", name="About the same").click()
    page.locator(".verdict").wait_for()
    assert page.locator(".outcomes").is_visible()


def test_a_row_of_the_evidence_is_marked_and_shows_its_source(page: Any) -> None:
    opened(page)
    page.get_by_label("Search the evidence").fill("1629")
    row = page.get_by_role("button", name=re.compile("Resolution 1629")).first
    row.click()
    assert row.get_attribute("aria-pressed") == "true"
    assert page.locator("tr.chosen .sources li").count() >= 1


@pytest.mark.usefixtures("errors_expected")
def test_a_server_that_was_killed_and_came_back_answers_the_open_page(page: Any, server: Any) -> None:
    opened(page)
    before = identity(page)
    server.stop()
    page.get_by_role("switch", name="Concessional credit").click()
    page.get_by_text("The server does not answer").wait_for()
    assert page.locator(".plot").count() == 6
    server.start()
    page.get_by_role("button", name="Try again").click()
    changed(page, before)
    assert page.get_by_role("alert").count() == 0


def test_a_job_is_submitted_and_cancelled(page: Any) -> None:
    page.goto("/jobs?lang=en")
    page.get_by_label("Runs", exact=True).fill("400000")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("cancelled", exact=False).first.wait_for()


@pytest.mark.usefixtures("errors_expected")
def test_a_bad_case_is_refused_with_its_faults_and_a_good_one_taken(page: Any, tmp_path: Path) -> None:
    page.goto("/parks?lang=en")
    page.get_by_role("heading", name="Bring your own case").wait_for()
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("case.yaml", "format: 1\nname: bad\n")
    page.get_by_label("File").set_input_files(bad)
    page.get_by_role("alert").wait_for()
    assert "case.yaml" in page.get_by_role("alert").inner_text()
    good = tmp_path / "good.zip"
    good.write_bytes(page.request.get("/api/v1/cases/great-stone/files.zip").body())
    page.get_by_label("File").set_input_files(good)
    page.get_by_role("status").get_by_role("button", name="Simulate it").click()
    page.locator(".plot[data-painted]").first.wait_for()
    assert "case=u-" in page.url


def test_exports_open_in_spreadsheets_and_statistics(page: Any, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    opened(page)
    page.get_by_text("Export", exact=True).click()
    files: dict[str, Path] = {}
    for form in ("CSV", "XLSX"):
        with page.expect_download() as found:
            page.get_by_role("link", name=form, exact=True).click()
        files[form] = tmp_path / found.value.suggested_filename
        found.value.save_as(files[form])
    rows = list(csv.reader(io.StringIO(files["CSV"].read_text(encoding="utf-8-sig"))))
    assert len(rows) > 80
    assert {len(row) for row in rows} == {len(rows[0])}
    assert load_workbook(files["XLSX"], read_only=True).sheetnames
