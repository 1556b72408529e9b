"""The lowest versions that pyproject.toml declares are true: copark runs, reports and exports with exactly them."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.packaging.checkers import ROOT, checker

DECLARED = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)(?:,<[0-9.]+)?")
UNREACHABLE = ("error sending request", "Failed to fetch", "dns error", "operation timed out", "Connection refused")


def floors():
    """The declared lowest version of each package, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(DECLARED.fullmatch(one).groups() for one in project["dependencies"])


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
    done = carried_out(
        uv, "pip", "install", "--python", "venv", "--resolution", "lowest-direct", "--only-binary", ":all:",
        "--requirement", str(ROOT / "pyproject.toml"), folder=folder,
    )  # fmt: skip
    if done.returncode and any(word in done.stderr for word in UNREACHABLE):
        pytest.skip(f"the package registry cannot be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return uv, folder


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
