"""Writing that is either done or not done: into a hidden place beside the target, onto the disk, then renamed."""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".writing-"
REPLACED = ".replaced-"
IN_SHARDS = ".shards-"
"""What the folder of an ensemble that is made in shards begins with; its identity follows."""

Stamp = tuple[int, ...]

FLUSHES = 16
"""Files that are flushed at a time."""


def _beside(target: Path, prefix: str) -> Path:
    return target.with_name(f"{prefix}{target.name}-{os.getpid()}-{secrets.token_hex(4)}")


def flush(path: Path) -> None:
    """Ask the operating system to put a file, or a folder's list of names, onto the disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder on Windows, which needs no flush of its own
        return
    try:
        os.fsync(descriptor)
    except OSError:  # a file system that cannot flush this kind of file
        pass
    finally:
        os.close(descriptor)


def flush_all(paths: Iterable[Path]) -> None:
    """Flush many files and folders, several at a time: the file system then writes its journal once for many."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(FLUSHES) as pool:
        for _ in pool.map(flush, paths):
            pass


@contextmanager
def written_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a folder to write into; when the block ends well it becomes ``target``, otherwise it vanishes.

    Where ``target`` is there already, made by another process in the meantime, it is kept unless ``replace``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = _beside(target, UNFINISHED)
    folder.mkdir()
    try:
        yield folder
        flush(folder)
        take_place(folder, target, replace=replace)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    flush(target.parent)


def stamp_of(path: Path) -> Stamp:
    """What tells one file or folder from another that has taken its place since; nothing if it is not there."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return found.st_dev, found.st_ino, found.st_mtime_ns


def take_place(folder: Path, target: Path, *, replace: bool) -> None:
    """Rename a finished folder to its target, putting an older one out of the way first if asked."""
    if target.exists():
        if not replace:
            return
        old = _beside(target, REPLACED)
        target.rename(old)
        folder.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        return
    try:
        folder.rename(target)
    except OSError:
        if not target.exists():
            raise


@contextmanager
def written_file(target: Path) -> Iterator[Path]:
    """Give a file name to write to; when the block ends well it becomes ``target``, otherwise it vanishes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path = _beside(target, UNFINISHED)
    try:
        yield path
        flush(path)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
    flush(target.parent)


def sweep(folder: Path, pid: int, began: float) -> None:
    """Take away what a process has left unfinished in a folder, and nothing that is older than the process."""
    for path in folder.glob(f"{UNFINISHED}*-{pid}-*") if folder.is_dir() else ():
        with suppress(OSError):
            if path.stat().st_mtime < began:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
