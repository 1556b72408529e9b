"""The books: they say what the folders say, tell every difference with its repair, and move elsewhere whole."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from copark.cli import main
from copark.store import RunStore
from copark.store.database import open_ledger
from copark.store.database.jobs import JobTable
from copark.store.database.opening import open_database
from copark.store.database.scenarios import ScenarioShelf
from copark.store.errors import DatabaseRefused
from copark.workflows.runs import books, check_books, export_books, forget_executions, import_books, repair_books
from tests.unit.ensembles import ensemble


def stored(out, *identities, failing=()):
    """Stored runs, entered in the books as a run enters them."""
    store = RunStore(out / "runs")
    for identity in identities:
        made = ensemble(runs=6, failed=None)
        made["status_room"] = made["status"].copy()
        made.attrs |= {
            "identity": identity,
            "provenance": json.dumps({"study": {"name": "toy"}, "case": "x", "seed": 9}),
        }
        for run in failing:
            made["status"][0, run] = 2
            made["status_quarter"][0, run] = 1
            made["status_room"][0, run] = 3
        with open_ledger(out) as ledger, ledger.executing(identity, {"name": "toy"}, "x", 6):
            ledger.finish(identity, store.save(made))
            assert ledger.trouble is None
    return store


def codes(out, **options):
    return sorted(fault.code for fault in check_books(out, **options))


def test_books_that_agree_have_no_fault(tmp_path, either):
    stored(tmp_path, "aaaa", "bbbb")
    assert check_books(tmp_path) == []
    done = repair_books(tmp_path)
    assert (done.entered, done.renewed, done.forgotten, done.left) == ((), (), (), ())
    assert [one.state for one in books(tmp_path).runs] == ["finished", "finished"]


def test_every_difference_is_told_and_mended_and_no_folder_touched(tmp_path, either):
    store = stored(tmp_path, "aaaa", "bbbb", "cccc", "dddd")
    shutil.rmtree(store.root / "aaaa")
    with closing(open_database(tmp_path)) as database, database.session(write=True) as session:
        session.execute("DELETE FROM runs WHERE identity = 'bbbb'")
        session.execute("UPDATE runs SET manifest = 'x' WHERE identity = 'cccc'")
    (store.root / "dddd" / "metadata.json").write_text("{}")
    (store.root / "eeee").mkdir()
    (store.root / ".writing-ffff-4194305-0badcafe").mkdir()
    (store.root / ".shards-0123456789abcdef").mkdir()
    expected = ["database.gone", "database.left_over", "database.outdated", "database.unlisted",
                "store.file_size", "store.half_written"]  # fmt: skip
    assert codes(tmp_path) == expected
    assert all(fault.repair("zh") for fault in check_books(tmp_path))
    before = sorted(str(path) for path in store.root.rglob("*"))
    done = repair_books(tmp_path)
    assert (done.entered, done.renewed, done.forgotten) == (("bbbb",), ("cccc",), ("aaaa",))
    assert [fault.code for fault in done.left] == ["store.half_written"]
    assert codes(tmp_path) == ["database.left_over", "store.file_size", "store.half_written"]
    assert sorted(str(path) for path in store.root.rglob("*")) == before


def test_a_changed_file_of_the_same_size_is_found_unless_haste_is_asked_for(tmp_path, monkeypatch):
    store = stored(tmp_path, "aaaa")
    monkeypatch.setattr("copark.store.manifest.DEEP_LIMIT", 0)
    victim = next(path for path in (store.root / "aaaa").rglob("*") if path.is_file() and path.stat().st_size > 50
                  and "c" in path.parts)  # fmt: skip
    content = bytearray(victim.read_bytes())
    content[20] ^= 1
    victim.write_bytes(content)
    assert codes(tmp_path, quick=True) == []
    assert codes(tmp_path) == ["store.file_changed"]


def test_a_lost_database_is_rebuilt_from_the_folders(tmp_path):
    stored(tmp_path, "aaaa", "bbbb")
    before = [(one.identity, one.state, one.total, one.bytes, one.case) for one in books(tmp_path).runs]
    for path in tmp_path.glob("copark.sqlite3*"):
        path.unlink()
    assert books(tmp_path).unlisted == 2
    assert repair_books(tmp_path).entered == ("aaaa", "bbbb")
    after = [(one.identity, one.state, one.total, one.bytes, one.case) for one in books(tmp_path).runs]
    assert sorted(after) == sorted(before)


def test_single_runs_that_failed_are_named_with_what_it_takes_to_make_them_again(tmp_path):
    stored(tmp_path, "aaaa", "bbbb")
    stored(tmp_path, "cccc", failing=(2, 5))
    with open_ledger(tmp_path) as ledger:
        ledger.begin("dddd", {"name": "toy"}, "x", 6)
        ledger.fail("dddd", "no room on the disk")
    found = books(tmp_path, failed=True)
    assert [(one.identity, one.state) for one in found.runs if one.identity != "dddd"] == [("cccc", "finished")]
    assert next(one for one in found.runs if one.identity == "dddd").trouble == "no room on the disk"
    result = RunStore(tmp_path / "runs").load("cccc")
    assert [(one.run, one.status, one.room, one.seed) for one in found.failed_runs] == [
        (int(result["run"][n]), 2, "enterprises", 9) for n in (2, 5)
    ]
    for one, n in zip(found.failed_runs, (2, 5), strict=True):
        assert one.quarter == str(result["label"].values[1])
        assert np.array_equal(list(one.parameters.values()), result["draws"].values[n])


SAID = {"en": "x", "zh": "x"}
ERRAND = {"kind": "run", "case": "x", "study": {"runs": 6}, "lang": "en", "data": ".", "threads": 1}


def fill(out):
    stored(out, "aaaa")
    with open_ledger(out) as ledger:
        ledger.begin("bbbb", {"name": "was running"}, "x", 6)
    with closing(open_database(out)) as database:
        ScenarioShelf(database).save("me", "无框架", "x", {"key": "a", "edits": {"framework": {"on": False}}})
        table = JobTable(database)
        for name in ("first", "second"):
            table.add({"id": name, "owner": "me", "lane": "long", "kind": "run", "case": "x",
                       "title": {"en": "x", "zh": "园"}, "errand": ERRAND | {"data": str(out)}})  # fmt: skip
        table.claim("long", "w")


def content(out):
    with closing(open_database(out)) as database:
        scenarios = [(one.name, one.identity, one.content) for one in ScenarioShelf(database).all("me")]
        jobs = [(job.id, job.state, job.title, job.errand["data"]) for job in JobTable(database).all()]
    with open_ledger(out) as ledger:
        executions = sorted((one.identity, one.state, one.study["name"]) for one in ledger.executions())
    return scenarios, jobs, executions


@pytest.mark.long
def test_a_database_moves_to_postgresql_and_back_whole(tmp_path, monkeypatch, postgres_url):
    here, there, back = tmp_path / "here", tmp_path / "there", tmp_path / "back"
    fill(here)
    counts = export_books(tmp_path / "one.jsonl", here)
    assert counts == {"studies": 2, "runs": 1, "executions": 2, "scenarios": 1, "jobs": 2}
    monkeypatch.setenv("COPARK_DATABASE_URL", postgres_url)
    assert import_books(tmp_path / "one.jsonl", there) == counts
    assert import_books(tmp_path / "one.jsonl", there).total() == 0, "once is enough"
    scenarios, jobs, executions = content(there)
    assert jobs == [(name, "queued", {"en": "x", "zh": "园"}, str(there)) for name in ("first", "second")]
    assert ("bbbb", "interrupted", "was running") in executions
    with open_ledger(there) as ledger:
        ledger.begin("cccc", {"name": "later"}, "x", 6)
        assert ledger.trouble is None, "numbers go on where they were"
    export_books(tmp_path / "two.jsonl", there)
    monkeypatch.delenv("COPARK_DATABASE_URL")
    import_books(tmp_path / "two.jsonl", back)
    assert content(back)[0] == scenarios == content(here)[0]
    assert set(executions) <= set(content(back)[2])


def test_a_newer_scenario_takes_an_olders_place_and_not_the_other_way(tmp_path):
    with closing(open_database(tmp_path / "a")) as a, closing(open_database(tmp_path / "b")) as b:
        ScenarioShelf(a).save("me", "s", "x", {"key": "old"})
        ScenarioShelf(b).save("me", "s", "x", {"key": "new"})
        with b.session(write=True) as session:
            session.execute("UPDATE scenarios SET updated = '2999-01-01T00:00:00+00:00'")
    for name in ("a", "b"):
        export_books(tmp_path / f"{name}.jsonl", tmp_path / name)
    assert import_books(tmp_path / "a.jsonl", tmp_path / "b")["scenarios"] == 0
    assert import_books(tmp_path / "b.jsonl", tmp_path / "a")["scenarios"] == 1
    assert content(tmp_path / "a")[0] == content(tmp_path / "b")[0]


def test_executions_that_ended_long_ago_are_forgotten_and_nothing_else(tmp_path, either, capsys):
    stored(tmp_path, "aaaa", "bbbb")
    with open_ledger(tmp_path) as ledger:
        ledger.begin("cccc", {"name": "failed"}, "x", 6)
        ledger.fail("cccc", "as meant")
        ledger.begin("dddd", {"name": "runs"}, "x", 6)
        with closing(open_database(tmp_path)) as database, database.session(write=True) as session:
            long_ago = "ended = '2020-05-05T10:00:00+00:00'"
            session.execute(f"UPDATE executions SET {long_ago} WHERE identity IN ('aaaa', 'cccc')")
            session.execute("UPDATE studies SET created = '2020-05-05T10:00:00+00:00'")
        assert forget_executions("2020-05-05", tmp_path, really=True) == 0, "the day has not begun"
        assert forget_executions("2020-05-06", tmp_path) == 2
        assert len(ledger.executions()) == 4, "it was only said"
        forget = ("runs", "forget", "--before", "2020-05-06", "--out", str(tmp_path))
        assert call(capsys, *forget, "--lang", "zh")[1].startswith("2020-05-06 之前结束的执行记录：2 条")
        assert "2" in call(capsys, *forget, "--yes")[1]
        assert sorted(one.identity for one in ledger.executions()) == ["bbbb", "dddd"]
    assert [one.state for one in books(tmp_path).runs if one.identity == "aaaa"] == ["finished"], "the index has it"
    with closing(open_database(tmp_path)) as database, database.session(write=False) as session:
        assert sorted(row["name"] for row in session.execute("SELECT name FROM studies")) == ["runs", "toy"]
    code, _, told = call(capsys, "runs", "forget", "--before", "yesterday", "--out", str(tmp_path))
    assert code == 1
    assert "'yesterday' is not a date" in told


def spoiled(lines, how):
    head, *rows, last = lines
    if how == "cut":
        return lines[:-2]
    if how == "changed":
        return [head, *[row.replace("toy", "TOY") for row in rows], last]
    if how == "nonsense":
        return ["{" * 100_000]
    if how == "newer":
        return [head.replace('"tables": "0', '"tables": "9'), *rows, last]
    if how == "table":
        return [head, json.dumps({"table": "sqlite_master", "row": {}}), last]
    if how == "column":
        return [head, json.dumps({"table": "studies", "row": {"hash": "a", 'name"; DROP TABLE runs; --': 1}}), last]
    if how == "value":
        return [head, *[re.sub('"bytes": [0-9]+', '"bytes": 1e400', row) for row in rows], last]
    if how == "after":
        return [*lines, rows[0]]
    if how == "deep":
        return [head, "[" * 50_000 + "]" * 50_000, last]
    return []


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """The lines of an export."""
    folder = tmp_path_factory.mktemp("books")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COPARK_DATABASE_URL", raising=False)
        fill(folder / "a")
        export_books(folder / "a.jsonl", folder / "a")
    return (folder / "a.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("how", "code"),
    [("cut", "cut_off"), ("changed", "row_value"), ("nonsense", "not_ours"), ("newer", "other_file"),
     ("table", "line_unreadable"), ("column", "row_columns"), ("value", "line_unreadable"),
     ("after", "line_unreadable"), ("deep", "line_unreadable"), ("empty", "not_ours")],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused_and_nothing_entered(tmp_path, lines, how, code):
    (tmp_path / "b.jsonl").write_text("".join(f"{line}\n" for line in spoiled(lines, how)), encoding="utf-8")
    with pytest.raises(DatabaseRefused) as refused:
        import_books(tmp_path / "b.jsonl", tmp_path / "b")
    assert f"database.{code}" in {fault.code for fault in refused.value.faults}
    assert all(fault.cause("zh") and fault.repair("en") for fault in refused.value.faults)
    with closing(sqlite3.connect(tmp_path / "b" / "copark.sqlite3")) as base:
        assert base.execute("SELECT count(*) FROM studies").fetchone() == (0,)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("title", value) for value in ({}, {"en": "x"}, SAID | {"zh": 5}, SAID | {"de": "x"})],
        *[("errand", value) for value in ({}, {"kind": "run"}, ERRAND | {"more": 1}, ERRAND | {"kind": "claims"},
                                          ERRAND | {"study": []}, ERRAND | {"study": {"runs": "many"}},
                                          ERRAND | {"threads": None}, ERRAND | {"case": 5})],
        *[("trouble", [value]) for value in ("x", {}, {"cause": "x", "repair": "x"}, {"cause": SAID})],
        ("kind", "nonsense"), ("lane", "page"),
    ],
)  # fmt: skip
def test_a_job_that_no_server_could_show_or_do_is_not_entered(tmp_path, lines, column, value):
    """``title: {}`` would break the list of all jobs."""
    head, *rows, _ = [json.loads(line) for line in lines]
    (job,) = [row for row in rows if row["table"] == "jobs" and row["row"]["id"] == "second"]
    job["row"][column] = value
    content = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in (head, *rows))
    last = json.dumps({"sha256": hashlib.sha256(content.encode()).hexdigest()})
    (tmp_path / "b.jsonl").write_text(f"{content}{last}\n", encoding="utf-8")
    with pytest.raises(DatabaseRefused) as refused:
        import_books(tmp_path / "b.jsonl", tmp_path / "b")
    (fault,) = refused.value.faults
    assert (fault.code, fault.key.partition(".")[0]) == ("database.row_value", "jobs")


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    told = capsys.readouterr()
    return leaving.value.code, told.out, told.err


def test_the_command_line_lists_checks_and_repairs(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    stored(tmp_path, "aaaaaaaaaaaaaaaa")
    stored(tmp_path, "cccccccccccccccc", failing=(2,))
    out = ("--out", str(tmp_path))
    assert "stored" in call(capsys, "runs", *out)[1]
    code, said, _ = call(capsys, "runs", "--failed", *out, "--lang", "zh")
    assert code == 0
    assert "数值超出范围" in said
    assert "aaaaaaaaaaaaaaaa" not in said
    found = json.loads(call(capsys, "runs", "--failed", "--json", *out)[1])
    assert found["failed_runs"][0]["parameters"]
    assert call(capsys, "runs", "check", *out)[0] == 0
    assert call(capsys, "runs", "export", str(tmp_path / "x.jsonl"), *out)[0] == 0
    shutil.rmtree(tmp_path / "runs" / "aaaaaaaaaaaaaaaa")
    code, _, told = call(capsys, "runs", "check", *out, "--lang", "zh")
    assert code == 1
    assert "文件夹不存在" in told
    assert call(capsys, "runs", "repair", *out)[0] == 0
    assert call(capsys, "runs", "check", *out)[0] == 0
    assert call(capsys, "runs", "import", str(tmp_path / "x.jsonl"), *out)[0] == 0
    assert call(capsys, "runs", "import", str(tmp_path / "nowhere.jsonl"), *out)[0] == 1
