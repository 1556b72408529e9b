"""The first page: levers, charts, address, guesses, reasons, exports, and a server that goes away."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from copark.browser.module_files import is_current
from tests.web.browser.doing import changed, identity, opened, pictures, query, scenario, settled

pytestmark = pytest.mark.long


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
    page.locator(".why ol").wait_for()
    told, painted = page.locator(".outcomes").inner_text(), pictures(page)
    page.reload()
    page.locator(".outcomes").wait_for()
    settled(page)
    assert identity(page) == after
    assert page.locator(".outcomes").inner_text() == told
    assert pictures(page) == painted
    assert query(page)["baseline"] == ["as-it-is"]
    assert query(page)["seed"] == ["1"]
    assert re.fullmatch(r"[\w.]+:\d+:[0-9a-f]{8}", query(page)["v"][0])


def test_without_a_kernel_dragging_asks_for_few_runs_and_release_for_all(page: Any) -> None:
    page.route("**/kernel.json", lambda route: route.fulfill(status=204))
    opened(page)
    asked: list[dict[str, Any]] = []

    def note(request: Any) -> None:
        if request.url.endswith("/simulate") and "why" not in request.post_data:
            asked.append(json.loads(request.post_data))

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
    page.locator(".why ol").wait_for()
    assert asked[-1]["runs"] == 1000
    assert {one["runs"] for one in asked[:-1]} == {200}
    assert {one["seed"] for one in asked} == {1}


def test_a_dragged_lever_is_drawn_by_the_browser_until_the_server_answers(page: Any) -> None:
    if not is_current():
        pytest.skip("the kernel for the browser is not built (make kernel)")
    opened(page)
    page.get_by_role("slider").first.hover()
    page.locator(".simulate[data-ready]").wait_for()
    before, asked = identity(page), []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/simulate") else None)

    def dragged(lever: str, share: float) -> None:
        slider = page.get_by_role("slider", name=lever)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 0.6 * box["width"], y)
        page.mouse.down()
        for n in range(1, 6):
            page.mouse.move(box["x"] + (0.6 + (share - 0.6) * n / 5) * box["width"], y)
        page.locator(".simulate[data-preview]").wait_for()
        page.wait_for_timeout(500)

    dragged("China", 0.3)
    assert page.locator(".head .preview-mark").inner_text() == "Preview computed in this browser, 64 runs"
    assert not re.search(r"[0-9a-f]{16}", page.locator(".status").inner_text())
    assert not asked
    seen = page.locator(".outcomes li > strong").all_inner_texts()
    page.mouse.up()
    changed(page, before)
    assert page.locator(".preview-mark").count() == 0
    question = {"case": "great-stone", "runs": 64, "scenario": scenario(page)}
    told = page.request.post("/api/v1/simulate", data=question).json()["scenarios"][1]["outcomes"]
    shares = {one["name"]: one["share"] for one in told}
    assert [round(float(re.sub("[<>%]", "", one))) for one in seen] == [
        pytest.approx(100 * shares[name], abs=0.6) for name in ("self_standing", "dependent", "fragile", "failed")
    ]
    page.wait_for_load_state("networkidle")
    assert page.locator(".answer .notice").count() == 0

    def otherwise(route: Any) -> None:
        answer = route.fetch().json()
        for told in answer["scenarios"]:
            told["bands"]["jobs"] = [[value * 2 for value in row] for row in told["bands"]["jobs"]]
        route.fulfill(json=answer)

    page.route("**/api/v1/simulate", otherwise)
    page.get_by_role("slider").first.hover()
    page.locator(".simulate[data-ready]").wait_for()
    dragged("Tax on residents' profits", 0.4)
    page.mouse.up()
    page.get_by_text("differ by more than the Monte Carlo error of 1,000 runs: Jobs").wait_for()
    assert scenario(page)["edits"]["profit_tax"][0]["value"] == pytest.approx(0.12, abs=0.02), "the hand led it there"
    page.unroute_all(behavior="ignoreErrors")


def test_undo_redo_and_reset_go_through_the_same_states_and_leave_the_view(page: Any) -> None:
    opened(page)
    first = identity(page)
    page.get_by_role("switch", name="Credit, concessional and commercial").click()
    second = changed(page, first)
    page.get_by_role("switch", name="Expert mode").click()
    page.get_by_role("button", name="Undo").click()
    assert changed(page, second) == first
    assert page.get_by_role("switch", name="Expert mode").is_checked()
    page.get_by_role("button", name="Redo").click()
    assert changed(page, first) == second
    page.get_by_role("button", name="Reset").click()
    assert changed(page, second) == first


def test_three_mechanisms_and_what_was_recorded_near_say_why(page: Any) -> None:
    opened(page)
    assert "Nothing has been changed yet" in page.locator(".why").inner_text()
    page.get_by_role("combobox", name=re.compile("^Framework status")).select_option("off")
    page.locator(".why ol li").nth(2).wait_for()
    assert page.locator(".why ol li").count() == 3
    page.locator(".near li").first.wait_for()
    assert page.locator(".near .sources li").count() >= 3
    page.get_by_label("Explain the change in").select_option("cash")
    page.wait_for_function("() => /Developer's cash/.test(document.querySelector('.why ol')?.textContent ?? '')")


def test_what_the_eye_sees_is_said_to_those_who_hear(page: Any) -> None:
    opened(page)
    said = page.locator(".status [aria-live=polite]").inner_text()
    assert "self-standing" in said
    charts = page.get_by_role("img").filter(has=page.locator("svg")).all()
    assert len(charts) == 6
    assert all("median" in (one.get_attribute("aria-label") or "") for one in charts)


@pytest.mark.usefixtures("errors_expected")
def test_a_server_that_was_killed_and_came_back_answers_the_open_page(page: Any, server: Any) -> None:
    opened(page)
    before = identity(page)
    server.stop()
    page.get_by_role("switch", name="Credit, concessional and commercial").click()
    page.get_by_text("The server is not responding").wait_for()
    assert page.locator(".plot").count() == 6
    assert "try again" in page.locator(".status").inner_text()
    server.start()
    page.get_by_role("button", name="Try again").click()
    changed(page, before)
    assert page.get_by_role("alert").count() == 0


def test_on_a_phone_the_outcome_and_a_chart_stay_while_a_lever_is_moved(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page)
    before = identity(page)
    page.mouse.wheel(0, 1500)
    page.wait_for_function("() => scrollY > 500")
    page.get_by_role("button", name="Adjust levers").click()
    slider = page.get_by_role("slider", name="China")
    for place in (page.locator(".stick .mini"), page.locator(".stick .plot"), slider):
        box = place.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
    slider.focus()
    slider.press("Home")
    changed(page, before)
    assert page.locator(".stick .plot").is_visible()
