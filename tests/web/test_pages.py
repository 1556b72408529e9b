"""The built front end is served from memory, squeezed, and nothing beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import copark
from copark.browser.module_files import is_current
from copark.web.server import PAGES

SCRIPT = "/assets/app-0123.js"
BUILT = Path(copark.__file__).parent / "web" / "dist"


@pytest.fixture
def dist(tmp_path):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>copark</title>", encoding="utf-8")
    (folder / "assets" / "app-0123.js").write_text("console.log(1)" * 100, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


def test_pages_and_assets_are_served(serve, dist):
    with serve(dist=dist) as client:
        page = client.get("/")
        assert page.text.startswith("<!doctype html>")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        kept = client.get("/", headers={"if-none-match": page.headers["etag"]})
        assert kept.status_code == 304
        assert "content-security-policy" not in kept.headers, "the browser would put it in the place of the page's own"
        assert client.get("/compare").text == page.text, "addresses within the page are the page's own"
        assert client.get("/analyses/levers").status_code == 200
        for path in ("/nonsense", "/analyses/nonsense", "/compare/levers"):
            unknown = client.get(path, headers={"accept": "text/html"})
            assert (unknown.status_code, unknown.text) == (404, page.text), "the page itself tells that there is none"
        assert client.head("/").status_code == 200
        script = client.get(SCRIPT)
        assert script.text == "console.log(1)" * 100
        assert client.get(SCRIPT, headers={"if-none-match": script.headers["etag"]}).status_code == 304


def test_scripts_are_kept_and_sent_as_the_build_packed_them_to_who_reads_that(serve, dist):
    (dist / "assets" / "app-0123.js.br").write_bytes(b"packed")
    for takes, sent in (("gzip, br", "br"), ("gzip;q=1.0, br;q=0.5", "br"), ("gzip", "gzip"), ("identity", None)):
        with serve(dist=dist) as client, client.stream("GET", SCRIPT, headers={"accept-encoding": takes}) as found:
            assert found.headers.get("content-encoding") == sent
            assert found.headers["content-type"] == "text/javascript; charset=utf-8"
            assert found.headers["vary"] == "Accept-Encoding"
            assert "immutable" in found.headers["cache-control"]
            assert (b"".join(found.iter_raw()) == b"packed") == (sent == "br")


def test_only_the_page_and_its_worker_may_compile_the_kernel(serve, dist):
    (dist / "assets" / "worker-0123.js").write_text("onmessage = null", encoding="utf-8")
    with serve(dist=dist) as client:
        policies = {
            path: client.get(path).headers["content-security-policy"]
            for path in ("/simulate", "/assets/worker-0123.js", SCRIPT, "/api/v1/status")
        }
        may = [path for path, policy in policies.items() if "'wasm-unsafe-eval'" in policy]
        assert may == ["/simulate", "/assets/worker-0123.js"]
        assert not [policy for policy in policies.values() if "'unsafe-eval'" in policy]
        assert client.get("/kernel.json").status_code == (200 if is_current() else 204)
        assert client.get("/assets/kernel-0123.wasm").status_code == 404
        if is_current():
            module = client.get(f"/assets/kernel-{client.get('/kernel.json').json()['made_of']}.wasm")
            assert module.headers["content-type"] == "application/wasm"
            assert "immutable" in module.headers["cache-control"]
        park = "/api/v1/cases/lekki/packed?runs=2&draws=defaults"
        packed = client.get(park)
        assert client.get(park, headers={"if-none-match": packed.headers["etag"]}).status_code == 304
        assert client.get("/api/v1/cases/lekki/packed?runs=1001").status_code == 422


def test_licences_of_what_is_bundled_go_along_with_the_page_and_are_linked_from_its_foot(serve):
    """Whoever gets the page gets the licence of every package that is in it."""
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built: make page")
    with serve(dist=BUILT) as client:
        found = client.get("/licenses.txt")
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/plain")
    for words in ("## svelte - ", "Permission is hereby granted, free of charge"):
        assert words in found.text, words
    assert 'href="/licenses.txt"' in Path("frontend/src/App.svelte").read_text(encoding="utf-8")


def test_the_server_knows_the_pages_of_the_front_end():
    source = Path("frontend/src/lib/app.svelte.ts").read_text(encoding="utf-8")
    named = re.findall(r"'(\w+)'", source.partition("PAGES = [")[2].partition("]")[0])
    assert named
    assert {*named, "", "claims"} - {"home"} == PAGES, (
        "the first page is at /; claims is the former address of an analysis"
    )


BESIDE = ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "/link.txt",
         "//etc/passwd", "/assets/app-0123.js.map", "/assets%00.js"]  # fmt: skip


def test_nothing_beside_the_page_can_be_had(serve, dist, subtests):
    with serve(dist=dist) as client:
        for path in BESIDE:
            with subtests.test(path=path):
                answer = client.get(path)
                assert "secret" not in answer.text
                assert answer.status_code in (404, 200)
                assert answer.status_code == 404 or answer.text.startswith("<!doctype html>")


def test_the_description_of_the_interface_is_served_here(client):
    api = client.get("/api/v1/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    for lang in ("en", "zh"):
        page = client.get(f"/api/docs?lang={lang}").text
        for path in api["paths"]:
            assert path in page
    operations = [one for methods in api["paths"].values() for one in methods.values()]
    assert all(one["summary"] and one["description"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)
    referred = {ref.partition('"')[0] for ref in str(api).replace("'", '"').split("#/components/schemas/")[1:]}
    assert referred <= set(api["components"]["schemas"])


@pytest.mark.parametrize("path", ["/api/v1/evidence", "/api/v1/openapi.json", "/api/docs"])
def test_what_does_not_change_is_squeezed_and_not_sent_twice(client, path):
    plain, given = (client.get(path, headers={"accept-encoding": kind}) for kind in ("identity", "gzip"))
    assert "content-encoding" not in plain.headers
    assert given.headers["content-encoding"] == "gzip"
    assert given.content == plain.content
    assert "accept-encoding" in plain.headers["vary"].lower(), "it may not be given to who asks otherwise"
    if "etag" in given.headers:
        again = client.get(path, headers={"accept-encoding": "gzip", "if-none-match": given.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["vary"].lower() == given.headers["vary"].lower() == "accept-encoding"


def test_the_documentation_is_served_where_it_is_built_and_runs_its_own_scripts_alone(serve, tmp_path):
    site = tmp_path / "site"
    for lang in ("en", "zh"):
        (site / lang).mkdir(parents=True)
        (site / lang / "index.html").write_text(f"<!doctype html>{lang}", encoding="utf-8")
    (site / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    with serve(site=site) as client:
        for address in ("/docs", "/docs/"):
            page = client.get(address, headers={"accept-language": "zh-CN,zh"})
            assert (page.status_code, page.text) == (200, "<!doctype html>zh")
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "http" not in policy
        assert client.get("/docs/en/index.html").text == "<!doctype html>en"
        assert client.head("/docs/en/index.html").status_code == 200
        for path in (
            "/docs/en/nothing.html",
            "/docs/../secret.txt",
            "/docs/%2e%2e/secret.txt",
            "/docs/en/..%2f..%2f..%2fsecret.txt",
        ):
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert "secret" not in answer.text
    with serve(site=tmp_path / "nowhere") as client:
        assert client.get("/docs").status_code == 404
