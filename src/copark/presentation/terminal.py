"""A document in a terminal of 80 columns or more: the answer first, tables as wide as the screen allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from copark.presentation.document import Document, Kind
from copark.presentation.rendered_document import (
    Block,
    Page,
    RenderedCards,
    RenderedCell,
    RenderedChart,
    RenderedSection,
    RenderedTable,
    page_of,
)
from copark.presentation.text_wrap import width_of, wrapped
from copark.texts import text

if TYPE_CHECKING:
    from rich.console import Console

TRUST_STYLES = {"calibrated": "green", "borrowed": "yellow", "uncalibrated": "yellow", "stale": "yellow"}
GAP = 3
"""Blanks between two columns of a table."""
CARD_GAP = 4
"""Blanks beside the value of a card and behind its words."""
MOST_LINES = 60
"""Lines of a summary after which no further section begins."""
HEADING_LINES = 2
"""Lines of the heading of a section: none begins where no line of it would follow."""
MOST_ROWS = 40
"""Rows of a table in a summary."""
NARROWEST = 12
"""Letters that a column of names keeps at least."""
WIDEST = 32
"""Letters that a column of names gets at most for the heads of groups."""


def show(
    document: Document,
    console: Console,
    files: Mapping[str, Path] | None = None,
    only: Collection[str] = (),
    *,
    whole: bool = True,
) -> None:
    """Show a document.

    Parameters
    ----------
    document
        The document, in the language of its words.
    console
        Where it is printed; its width decides how many columns fit.
    files
        What was written of it, by format: charts and what is folded are then named with a file that holds them.
    only
        Keys of the sections that are shown; neither the others nor sources and provenance are then. All if empty.
    whole
        Otherwise a summary is shown: the answer, how sure it is and its first sections, tables with as many rows and
        columns as a screen holds; what is left out is named.
    """
    _Screen(page_of(document), console, files or {}, only, whole=whole).show()


def show_tables(document: Document, console: Console) -> None:
    """Show the tables of a document alone, as of a list that has no more to say."""
    screen = _Screen(page_of(document), console, {}, ())
    for section in screen.page.sections:
        for block in section.blocks:
            screen.block(block, "")


def print_lines(console: Console, words: str, style: str = "") -> int:
    """Print words in lines of the screen's width, Chinese broken between characters; return the number of lines.

    Parameters
    ----------
    console
        Where they are printed.
    words
        The words; empty for an empty line.
    style
        Style of Rich; empty for none.
    """
    from rich.text import Text

    rows = wrapped(words, console.width) or [""]
    for row in rows:
        console.print(Text(row, style=style), soft_wrap=True)
    return len(rows)


class _Screen:
    def __init__(
        self, page: Page, console: Console, files: Mapping[str, Path], only: Collection[str], *, whole: bool = True
    ) -> None:
        self.page = page
        self.console = console
        self.files = files
        self.only = only
        self.whole = whole
        self.folded: list[str] = []
        self.left_out: list[str] = []
        self.lines = 0

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.page.lang, **values)

    def line(self, words: str = "", style: str = "") -> None:
        """Print words in lines of the screen's width; empty for an empty line."""
        self.lines += print_lines(self.console, words, style)

    def grid(self, grid: Any) -> None:
        """Print cards or a part of a table."""
        self.console.print(grid)
        self.lines += 0 if self.whole else len(self.console.render_lines(grid))

    def show(self) -> None:
        page = self.page
        self.line(page.headline, "bold")
        if page.trust:
            self.line(page.trust, TRUST_STYLES.get(page.trust_state, ""))
        self.line(page.title, "dim")
        for section in page.sections:
            if self.whole or self.lines + HEADING_LINES < MOST_LINES:
                self.section(section)
            else:
                self.left_out.append(section.title)
        if page.evidence and self.whole and not self.only:
            self.heading(self.say("evidence"))
            for source in page.evidence:
                self.line(f"{source.key}  {source.text} {source.link}".rstrip())
        if page.provenance and self.whole and not self.only:
            self.heading(self.say("provenance"))
            for entry in page.provenance:
                self.line(f"{entry.title}  {entry.value}", "dim")
        if self.folded:
            self.line()
            titles = self.say("join").join(self.folded)
            self.line(self.say("further" if self.only else "folded", titles=titles), "dim")
        if not self.whole:
            self.line()
            if self.left_out:
                titles = self.say("join").join(dict.fromkeys(self.left_out))
                self.line(self.say("left_out", titles=titles), "dim")
            self.line(self.say("summary_of_files" if self.files else "summary_only"), "dim")
        for path in self.files.values():
            self.console.print(str(path), markup=False, highlight=False, soft_wrap=True)

    def heading(self, title: str) -> None:
        self.line()
        self.line(title, "bold cyan")

    def section(self, section: RenderedSection) -> None:
        if section.key not in self.only if self.only else section.folded:
            self.folded.append(section.title)
            return
        if not all(isinstance(block, RenderedTable) and block.folded for block in section.blocks):
            self.heading(section.title)
        charts: list[RenderedChart] = []
        for block in section.blocks:  # figures that follow each other are named in one line
            if isinstance(block, RenderedChart):
                charts.append(block)
                continue
            self.charts(charts)
            charts = []
            if not self.whole and self.lines >= MOST_LINES and block.type != "caveat":
                self.left_out.append(section.title)
                continue
            self.block(block, section.title)
        self.charts(charts)

    def block(self, block: Block, above: str) -> None:
        if isinstance(block, RenderedTable):
            if block.folded:
                self.folded.append(block.title)
            else:
                self.table(block, above)
        elif isinstance(block, RenderedChart):
            self.charts([block])
        elif isinstance(block, RenderedCards):
            self.cards(block)
        elif block.type == "bullets":
            for item in block.items:
                self.line(f"• {item}")
        elif block.type == "caveat":
            self.line(self.say("caution", text=block.text), "yellow")
        else:
            self.line(block.text)

    def charts(self, charts: Sequence[RenderedChart]) -> None:
        """Name figures, and the file they are in, once."""
        if not charts:
            return
        file = next((self.files[form] for form in ("html", "pdf", "docx") if form in self.files), None)
        where = {"file": file.name} if file else {}
        titles = self.say("join").join(chart.title for chart in charts)
        self.line(self.say("figure_in" if file else "figure", title=titles, **where))

    def cards(self, block: RenderedCards) -> None:
        from rich.table import Table as Grid
        from rich.text import Text

        grid = Grid.grid(padding=(0, 2))
        grid.add_column(justify="right", no_wrap=True)
        grid.add_column(overflow="fold")
        room = self.console.width - max(width_of(card.cell.text) for card in block.cards) - CARD_GAP
        for card in block.cards:
            note = f"  {card.note}" if card.note else ""
            words = Text("\n".join(wrapped(f"{card.title}{note}", max(room, NARROWEST))))
            if note:
                words.stylize("dim", _end_of(card.title, words.plain))
            grid.add_row(Text(card.cell.text, style="bold"), words)
        self.grid(grid)

    def table(self, table: RenderedTable, above: str) -> None:
        if table.title != above:
            self.line()
            self.line(table.title, "bold")
        if table.empty:
            self.line(table.empty, "dim")
        else:
            self.parts(table)
        if table.note:
            self.line(table.note, "dim")

    def parts(self, table: RenderedTable) -> None:
        """Show the columns of a table, as many side by side as the screen is wide; in a summary the first of them."""
        needs = _needs(table, self.console.width)
        parts = list(_parts(needs, self.console.width))
        shown = parts if self.whole else parts[:1]
        most = None if self.whole else MOST_ROWS
        for part, places in enumerate(shown):
            if part and not any(_has(row, places) for row in table.rows):
                continue
            if part:
                self.line()
            self.grid(_grid(table, needs, places, self.console.width, most))
        rows = max(len(table.rows) - MOST_ROWS, 0)
        columns = len({place for places in parts for place in places} - set(parts[0]))
        if not self.whole and (rows or columns):
            key = "cut_table" if rows and columns else "cut_rows" if rows else "cut_columns"
            self.line(self.say(key, rows=rows, columns=columns), "dim")


