"""The ten most common tasks of docs/users.md: the same lines in both languages, at most five each, and they run."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pandas as pd
import pytest

import copark as cp

pytestmark = pytest.mark.documents

DOCS = Path(__file__).parents[2] / "docs"
TASK = re.compile(r"\*\*(\d+)\. .*?\*\*\n\n```python\n(.*?)```", re.DOTALL)
MINUTES = ("cp.calibrate(", "cp.forecast(park")
"""Calls that take minutes, or rest on one that does: their arguments are bound, and nothing is computed."""


def tasks(name):
    return dict(TASK.findall((DOCS / name).read_text(encoding="utf-8")))


def test_both_languages_have_ten_tasks_of_at_most_five_lines():
    english, chinese = tasks("users.md"), tasks("users.zh.md")
    assert list(english) == [str(number) for number in range(1, 11)]
    assert english == chinese
    assert max(code.strip().count("\n") + 1 for code in english.values()) <= 5


@pytest.mark.long
def test_the_lines_of_the_ten_tasks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"cp": cp, "pd": pd, "arviz_stats": pytest.importorskip("arviz_stats")}
    with cp.set_options(lang="en", out=None, threads=1, progress=False):
        for code in tasks("users.md").values():
            if any(call in code for call in MINUTES):
                inspect.signature(cp.calibrate).bind(names["park"], out="out")
                inspect.signature(cp.forecast).bind(names["park"], out="out")
            else:
                exec(code, names)
    written = {path.name for path in tmp_path.iterdir()}
    assert {"registered.png", "forecast.svg", "levers.docx", "levers.dta", "runs.nc", "out"} <= written
    assert names["park"].name == "blue-bay"
