"""Every target of the Makefile and every bench runs: asked for help, and in its smallest form, which writes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "NO_COLOR": "1"}
HELP = """
import contextlib, io, runpy, sys
for name in sys.argv[1:]:
    sys.argv, out = [name, "--help"], io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        code = "no help"
    except SystemExit as ending:
        code = ending.code
    print(name, code, "--smoke" in out.getvalue(), f"python -m {name}" in out.getvalue())
"""


def runnable() -> list[str]:
    """Modules that `python -m` runs: every bench, the hunt, and golden runs."""
    entry = re.compile(r'^if __name__ == "__main__":', re.MULTILINE)
    files = [path for path in sorted((ROOT / "bench").rglob("*.py")) if entry.search(path.read_text(encoding="utf-8"))]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__") for path in files]
    return ["tests.hostile", "tests.golden", *names]


def carried_out(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=600, check=False
    )


def documents() -> dict[str, bytes]:
    """What benches write on request, by name."""
    return {path.name: path.read_bytes() for path in (ROOT / "bench").iterdir() if path.suffix in (".md", ".json")}


@pytest.mark.long
def test_every_bench_has_help(tmp_path, subtests):
    names = runnable()
    assert {"bench", "bench.page", "bench.soak", "bench.kills"} <= set(names)
    done = carried_out(sys.executable, "-c", HELP, *names, folder=tmp_path)
    told = {line.partition(" ")[0]: line.partition(" ")[2] for line in done.stdout.splitlines()}
    for name in names:
        with subtests.test(bench=name):
            assert told.get(name) == "0 True True", done.stderr


@pytest.mark.long
@pytest.mark.parametrize("name", runnable())
def test_the_smallest_form_of_a_bench_runs_and_writes_nothing(name, tmp_path):
    if name == "bench.page":
        if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
            pytest.skip("no Chromium")
        if not (ROOT / "src/copark/web/dist/index.html").is_file():
            pytest.skip("the page is not built: make page")
    before, folder = documents(), tmp_path / "here"
    folder.mkdir()
    done = carried_out(sys.executable, "-m", name, "--smoke", folder=folder)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert documents() == before
    assert not list(folder.iterdir())


def test_what_targets_run_has_a_smallest_form():
    """A module that a target names is one of those above, and gets ARGS, or --smoke of them."""
    recipes = re.findall(r"^\t@?\$\(BIN\)/python -m ((?:bench|tests)\S*)(.*)$", MAKEFILE, re.MULTILINE)
    assert len(recipes) >= 5
    for name, options in recipes:
        assert name in runnable(), name
        assert "$(ARGS)" in options or "$(filter --smoke,$(ARGS))" in options, name


def test_make_knows_how_to_make_every_target(subtests):
    """Nothing is run: make says what it would do. Two targets call make again, which even a dry run runs."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) - {"test", "test-page"}
    assert {"bench", "bench-page", "soak", "coverage"} <= targets
    for target in sorted(targets):
        with subtests.test(target=target):
            done = carried_out("make", "--dry-run", target, "ARGS=--smoke", folder=ROOT)
            assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_coverage_ends_since_ensembles_are_left_out_where_nothing_is_compiled(tmp_path):
    """Uncompiled, a run takes a second: tests that ask for hundreds are skipped, and `make coverage` takes minutes."""
    command = re.search(r"^\t@NUMBA_DISABLE_JIT=1 \$\(BIN\)/coverage run -m (.*) \$\(COVERED\)", MAKEFILE, re.MULTILINE)
    assert command
    done = carried_out(
        sys.executable, "-m", "coverage", "run", "-m", *command[1].split(), "-p", "no:cacheprovider",
        "tests/cases/test_suzhou_swap.py", "tests/unit/test_fast_math.py",
        folder=ROOT, NUMBA_DISABLE_JIT="1", COVERAGE_FILE=str(tmp_path / "coverage"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert re.search(r"an ensemble of \d+ runs is left out with compilation off", done.stdout)
    assert " passed" in done.stdout
    told = carried_out(
        sys.executable, "-m", "coverage", "report", folder=ROOT, COVERAGE_FILE=str(tmp_path / "coverage")
    )
    assert told.returncode == 0, told.stderr
    assert "TOTAL" in told.stdout


@pytest.mark.long
def test_every_question_of_the_bench_can_be_asked(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Most are left out of the smallest form, and a fault would end the whole bench after minutes."""
    from bench.questions import QUESTIONS

    from copark.analyses import REGISTRY
    from copark.analyses.answer import run_id_of
    from copark.analyses.context import Context

    for question in QUESTIONS:
        analysis = REGISTRY[question.name]
        for given in (question.params, {**question.params, **question.smallest}):
            with subtests.test(question=question.name):
                assert run_id_of(analysis, analysis.params(**given, seed=1), Context(tmp_path, threads=1))
