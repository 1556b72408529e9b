"""Every page in both languages opens, asks nobody else, breaks no rule of accessibility, and is reached by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.conftest import Server
from tests.web.browser.doing import opened

pytestmark = pytest.mark.long

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
HEADINGS = {
    "": ("Will a cooperation park become self-standing", "合作园区能否走向自立"),
    "decide": ("What can still be decided?", "现在还能决定什么？"),
    "simulate": ("Simulate", "模拟"), "compare": ("Compare", "对比"), "network": ("Network", "网络"),
    "analyses": ("Analyses", "分析"),
    "evidence": ("Evidence", "证据"), "parks": ("Parks", "园区"), "claims": ("Claims", "论断检验"),
    "coupling": ("Coupling", "耦合"), "jobs": ("Jobs", "任务"), "report": ("Report", "报告"),
    "method": ("Method", "方法"), "interface": ("API", "接口"),
}  # fmt: skip
WALK = """
() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert]');
  const wanted = 'a[href], button, input, select, summary, textarea, [tabindex="0"]';
  return [...document.querySelectorAll(wanted)]
    .filter((one) => seen(one) && !one.disabled && one.tabIndex >= 0)
    .map((one, n) => {
      one.dataset.walk = String(n);
      return (one.ariaLabel || one.textContent || one.id || one.tagName).trim().slice(0, 60);
    });
}
"""


def open_page(page: Any, name: str, lang: str) -> None:
    page.goto(f"/{name}?lang={lang}")
    page.get_by_role("heading", level=1, name=HEADINGS[name][lang == "zh"]).wait_for()
    page.wait_for_load_state("networkidle")


def broken_rules(page: Any) -> list[str]:
    """Rules that the page breaks, and where: those of WCAG 2.2 A and AA, and what axe holds good practice."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "async () => (await axe.run(document)).violations"
        ".map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(', ')}`)"
    )
    return found


DRESSES = {"en": (("light", 1280), ("dark", 390)), "zh": (("dark", 1920), ("light", 390))}
"""Colours and widths of each language: each theme and the phone in both, one desk and one wall."""


@pytest.mark.parametrize("lang", DRESSES)
@pytest.mark.parametrize("name", HEADINGS)
def test_every_page_opens_whole_and_accessible_in_every_dress(
    page: Any, name: str, lang: str, subtests: pytest.Subtests
) -> None:
    """Opened once in a dress, then changed: colours and width follow their reader without a new load."""
    for n, (theme, width) in enumerate(DRESSES[lang]):
        with subtests.test(theme=theme, width=width):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            if n == 0:
                open_page(page, name, lang)
            page.locator(f"html[data-theme={theme}]").wait_for()
            assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
            assert page.get_by_role("alert").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if AXE.is_file():
                assert broken_rules(page) == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in frontend/")
def test_everything_opened_is_accessible_too(page: Any) -> None:
    edited = '{"key":"scenario","title":{"en":"Scenario","zh":"情景"},"edits":{"framework":"off"}}'
    opened(page, more=f"&mode=expert&scenario={edited}")
    page.locator(".why ol").wait_for()
    for one in page.locator("details:not(.menu) > summary").all():
        one.click()
    assert broken_rules(page) == []
    page.get_by_role("tab", name="Data").click()
    page.locator("table.numbers").wait_for()
    assert broken_rules(page) == []


@pytest.mark.parametrize("name", ["simulate", "network"])
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(page: Any, name: str) -> None:
    open_page(page, name, "en")
    if name == "simulate":
        page.locator(".evidence").scroll_into_view_if_needed()
    page.locator("svg.net, .evidence tbody tr").first.wait_for()
    words: list[str] = page.evaluate(WALK)
    reached: set[int] = set()
    unseen: list[str] = []
    page.locator("body").focus()
    for _ in range(len(words) + 10):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const one = document.activeElement; const ring = getComputedStyle(one);"
            " return [one.dataset.walk ?? null, ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) > 0]; }"
        )
        if found[0] is None:
            continue
        reached.add(int(found[0]))
        if not found[1]:
            unseen.append(words[int(found[0])])
    assert [word for n, word in enumerate(words) if n not in reached] == []
    assert unseen == []
    assert len(words) > 40


def test_the_first_link_skips_to_the_content(page: Any) -> None:
    opened(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_reader_who_wants_no_motion_gets_none(page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page)
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every((one) =>"
        " getComputedStyle(one).transitionDuration.split(', ').every((length) => length === '0s'))"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("name", "most"), [("", 150_000), ("simulate", 250_000), ("decide", 250_000)])
def test_the_first_load_is_light(page: Any, name: str, most: int, lang: str) -> None:
    """Bytes of everything that opening a page fetches, headers included, as they come over the wire."""
    sizes: dict[str, float] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    open_page(page, name, lang)
    if name == "simulate":
        page.locator(".plot[data-painted]").nth(5).wait_for()
    page.wait_for_timeout(1500)
    assert len(sizes) >= 4
    assert sum(sizes.values()) <= most


def test_ten_tabs_lead_to_the_first_lever(page: Any) -> None:
    opened(page)
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#levers":
            page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.matches('.levers input[type=range]')"):
            break
    assert page.evaluate("document.activeElement.matches('.levers input[type=range]')")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [1440, 390])
def test_four_groups_lead_to_every_page_and_say_where_one_is(page: Any, lang: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/decide?lang={lang}&case=suzhou")
    found: list[str] = []
    for n in range(4):
        groups = page.locator("nav.groups a")
        groups.nth(3).wait_for()
        assert groups.count() == 4
        groups.nth(n).focus()
        page.keyboard.press("Enter")
        page.locator("nav.groups a[aria-current=true]").wait_for()
        for k in range(page.locator("nav.within a").count()):
            entry = page.locator("nav.within a").nth(k)
            found.append(entry.get_attribute("href").split("?")[0].strip("/"))
            entry.click()
            assert entry.get_attribute("aria-current") == "page"
            assert groups.nth(n).get_attribute("aria-current") == "true"
            assert "case=suzhou" in page.url
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(found) == len(set(found)) == len(HEADINGS) - 1
    assert {name.replace("analyses/", "") for name in found} == set(HEADINGS) - {""}


CHOSEN = "park => document.querySelector('header select')?.value === park"
"""The list of parks comes after the page."""


def test_the_park_stays_chosen_over_pages_reloads_and_visits(page: Any) -> None:
    page.goto("/decide?lang=en")
    page.locator("header select").select_option("suzhou")
    page.wait_for_url("**case=suzhou**")
    page.get_by_role("link", name="Evidence").first.click()
    page.reload()
    page.locator("select").first.wait_for()
    page.wait_for_function(CHOSEN, arg="suzhou")
    page.goto("/coupling?lang=en")
    page.get_by_role("heading", level=1, name="Coupling").wait_for()
    page.wait_for_function(CHOSEN, arg="suzhou")


def test_a_page_that_the_browser_has_kept_still_runs(browser: Any, server: Server) -> None:
    context = browser.new_context(base_url=server.address)  # with no route watched, as that would switch the cache off
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
        for place in ("/?lang=en", "about:blank", "/?lang=en", "/?lang=en"):
            page.goto(place)
        page.get_by_role("link", name="Explore").first.wait_for()
        assert not errors
    finally:
        context.close()
