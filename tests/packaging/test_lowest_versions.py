"""The lowest versions that pyproject.toml declares are true: copark runs, reports and exports with exactly them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.packaging.checkers import ROOT, checker

DECLARED = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)")
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


def copark(folder, *words):
    """A command with the lowest versions; it ends well and says nothing of versions that are too old."""
    env = {"PYTHONPATH": str(ROOT / "src"), "COPARK_CACHE": str(folder / "cache"), "PYTHONSAFEPATH": "1"}
    done = carried_out(str(folder / "venv" / "bin" / "python"), "-m", "copark", *words, folder=folder, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.mark.long
def test_copark_runs_reports_and_exports_with_the_lowest_versions(lowest):
    uv, folder = lowest
    listed = carried_out(uv, "pip", "list", "--python", "venv", "--format", "json", folder=folder).stdout
    installed = {one["name"]: as_numbers(one["version"]) for one in json.loads(listed) if one["name"] in floors()}
    assert installed == {name: as_numbers(version) for name, version in floors().items()}

    copark(folder, "run", "great-stone", "--runs", "50")
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
