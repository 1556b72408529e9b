"""The recipes of CONTRIBUTING name files that exist; what they say to do is done to a copy in `tests/golden`."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]
RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recipes")[2]
ROOTS = (
    ROOT,
    ROOT / "src",
    ROOT / "src/copark",
    ROOT / "src/copark/model",
    ROOT / "src/copark/store",
    ROOT / "src/copark/casebook",
)
MADE_UP = ("toy/", "tests/<name>/", "own_tables_0005.py", "result.json")
"""What a recipe makes."""
NAMED = re.compile(r"`([\w<>./*-]+(?:\.(?:py|yaml|csv|json|md)|/))(?:::?[^`]*)?`")


def exists(name: str) -> bool:
    """Whether a file or folder is there: below one of the usual places, or anywhere where a name stands alone."""
    pattern = name.rstrip("/").replace("<submodel>", "*")
    return any(any(root.glob(pattern)) for root in ROOTS) or any(
        any((ROOT / part).rglob(pattern)) for part in ("src/copark", "tests")
    )


def test_files_that_recipes_name_exist():
    named = [name for name in NAMED.findall(RECIPES) if not name.startswith(MADE_UP)]
    assert len(named) > 30
    assert not sorted({name for name in named if not exists(name)})


def test_targets_and_modules_that_recipes_run_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)`", RECIPES):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for module in re.findall(r"`python -m ([\w.]+)", RECIPES):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file() or (ROOT / module.replace(".", "/")).is_dir(), module
    for script in re.findall(r"`python ([\w/]+\.py)", RECIPES):
        assert (ROOT / script).is_file(), script
