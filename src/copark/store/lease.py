"""A lease at a remote address: one client at a time makes an ensemble there, others wait and take its result.

Object stores know neither locks nor renaming nor, everywhere, writing only where nothing is. So whoever wants an
ensemble writes its name into one object, waits, and reads it: the last name written holds. It gives a sign of life now
and then; a holder that has ended on this machine, or that gave none for a minute by the clock of the one who waits, is
followed by another. One that was silent so long and goes on stops at its next sign of life; what it may have written
meanwhile is what the other writes, for a run's bits depend on nobody.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from threading import Event, Thread

from copark.errors import CoparkError
from copark.store.database.heartbeat import STALE, Executor, here
from copark.store.object_store import Shelf
from copark.texts import text

LEASE = "lease.json"
BEAT = STALE / 4
"""Seconds between two signs of life."""
SETTLE = 1.0
"""Seconds after which whoever wrote a name at the same moment has written it."""
LOOK = 2.0
"""Seconds between two looks of one who waits."""
Progress = Callable[[int, int], None]


class LeaseLost(CoparkError):
    """Another client has taken over; what was finished is kept."""


class Lease:
    """A name in the object that says who makes an ensemble.

    Parameters
    ----------
    shelf
        Where the ensemble is made.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._who = {"token": secrets.token_hex(8), **asdict(here())}
        self._beat, self._over, self._lost = 0, Event(), False

    def claim(self) -> bool:
        """Write the name, wait, and see whether it still stands there."""
        self._write()
        time.sleep(SETTLE)
        return self._is_ours()

    def _write(self) -> None:
        self._beat += 1
        self._shelf.put(LEASE, json.dumps({"beat": self._beat, **self._who}).encode())

    def _is_ours(self) -> bool:
        return bool(_entries(self._shelf.get(LEASE)).get("token") == self._who["token"])

    def keep(self) -> None:
        """Give signs of life until the work is done or another has taken over."""
        while not self._over.wait(BEAT) and not self._lost:
            with suppress(Exception):  # a store that cannot be reached for a moment
                self._lost = not self._is_ours()
                if not self._lost:
                    self._write()

    def watching(self, progress: Progress | None) -> Progress:
        """Tell how far the work is, and end it by :class:`LeaseLost` if another has taken over."""

        def tell(done: int, total: int) -> None:
            if self._lost:
                raise LeaseLost(text("cluster.lease_lost", address=self._shelf.address))
            if progress is not None:
                progress(done, total)

        return tell

    def give_back(self) -> None:
        """Remove the name, if it is still ours."""
        self._over.set()
        with suppress(Exception):
            if self._is_ours():
                self._shelf.remove(LEASE)


@contextmanager
def leased(shelf: Shelf, waiting: Callable[[], None] | None = None) -> Iterator[Lease]:
    """Hold the lease of a shelf.

    Parameters
    ----------
    waiting
        Called once, before waiting for another client.
    """
    lease, waited, mine = Lease(shelf), False, False
    try:
        while not mine:
            content = shelf.get(LEASE)
            if content is not None and not _has_ended(content):
                if not waited and waiting is not None:
                    waiting()
                waited = True
                _wait_for_end(shelf)
            mine = lease.claim()
        Thread(target=lease.keep, name="copark-lease", daemon=True).start()
        yield lease
    finally:
        lease.give_back()


def _wait_for_end(shelf: Shelf) -> None:
    """Wait until nobody's name is there, or its owner has ended or was not seen to give a sign of life."""
    seen, since = shelf.get(LEASE), time.monotonic()
    while seen is not None and not _has_ended(seen) and time.monotonic() - since < STALE:
        time.sleep(LOOK)
        now = shelf.get(LEASE)
        if now != seen:
            seen, since = now, time.monotonic()


def _has_ended(content: bytes) -> bool:
    """Whether the owner of a name is known to have ended: it ran on this machine, since its last start."""
    entries = _entries(content)
    host, pid, born = entries.get("host"), entries.get("pid"), entries.get("born")
    if not (isinstance(host, str) and isinstance(pid, int) and isinstance(born, str)):
        return False
    ours = here()
    is_ours = host == ours.host and born.partition(":")[0] == ours.born.partition(":")[0]
    return is_ours and Executor(host, pid, born).is_gone(0.0)


def _entries(content: bytes | None) -> dict[str, object]:
    """What a lease says; nothing where it cannot be read."""
    try:
        found = json.loads(content or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
