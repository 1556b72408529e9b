"""One at a time: who makes an ensemble holds its lock; the system gives it back when the process ends, however."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP})
"""What file systems answer that know no locks, as some are mounted: two at a time do the same work twice then."""
LOOK = 0.05
"""Seconds between two looks whether a lock is free."""


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
    with if_free(path) as held:
        if held:
            yield False
            return
    if waiting is not None:
        waiting()
    with _held(path, None):
        yield True


@contextmanager
def if_free(path: Path) -> Iterator[bool]:
    """Hold a lock if nobody else does; give whether it is held.

    Parameters
    ----------
    path
        The lock's file; it is removed afterwards if it was held.
    """
    with _held(path, 0.0) as held:
        yield held


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock."""
    if not path.is_file():
        return False
    with if_free(path) as free:
        return not free


@contextmanager
def _held(path: Path, patience: float | None) -> Iterator[bool]:
    """Hold a lock, for which one waits so many seconds, or for ever; give whether it is held."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=-1 if patience is None else patience)
    try:
        lock.acquire(poll_interval=LOOK)
    except Timeout:
        yield False
        return
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    try:
        yield True
    finally:
        with suppress(OSError):  # on Windows it cannot be removed while it is held, and may stay
            path.unlink(missing_ok=True)
        lock.release()
