"""What all pages of set methods share: where they go, what made them, their head, their warnings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.report.blocks import Block, Bullets, Drawing, Numbers, Section, Words, open_studio
from copark.report.set_methods.sheets import write_sheets
from copark.report.sheets import Sheet
from copark.report.tables import Table
from copark.store.atomic import written_file
from copark.texts import text
from copark.version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.setmethods.table import CaseTable, Warned

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Origin:
    """What made a page.

    Parameters
    ----------
    kind
        ``qca``, ``nca`` or ``coupling``.
    identity
        Identity of the result: of the table's content and everything asked.
    file, cases
        The table and how many cases it had; empty and 0 where there was none.
    seed
        Seed of the luck, where there was any.
    settings
        What was asked, name by name.
    """

    kind: str
    identity: str
    file: str = ""
    cases: int = 0
    seed: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def footer(self, lang: str) -> str:
        """What stands below each figure."""
        key = "footer" if self.seed is None else "footer_seed"
        values = {"file": self.file, "cases": self.cases, "identity": self.identity, "seed": self.seed}
        return text(f"set_methods.figure.{key}", lang, **values)

    def made(self, lang: str) -> str:
        """What stands below the title."""
        values = {"file": self.file, "cases": self.cases, "identity": self.identity, "version": __version__}
        return text("set_methods.page.made", lang, **values)


@dataclass
class Desk:
    """Where a page is made: its folder, language, origin, figures and tables.

    Parameters
    ----------
    folder, lang, origin
        Where it goes, in which language, what made it.
    progress
        Told figures done and figures in all.
    figures
        How many figures there will be.
    sheets
        Tables to be written beside the page.
    """

    folder: Path
    lang: str
    origin: Origin
    progress: Progress | None = None
    figures: int = 1
    sheets: list[Sheet] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the folder.

        Raises
        ------
        ValueError
            If there is no such language.
        """
        self._studio = open_studio(self.folder, self.lang, self.origin.identity, self.progress, self.figures)

    def say(self, key: str, **values: Any) -> str:
        """A text of set methods."""
        return text(f"set_methods.{key}", self.lang, **values)

    def draw(self, key: str, title: str, build: Callable[[str, str], Figure], *, wide: bool = True) -> Drawing:
        """Draw a figure from a function of the language and the footer."""
        footer = self.origin.footer(self.lang)
        words = self.say("desc.figure", title=title)
        return self._studio.draw(key, lambda: build(self.lang, footer), title, words, wide=wide)

    def table(self, one: Sheet, summary: str = "") -> Numbers:
        """A table on the page, kept for the files too; folded where a summary is given."""
        if all(one.key != other.key for other in self.sheets):
            self.sheets.append(one)
        return Numbers(one.on_page(), summary)

    def section(self, key: str, *blocks: Block) -> Section:
        """A section under its title."""
        return Section(key, self.say(f"section.{key}"), blocks)

    def method(self, count: int, **values: Any) -> Section:
        """The section on method and limits."""
        kind = self.origin.kind
        return self.section(
            "method", Bullets(tuple(self.say(f"method.{kind}.{at}", **values) for at in range(1, count + 1)))
        )

    def provenance(self, table: CaseTable | None = None) -> Section:
        """The section on what was asked of what."""
        rows = [(name, value) for name, value in self.origin.settings.items()]
        rows.append(("identity", self.origin.identity))
        if table is not None:
            rows.append(("SHA-256", table.digest))
        one = Sheet("settings", (self.say("column.setting"), self.say("column.value")), tuple(rows))
        self.sheets.append(one)
        return self.section("provenance", Numbers(Table(one.columns, tuple(rows))))


def caveats(warnings: Sequence[Warned], lang: str) -> tuple[Words, ...]:
    """Warnings as they stand on a page."""
    return tuple(Words(one.sentence(lang), "caveat") for one in warnings)


def write_page(
    desk: Desk, title: str, sections: Sequence[Section], record: Mapping[str, Any]
) -> tuple[Path, tuple[Path, ...]]:  # fmt: skip
    """Write the page, its tables and its record; give the page and the other files."""
    from copark.report.write import render_page, write_whole

    kind, lang = desk.origin.kind, desk.lang
    page = render_page(
        lang, title, desk.origin.made(lang), list(sections), kicker=desk.say("page.kicker"),
        subtitle=desk.say(f"page.subtitle_{kind}"),
    )  # fmt: skip
    target = desk.folder / f"{kind}-{lang}.html"
    write_whole(target, page)
    files = write_sheets(desk.sheets, desk.folder, kind, lang)
    content = desk.folder / f"{kind}.json"
    with written_file(content) as path:
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target, (*files, content)
