"""Put the repository's documents under one name in each language, with links that lead within the site.

A document is ``x.md`` with ``x.zh.md`` beside it, or ``x.en.md`` with ``x.zh.md``. On the site both are one page: the
address of a page is the same in both languages but for the first folder.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
LANGUAGES = ("en", "zh")
OTHER = {"en": "zh", "zh": "en"}
FENCE = re.compile(r"```|~~~")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]*)?\)")
"""A link within the repository: its mark, words, place and anchor."""
COMMENT = re.compile(r"<!--.*-->")
TURN = "\0"
"""Stands where a document led to itself in the other language."""
WITH_TURN = re.compile(rf"^{TURN}(?: · )?|[ ·]*{TURN}[.。]?")
FIGURE = re.compile(r"<!-- figure: (\w+) ([\w-]+) -->")
"""Where the site shows a figure of an answer: the function that gives it, and the figure's key."""
Draw = Callable[[str, str, Path], str]
"""Draws such a figure into a file and returns what it shows in words."""
Generate = Callable[[str, str], str]
"""Writes a generated page: its name in ``pages.yaml`` and a language."""


@dataclass(frozen=True)
class Page:
    """A page of the site."""

    name: str
    """Its address without a language and an ending: ``explanation/validity``."""
    sources: Mapping[str, Path] = field(default_factory=dict)
    """Documents by language; none for a generated page."""
    generated: str = ""
    """Name of what writes it; empty for a document."""
    is_bilingual: bool = False
    """Whether one document holds both languages."""

    def source(self, lang: str) -> tuple[Path, str]:
        """Return the document in a language, or in the other where there is none, and its language."""
        there = lang if lang in self.sources else OTHER[lang]
        return self.sources[there], there


@dataclass(frozen=True)
class Site:
    """All pages, by kind."""

    kinds: Mapping[str, tuple[Page, ...]]
    """Pages by kind, in the order of the menu."""
    groups: Mapping[str, tuple[Page, ...]]
    """Pages below a page that is a folder of documents, by the name of that page."""

    def pages(self) -> Iterator[Page]:
        """Yield every page."""
        for pages in (*self.kinds.values(), *self.groups.values()):
            yield from pages


def words() -> dict[str, dict[str, str]]:
    """Return the words of the site itself, by key and language."""
    return yaml.safe_load((FOLDER / "texts.yaml").read_text(encoding="utf-8"))


def documents(stem: str) -> dict[str, Path]:
    """Return the documents of a name by their language."""
    endings = {"en": (".en.md", ".md"), "zh": (".zh.md",)}
    there = {
        lang: next((path for ending in ends if (path := ROOT / f"{stem}{ending}").is_file()), None)
        for lang, ends in endings.items()
    }
    return {lang: path for lang, path in there.items() if path is not None}


def site() -> Site:
    """Read which pages there are."""
    listed = yaml.safe_load((FOLDER / "pages.yaml").read_text(encoding="utf-8"))
    kinds: dict[str, tuple[Page, ...]] = {}
    groups: dict[str, tuple[Page, ...]] = {}
    for kind, entries in listed.items():
        pages = []
        for entry in entries:
            name = f"{kind}/{entry['page']}"
            if "folder" in entry:
                groups[name] = tuple(_of_folder(name, ROOT / entry["folder"]))
            elif "generated" in entry:
                pages.append(Page(name, generated=entry["generated"]))
            else:
                pages.append(Page(name, documents(entry["source"]), is_bilingual=entry.get("bilingual", False)))
        kinds[kind] = tuple(pages)
    return Site(kinds, groups)


def _of_folder(name: str, folder: Path) -> Iterator[Page]:
    for path in sorted(folder.glob("*.md"), key=lambda path: (path.name != "README.md", path.name)):
        end = "index" if path.name == "README.md" else path.stem.lower()
        yield Page(f"{name}/{end}", {"en": path})


def stage(pages: Site, lang: str, target: Path, generate: Generate, draw: Draw | None = None) -> None:
    """Write the sources of the site in a language into a folder that holds nothing else.

    Parameters
    ----------
    pages
        All pages.
    lang
        The language.
    target
        The folder; what it held is replaced, and files that are the same stay as they are.
    generate
        Writes what is generated.
    draw
        Draws the figures that documents name; ``None`` to leave them out.
    """
    written = {f"{page.name}.md": _text(page, pages, lang, generate) for page in pages.pages()}
    written = {name: _with_figures(text, target, draw) for name, text in written.items()}
    written |= _menus(pages, lang, written)
    keep = {target / name for name in written}
    for path in sorted((path for path in target.rglob("*.md") if path not in keep), reverse=True):
        path.unlink()
    for name, text in written.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
    shutil.copytree(ROOT / "docs/images", target / "images", dirs_exist_ok=True)


def _with_figures(text: str, target: Path, draw: Draw | None) -> str:
    def figure(found: re.Match[str]) -> str:
        if draw is None:
            return ""
        place = Path("figures", f"{found[1]}-{found[2]}.png")
        alternative = draw(found[1], found[2], target / place)
        words_of = re.sub(r"[\[\]]", "", alternative).replace("\n", " ")
        return f"![{words_of}](/{place.as_posix()})"

    return FIGURE.sub(figure, text)


