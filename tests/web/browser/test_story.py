"""From the first page into the story, its questions, and what can still be decided about a park."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browser.doing import identity, query, scenario, settled
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long

STORY = {
    "en": {"start": "Follow the story in five steps", "next": "Next →", "back": "← Back",
           "decide": "Decide about the park →", "tour": "Guided tour", "step": "Step {} of 5", "end": "End the tour"},
    "zh": {"start": "五步读懂一个园区", "next": "下一步 →", "back": "← 上一步", "decide": "进入园区决策 →",
           "tour": "导览", "step": "第{}步，共5步", "end": "结束导览"},
}  # fmt: skip
PLACES = (
    ("simulate", ".pictures"),
    ("simulate", ".answer .head"),
    ("simulate", ".why"),
    ("method", "#limits"),
    ("parks", "#bring"),
)


@pytest.mark.parametrize("lang", STORY)
def test_the_story_leads_in_five_steps_to_a_decision(page: Any, lang: str) -> None:
    words = STORY[lang]
    page.goto(f"/?lang={lang}")
    page.get_by_role("link", name=words["start"]).click()
    tour = page.get_by_role("region", name=words["tour"])
    for n, (where, looked_at) in enumerate(PLACES, 1):
        tour.get_by_text(words["step"].format(n)).wait_for()
        page.locator(f"{looked_at}.looked-at").wait_for()
        assert page.url.split("?")[0].endswith(f"/{where}")
        assert query(page)["tour"] == [str(n)]
        if where == "simulate":
            settled(page)
            believed = {"en": "One number can hide changes both ways", "zh": "单一概率可能掩盖方向相反的变化"}[lang]
            assert tour.get_by_text(believed).count() == (n == 2)
            assert scenario(page).get("edits") == ({"framework": {"on": False}} if n > 1 else None)
        if n in (1, 4) and AXE.is_file():
            assert broken_rules(page) == []
        if n < len(PLACES):
            tour.get_by_role("button", name=words["next"]).click()
    tour.get_by_role("button", name=words["back"]).click()
    tour.get_by_text(words["step"].format(4)).wait_for()
    page.go_back()
    tour.get_by_text(words["step"].format(5)).wait_for()
    tour.get_by_role("button", name=words["decide"]).click()
    page.locator("table.options").wait_for()
    assert tour.count() == 0


def test_a_step_opened_from_home_shows_the_change_it_speaks_of(page: Any) -> None:
    page.goto("/?lang=en")
    page.locator(".gallery li").first.wait_for()
    page.locator(".story a").nth(2).click()
    settled(page)
    assert query(page)["tour"] == ["3"]
    assert scenario(page)["edits"] == {"framework": {"on": False}}
    page.locator(".why ol li").first.wait_for()
    assert page.locator(".why .former").count() == 0, "what stands there is of the setting that is shown"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_option_opens_in_simulate_with_its_lever_set(page: Any, lang: str) -> None:
    page.goto(f"/decide?lang={lang}")
    page.locator("table.options tbody tr").first.wait_for()
    first = page.locator("table.options .open").first
    page.get_by_role("button", name={"en": "Robustness", "zh": "稳健程度"}[lang]).click()
    shares = [float(re.findall(r"([\d.]+)%", one)[-1]) for one in page.locator("td.robust").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    page.locator("tr", has_text={"en": "20% from now on", "zh": "即日起20%"}[lang]).locator(".chance").click(force=True)
    page.locator(".outcomes").wait_for()
    settled(page)
    assert scenario(page)["edits"] == {"profit_tax": [{"value": 0.2, "from": "2026Q4"}]}
    assert identity(page)
    page.go_back()
    first.wait_for()


def test_a_park_without_options_has_them_computed_unasked(page: Any) -> None:
    page.goto("/decide?lang=en&case=kaesong")
    page.get_by_text("you may leave the page meanwhile").wait_for()
    page.get_by_role("progressbar").wait_for()
    assert page.get_by_role("button", name="Compute the options").count() == 0
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("cancelled").wait_for()
    page.get_by_role("button", name="Compute the options").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Cancel").click()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_from_decide_to_the_brief_and_from_its_commands_to_their_pages(page: Any, lang: str) -> None:
    page.goto(f"/decide?lang={lang}")
    page.get_by_role("link", name={"en": "One-page brief", "zh": "一页简报"}[lang]).click()
    page.locator(".document .headline").wait_for()
    with page.expect_download() as found:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert found.value.path().read_bytes().startswith(b"%PDF")
    page.locator(".document a", has_text="copark goal great-stone").click()
    page.wait_for_url("**/analyses/goal**")
    assert query(page)["case"] == ["great-stone"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bars_stand_beside_their_numbers_and_no_loss_is_red_that_is_hardly_any(page: Any, lang: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/decide?lang={lang}")
    page.locator("table.options tbody tr").first.wait_for()
    for axis, number in zip(page.locator(".beside .axis").all(), page.locator(".beside .told").all(), strict=True):
        left, right = axis.bounding_box(), number.bounding_box()
        assert 0 <= right["x"] - left["x"] - left["width"] < 20
        assert left["y"] < right["y"] + right["height"]
        assert right["y"] < left["y"] + left["height"]
    sides = page.locator("td.side").all()
    assert sides
    for side in sides:
        amount = side.locator(".small:not(.who)").inner_text()
        is_told = any("1" <= digit <= "9" for digit in amount)
        assert is_told or side.locator(".gain, .loss").count() == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lever_says_at_its_own_address_what_it_is_and_what_its_effect_depends_on(page: Any, lang: str) -> None:
    page.goto(f"/decide?lang={lang}")
    lever = page.locator("a.lever[href='#lever-threshold']").first
    lever.click()
    story = page.locator("section#lever-threshold")
    story.wait_for()
    assert {"en": "Decree 166 of May 2017", "zh": "2017年5月第166号总统令"}[lang] in story.inner_text()
    assert {"en": "Its effect in the model depends on", "zh": "在模型中，其作用取决于"}[lang] in story.inner_text()
    if AXE.is_file():
        assert broken_rules(page) == []
    page.reload()
    story.wait_for()
    assert page.url.endswith("#lever-threshold")
    story.get_by_role("link").first.click()
    page.locator(".plot[data-painted]").first.wait_for()
    assert "threshold" in str(scenario(page))
