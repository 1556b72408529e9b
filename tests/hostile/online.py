"""What is sent to the server: addresses, bodies, uploads; and how an honest answer looks."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st

from tests.hostile import mutations as m
from tests.hostile.subjects import ACCEPTED, REFUSED, Subject, files_of, shipped_studies, skeleton, tree_of, tried


@dataclass(frozen=True)
class Sent:
    """A request as bytes: what any program may send."""

    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


_client: Any = None


@contextmanager
def server_in(folder: Path) -> Iterator[None]:
    """Let a server run for the subjects of this module."""
    global _client
    from tests.web.conftest import serving

    with serving(folder, limits={"jobs": 0}) as _client:
        yield


def answered(sent: Sent, _folder: Path) -> str:
    """An honest answer: what was asked for, or a problem with cause and repair in both languages; never a 500."""
    from tests.web.conftest import sent_raw

    status, headers, body = sent_raw(_client, sent.method, sent.path, sent.body, query=sent.query, headers=sent.headers)
    assert 200 <= status < 600, sent
    for name, value in headers:
        assert not set(name + value) & set(b"\r\n\0"), f"{sent}: a header could be added: {name!r} {value!r}"
        assert b"injected" not in name.lower()
    if status < 400 or sent.method == "HEAD":
        return ACCEPTED if status < 400 else REFUSED
    by_name, problem = dict(headers), json.loads(body)
    assert by_name[b"content-type"] == b"application/problem+json", (sent, body)
    assert status != 500, (sent, problem)
    assert status not in (429, 503) or int(by_name[b"retry-after"]) >= 1, sent
    for part in (problem, *problem["faults"]):
        assert all(part[words][lang].strip() for words in ("cause", "repair") for lang in ("en", "zh")), sent
    assert b"Traceback" not in body
    assert by_name[b"x-content-type-options"] == b"nosniff"
    return ACCEPTED if problem["code"] == "jobs_full" else REFUSED


# --- addresses --------------------------------------------------------------------------------------------------------

PARTS = (
    "..", ".", "", "%2e%2e", "..%2f", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "%ff", "%c0%ae",
    "%0d%0ax-injected:%201", "%E2%80%AE", "great-stone", "GREAT-STONE", "u-" + "0" * 32, "0123456789abcdef", "0" * 24,
    "a" * 5000, "cases", "jobs", "runs", "export", "~", "con", "index.html", "favicon.ico", "assets", ";x=1", "?", "#",
    "great-stone%20", "series.csv", "en", "files.zip", "files.exe", "trial", "page", "{name}", "[", "|", "\\",
    "%5c..%5c", "中", "é",
)  # fmt: skip
QUERIES = (
    "lang=zh", "lang=xx", "lang=", "lang=en&lang=zh", "case=great-stone", "case=../x", "case=%00", "case=" + "a" * 70,
    "token=x", "output=cash", "output=%0d%0ax-injected:1", "output=a%22;b", "output=..%2f..%2fx", "scenario=-1",
    "scenario=99", "scenario=1e9", "&&&",
    "=", "%", "%zz", "a" * 9000, "x[]=1", "lang[$ne]=1",
)  # fmt: skip
HEADERS = (
    (b"accept-language", b"zh;q=x,en;q=1e999"), (b"accept-language", b"," * 5000), (b"accept-language", b"zh;q=nan"),
    (b"if-none-match", b'"x"'), (b"if-none-match", b"\xff"), (b"range", b"bytes=0-"),
    (b"content-type", b"application/json"), (b"content-type", b"text/xml"), (b"content-type", b"multipart/form-data"),
    (b"content-type", b"application/json; charset=utf-16"), (b"content-type", b"\xff"), (b"content-length", b"-1"),
    (b"content-length", b"99999999999999999999"), (b"transfer-encoding", b"chunked, gzip"),
    (b"content-encoding", b"gzip"), (b"x-forwarded-for", b"1.2.3.4"), (b"x-http-method-override", b"DELETE"),
    (b"authorization", b"Bearer"), (b"authorization", b"Basic \xff"),
    (b"cookie", b"copark_session=\xff; ;;=;" + b"a=b;" * 900), (b"origin", b"null"), (b"origin", b"http://localhost"),
    (b"origin", b"http://[::1"), (b"host", b"evil"), (b"accept", b"application/x"), (b"expect", b"100-continue"),
    (b"prefer", b"respond-async"), (b"upgrade", b"websocket"),
)  # fmt: skip
METHODS = (*["GET"] * 4, *["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW", "get"], "")


@cache
def routes() -> tuple[str, ...]:
    from copark.web.limits import ServerSettings, TokenBuckets
    from copark.web.server import bare_app

    return ("/", "/api/docs", *bare_app(ServerSettings(), TokenBuckets(1.0, 1.0)).openapi()["paths"])


_FILLED = {
    "{name}": "great-stone", "{form}": "zip", "{run_id}": "0123456789abcdef", "{key}": "a", "{output}": "registered",
}  # fmt: skip


@st.composite
def addresses(draw: m.Draw) -> Sent:
    """An address of the interface with a part of it replaced, put in or taken out, a query and headers."""
    pieces = m.one(draw, routes()).split("/")
    for place, piece in enumerate(pieces):
        filled = piece
        for hole, value in _FILLED.items():
            filled = filled.replace(hole, m.one(draw, PARTS) if draw(st.booleans()) else value)
        pieces[place] = filled
    kind = draw(st.integers(0, 5))
    if kind == 0:
        pieces.insert(draw(st.integers(0, len(pieces))), m.one(draw, PARTS))
    elif kind == 1:
        pieces[draw(st.integers(0, len(pieces) - 1))] = m.one(draw, PARTS)
    elif kind == 2:
        pieces.pop(draw(st.integers(0, len(pieces) - 1)))
    query = "&".join(m.one(draw, QUERIES) for _ in range(draw(st.integers(0, 2))))
    headers = tuple(m.one(draw, HEADERS) for _ in range(draw(st.integers(0, 2))))
    return Sent(m.one(draw, METHODS), unquote_to_bytes("/".join(pieces)), query.encode(), b"", headers)


VALUES = (
    "", "0", "-1", "1", "99", "1e999", "nan", "2024Q4", "2024Q9", "9999Q1", "en", "zh", "true", "great-stone", "%00",
    "%ff", "%E2%80%AE", "%0d%0ax-injected:%201", "../../etc/passwd", "<svg/onload=alert(1)>", "'", "a" * 70,
    "a" * 9000, "9" * 400, "{}", "[1]", "null", "registered", "registered,operating", ",", ",,", "svg", "html",
)  # fmt: skip


@cache
def readings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Addresses that are read, and the parameters that each says it takes."""
    from copark.web.limits import ServerSettings, TokenBuckets
    from copark.web.server import bare_app

    paths = bare_app(ServerSettings(), TokenBuckets(1.0, 1.0)).openapi()["paths"]
    read = {path: operations["get"].get("parameters", ()) for path, operations in paths.items() if "get" in operations}
    return tuple((path, tuple(one["name"] for one in told if one["in"] == "query")) for path, told in read.items())


