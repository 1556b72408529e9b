"""A lease at a remote address: one client at a time makes an ensemble there, others wait and take its result.

Object stores know neither locks nor renaming nor, everywhere, writing only where nothing is. So whoever wants an
ensemble writes its name into one object, waits, and reads it: the last name written holds. It gives a sign of life now
and then; a holder that has ended on this machine, or that gave none for a minute by the clock of the one who waits, is
followed by another. A holder that was silent reads its name again before it changes anything that others read, so that
of two who both believed to hold it one goes on.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from threading import Event, Lock, Thread

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
        self._token = secrets.token_hex(8)
        self._who = asdict(here())
        self._writing = Lock()
        self._beat, self._renewed, self._lost = 0, 0.0, False

    def claim(self) -> bool:
        """Write the name, wait, and see whether it still stands there."""
        self._write()
        time.sleep(SETTLE)
        return self._is_ours()

    def _write(self) -> None:
        began = time.time()  # a clock that goes on while the machine sleeps
        self._beat += 1
        self._shelf.put(LEASE, json.dumps({"token": self._token, "beat": self._beat, **self._who}).encode())
        self._renewed = began

    def _is_ours(self) -> bool:
        return _entries(self._shelf.get(LEASE)).get("token") == self._token

    def renew(self) -> None:
        """Give a sign of life.

        Raises
        ------
        LeaseLost
            If another has taken over.
        """
        with self._writing:
            self._lost = self._lost or not self._is_ours()
            if self._lost:
                raise LeaseLost(text("cluster.lease_lost", address=self._shelf.address))
            self._write()

    def need(self) -> None:
        """Make sure that nobody has taken over: known for as long as nobody may, and asked afterwards.

        Raises
        ------
        LeaseLost
            If another has.
        """
        if self._lost or not 0 <= time.time() - self._renewed < STALE / 2:
            self.renew()

    def beat_until(self, done: Event) -> None:
        """Give signs of life until the work is done or another has taken over."""
        while not done.wait(BEAT):
            with suppress(Exception):  # a store that cannot be reached for a moment: `need` asks again, and says so
                self.renew()

    def give_back(self) -> None:
        """Remove the name, if it is still ours."""
        with self._writing, suppress(Exception):
            if self._is_ours():
                self._shelf.remove(LEASE)
            self._lost = True


class LeasedShelf:
    """A shelf that only the holder of its lease changes.

    Parameters
    ----------
    shelf, lease
        The shelf, and its lease.
    """

    def __init__(self, shelf: Shelf, lease: Lease) -> None:
        self._shelf, self._lease = shelf, lease
        self.get, self.size, self.names, self.settle = shelf.get, shelf.size, shelf.names, shelf.settle

    @property
    def address(self) -> str:
        """The shelf's address."""
        return self._shelf.address

    def put(self, name: str, content: bytes) -> None:
        """Put a file, if nobody has taken over."""
        self._lease.need()
        self._shelf.put(name, content)

    def remove(self, name: str) -> None:
        """Remove a file or a folder, if nobody has taken over."""
        self._lease.need()
        self._shelf.remove(name)

    def watching(self, progress: Progress | None) -> Progress:
        """Tell how far the work is, and end it if another has taken over."""

        def tell(done: int, total: int) -> None:
            self._lease.need()
            if progress is not None:
                progress(done, total)

        return tell


@contextmanager
def leased(shelf: Shelf, waiting: Callable[[], None] | None = None) -> Iterator[LeasedShelf]:
    """Hold the lease of a shelf.

    Parameters
    ----------
    waiting
        Called once, before waiting for another client.
    """
    lease, done, waited = Lease(shelf), Event(), False
    beats = Thread(target=lease.beat_until, args=(done,), name="copark-lease", daemon=True)
    try:
        while True:
            if _is_held(shelf):
                if not waited and waiting is not None:
                    waiting()
                waited = True
                _wait_for_end(shelf)
            if lease.claim():
                break
        beats.start()
        yield LeasedShelf(shelf, lease)
    finally:
        done.set()
        lease.give_back()


def _is_held(shelf: Shelf) -> bool:
    """Whether somebody's name is there who is not known to have ended."""
    content = shelf.get(LEASE)
    return content is not None and not _has_ended(_entries(content))


def _wait_for_end(shelf: Shelf) -> None:
    """Wait until nobody's name is there, or its owner has ended or was not seen to give a sign of life."""
    seen, since = shelf.get(LEASE), time.monotonic()
    while seen is not None and not _has_ended(_entries(seen)) and time.monotonic() - since < STALE:
        time.sleep(LOOK)
        now = shelf.get(LEASE)
        if now != seen:
            seen, since = now, time.monotonic()


def _has_ended(entries: dict[str, object]) -> bool:
    """Whether the owner of a name is known to have ended: it ran on this machine, since its last start."""
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
