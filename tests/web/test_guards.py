"""What keeps out what does not belong: headers, names, origins, tokens, rates, sizes."""

from __future__ import annotations

import json
import re

import pytest

from copark.errors import RunRefused
from copark.web.limits import TokenBuckets, is_loopback
from copark.web.middleware import COOKIE
from copark.web.server import settings_of
from tests.web.conftest import SHOWN, TOKEN, sent_raw

STATUS = "/api/v1/status"
PATHS = ("/", "/api/docs", STATUS, "/api/v1/openapi.json", "/api/v1/nothing", "/nothing.css")
SAFETY = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


def test_every_answer_bears_the_headers_of_safety(client, subtests):
    for path in PATHS:
        with subtests.test(path=path):
            headers = client.get(path).headers
            assert SAFETY.items() <= dict(headers).items()
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "server" not in headers


def test_pages_ask_no_other_host_and_run_nothing_inline(client, subtests):
    for path in ("/?lang=en", "/?lang=zh", "/api/docs?lang=en", "/api/docs?lang=zh"):
        with subtests.test(path=path):
            page = client.get(path).text
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", page)


def test_who_calls_the_server_by_another_name_is_not_heard(client, subtests):
    """A name of a stranger that was made to point here (DNS rebinding) is still that stranger's name."""
    for host in ("evil.example", "localhost.evil.example", "10.0.0.7:8765", "", "[::1"):
        for path in ("/", STATUS):
            with subtests.test(host=host, path=path):
                answer = client.get(path, headers={"host": host})
                assert (answer.status_code, answer.json()["code"]) == (403, "host")


