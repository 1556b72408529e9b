"""ARCHITECTURE shows the packages that there are, and it and CHANGELOG stay as short as a newcomer can read them."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_decisions import NAMED, OF_CASES_AND_RUNS, named_places

pytestmark = pytest.mark.documents

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "copark"
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
TREE = re.compile(r"```\nsrc/copark/\n(.*?)```", re.DOTALL)
MOST_LINES, MOST_NOUNS = 150, 35
LONGEST_LINE = 160
WORDS_OF_A_RELEASE = 600
"""About a page."""


def shown_paths() -> Iterator[str]:
    """Yield what the tree shows, in its order, as paths below ``src/copark``; folders end with a slash."""
    tree = TREE.search(ARCHITECTURE)
    assert tree
    folder = ""
    for line in tree[1].splitlines():
        names = re.split(r" {2,}", line.strip())[0].split()
        is_inside = line.startswith("    ")
        for name in names:
            yield folder + name if is_inside else name
        if not is_inside:
            folder = names[-1]


def existing_paths() -> Iterator[str]:
    """Yield the folders and modules of the package, and the packages within these folders."""
    for path in PACKAGE.iterdir():
        if path.is_dir() and path.name != "__pycache__" and {inner.name for inner in path.iterdir()} != {"__pycache__"}:
            yield f"{path.name}/"
            yield from (f"{path.name}/{inner.parent.name}/" for inner in path.glob("*/__init__.py"))
        elif path.suffix == ".py" and path.name != "__init__.py":
            yield path.name


def test_the_tree_shows_every_package_and_no_other():
    shown = list(shown_paths())
    existing = set(existing_paths())
    assert len(shown) == len(set(shown)), "something is shown twice"
    assert sorted(existing - set(shown)) == [], "the tree of ARCHITECTURE.md lacks these"
    assert sorted(set(shown) - existing) == [], "the tree of ARCHITECTURE.md has these, the package does not"


def test_the_tree_has_the_order_of_imports():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contracts["importlinter:contract:layers"]["layers"].split("\n")
    depth = {name.strip(): place for place, layer in enumerate(layers) for name in layer.split("|")}
    names = [path.removesuffix("/").removesuffix(".py") for path in shown_paths() if "/" not in path.removesuffix("/")]
    depths = [depth[name] for name in names if name in depth]
    assert depths == sorted(depths)


def test_what_architecture_names_is_there(subtests):
    for name, what in NAMED.findall(ARCHITECTURE):
        if name in OF_CASES_AND_RUNS:
            continue
        with subtests.test(f"{name}: {what}"):
            places = named_places(name)
            assert places
            assert not what or any(re.search(rf"\b{what}\b", path.read_text(encoding="utf-8")) for path in places)


def test_docstrings_of_packages_name_their_modules():
    for path in PACKAGE.glob("*/**/__init__.py"):
        described = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        modules = {module.stem for module in path.parent.iterdir()} | {path.parent.name, "copark"}
        gone = [name for name in re.findall(r"(?<!`)``([a-z_]+)``", described) if name not in modules]
        assert gone == [], path.parent.relative_to(PACKAGE)


def test_architecture_is_read_in_one_sitting():
    lines = ARCHITECTURE.splitlines()
    assert len(lines) <= MOST_LINES
    assert [line for line in lines if len(line) > LONGEST_LINE] == []
    nouns = ARCHITECTURE.partition("## Words to learn")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [a-zA-Z]", nouns, re.MULTILINE)
    assert 20 < len(rows) - 1 <= MOST_NOUNS, "a noun more to learn wants another to go"


def test_a_release_has_a_page_of_the_changelog():
    releases = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    assert [release.partition("\n")[0] for release in releases][-1] == "0.1.0"
    long = {release.partition("\n")[0]: len(release.split()) for release in releases}
    assert {title: words for title, words in long.items() if words > WORDS_OF_A_RELEASE} == {}
