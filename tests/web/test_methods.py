"""HEAD is GET without a body; of another method a client is told which there are."""

from __future__ import annotations

import pytest

METHODS = {
    "/status": "GET, HEAD",
    "/simulate": "POST",
    "/jobs": "GET, HEAD, POST",
    "/cases/great-stone": "DELETE, GET, HEAD",
    "/jobs/analyses": "POST",
    "/cases/great-stone/restore": "POST",
    "/scenarios/x": "DELETE, PUT",
    "/case-template.zip": "GET, HEAD",
    "/export/0123456789abcdef.csv": "GET, HEAD",
}


@pytest.mark.parametrize(
    "path", ["/status", "/cases", "/cases/great-stone", "/cases/nowhere", "/openapi.json", "/case-template.zip"]
)
def test_head_is_get_without_a_body(client, path):
    got, head = (
        client.request(method, f"/api/v1{path}", headers={"accept-encoding": "identity"}) for method in ("GET", "HEAD")
    )
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers == got.headers


def test_what_no_path_does_is_refused_with_what_it_does(client, subtests):
    for path, methods in METHODS.items():
        for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"} - set(methods.split(", ")):
            with subtests.test(path=path, method=method):
                answer = client.request(method, f"/api/v1{path}")
                assert answer.status_code == 405
                assert answer.headers["allow"] == methods
                assert method == "HEAD" or answer.json()["code"] == "http_405"
    assert client.post("/api/docs").status_code == 405
    assert client.head("/api/docs").status_code == 200
    assert client.get("/api/v1/nothing").status_code == 404


def test_a_header_or_parameter_that_may_be_left_out_is_never_null(client):
    """A header cannot be null; a description that says so has clients send the word."""
    for methods in client.get("/api/v1/openapi.json").json()["paths"].values():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                assert "null" not in str(one["schema"]), one
                assert one["name"] not in ("X-Copark-Owner", "case") or "pattern" in one["schema"], one
