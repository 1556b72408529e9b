"""What pyproject.toml declares is true: copark runs with the lowest versions, and with the newest on every Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from copark.extras import BRINGS
from copark.version import __version__
from tests.packaging.checkers import ROOT, checker

DECLARED = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?>=([0-9.]+)(?:,<[0-9.]+)?")
UNREACHABLE = ("error sending request", "Failed to fetch", "dns error", "operation timed out", "Connection refused")
NEWEST = 20
"""Minor version of Python up to which one is looked for."""
REFUSED = {("run", "great-stone", "--format", "pdf"): "copark[reports]", ("serve",): "copark[server]"}
"""Commands that need an extra, and what they say where it is not installed."""


def floors():
    """The declared lowest version of each package, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = [one for extra in BRINGS for one in project["optional-dependencies"][extra]]
    declared = [one for one in (*project["dependencies"], *brought) if not one.startswith("copark[")]
    return dict(DECLARED.fullmatch(one).groups() for one in declared)


def carried_out(*command, folder, **env):
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=1200, check=False, env={**os.environ, **env}
    )


def as_numbers(version):
    """3.0 and 3.0.0 are one version."""
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


@pytest.fixture(scope="module")
def lowest(tmp_path_factory):
    """A Python with the lowest version of each package, and the folder it is in."""
    uv, python = checker("uv"), shutil.which("python3.11")
    folder = tmp_path_factory.mktemp("lowest")
    if python is None or carried_out(python, "--version", folder=folder).returncode:
        pytest.skip("Python 3.11 is not on this machine")
    made = carried_out(uv, "venv", "--python", python, "venv", folder=folder)
    assert made.returncode == 0, made.stderr
    extras = [part for extra in BRINGS for part in ("--extra", extra)]
    install(uv, folder, "--resolution", "lowest-direct", "--requirement", str(ROOT / "pyproject.toml"), *extras)
    return uv, folder


