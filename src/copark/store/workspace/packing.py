"""Writing a workspace: the same content gives the same bytes, anywhere."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from copark.cases.files import read_text
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault
from copark.store.atomic import written_file
from copark.store.workspace.crate import described
from copark.store.workspace.layout import CRATE, FORMAT, MANIFEST, Contents, as_json
from copark.version import __version__

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: a ZIP archive knows none earlier."""
PIECE = 1 << 20


def pack_workspace(contents: Contents, target: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """Write a workspace; give its SHA-256.

    Folders come first, then files, each in the order of their names; without a time and without compression (the
    numbers of runs are compressed already, and compressors of two machines may differ).

    Raises
    ------
    OSError
        If a file cannot be read, or the archive not be written.
    """
    files = list(contents.files())
    listed: dict[str, tuple[int, str]] = {}
    total = sum(len(one) if isinstance(one, bytes) else one.stat().st_size for _, one in files)
    done = 0
    with written_file(target) as path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for folder in contents.folders():  # RO-Crate wants what it describes to be in the archive, folders too
                archive.writestr(_entry(folder, stat.S_IFDIR | 0o755), b"")
            for name, one in files:
                listed[name] = _store(archive, name, one)
                done += listed[name][0]
                if progress is not None:
                    progress(done, total)
            manifest = as_json(manifest_of(listed))
            listed[MANIFEST] = _store(archive, MANIFEST, manifest)
            _store(archive, CRATE, as_json(described(contents, listed, sources_of(contents))))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return digest


def manifest_of(listed: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The list of files, with what wrote it."""
    files = [{"path": name, "bytes": size, "sha256": digest} for name, (size, digest) in sorted(listed.items())]
    return {"format": FORMAT, "copark": __version__, "files": files}


def sources_of(contents: Contents) -> dict[str, Any]:
    """Content of every case's ``sources.yaml`` that can be read."""
    found: dict[str, Any] = {}
    for name, folder in contents.cases.items():
        faults: list[Fault] = []
        text = read_text(folder, "sources.yaml", faults)
        tree = None if text is None else read_yaml(text, "sources.yaml", faults)
        found[name] = None if tree is None else tree.data
    return found


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def _store(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> tuple[int, str]:
    """Store a file; its size and SHA-256."""
    entry = _entry(name, 0o644)
    if isinstance(content, bytes):
        archive.writestr(entry, content)
        return len(content), hashlib.sha256(content).hexdigest()
    digest, size = hashlib.sha256(), 0
    entry.file_size = content.stat().st_size
    with content.open("rb") as stream, archive.open(entry, "w") as out:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    return size, digest.hexdigest()
