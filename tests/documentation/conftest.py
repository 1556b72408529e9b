"""The parts of the documentation site, which lie beside the documents."""

import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session", autouse=True)
def site_parts():
    """Let ``website`` be imported as it is where ``docs/build_site.py`` is run."""
    sys.path.insert(0, str(DOCS))
    yield
    sys.path.remove(str(DOCS))
