"""Promises of the code where ruff has no rule: names that say something, nothing left undone, no machine named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from bench.mutants import FILE

pytestmark = pytest.mark.documents

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "copark"
MODULES = sorted(PACKAGE.rglob("*.py"))
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "base", "manager", "misc", "tools"}
# written in two parts, so that this file does not hold what it looks for
UNDONE = re.compile("|".join(("TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", "NotImplemented" + "Error")))
ELSEWHERE = re.compile("|".join((r"(?<!\w)/(?:work|root|home)" + "/", r"/tmp" + "/w/", r"py" + r"pi\.org/simple")))
WRITTEN = ("*.py", "*.md", "*.yaml", "*.yml", "*.toml", "*.cfg", "*.html", "*.css", "*.csv", "*.txt", "Makefile", "run")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def written_files() -> Iterator[Path]:
    for folder in ("src", "tests", "bench", "docs", ".ci"):
        for pattern in WRITTEN:
            yield from filter(Path.is_file, (ROOT / folder).rglob(pattern))
    for pattern in WRITTEN:
        yield from ROOT.glob(pattern)


def test_names_of_modules_say_something() -> None:
    for path in MODULES:
        parts = set(path.relative_to(PACKAGE).with_suffix("").parts)
        words = parts | {word for part in parts for word in part.split("_")}
        assert words.isdisjoint(EMPTY_NAMES), name(path)


def test_nothing_is_left_undone_and_nothing_points_at_one_machine() -> None:
    texts = ((name(path), path.read_text(encoding="utf-8")) for path in written_files())
    marks = ((path, mark) for path, text in texts for mark in (UNDONE.search(text), ELSEWHERE.search(text)))
    found = [f"{path}: {mark.group()}" for path, mark in marks if mark]
    assert not found, "\n".join(found)


def test_pins_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line), line


def test_every_mutant_has_its_place_and_its_tests() -> None:
    """Code moves on, and a mutation test of what is not there any more finds nothing."""
    for mutant in yaml.safe_load(FILE.read_text(encoding="utf-8"))["mutants"]:
        text = (PACKAGE / mutant["where"]).read_text(encoding="utf-8")
        assert text.count(mutant["old"]) == 1, mutant["where"]
        assert all((ROOT / "tests" / name).exists() for name in mutant["tests"].split()), mutant["where"]
