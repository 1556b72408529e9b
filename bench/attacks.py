"""`python -m bench.attacks [--seconds 60] [--small]`: whether a server answers its users while others attack it.

Each attack meets a fresh server that may open 1,024 files, as systems usually allow. Its attackers have addresses of
their own and open anew whatever is closed, within half a second. Meanwhile somebody with the right token, at another
address, asks twice a second, each time on a new connection.

slow-readers
    210 connections of three addresses ask without the token, one request behind another, and read no answer.
half-headers
    1,176 connections of twelve addresses begin a header that they never end.
stalled-bodies
    200 connections of four addresses announce a body and send none of it. This server has no token, since a body sent
    without the token is refused before it is read.
newcomers
    Twelve addresses open 2,352 connections a second, and say nothing.
together
    The first two, and newcomers, at once.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import select
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.page_server import Server, serving

DESCRIPTORS = 1_024
TOKEN = "correct horse battery staple"
HOLDER = "127.0.9.1"
EVERY, PATIENCE = 0.5, 10.0
"""Seconds between two questions of the holder, and seconds after which one counts as not answered."""
TICK = 0.5
"""Seconds after which an attacker opens again what was closed."""
SMALL = 10
"""Of so many connections the smallest form opens one."""
UNAUTHORISED = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_HEADER = b"GET /api/v1/status HTTP/1.1\r\nHost: local"
STALLED_BODY = (
    b"POST /api/v1/simulate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 200000\r\n\r\n{"
)


@dataclass(frozen=True)
class Attack:
    """An attack: addresses, connections of each, what each connection sends, and how often."""

    addresses: int
    each: int
    content: bytes
    times: int = 1
    hangs_up: bool = False
    """Close every connection at the next tick, and open another."""


ATTACKS = {
    "slow-readers": (Attack(3, 70, UNAUTHORISED, times=20_000),),
    "half-headers": (Attack(12, 98, HALF_HEADER),),
    "stalled-bodies": (Attack(4, 50, STALLED_BODY),),
    "newcomers": (Attack(12, 98, b"", hangs_up=True),),
}
ATTACKS["together"] = (*ATTACKS["slow-readers"], *ATTACKS["half-headers"], *ATTACKS["newcomers"])
WITHOUT_TOKEN = {"stalled-bodies"}
SMOKED = ("together",)
"""The attack of the smallest form: it opens connections in the ways of three others."""


@dataclass
class Outcome:
    """What the holder of the token met: questions asked, and the seconds of each answer that came in time."""

    seconds: list[float] = field(default_factory=list)
    asked: int = 0
    longest: float = 0.0
    """Seconds between two answers in time, at most."""
    descriptors: int = 0
    log_bytes: int = 0

    @property
    def share(self) -> float:
        """Share of the holder's questions that were answered in time."""
        return len(self.seconds) / self.asked if self.asked else 0.0


