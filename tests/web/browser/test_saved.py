"""Scenarios saved under names: found again by the browser that saved them, and by no other; jobs that are one's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser.doing import changed, identity, opened, scenario, settled
from tests.web.browser.test_pages import AXE, broken_rules

pytestmark = pytest.mark.long


class CaseRegistry:
    """The saved scenarios as a person finds them on the first page."""

    def __init__(self, page: Any) -> None:
        self.box = page.locator("details.saved")

    def open(self) -> None:
        self.box.locator("summary").click()

    def button(self, word: str, name: str = "") -> Any:
        return self.box.get_by_role("button", name=f"{word}: {name}" if name else word, exact=True)

    def save(self, name: str) -> None:
        self.box.get_by_label("Name", exact=True).fill(name)
        self.button("Save").click()
        self.button("Open", name).wait_for()


def test_a_scenario_is_saved_found_after_reloading_opened_and_deleted(page: Any) -> None:
    name, registry = "No credit, 100 % & more?", CaseRegistry(page)
    opened(page)
    plain = identity(page)
    registry.open()
    registry.box.get_by_text("None yet.").wait_for()
    assert "Nothing has been changed yet" in registry.box.inner_text()
    assert registry.button("Save").is_disabled()
    page.get_by_role("switch", name="Credit, concessional and commercial").click()
    changed(page, plain)
    edits = scenario(page)["edits"]
    registry.save(name)
    assert registry.button("Replace").count() == 1
    if AXE.is_file():
        assert broken_rules(page) == []

    opened(page)
    assert scenario(page) == {}
    registry.open()
    registry.button("Open", name).focus()
    page.keyboard.press("Enter")
    changed(page, plain)
    assert scenario(page)["edits"] == edits
    assert scenario(page)["title"] == {"en": name, "zh": name}
    assert not page.get_by_role("switch", name="Credit, concessional and commercial").is_checked()

    registry.button("Delete", name).click()
    registry.button("Undo delete").wait_for()
    assert registry.button("Open", name).count() == 0
    assert registry.button("Undo delete").evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    registry.button("Open", name).wait_for()
    registry.button("Delete", name).click()
    page.reload()
    settled(page)
    registry.open()
    registry.box.get_by_text("None yet.").wait_for()


FRAMEWORK = (
    '&mode=expert&scenario={"key":"scenario","title":{"en":"Scenario","zh":"情景"},"edits":{"framework":"off",'
    '"narrow_until":"never","equity":[{"home":3500,"host":6500,"third":0,"from":"2015Q2"}]}}'
)


def test_another_browser_sees_neither_scenarios_nor_jobs(page: Any, browser: Any, server: Any) -> None:
    registry = CaseRegistry(page)
    opened(page, more=FRAMEWORK)
    registry.open()
    registry.save("Ours")
    page.goto("/jobs?lang=en")
    page.get_by_label("Runs", exact=True).fill("777")
    page.get_by_role("button", name="Submit").click()
    job = page.locator(".job").filter(has_text="777 runs")
    job.get_by_text("done", exact=True).wait_for(timeout=180_000)

    context = browser.new_context(base_url=server.address, locale="en-GB")
    try:
        other = context.new_page()
        opened(other, more=FRAMEWORK)
        theirs = CaseRegistry(other)
        theirs.open()
        theirs.box.get_by_text("None yet.").wait_for()
        other.goto("/jobs?lang=en")
        other.get_by_text("No jobs").wait_for()
        other.wait_for_load_state("networkidle")
        assert other.locator(".job").count() == 0
    finally:
        context.close()


@pytest.mark.usefixtures("errors_expected")
def test_what_the_server_refuses_or_does_not_hear_is_said_in_place_and_tried_again(page: Any) -> None:
    registry = CaseRegistry(page)
    opened(page, more=FRAMEWORK)
    path = "**/api/v1/scenarios**"
    page.route(path, lambda route: route.abort())
    registry.open()
    registry.box.get_by_role("alert").get_by_text("The server is not responding").wait_for()
    page.unroute(path)
    registry.box.get_by_role("button", name="Try again").click()
    registry.box.get_by_text("None yet.").wait_for()
    assert registry.box.get_by_role("alert").count() == 0
    field = registry.box.get_by_label("Name", exact=True)
    for bad in ("a/b", "..", " "):
        field.fill(bad)
        assert registry.button("Save").is_disabled()
    problem = page.request.delete("/api/v1/scenarios/nowhere", headers={"X-Copark-Owner": "o" * 32})
    page.route(path, lambda route: route.fulfill(status=404, content_type="application/json", body=problem.text()))
    field.fill("Refused")
    field.press("Enter")
    registry.box.get_by_role("alert").get_by_text("No saved scenario has this name.").wait_for()
    page.unroute(path)
    registry.box.get_by_role("button", name="Try again").click()
    registry.button("Open", "Refused").wait_for()
    registry.button("Delete", "Refused").click()
    registry.button("Undo delete").wait_for()