def _text(page: Page, pages: Site, lang: str, generate: Generate) -> str:
    if page.generated:
        return generate(page.generated, lang)
    path, there = page.source(lang)
    text = rewritten(path.read_text(encoding="utf-8"), path, pages, lang)
    if there == lang or page.is_bilingual:
        return text
    note = words()[f"only.{there}"][lang]
    head, _, rest = text.partition("\n")
    return f"{head}\n\n```{{note}}\n{note}\n```\n{rest}"


def rewritten(text: str, path: Path, pages: Site, lang: str) -> str:
    """Return a document with links that lead within the site, without what only a reader of files needs.

    A link to a file that is no page becomes its words; a line that only leads to the other language is left out, since
    every page has a switch.

    Parameters
    ----------
    text
        The document.
    path
        Where it stands, since links are relative to it.
    pages
        All pages.
    lang
        Language of the site.
    """
    by_source = {source: (page, there) for page in pages.pages() for there, source in page.sources.items()}
    own = by_source.get(path, (None, lang))[0]

    def link(found: re.Match[str]) -> str:
        mark, title, place, anchor = found.groups()
        anchor = anchor or ""
        if not place:
            return found.group()
        target = (path.parent / place).resolve()
        if mark:
            return f"![{title}](/{target.relative_to(ROOT / 'docs').as_posix()})"
        page, there = by_source.get(target / "README.md" if target.is_dir() else target, (None, lang))
        if page is None:
            return title
        if page is own and there != by_source[path][1]:
            return TURN
        is_same = page.source(lang)[0] == target
        return f"[{title}](/{page.name}.md{anchor if is_same else ''})"

    def changed(line: str) -> str | None:
        if FIGURE.fullmatch(line):
            return line
        without = COMMENT.sub("", line)
        if without != line and not without.strip():
            return None
        linked = LINK.sub(link, without) if "](" in without else without
        return linked if TURN not in linked else WITH_TURN.sub("", linked) or None

    lines: list[str | None] = []
    fence = ""
    for line in text.splitlines():
        opened = FENCE.match(line.lstrip())
        is_end = bool(fence) and line.strip() == fence
        lines.append(changed(line) if not fence and not opened else line)
        if is_end:
            fence = ""
        elif opened and not fence:
            fence = opened.group()
    return "\n".join(line for line in lines if line is not None) + "\n"


def title_of(text: str) -> str:
    """Return the title of a page, without marks."""
    line = next(line for line in text.splitlines() if line.startswith("# "))
    return re.sub(r"`", "", line.removeprefix("# ")).strip()


def _menus(pages: Site, lang: str, written: Mapping[str, str]) -> dict[str, str]:
    """Write the first page, and the page of each kind."""
    said = {key: by_lang[lang] for key, by_lang in words().items()}
    menus = {}
    for kind, entries in pages.kinds.items():
        if kind == "gallery":
            continue
        names = [page.name for page in entries]
        below = [group for group in pages.groups if group.startswith(f"{kind}/")]
        lines = [f"# {said[f'kind.{kind}']}", "", said[f"about.{kind}"], ""]
        lines += [f"- [{title_of(written[f'{name}.md'])}](/{name}.md)" for name in names]
        grouped = [f"{_GROUP_TITLES[group][lang]} </{group}/index>" for group in below]
        lines += _toctree([*(f"/{name}" for name in names), *grouped], depth=1)
        menus[f"{kind}/index.md"] = "\n".join(lines)
    for group, entries in pages.groups.items():
        name = f"{group}/index.md"
        tree = _toctree([f"/{page.name}" for page in entries if not page.name.endswith("/index")], depth=1)
        first = written.get(name) or f"# {_GROUP_TITLES[group][lang]}\n"
        menus[name] = "\n".join([first, *tree])
    lines = [f"# {said['title']}", "", f"**{said['index.head']}**", "", said["index.lead"], ""]
    colon = {"en": ": ", "zh": "："}[lang]
    lines += [
        f"- **[{said[f'kind.{kind}']}](/{_first(kind)}.md)**{colon}{said[f'about.{kind}']}" for kind in pages.kinds
    ]
    lines += ["", "```python", *_first_lines(said), "```", ""]
    lines += _toctree(
        [f"/{_first(kind)}" for kind in pages.kinds], depth=2, titles=[said[f"kind.{kind}"] for kind in pages.kinds]
    )
    menus["index.md"] = "\n".join(lines)
    return menus


_GROUP_TITLES = {
    "explanation/decisions": {"en": "Decisions", "zh": "决策记录（英文）"},
    "explanation/decision-log": {"en": "Research log", "zh": "研究日志（英文）"},
    "explanation/measurements": {"en": "Measurements and trials", "zh": "测量与试验（英文）"},
}
"""Titles of groups in the menu."""


def _first_lines(said: Mapping[str, str]) -> list[str]:
    """Return the lines of Python that the first page shows, with their comments in the language of the words."""
    return [
        "import copark as cp",
        "",
        f'cp.brief("thilawa")  # {said["index.brief"]}',
        f'cp.levers("thilawa").plot()  # {said["index.levers"]}',
    ]


def _first(kind: str) -> str:
    return "gallery/figures" if kind == "gallery" else f"{kind}/index"


def _toctree(names: list[str], *, depth: int, titles: list[str] | None = None) -> list[str]:
    entries = names if titles is None else [f"{title} <{name}>" for name, title in zip(names, titles, strict=True)]
    return ["", "```{toctree}", ":hidden:", f":maxdepth: {depth}", "", *entries, "```", ""]
