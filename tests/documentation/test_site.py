"""The documentation site: every document is on it, in both languages, and it asks nothing of another host."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import copark as cp
from copark import cli
from copark.analyses import REGISTRY

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]
CELL = re.compile(r"```\{code-cell\} python\n(.*?)```", re.DOTALL)
CALL = re.compile(r"cp\.[a-z_.]+|\.plot\(.*?\)")
ASIDE = ("forecasts/", "src/", ".github/")
"""Documents that stand beside what they are of."""
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
"""What a page loads, by element."""
POINTS = ("alternate", "canonical", "next", "prev", "index", "search")
"""Links in the head of a page that load nothing."""


class Read(HTMLParser):
    """What a page loads, links to, and has anchors of."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.links, self.anchors, self.inline, self.switch = [], [], set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if (name := given.get("id") or given.get("name")) is not None:
            self.anchors.add(name)
        if tag in LOADED and given.get(LOADED[tag]) and given.get("rel") not in POINTS:
            self.loaded.append(given[LOADED[tag]])
        if (
            tag == "script"
            and "src" not in given
            and not re.match(r"(application|text)/(?!javascript)", given.get("type", ""))
        ):
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on")]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
            if "language-switch" in (given.get("class") or ""):
                self.switch = given["href"]


@pytest.fixture(scope="module")
def pages(site_parts):
    from website.staging import site

    return site()


def test_every_document_is_on_the_site(pages):
    sources = {path for page in pages.pages() for path in page.sources.values()}
    files = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    ).stdout.split()
    if not files:
        pytest.skip("git lists no files here")
    missing = [name for name in files if ROOT / name not in sources and not name.startswith(ASIDE)]
    assert not missing, "name them in docs/website/pages.yaml"


def test_pages_are_documents_or_generated_and_notebooks_are_in_both_languages(pages):
    from website.references import WRITERS

    for page in pages.pages():
        assert page.sources or page.generated in {*WRITERS, "gallery"}, page.name
        if any(path.parent.name in ("notebooks", "how-to", "tutorials") for path in page.sources.values()):
            assert set(page.sources) == {"en", "zh"}, page.name


def test_notebooks_say_the_same_in_both_languages():
    for path in sorted((ROOT / "docs/notebooks").glob("*.en.md")):
        cells = [
            [CALL.findall(cell) for cell in CELL.findall(there.read_text(encoding="utf-8"))]
            for there in (path, path.with_name(path.name.replace(".en.", ".zh.")))
        ]
        for each in cells:
            each[0] = [call for call in each[0] if call != "cp.set_options"]
        assert cells[0] == cells[1], path.name
        assert len(cells[0]) >= 7, path.name


def test_words_of_the_site_are_in_both_languages():
    from website.staging import words

    for key, by_lang in words().items():
        assert set(by_lang) == {"en", "zh"}, key
        assert all(by_lang.values()), key


def test_every_figure_is_in_the_gallery():
    from website.gallery import OF_ANALYSES, OF_CASES, OF_RUNS, SLOW, WITHOUT

    assert {*OF_RUNS, *OF_CASES, "save"} == set(cp.figures.__all__)
    named = [*OF_ANALYSES, *SLOW, *WITHOUT]
    assert len(named) == len(set(named))
    assert {one.function for one in REGISTRY if one.function in cp.__all__} == set(named)


def test_every_variable_and_every_exit_code_has_words():
    from website.references import read_variables
    from website.staging import words

    told = {key.removeprefix("variable.") for key in words() if key.startswith("variable.")}
    assert told == read_variables()
    codes = {key.removeprefix("exit-code.") for key in words() if key.startswith("exit-code.")}
    assert codes == {name for name, value in vars(cli).items() if name.isupper() and isinstance(value, int)}


def test_links_lead_within_the_site(pages, tmp_path):
    from website.staging import rewritten

    path = ROOT / "docs/findings.md"
    text = (
        "# T\n\n[中文](findings.zh.md) · [validity](validity.md#the-other-parks) · [code](../src/copark/version.py)\n"
        "<!-- numbers: x -->\n```\n[kept](validity.md)\n```\n[MODEL](model/MODEL.md), [above](#t)\n"
    )
    assert rewritten(text, path, pages, "en") == (
        "# T\n\n[validity](/explanation/validity.md#the-other-parks) · code\n"
        "```\n[kept](validity.md)\n```\n[MODEL](/explanation/model.md), [above](#t)\n"
    )
    assert "[validity](/explanation/validity.md) · code" in rewritten(text, path, pages, "zh")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site in Chinese, notebooks as they are written; it has pages of one language too."""
    for name in ("sphinx", "myst_nb", "pydata_sphinx_theme", "jieba"):
        pytest.importorskip(name, reason="what the documentation is built with is not installed: make docs installs it")
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        str(ROOT / "docs/build_site.py"),
        "--lang",
        "zh",
        "--no-notebooks",
        "--folder",
        str(folder),
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=600, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    html = folder / "html" / "zh" / "site"
    return html, {path: Read(path.read_text(encoding="utf-8")) for path in sorted(html.rglob("*.html"))}


@pytest.mark.long
def test_the_site_asks_nothing_of_another_host_and_its_scripts_are_files(built):
    html, found = built
    assert len(found) > 100
    for path, page in found.items():
        name = path.relative_to(html).as_posix()
        if name.startswith("_static/"):
            continue
        assert not [place for place in page.loaded if re.match(r"(?:\w+:)?//", place)], name
        assert not page.inline, name
        missing = [place for place in page.loaded if not (path.parent / place.partition("?")[0]).is_file()]
        assert not [place for place in missing if not place.startswith("data:")], name
    for path in html.rglob("*.js"):
        assert not re.search(r"\bnew Function\b|\beval\(", path.read_text(encoding="utf-8")), path.name
    for path in html.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"]?(?:url\()?['\"]?https?:", text), path.name


@pytest.mark.long
def test_links_of_the_site_lead_somewhere_and_every_page_has_its_switch(built):
    html, found = built
    broken = []
    for path, page in found.items():
        name = path.relative_to(html).as_posix()
        if name.startswith("_static/"):
            continue
        assert page.switch.endswith(f"../en/{name}"), name
        for link in page.links:
            place, _, anchor = unquote(link).partition("#")
            if re.match(r"\w+:", place) or link == page.switch:
                continue
            target = (path.parent / place.partition("?")[0]).resolve() if place else path
            there = found.get(target)
            if not target.is_file() or (anchor and there is not None and anchor not in there.anchors):
                broken.append(f"{name}: {link}")
    assert not broken


@pytest.mark.long
def test_a_page_of_one_language_says_so_and_references_are_generated(built):
    html, _ = built
    assert "本页仅有英文版" in (html / "explanation/model.html").read_text(encoding="utf-8")
    assert "本页仅有" not in (html / "explanation/validity.html").read_text(encoding="utf-8")
    for name, words in {
        "python": "copark.levers",
        "commands": "copark claims",
        "http": "/api/v1/simulate",
        "workbook": "观测",
        "case-files": "series.csv",
        "environment": "COPARK_TOKEN",
        "exit-codes": "130",
    }.items():
        text = re.sub(r"<[^>]*>", "", (html / f"reference/{name}.html").read_text(encoding="utf-8"))
        assert words in text, name
    assert json.dumps("开发") in (html / "searchindex.js").read_text(encoding="utf-8"), "Chinese is indexed by words"
