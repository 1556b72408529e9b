"""Packages: a source archive of tracked files alone, and no release that lacks the page or a licence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = (
    ".gitignore", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CITATION.cff",
    "LICENSES/CC-BY-4.0.txt",
    "src/copark/__init__.py", "src/copark/version.py",
)  # fmt: skip
INDEX = "src/copark/web/dist/index.html"
LICENCES = "src/copark/web/dist/licenses.txt"
SITE = "src/copark/web/site/index.html"
LIVE = tuple(f"src/copark/browser/dist/{name}" for name in ("kernel.wasm", "kernel.json", "live.js", "live.css"))

pytest.importorskip("hatchling", reason="hatchling, which builds packages, is not installed: make test installs it")
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")


@pytest.fixture
def clone(tmp_path):
    """A small repository with what a tutorial leaves in it."""
    folder = tmp_path / "clone"
    for name in TRACKED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for command in (("init", "--quiet"), ("add", *TRACKED)):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=60)
    for name in ("out/runs/numbers", "my-numbers/paths.csv", "my-park/case.yaml", "src/copark/scratch.py", ".venv/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")
    return folder


def built(folder, *what, release=""):
    """Build a package as pip and build do: with hatchling, in the folder."""
    command = [sys.executable, "-m", "hatchling", "build", *what, "--directory", str(folder / "packages")]
    env = {**os.environ, "COPARK_RELEASE": release}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=env)


def names_in(folder, kind):
    (path,) = (folder / "packages").glob(f"*.{kind}")
    if kind == "whl":
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def refused(folder, target, release=""):
    """What is said where no package is made."""
    done = built(folder, "--target", target, release=release)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not list((folder / "packages").glob("*"))
    return done.stderr


def write(folder, files):
    """Write files with their text into a folder, by name."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_a_source_archive_holds_tracked_files_and_the_built_page_from_which_a_wheel_is_made(clone, tmp_path):
    write(clone, dict.fromkeys((INDEX, SITE), "<!doctype html>"))
    done = built(clone, "--target", "sdist")
    assert done.returncode == 0, done.stderr
    assert names_in(clone, "tar.gz") == {*TRACKED, "PKG-INFO", INDEX, SITE}
    (path,) = (clone / "packages").glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    done = built(unpacked, "--target", "wheel")
    assert done.returncode == 0, done.stderr
    held = {"copark/web/dist/index.html", "copark/web/site/index.html", "copark/LICENSES/CC-BY-4.0.txt"}
    assert held <= names_in(unpacked, "whl")


def test_where_git_cannot_tell_what_is_tracked_no_source_archive_is_made(clone):
    shutil.rmtree(clone / ".git")
    assert refused(clone, "sdist").startswith("A source archive holds tracked files alone")


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_a_release_without_the_page_is_refused(clone, target):
    message = refused(clone, target, release="1")
    assert all(words in message for words in ("index.html is missing", "make page", "Node 20.19", "COPARK_RELEASE=1"))


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_a_release_without_the_kernel_for_the_browser_is_refused(clone, target):
    write(clone, {INDEX: "<!doctype html>", SITE: "<!doctype html>"})
    message = refused(clone, target, release="1")
    assert "lacks the kernel for the browser" in message
    assert "make page kernel" in message


def test_a_release_without_the_documentation_is_refused(clone):
    write(clone, {INDEX: "<!doctype html>"})
    message = refused(clone, "wheel", release="1")
    assert all(words in message for words in ("site/index.html is missing", "make docs", "COPARK_RELEASE=1"))


def test_pip_installs_from_a_repository_without_the_page_and_says_so(clone):
    """As `pip install git+https://…` does; `copark serve` says how to get the page (tests/web/test_building.py)."""
    done = built(clone, "--target", "wheel:editable", "--hooks-only", release="1")
    assert (done.returncode, done.stderr) == (0, "")
    done = built(clone, "--target", "wheel")
    assert done.returncode == 0, done.stderr
    assert "This package is without it" in done.stdout + done.stderr
    assert "copark/version.py" in names_in(clone, "whl")


def test_a_wheel_names_the_licences_of_what_is_bundled_into_its_page(clone):
    write(clone, {INDEX: "<!doctype html>", SITE: "<!doctype html>"} | dict.fromkeys(LIVE, "built"))
    write(clone, {LICENCES: "## svelte - 5.57.3 (MIT)\n"})
    done = built(clone, "--target", "wheel", release="1")
    assert done.returncode == 0, done.stderr
    assert {name.removeprefix("src/") for name in LIVE} <= names_in(clone, "whl")
    (path,) = (clone / "packages").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    assert "License-File: LICENSE" in lines
    assert f"License-File: {LICENCES}" in lines
    (expression,) = (line for line in lines if line.startswith("License-Expression: "))
    built_page = ROOT / LICENCES
    if not built_page.is_file():
        pytest.skip("the page is not built: make page")
    bundled = re.findall(r"^## .* \(([A-Za-z0-9.-]+)\)$", built_page.read_text(encoding="utf-8"), re.MULTILINE)
    assert bundled
    assert set(bundled) <= set(expression.removeprefix("License-Expression: ").split(" AND "))
