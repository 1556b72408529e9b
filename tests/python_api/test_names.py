"""The names at ``copark``: all are listed, light to ask for, typed by a generated stub, told in two languages."""

import inspect
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import copark as cp
from copark.analyses import REGISTRY
from copark.python_api.docstrings import docstring_of
from copark.python_api.names import HOMES, MODULES
from copark.python_api.stub import PATH, stub
from copark.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "MYPYPATH": str(ROOT / "src")}
USER = Path(__file__).with_name("user_script.py")
FUNCTIONS = [name for name in HOMES if inspect.isfunction(getattr(cp, name))]


def test_every_name_is_listed_and_there():
    functions = {analysis.function for analysis in REGISTRY}
    assert set(cp.__all__) == {"__version__", *HOMES, *MODULES} | {name for name in functions if name != "toy"}
    assert cp.__all__ == sorted(cp.__all__)
    assert set(dir(cp)) >= set(cp.__all__)
    for name in cp.__all__:
        assert getattr(cp, name) is not None, name
    assert pickle.loads(pickle.dumps(cp.levers)) is cp.levers
    with pytest.raises(AttributeError, match="levrs"):
        cp.levrs  # noqa: B018 - asking is what is tried


def test_import_and_a_look_at_the_names_are_light():
    code = (
        "import sys, time; began = time.perf_counter(); import copark; seconds = time.perf_counter() - began; "
        "dir(copark); print(seconds, *({'numpy', 'pydantic', 'pandas', 'xarray', 'yaml', 'numba'} & set(sys.modules)))"
    )
    least, heavy = 9.0, []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True)
        seconds, *heavy = done.stdout.split()
        least = min(least, float(seconds))
    assert heavy == []
    assert least <= 0.1


def test_the_stub_is_what_is_generated():
    assert PATH.read_text(encoding="utf-8") == stub(), "python -m copark.python_api.stub"


@pytest.mark.long
def test_a_users_script_is_typed(tmp_path):
    """Strictly: right calls pass, and each wrong one is told (an ignored error that is none would be one itself)."""
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}", USER]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_function_is_told_in_both_languages(lang):
    for name in FUNCTIONS:
        words = docstring_of(getattr(cp, name), lang)
        for parameter in inspect.signature(getattr(cp, name)).parameters:
            assert f"\n{parameter}\n    " in words, (name, parameter)
    with cp.set_options(lang=lang):
        assert ("参数" in cp.levers.__doc__, "参数" in cp.simulate.__doc__) == (lang == "zh", lang == "zh")
        assert "replicates" in cp.levers.__doc__


def test_no_function_of_the_package_ends_the_program():
    """Errors are exceptions; only what is run as a program of its own exits."""
    programs = {"browser/module_build.py", "cli", "web/job_process.py", "cluster/dask_workers.py"}
    package = Path(cp.__file__).parent
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("SystemExit", "sys.exit(", "typer.Exit"))
    }
    assert {name for name in found if not any(name.startswith(one) for one in programs)} == set()


def test_options_hold_for_a_block_and_refuse_what_they_cannot_be(tmp_path):
    from copark.options import options

    with cp.set_options(lang="zh", out=str(tmp_path)):
        assert (options().lang, options().out) == ("zh", tmp_path)
    assert (options().lang, options().out) == ("en", None)
    for wrong, error in (({"lang": "fr"}, ValueError), ({"threads": 0}, ValueError), ({"langs": "en"}, TypeError)):
        with pytest.raises(error):
            cp.set_options(**wrong)


@pytest.mark.long
@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_what_the_readme_shows_runs(name, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    (code,) = (block for block in blocks if "import copark" in block)
    found = {}
    exec(compile(code, name, "exec"), found)
    assert {path.name for path in tmp_path.iterdir()} == {"levers.docx"}
    assert len(found["answer"].to_frame())
