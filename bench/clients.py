"""Clients that ask a server over HTTP, each from an address of its own, and keep account of what they were told."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HONEST = (429, 503)
"""Answers of a server that is asked too much; each must say when to come again."""
QUIET = 20.0
"""Seconds without a question after which a new connection is made: the server ends one that is idle for 30."""
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Got:
    """An answer: its status, what came, and how long it took."""

    status: int
    content: bytes
    seconds: float
    retry_after: str | None = None

    @property
    def json(self) -> Any:
        """What came, as JSON."""
        return json.loads(self.content)


@dataclass
class Asker:
    """A client on an address of its own (all of 127/8 is this machine), so that its rate is its own.

    Parameters
    ----------
    port
        Of the server.
    number
        Which of the clients.
    """

    port: int
    number: int
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _line: http.client.HTTPConnection | None = None
    _asked: float = 0.0

    def ask(self, method: str, path: str, body: bytes | Any = None, kind: str = "application/json") -> Got:
        """Ask, and note whatever is no honest answer."""
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        begun = time.perf_counter()
        if begun - self._asked > QUIET:
            self.close()
        self._asked = begun
        if self._line is None:
            place = (f"127.0.{self.number // 200 + 1}.{self.number % 200 + 1}", 0)
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300, source_address=place)
        try:
            self._line.request(method, path, raw, {"content-type": kind} if raw is not None else {})
            answer = self._line.getresponse()
            found = Got(answer.status, answer.read(), time.perf_counter() - begun, answer.headers.get("retry-after"))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self.faults.append(f"{method} {path}: {error!r}")
            return Got(0, b"", time.perf_counter() - begun)
        self.statuses[found.status] += 1
        if found.status in HONEST and not (found.retry_after or "").isdigit():
            self.faults.append(f"{method} {path}: {found.status} without Retry-After")
        elif found.status >= 500 and found.status not in HONEST:
            self.faults.append(f"{method} {path}: {found.status} {found.content[:200]!r}")
        return found

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None


def everyone(workers: list[Callable[[], None]]) -> list[threading.Thread]:
    """Let workers work, each on a thread."""
    threads = [threading.Thread(target=work, daemon=True) for work in workers]
    for thread in threads:
        thread.start()
    return threads
