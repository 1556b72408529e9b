"""A toy analysis of three files in a folder of its own, as CONTRIBUTING.md shows it, registered for a test."""

import re
import sys
from pathlib import Path

import pytest

from copark.analyses import REGISTRY, Analysis

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"`toy/(__init__\.py|show\.py|texts\.yaml)`:\n\n```\w+\n(.*?)```", re.DOTALL)


def recipe():
    """The three files of the recipe, by name."""
    return dict(BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def toy_folder(tmp_path_factory):
    """The three files of the recipe, as they are printed there."""
    folder = tmp_path_factory.mktemp("toy")
    files = recipe()
    assert set(files) == {"__init__.py", "show.py", "texts.yaml"}
    (folder / "toy").mkdir()
    for name, content in files.items():
        outside = content.replace("copark.analyses.toy", "toy")  # in this test its folder is not in copark's
        (folder / "toy" / name).write_text(outside, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def toy(toy_folder):
    """The toy, registered."""
    sys.path.insert(0, str(toy_folder))
    analysis = Analysis("toy", "toy", "explain")
    registered = REGISTRY.get("toy")  # whoever tries the recipe has registered his own
    REGISTRY.add(analysis)
    yield analysis
    REGISTRY.remove("toy")
    if registered is not None:
        REGISTRY.add(registered)
    sys.path.remove(str(toy_folder))