def test_pages_of_other_sites_can_neither_write_nor_read(client):
    asked = {"case": "great-stone", "runs": 1}
    for origin in ("https://evil.example", "http://localhost:3000", "null", "http://localhost.evil.example"):
        answer = client.post("/api/v1/simulate", json=asked, headers={"origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "origin")
    assert client.get("/api/v1/cases", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code != 403, "a link leads here"
    assert client.post("/api/v1/simulate", json=asked, headers={"origin": "http://localhost"}).status_code == 200
    assert "access-control-allow-origin" not in client.get("/api/v1/cases").headers


@pytest.fixture
def shared(serve):
    with serve(token=TOKEN, host="0.0.0.0") as client:
        yield client


def test_without_the_token_nothing_is_told(shared):
    for path in ("/", STATUS, "/api/docs", "/api/v1/openapi.json"):
        answer = shared.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "token")
        assert answer.headers["www-authenticate"] == "Bearer"
    for wrong in ("", "wrong", TOKEN[:-1], TOKEN + " x"):
        assert shared.get(STATUS, headers={"authorization": f"Bearer {wrong}"}).status_code == 401
    assert shared.get(STATUS, headers=SHOWN).status_code == 200


def test_a_first_visit_with_the_token_leaves_a_cookie_that_is_not_the_token(shared):
    assert shared.get("/?token=wrong", follow_redirects=False).status_code == 401
    visit = shared.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert (visit.status_code, visit.headers["location"]) == (303, "/")
    cookie = visit.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert shared.get(STATUS).status_code == 200
    shared.cookies.clear()
    shared.cookies.set(COOKIE, "0" * 64)
    assert shared.get(f"{STATUS}?token={TOKEN}").status_code == 401


def test_wrong_tokens_are_logged_and_soon_slowed(shared, caplog):
    """Beyond ten at once not even the right one is compared, so that guessing tells nothing; a session goes on."""
    shared.get("/", params={"token": TOKEN}, follow_redirects=False)
    session = dict(shared.cookies)
    shared.cookies.clear()
    assert all(shared.get(STATUS, headers=SHOWN).status_code == 200 for _ in range(30))
    wrong = [shared.get(STATUS, headers={"authorization": f"Bearer {n}"}) for n in range(15)]
    assert [one.status_code for one in wrong[:10]] == [401] * 10
    assert wrong[-1].status_code == 429
    assert int(wrong[-1].headers["retry-after"]) >= 1
    assert shared.get(STATUS, headers=SHOWN).status_code == 429
    assert shared.get("/?token=x").status_code == 429
    assert shared.get(STATUS).status_code == 401, "none at all is no guess"
    shared.cookies.update(session)
    assert shared.get(STATUS).status_code == 200
    assert sum("wrong token from testclient" in one.message for one in caplog.records) >= 10


def test_a_trusted_proxy_speaks_for_its_clients_and_no_other_does(serve):
    """By the address it names each has a rate of its own, and over https the cookie stays there."""
    limits = {"rate": 0.001, "burst": 2.0}
    for proxies, known in ((("testclient",), True), ((), False)):
        with serve(limits=limits, proxies=proxies, token=TOKEN, host="0.0.0.0") as client:
            shown = SHOWN | {"x-forwarded-proto": "https"}
            told = [client.get(STATUS, headers=shown | {"x-forwarded-for": f"10.0.0.{n % 2}"}).status_code
                    for n in range(4)]  # fmt: skip
            assert told == ([200] * 4 if known else [200, 200, 429, 429])
            visit = client.get("/", params={"token": TOKEN}, headers=shown, follow_redirects=False)
            assert ("Secure" in visit.headers.get("set-cookie", "")) is known


def test_any_address_but_loopback_needs_a_token(tmp_path, monkeypatch, subtests):
    monkeypatch.delenv("COPARK_TOKEN", raising=False)
    for host in ("127.0.0.1", "::1", "localhost"):
        with subtests.test(host=host):
            assert is_loopback(host)
            assert settings_of(host, 0, None, tmp_path, "en").token is None
    for host in ("0.0.0.0", "::", "192.168.1.5", "park.example"):
        for lang, token, words in (("en", None, "token"), ("zh", None, "令牌"), ("en", "short", "16")):
            with subtests.test(host=host, lang=lang, token=token), pytest.raises(RunRefused, match=words):
                settings_of(host, 0, token, tmp_path, lang)
    monkeypatch.setenv("COPARK_TOKEN", TOKEN)
    assert settings_of("0.0.0.0", 0, None, tmp_path, "en").token == TOKEN


def test_rates_refill_with_time():
    now = [0.0]
    rates = TokenBuckets(2.0, 4.0, clock=lambda: now[0])
    assert [rates.take("a", 1.0) for _ in range(4)] == [0.0] * 4
    assert rates.take("a", 1.0) == pytest.approx(0.5)
    assert rates.take("b", 1.0) == 0.0
    now[0] = 0.5
    assert rates.take("a", 1.0) == 0.0
    now[0] = 100.0
    assert rates.take("a", 1e6) == 0.0, "what costs more than a full bucket takes it whole"
    assert rates.take("a", 1.0) > 0.0


def test_who_asks_too_fast_is_told_when_to_come_again(serve):
    with serve(limits={"rate": 0.01, "burst": 3.0}) as client:
        answers = [client.get(STATUS) for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].json()["code"] == "rate"


def test_a_large_question_costs_more_than_a_small_one(serve):
    with serve(limits={"rate": 0.001, "burst": 9.0}) as client:
        ask = {"case": "great-stone", "draws": "defaults", "baseline": None}
        assert client.post("/api/v1/simulate", json=ask | {"runs": 1000}).status_code == 200
        assert client.post("/api/v1/simulate", json=ask | {"runs": 1000, "seed": 2}).status_code == 429
        assert client.post("/api/v1/simulate", json=ask | {"runs": 20}).status_code == 200


def test_bodies_are_bounded_whatever_they_say_of_their_size(serve):
    with serve(limits={"body": 1000, "upload": 5000}) as client:
        many = b"x" * 2000
        assert client.post("/api/v1/simulate", content=many).status_code == 413
        chunked = client.post("/api/v1/simulate", content=iter([many[:900], many[:900]]))
        assert (chunked.status_code, chunked.json()["code"]) == (413, "body")
        assert client.post("/api/v1/cases", content=b"x" * 6000).status_code == 413
        kind = {"content-type": "application/zip"}
        assert client.post("/api/v1/cases", content=b"x" * 4000, headers=kind).status_code == 422
        for said in ("-1", "1e3", "9" * 30, "²"):
            assert client.post(
                "/api/v1/simulate", content=b"{}", headers={"content-length": said.encode()}
            ).status_code in (400, 413)


def test_a_body_that_does_not_arrive_is_not_waited_for(serve):
    with serve(limits={"patience": 0.05}) as client:
        length = ((b"content-length", b"10"),)
        assert sent_raw(client, "POST", b"/api/v1/simulate", None, headers=length)[0] == 408


def test_only_the_data_folder_is_written(serve, tmp_path):
    with serve(data=tmp_path / "data") as client:
        answer = client.post("/api/v1/simulate", json={"case": "great-stone", "runs": 5}).json()
        assert client.get(f"/api/v1/export/{answer['identity']}.xlsx").is_success
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert (tmp_path / "data" / "web").stat().st_mode & 0o077 == 0
    left = [path.name for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert all(name.startswith("copark.sqlite3") for name in left)


def test_nothing_follows_the_language_or_the_name_into_a_header(client):
    """A line feed in a name would begin a header of the sender's own."""
    for path in ("/api/v1/cases/a%0d%0aset-cookie:%20x=1/files.zip", "/api/v1/evidence?case=a%0d%0ax:1",
                 "/api/v1/case-template.zip?lang=en%0d%0ax:1", "/?token=%0d%0aset-cookie:%20x=1"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code < 500
        assert "set-cookie" not in answer.headers
        assert "x" not in answer.headers
    assert json.loads(client.get("/api/v1/cases/a%0d%0ab").text)["status"] in (404, 422)
