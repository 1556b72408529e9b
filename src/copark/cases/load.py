"""Loading a case."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from copark.cases.case import Case
from copark.cases.casebook import casebook_path, folder_of, kind_of, list_cases
from copark.cases.check import examine
from copark.cases.types import shown, suggestion
from copark.errors import CaseFaults, Fault, NotFound


def load_case(name_or_path: str | Path, parameters: Mapping[str, str] | None = None) -> Case:
    """Load a case that is sound.

    Parameters
    ----------
    name_or_path
        Name of a case of the casebook, or path of a folder.
    parameters
        Names of the model's parameters with their units; by default those of the model.

    Raises
    ------
    copark.errors.NotFound
        If there is no such case or folder.
    copark.errors.CaseFaults
        If the case has faults; it carries all of them.
    """
    folder = folder_of(name_or_path)
    if kind_of(folder) == "nothing":
        near = suggestion(name_or_path, list_cases()) or "copark new"
        raise NotFound.of("cases.not_found", found=shown(name_or_path), suggestion=near)
    if parameters is None and folder.parent == casebook_path():
        case, faults = _shipped(
            folder, tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir()))
        )
    else:
        case, faults = examine(folder, parameters)
    if case is None:
        raise CaseFaults(faults)
    return case


@lru_cache(maxsize=32)
def _shipped(folder: Path, _changed: tuple[tuple[str, int], ...]) -> tuple[Case | None, list[Fault]]:
    """A case of the casebook, read once as long as its files are as they are."""
    return examine(folder)
