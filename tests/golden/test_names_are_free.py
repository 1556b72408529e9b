"""A name, a comment or a sentence put otherwise moves no run ID and makes nothing stale; nor does what is added.

Each is done to a copy of the package, which a process of its own imports: it tells run IDs, what ships and whether that
is current, beside what the package as it stands tells.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import copark
from copark.model.coupling import link_index

PACKAGE = Path(copark.__file__).parent
ASKED = ("thilawa", "link-impact", "counterfactual", "forecast", "claims", "typology", "suzhou", "reliability", "parks")
TELL = """
import hashlib, json, sys
import numpy as np
from copark.analyses import shipped
from copark.cases import load_case
from copark.cases.casebook import posteriors_of
from copark.calibration import calibrations, draw_sources
from copark.analyses.stack import stacking
from copark.calibration.calibrate import QUICK, CalibrationTask
from copark.calibration.pool.panel import PanelTask
from copark.calibration.pool.parks import parks_of
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
    "asked": {case.name: CalibrationTask(case, case.clock.data_end, QUICK).identity
              for case in cases},
    "panel": draw_sources.is_current(panel, PanelTask(parks_of(tuple(panel.recipe["parks"]))).recipe),
    "stack": stacking.is_current(parks_of(tuple(stack.recipe["parks"]))),
    "drawn": {name: hashlib.sha256(np.ascontiguousarray(drawn[name])).hexdigest()[:12] for name in drawn},
}))
"""
RENAMED = (
    "model/company/service.py",
    "simulation/sample.py",
    "simulation/trust.py",
    "calibration/prior.py",
    "calibration/draw_sources.py",
    "decisions/experiment.py",
    "analyses/levers/__init__.py",
    "analyses/answer.py",
)
"""Files in each of which a local variable gets another name."""


def local_variable(path: Path) -> str:
    """Find the longest name that is bound within a function of a file, and is nothing else there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bound: set[str] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            bound |= {
                node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    words: set[str] = set()
    for node in ast.walk(tree):
        names = (getattr(node, field, None) for field in ("arg", "attr", "name", "module", "value"))
        words |= {word for name in names if isinstance(name, str) for word in re.findall(r"\w+", name)}
    for entry in tree.body:
        if isinstance(entry, ast.Assign | ast.AnnAssign):
            words |= {node.id for node in ast.walk(entry) if isinstance(node, ast.Name)}
    return max(bound - words, key=lambda name: (len(name), name))


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


@pytest.mark.long
def test_all_that_ships_is_current(before):
    """Between releases results may be outdated; `copark results` says which, and a release has none."""
    if os.environ.get("COPARK_RELEASE"):
        assert {state for _, state in before["questions"].values()} == {"listed"}
    assert not any(stale for stale, _ in before["calibrations"].values())
    assert before["panel"]
    assert before["stack"]


@pytest.mark.long
def test_names_comments_and_sentences_move_nothing(copy, before):
    for file in RENAMED:
        name = local_variable(copy / file)
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


def moved_between(before: dict, now: dict) -> set[str]:
    """Name the questions that are others now; everything else must be the same."""
    assert {name: now[name] for name in now if name != "questions"} == {
        name: before[name] for name in before if name != "questions"
    }
    return {name for name, asked in before["questions"].items() if now["questions"][name] != asked}


INERT = """  inert:
    number: 70
    title: {en: "Nothing", zh: "无"}
    symbol: "0"
    unit: "1"
    range: [0, 1]
    source: "a test"
    default: 0.5
    prior: {kind: fixed}
    moved: unmoved
    grade: judgement
  spill_home:
"""


def add_a_parameter(copy: Path) -> None:
    """Add a parameter that bears on nothing, in the middle of its submodel."""
    change(copy / "model" / "company" / "variables.yaml", "^  spill_home:\n", INERT)
    change(copy / "model" / "company" / "records.py", r'^( +)\("spill_home", "f8"\),', r'\1("inert", "f8"),\n\g<0>')


DRIVER = """driver:
  inert_driver:
    title: {en: "Nothing, by date", zh: "无（分时）"}
    symbol: ""
    unit: "1"
    range: [0, 1]
    source: "a test"
"""


def add_a_driver(copy: Path) -> None:
    """Add a dated fact that no case tells and that bears on nothing."""
    change(copy / "model" / "company" / "variables.yaml", "^driver:\n", DRIVER)
    change(
        copy / "model" / "company" / "records.py", r'^( +)\("capability", "f8"\),', r'\1("inert_driver", "f8"),\n\g<0>'
    )


RECEIVED = """receives:
  heard:
    title: {en: "Service as heard of", zh: "所闻服务水平"}
    symbol: ""
    unit: "1"
    range: [0, 1]
    source: "a test"
"""
CALLED = "    links.shortfall_to_bargain(t, link_buffers, c_out, g_in)\n"


def add_a_link(copy: Path) -> None:
    """Add a link that brings the governments what they make nothing of."""
    model = copy / "model"
    entry = (
        '  service_to_governments:\n    title: {en: "Service → governments", zh: "服务→政府"}\n    from: company\n'
        '    to: governments\n    sends: [service_level]\n    receives: [heard]\n    unit: "1"\n    neutral: 0\n'
        "    delay: 0\n"
    )
    coupling = model / "coupling" / "variables.yaml"
    coupling.write_text(coupling.read_text(encoding="utf-8").rstrip("\n") + f"\n{entry}", encoding="utf-8")
    last = link_index.LINKS
    change(
        model / "coupling" / "link_index.py", f"^LINKS = {last}", f"SERVICE_TO_GOVERNMENTS = {last}\nLINKS = {last + 1}"
    )
    links = model / "coupling" / "links.py"
    links.write_text(
        links.read_text(encoding="utf-8") + "\n\n@compiled\n"
        "def service_to_governments(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:\n"
        '    """Governments hear how good the service is."""\n'
        "    governments.heard = carry(\n"
        "        link_buffers, t, link_index.SERVICE_TO_GOVERNMENTS, 0, company.service_level, 0.0\n    )\n",
        encoding="utf-8",
    )
    change(model / "governments" / "records.py", r'^( +)\("shortfall", "f8"\),', r'\1("heard", "f8"),\n\g<0>')
    change(model / "governments" / "variables.yaml", "^receives:\n", RECEIVED)
    call = "    links.service_to_governments(t, link_buffers, c_out, g_in)\n"
    change(model / "step.py", f"^{re.escape(CALLED)}", call + CALLED)


@pytest.mark.long
def test_a_parameter_that_bears_on_nothing_makes_nothing_stale(copy, before):
    add_a_parameter(copy)
    now = told(copy.parent, *ASKED)
    assert now["drawn"].pop("inert")
    assert now == before


@pytest.mark.long
def test_nor_does_one_that_is_drawn(copy, before):
    """Posteriors that know nothing of it hold it at its default; a calibration to come is another."""
    add_a_parameter(copy)
    change(
        copy / "model" / "company" / "variables.yaml",
        "kind: fixed}\n    moved: unmoved\n    grade: judgement\n  spill_home:",
        "kind: uniform, a: 0, b: 1}\n    moved: unmoved\n    grade: judgement\n  spill_home:",
    )
    now = told(copy.parent, *ASKED)
    assert now["drawn"].pop("inert")
    assert not now.pop("asked").items() & before["asked"].items()
    assert now == {name: value for name, value in before.items() if name != "asked"}


@pytest.mark.long
def test_nor_does_a_dated_fact_that_no_case_tells(copy, before):
    add_a_driver(copy)
    assert told(copy.parent, *ASKED) == before


@pytest.mark.long
def test_a_link_that_brings_nothing_is_asked_about_by_what_asks_about_all_links(copy, before):
    add_a_link(copy)
    now = told(copy.parent, *ASKED)
    about_all_links = {name for name in before["questions"] if name.split()[0] == "link-impact"}
    assert "link-impact case=great-stone" in about_all_links
    assert moved_between(before, now) == about_all_links


@pytest.mark.long
def test_a_kind_of_observation_makes_nothing_stale(copy, before):
    change(
        copy / "cases" / "observed_variables.py", r'^    \*\*_of\("countries", "resident_countries"\),',
        r'\g<0>\n    **_of("companies", "schools"),',
    )  # fmt: skip
    words = copy / "texts" / "cases.yaml"
    change(words, r"^variable\.resident_countries:", 'variable.schools: {en: "Schools", zh: "学校"}\n\\g<0>')
    assert told(copy.parent, *ASKED) == before


ABOUT_ALL_PARKS = {"parks", "typology", "reliability"}


@pytest.mark.long
def test_a_park_is_asked_about_by_what_asks_about_all_parks(copy, before):
    """One that reports no counts: others' curves learn nothing of it."""
    book = copy / "casebook"
    shutil.copytree(book / "thilawa", book / "my-park", ignore=shutil.ignore_patterns("posterior"))
    change(book / "my-park" / "case.yaml", "^name: thilawa", "name: my-park")
    change(book / "my-park" / "series.csv", r"^[^,]*,(?:registered|operating|jobs),.*\n", "", all_of_them=True)
    for name in ("parks.csv", "parks-places.csv"):
        change(book / name, r"^thilawa,(.*)\n", r"\g<0>my-park,\1\n")
    change(book / "parks.csv", "^my-park,thilawa,", "my-park,my-park,")
    change(book / "parks-scores.csv", r"^thilawa-t1,thilawa,(.*)\n", r"\g<0>my-park,my-park,\1\n")
    now = told(copy.parent, *ASKED)
    assert moved_between(before, now) == ABOUT_ALL_PARKS


COMPARE = """
from tests.golden import record, runs

made = [runs.of_model(park) for park in runs.PARKS]
assert not record.refusals(record.read(), made), record.refusals(record.read(), made)
assert set(record.states_of(record.read(), made).values()) == {"same"}
"""


@pytest.mark.long
def test_none_of_them_moves_a_number(copy, tmp_path):
    add_a_parameter(copy)
    add_a_driver(copy)
    add_a_link(copy)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", COMPARE], capture_output=True, text=True, timeout=600, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(copy.parent), str(root))), "COPARK_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.long
def test_a_number_of_the_model_is_no_name(copy, before):
    """What is asked of a case is told by its content: this is not a test that nothing is compared."""
    change(copy / "casebook" / "thilawa" / "case.yaml", r"quarters: 80", "quarters: 79")
    now = told(copy.parent, *ASKED)
    moved = {name for name in before["questions"] if now["questions"][name] != before["questions"][name]}
    assert {"levers case=thilawa", "brief case=thilawa", "parks", "reliability"} <= moved
    assert not moved & {"link-impact case=great-stone", "claims case=great-stone", "suzhou"}
    assert now["calibrations"] == before["calibrations"], "what comes after the cut bears on no calibration"


@pytest.mark.long
def test_a_new_version_of_the_model_makes_all_of_it_stale(copy, before):
    change(copy / "version.py", r"^MODEL_VERSION = (\d+)", r"MODEL_VERSION = \g<1>1")
    now = told(copy.parent, *ASKED)
    assert {state for _, state in now["questions"].values()} == {"outdated"}
    assert all(stale for stale, _ in now["calibrations"].values())
    assert not now["panel"]
    assert not now["stack"]
    assert not now["runs"].items() & before["runs"].items()
