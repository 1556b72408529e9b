"""Pages of a static site: the same menu, style and policy around each; addresses are relative, so that a disk does.

A page of the site has one language; its twin in the other language lies at the same place of the other folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copark.presentation.document import Document
from copark.presentation.figures import Charts
from copark.presentation.html_pdf import TEMPLATES, filled, for_script
from copark.presentation.rendered_document import page_of
from copark.presentation.style import PALETTE
from copark.texts import LANGUAGES, text

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'"
)
"""Policy of a page of the site: it may load files of the site itself, and nothing of any host."""
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
"""Languages, each by its own name."""


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the menu."""

    key: str
    """Its name among entries."""
    title: str
    """Its title, in the language of the page."""
    address: str
    """Where it leads, from the root of the site."""


@dataclass(frozen=True)
class Frame:
    """Surroundings of a page: its address, the menu, its twin in the other language."""

    lang: str
    """Language of the page."""
    address: str
    """Where the page is, from the root of the site."""
    entry: str
    """Key of the entry of the menu that it belongs to."""
    menu: tuple[MenuEntry, ...]
    """Entries of the menu."""
    version: str
    """Version of copark that made it."""
    twin_address: str = ""
    """Where its twin is, from the root of the site; empty for the same place of the other language's folder."""

    @property
    def root(self) -> str:
        """Return the way from the page to the root of the site: empty, or so many steps up."""
        return "../" * self.address.count("/")

    @property
    def other(self) -> str:
        """Return the other language."""
        return next(lang for lang in LANGUAGES if lang != self.lang)

    @property
    def other_name(self) -> str:
        """Return the name of the other language, in itself."""
        return LANGUAGE_NAMES[self.other]

    @property
    def twin(self) -> str:
        """Return the way from the page to its twin."""
        return self.root + (self.twin_address or f"{self.other}/{self.address.partition('/')[2]}")


def site_page(template: str, frame: Frame, **values: Any) -> str:
    """Return a page of the site as HTML.

    Parameters
    ----------
    template
        Name of its template.
    frame
        What stands around it.
    values
        What the template is filled with.
    """
    return filled(template, frame.lang, frame=frame, policy=POLICY, word=_words_in(frame.lang), **values)


def _words_in(lang: str) -> Callable[..., str]:
    """Return a function that gives texts of any area in a language."""

    def word(key: str, /, **values: Any) -> str:
        return text(key, lang, **values)

    return word


def document_page(document: Document, frame: Frame, charts: Charts) -> str:
    """Return a document as a page of the site."""
    page = page_of(document, charts)
    return site_page(
        "site_document.html.j2", frame, page=page, content=filled("live_part.html.j2", frame.lang, page=page)
    )


def live_page(
    document: Document, frame: Frame, park: str, words: Mapping[str, Mapping[str, str]], charts: Charts
) -> str:
    """Return a live brief as a page of the site: kernel, script and park are files that pages share.

    Parameters
    ----------
    document
        The brief, in the language of the page.
    frame
        What stands around it.
    park
        Name of the file of the packed park.
    words
        Words of the levers, by key and language.
    charts
        Draws the figures.
    """
    page = page_of(document, charts)
    return site_page(
        "live.html.j2",
        frame,
        page=page,
        opened=frame.lang,
        rendered={frame.lang: filled("live_part.html.j2", frame.lang, page=page)},
        park=park,
        words=for_script(json.dumps(words, ensure_ascii=False)),
    )


def site_style(parts: Sequence[str]) -> str:
    """Return the style of all pages: colours, that of documents, that of the site, and further parts."""
    colours = "".join(f"  --{part}: {colour};\n" for part, colour in PALETTE.items())
    of_documents = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    of_site = (TEMPLATES / "site.css").read_text(encoding="utf-8")
    return "\n".join([f":root {{\n{colours}}}", of_documents, *parts, of_site])


def site_script() -> str:
    """Return the script of all pages."""
    return (TEMPLATES / "site.js").read_text(encoding="utf-8")


def inert_script(key: str, content: str) -> str:
    """Return a script that puts content into a page as an element that is not run: a file that a disk may open.

    Parameters
    ----------
    key
        Id of the element.
    content
        Characters without a meaning in scripts, as base64 has them.
    """
    properties = f"{{type: 'text/plain', id: {json.dumps(key)}, textContent: {json.dumps(content)}}}"
    return f"document.body.append(Object.assign(document.createElement('script'), {properties}));\n"
