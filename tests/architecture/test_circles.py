"""No circles: whoever reads a module needs to know only what lies below it, and nothing that comes back to it.

An import counts wherever it stands: at the top, in a function, or for the type checker alone. What is named by a string
and imported when it is asked (an analysis by the registry, ``show.py`` by an answer) knows nothing of whoever asks.
"""

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import grimp
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

SOURCES_OF_PAGE = Path(__file__).parents[2] / "frontend/src"
IMPORT_OF_PAGE = re.compile(r"""\b(?:from|import)\s*\(?\s*['"](\.[^'"?]+)""")


def circles_in(package: str) -> Iterator[str]:
    """Describe each circle of a package's modules."""
    graph = grimp.build_graph(package, cache_dir=None)
    return circles_of({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})


def imports_of_page(folder: Path) -> dict[str, set[str]]:
    """Return what each module of the page imports of the page."""
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.suffix in (".ts", ".svelte")}
    imported: dict[str, set[str]] = {}
    for module, path in paths.items():
        named = IMPORT_OF_PAGE.findall(path.read_text(encoding="utf-8"))
        places = [os.path.relpath(path.parent / name, folder) for name in named]
        imported[module] = {place for name in places for place in (name, f"{name}.ts", f"{name}/index.ts")} & set(paths)
    return imported


def circles_of(imported: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Describe each group of modules that import one another, or one that imports itself, an import a line."""
    modules = sorted(imported)
    matrix = csr_array(np.array([[other in imported[module] for other in modules] for module in modules]))
    count, groups = connected_components(matrix, directed=True, connection="strong")
    for group in range(count):
        members = [modules[n] for n in np.flatnonzero(groups == group)]
        edges = [(module, other) for module in members for other in sorted(imported[module]) if other in members]
        if edges:
            lines = [f"  {module} → {other}" for module, other in edges]
            yield "\n".join([f"a circle of {len(members)} modules:", *lines])


def test_no_module_comes_back_to_itself() -> None:
    circles = list(circles_in("copark"))
    assert not circles, "\n".join(circles)


def test_no_module_of_the_page_comes_back_to_itself() -> None:
    imported = imports_of_page(SOURCES_OF_PAGE)
    assert "live/messages.ts" in imported["live/engine.ts"]
    circles = list(circles_of(imported))
    assert not circles, "\n".join(circles)


@pytest.mark.parametrize(
    "back",
    [
        "from islands import ferry",
        "def sail():\n    from islands.ferry import Ferry",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from islands.ferry import Ferry",
    ],
    ids=["at the top", "in a function", "for the type checker"],
)
def test_a_circle_is_named_wherever_it_is_closed(back: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "islands"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "ferry.py").write_text("from islands.harbour import Berth", encoding="utf-8")
    (package / "harbour.py").write_text("from islands.town import Street", encoding="utf-8")
    (package / "town.py").write_text(back, encoding="utf-8")
    (package / "boat.py").write_text("from islands import ferry", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "islands", raising=False)
    (circle,) = circles_in("islands")
    assert circle.splitlines() == [
        "a circle of 3 modules:",
        "  islands.ferry → islands.harbour",
        "  islands.harbour → islands.town",
        "  islands.town → islands.ferry",
    ]
