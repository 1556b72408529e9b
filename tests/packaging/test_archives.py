"""Packages: a source archive of tracked files alone, and no wheel that silently lacks the page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = (
    ".gitignore", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "src/copark/__init__.py",
    "src/copark/version.py",
)  # fmt: skip
INDEX = "src/copark/web/dist/index.html"

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


def built(folder, *what, without_page=""):
    """Build a package as pip and build do: with hatchling, in the folder."""
    command = [sys.executable, "-m", "hatchling", "build", *what, "--directory", str(folder / "packages")]
    env = {**os.environ, "COPARK_WITHOUT_PAGE": without_page}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, env=env)


def names_in(folder, kind):
    (path,) = (folder / "packages").glob(f"*.{kind}")
    if kind == "whl":
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def refused(folder, target):
    """What is said where no package is made."""
    done = built(folder, "--target", target)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not list((folder / "packages").glob("*"))
    return done.stderr


def test_a_source_archive_holds_tracked_files_and_the_built_page_from_which_a_wheel_is_made(clone, tmp_path):
    (clone / INDEX).parent.mkdir(parents=True)
    (clone / INDEX).write_text("<!doctype html>", encoding="utf-8")
    done = built(clone, "--target", "sdist")
    assert done.returncode == 0, done.stderr
    assert names_in(clone, "tar.gz") == {*TRACKED, "PKG-INFO", INDEX}
    (path,) = (clone / "packages").glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    done = built(unpacked, "--target", "wheel")
    assert done.returncode == 0, done.stderr
    assert "copark/web/dist/index.html" in names_in(unpacked, "whl")


def test_where_git_cannot_tell_what_is_tracked_no_source_archive_is_made(clone):
    shutil.rmtree(clone / ".git")
    assert refused(clone, "sdist").startswith("A source archive holds tracked files alone")


def test_a_wheel_without_the_page_is_made_only_for_who_wants_it_and_an_editable_install_needs_none(clone):
    """As `make run` installs, where Node is missing; `copark serve` says how to build the page."""
    said = refused(clone, "wheel")
    assert all(word in said for word in ("index.html is missing", "make page", "--editable", "COPARK_WITHOUT_PAGE=1"))
    done = built(clone, "--target", "wheel:editable", "--hooks-only")
    assert (done.returncode, done.stderr) == (0, "")
    done = built(clone, "--target", "wheel", without_page="1")
    assert done.returncode == 0, done.stderr
    assert "without the page" in done.stdout + done.stderr
    assert "copark/version.py" in names_in(clone, "whl")