@st.composite
def own_queries(draw: m.Draw) -> Sent:
    """An address that is read, whole, with its own parameters given anything, once or twice."""
    path, names = m.one(draw, readings())
    for hole, value in _FILLED.items():
        path = path.replace(hole, value)
    given = [f"{name}={m.one(draw, VALUES)}" for name in names for _ in range(draw(st.integers(0, 2)))]
    return Sent("GET", path.encode(), "&".join(given).encode())


# --- bodies -----------------------------------------------------------------------------------------------------------

EDITS = {"equity": [{"home": 3500, "host": 6500}], "quota": 5001, "rivals": [{"side": "host", "size": 1, "stake": 0.9}],
         "drop": ["anchor/maz-weichai"]}  # fmt: skip
SCENARIO = {"key": "a", "title": {"en": "A", "zh": "甲"}, "parameters": {"land_price": 0}, "edits": EDITS,
            "links": {"demand_to_arrivals": {"strength": 0.5, "from": 3}}, "without_anchors": [0]}  # fmt: skip
JSON = ((b"content-type", b"application/json"),)
FEW = {"case": "great-stone", "runs": 2, "seed": 1, "quarters": 8, "outputs": ["operating", "cash"]}
PARTS_ASKED = {"samples": 1, "flows": True, "why": "operating"}
BODIES: dict[str, Any] = {
    "/api/v1/simulate": {**FEW, "scenario": SCENARIO, "baseline": None, "parts": PARTS_ASKED},
    "/api/v1/compare": {**FEW, "scenarios": [SCENARIO, {"key": "b", "title": {"en": "B", "zh": "乙"}}]},
    "/api/v1/coupling": {**FEW, "scenarios": [SCENARIO]},
    "/api/v1/jobs": {**FEW, "scenarios": [SCENARIO], "lang": "zh", "report": True},
    "/api/v1/jobs/analyses": {"analysis": "claims", "params": {"case": "great-stone"}, "lang": "en"},
}


@st.composite
def bodies(draw: m.Draw) -> Sent:
    path = m.one(draw, sorted(BODIES))
    return Sent("POST", path.encode(), b"", m.changed_body(draw, BODIES[path]), JSON)


# --- uploads ----------------------------------------------------------------------------------------------------------


def taken(content: bytes, folder: Path, *, workbook: bool) -> str:
    """Taking an upload; nothing of what is refused may stay."""
    from copark.web.content.case_registry import CaseRegistry, accept_upload

    registry = CaseRegistry(folder / "uploads")
    answer = tried(lambda: accept_upload(registry, content, workbook=workbook))
    uploads = list((folder / "uploads").iterdir())
    assert len(uploads) == (answer == ACCEPTED), uploads
    return answer