class Line:
    """A connection of an attacker, which sends what it can and reads nothing."""

    def __init__(self, port: int, address: str, attack: Attack) -> None:
        self.left = attack.content * attack.times
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)  # as on a network: buffers are smaller
        self.socket.setblocking(False)
        self.socket.bind((address, 0))
        with suppress(BlockingIOError):
            self.socket.connect(("127.0.0.1", port))

    def go_on(self) -> bool:
        """Send on; whether the connection is still there."""
        poll = select.poll()
        poll.register(self.socket, select.POLLOUT | select.POLLRDHUP)
        events = dict(poll.poll(0)).get(self.socket.fileno(), 0)
        if events & (select.POLLERR | select.POLLHUP | select.POLLRDHUP):
            return False
        try:
            while events & select.POLLOUT and self.left:
                self.left = self.left[self.socket.send(self.left[:65_536]) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True


def keep_attacking(port: int, address: str, attack: Attack) -> None:
    """Hold as many connections of an address as the attack asks for, until the process is ended."""
    lines: list[Line] = []
    while True:
        kept = []
        for line in lines:
            if line.go_on() and not attack.hangs_up:
                kept.append(line)
            else:
                line.socket.close()
        lines = kept
        with suppress(OSError):
            while len(lines) < attack.each:
                lines.append(Line(port, address, attack))
        time.sleep(TICK)


@contextmanager
def attackers(port: int, attacks: tuple[Attack, ...], each: int | None) -> Iterator[None]:
    """Attack from addresses that are all this machine, a process each."""
    begin = multiprocessing.get_context("spawn")
    processes = []
    for number, attack in enumerate(attacks, start=1):
        smaller = (
            attack
            if each is None
            else Attack(attack.addresses, max(1, attack.each // each), attack.content, attack.times, attack.hangs_up)
        )
        for place in range(1, attack.addresses + 1):
            address = f"127.0.{number}.{place}"
            processes.append(begin.Process(target=keep_attacking, args=(port, address, smaller), daemon=True))
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def ask(port: int) -> bool:
    """Ask with the right token, on a connection of its own; whether the answer came in time."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(HOLDER, 0))
    try:
        line.request("GET", "/api/v1/status", headers={"authorization": f"Bearer {TOKEN}"})
        answer = line.getresponse()
        answer.read()
        return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def watch(server: Server, seconds: float, log: Path) -> Outcome:
    """Ask as the holder of the token for so long, and look at the server meanwhile."""
    outcome = Outcome()
    begun = time.monotonic()
    answered = begun
    while time.monotonic() - begun < seconds:
        asked = time.monotonic()
        outcome.asked += 1
        if ask(server.port):
            now = time.monotonic()
            outcome.seconds.append(now - asked)
            outcome.longest = max(outcome.longest, now - answered)
            answered = now
        with suppress(OSError):
            open_files = sum(1 for _ in Path(f"/proc/{server.process.pid}/fd").iterdir())
            outcome.descriptors = max(outcome.descriptors, open_files)
        time.sleep(max(0.0, EVERY - (time.monotonic() - asked)))
    outcome.longest = max(outcome.longest, time.monotonic() - answered)
    outcome.log_bytes = log.stat().st_size
    return outcome


def attacked(name: str, seconds: float, *, each: int | None = None) -> Outcome:
    """Attack a server of its own for so long."""
    environment = {} if name in WITHOUT_TOKEN else {"COPARK_TOKEN": TOKEN}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        options = {"log": log, "descriptors": DESCRIPTORS}
        with serving(Path(folder) / "out", **options, **environment) as server:
            ask(server.port)
            with attackers(server.port, ATTACKS[name], each):
                time.sleep(1.0)
                return watch(server, seconds, log)


def main() -> None:
    """Attack, and say what the holder of the token met; 1 where a question was not answered."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each attack lasts (default: 60)")
    parser.add_argument("--smoke", action="store_true", help="one attack of a tenth of the connections, 2 seconds")
    parser.add_argument("attack", nargs="*", help=f"any of {', '.join(ATTACKS)} (default: all)")
    options = parser.parse_args()
    unknown = set(options.attack) - set(ATTACKS)
    if unknown:
        parser.error(f"unknown attack: {', '.join(sorted(unknown))}")
    seconds, each = (2.0, SMALL) if options.smoke else (options.seconds, None)
    print("| attack | answered in time | median, s | slowest, s | longest without, s | open files | log, bytes |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    is_served = True
    for name in options.attack or (SMOKED if options.smoke else ATTACKS):
        outcome = attacked(name, seconds, each=each)
        is_served = is_served and outcome.share == 1.0
        median = statistics.median(outcome.seconds) if outcome.seconds else float("nan")
        slowest = max(outcome.seconds, default=float("nan"))
        print(
            f"| {name} | {len(outcome.seconds)} of {outcome.asked} | {median:.3f} | {slowest:.3f} "
            f"| {outcome.longest:.1f} | {outcome.descriptors:,} | {outcome.log_bytes:,} |",
            flush=True,
        )
    sys.exit(not is_served)


if __name__ == "__main__":
    main()
