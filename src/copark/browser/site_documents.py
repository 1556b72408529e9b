"""Documentation on a static site: as `make docs` built it, else of its Markdown in a clone of the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count, pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from copark.presentation.site_html import POLICY
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    from markdown_it.token import Token

READ = ("findings", "tutorials", "glossary")
"""Documents that the menu names."""
BUILT = {
    "findings": "explanation/findings.html",
    "tutorials": "tutorials/index.html",
    "glossary": "reference/glossary.html",
}
"""Where the built documentation has each, within the folder of a language."""
TUTORIALS = ("tutorials/first-run", "tutorials/own-park", "notebooks/first-session", "notebooks/comparing-parks")
"""Tutorials that are read without being run, as names of documents."""
FOLDER = "docs"
"""Folder of the site that has the built documentation."""
_BODY = re.compile(r"<body[^>]*>(?:\s*<div id=\"pst-skip-link\".*?</div>)?", re.DOTALL)
_HEAD = re.compile(r"<head>")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CELL = re.compile(r"^```\{code-cell\}.*$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^:.*:.*\n", re.MULTILINE)
_TABLE = re.compile(r"<table>")
_WEB = re.compile(r"^(https?:|mailto:)")


def sources() -> Path | None:
    """Return the folder of the documents in a clone of the repository; ``None`` where there is none."""
    folder = Path(__file__).parents[3] / "docs"
    return folder if (folder / "findings.md").is_file() else None


def is_built(folder: Path) -> bool:
    """Return whether a folder holds the built documentation in both languages."""
    return all((folder / lang / place).is_file() for lang in LANGUAGES for place in BUILT.values())


def built_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the built documentation by their address on the site.

    Pages get a policy of their own, since no server gives them one, and a way back to the site.

    Parameters
    ----------
    folder
        Folder of the built documentation.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = PurePosixPath(path.relative_to(folder).as_posix())
        if len(place.parts) == 1:  # the page that chooses a language: the site has its own
            continue
        content = path.read_bytes()
        if path.suffix == ".html":
            content = _on_site(content.decode("utf-8"), place).encode("utf-8")
        yield f"{FOLDER}/{place}", content


def _on_site(page: str, place: PurePosixPath) -> str:
    lang = place.parts[0]
    up = "../" * len(place.parts)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    look = "display:block;padding:.4rem 1rem;font-size:.9rem"
    back = (
        f'<nav aria-label="copark" style="{look}"><a href="{up}{lang}/index.html">{text("site.back", lang)}</a></nav>'
    )
    # Behind the first line of the head, which says how the letters are coded.
    page = _HEAD.sub(lambda match: match.group() + policy, page, count=1)
    return _BODY.sub(lambda match: match.group() + back, page, count=1)


@dataclass(frozen=True)
class TextPage:
    """A page made of Markdown."""

    address: str
    """Where it is, within the folder of a language."""
    entry: str
    """Entry of the menu that it belongs to."""
    title: str
    """Its title."""
    content: str
    """Its content as HTML."""


def text_pages(folder: Path, lang: str) -> list[TextPage]:
    """Make pages of the Markdown of findings, tutorials and glossary.

    Parameters
    ----------
    folder
        Folder of the documents.
    lang
        Language.
    """
    addresses = {"findings": "findings.html", "glossary": "glossary.html"}
    addresses |= {name: f"tutorials/{PurePosixPath(name).name}.html" for name in TUTORIALS}
    paths = {name: path for name in addresses if (path := _document(folder, name, lang)) is not None}
    files = {path.resolve(): addresses[name] for name, path in paths.items()}
    pages = [
        TextPage(
            addresses[name],
            name if name in READ else "tutorials",
            _title(path),
            _html(path, addresses[name], files, lang),
        )
        for name, path in paths.items()
    ]
    items = "".join(
        f'<li><a href="{page.address}">{escape(page.title)}</a></li>' for page in pages if page.entry == "tutorials"
    )
    title = text("site.menu.tutorials", lang)
    pages.append(TextPage("tutorials.html", "tutorials", title, f"<h1>{title}</h1><ul>{items}</ul>"))
    return pages


def _document(folder: Path, name: str, lang: str) -> Path | None:
    endings = (f".{lang}.md", ".md") if lang != "en" else (".en.md", ".md")
    return next((path for ending in endings if (path := folder / f"{name}{ending}").is_file()), None)


def _content(path: Path) -> str:
    content = _COMMENT.sub("", _FRONT_MATTER.sub("", path.read_text(encoding="utf-8")))
    return _DIRECTIVE.sub("", _CELL.sub("```python", content)) if "notebooks" in path.parts else content


def _title(path: Path) -> str:
    return next((line[2:].strip() for line in _content(path).splitlines() if line.startswith("# ")), path.stem)


def _html(path: Path, address: str, files: Mapping[Path, str], lang: str) -> str:
    """Return a document as HTML: links lead to pages of the site or are plain words, and there are no pictures."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(_content(path))
    _name_headings(tokens)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children, path, address, files)
    name = escape(text("presentation.table_scroll", lang))
    html = str(parser.renderer.render(tokens, parser.options, {}))
    number = count(1)

    def opened(_: re.Match[str]) -> str:
        # Regions are told apart by their names.
        return f'<div class="scroll" role="region" tabindex="0" aria-label="{name} {next(number)}"><table>'

    html = _TABLE.sub(opened, html)
    return html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')


def _name_headings(tokens: Sequence[Token]) -> None:
    """Write into headings the IDs by which the links of these documents call them, which are those of forges."""
    times: dict[str, int] = {}
    for opening, words in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        named = "".join(child.content for child in words.children or () if child.type in ("text", "code_inline"))
        identity = re.sub(r"[^\w\- ]", "", named.strip().lower()).replace(" ", "-")
        again = times.get(identity, 0)
        times[identity] = again + 1
        opening.attrSet("id", f"{identity}-{again}" if again else identity)


def _linked(children: list[Token], path: Path, address: str, files: Mapping[Path, str]) -> list[Token]:
    kept: list[Token] = []
    is_linked: list[bool] = []
    for child in children:
        if child.type == "image":
            continue
        if child.type == "link_open":
            target = str(child.attrs.get("href", ""))
            place, _, part = target.partition("#")
            page = files.get((path.parent / place).resolve()) if place else address
            is_linked.append(_WEB.match(target) is not None or page is not None)
            if page is not None and not _WEB.match(target):
                way = os.path.relpath(page, PurePosixPath(address).parent)
                child.attrs["href"] = PurePosixPath(way).as_posix() + (f"#{part}" if part else "")
        if child.type not in ("link_open", "link_close") or is_linked[-1]:
            kept.append(child)
        if child.type == "link_close":
            is_linked.pop()
    return kept
