"""Reading a person's files: nothing is trusted until it is parsed.

Each reader adds the faults it meets to a list and gives ``None`` where it cannot go on.
"""

import codecs
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from copark.cases.types import shown, suggestion
from copark.errors import Fault

MOST_BYTES = 5_000_000
"""Largest file that is read."""
MOST_BYTES_FOLDER = 20_000_000
"""Most that is read of one folder."""
MOST_FAULTS = 500
"""Most faults reported of one folder; a closing line says how many more were found."""
ENOUGH = 2 * MOST_FAULTS
"""Faults of one kind of check after which it looks no further: a file of garbage must not take minutes."""

_UTF_16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

KeyPath = tuple[str | int, ...]


def fault(code: str, file: str, line: int | None = None, key: str | KeyPath = "", **values: Any) -> Fault:
    """Make a fault of the area ``cases``; values are made fit to be shown."""
    at = key if isinstance(key, str) else written(key)
    return Fault(f"cases.{code}", file, line, at, {name: shown(value) for name, value in values.items()})


def written(path: KeyPath) -> str:
    """Write a path of keys as a person does: ``finance.credit[1].amount`` (items counted from 0)."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return "".join(parts).lstrip(".")


def read_text(folder: Path, name: str, faults: list[Fault]) -> str | None:
    """Read a file of a folder as UTF-8 text, with or without a byte order mark.

    Refused are links, whatever is not a regular file, files above :data:`MOST_BYTES` (their size is asked before they
    are read), NUL bytes and every other encoding.
    """
    raw = _read_bytes(folder / name, name, faults)
    if raw is None:
        return None
    if raw.startswith(_UTF_16_32):
        faults.append(fault("utf16", name, 1))
        return None
    raw = raw.removeprefix(codecs.BOM_UTF8)
    nul = raw.find(b"\0")
    if nul >= 0:
        faults.append(fault("nul_byte", name, raw.count(b"\n", 0, nul) + 1))
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = raw[error.start]
        faults.append(fault("not_utf8", name, raw.count(b"\n", 0, error.start) + 1, found=f"0x{found:02X}"))
        return None


def _read_bytes(path: Path, name: str, faults: list[Fault]) -> bytes | None:
    if path.is_symlink():
        faults.append(fault("link", name))
        return None
    try:
        # A named pipe would wait for a writer, and a link may have been put in place since the question above.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        faults.append(fault("unreadable", name, reason=os.strerror(error.errno or 0)))
        return None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
        os.close(handle)
        regular = stat.S_ISREG(status.st_mode)
        faults.append(too_large(name, status.st_size, MOST_BYTES) if regular else fault("not_a_file", name))
        return None
    with os.fdopen(handle, "rb") as stream:
        return stream.read(MOST_BYTES)


def too_large(name: str, size: int, most: int) -> Fault:
    """Say that a file is larger than what is read."""
    return fault("too_large", name, found=f"{size / 1e6:.1f}", most=f"{most / 1e6:.0f}")


def check_folder(folder: Path, needed: Iterable[str], optional: Iterable[str], faults: list[Fault]) -> set[str]:
    """See which of a case's files are there, and that nothing is missing, misnamed or too much.

    Hidden files, Markdown and whatever is neither YAML nor CSV are left alone.

    Returns
    -------
    set of str
        Names that may be read; empty if there is nothing to read.
    """
    needed, known = tuple(needed), {*needed, *optional}
    try:
        entries = {entry.name: entry for entry in os.scandir(folder)}
    except OSError as error:
        faults.append(fault("unreadable", str(folder), reason=os.strerror(error.errno or 0)))
        return set()
    if not any(name in known for name in entries):
        faults.append(fault("empty_folder", folder.name or str(folder), needed=", ".join(needed)))
        return set()
    faults.extend(fault("missing_file", name) for name in needed if name not in entries)
    faults.extend(
        fault("unknown_file", name, found=name, suggestion=suggestion(name, known))
        for name in sorted(entries)
        if name not in known and not name.startswith(".") and name.endswith((".yaml", ".yml", ".csv"))
    )
    present = known & entries.keys()
    total = sum(entries[name].stat(follow_symlinks=False).st_size for name in present)
    largest = max(entries[name].stat(follow_symlinks=False).st_size for name in present)
    if total > MOST_BYTES_FOLDER and largest <= MOST_BYTES:
        faults.append(too_large(folder.name, total, MOST_BYTES_FOLDER))
        return set()
    return present


def in_reading_order(faults: Iterable[Fault], files: Iterable[str]) -> list[Fault]:
    """Put faults in the order a person reads the files, each once, and cut the list at :data:`MOST_FAULTS`."""
    rank = {name: place for place, name in enumerate(files)}
    once = {(one.file, one.line, one.key, one.code, tuple(sorted(one.values.items()))): one for one in faults}
    ordered = sorted(once.values(), key=lambda one: (rank.get(one.file, -1), one.line or 0, one.key, one.code))
    if len(ordered) <= MOST_FAULTS:
        return ordered
    rest = len(ordered) - MOST_FAULTS
    return [*ordered[:MOST_FAULTS], fault("more_faults", ordered[-1].file, rest=rest)]
