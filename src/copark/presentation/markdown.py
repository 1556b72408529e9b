"""Documents as Markdown, for pages that lie beside data: headings, sentences, lists and tables, without figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copark.presentation.document import Document
from copark.presentation.rendered_document import (
    Block,
    RenderedBullets,
    RenderedCards,
    RenderedCaveat,
    RenderedChart,
    RenderedEvidence,
    RenderedTable,
    commands,
    page_of,
)
from copark.texts import text

_MARKS = re.compile(r"([\\*\[\]<>|]|(?<!\w)_|_(?!\w))")


def to_markdown(document: Document) -> str:
    """Write a document as Markdown; what is folded elsewhere is shown, figures are named.

    Parameters
    ----------
    document
        The document, in the language of its words.
    """
    page = page_of(document)
    parts = [f"# {_words(page.title)}", f"**{_words(page.headline)}**", _words(page.trust)]
    for section in page.sections:
        parts.append(f"## {_words(section.title)}")
        parts += [words for block in section.blocks for words in _block(block, page.lang)]
    if page.evidence:
        parts.append(f"## {text('presentation.evidence', page.lang)}")
        parts.append(_list(map(_source, page.evidence)))
    if page.provenance:
        parts.append(f"## {text('presentation.provenance', page.lang)}")
        colon = text("presentation.colon", page.lang)
        parts.append(_list(f"{_words(entry.title)}{colon}{_words(entry.value)}" for entry in page.provenance))
    return "\n\n".join(filter(None, parts)) + "\n"


def _words(words: str) -> str:
    """Write words so that no sign of theirs is read as Markdown; what stands between backticks stays a command."""
    return "".join(f"`{part}`" if is_command else _escaped(part) for part, is_command in commands(words))


def _escaped(words: str) -> str:
    return _MARKS.sub(r"\\\1", words).replace("\n", " ")


def _source(source: RenderedEvidence) -> str:
    link = f" <{source.link}>" if source.link and not set(source.link) & set(" <>") else ""
    return f"**{_words(source.key)}** {_words(source.text)}{link}"


def _list(items: Iterator[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _block(block: Block, lang: str) -> Iterator[str]:
    """Write a block, in paragraphs."""
    if isinstance(block, RenderedTable):
        yield from _table(block)
    elif isinstance(block, RenderedBullets):
        yield _list(map(_words, block.items))
    elif isinstance(block, RenderedCards):
        yield _list(
            f"**{_words(card.cell.text)}** {_words(card.title)}" + (f" ({_words(card.note)})" if card.note else "")
            for card in block.cards
        )
    elif isinstance(block, RenderedCaveat):
        yield f"> {text('presentation.caution', lang, text=_words(block.text))}"
    elif isinstance(block, RenderedChart):
        yield _words(block.caption)
    else:
        yield _words(block.text)


def _table(table: RenderedTable) -> Iterator[str]:
    """Write a table: its title, its rows under the heads of their groups, its note."""
    yield f"### {_words(table.title)}"
    if not table.rows:
        yield _words(table.empty)
    else:
        lines = [
            [_words(column.head) for column in table.columns],
            ["---:" if column.numeric else "---" for column in table.columns],
        ]
        for title, rows in table.parts:
            if title:
                lines.append([f"**{_words(title)}**", *[""] * (len(table.columns) - 1)])
            lines += [[_words(cell.text) for cell in row] for row in rows]
        yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    yield _words(table.note)
