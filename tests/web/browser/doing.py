"""What a person does on the first page, and how to tell that the page is done."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit


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
        "(before) => { const found = document.querySelector('.status')?.textContent.match(/[0-9a-f]{16}/)?.[0];"
        " return found && found !== before; }",
        arg=before,
    )
    settled(page)
    return identity(page)


def identity(page: Any) -> str:
    found = re.search(r"[0-9a-f]{16}", page.locator(".status").inner_text())
    assert found
    return found.group()


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def scenario(page: Any) -> dict[str, Any]:
    written = query(page).get("scenario")
    return json.loads(written[0]) if written else {}


def pictures(page: Any) -> list[str]:
    """Every chart as it is drawn, point for point; names that drawings give their parts are left out."""
    page.wait_for_function("() => [...document.querySelectorAll('.plot')].every((one) => one.dataset.painted)")
    # Events are drawn when they are there, after all else.
    page.wait_for_function(
        "() => { const one = document.querySelector('.simulate'); const asked = new URLSearchParams(location.search);"
        " return !one || one.dataset.events === (asked.get('case') ?? 'great-stone'); }"
    )
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.plot svg')].map((one) => one.outerHTML.replace(/(id=\"|#)[^\")]*/g, ''))"
    )
    return found
