"""A shelf: named files under a folder of this machine, or under the address of any store that fsspec knows.

A file appears whole or not at all: beside its place and renamed in a folder; in an object store that is how objects
appear anyway. Names are relative and use ``/``. Files of shards are not forced onto the disk one by one: a shard is
believed by its checksums, so that one which a power cut has torn is found and made again.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from copark.errors import RunRefused
from copark.store.atomic import UNFINISHED, flush_all
from copark.texts import text


class Shelf(Protocol):
    """Where named files are put and found."""

    @property
    def address(self) -> str:
        """What :func:`open_shelf` opens again, on any machine that sees the same files."""

    def put(self, name: str, content: bytes) -> None:
        """Put a file in its place, whole, in the place of an older one."""

    def get(self, name: str) -> bytes | None:
        """What a file holds; ``None`` if it is not there."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; ``None`` if it is not there."""

    def names(self, folder: str) -> list[str]:
        """Names, in order, of the files right in a folder of the shelf."""

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it."""

    def settle(self) -> None:
        """Come back once everything is where a power cut does not reach it, and nothing half-written is left."""


class Folder:
    """A shelf that is a folder; it must be there, so that nobody writes into one that was moved to its place.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def address(self) -> str:
        """The folder's whole path."""
        return str(self.path.absolute())

    def put(self, name: str, content: bytes) -> None:
        """Write beside the place and rename."""
        target = self.path / name
        beside = target.with_name(f"{UNFINISHED}{os.getpid()}-{secrets.token_hex(4)}")
        try:
            try:
                beside.write_bytes(content)
            except FileNotFoundError:
                self._make_folder(beside.parent)
                beside.write_bytes(content)
            beside.replace(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        """Make a folder below the shelf with those above it, and not the shelf itself."""
        if folder == self.path:
            raise FileNotFoundError(folder)
        try:
            folder.mkdir(exist_ok=True)
        except FileNotFoundError:
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)

    def get(self, name: str) -> bytes | None:
        """Read a file."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def size(self, name: str) -> int | None:
        """Ask for a file's size."""
        try:
            return (self.path / name).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: str) -> list[str]:
        """List a folder, without what is being written."""
        place = self.path / folder
        if not place.is_dir():
            return []
        return sorted(one.name for one in place.iterdir() if one.is_file() and not one.name.startswith(UNFINISHED))

    def remove(self, name: str) -> None:
        """Remove a file or a folder."""
        place = self.path / name
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)

    def settle(self) -> None:
        """Flush every file and folder; what somebody who was killed has left half-written is taken away."""
        found = [(folder, name) for folder, _, files in os.walk(self.path) for name in (*files, "")]
        for folder, name in found:
            if name.startswith(UNFINISHED):
                Path(folder, name).unlink(missing_ok=True)
        flush_all(Path(folder, name) for folder, name in found if not name.startswith(UNFINISHED))


class Remote:
    """A shelf at an address such as ``s3://bucket/runs`` or ``memory://runs``.

    How to sign in is left to fsspec's own configuration and to the environment of whoever writes; an address that
    carries a password is refused, since addresses are stored with results.

    Parameters
    ----------
    address
        A URL that fsspec knows.

    Raises
    ------
    RunRefused
        If fsspec is not installed, or does not know the address.
    """

    def __init__(self, address: str) -> None:
        need_no_secret(address)
        self._address = address.rstrip("/")
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(self._address)
        except (ImportError, ValueError) as error:
            raise RunRefused(text("cluster.store_unknown", url=address, detail=error)) from error

    @property
    def address(self) -> str:
        """The URL."""
        return self._address

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def put(self, name: str, content: bytes) -> None:
        """Put an object; where the store is a folder, beside its place and renamed."""
        target = self._at(name)
        if "file" in _protocols(self._files):
            Folder(Path(self._made())).put(name, content)
        else:
            self._files.pipe_file(target, content)

    def _made(self) -> str:
        self._files.makedirs(self._root, exist_ok=True)
        return str(self._root)

    def get(self, name: str) -> bytes | None:
        """Fetch an object."""
        try:
            found: bytes = self._files.cat_file(self._at(name))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found

    def size(self, name: str) -> int | None:
        """Ask for an object's size."""
        try:
            return int(self._files.info(self._at(name))["size"])
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: str) -> list[str]:
        """List the objects right below a name, as they are now."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._at(folder), detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = [str(one["name"]).rsplit("/", 1)[-1] for one in found if one["type"] == "file"]
        return sorted(name for name in names if not name.startswith(UNFINISHED))

    def remove(self, name: str) -> None:
        """Remove an object, or all below a name."""
        self._files.invalidate_cache()
        if self._files.exists(self._at(name)):
            with suppress(FileNotFoundError):  # another has removed it meanwhile
                self._files.rm(self._at(name), recursive=True)

    def settle(self) -> None:
        """Nothing is to be done: an object that was put is kept by its store."""


def _protocols(files: Any) -> tuple[str, ...]:
    found = files.protocol
    return (found,) if isinstance(found, str) else tuple(found)


def need_no_secret(address: str) -> None:
    """Refuse an address that carries a user or a password.

    Raises
    ------
    RunRefused
        If it does.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    if "@" in parts.netloc or parts.query:
        raise RunRefused(text("cluster.store_secret", scheme=parts.scheme))


def open_shelf(address: str | Path) -> Shelf:
    """Open a folder, or the address of a store.

    Raises
    ------
    RunRefused
        If the address cannot be used.
    """
    return Remote(str(address)) if "://" in str(address) else Folder(Path(address))
