"""Saved scenarios: theirs who have the word, whichever browser or server; only what fits its case is saved."""

from __future__ import annotations

from tests.database.fixtures import either, postgres, postgres_url
from tests.web.conftest import MINE, YOURS

__all__ = ["either", "postgres", "postgres_url"]
BODY = {"case": "great-stone", "scenario": {"key": "no-visits", "edits": {"framework": "off"}}}
URL = "/api/v1/scenarios"


def test_what_is_saved_is_found_by_its_owner_alone_and_after_a_restart(serve, either):
    with serve() as client:
        assert client.get(URL, headers=MINE).json() == {"scenarios": []}
        saved = client.put(f"{URL}/无框架 协议", json=BODY, headers=MINE)
        assert saved.status_code == 200, saved.text
        assert client.get(URL, headers=YOURS).json() == {"scenarios": []}
        assert client.delete(f"{URL}/无框架 协议", headers=YOURS).status_code == 404
    with serve() as client:
        (found,) = client.get(URL, headers=MINE).json()["scenarios"]
        assert found == saved.json()
        assert found["scenario"]["edits"] == {"framework": {"on": False}}
        again = {"case": found["case"], "scenario": found["scenario"]}
        renewed = client.put(f"{URL}/{found['name']}", json=again, headers=MINE).json()
        assert (renewed["identity"], renewed["created"]) == (found["identity"], found["created"])
        other = client.put(f"{URL}/{found['name']}", json=BODY | {"scenario": {"key": "b"}}, headers=MINE).json()
        assert other["identity"] != found["identity"]
        assert client.delete(f"{URL}/{found['name']}", headers=MINE).status_code == 204
        assert client.get(URL, headers=MINE).json() == {"scenarios": []}


REFUSED = [
    ("x", BODY, {}, 422),
    ("x", BODY, {"X-Copark-Owner": "short"}, 422),
    ("x", BODY, {"X-Copark-Owner": "a" * 65}, 422),
    ("a%2Fb", BODY, MINE, (404, 405)),  # 405 where a page is built, which is at every other address
    ("a%0Ab", BODY, MINE, 422),
    ("n" * 121, BODY, MINE, 422),
    ("x", BODY | {"more": 1}, MINE, 422),
    ("x", BODY | {"case": "nowhere"}, MINE, 404),
    ("x", BODY | {"case": "../etc"}, MINE, 422),
    ("x", BODY | {"scenario": {"key": "a", "edits": {"drop": ["no/such"]}}}, MINE, 422),
]


def test_what_is_not_a_scenario_of_somebodys_is_refused(client, subtests):
    for name, body, headers, status in REFUSED:
        with subtests.test(name=name, body=body, headers=headers, status=status):
            answer = client.put(f"{URL}/{name}", json=body, headers=headers)
            assert answer.status_code in (status if isinstance(status, tuple) else (status,)), answer.text
            assert client.get(URL, headers=MINE).json() == {"scenarios": []}


def test_an_owner_has_room_for_so_many(serve, monkeypatch):
    monkeypatch.setattr("copark.store.scenarios.ScenarioTable.__init__.__defaults__", (2,))
    with serve() as client:
        statuses = [client.put(f"{URL}/{n}", json=BODY, headers=MINE).status_code for n in (0, 1, 2, 1)]
        assert statuses == [200, 200, 409, 200]
        assert client.put(f"{URL}/2", json=BODY, headers=YOURS).status_code == 200
