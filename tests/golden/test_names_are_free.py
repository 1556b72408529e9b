"""A name, a comment or a sentence put otherwise moves no run ID and makes nothing stale; nor does what is added.

Each is done to a copy of the package, which a process of its own imports: it tells run IDs, what ships and whether that
is current, beside what the package as it stands tells.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import copark

PACKAGE = Path(copark.__file__).parent
ASKED = ("thilawa", "link-impact", "counterfactual", "forecast", "claims", "typology", "suzhou", "reliability", "parks")
TELL = """
import hashlib, json, sys
import numpy as np
from copark.analyses import shipped
from copark.cases import load_case
from copark.cases.casebook import posteriors_of
from copark.inference import calibrations, draw_sources, stacking
from copark.inference.calibrate import QUICK
from copark.inference.pool.panel import PanelSettings, recipe_of
from copark.inference.pool.parks import parks_of
from copark.simulation.results import study_identity
from copark.simulation.sample import sample
from copark.simulation.study import baseline, list_studies, load_study

cases = [load_case(name) for name in ("great-stone", "thilawa", "suzhou")]
panel, stack = draw_sources.shipped_draws(), stacking.shipped().stack
drawn = sample(baseline("great-stone").with_changes(draws="prior", runs=20), cases[0], 0, 20)
studies = [load_study(name) for name in list_studies()]
print(json.dumps({
    "questions": {one.name: [one.run_id, one.state] for one in shipped.shipped(sys.argv[1:])},
    "runs": {one.name: study_identity(one, load_case(one.case)) for one in [*studies, baseline("thilawa")]},
    "calibrations": {
        f"{case.name} {cut}": [calibrations.load(case, folder).stale,
                               draw_sources.hash_of(calibrations.load(case, folder).replay)]
        for case in cases for cut, folder in posteriors_of(case).items()
    },
    "asked": {case.name: calibrations.place_of(case, case.clock.data_end, QUICK, __import__("pathlib").Path("out"))[0]
              for case in cases},
    "panel": draw_sources.is_current(panel, recipe_of(parks_of(tuple(panel.recipe["parks"])), PanelSettings())),
    "stack": stacking.is_current(parks_of(tuple(stack.recipe["parks"]))),
    "drawn": {name: hashlib.sha256(np.ascontiguousarray(drawn[name])).hexdigest()[:12] for name in drawn},
}))
"""
RENAMED = {
    "model/company/service.py": "rival_stake",
    "simulation/sample.py": "counters",
    "simulation/trust.py": "kinds",
    "inference/prior.py": "inside",
    "inference/draw_sources.py": "singles",
    "inference/levers/runner.py": "chunks",
    "analyses/levers/__init__.py": "single",
    "analyses/answer.py": "further",
}
"""A name that is bound in each file, and means nothing outside it."""


def told(folder: Path, *asked: str) -> dict:
    """What a package in a folder tells of itself."""
    made = subprocess.run(
        [sys.executable, "-c", TELL, *asked], capture_output=True, text=True, timeout=600, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-3000:]
    return json.loads(made.stdout)


@pytest.fixture(scope="module")
def before():
    return told(PACKAGE.parent, *ASKED)


@pytest.fixture
def copy(tmp_path):
    """A copy of the package without its built page."""
    shutil.copytree(PACKAGE, tmp_path / "copark", ignore=shutil.ignore_patterns("__pycache__", "dist"))
    return tmp_path / "copark"


def change(path: Path, pattern: str, by: str, *, all_of_them: bool = False) -> None:
    """Change a file where a pattern is; it must be there."""
    content, count = re.subn(
        pattern, by, path.read_text(encoding="utf-8"), count=0 if all_of_them else 1, flags=re.MULTILINE
    )
    assert count, (path, pattern)
    path.write_text(content, encoding="utf-8")


def test_all_that_ships_is_current(before):
    assert {state for _, state in before["questions"].values()} == {"listed"}
    assert not any(stale for stale, _ in before["calibrations"].values())
    assert before["panel"]
    assert before["stack"]


def test_names_comments_and_sentences_move_nothing(copy, before):
    for file, name in RENAMED.items():
        change(copy / file, rf"\b{name}\b", f"{name}_of_another_name", all_of_them=True)
    for path in copy.rglob("*.py"):
        content = path.read_text(encoding="utf-8")
        better = re.sub(r'^"""', '"""In other words: ', content, count=1)
        path.write_text(f"{better}\n# A comment.\n", encoding="utf-8")
    for path in [*(copy / "texts").glob("*.yaml"), *(copy / "analyses").rglob("texts.yaml")]:
        change(path, r'\ben: "', 'en: "In other words: ', all_of_them=True)
        change(path, r'\bzh: "', 'zh: "换言之：', all_of_them=True)
    for path in (copy / "model").glob("*/variables.yaml"):
        change(path, r'title: \{en: "', 'title: {en: "In other words: ', all_of_them=True)
    assert told(copy.parent, *ASKED) == before


def test_a_number_of_the_model_is_no_name(copy, before):
    """What is asked of a case is told by its content: this is not a test that nothing is compared."""
    change(copy / "casebook" / "thilawa" / "case.yaml", r"quarters: 80", "quarters: 79")
    now = told(copy.parent, *ASKED)
    moved = {name for name in before["questions"] if now["questions"][name] != before["questions"][name]}
    assert {"levers case=thilawa", "brief case=thilawa", "parks", "reliability"} <= moved
    assert not moved & {"link-impact case=great-stone", "claims case=great-stone", "suzhou"}
    assert now["calibrations"] == before["calibrations"], "what comes after the cut bears on no calibration"


def test_a_new_version_of_the_model_makes_all_of_it_stale(copy, before):
    change(copy / "version.py", r"^MODEL_VERSION = (\d+)", r"MODEL_VERSION = \g<1>1")
    now = told(copy.parent, *ASKED)
    assert {state for _, state in now["questions"].values()} == {"none"}
    assert all(stale for stale, _ in now["calibrations"].values())
    assert not now["panel"]
    assert not now["stack"]
    assert not now["runs"].items() & before["runs"].items()
