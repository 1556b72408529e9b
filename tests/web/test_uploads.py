"""Uploads are parsed as hostile: what is no honest case is refused with its reasons, and nothing of it stays."""

from __future__ import annotations

import stat
import struct
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook

from copark.cases import casebook_path, list_cases, load_case
from copark.errors import CaseFaults
from copark.web.content.case_registry import MOST_ENTRIES, CaseRegistry, accept_upload
from tests.web.conftest import MINE, YOURS

ZIP = {"content-type": "application/zip"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
FILES = {path.name: path.read_bytes() for path in (casebook_path() / "great-stone").iterdir() if path.is_file()}


def archive(files, folder="", kind=zipfile.ZIP_DEFLATED):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as made:
        for name, content in files.items():
            made.writestr(folder + name, content)
    return stream.getvalue()


@pytest.fixture
def registry(tmp_path):
    return CaseRegistry(tmp_path / "uploads")


def codes(registry, content, *, workbook=False):
    """Why an upload is refused; nothing of it may stay."""
    with pytest.raises(CaseFaults) as refused:
        accept_upload(registry, content, workbook=workbook)
    assert list(registry.uploads.iterdir()) == []
    return {fault.code.removeprefix("web.upload.") for fault in refused.value.faults}


@pytest.mark.parametrize("folder", ["", "my case/"])
def test_an_honest_case_is_taken_used_and_forgotten(client, folder):
    answer = client.post("/api/v1/cases", content=archive(FILES, folder), headers=ZIP)
    assert answer.status_code == 201
    case = answer.json()["case"]
    assert (case["hash"], case["uploaded"]) == (load_case("great-stone").hash, True)
    assert case["trust"]["state"] == "calibrated", "parameters go by the content of a case"
    name = case["name"]
    assert client.get(f"/api/v1/cases/{name}").json()["case"] == case
    said, own = (
        client.post("/api/v1/simulate", json={"case": one, "runs": 20}).json() for one in (name, "great-stone")
    )
    assert (said["identity"], said["scenarios"]) == (own["identity"], own["scenarios"])
    assert [client.delete(f"/api/v1/cases/{name}").status_code for _ in range(2)] == [200, 404]
    assert client.get(f"/api/v1/cases/{name}").status_code == 404


def test_the_list_of_cases_shows_ones_own_uploads_to_their_owner_alone(client):
    def listed(headers):
        return [case["name"] for case in client.get("/api/v1/cases", headers=headers).json()["cases"]]

    name = client.post("/api/v1/cases", content=archive(FILES), headers=ZIP | MINE).json()["case"]["name"]
    assert listed(MINE) == [name, *list_cases()]
    assert listed(YOURS) == listed({}) == list(list_cases())
    client.delete(f"/api/v1/cases/{name}", headers=MINE)
    assert listed(MINE) == list(list_cases())


@pytest.mark.parametrize("name", ["great-stone", list_cases()[0]])
@pytest.mark.parametrize("form", ["zip", "xlsx"])
def test_a_case_given_and_brought_back_is_the_same_case(client, name, form):
    files = client.get(f"/api/v1/cases/{name}/files.{form}")
    assert files.headers["content-disposition"] == f'attachment; filename="{name}.{form}"'
    answer = client.post("/api/v1/cases", content=files.content, headers=ZIP if form == "zip" else XLSX)
    assert answer.status_code == 201, answer.text
    assert answer.json()["case"]["hash"] == load_case(name).hash


def test_faults_are_told_with_file_line_cause_and_repair(client):
    wrong = FILES | {"equity.csv": FILES["equity.csv"].replace(b",10000,", b",9999,", 1), "events.csv": b"date;scale\n"}
    wrong["case.yaml"] = FILES["case.yaml"].replace(b"kind: intergovernmental", b"kind: governmental", 1)
    answer = client.post("/api/v1/cases", content=archive(wrong), headers=ZIP)
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    kind = next(fault for fault in faults if fault["field"] == "kind")
    lines = FILES["case.yaml"].decode().splitlines()
    assert (kind["file"], kind["line"]) == ("case.yaml", lines.index("kind: intergovernmental") + 1)
    assert kind["repair"]["en"] == "Write intergovernmental."
    assert kind["repair"]["zh"]
    assert any(fault["file"] == "events.csv" and fault["line"] == 1 for fault in faults)


def link():
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        entry = zipfile.ZipInfo("case.yaml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(entry, "/etc/passwd")
    return stream.getvalue()


def spoiled(content, *changes):
    """An archive with bytes changed: so many after a mark, or at a place."""
    made = bytearray(content)
    for mark, at, put in changes:
        place = made.find(mark) + at
        made[place : place + len(put)] = put
    return bytes(made)


LEAD_OUT = ("../case.yaml", "a/../../case.yaml", "/etc/case.yaml", "..\\case.yaml", "C:\\case.yaml", "c:case.yaml",
            "\\\\host\\case.yaml")  # fmt: skip


def harmful():
    return [
        *(("leads_out", FILES | {name: b"x"}) for name in LEAD_OUT),
        ("not_a_plain_file", link()),
        ("bomb", FILES | {"events.csv": b"0" * 4_000_000}),
        ("too_large_inside", {"events.csv": b"0" * 30_000_000}),
        ("unknown_file", {"inner.zip": archive(FILES)}),
        ("unknown_file", FILES | {"run.py": b"import os"}),
        ("too_deep", {"a/b/case.yaml": b"x"}),
        ("several_cases", {"a/case.yaml": b"x", "b/case.yaml": b"x"}),
        ("no_case", {"README.md": b"x"}),
        ("too_many_entries", {f"{n}.csv": b"" for n in range(MOST_ENTRIES + 1)}),
        ("broken", spoiled(archive({"case.yaml": FILES["case.yaml"]}), (b"", 200, b"\xff" * 60))),
        ("encrypted", spoiled(archive({"case.yaml": b"x"}), (b"PK\x03\x04", 6, b"\x01"), (b"PK\x01\x02", 8, b"\x01"))),
    ]  # fmt: skip


def test_archives_that_would_do_harm_are_refused_and_nothing_of_them_stays(registry, tmp_path, subtests):
    for n, (code, content) in enumerate(harmful()):
        with subtests.test(n=n, code=code):
            assert codes(registry, content if isinstance(content, bytes) else archive(content)) == {code}
            assert not list(tmp_path.rglob("case.yaml"))


def test_sizes_are_not_believed(registry):
    """An entry that says it is small and is not: it is read to the limit and no further."""
    noise = bytes(n * 7919 % 251 for n in range(6_000_000))
    small = struct.pack("<I", 1000)
    content = archive({"events.csv": noise}, kind=zipfile.ZIP_STORED)
    content = spoiled(content, (b"PK\x01\x02", 24, small), (b"PK\x03\x04", 22, small))
    assert codes(registry, content) <= {"too_large_inside", "broken", "not_an_archive"}


def workbook(sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(content, part, change):
    """A workbook with one of its parts changed."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            raw = old.read(entry)
            new.writestr(entry.filename, change(raw) if entry.filename == part else raw)
    return stream.getvalue()


def test_workbooks_that_would_do_harm_are_refused(registry, subtests):
    plain = workbook({"Park": [["What", "Value"], ["Short name", "x"]]})
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    for code, content in (
        ("entities", rewritten(plain, "xl/workbook.xml", lambda raw: laughs + raw)),
        ("bomb", rewritten(plain, "xl/worksheets/sheet1.xml", lambda raw: raw + b" " * 4_000_000)),
        ("not_a_workbook", rewritten(plain, "xl/workbook.xml", lambda _: b"<x")),
        ("no_sheet", workbook({"other": [[1]]})),
        ("too_many_rows", workbook({"Park": [["What", "Value"], *([[f"a{n}", 1] for n in range(20_001)])]})),
    ):
        with subtests.test(code=code):
            assert codes(registry, content, workbook=True) == {code}


def test_a_file_of_another_kind_is_told(client):
    answer = client.post("/api/v1/cases", content=b"x", headers={"content-type": "text/csv"})
    assert (answer.status_code, answer.json()["code"]) == (415, "media")


def test_what_a_server_that_is_gone_has_left_is_swept(serve, tmp_path):
    out = tmp_path / "out"
    left = [out / "web" / "cases" / ".incoming-01", out / "web" / "files" / "01.csv", out / ".export-01"]
    for path in left:
        path.mkdir(parents=True)
    with serve(data=out):
        assert not any(path.exists() for path in left)
