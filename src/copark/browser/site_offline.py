"""Manifest and service worker of a static site, with which it is an app that works offline."""

from __future__ import annotations

import json
from collections.abc import Mapping

from copark.browser.site_icons import MASKED_SIZE, SIZES
from copark.identity import LENGTH, hash_content
from copark.presentation.html_pdf import TEMPLATES
from copark.presentation.style import MODEL, PAPER
from copark.texts import text

WORKER = "service-worker.js"


def manifest(lang: str) -> str:
    """Return the manifest of the app in a language; it lies in the folder of the language."""
    drawn = [(f"icon-{size}.png", size, "any") for size in SIZES]
    icons = [{"src": "../assets/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {"src": f"../assets/{name}", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in [*drawn, ("icon-masked.png", MASKED_SIZE, "maskable")]
    ]
    content = {
        "id": "../",
        "name": text("site.app.name", lang),
        "short_name": "copark",
        "description": text("site.app.words", lang),
        "lang": {"zh": "zh-CN"}.get(lang, lang),
        "start_url": "index.html",
        "scope": "../",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": MODEL,
        "icons": icons,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def worker(pages: Mapping[str, str], documentation: Mapping[str, str]) -> str:
    """Return the service worker: it keeps the pages when the site is first opened, the documentation when asked.

    Parameters
    ----------
    pages, documentation
        Hash of each file by its place: another file is another version, which takes the place of the one before.
    """
    version = hash_content([dict(pages), dict(documentation)])[:LENGTH]
    source = (TEMPLATES / WORKER).read_text(encoding="utf-8")
    source = source.replace("@VERSION@", version)
    source = source.replace("@PAGES@", json.dumps(sorted(pages), ensure_ascii=False))
    return source.replace("@DOCUMENTATION@", json.dumps(sorted(documentation), ensure_ascii=False))
