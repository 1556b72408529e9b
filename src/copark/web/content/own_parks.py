"""Uploaded parks: the owner of each, how many an owner may keep, and the deletion of one.

A park is a folder of the uploaded files, a file beside it that names its owner, and an output folder of its own for all
results about it. Since nothing of it lies elsewhere, nobody else finds it, and deleting it leaves nothing. A deleted
park stays, with a mark, until it can no longer be restored.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copark.errors import RunRefused

UPLOADED = re.compile(r"u-[0-9a-f]{32}")
"""Names of own parks: they cannot be guessed and say nothing of what was uploaded."""
OWNER = ".owner-"
DELETED = ".deleted-"
OUTPUTS = "parks"
"""Folder of the output folders of own parks, beside that of their files."""


@dataclass(frozen=True)
class Quota:
    """Limits of the uploaded parks that are kept."""

    each: int = 20
    """Parks one owner may keep; as many deleted ones can be restored."""
    total: int = 500
    """Parks of all owners, deleted ones that can be restored included."""
    undo: float = 600.0
    """Seconds in which a deleted park can be restored."""


class ParksFull(RunRefused):
    """There is no room for another park; ``code`` says whose limit is reached: ``parks_yours`` or ``parks_full``."""

    def __init__(self, code: str, most: int) -> None:
        super().__init__(code)
        self.code = code
        self.most = most


@dataclass(frozen=True)
class DeletedPark:
    """A deleted park that can still be restored."""

    name: str
    until: float
    """When it is removed for good, in seconds since 1970."""


class OwnParks:
    """The uploaded parks of a server. No name but that of an uploaded park is ever taken for a path."""

    def __init__(self, root: Path, quota: Quota | None = None, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self.outputs = root.parent / OUTPUTS
        self.quota = quota or Quota()
        self.clock = clock
        self._lock = threading.Lock()

    def folder(self, name: str) -> Path | None:
        """Return the files of a park; ``None`` where there is none or it was deleted."""
        folder = self.root / name
        return folder if UPLOADED.fullmatch(name) and is_there(folder) else None

    def output(self, name: str) -> Path:
        """Return the output folder of a park."""
        if not UPLOADED.fullmatch(name):
            raise ValueError(name)
        return self.outputs / name

    def owner_of(self, name: str) -> str | None:
        """Return the owner of a park; ``None`` where there is none, it was deleted, or it has no known owner."""
        return None if self.folder(name) is None else self._written_owner(name)

    def of(self, owner: str) -> list[str]:
        """Return the names of an owner's parks, the latest first."""
        return [name for name in self._every(owner) if self.folder(name) is not None]

    def deleted_of(self, owner: str) -> list[DeletedPark]:
        """Return an owner's deleted parks that can still be restored, the latest upload first."""
        ends = ((name, self._until(name)) for name in self._every(owner))
        return [DeletedPark(name, until) for name, until in ends if until is not None and self.clock() < until]

    def need_room(self, owner: str) -> None:
        """Raise ParksFull where an owner can bring no further park; nothing of others makes room for it."""
        if len(self.of(owner)) >= self.quota.each:
            raise ParksFull("parks_yours", self.quota.each)
        if sum(1 for _ in self._names()) >= self.quota.total:
            raise ParksFull("parks_full", self.quota.total)

    def add(self, incoming: Path, owner: str) -> str:
        """Keep a checked folder as a park of an owner's, and return its name; raise ParksFull without room."""
        name = f"u-{secrets.token_hex(16)}"
        with self._lock:
            self.need_room(owner)
            if owner:
                self._owner_file(name).write_text(owner, encoding="utf-8")
            incoming.rename(self.root / name)
        return name

    def delete(self, name: str) -> float:
        """Mark a park as deleted, and return until when it can be restored."""
        mark = self._mark(name)
        mark.touch()
        return mark.stat().st_mtime + self.quota.undo

    def restore(self, name: str, owner: str) -> bool:
        """Take the mark from an owner's park; return whether there was one. Raise ParksFull beyond the quota."""
        if not any(park.name == name for park in self.deleted_of(owner)):
            return False
        with self._lock:
            if len(self.of(owner)) >= self.quota.each:
                raise ParksFull("parks_yours", self.quota.each)
            self._mark(name).unlink(missing_ok=True)
        return True

    def expired(self) -> list[str]:
        """Return the deleted parks that are to be removed: those whose time is over, and an owner's oldest of many."""
        marked: dict[str, list[tuple[float, str]]] = {}
        for path in self.root.glob(f"{DELETED}u-*"):
            name = path.name.removeprefix(DELETED)
            until = self._until(name)
            if UPLOADED.fullmatch(name) and until is not None:
                marked.setdefault(self._written_owner(name) or "", []).append((until, name))
        names = []
        for deleted in marked.values():
            newest = sorted(deleted, reverse=True)
            restorable = [name for until, name in newest if self.clock() < until][: self.quota.each]
            names += [name for _, name in newest if name not in restorable]
        return names

    def remove(self, name: str) -> None:
        """Remove a deleted park with everything computed about it, unless it was restored; its mark goes last."""
        folders = self.output(name), self.root / name
        with self._lock:
            if not self._mark(name).exists():
                return
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
            self._owner_file(name).unlink(missing_ok=True)
            if not any(folder.exists() for folder in folders):
                self._mark(name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove the owner files that a stopped server has left of parks that never came."""
        for path in self.root.glob(f"{OWNER}u-*"):
            if not (self.root / path.name.removeprefix(OWNER)).exists():
                path.unlink(missing_ok=True)

    def _every(self, owner: str) -> list[str]:
        """Return the names of an owner's parks, deleted ones included, the latest first."""
        parks: list[tuple[float, str]] = []
        for path in self.root.glob(f"{OWNER}u-*"):
            name = path.name.removeprefix(OWNER)
            with suppress(OSError):  # removed meanwhile
                if UPLOADED.fullmatch(name) and self._written_owner(name) == owner:
                    parks.append((path.stat().st_mtime, name))
        return [name for _, name in sorted(parks, reverse=True)]

    def _names(self) -> Iterator[str]:
        """Return the names of all parks, deleted ones included."""
        if self.root.is_dir():
            yield from (path.name for path in self.root.iterdir() if UPLOADED.fullmatch(path.name))

    def _until(self, name: str) -> float | None:
        try:
            return self._mark(name).stat().st_mtime + self.quota.undo
        except OSError:
            return None

    def _written_owner(self, name: str) -> str | None:
        try:
            return self._owner_file(name).read_text(encoding="utf-8")
        except OSError:
            return None

    def _owner_file(self, name: str) -> Path:
        return self.root / f"{OWNER}{name}"

    def _mark(self, name: str) -> Path:
        return mark_of(self.root / name)


def mark_of(folder: Path) -> Path:
    """Return the place of the mark that a park's folder is deleted: beside it."""
    return folder.parent / f"{DELETED}{folder.name}"


def is_there(folder: Path) -> bool:
    """Return whether a park's folder exists and is not deleted."""
    return folder.is_dir() and not mark_of(folder).exists()


def named_in(content: Any) -> set[str]:
    """Return the names of own parks in the strings of a JSON value, such as the parameters of a stored result."""
    if isinstance(content, str):
        return set(UPLOADED.findall(content))
    if isinstance(content, Mapping):
        return named_in([*content.keys(), *content.values()])
    if isinstance(content, Sequence):
        return {name for part in content for name in named_in(part)}
    return set()
