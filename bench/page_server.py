"""A server in a process of its own, and clients that ask it over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

DRAGGED, RELEASED = 200, 1_000
EVERY = 10
"""Of so many changes one is a release."""


@dataclass
class Server:
    """A server: its process, its address, and how much memory it takes."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Resident memory, in MB."""
        words = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(words.partition("VmRSS:")[2].split()[0]) / 1000

    def processor_seconds(self) -> float:
        """Processor time it has used; other work on the machine hardly changes it."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(
    data: Path, *options: str, log: Path | None = None, descriptors: int | None = None, **environment: str
) -> Iterator[Server]:
    """Serve on a free port until done, with further options of ``copark serve``.

    Parameters
    ----------
    log
        File to which the server's complaints are added; otherwise they are shown.
    descriptors
        Files and connections it may have open; otherwise as many as this process.
    environment
        What it sees besides ours.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "copark", "serve", "--port", str(port), "--data", str(data), *options]
    if descriptors is not None:
        command = ["sh", "-c", f'ulimit -n {descriptors} && exec "$@"', "sh", *command]
    surroundings = {**os.environ, "NO_COLOR": "1", **environment}
    with nullcontext() if log is None else log.open("ab") as complaints:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=complaints, env=surroundings)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the server did not begin") from None
                time.sleep(0.1)
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@dataclass
class Client:
    """Somebody who moves a lever once a second, and lets it go every tenth time.

    Each position is one that nobody has asked for before, so that nothing is answered from memory.
    """

    port: int
    number: int
    late_ms: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)

    def ask(self, connection: http.client.HTTPConnection, n: int, runs: int, *, flows: bool = False) -> None:
        """Move the lever to another place; with what the links between scales carry, where that is wanted."""
        home = (self.number * 997 + n * 13) % 9_000 + 500
        edits = {"equity": [{"home": home, "host": 10_000 - home}], "threshold": 1 + n % 40}
        asked = {"case": "great-stone", "seed": 100 + self.number, "runs": runs, "scenario": {"edits": edits}}
        asked["parts"] = {"differences": False, "flows": flows}  # as the page asks
        headers = {"content-type": "application/json", "accept-encoding": "gzip"}
        connection.request("POST", "/api/v1/simulate", json.dumps(asked), headers)
        answer = connection.getresponse()
        content = answer.read()
        self.bytes.append(len(content))
        if answer.status != 200 or not answer.headers.get("x-copark-identity"):
            self.lost.append(f"{answer.status} {content[:200]!r}")

    def keep_asking(self, changes: int, begin: float) -> None:
        """Ask once a second; who is late is measured from when it should have asked."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for n in range(changes):
            due = begin + n + self.number / EVERY
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                self.ask(connection, n, RELEASED if (n + self.number) % EVERY == EVERY - 1 else DRAGGED)
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(repr(error))
                connection.close()
            self.late_ms.append(1e3 * (time.perf_counter() - due))
        connection.close()


def fill_memory(port: int, questions: int) -> None:
    """Ask until the server's memories are full, so that what grows afterwards is not they."""
    client = Client(port, 77)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for n in range(questions):
        client.ask(connection, n, DRAGGED if n % 5 == 0 else 20, flows=n % 50 == 0)
        while client.lost:  # asked too fast: the server says when to come again
            client.lost.clear()
            time.sleep(1.0)
            client.ask(connection, n, 20)
    connection.close()


def together(clients: list[Client], changes: int, begin: float) -> list[threading.Thread]:
    """Let clients ask at the same time, each on a thread."""
    threads = [threading.Thread(target=one.keep_asking, args=(changes, begin)) for one in clients]
    for thread in threads:
        thread.start()
    return threads
