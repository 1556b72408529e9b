"""Files of sources: what was read, by the keys that tables name."""

from __future__ import annotations

from pathlib import Path

from copark.cases.files import read_text
from copark.cases.pydantic_errors import validate_mapping
from copark.cases.table_schemas import Source
from copark.cases.types import Key
from copark.cases.yaml_loader import read_yaml
from copark.errors import CaseFaults, Fault


def sources_in(folder: Path, name: str, faults: list[Fault]) -> dict[str, Source]:
    """Return the sources of a file, by key; empty where it has faults.

    Parameters
    ----------
    folder, name
        Folder and name of the file.
    faults
        List to which faults are added.
    """
    text = read_text(folder, name, faults)
    tree = None if text is None else read_yaml(text, name, faults)
    return {} if tree is None else validate_mapping(tree, name, dict[Key, Source], Source, faults) or {}


def read_sources(path: Path) -> dict[str, Source]:
    """Return the sources of a file, by key; CaseFaults if it has faults."""
    faults: list[Fault] = []
    sources = sources_in(path.parent, path.name, faults)
    if faults:
        raise CaseFaults(faults)
    return sources
