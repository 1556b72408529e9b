"""One at a time: who makes an ensemble holds its lock; the system gives it back when the process ends, however."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: two at a time do the same work twice, with the same result
    fcntl = None  # type: ignore[assignment]

NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
"""What file systems answer that know no locks, such as Lustre or NFS as some are mounted: as on Windows, then."""


@contextmanager
def only_one(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[bool]:
    """Hold a lock; give whether it had to be waited for.

    Parameters
    ----------
    path
        The lock's file; it is removed when the work is done.
    waiting
        Called once, before waiting for another process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waited, stream = False, path.open("ab")
    while not _lock(stream, wait=waited) or not _is_file(stream, path):
        if not waited and waiting is not None:
            waiting()
        waited = True
        if not _is_file(stream, path):  # whoever held it has removed it
            stream.close()
            stream = path.open("ab")
    try:
        yield waited
    finally:
        path.unlink(missing_ok=True)
        stream.close()


@contextmanager
def if_free(path: Path) -> Iterator[bool]:
    """Hold a lock if nobody else does; give whether it is held.

    Parameters
    ----------
    path
        The lock's file; it is removed afterwards if it was held.
    """
    with path.open("ab") as stream:
        held = _lock(stream, wait=False) and _is_file(stream, path)
        try:
            yield held
        finally:
            if held:
                path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock."""
    if fcntl is None or not path.is_file():
        return path.is_file()
    with path.open("rb") as stream:
        return not _lock(stream, wait=False)


def _is_file(stream: IO[bytes], path: Path) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(stream: IO[bytes], *, wait: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return True
