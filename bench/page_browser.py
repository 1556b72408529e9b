"""A person at the page, in headless Chromium: loads it, drags a lever, lets it go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

WATCH = (Path(__file__).parent / "page_watch.js").read_text(encoding="utf-8")
LEVER = "China"
WIDE = {"width": 1280, "height": 1000}
ASSETS = """() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize])"""


class Load(NamedTuple):
    """A first visit: until the first chart was painted; bytes of page and of answers, as they were sent."""

    first_chart_ms: float
    page_kb: float
    answers_kb: float


def chromium() -> str:
    """Where Chromium is."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)
    if found is None:
        raise SystemExit(
            "The page is measured in Chromium, which is not here. Install it (Debian: apt install chromium)."
        )
    return found


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser."""
    with sync_playwright() as made:
        browser = made.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, address: str, seed: int, runs: int = 1000, *, has_kernel: bool = False) -> Iterator[Any]:
    """The page, opened for the first time and settled; without the kernel the server answers every move."""
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    context.add_init_script(WATCH)
    page = context.new_page()
    try:
        if not has_kernel:
            page.route("**/kernel.json", lambda route: route.fulfill(status=404))
        page.goto(f"{address}/simulate?lang=en&seed={seed}&runs={runs}")
        page.wait_for_function("() => window.firstPainted !== undefined", timeout=60_000)
        if has_kernel:
            page.get_by_role("slider").first.hover()
            page.wait_for_selector(".simulate[data-ready]", timeout=60_000)
        yield page
    finally:
        context.close()


def load(browser: Any, address: str, seed: int) -> Load:
    """Open the page with nothing in the browser's memory."""
    with opened(browser, address, seed) as page:
        sizes = page.evaluate(ASSETS)
        mine = sum(size for path, size in sizes if not path.startswith("/api/"))
        theirs = sum(size for path, size in sizes if path.startswith("/api/"))
        return Load(page.evaluate("() => window.firstPainted"), mine / 1e3, theirs / 1e3)


class Hand:
    """A hand on the lever. Steps are whole positions of the slider, so that each is another question."""

    def __init__(self, page: Any) -> None:
        self.page = page
        slider = page.get_by_role("slider", name=LEVER)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        self.left, self.width, self.y = box["x"] + 8, box["width"] - 16, box["y"] + box["height"] / 2
        self.place = 0

    def move(self) -> None:
        """Drag to the next place: to and fro over the slider, never twice the same."""
        self.place += 1
        share = (self.place * 0.3819660113) % 0.96 + 0.02
        self.page.mouse.move(self.left + share * self.width, self.y)

    def grab(self) -> None:
        """Press."""
        self.move()
        self.page.mouse.down()

    def let_go(self) -> None:
        """Release."""
        self.page.mouse.up()


def notes(page: Any) -> list[dict[str, Any]]:
    """What was noted so far."""
    found: list[dict[str, Any]] = page.evaluate("() => window.benchNotes")
    return found


def painted(page: Any, count: int, seconds: float = 30.0) -> None:
    """Wait until so many moves have been painted."""
    page.wait_for_function(
        "(count) => window.benchNotes.filter((one) => one.painted !== undefined && one.kind !== 'change preview')"
        ".length >= count", arg=count,
        timeout=1e3 * seconds, polling=20,
    )  # fmt: skip


def alone(page: Any, rounds: int, drags: int) -> list[dict[str, Any]]:
    """Drag and let go, one person alone; each position is painted, and the reasons are told, before the next one."""
    hand, count = Hand(page), 0
    for _ in range(rounds):
        hand.grab()  # the lever jumps to the hand
        count += 1
        painted(page, count)
        for _ in range(drags):
            hand.move()
            count += 1
            painted(page, count)
        hand.let_go()
        count += 1
        painted(page, count)
        page.wait_for_load_state("networkidle")
    return notes(page)


def far_away(page: Any, rounds: int, delay: float) -> list[dict[str, Any]]:
    """Drag and let go where the server takes so many seconds: the browser is the first to have made as many runs."""

    def late(route: Any) -> None:
        time.sleep(delay)
        route.continue_()

    page.route("**/api/v1/simulate", late)
    hand = Hand(page)
    for _ in range(rounds):
        hand.grab()
        hand.move()
        page.wait_for_selector(".simulate[data-preview]")
        hand.let_go()
        page.wait_for_selector(".simulate:not([data-preview])", timeout=60_000)
        page.wait_for_load_state("networkidle")
    return notes(page)


def among_others(page: Any, changes: int, begin: float, every: int) -> list[dict[str, Any]]:
    """One change a second, every so many a release, whatever the server has answered so far."""
    hand = Hand(page)
    for n in range(changes):
        page.wait_for_timeout(max(0.0, 1e3 * (begin + n - time.perf_counter())))
        if n % every == 0:
            hand.grab()
        if n % every == every - 1:
            hand.let_go()
        else:
            hand.move()
    page.wait_for_function("() => window.benchNotes.at(-1).painted !== undefined", timeout=60_000, polling=20)
    return notes(page)
