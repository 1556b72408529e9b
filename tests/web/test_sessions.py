"""A session is not the token, is another for every visit, and ends: unused, at last, and with the server's key."""

from __future__ import annotations

import hashlib
import hmac
import time
from types import SimpleNamespace

import itsdangerous.timed
import pytest

from copark.web import sessions
from copark.web.middleware import COOKIE
from copark.web.sessions import LONGEST, RENEWED, UNUSED
from tests.web.conftest import TOKEN

STATUS = "/api/v1/status"
HOUR = 3_600


@pytest.fixture
def clock(monkeypatch):
    """Seconds since 1970, as sessions see them."""
    now = [time.time()]
    fake = SimpleNamespace(time=lambda: now[0])
    monkeypatch.setattr(itsdangerous.timed, "time", fake)
    monkeypatch.setattr(sessions, "time", fake)
    return now


def visit(client):
    answer = client.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert answer.status_code == 303
    return client.cookies[COOKIE]


def test_every_visit_has_a_session_of_its_own_which_cannot_be_made_from_the_token(serve):
    with serve(token=TOKEN, host="0.0.0.0") as client:
        cookies = set()
        for _ in range(2):
            cookies.add(visit(client))
            client.cookies.clear()
        assert len(cookies) == 2
        made = hmac.new(TOKEN.encode(), b"copark session", hashlib.sha256).hexdigest()
        for forged in (made, cookies.pop()[:-1], "", "x.y.z"):
            assert client.get(STATUS, headers={"cookie": f"{COOKIE}={forged}"}).status_code == 401


def test_a_session_that_is_not_used_ends(serve, clock):
    with serve(token=TOKEN, host="0.0.0.0") as client:
        visit(client)
        clock[0] += UNUSED - 1
        assert client.get("/method").status_code != 401
        clock[0] += 2
        assert client.get(STATUS).status_code == 401


def test_a_session_that_is_used_is_renewed_and_ends_at_last(serve, clock):
    """Whoever took the cookie may use it until then, and not for ever."""
    with serve(token=TOKEN, host="0.0.0.0") as client:
        first = visit(client)
        begun = clock[0]
        assert "set-cookie" not in client.get(STATUS).headers
        while clock[0] - begun + UNUSED / 2 < LONGEST:
            clock[0] += UNUSED / 2
            assert "set-cookie" not in client.get("/").headers, "a page may be kept by others"
            renewed = client.get(STATUS)
            assert renewed.status_code == 200
            assert "HttpOnly" in renewed.headers["set-cookie"]
        assert client.get(STATUS, headers={"cookie": f"{COOKIE}={first}"}).status_code == 401
        clock[0] = begun + LONGEST + 1
        assert client.get(STATUS).status_code == 401
    assert RENEWED < UNUSED / 2


def test_a_session_outlives_its_server_and_ends_with_the_key_or_the_token(serve, tmp_path):
    data = tmp_path / "out"
    with serve(data=data, token=TOKEN, host="0.0.0.0") as client:
        cookie = {"cookie": f"{COOKIE}={visit(client)}"}
    key = data / "web" / "session.key"
    assert key.stat().st_mode & 0o777 == 0o600
    for token, status in ((TOKEN, 200), (TOKEN[::-1], 401)):
        with serve(data=data, token=token, host="0.0.0.0") as client:
            assert client.get(STATUS, headers=cookie).status_code == status
    key.unlink()
    with serve(data=data, token=TOKEN, host="0.0.0.0") as client:
        assert client.get(STATUS, headers=cookie).status_code == 401


def test_where_no_key_can_be_kept_sessions_last_as_long_as_the_server(serve, tmp_path):
    """A damaged key is made anew, and something else in its place is left alone."""
    data = tmp_path / "out"
    key = data / "web" / "session.key"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"torn")
    with serve(data=data, token=TOKEN, host="0.0.0.0") as client:
        visit(client)
        assert client.get(STATUS).status_code == 200
    assert len(key.read_bytes()) == 32
    key.unlink()
    key.mkdir()
    with serve(data=data, token=TOKEN, host="0.0.0.0") as client:
        visit(client)
        assert client.get(STATUS).status_code == 200
    assert key.is_dir()
