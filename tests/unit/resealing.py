"""Stored runs that are changed by hand, with every checksum made anew, as whoever means no good would."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import google_crc32c

from copark.store.manifest import METADATA, NAME, checksum, manifest_of


def reseal(folder: Path) -> None:
    """List every file of a run anew."""
    files = {path for path in folder.rglob("*") if path.is_file() and path.name != NAME}
    marks = {path.relative_to(folder).as_posix(): (path.stat().st_size, checksum(path)) for path in files}
    (folder / NAME).write_text(manifest_of(marks), encoding="utf-8")


def change_json(path: Path, change: Callable[[Any], None]) -> None:
    """Change what a file of JSON holds."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def change_metadata(folder: Path, **entries: Any) -> None:
    """Change entries of a run's metadata, and its list of files."""
    change_json(folder / METADATA, lambda metadata: metadata.update(entries))
    reseal(folder)


def change_provenance(folder: Path, **entries: Any) -> None:
    """Change what a run says of how it was made, wherever it says so, and its list of files."""
    change_json(folder / METADATA, lambda metadata: metadata["provenance"].update(entries))
    for path in folder.glob("*.zarr/zarr.json"):

        def change(group: Any) -> None:
            made_by = json.loads(group["attributes"]["provenance"]) | entries
            group["attributes"]["provenance"] = json.dumps(made_by)

        change_json(path, change)
    reseal(folder)


def with_checksum(content: bytes) -> bytes:
    """A chunk as it is stored: with its CRC-32C."""
    return content + google_crc32c.value(content).to_bytes(4, "little")


def without_checksums(folder: Path) -> None:
    """Make a run as those were that were stored before chunks had checksums."""
    from numcodecs import Zstd

    for path in folder.glob("*.zarr/*/zarr.json"):
        described = json.loads(path.read_text(encoding="utf-8"))
        is_text = described["data_type"] == "string"
        described["codecs"] = [codec for codec in described["codecs"] if codec["name"] != "crc32c"]
        if is_text or len(described["codecs"]) == 1:
            described["codecs"].append({"name": "zstd", "configuration": {"level": 0, "checksum": False}})
        path.write_text(json.dumps(described), encoding="utf-8")
        for chunk in path.parent.glob("c/**/*"):
            if chunk.is_file():
                content = chunk.read_bytes()[:-4]
                chunk.write_bytes(bytes(Zstd(level=0).encode(content)) if is_text else content)
    reseal(folder)
