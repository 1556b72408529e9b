"""Who executes: a process on a machine, and whether it is still there."""

import hashlib
import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