def _inside(draw: m.Draw, name: str, raw: bytes) -> bytes:
    if name.endswith(".csv"):
        return m.changed_table(draw, raw)
    is_sound = raw in files_of(skeleton()).values()
    return m.changed_yaml(draw, raw, tree_of(raw)) if is_sound else m.changed_bytes(draw, raw)


@st.composite
def archives(draw: m.Draw) -> bytes:
    files = dict(files_of(skeleton()))
    if draw(st.booleans()):
        return m.changed_archive(draw, files, _inside)
    name = m.one(draw, sorted(files))
    files[name] = _inside(draw, name, files[name])
    return archive_of(files)


@cache
def case_book() -> bytes:
    from copark.cases.workbook_writing import workbook_of

    return workbook_of(skeleton())


@cache
def case_sheets() -> dict[str, list[list[Any]]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(case_book()))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@st.composite
def case_books(draw: m.Draw) -> bytes:
    return m.changed_workbook(draw, case_sheets(), case_book())


def archive_of(files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    return m.zipped([(m.entry_of(name, kind), raw) for name, raw in files.items()])


# --- workspaces -------------------------------------------------------------------------------------------------------


@cache
def workspace() -> dict[str, bytes]:
    """The files of a workspace with a case and its run."""
    import zipfile
    from tempfile import TemporaryDirectory

    from copark.workflows import run_study, workspaces

    study = shipped_studies()[0].replace(b"case: great-stone", f"case: {skeleton()}".encode())
    with TemporaryDirectory() as place:
        (Path(place) / "study.yaml").write_bytes(study)
        outcome = run_study(Path(place) / "study.yaml", runs=2, draws="defaults", out=Path(place), report=False)
        packed = workspaces.pack(Path(place) / "w.zip", runs=[outcome.identity], out=Path(place))
        with zipfile.ZipFile(packed.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


@st.composite
def workspaces_of(draw: m.Draw) -> bytes:
    """A workspace with names, kinds, sizes or contents changed; its list fits in one of two."""
    files = dict(workspace())
    if draw(st.booleans()):
        return m.changed_archive(draw, files, _anything_inside)
    readable = [name for name in files if name.endswith((".yaml", ".csv", ".json"))]
    name = m.one(draw, readable)
    files[name] = _anything_inside(draw, name, files[name])
    return archive_of(relisted(files))


def relisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files with checksums that fit: what a careful forger would send."""
    from copark.store.workspace import CRATE, MANIFEST, as_json, manifest_of

    inner = {name: raw for name, raw in files.items() if name not in (MANIFEST, CRATE)}
    sums = {name: (len(raw), hashlib.sha256(raw).hexdigest()) for name, raw in inner.items()}
    return {**inner, CRATE: files[CRATE], MANIFEST: as_json(manifest_of(sums))}


def _anything_inside(draw: m.Draw, name: str, raw: bytes) -> bytes:
    if raw != workspace().get(name):  # spoiled already: it may be no JSON any more
        return m.changed_bytes(draw, raw)
    if name.endswith(".json"):
        return m.changed_body(draw, json.loads(raw))
    return _inside(draw, name, raw) if name.endswith((".yaml", ".csv")) else m.changed_bytes(draw, raw)


def unpacked(content: bytes, folder: Path) -> str:
    """Opening a workspace: all of it, or nothing."""
    from copark.store.runs import RunStore
    from copark.workflows import workspaces

    path, target = folder / "w.zip", folder / "there"
    path.write_bytes(content)
    answer = tried(lambda: workspaces.open_(path, target))
    assert {entry.name for entry in folder.iterdir()} == {"w.zip"} | ({"there"} if answer == ACCEPTED else set())
    if answer == ACCEPTED:
        records, faults = RunStore(target / "runs").records()
        for record in records:
            RunStore(target / "runs").load(record.identity)
        assert not faults
    return answer


SIMULATE = "/api/v1/simulate"
SOUND = Sent("POST", SIMULATE.encode(), b"", json.dumps(BODIES[SIMULATE]).encode(), JSON)
ONLINE = (
    Subject("addresses", 2500, addresses(), answered, lambda: Sent("GET", b"/api/v1/cases")),
    Subject("queries", 1200, own_queries(), answered, lambda: Sent("GET", b"/api/v1/cases")),
    Subject("bodies", 1200, bodies(), answered, lambda: SOUND),
)
UPLOADS = (
    Subject(
        "uploaded archives",
        600,
        archives(),
        partial(taken, workbook=False),
        lambda: archive_of(files_of(skeleton()), zipfile.ZIP_DEFLATED),
    ),
    Subject("uploaded workbooks", 400, case_books(), partial(taken, workbook=True), case_book),
    Subject("workspaces", 150, workspaces_of(), unpacked, lambda: archive_of(workspace())),
)
