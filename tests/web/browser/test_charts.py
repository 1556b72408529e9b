"""What is taken away of a chart: pictures, numbers, a link, and code for another page."""

from __future__ import annotations

import csv
import io
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.doing import opened, query

pytestmark = pytest.mark.long


def saved(page: Any, menu: Any, form: str, folder: Path) -> bytes:
    menu.locator("summary").click()
    with page.expect_download() as found:
        menu.get_by_role("button", name=form, exact=True).click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path.read_bytes()


def test_a_chart_is_saved_as_pictures_and_numbers_and_shared(page: Any, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page)
    menu = page.locator(".fans .chart-menu").first
    picture = saved(page, menu, "PNG", tmp_path)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">I", picture[16:20])[0] == 2 * (760 + 24)
    drawing = saved(page, menu, "SVG", tmp_path).decode()
    assert drawing.startswith("<svg")
    assert "Operating enterprises" in drawing
    assert "var(--" not in drawing
    rows = list(csv.reader(io.StringIO(saved(page, menu, "CSV", tmp_path).decode("utf-8-sig"))))
    assert rows[0] == ["Quarter", "5%", "25%", "50%", "75%", "95%", "Observed"]
    assert len(rows) == 1 + 98
    assert any("≥ 50" in row[-1] for row in rows)
    menu.locator("summary").click()
    menu.get_by_role("button", name="Copy embed code").click()
    page.get_by_text("Embed code copied").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code.startswith("<figure><svg")
    assert "chart=operating" in code
    menu.locator("summary").click()
    menu.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    page.locator(".plot[data-painted]").wait_for()
    assert query(page)["chart"] == ["operating"]