def install(uv, folder, *what):
    """Install into the environment ``venv`` of a folder; where no registry is reached the test is skipped."""
    command = (uv, "pip", "install", "--python", "venv", "--only-binary", ":all:", *what)
    done = carried_out(*command, folder=folder)
    if done.returncode and any(word in done.stderr for word in UNREACHABLE):
        pytest.skip(f"the package registry cannot be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


def pythons():
    """Every Python at hand that copark may be installed on, by version: on the path, and those of pyenv."""
    found = {}
    for minor in range(11, NEWEST):
        kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python"), reverse=True)
        for path in filter(None, (shutil.which(f"python3.{minor}"), *map(str, kept))):
            if subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0:
                found.setdefault(f"3.{minor}", path)
    return found


IMPORT_ALL = """
import importlib, pkgutil
import copark
for module in pkgutil.walk_packages(copark.__path__, "copark."):
    if not module.name.endswith("__main__") and ".migrations." not in module.name:  # those are run by Alembic
        importlib.import_module(module.name)
print("imported")
"""


def environment(folder):
    return {"PYTHONPATH": str(ROOT / "src"), "COPARK_CACHE": str(folder / "cache"), "PYTHONSAFEPATH": "1"}


def copark(folder, *words):
    """A command with the lowest versions; it ends well and says nothing of versions that are too old."""
    command = (str(folder / "venv" / "bin" / "python"), "-m", "copark", *words)
    done = carried_out(*command, folder=folder, **environment(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.mark.long
def test_copark_runs_reports_and_exports_with_the_lowest_versions(lowest):
    uv, folder = lowest
    listed = carried_out(uv, "pip", "list", "--python", "venv", "--format", "json", folder=folder).stdout
    installed = {one["name"]: as_numbers(one["version"]) for one in json.loads(listed) if one["name"] in floors()}
    assert installed == {name: as_numbers(version) for name, version in floors().items()}

    copark(folder, "run", "great-stone", "--runs", "50", "--format", "html,xlsx,csv,docx,pptx,pdf")
    (run,) = (folder / "out" / "runs").glob("[0-9a-f]*")
    assert run.name in copark(folder, "runs")
    stored = json.loads((run / "arrays.zarr" / "operating" / "zarr.json").read_text(encoding="utf-8"))
    assert stored["fill_value"] == "NaN", "numbers that are lost must not be read as 0"
    assert len(list((folder / "out" / "reports").rglob("report-en.html"))) == 1
    for form, name in (("netcdf", "run.nc"), ("xlsx", "run.xlsx"), ("csv", "run.csv")):
        copark(folder, "export", run.name, "--format", form, "--to", name)
        assert Path(folder / name).stat().st_size > 10_000


@pytest.mark.long
def test_no_two_processes_hold_a_lock_of_the_lowest_version(lowest):
    _, folder = lowest
    (folder / "locks").mkdir()
    done = carried_out(
        str(folder / "venv" / "bin" / "python"), str(ROOT / "tests" / "cluster" / "contention.py"), "locks", "4",
        folder=folder, PYTHONPATH=str(ROOT / "src"),
    )  # fmt: skip
    held, doubled = map(int, done.stdout.split())
    assert held > 100
    assert doubled == 0


@pytest.mark.long
def test_every_module_is_imported_with_the_lowest_versions(lowest):
    """What a command imports late is imported too: a name that an old version lacks shows here."""
    _, folder = lowest
    done = carried_out(str(folder / "venv" / "bin" / "python"), "-c", IMPORT_ALL, folder=folder, **environment(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "imported", done.stdout


@pytest.mark.long
def test_the_server_answers_with_the_lowest_versions(lowest):
    """Its guards, compression and limits are made of parts of Starlette, uvicorn and h11."""
    _, folder = lowest
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(folder / "venv" / "bin" / "python"),
        "-m",
        "copark",
        "serve",
        "--port",
        str(port),
        "--data",
        "served",
    ]
    with (folder / "served.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **environment(folder), "NO_PROXY": "*"}
        )
    try:
        for path, body in (("status", None), ("simulate", {"case": "great-stone", "runs": 20})):
            assert asked(f"http://127.0.0.1:{port}/api/v1/{path}", body, process) == 200, path
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (folder / "served.log").read_text(encoding="utf-8")


def asked(address, body, process):
    """The status of an answer, once the server is there."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, content, {"content-type": "application/json"})
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            assert process.poll() is None, "the server ended by itself"
            assert time.monotonic() < until, "the server did not begin"
            time.sleep(0.2)


ANSWER = """
import importlib.util, json, sys
import copark as cp
brought = [name for name in sys.argv[1].split() if importlib.util.find_spec(name)]
result = cp.simulate("great-stone", runs=1, seed=1)
print(json.dumps([cp.__version__, brought, result["operating"].isel(quarter=-1).values.tolist()]))
"""


@pytest.mark.long
def test_archive_and_wheel_install_and_answer_with_the_newest_versions_on_every_python(tmp_path, subtests):
    """Without any extra: the model runs, and what needs one says which line installs it.

    The newest Python has the source archive and compiles the model; the others have the wheel and do without compiling.
    """
    uv, found = checker("uv"), pythons()
    built = carried_out(sys.executable, "-m", "hatchling", "build", "--directory", str(tmp_path), folder=ROOT)
    if "git lists none here" in built.stderr:
        pytest.skip("a source archive is made in a clone of the repository alone")
    assert built.returncode == 0, built.stderr
    (wheel,), (archive,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    modules = sorted({module for names in BRINGS.values() for module in names} - {"anyio", "h11"})
    answers = {}
    for version, python in found.items():
        with subtests.test(python=version):
            folder = tmp_path / version
            folder.mkdir()
            made = carried_out(uv, "venv", "--python", python, "venv", folder=folder)
            assert made.returncode == 0, made.stderr
            is_newest = version == max(found, key=as_numbers)
            install(uv, folder, *(["--no-binary", "copark", str(archive)] if is_newest else [str(wheel)]))
            compiling = {"COPARK_CACHE": str(folder / "cache"), "NUMBA_DISABLE_JIT": "0" if is_newest else "1"}
            program = str(folder / "venv" / "bin" / "python")
            asked = carried_out(program, "-c", ANSWER, " ".join(modules), folder=folder, PYTHONPATH="", **compiling)
            assert asked.returncode == 0, asked.stderr
            number, brought, answers[version] = json.loads(asked.stdout)
            assert (number, brought) == (__version__, [])
            for words, line in REFUSED.items() if is_newest else ():
                refused = carried_out(program, "-m", "copark", *words, folder=folder, PYTHONPATH="")
                assert refused.returncode == 1
                assert line in refused.stderr
    for version, answer in answers.items():
        for one, other in zip(answer[0], next(iter(answers.values()))[0], strict=True):
            assert one == pytest.approx(other, rel=1e-9), version
