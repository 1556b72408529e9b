"""Every stage of work that a workflow tells of has words in both languages."""

import re
from pathlib import Path

import pytest

import copark
from copark.texts import has_text

TOLD = re.compile(r'(?:stage\(progress, |tell\(|told\(|progress\()"([a-z_]+)"')
SOURCES = Path(copark.__file__).parent
STAGES = sorted(
    {
        name
        for folder in ("workflows", "inference")
        for path in (SOURCES / folder).rglob("*.py")
        for name in TOLD.findall(path.read_text(encoding="utf-8"))
    }
)


def test_stages_are_found() -> None:
    assert {"prepare", "simulate", "report", "batch", "replay"} <= set(STAGES)


def test_a_stage_has_words(subtests: pytest.Subtests) -> None:
    for name in STAGES:
        with subtests.test(name=name):
            assert has_text(f"cli.stage.{name}")
