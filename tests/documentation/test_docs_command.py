"""``copark docs`` opens the documentation, prints where it is, or says how to get it."""

from __future__ import annotations

import webbrowser

from copark.web import places
from tests.asked import call


def test_the_command_opens_the_page_of_the_reader_or_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    monkeypatch.setattr(places, "SITE", tmp_path)
    code, _, fault = call(["docs", "--lang", "en"], capsys)
    assert code == 1
    assert "make docs" in fault
    (tmp_path / "zh").mkdir()
    page = tmp_path / "zh" / "index.html"
    page.write_text("<!doctype html>", encoding="utf-8")
    assert page.as_uri() in call(["docs", "--lang", "zh", "--no-browser"], capsys)[1]
    assert not opened
    assert call(["docs", "--lang", "zh"], capsys)[0] == 0
    assert opened == [page.as_uri()]
