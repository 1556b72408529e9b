"""How a server is set up, and what it allows."""

import atexit
import os
import tempfile
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path

LOOPBACK = "127.0.0.1"
PORT = 8765
DIST = Path(__file__).parent / "dist"


@dataclass(frozen=True)
class Limits:
    """What one server gives."""

    body: int = 256_000
    upload: int = 8_000_000
    """body, upload: bytes of a question, and of an uploaded case."""
    patience: float = 30.0
    """Seconds a body may take to arrive."""
    rate: float = 60.0
    burst: float = 300.0
    """rate, burst: tokens an address earns in a second, and the most it can save; a plain question costs one."""
    addresses: int = 10_000
    open: int = 200
    """Requests that are heard at once, streams among them; more are told to come again."""
    waiting: int = 48
    wait: float = 5.0
    each: int = 8
    """waiting, wait, each: questions that may wait for the model, seconds one may be expected to, and how many of them
    may be one client's; others are told to come again."""
    files: int = 8
    uploads: int = 8
    """files, uploads: exports that may wait, and uploads that are received at once."""
    streams: int = 64
    jobs: int = 50
    jobs_each: int = 20
    """jobs, jobs_each: jobs that may wait, and how many of them may be one owner's."""
    stored: int = 20_000_000_000
    """Bytes of stored runs above which no job is taken."""
    memory: int = 480_000_000
    """Bytes of what was made lately that are held: runs, flows, answers, inputs."""


@dataclass(frozen=True)
class Settings:
    """How a server is set up."""

    data: Path = Path("out")
    """The only folder that is written: ``runs/`` and ``reports/`` as the command line has them, and ``web/``."""
    host: str = LOOPBACK
    port: int = PORT
    """host, port: where it listens."""
    token: str | None = None
    """What a client must show; ``None`` on loopback alone."""
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    """hosts, origins: further names it may be called by, and origins that may write, beside its own."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies that are believed what they say of whom they speak for."""
    threads: int | None = None
    warm: bool = True
    """Run the model once before the first question."""
    dist: Path = DIST
    limits: Limits = field(default_factory=Limits)

    @property
    def tells_apart(self) -> bool:
        """Whether clients are different people; who serves this machine alone, without a token, serves one."""
        return self.token is not None

    @property
    def own(self) -> Path:
        """The server's own part of the data folder; of one that may not be written, a folder for the moment."""
        there = next((path for path in (self.data, *self.data.absolute().parents) if path.exists()), self.data)
        return self.data / "web" if os.access(there, os.W_OK) else _for_the_moment()


@cache
def _for_the_moment() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="copark-web-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