def _end_of(beginning: str, lines: str) -> int:
    """Return where the words at the beginning of a text end after it was broken into lines."""
    left = len("".join(beginning.split()))
    for place, letter in enumerate(lines):
        if not left:
            return place
        left -= not letter.isspace()
    return len(lines)


def _needs(table: RenderedTable, width: int) -> list[int]:
    """Return letters for each column; the first, which names the rows, is narrowed where the others then fit."""
    first, *others = table.widths
    spare = width - sum(others) - GAP * len(others)
    # A word that does not break, such as "Vietnam–Singapore", needs its own room.
    lines = (line for row in table.rows for line in wrapped(row[0].text, NARROWEST))
    narrowest = max((width_of(line) for line in lines), default=NARROWEST)
    narrow = not table.columns[0].numeric and max(narrowest, NARROWEST) <= spare < first
    return [spare if narrow else first, *others]


def _grid(
    table: RenderedTable, widths: Sequence[int], places: Sequence[int], width: int, most: int | None = None
) -> Any:
    """Lay out some columns of a table, and so many of its rows; sentences have what room the screen leaves them."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    needs = {place: widths[place] for place in places}
    notes = [place for place in places if table.columns[place].kind is Kind.note]
    spare = max(0, width - sum(needs.values()) - GAP * len(places))
    if notes:  # a head of a group stands in the first column
        longest = max((width_of(title) for title, _ in table.parts), default=0)
        more = min(spare, max(0, min(longest, WIDEST) - needs[places[0]]))
        needs[places[0]] += more
        spare -= more
    room = {place: needs[place] + (spare // len(notes) if place in notes else 0) for place in places}
    lead = room[places[0]] + (0 if notes else spare)
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place in places:
        column = table.columns[place]
        head = "\n".join(wrapped(column.head, max(room[place], 12 if column.numeric else 0)))
        side: Literal["left", "right"] = "right" if column.numeric else "left"
        grid.add_column(Text(head), justify=side, overflow="fold", min_width=needs[place])
    for title, rows in table.parts:
        shown = [row for row in rows if 1 in places or _has(row, places)][:most]
        most = None if most is None else most - len(shown)
        if title and shown:
            grid.add_row(Text("\n".join(wrapped(title, lead)), style="bold"))
        for row in shown:
            grid.add_row(*(Text("\n".join(wrapped(row[place].text, room[place]))) for place in places))
    return grid


def _has(row: Sequence[RenderedCell], places: Sequence[int]) -> bool:
    """Return whether a row says anything in some columns but the one that names it."""
    return any(row[place].text and row[place].value is not None for place in places[1:])


def _parts(needs: Sequence[int], width: int) -> Iterator[list[int]]:
    """Yield columns in parts that fit the screen, each with the first column, which names the rows."""
    part = [0]
    used = needs[0]
    for place in range(1, len(needs)):
        if used + GAP + needs[place] > width and len(part) > 1:
            yield part
            part = [0]
            used = needs[0]
        part.append(place)
        used += GAP + needs[place]
    yield part
