"""What copark imports is declared: no package is there only because another one happens to bring it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from copark.extras import BRINGS

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]
BROUGHT = {"pydantic_core": "pydantic", "llvmlite": "numba", "dask": "distributed"}
"""Packages of which another one demands one exact version, so that a floor of our own could only contradict it."""
NEEDED = {
    "h5netcdf": "xarray writes netCDF with it",
    "h5py": "by h5netcdf",
    "zhplot": "its font, which is read as a file",
}
"""Packages that no line of ours imports, and what they are there for."""
OPTIONAL = {module: extra for extra, modules in BRINGS.items() for module in modules} | {"distributed": "cluster"}
"""Modules that only extras bring, and the last of these; one may bring the packages of another."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", one, maxsplit=1)[0]) for one in requirements}


def brought(extra: str, extras: dict[str, list[str]]) -> set[str]:
    """Packages that an extra brings, with those of the extras it names."""
    found = set()
    for one in extras[extra]:
        named = re.fullmatch(r"copark\[(.*)\]", one)
        found |= set().union(*(brought(other, extras) for other in named[1].split(","))) if named else declared([one])
    return found


def imported() -> dict[str, str]:
    """Top-level names that the package imports, anywhere in a file, and a file that does."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                found.setdefault(name.partition(".")[0], str(path.relative_to(ROOT)))
    return {name: file for name, file in found.items() if name not in {*sys.stdlib_module_names, "copark", "payment"}}


def test_every_import_is_declared_and_every_declared_package_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    main = declared(project["dependencies"])
    extras = {extra: brought(extra, project["optional-dependencies"]) for extra in project["optional-dependencies"]}
    owners = packages_distributions()
    used, missing = set(), {}
    for name, file in imported().items():
        package = BROUGHT.get(name, name)
        names = {normal(owner) for owner in owners.get(package, [package])}
        used |= names
        known = extras[OPTIONAL[package]] if package in OPTIONAL else main
        if not names & known:
            missing[name] = file
    assert not missing
    unused = {extra: extras[extra] - used for extra in BRINGS if extras[extra] - used}
    assert not unused, "brought by an extra, but nothing imports it"
    assert main - used == {normal(name) for name in NEEDED}, "declared, but nothing imports it"


EXTRA = {"alembic", "dask", "fastapi", "pyarrow", "python-docx", "salib", "scikit-learn", "sqlalchemy", "typst"}
"""Packages of extras: each is large, and most questions do without."""


def test_the_core_brings_no_package_of_an_extra():
    """Nor does anything that it requires: what is installed without extras stays as small as it can be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(one) for one in project["dependencies"]]
    found = set()
    while waiting:
        one = waiting.pop()
        found.add(normal(one.name))
        try:
            brought = [Requirement(line) for line in requires(one.name) or ()]
        except PackageNotFoundError:
            continue
        extras = ({"extra": extra} for extra in (*one.extras, ""))
        wanted = [other for extra in extras for other in brought if not other.marker or other.marker.evaluate(extra)]
        waiting += [other for other in wanted if normal(other.name) not in found]
    assert "numba" in found
    assert found.isdisjoint(EXTRA), found & EXTRA
