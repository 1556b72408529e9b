"""Compiled and uncompiled are the same model; a changed equation is never served from an old cache."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from numba.core.caching import _CacheLocator

from copark.model import jit

SOURCE = Path(jit.__file__).parents[2]
RUN = """
import sys
import numpy as np
from copark.cases.load import load_case
from copark.simulation.run import simulate
from copark.simulation.study import load_study
found = {}
for asked in sys.argv[2:]:
    runs, draws = asked.split("-")
    study = load_study("great-stone").with_changes(runs=int(runs), keep="all", draws=draws)
    made = simulate(study, load_case("great-stone"), threads=1)
    names = [name for name in made.data_vars if made[name].dims[-1] == "quarter"]
    found |= {f"{asked} {name}": made[name].values for name in names} | {f"{asked} status": made.status.values}
np.savez(sys.argv[1], **found)
"""


WITHOUT_AN_INTERNAL = """
from numba import _dynfunc
make_function = _dynfunc.make_function
del _dynfunc.make_function
from copark.model import jit
_dynfunc.make_function = make_function
assert "pipeline_class" not in jit.EQUATION
"""


def run_model(out, *asked, source=SOURCE, before="", **environment):
    command = [sys.executable, "-W", "error", "-c", before + RUN, str(out), *asked]
    settings = os.environ | {"PYTHONPATH": str(source)} | environment
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(out) as loaded:
        return dict(loaded)


@pytest.mark.long
def test_compiled_equals_uncompiled(tmp_path):
    asked = [f"{runs}-{draws}" for runs in (1, 4) for draws in ("unsettled", "prior")]
    compiled = run_model(tmp_path / "compiled.npz", *asked)
    plain = run_model(tmp_path / "plain.npz", *asked, NUMBA_DISABLE_JIT="1")
    assert compiled.keys() == plain.keys()
    for name, values in plain.items():
        assert not name.endswith(" status") or not values.any(), name
        assert np.allclose(values, compiled[name], rtol=1e-9, atol=1e-9), name


def test_the_cache_folder_is_named_by_every_file_of_the_model(tmp_path, monkeypatch):
    """An edit of code in any file, callee or not, leads to another folder."""
    copy = tmp_path / "model"
    shutil.copytree(jit.MODEL, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(jit, "MODEL", copy)
    monkeypatch.setenv("COPARK_CACHE", str(tmp_path / "cache"))
    before = jit.cache_folder()
    assert before == jit.cache_folder()
    for path in sorted(copy.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\nEDITED = True\n", encoding="utf-8")
        assert jit.cache_folder() != before, path.name
        path.write_text(text, encoding="utf-8")
    assert jit.cache_folder() == before


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("COPARK_CACHE", str(blocked))
    folder = jit.cache_folder()
    assert folder.is_dir()
    assert blocked not in folder.parents


@pytest.mark.long
def test_an_edited_equation_is_not_served_stale(tmp_path):
    """The trap of the compiler's own cache: an edit in a file that the kernel only calls."""
    copy = tmp_path / "src"
    shutil.copytree(SOURCE / "copark", copy / "copark", ignore=shutil.ignore_patterns("__pycache__"))
    cache = {"COPARK_CACHE": str(tmp_path / "cache")}
    place = _CacheLocator.get_suitable_cache_subpath
    kept = jit.cache_folder() / place(jit.MODEL / "kernel.py")
    if kept.is_dir():  # what is compiled of this model stands in for what would be of its copy
        shutil.copytree(kept, tmp_path / "cache" / kept.parent.name / place(copy / "copark" / "model" / "kernel.py"))
    first = run_model(tmp_path / "first.npz", "2-unsettled", source=copy, **cache)
    ledger = copy / "copark" / "model" / "company" / "ledger.py"
    text = ledger.read_text(encoding="utf-8")
    assert "parameters.overhead * (1.0" in text
    ledger.write_text(text.replace("parameters.overhead * (1.0", "2.0 * parameters.overhead * (1.0"), encoding="utf-8")
    second = run_model(tmp_path / "second.npz", "2-unsettled", source=copy, **cache)
    cost = "2-unsettled operating_cost"
    assert np.allclose(second[cost][..., 0], 2.0 * first[cost][..., 0])


INTERNALS = [
    ("numba._dynfunc", "make_function"),
    ("numba.core.codegen", "JITCodeLibrary"),
    ("numba.core.compiler", "CompilerBase"),
    ("numba.core.compiler", "DefaultPassBuilder"),
    ("numba.core.compiler_machinery", "register_pass"),
    ("numba.core.typed_passes", "NativeLowering"),
]


def test_the_compiler_of_parts_names_all_it_takes_from_within_numba():
    text = (jit.MODEL / "part_compiler.py").read_text(encoding="utf-8")
    imported = re.findall(r"^from (numba\S*) import (.+)$", text, re.MULTILINE)
    assert [(module, name) for module, names in imported for name in names.split(", ")] == INTERNALS
    assert re.findall(r"^import numba.*|^from numba.*", (jit.MODEL / "jit.py").read_text(), re.MULTILINE) == [
        "import numba"
    ]


def test_without_an_internal_of_numba_the_public_compiler_serves(subtests, monkeypatch):
    assert "pipeline_class" in jit.part_options()
    for module, name in INTERNALS:
        with subtests.test(name), monkeypatch.context() as patch:
            patch.delattr(importlib.import_module(module), name)
            patch.delitem(sys.modules, "copark.model.part_compiler")
            assert "pipeline_class" not in jit.part_options()


def test_another_version_of_numba_than_was_tested_is_compiled_by_the_public_compiler(monkeypatch):
    for short in ((0, 60), (0, 69), (1, 0)):
        monkeypatch.setattr(numba, "version_info", numba.version_info._replace(short=short))
        assert "pipeline_class" not in jit.part_options()


def test_the_tested_versions_of_numba_are_those_that_are_installed():
    (first, after) = [".".join(map(str, version)) for version in jit.TESTED_NUMBA]
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"numba>={first},<{after}"' in project


@pytest.mark.long
def test_the_public_compiler_gives_the_same_numbers(tmp_path):
    parts = run_model(tmp_path / "parts.npz", "60-unsettled")
    cache = {"COPARK_CACHE": str(tmp_path / "cache")}
    public = run_model(tmp_path / "public.npz", "60-unsettled", before=WITHOUT_AN_INTERNAL, **cache)
    for name, values in parts.items():
        assert np.allclose(values, public[name], rtol=1e-9, atol=1e-9), name
