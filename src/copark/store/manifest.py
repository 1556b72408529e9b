"""The list of a stored run's files with their sizes and SHA-256, written last: without it the run is half-written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from copark.errors import Fault
from copark.store.atomic import flush, flush_all
from copark.store.refusals import fault

NAME = "manifest.json"
FORMAT = 1
DEEP_LIMIT = 256 * 2**20
"""Up to this size, in bytes, every opening compares the checksums; above it only names and sizes."""


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / NAME:
            yield path


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(folder: Path) -> int:
    """List every file of a folder and put all of them onto the disk; return their size in bytes."""
    files: dict[str, tuple[int, str]] = {}
    for path in _files(folder):
        files[path.relative_to(folder).as_posix()] = path.stat().st_size, checksum(path)
    flush_all(folder / name for name in files)
    manifest = folder / NAME
    manifest.write_text(manifest_of(files), encoding="utf-8")
    flush(manifest)
    return sum(size for size, _ in files.values())


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
        Compare checksums too; by default for folders up to ``DEEP_LIMIT``.
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
    return [found for name, entry in wanted.items() for found in _file_faults(folder, name, *entry, deep=check_sums)]


def _file_faults(folder: Path, name: str, size: int, digest: str, *, deep: bool) -> Iterator[Fault]:
    path = folder / name
    if not path.is_file():
        yield fault("file_missing", folder, name)
    elif path.stat().st_size != size:
        yield fault("file_size", folder, name, found=path.stat().st_size, wanted=size)
    elif deep and checksum(path) != digest:
        yield fault("file_changed", folder, name)
