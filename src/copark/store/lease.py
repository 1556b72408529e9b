"""A lease at a remote address: one client at a time makes an ensemble there, others wait and take its result.

Whoever wants an ensemble puts its name into an object that must not be there yet. It gives a sign of life now and then;
a holder that has ended on this machine, or that gave none for a minute by the clock of the one who waits, is followed
by another. One that was silent so long and goes on does no harm: what it writes is what the other writes, for a run's
bits depend on nobody.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count
from threading import Event, Thread

from copark.store.database.heartbeat import STALE, Executor, here
from copark.store.object_store import ObjectStore

LEASE = "lease.json"
BEAT = STALE / 4
"""Seconds between two signs of life."""
LOOK = 2.0
"""Seconds between two looks of one who waits."""


@contextmanager
def leased(shelf: ObjectStore, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lease of a shelf.

    Parameters
    ----------
    waiting
        Called once, before waiting for another client.
    """
    who, over = {"token": secrets.token_hex(8), **asdict(here())}, Event()

    def name(beat: int) -> bytes:
        return json.dumps({"beat": beat, **who}).encode()

    def is_ours() -> bool:
        return bool(_entries(shelf.get(LEASE)).get("token") == who["token"])

    def keep() -> None:
        for beat in count(1):
            if over.wait(BEAT):
                return
            with suppress(Exception):  # a store that cannot be reached for a moment
                if is_ours():
                    shelf.put(LEASE, name(beat))

    while not shelf.create(LEASE, name(0)):
        if waiting is not None and not _has_ended(shelf.get(LEASE)):
            waiting()
            waiting = None
        _wait_for_end(shelf)
    Thread(target=keep, name="copark-lease", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        with suppress(Exception):
            if is_ours():
                shelf.remove(LEASE)


def _wait_for_end(shelf: ObjectStore) -> None:
    """Wait until nobody's name is there; take it away if its owner has ended or gave no sign of life for long."""
    seen, since = shelf.get(LEASE), time.monotonic()
    while seen is not None:
        if _has_ended(seen) or time.monotonic() - since >= STALE:
            if shelf.get(LEASE) == seen:
                shelf.remove(LEASE)
            return
        time.sleep(LOOK)
        now = shelf.get(LEASE)
        if now != seen:
            seen, since = now, time.monotonic()


def _has_ended(content: bytes | None) -> bool:
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
