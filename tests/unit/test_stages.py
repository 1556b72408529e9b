"""Every stage of work that a workflow tells of has words in both languages."""

import re
from pathlib import Path

import copark
from copark.texts import has_text

TOLD = re.compile(r'(?:stage\(progress, |tell\(|told\(|progress\()"([a-z_]+)"')
SOURCES = Path(copark.__file__).parent


def test_a_stage_has_words() -> None:
    found = {
        name
        for folder in ("workflows", "inference")
        for path in (SOURCES / folder).rglob("*.py")
        for name in TOLD.findall(path.read_text(encoding="utf-8"))
    }
    assert {"prepare", "simulate", "report", "batch", "replay"} <= found
    assert not [name for name in found if not has_text(f"cli.stage.{name}")]
