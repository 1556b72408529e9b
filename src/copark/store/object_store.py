"""A shelf: named files under a folder of this machine, or under the address of any store that fsspec knows.

A file appears whole or not at all: beside its place and renamed in a folder; in an object store that is how objects
appear anyway. Names are relative and use ``/``. Files of shards are not forced onto the disk one by one: a shard is
believed by its checksums, so that one which a power cut has torn is found and made again.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from copark.errors import RunRefused
from copark.store.atomic import UNFINISHED, flush_all
from copark.texts import text

ABSENT = (FileNotFoundError, NotADirectoryError)


class ObjectStore:
    """Where named files are put and found.

    Parameters
    ----------
    files, root
        A file system of fsspec, and the folder in it.
    address
        What :func:`open_shelf` opens again, on any machine that sees the same files.
    """

    def __init__(self, files: Any, root: str, address: str) -> None:
        self._files, self._root, self.address = files, root.rstrip("/"), address
        self._folder = Path(root) if "file" in files.protocol else None

    def put(self, name: str, content: bytes) -> None:
        """Put a file in its place, whole, in the place of an older one."""
        if self._folder is None:
            self._files.pipe_file(self._at(name), content)
            return
        target = self._folder / name
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

    def create(self, name: str, content: bytes) -> bool:
        """Put a file where none is; whether none was. Of several at once one does it, as far as the store can tell."""
        self._files.invalidate_cache()
        try:
            if self._folder is None:
                self._files.pipe_file(self._at(name), content, mode="create")
            else:
                self._make_folder((self._folder / name).parent)
                with (self._folder / name).open("xb") as stream:
                    stream.write(content)
        except FileExistsError:
            return False
        return True

    def _make_folder(self, folder: Path) -> None:
        """Make a folder; not that of the shelf, unless it was named by a URL: it may have been moved to its place."""
        if self._folder is not None and not self._folder.is_dir() and "://" not in self.address:
            raise FileNotFoundError(self._folder)
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, name: str) -> bytes | None:
        """What a file holds; ``None`` if it is not there."""
        try:
            return bytes(self._files.cat_file(self._at(name)))
        except ABSENT:
            return None

    def size(self, name: str) -> int | None:
        """Bytes of a file; ``None`` if it is not there."""
        try:
            return int(self._files.info(self._at(name))["size"])
        except ABSENT:
            return None

    def names(self, folder: str) -> list[str]:
        """Names, in order, of the files right in a folder of the shelf."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._at(folder), detail=True)
        except ABSENT:
            return []
        names = [str(one["name"]).rsplit("/", 1)[-1] for one in found if one["type"] == "file"]
        return sorted(name for name in names if not name.startswith(UNFINISHED))

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        self._files.invalidate_cache()
        with suppress(*ABSENT):  # it is not there, or another has removed it meanwhile
            self._files.rm(self._at(name), recursive=True)

    def settle(self) -> None:
        """Come back once everything is where a power cut does not reach it, and nothing half-written is left.

        An object that was put is kept by its store.
        """
        if self._folder is None:
            return
        found = [(folder, name) for folder, _, files in os.walk(self._folder) for name in (*files, "")]
        for folder, name in found:
            if name.startswith(UNFINISHED):
                Path(folder, name).unlink(missing_ok=True)
        flush_all(Path(folder, name) for folder, name in found if not name.startswith(UNFINISHED))

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"


def open_shelf(address: str | Path) -> ObjectStore:
    """Open a folder, or the address of a store such as ``s3://bucket/runs``.

    How to sign in is left to fsspec's own configuration and to the environment of whoever writes; an address that
    carries a user, a password or a query is refused, since addresses are stored with results.

    Raises
    ------
    RunRefused
        If the address cannot be used.
    """
    from urllib.parse import urlsplit

    from fsspec.core import url_to_fs

    if "://" not in str(address):
        place = str(Path(address).absolute())
        files, root = url_to_fs(place)
        return ObjectStore(files, root, place)
    url = str(address).rstrip("/")
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query:
        raise RunRefused(text("cluster.store_secret", scheme=parts.scheme))
    try:
        files, root = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise RunRefused(text("cluster.store_unknown", url=address, detail=error)) from error
    return ObjectStore(files, root, url)
