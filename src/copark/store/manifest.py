"""The list of a stored run's files with their sizes and SHA-256, written last: without it the run is half-written."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from copark.errors import Fault
from copark.store.errors import fault

NAME, METADATA = "manifest.json", "metadata.json"
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What metadata that no run has may raise."""
FORMAT = 1
DEEP_LIMIT = 256 * 2**20
"""Up to this size, in bytes, every opening compares the checksums; above it, of the descriptions alone."""


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest_of(files: Mapping[str, tuple[int, str]]) -> str:
    """The list of files with their sizes and SHA-256, as it is written."""
    listed = {name: {"bytes": size, "sha256": digest} for name, (size, digest) in files.items()}
    content = {"format": FORMAT, "bytes": sum(size for size, _ in files.values()), "files": listed}
    return json.dumps(content, indent=0, sort_keys=True) + "\n"


def faults_of(folder: Path, *, deep: bool | None = None) -> list[Fault]:
    """What is wrong with a stored folder: nothing if it is whole.

    Parameters
    ----------
    folder
        The folder of one run.
    deep
        Compare the checksums of numbers too, not those of descriptions alone; by default for folders up to
        ``DEEP_LIMIT``.
    """
    manifest = folder / NAME
    if not manifest.is_file():
        return [fault("half_written", folder, NAME)]
    try:
        listing = json.loads(manifest.read_text(encoding="utf-8"))
        files: dict[str, dict[str, int | str]] = dict(listing["files"])
        total = int(listing["bytes"])
        wanted = {name: (int(entry["bytes"]), str(entry["sha256"])) for name, entry in files.items()}
        if not wanted:
            raise ValueError("a run has files")
    except (ValueError, KeyError, TypeError, AttributeError):
        return [fault("manifest_unreadable", folder, NAME)]
    if listing.get("format") != FORMAT:
        return [fault("other_format", folder, NAME, found=listing.get("format"), known=FORMAT)]
    check_sums = total <= DEEP_LIMIT if deep is None else deep
    faults = [found for name, entry in wanted.items() for found in _file_faults(folder, name, *entry, deep=check_sums)]
    return faults + [fault("extra", folder, name) for name in _extras(folder, wanted) if _may_be_read(name)]


def extras_of(folder: Path) -> list[str]:
    """Files and folders in a stored run that its list does not have; of those in one another, the outermost.

    None where the list cannot be read.
    """
    listed = listed_in(folder)
    return list(_extras(folder, listed)) if listed else []


def listed_in(folder: Path) -> frozenset[str]:
    """Names of the files that a stored run lists as its own; none where the list cannot be read."""
    try:
        return frozenset(json.loads((folder / NAME).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _extras(folder: Path, listed: Iterable[str]) -> Iterator[str]:
    files = {NAME, *listed}
    folders = {name.rpartition("/")[0] for name in files}
    while above := {name.rpartition("/")[0] for name in folders} - folders:
        folders |= above
    for place, inside, names in os.walk(folder):
        begin = "" if Path(place) == folder else f"{Path(place).relative_to(folder).as_posix()}/"
        known = [name for name in inside if begin + name in folders]
        strange = [name for name in (*inside, *names) if begin + name not in files and name not in known]
        inside[:] = known
        yield from sorted(begin + name for name in strange)


def _may_be_read(name: str) -> bool:
    """Whether a file would be taken for numbers: a chunk that is empty throughout has no file of its own."""
    group, _, rest = name.partition("/")
    return group.endswith(".zarr") and not rest.rpartition("/")[2].startswith(".")


def _file_faults(folder: Path, name: str, size: int, digest: str, *, deep: bool) -> Iterator[Fault]:
    path = folder / name
    if not path.is_file():
        yield fault("file_missing", folder, name)
    elif path.stat().st_size != size:
        yield fault("file_size", folder, name, found=path.stat().st_size, wanted=size)
    elif (deep or name.count("/") < 2) and checksum(path) != digest:  # what describes a run is small
        yield fault("file_changed", folder, name)
