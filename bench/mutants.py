"""Whether the fast tests find a fault: each place is mutated in a copy, and the tests that should see it are run.

``python -m bench.mutants [NUMBER ...]`` runs all of them, or some; it ends with 1 if one was not found, and at once if
a place is no longer there. A copy of the
tree is made in a temporary folder, with a cache of its own: nothing is compiled beside what the copy says.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from bench.arguments import parser_of

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns("node_modules", ".git", ".venv*", "__pycache__", "out", ".*_cache", ".hypothesis")
KILLER = re.compile(r"^(?:SUB)?(?:FAILED|ERROR)\S* (\S+)", re.MULTILINE)


class Mutant(NamedTuple):
    """A place below ``src/copark``, what stands there, what is put there, and the tests that should see it."""

    where: str
    old: str
    new: str
    tests: str


FILE = Path(__file__).with_suffix(".yaml")
SMOKE = 8
"""A place whose tests take seconds."""


def spoiled(mutant: Mutant) -> str:
    """Return the text of the file with the fault in it; the place must be there once."""
    text = (ROOT / "src" / "copark" / mutant.where).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(f"{mutant.where} does not have once: {mutant.old}")
    return text.replace(mutant.old, mutant.new)


def mutate(mutant: Mutant, tree: Path) -> None:
    """Put the fault into a copy of the tree."""
    shutil.copytree(ROOT, tree, symlinks=True, ignore=LEFT_OUT)
    (tree / "src" / "copark" / mutant.where).write_text(spoiled(mutant), encoding="utf-8")


def found_by(tests: str, tree: Path) -> str:
    """The first test that fails in a tree; empty if none does."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    told = subprocess.run(
        [*command, *(f"tests/{name}" for name in tests.split())], cwd=tree, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}", "COPARK_CACHE": str(tree / "cache")},
    )  # fmt: skip
    if told.returncode not in (0, 1):
        raise SystemExit(told.stdout + told.stderr)
    return next(iter(KILLER.findall(told.stdout)), "")


def main() -> int:
    """Spoil one place after another."""
    parser = parser_of("bench.mutants", __doc__)
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="places to spoil; all by default")
    asked = parser.parse_args()
    wanted = [SMOKE] if asked.smoke else asked.numbers
    mutants = [Mutant(**content) for content in yaml.safe_load(FILE.read_text(encoding="utf-8"))["mutants"]]
    for mutant in mutants:
        spoiled(mutant)
    missed = 0
    for number, mutant in enumerate(mutants):
        if wanted and number not in wanted:
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            mutate(mutant, Path(place) / "tree")
            killer = found_by(mutant.tests, Path(place) / "tree")
        missed += not killer
        print(f"{number:2d} {mutant.where}: {killer or 'NOT FOUND'} ({time.monotonic() - begun:.0f} s)", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
