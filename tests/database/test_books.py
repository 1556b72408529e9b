"""The books: they say what the folders say, and tell every fault with its repair."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from copark.store.files import lock_of, only_one
from copark.store.runs import RunStore
from copark.store.shards import ShardFolder, ShardPlan, write_plan
from copark.workflows.runs import books, check_books
from tests.asked import call
from tests.unit.ensembles import ensemble


def stored(out, *identities, failing=()):
    """Stored runs, of which single runs failed."""
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
        store.save(made)
    return store


def codes(out, **options):
    return sorted(fault.code for fault in check_books(out, **options))


def test_every_fault_is_told_and_no_folder_touched(tmp_path):
    store = stored(tmp_path, "bbbb", "dddd")
    (store.root / "dddd" / "metadata.json").write_text("{}")
    (store.root / "eeee").mkdir()
    (store.root / ".writing-ffff-4194305-0badcafe").mkdir()
    shards = ShardFolder(store.shards_of("0123456789abcdef"))
    shards.path.mkdir()
    write_plan(shards, ShardPlan("0123456789abcdef", 9000, 9000, False, 1000, "toy", "x"))
    before = sorted(str(path) for path in store.root.rglob("*"))
    assert codes(tmp_path) == ["store.file_size", "store.half_written", "store.left_over"]
    assert all(fault.repair("zh") for fault in check_books(tmp_path))
    found = {one.identity: one for one in books(tmp_path)}
    states = {name: one.state for name, one in found.items()}
    assert states == {"bbbb": "finished", "dddd": "damaged", "eeee": "damaged", "0123456789abcdef": "interrupted"}
    assert (found["0123456789abcdef"].study, found["0123456789abcdef"].total) == ("toy", 9000)
    with only_one(lock_of(shards.path)):
        assert {one.state for one in books(tmp_path)} == {"finished", "damaged", "running"}
    assert sorted(str(path) for path in store.root.rglob("*")) == before


REFUSED = {
    errno.EACCES: ("forbidden", "permission", "权限"),
    errno.EIO: ("disk_fails", "disk", "磁盘"),
    errno.EISDIR: ("unreadable", "cannot be read", "无法读取"),
}


def test_a_run_that_cannot_be_read_keeps_none_of_the_others_from_being_checked(tmp_path, capsys, monkeypatch, subtests):
    """Whatever file it is of: it is told with its cause and repair, in words."""
    names = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc")
    store = stored(tmp_path, *names)
    (store.root / names[2] / "metadata.json").write_text("{}")
    read, opened = Path.read_text, Path.open
    for number, (code, english, chinese) in REFUSED.items():
        for file in ("manifest.json", "metadata.json", "arrays.zarr/cash/c/0/0/0"):

            def refuse(path, how, *words, file=file, number=number, **named):
                if path == store.root / names[1] / file:
                    raise OSError(number, os.strerror(number), str(path))
                return how(path, *words, **named)

            with subtests.test(code=code, file=file), monkeypatch.context() as patched:
                patched.setattr(Path, "read_text", lambda path, *w, **n: refuse(path, read, *w, **n))
                patched.setattr(Path, "open", lambda path, *w, **n: refuse(path, opened, *w, **n))
                found = check_books(tmp_path)
                assert [(one.code, one.file, one.key) for one in found] == [
                    (f"store.{code}", str(store.root / names[1]), file),
                    ("store.file_size", str(store.root / names[2]), "metadata.json"),
                ]
                for lang, word in (("en", english), ("zh", chinese)):
                    left, _, told = call(["runs", "check", "--out", tmp_path, "--lang", lang], capsys)
                    assert left == 1
                    assert word in told
                    assert names[2] in told
                    assert f"Errno {number}" not in told


def test_the_command_line_lists_and_checks(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    stored(tmp_path, "aaaaaaaaaaaaaaaa")
    stored(tmp_path, "cccccccccccccccc", failing=(2,))
    out = ("--out", str(tmp_path))
    assert "stored" in call(["runs", *out], capsys)[1]
    code, said, _ = call(["runs", "--failed", *out, "--lang", "zh"], capsys)
    assert code == 0
    assert "cccccccccccccccc" in said
    assert "aaaaaaaaaaaaaaaa" not in said
    found = json.loads(call(["runs", "--failed", "--json", *out], capsys)[1])["data"]
    assert [(one["identity"], one["failed"]) for one in found["runs"]] == [("cccccccccccccccc", 1)]
    assert call(["runs", "check", *out], capsys)[0] == 0
    (tmp_path / "runs" / "cccccccccccccccc" / "notes.txt").write_text("mine", encoding="utf-8")
    code, _, told = call(["runs", "check", *out, "--lang", "zh"], capsys)
    assert code == 1
    assert "notes.txt" in told
