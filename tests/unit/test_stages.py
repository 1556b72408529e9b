"""Every stage of work that a workflow tells of has words in both languages."""

import re
from pathlib import Path

import copark
from copark.texts import has_text

TOLD = re.compile(r'(?:stage\([\w.]*progress, |tell\(|told\(|progress\()"([a-z_]+)"')


def test_a_stage_has_words() -> None:
    folders = (Path(copark.__file__).parent / name for name in ("workflows", "calibration", "analyses"))
    sources = (path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    stages = {name for source in sources for name in TOLD.findall(source)}
    assert {"prepare", "simulate", "report", "batch", "replay"} <= stages
    assert not [name for name in stages if not has_text(f"cli.stage.{name}")]
