"""Checks a stored run against its manifest of checksums and against the identity in its folder's name.

The manifest lists a run's files with their sizes and SHA-256; it is written last, and without it the run is
half-written. The identity is a hash of study, case, model and draws: it is made again from the provenance, without
reading a number. What lies in the folder of another identity is misplaced; whoever writes to that folder moves it to
``quarantine/<folder>-<number>``, where nothing is overwritten or removed.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from copark.errors import Fault
from copark.identity import RESULT_FORMAT, result_identity
from copark.store.errors import fault
from copark.store.files import flush

NAME = "manifest.json"
METADATA = "metadata.json"
QUARANTINE = "quarantine"
IDENTITY = re.compile(r"[0-9a-f]{4,64}")
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What a manifest or metadata that no run has may raise."""
FORMAT = 1
DEEP_LIMIT = 256 * 2**20
"""Up to this size, in bytes, every opening compares the checksums; above it, of the descriptions alone."""


def checksum(path: Path) -> str:
    """Compute SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest_of(files: Mapping[str, tuple[int, str]]) -> str:
    """Write the list of files with their sizes and SHA-256."""
    listed = {name: {"bytes": size, "sha256": digest} for name, (size, digest) in files.items()}
    content = {"format": FORMAT, "bytes": sum(size for size, _ in files.values()), "files": listed}
    return json.dumps(content, indent=0, sort_keys=True) + "\n"


def listed_in(folder: Path) -> dict[str, tuple[int, str]]:
    """Read sizes and checksums of the files a stored run lists as its own; else raise ``OSError`` or ``UNREADABLE``."""
    files = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
    return {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in files.items()}


def faults_of(folder: Path, *, deep: bool | None = None) -> list[Fault]:
    """Describe what is wrong with a stored folder: nothing if it is whole.

    Parameters
    ----------
    deep
        Compare the checksums of numbers too, not those of descriptions alone; by default for folders up to
        ``DEEP_LIMIT``.
    """
    try:
        if not (folder / NAME).is_file():
            return [fault("half_written", folder, NAME)]
        form = json.loads((folder / NAME).read_text(encoding="utf-8")).get("format")
        entries = listed_in(folder)
        if not entries:
            raise ValueError("a run has files")
    except OSError as error:
        return [unreadable(folder, NAME, error)]
    except UNREADABLE:
        return [fault("manifest_unreadable", folder, NAME)]
    if form != FORMAT:
        return [fault("other_format", folder, NAME, found=form, known=FORMAT)]
    check_sums = sum(size for size, _ in entries.values()) <= DEEP_LIMIT if deep is None else deep
    faults = [
        problem for name, entry in entries.items() for problem in _file_faults(folder, name, *entry, deep=check_sums)
    ]
    return faults + [fault("extra", folder, name) for name in extras_of(folder, entries) if _may_be_read(name)]


def extras_of(folder: Path, listed: Iterable[str]) -> list[str]:
    """Find files and folders in a stored run that its list does not have; of those in one another, the outermost."""
    files = {NAME, *listed}
    extras = []
    folders = {above.as_posix() for name in files for above in Path(name).parents}
    for place, inside, names in os.walk(folder):
        begin = "" if Path(place) == folder else f"{Path(place).relative_to(folder).as_posix()}/"
        extras += sorted(begin + name for name in names if begin + name not in files)
        extras += sorted(begin + name for name in inside if begin + name not in folders)
        inside[:] = [name for name in inside if begin + name in folders]
    return extras


def _may_be_read(name: str) -> bool:
    """Return whether a file would be taken for numbers: a chunk that is empty throughout has no file of its own."""
    group, _, rest = name.partition("/")
    return group.endswith(".zarr") and not rest.rpartition("/")[2].startswith(".")


def _file_faults(folder: Path, name: str, size: int, digest: str, *, deep: bool) -> Iterator[Fault]:
    path = folder / name
    try:
        if not path.is_file():
            yield fault("file_missing", folder, name)
        elif path.stat().st_size != size:
            yield fault("file_size", folder, name, found=path.stat().st_size, wanted=size)
        elif (deep or _describes(name)) and checksum(path) != digest:
            yield fault("file_changed", folder, name)
    except OSError as error:
        yield unreadable(folder, name, error)


def _describes(name: str) -> bool:
    """Return whether a file describes a run, and is small: its metadata, and what its arrays are."""
    return name.count("/") < 2 or name.endswith("/zarr.json")


REASONS = {"EACCES": "forbidden", "EPERM": "forbidden", "EIO": "disk_fails"}
"""Why files cannot be read, where people can do something about it."""


def unreadable(place: object, key: str, error: OSError) -> Fault:
    """Return the fault of a file of a stored run that is there and cannot be read.

    Parameters
    ----------
    place
        Folder of the run, as a fault shows it.
    key
        Name of the file in it.
    error
        What the operating system said; only some of its errors have a repair of their own.
    """
    code = REASONS.get(errno.errorcode.get(error.errno or 0, ""), "unreadable")
    return fault(code, place, key, reason=error.strerror or type(error).__name__)


def misplacement(metadata: Mapping[str, Any], identity: str, place: object) -> Fault | None:
    """Describe why a run, by what it tells of itself, is not the one its place is named after; ``None`` if it is.

    Of another format of results, the name alone is compared. Metadata that no run has raise one of ``UNREADABLE``.

    Parameters
    ----------
    metadata
        Metadata of the run.
    identity
        Identity its place is named after.
    place
        Folder it lies in.
    """
    stated = metadata["identity"]
    made_by = metadata["provenance"]
    study = made_by.get("study", {})
    computed = stated
    is_consistent = True
    if made_by.get("format") == RESULT_FORMAT:
        try:
            computed = result_identity(made_by)
        except RecursionError:
            computed = None
        copies = (metadata["runs"], made_by.get("runs"), made_by.get("seed"))
        is_consistent = computed == stated and copies == (study["runs"], study["runs"], study["seed"])
    if is_consistent and stated == identity:
        return None
    described = {
        "case": made_by.get("case"),
        "study": study.get("name"),
        "runs": metadata["runs"],
        "seed": study.get("seed"),
    }
    values = {name: str(value) for name, value in described.items()}
    code = "misplaced" if is_consistent else "contradicts"
    return fault(code, place, METADATA, found=str(computed), identity=identity, **values)


def misplaced(folder: Path) -> Fault | None:
    """State why a folder holds another run than it is named after; ``None`` if not, or its metadata are unreadable."""
    try:
        return misplacement(json.loads((folder / METADATA).read_text(encoding="utf-8")), folder.name, folder)
    except (OSError, *UNREADABLE):  # damage, which is told as such
        return None


def set_aside(folder: Path) -> Fault | None:
    """Move a misplaced run to quarantine; what was wrong with it and where it is now (``aside``), if there was one."""
    wrong = misplaced(folder)
    if wrong is None:
        return None
    quarantine = folder.parent / QUARANTINE
    quarantine.mkdir(exist_ok=True)
    for number in count(1):
        target = quarantine / f"{folder.name}-{number}"
        if target.exists():
            continue
        try:
            folder.rename(target)
        except OSError:
            if not folder.exists():  # it has vanished meanwhile
                return None
            if not target.exists():  # otherwise another process took the name
                raise
        else:
            flush(quarantine)
            return replace(wrong, values={**wrong.values, "place": wrong.file, "aside": target})
    return None
