"""Whoever holds the right token is served, however many connections others open and however little they say."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from copark.web import connections
from copark.web.connections import OTHER_DESCRIPTORS, PIPELINED, BoundedProtocol, room_for_connections
from copark.web.limits import Limits
from copark.web.middleware import BodyLimit
from copark.web.problems import HttpProblem
from tests.asked import waited
from tests.web.conftest import TOKEN, awaited, listening, never
from tests.web.test_wire import CLOSE, STATUS, connected, said

pytestmark = pytest.mark.long

HOLDER = "127.0.0.9"
SHOWN = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
PAGE = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
STALLED = b"POST /api/v1/simulate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n{"
SERVED = b"HTTP/1.1 200"


def asked_by_holder(address: str) -> bytes:
    with connected(address, HOLDER) as line:
        return said(line, STATUS + SHOWN + b"Connection: close\r\n\r\n")


def has_ended(line: socket.socket) -> bool:
    """Whether the server has closed a connection; what it said before is of no interest."""
    line.settimeout(0.0)
    try:
        while line.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@pytest.fixture
def shared(tmp_path) -> Iterator[str]:
    """A server with a token that has room for twelve connections."""
    with listening(tmp_path / "out", token=TOKEN, limits={"connections": 12}) as (address, _):
        yield address


def test_who_holds_the_token_is_served_while_others_hold_every_connection(shared: str) -> None:
    """Twelve addresses with half a header each, four times as many as there is room for."""
    with ExitStack() as attackers:
        for number in range(48):
            line = attackers.enter_context(connected(shared, f"127.0.1.{number % 12 + 1}"))
            line.sendall(STATUS[:20])
            if number % 6 == 5:
                assert asked_by_holder(shared).startswith(SERVED)


def test_a_connection_on_which_the_token_was_shown_is_kept(shared: str) -> None:
    with connected(shared, HOLDER) as line, ExitStack() as attackers:
        for _ in range(3):
            line.sendall(STATUS + SHOWN + b"\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += line.recv(65536)
            assert answer.startswith(SERVED)
            for number in range(30):
                attackers.enter_context(connected(shared, f"127.0.1.{number % 12 + 1}"))


def test_an_address_with_too_many_connections_loses_its_oldest_silent_one(address: str, monkeypatch) -> None:
    """A newcomer at an address that somebody shares with an attacker is served."""
    monkeypatch.setattr(BoundedProtocol, "each", 3)
    with ExitStack() as silent:
        first, *others = [silent.enter_context(connected(address)) for _ in range(3)]
        with connected(address) as line:
            assert said(line, CLOSE).startswith(SERVED)
        assert waited(lambda: has_ended(first), patience=5)
        assert not any(has_ended(other) for other in others)


def test_strangers_open_connections_at_a_rate(tmp_path, monkeypatch) -> None:
    """Others open theirs meanwhile, and as often as they like once a request has passed the gate."""
    monkeypatch.setattr(connections, "UNPROVEN_RATE", (0.01, 3.0))
    with listening(tmp_path / "out", token=TOKEN) as (address, _), ExitStack() as opened:
        lines = [opened.enter_context(connected(address)) for _ in range(5)]
        waited(lambda: [has_ended(line) for line in lines] == [False] * 3 + [True] * 2, patience=5)
        assert all(asked_by_holder(address).startswith(SERVED) for _ in range(5))


def test_who_takes_nothing_of_an_answer_is_given_up(tmp_path, monkeypatch) -> None:
    """Whether the answer waits to be sent or the rest of it in a connection that is to be closed."""
    monkeypatch.setattr(BoundedProtocol, "stalled", 0.5)
    with listening(tmp_path / "out") as (address, server), ExitStack() as attackers:
        for times in (1, PIPELINED):
            line = attackers.enter_context(connected(address, window=4_096))
            line.sendall(PAGE * times)
        waited(lambda: server.server_state.total_requests >= 1, patience=5)
        waited(lambda: not server.server_state.connections, patience=10)
        assert not server.server_state.tasks


def test_slow_readers_without_the_token_take_no_place_of_its_holder(shared: str) -> None:
    """They were heard as often as they asked; now the first refusal ends the connection."""
    with ExitStack() as attackers:
        for number in range(9):
            line = attackers.enter_context(connected(shared, f"127.0.1.{number % 3 + 1}", window=4_096))
            line.sendall(PAGE * 20)
        assert asked_by_holder(shared).startswith(SERVED)
    with connected(shared) as line:
        answer = said(line, PAGE * 20)
    assert answer.count(b"HTTP/1.1 401") == answer.count(b"HTTP/1.1 ") == 1


def test_a_body_without_the_token_is_refused_before_it_is_read(shared: str) -> None:
    with connected(shared) as line:
        answer = said(line, STALLED)
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in answer.lower()


def test_requests_sent_behind_one_another_are_answered_up_to_a_bound(address: str) -> None:
    with connected(address) as line:
        answer = said(line, STATUS + b"\r\n" + (STATUS + b"\r\n") * 40)
    assert answer.count(SERVED) == PIPELINED + 1


def test_stalled_bodies_make_room_for_others(tmp_path, monkeypatch) -> None:
    """The place of a request is no longer its own while it waits for its client, in all and of one address."""
    monkeypatch.setattr(connections, "STALLED_AFTER", 0.0)
    for limits, source in (({"open": 3}, HOLDER), ({"open_each": 3}, "127.0.0.2")):
        with listening(tmp_path / "out", limits=limits) as (address, _), ExitStack() as attackers:
            stalled = [attackers.enter_context(connected(address, "127.0.0.2")) for _ in range(3)]
            for line in stalled:
                line.sendall(STALLED)
            with connected(address, source) as line:
                assert said(line, CLOSE).startswith(SERVED)


def test_a_crowd_that_has_just_begun_to_stall_keeps_nobody_out(tmp_path, monkeypatch) -> None:
    """Those who come again together would else have all places until each is taken for stalled."""
    monkeypatch.setattr(connections, "STALLED_AFTER", 60.0)
    with listening(tmp_path / "out", limits={"open": 10}) as (address, _), ExitStack() as attackers:
        for _ in range(10):
            attackers.enter_context(connected(address, "127.0.0.2")).sendall(STALLED)
        with connected(address, HOLDER) as line:
            assert said(line, CLOSE).startswith(SERVED)


def body_sent(*parts: tuple[float, bytes], **limits: float) -> bytes | HttpProblem:
    """What an application reads of a body whose parts come after so many seconds, or why it is refused."""

    async def whole() -> bytes | HttpProblem:
        left = list(parts)
        read = b""

        async def receive() -> dict[str, object]:
            seconds, body = left.pop(0)
            await asyncio.sleep(seconds)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        async def application(_scope, receive, _send) -> None:
            nonlocal read
            while (message := await receive())["more_body"]:
                read += message["body"]
            read += message["body"]

        bodies = BodyLimit(application, SimpleNamespace(limits=Limits(**limits)))
        try:
            await bodies({"method": "POST", "path": "/", "headers": []}, receive, None)
        except HttpProblem as problem:
            return problem
        return read

    return awaited(whole())


def test_a_body_comes_at_a_rate_or_not_at_all() -> None:
    """Each part earns time for the next, up to the deadline; a body that stalls has the first seconds alone."""
    limits = {"grace": 0.2, "least_rate": 100.0}
    part = b"x" * 100
    assert body_sent((0.0, part), (0.5, part), patience=30.0, **limits) == part * 2
    for parts, patience in ((((0.0, b"x"), (5.0, part)), 30.0), (((0.0, part), (5.0, part)), 0.4)):
        refused = body_sent(*parts, patience=patience, **limits)
        assert isinstance(refused, HttpProblem)
        assert (refused.status, refused.code) == (408, "slow")


def test_connections_leave_descriptors_for_everything_else(monkeypatch) -> None:
    """Under the usual 1,024, where the limit may be raised, where it is very low, and where there is none."""
    limits = Limits()
    for soft, hard, raised in ((1_024, 1_024, 1_024), (256, 2**20, None), (128, 128, 128), (-1, -1, -1)):
        found = [soft]
        system = SimpleNamespace(
            RLIMIT_NOFILE=7,
            RLIM_INFINITY=-1,
            getrlimit=lambda _, found=found, hard=hard: (found[0], hard),
            setrlimit=lambda _, both, found=found: found.__setitem__(0, both[0]),
        )
        monkeypatch.setattr(connections, "resource", system)
        room = room_for_connections(limits)
        assert 0 < room <= limits.connections
        if raised is None:
            assert room == limits.connections
            assert found[0] >= room + limits.open + OTHER_DESCRIPTORS
        else:
            assert found[0] == raised
            assert raised < 0 or room <= max(raised - limits.open - OTHER_DESCRIPTORS, raised // 2)


def test_a_crowd_without_the_token_takes_no_place_of_those_who_have_it(serve) -> None:
    """Each of the crowd is told so and takes nothing of the answer."""
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "path": "/api/v1/status", "query_string": b"",
        "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost")],
    }  # fmt: skip
    statuses = []

    async def crowd(app) -> None:
        async def take_nothing(_message) -> None:
            await never()

        async def take(message) -> None:
            statuses.append(message.get("status"))

        waiting = [asyncio.create_task(app(dict(scope), never, take_nothing)) for _ in range(5)]
        await asyncio.sleep(0)
        shown = [*scope["headers"], (b"authorization", b"Bearer " + TOKEN.encode())]
        await app(scope | {"headers": shown, "http_version": "1.1", "root_path": "", "state": {}}, never, take)
        for task in waiting:
            task.cancel()

    with serve(token=TOKEN, limits={"open": 1, "refused": 2}) as client:
        client.portal.call(crowd, client.app)
    assert statuses[0] == 200
