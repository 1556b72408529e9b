"""Who executes: a process on a machine, and whether it is still there.

A lease at a remote address: one client at a time makes an ensemble there, others wait and take its result.

Whoever wants an ensemble puts its name into an object that must not be there yet. It gives a sign of life now and then;
a holder that has ended on this machine, or that gave none for a minute by the clock of the one who waits, is followed
by another. One that was silent so long and goes on does no harm: what it writes is what the other writes, for a run's
bits depend on nobody.
"""

import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from itertools import count
from pathlib import Path
from threading import Event, Thread

from copark.store.object_store import ObjectStore

STALE = 60.0
"""Seconds without a sign of life after which a process on another machine counts as gone."""


@dataclass(frozen=True)
class Executor:
    """A process."""

    host: str
    """Its machine: the name, and a mark of what its numbers of processes hold for."""
    pid: int
    """Its number there."""
    born: str
    """When it began, as the system says it, so that a later process of the same number is not taken for it; empty where
    the system does not say."""

    def is_gone(self, silent: float) -> bool:
        """Whether it has ended.

        Parameters
        ----------
        silent
            Seconds since its last sign of life; this alone counts where it runs on another machine.
        """
        if self.host != here().host:
            return silent > STALE
        if not is_running(self.pid):
            return True
        return bool(self.born) and born(self.pid) != self.born


@cache
def _host() -> str:
    """Where numbers of processes mean the same: this start of this machine, and this container on it.

    Names do not tell it: machines made from one image bear the same, and so may containers and their host.
    """
    name = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return name
    return f"{name}/{hashlib.sha256(f'{boot}{space}'.encode()).hexdigest()[:8]}"


def here() -> Executor:
    """The process that asks."""
    pid = os.getpid()
    return Executor(_host(), pid, born(pid))


def born(pid: int) -> str:
    """When a process began: boot of the machine and ticks since; empty where this cannot be read or it is no more."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def is_running(pid: int) -> bool:
    """Whether there is a process of this number here, be it another's; one that is dead but not yet buried is none."""
    if os.name == "nt":
        return _exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return not Path("/proc/self/stat").exists() or born(pid) != ""


def _exists_on_windows(pid: int) -> bool:
    """Ask whether a process can be opened: signal 0 would end it there."""
    import ctypes

    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return True
    limited_information = 0x1000
    handle = windll.kernel32.OpenProcess(limited_information, False, pid)
    if not handle:
        return False
    windll.kernel32.CloseHandle(handle)
    return True


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
