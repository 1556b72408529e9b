"""Documents on a static site: every place within the site that they link to is there."""

import re
from html.parser import HTMLParser
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

import pytest

from copark.browser.site_documents import sources, text_pages
from copark.texts import LANGUAGES


class Named(HTMLParser):
    """IDs and links of a page."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += filter(None, [given.get("id")])
        self.links += filter(None, [given.get("href") if tag == "a" else None])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_anchor_within_the_site_is_there_and_names_one_heading(lang):
    pages = {page.address: Named(page.content) for page in text_pages(sources(), lang)}
    dead, led = [], 0
    for address, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), address
        for link in page.links:
            place, _, part = unquote(link).partition("#")
            if re.match(r"\w+:", place) or not part:
                continue
            target = normpath(str(PurePosixPath(address).parent / place)) if place else address
            led += 1
            if part not in pages[target].ids:
                dead.append(f"{address}: {link}")
    assert not dead
    assert led
