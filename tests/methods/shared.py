"""Where the published comparison files lie, if they are beside this project, and how results are set beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

METHODS = Path(__file__).resolve().parents[3] / "shared" / "methods"
ORACLE = METHODS / "oracle"

beside = pytest.mark.skipif(not ORACLE.is_dir(), reason="the comparison files are not beside this project")


def oracle(name: str) -> Any:
    return json.loads((ORACLE / f"{name}.json").read_text(encoding="utf-8"))
