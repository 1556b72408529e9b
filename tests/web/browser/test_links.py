"""What cannot be used is said: parts of a link, numbers out of range, addresses without a page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser.doing import opened, query, scenario, settled

pytestmark = pytest.mark.long

BAD = "&scenario={%22key%22:&runs=1e9&chart=%3Cb%3E"
SAYS = {
    "en": ("Parts of this link could", "Scenario “{\"key\":”", "Number of runs “1e9”", "Chart “<b>”"),
    "zh": ("链接中有部分内容无法识别", "情景“{\"key\":”", "模拟次数“1e9”", "图表“<b>”"),
}  # fmt: skip


@pytest.mark.parametrize("lang", SAYS)
def test_a_bad_link_says_what_of_it_cannot_be_read_and_what_is_shown(page: Any, lang: str) -> None:
    opened(page, lang, BAD)
    note = page.get_by_role("note")
    said = note.inner_text()
    assert all(part in said for part in SAYS[lang])
    assert note.get_by_role("listitem").count() == 3
    assert query(page)["runs"] == ["1000"]
    assert scenario(page) == {}
    note.get_by_role("button").click()
    assert note.count() == 0
    page.reload()
    settled(page)
    assert page.get_by_role("note").count() == 0


@pytest.mark.usefixtures("errors_expected")
@pytest.mark.parametrize(
    ("lang", "title", "simulate"), [("en", "Page not found", "Simulate"), ("zh", "未找到页面", "模拟")]
)
def test_an_address_without_a_page_says_so_and_leads_on(page: Any, lang: str, title: str, simulate: str) -> None:
    page.goto(f"/simulat?lang={lang}&case=suzhou")
    page.get_by_role("heading", level=1, name=title).wait_for()
    assert "/simulat" in page.locator("main").inner_text()
    assert page.locator(".plot").count() == 0
    assert page.title().startswith(title)
    page.locator("main").get_by_role("link", name=simulate, exact=True).click()
    page.locator(".plot[data-painted]").first.wait_for()
    assert page.url.split("?")[0].endswith("/simulate")
    assert query(page)["case"] == ["suzhou"]
    page.go_back()
    page.get_by_role("heading", level=1, name=title).wait_for()
