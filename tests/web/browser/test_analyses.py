"""An analysis on the page: asked by its form, followed, and read in both languages as the server tells it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.browser.doing import query
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long


def headline(page: Any, lang: str) -> str:
    """The headline that is shown, once it is in a language."""
    page.locator(f"article[lang={'zh-CN' if lang == 'zh' else 'en'}] .headline").wait_for()
    found: str = page.locator(".headline").inner_text()
    return found


@pytest.mark.usefixtures("errors_expected")
def test_levers_are_asked_followed_and_read_in_both_languages(page: Any) -> None:
    page.goto("/analyses?lang=en")
    page.get_by_role("link", name="Levers").click()
    assert headline(page, "en"), "what ships of this park is shown at once"
    page.get_by_text("Change settings and recompute", exact=True).click()
    draws = page.get_by_label("Parameter draws", exact=True)
    draws.fill("5000")
    levers = page.get_by_role("group", name="Levers")
    for name in ("Voting quota", "Tax on residents' profits"):
        levers.get_by_label(name).check()
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".field").filter(has=draws).get_by_role("alert").wait_for()
    assert draws.get_attribute("aria-invalid") == "true"
    draws.fill("5")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("progressbar").wait_for()
    page.wait_for_url("**run=*", timeout=600_000)
    (run_id,) = query(page)["run"]
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method != "GET" else None)
    for lang in ("en", "zh"):
        told = page.request.get(f"/api/v1/analyses/levers/{run_id}?lang={lang}").json()
        page.get_by_text(told["headline"]).first.wait_for()  # the document of before stands until the new one is there
        assert headline(page, lang) == told["headline"]
        page.locator("figure").first.scroll_into_view_if_needed()
        page.locator(f"article[lang={'zh-CN' if lang == 'zh' else 'en'}] figure svg text").first.wait_for()
        page.locator("article td").first.wait_for()
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if AXE.is_file():
                assert broken_rules(page) == []
        page.get_by_role("button", name="中文" if lang == "en" else "English").click()
    assert posts == []
    with page.expect_download() as found:
        page.get_by_role("link", name="JSON").click()
    assert re.fullmatch(r"levers-great-stone-now-\d{4}-\d\d-\d\d-en\.json", found.value.suggested_filename)
    page.goto("/analyses/levers?lang=en&case=great-stone")
    assert headline(page, "en")
    page.goto("/jobs?lang=en")
    page.get_by_role("link", name="Open the result").first.click()
    assert headline(page, "en")
    assert query(page)["run"] == [run_id]


def test_a_goal_is_put_together_of_examples_and_refused_where_nothing_can_be_done(page: Any) -> None:
    page.set_default_timeout(60_000)
    page.goto("/analyses/goal?lang=en&case=kaesong")
    refused = page.get_by_role("alert").filter(has_text="kaesong has been closed")
    refused.get_by_role("link", name="copark levers kaesong").wait_for()
    assert not page.get_by_role("button", name="Run", exact=True).is_visible()
    page.get_by_label("Park").select_option("great-stone")
    page.get_by_label("Targets: add an example").select_option("P(failed)<=0.05")
    page.get_by_label("Future events: add an example").select_option("government-withdraws:home@2028Q4")
    targets = page.get_by_label("Targets", exact=True)
    assert targets.input_value() == "P(failed)<=0.05"
    targets.fill("P(failed) <= 0.99")
    page.get_by_label("Levers in a set").fill("1")
    page.get_by_label("Runs to confirm").fill("50")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".document").wait_for(timeout=600_000)
    assert "met without a lever" in headline(page, "en")
