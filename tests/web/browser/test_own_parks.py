"""A park of one's own in the browser: seen by nobody else, downloaded and opened by its owner, deleted and restored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.asked import waited

pytestmark = pytest.mark.long

WORDS = {
    "en": {
        "park": "Blue Harbour (invented)",
        "file": "Upload a file",
        "delete": "Delete",
        "cancel": "Cancel",
        "ask": "Delete Blue Harbour (invented)?",
        "gone": "can be restored until",
        "undo": "Undo delete",
    },
    "zh": {
        "park": "蓝港（虚构）",
        "file": "上传文件",
        "delete": "删除",
        "cancel": "取消",
        "ask": "删除蓝港（虚构）？",
        "gone": "之前可以恢复",
        "undo": "恢复蓝港（虚构）",
    },
}


def brought(page: Any, lang: str, folder: Path) -> Any:
    """Upload the invented park, unless it is there, and return its article."""
    answer = page.request.get("/api/v1/case-template.xlsx?example=true")
    book = folder / "park.xlsx"
    book.write_bytes(answer.body())
    page.goto(f"/parks?lang={lang}")
    page.get_by_label(WORDS[lang]["file"]).set_input_files(book)
    park = page.get_by_role("article", name=WORDS[lang]["park"])
    park.wait_for()
    return park


def stranger(page: Any) -> Any:
    """Another browser at the same server."""
    other = page.context.browser.new_context(base_url=re.match(r"https?://[^/]+", page.url)[0])  # type: ignore[index]
    return other.new_page()


@pytest.mark.usefixtures("errors_expected")
def test_another_browser_sees_nothing_of_a_park_and_its_owner_everything(page: Any, tmp_path: Path) -> None:
    park = brought(page, "en", tmp_path)
    with page.expect_download() as got:
        park.get_by_role("link", name="XLSX").click()
    assert got.value.path().read_bytes()[:2] == b"PK"
    park.get_by_role("button", name="Simulate this case").click()
    page.locator(".plot[data-painted]").first.wait_for()
    simulated = page.url
    page.locator("details.menu summary").filter(has_text="Export").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert got.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    page.goto(page.url.replace("/simulate", "/jobs"))
    page.get_by_label("Runs", exact=True).fill("20")
    page.get_by_role("switch").click()
    page.get_by_role("button", name="Submit").click()
    with page.context.expect_page(timeout=120_000) as opened:
        page.locator("section.job").get_by_role("link", name="Report").click(timeout=120_000)
    report = opened.value
    report.get_by_role("heading", name="Blue Harbour").first.wait_for()
    assert report.evaluate("getComputedStyle(document.body).fontFamily") != "", "its styles are its own"
    assert "/page?link=" in report.url

    other = stranger(page)
    other.goto("/jobs?lang=en")
    other.get_by_role("heading", name="Jobs").first.wait_for()
    waited(lambda: "Blue Harbour" not in other.content() and other.locator("section.job").count() == 0)
    other.goto("/parks?lang=en")
    other.get_by_role("heading", name="Your own park").wait_for()
    assert other.get_by_role("article").count() == 0
    other.goto(simulated)
    other.get_by_role("alert").first.wait_for()
    assert "Blue Harbour" not in other.content()
    name = re.search(r"u-[0-9a-f]{32}", simulated)[0]  # type: ignore[index]
    assert other.request.get(f"/api/v1/cases/{name}/files.xlsx").status == 404
    other.context.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_deleting_asks_and_can_be_undone_from_the_keyboard(page: Any, tmp_path: Path, lang: str) -> None:
    words = WORDS[lang]
    park = brought(page, lang, tmp_path)
    delete = park.get_by_role("button", name=words["delete"])
    delete.focus()
    page.keyboard.press("Enter")
    asked = page.get_by_role("dialog", name=words["ask"])
    asked.wait_for()
    assert asked.get_by_role("button", name=words["cancel"]).evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    asked.wait_for(state="hidden")
    assert park.count() == 1
    assert delete.evaluate("one => one === document.activeElement"), "the focus is where it was"
    page.keyboard.press("Enter")
    asked.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    park.wait_for(state="detached")
    page.get_by_text(words["gone"]).wait_for()
    undo = page.get_by_role("button", name=re.compile(f"^{re.escape(words['undo'])}"))
    waited(lambda: undo.evaluate("one => one === document.activeElement"))
    page.reload()
    undo.wait_for()
    assert park.count() == 0
    undo.press("Enter")
    park.wait_for()
    assert undo.count() == 0
