"""An own park answers to its owner alone; everybody else is told exactly what is told of a park that does not exist.

Every route of the API's own description is walked, so that a new one fails here until it is said what it may tell.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.asked import waited
from tests.web.conftest import MINE, YOURS, services_of, serving
from tests.web.test_uploads import XLSX, ZIP

ANALYSIS, SMALL = "link-impact", {"draws": 10, "links": ["network_to_arrivals"]}
NOBODY: dict[str, str] = {}
TITLES = ("Blue Harbour", "蓝港")
NAMELESS = {"lang", "example", "form", "events", "seed", "cut", "now", "X-Copark-Owner"}
"""Parameters that can name nothing of anybody's."""
VARYING = ("date", "content-length", "x-copark-identity")


@dataclass(frozen=True)
class Ask:
    """How a route is asked about a park, in values of ``{…}`` for what belongs to it; and what its owner is told."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    content: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


CASE = {"case": "{case}"}
RESULT = {"name": ANALYSIS, "run_id": "{result}"}
ONE_RUN = {"case": "{case}", "runs": 5, "draws": "unsettled"}
PRIVATE = {
    "GET /cases/{name}": Ask({"name": "{case}"}),
    "GET /cases/{name}/network": Ask({"name": "{case}"}),
    "GET /cases/{name}/files.{form}": Ask({"name": "{case}", "form": "xlsx"}),
    "GET /cases/{name}/packed": Ask({"name": "{case}"}, {"runs": "5", "draws": "unsettled"}),
    "POST /cases/{name}/packed": Ask({"name": "{case}"}, json={"runs": 5, "draws": "unsettled"}),
    "GET /method": Ask(query=CASE),
    "GET /evidence": Ask(query=CASE),
    "GET /decisions": Ask(query=CASE),
    "PUT /scenarios/{name}": Ask({"name": "mine"}, json=CASE | {"scenario": {"edits": {"quota": 5001}}}),
    "POST /simulate": Ask(json=ONE_RUN),
    "POST /compare": Ask(json=ONE_RUN | {"scenarios": [{"key": "a"}, {"key": "b", "edits": {"quota": 5001}}]}),
    "POST /coupling": Ask(json=ONE_RUN | {"scenarios": [{"key": "a"}]}),
    "GET /export/{name}": Ask({"name": "{run}.csv"}),
    "GET /reproduce/{identity}": Ask({"identity": "{run}"}),
    "POST /jobs": Ask(json=ONE_RUN, status=202),
    "GET /jobs/{name}": Ask({"name": "{job}"}),
    "GET /jobs/{name}/page": Ask({"name": "{job}"}, {"leave_out": "timeline"}),
    "DELETE /jobs/{name}": Ask({"name": "{job}"}),
    "POST /jobs/analyses": Ask(json={"analysis": ANALYSIS, "params": CASE | SMALL}, status=202),
    "POST /jobs/analyses/{name}": Ask({"name": "experts"}, CASE, content="PK", headers=XLSX, status=422),
    "GET /analyses/{name}/workbook.xlsx": Ask({"name": "experts"}, CASE),
    "GET /analyses/{name}/choices": Ask({"name": ANALYSIS}, CASE),
    "GET /analyses/{name}/results": Ask({"name": ANALYSIS}, CASE),
    "GET /analyses/{name}/{run_id}": Ask(RESULT),
    "GET /analyses/{name}/{run_id}/reproduce": Ask(RESULT),
    "GET /analyses/{name}/{run_id}/tables/{key}": Ask(RESULT | {"key": "{table}"}),
    "GET /analyses/{name}/{run_id}/charts/{key}": Ask(RESULT | {"key": "{chart}"}),
    "GET /analyses/{name}/{run_id}/files/{form}": Ask(RESULT | {"form": "json"}),
    "DELETE /cases/{name}": Ask({"name": "{case}"}),
    "POST /cases/{name}/restore": Ask({"name": "{case}"}),
}
"""Routes that are asked about something of a park, in the order in which its owner can ask them."""
LISTS = {
    "GET /cases": Ask(),
    "GET /jobs": Ask(),
    "GET /scenarios": Ask(),
    "GET /analyses/{name}/results": Ask({"name": ANALYSIS}),
}
"""Routes that list what an owner has."""
PUBLIC = {"GET /status", "GET /studies", "GET /parks", "GET /analyses", "GET /case-template.{form}"}
"""Routes that are asked about nothing of anybody's."""
ELSEWHERE = {"POST /cases", "POST /links", "DELETE /scenarios/{name}"}
"""An upload makes what is private; links have a test of their own, and scenarios are found by the word alone."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("privacy") / "out") as made:
        yield made


def upload(client, headers):
    content = client.get("/api/v1/case-template.zip?example=true").content
    answer = client.post("/api/v1/cases", content=content, headers=ZIP | headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["case"]["name"]


def finished(client, path, body, headers):
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    where = answer.headers["location"]
    job = waited(lambda: client.get(where, headers=headers).json(), lambda one: one["state"] in ("done", "failed"))
    assert job["state"] == "done", job
    return job


@pytest.fixture(scope="module")
def park(client):
    """A park of mine with a run, a page of it, a result and a saved scenario: names by what they are of."""
    case = upload(client, MINE)
    run = finished(client, "/api/v1/jobs", ONE_RUN | {"case": case}, MINE)
    body = {"analysis": ANALYSIS, "params": {"case": case} | SMALL}
    result = finished(client, "/api/v1/jobs/analyses", body, MINE)
    services = services_of(client)
    page = services.registry.parks.output(case) / "reports" / "web-page" / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text(f"<p>{TITLES[0]}", encoding="utf-8")
    services.jobs.table.end(services.jobs.table.get(run["id"]), "done", identity=run["identity"], page=str(page))
    document = client.get(f"/api/v1/analyses/{ANALYSIS}/{result['identity']}", headers=MINE).json()
    blocks = [block for section in document["sections"] for block in section["blocks"]]
    keys = {kind: next(one["key"] for one in blocks if one["type"] == kind) for kind in ("table", "chart")}
    saved = {"case": case, "scenario": {"edits": {"quota": 5001}}}
    assert client.put("/api/v1/scenarios/mine", json=saved, headers=MINE).status_code == 200
    return keys | {"case": case, "job": run["id"], "run": run["identity"], "result": result["identity"]}


NOWHERE = {"case": f"u-{32 * '0'}", "job": 24 * "0", "run": 16 * "1", "result": 16 * "2"}


def filled(content, values):
    if isinstance(content, str):
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), content)
    if isinstance(content, dict):
        return {key: filled(value, values) for key, value in content.items()}
    return [filled(one, values) for one in content] if isinstance(content, list) else content


def asked(client, route, ask, values, who):
    method, path = route.split()
    where = filled(path, filled(ask.path, values))
    sent = {"json": filled(ask.json, values)} if ask.json is not None else {"content": ask.content}
    headers = ask.headers | who
    return client.request(method, f"/api/v1{where}", params=filled(ask.query, values), headers=headers, **sent)


def told(answer, values):
    """What an answer tells, but for the names that were asked for."""
    body, headers = answer.text, {key: value for key, value in answer.headers.items() if key not in VARYING}
    for kind, name in values.items():
        body = body.replace(name, f"<{kind}>")
    return answer.status_code, headers, body


def operations(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_it_is_said_of_every_route_and_parameter_what_they_may_tell(client):
    described = operations(client)
    covered = {**{route: Ask() for route in PUBLIC | ELSEWHERE}, **LISTS, **PRIVATE}
    assert described.keys() == covered.keys(), "say of a new route what it may tell, and ask it here"
    for route, operation in described.items():
        if route in ELSEWHERE:
            continue
        ask = covered[route]
        names = {one["name"] for one in operation.get("parameters", ())} - NAMELESS
        assert names <= ask.path.keys() | ask.query.keys(), f"{route} has a parameter that is not asked"
        assert ("requestBody" in operation) == (ask.json is not None or ask.content != ""), route


def test_others_are_told_what_is_told_of_a_park_that_does_not_exist(client, park, subtests):
    for route, ask in PRIVATE.items():
        for name, who in (("another", YOURS), ("nobody", NOBODY)):
            with subtests.test(route=route, who=name):
                there, nowhere = (asked(client, route, ask, values, who) for values in (park, park | NOWHERE))
                needs_word = route == "PUT /scenarios/{name}" and who is NOBODY
                assert there.status_code == (422 if needs_word else 404), there.text[:300]
                assert told(there, park) == told(nowhere, park | NOWHERE)
                assert not any(title in there.text for title in TITLES)


def test_nothing_of_a_park_is_listed_to_others(client, park, subtests):
    for route, ask in LISTS.items():
        with subtests.test(route=route):
            mine = asked(client, route, ask, park, MINE).text
            assert park["case"] in mine
            for who in (YOURS, NOBODY):
                answer = asked(client, route, ask, park, who)
                assert answer.status_code == (422 if route == "GET /scenarios" and who is NOBODY else 200)
                assert not [name for name in (*park.values(), *TITLES) if name in answer.text and len(name) > 10]


def test_the_same_park_of_two_owners_is_two_parks(client, park):
    """What is computed of the same content has the same run ID; still nobody learns that another has it."""
    other = upload(client, YOURS)
    body = ONE_RUN | {"case": other}
    assert client.get(f"/api/v1/export/{park['run']}.csv", headers=YOURS).status_code == 404
    assert client.post("/api/v1/simulate", json=body | {"case": other}, headers=YOURS).status_code == 200
    job = finished(client, "/api/v1/jobs", body, YOURS)
    assert (job["identity"], job["reused"]) == (park["run"], False)
    path = f"/api/v1/export/{park['run']}.metadata.json"
    assert client.get(path, headers=YOURS).json()["created"] != client.get(path, headers=MINE).json()["created"]
    client.delete(f"/api/v1/cases/{other}", headers=YOURS)
    assert client.get(f"/api/v1/export/{park['run']}.csv", headers=YOURS).status_code == 404
    assert client.get(f"/api/v1/export/{park['run']}.csv", headers=MINE).status_code == 200


def test_what_the_shared_folder_holds_of_a_park_is_its_owners(client, park):
    """Earlier versions, and commands told the folder of a park, stored there what names it."""
    services = services_of(client)
    home, own = services.settings.data, services.registry.parks.output(park["case"])
    run_id = "00c0ffee00c0ffee"
    place = home / "results" / ANALYSIS / run_id / "result.json"
    place.parent.mkdir(parents=True)
    head, _, rest = (own / "results" / ANALYSIS / park["result"] / "result.json").read_text().partition("\n")
    content = json.dumps(json.loads(head) | {"run_id": run_id})
    place.write_text(f"{content}\n{rest}")
    path = f"/api/v1/analyses/{ANALYSIS}/{run_id}"
    listed = f"/api/v1/analyses/{ANALYSIS}/results"
    assert run_id in client.get(listed, headers=MINE).text
    for who in (YOURS, NOBODY):
        assert client.get(path, headers=who).status_code == 404
        assert client.get(f"{path}/files/json", headers=who).status_code == 404
        assert run_id not in client.get(listed, headers=who).text


def test_a_link_leads_its_owner_there_for_a_while_and_nobody_elsewhere(client, park):
    """Downloads, and pages in a tab of their own, send no header."""
    services = services_of(client)
    for path in (
        f"/api/v1/cases/{park['case']}/files.xlsx",
        f"/api/v1/jobs/{park['job']}/page",
        f"/api/v1/export/{park['run']}.xlsx",
    ):
        mine, yours = (
            client.post("/api/v1/links", json={"path": path}, headers=who).json()["address"] for who in (MINE, YOURS)
        )
        assert client.get(mine).status_code == 200
        assert client.get(f"{mine}&lang=zh").status_code == 200
        assert client.get(yours).status_code == 404
        assert client.get(mine.replace(path, path.replace("files.xlsx", "files.zip"))).status_code == (
            404 if "files" in path else 200
        )
        signed = mine.partition("=")[2]
        assert client.get(f"/api/v1/cases/{park['case']}", params={"link": signed}).status_code == 404
        assert client.delete(f"/api/v1/cases/{park['case']}", params={"link": signed}).status_code == 404
        assert client.get(path, params={"link": signed[:-1]}).status_code == 404
        assert client.get(path, params={"link": "12.é.."}).status_code == 404
    links = services.links
    late = links.make("me", "/x")
    assert links.owner_of(late, "/x") == "me"
    clock, links.clock = links.clock, lambda: clock() + 61
    assert links.owner_of(late, "/x") is None
    links.clock = clock


def test_its_owner_is_told_all(client, park, subtests):
    """Last, since it is deleted and restored on the way."""
    for route, ask in PRIVATE.items():
        with subtests.test(route=route):
            answer = asked(client, route, ask, park, MINE)
            assert answer.status_code == ask.status, answer.text[:300]
