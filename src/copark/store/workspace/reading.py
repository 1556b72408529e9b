"""Taking a workspace apart: hostile until it is parsed; whole, or not opened at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from copark.cases.archive import Archive, Refused, opened
from copark.errors import Fault, FaultsFound
from copark.store.atomic import written_folder
from copark.store.workspace.checking import check_contents
from copark.store.workspace.layout import CRATE, FORMAT, MANIFEST, MOST_FILES, RUNS, place_in, strict_json
from copark.store.workspace.scenarios import ScenarioEntry

AREA = "workspace"
MOST_BYTES = 200_000_000_000
"""Bytes a workspace may unpack to."""
MOST_LISTING = 150_000_000
"""Bytes of its list of files, and of its description."""
Listing = dict[str, tuple[int, str]]
Progress = Callable[[int, int], None] | None


class WorkspaceRefused(FaultsFound):
    """A workspace cannot be packed or opened; all its faults are here."""


@dataclass(frozen=True)
class WorkspaceFindings:
    """What a workspace turned out to be."""

    cases: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    """cases, studies, runs: names and identities of what it holds."""
    scenarios: tuple[ScenarioEntry, ...] = ()
    """Saved scenarios in it."""
    files: int = 0
    bytes: int = 0
    """files, bytes: how much that is."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with it; empty where it is whole."""
    notes: tuple[Fault, ...] = field(default_factory=tuple)
    """What is to be known of it: runs of another version of the model, of a case that has changed since."""


def verify_workspace(path: Path, progress: Progress = None) -> WorkspaceFindings:
    """See whether a workspace is what it says; nothing of it stays on the disk.

    Of runs the numbers are read for their checksums only; what is said of them is parsed.
    """
    with tempfile.TemporaryDirectory(prefix="copark-workspace-") as folder:
        return _take(path, Path(folder), progress, keep=lambda name: not _is_number(name))


def open_workspace(path: Path, target: Path, progress: Progress = None) -> WorkspaceFindings:
    """Open a workspace into a folder that is not there yet, or empty: an output folder like any other.

    Raises
    ------
    WorkspaceRefused
        If it has faults, or the folder something in it; nothing is written then.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WorkspaceRefused([Fault(f"{AREA}.not_empty", str(target))])
    with written_folder(target.parent / target.name) as folder:
        found = _take(path, folder, progress, keep=lambda _: True)
        if found.faults:
            raise WorkspaceRefused(found.faults)
        if target.is_dir():
            target.rmdir()
    return found


def _is_number(name: str) -> bool:
    """Whether a file holds numbers of a run, and not what is said of them."""
    return name.startswith(f"{RUNS}/") and name.count("/") > 2 and not name.endswith("zarr.json")


def _take(path: Path, folder: Path, progress: Progress, keep: Callable[[str], bool]) -> WorkspaceFindings:
    """Read a workspace whole into a folder, as far as its files are kept, and check what came out."""
    try:
        with opened(path, path.name, AREA) as archive:
            entries = _entries(archive, folder)
            listing = _listing(archive, entries)
            faults = _compare(archive, entries, listing, folder, keep, progress)
    except Refused as refused:
        return WorkspaceFindings(faults=refused.faults)
    size = sum(entry.file_size for entry in entries.values())
    if faults:
        return WorkspaceFindings(files=len(entries), bytes=size, faults=tuple(faults))
    return WorkspaceFindings(files=len(entries), bytes=size, **check_contents(folder, listing))


def _entries(archive: Archive, folder: Path) -> dict[str, zipfile.ZipInfo]:
    """Its files by name, after a look at the list of contents."""
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    files = archive.files(MOST_FILES, MOST_BYTES)
    for entry in files:
        if not place_in(entry.filename):
            raise archive.refuse("strange_file", entry.filename)
        if entry.filename.casefold() in folded:
            raise archive.refuse("twice", entry.filename)
        folded.add(entry.filename.casefold())
        found[entry.filename] = entry
    for name in (MANIFEST, CRATE):
        if name not in found:
            raise archive.refuse("no_list", name)
    need, free = sum(entry.file_size for entry in files), shutil.disk_usage(folder).free
    if need > free:
        raise archive.refuse("no_room", need=f"{need / 1e9:.1f}", free=f"{free / 1e9:.1f}")
    return found


def _listing(archive: Archive, entries: Mapping[str, zipfile.ZipInfo]) -> Listing:
    """What the manifest says there is."""
    content = strict_json(archive.read(entries[MANIFEST], MOST_LISTING))
    listed: Any = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise archive.refuse("bad_list", MANIFEST)
    if content.get("format") != FORMAT:
        raise archive.refuse("other_format", MANIFEST, found=content.get("format"), known=FORMAT)
    found: Listing = {}
    for one in listed:
        values: list[Any] = [one.get(key) for key in ("path", "bytes", "sha256")] if isinstance(one, dict) else []
        if list(map(type, values)) != [str, int, str] or values[0] in found:
            raise archive.refuse("bad_list", MANIFEST)
        name, *known = values
        found[name] = (known[0], known[1])
    return found


def _compare(
    archive: Archive, entries: Mapping[str, zipfile.ZipInfo], listing: Listing, folder: Path,
    keep: Callable[[str], bool], progress: Progress,
) -> list[Fault]:  # fmt: skip
    """Write files while their checksums are made; what differs from the list."""
    held = {name for name in entries if name not in (MANIFEST, CRATE)}
    faults = [_fault("missing", name) for name in sorted(listing.keys() - held)]
    faults += [_fault("not_listed", name) for name in sorted(held - listing.keys())]
    total, done = sum(entry.file_size for entry in entries.values()), 0
    for name, entry in sorted(entries.items()):
        place = folder / name
        if keep(name):
            place.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        sink: Any = place.open("xb") if keep(name) else nullcontext()
        with sink as out:
            for piece in archive.pieces(entry, entry.file_size):
                digest.update(piece)
                size += len(piece)
                _write(out, piece)
        done += size
        if progress is not None:
            progress(done, total)
        if name in listing and (size, digest.hexdigest()) != listing[name]:
            faults.append(_fault("checksum", name))
    return faults


def _write(out: IO[bytes] | None, piece: bytes) -> None:
    if out is not None:
        out.write(piece)


def _fault(code: str, name: str) -> Fault:
    return Fault(f"{AREA}.{code}", name)
