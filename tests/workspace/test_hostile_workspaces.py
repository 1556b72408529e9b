"""A workspace from a stranger: refused with a reason, and nothing of it on the disk."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

import pytest

from copark.store.manifest import NAME
from copark.store.runs import RunStore
from copark.store.workspace import CRATE, MANIFEST, WorkspaceRefused, as_json
from copark.workflows import workspaces
from tests.hostile import mutations
from tests.hostile.mutations import zipped
from tests.hostile.online import archive_of, relisted

entry_of = partial(mutations.entry_of, kind=zipfile.ZIP_STORED)


def listed(files):
    """The same files with a list and a description that fit them: what a careful forger would send."""
    crate = json.loads(files[CRATE])
    graph = [one for one in crate["@graph"] if one["@type"] != "File"]
    graph += [{"@id": name, "@type": "File"} for name in {*files, MANIFEST} - {CRATE}]
    return relisted({**files, CRATE: as_json({**crate, "@graph": graph})})


def resealed(files, place):
    """A run whose own list of files fits what it holds now."""
    inner = {name.removeprefix(f"{place}/"): raw for name, raw in files.items() if name.startswith(f"{place}/")}
    known = json.loads(inner.pop(NAME))
    known["files"] = {n: {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()} for n, raw in inner.items()}
    return {**files, f"{place}/{NAME}": as_json(known)}


def refused(tmp_path, content):
    """Why it is refused: by verifying and by opening, for the same reasons; nothing of it stays."""
    path, there = tmp_path / "w.zip", tmp_path / "there"
    path.write_bytes(content if isinstance(content, bytes) else archive_of(content))
    found = workspaces.verify(path)
    assert found.faults
    with pytest.raises(WorkspaceRefused) as told:
        workspaces.open_(path, there)
    assert told.value.faults == found.faults
    assert not there.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["w.zip"]
    for fault in found.faults:
        assert all(fault.sentence(lang).isprintable() for lang in ("en", "zh"))
    return {fault.code.removeprefix("workspace.").removeprefix("store.") for fault in found.faults}


@pytest.fixture
def files(own):
    with zipfile.ZipFile(own.path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture
def run(own):
    return f"runs/{own.runs[0]}"


def test_a_forger_who_changes_nothing_is_believed(tmp_path, files):
    """The tests below change one thing each: without it the workspace is whole."""
    path = tmp_path / "w.zip"
    path.write_bytes(archive_of(listed(files)))
    assert workspaces.verify(path).faults == ()


def test_links_and_devices(tmp_path, files, subtests):
    for kind in [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]:
        with subtests.test(kind=kind):
            entries = [(entry_of(name), raw) for name, raw in files.items()]
            content = zipped([*entries, (entry_of("studies/x.yaml", mode=kind | 0o777), b"/etc/passwd")])
            assert refused(tmp_path, content) == {"not_a_plain_file"}


def test_bytes_that_no_checksum_covers(tmp_path, own, files, subtests):
    """Before, between and after entries, in comments and extra fields, in folders and in names of folders."""
    packed = own.path.read_bytes()
    entries = [(entry_of(name), raw) for name, raw in listed(files).items()]
    first = entries[0][0]

    def commented(**changes):
        entry = entry_of(first.filename)
        for name, value in changes.items():
            setattr(entry, name, value)
        return zipped([(entry, entries[0][1]), *entries[1:]])

    folder = stat.S_IFDIR | 0o755
    with_comment = io.BytesIO(packed)
    with zipfile.ZipFile(with_comment, "a") as archive:
        archive.comment = b"payload"
    end = packed.rindex(b"PK\x05\x06")
    start = int.from_bytes(packed[end + 16 : end + 20], "little")
    moved = (start + 7).to_bytes(4, "little")
    between = packed[:start] + b"payload" + packed[start : end + 16] + moved + packed[end + 20 :]
    *_, last = zipfile.ZipFile(io.BytesIO(packed)).infolist()
    longer = bytearray(packed[:start] + b"payload" + packed[start : end + 16] + moved + packed[end + 20 :])
    for place in (last.header_offset + 18, longer.rindex(b"PK\x01\x02") + 20):
        longer[place : place + 4] = (last.compress_size + 7).to_bytes(4, "little")
    for name, content in {
        "behind the content of an entry": bytes(longer),
        "before": b"payload" + packed,
        "after": packed + b"payload",
        "between": between,
        "comment of the archive": with_comment.getvalue(),
        "comment of an entry": commented(comment=b"payload"),
        "compressed": zipped([(mutations.entry_of(first.filename), entries[0][1]), *entries[1:]]),
        "extra field": commented(extra=b"\xfe\xca\x07\x00payload"),
        "content of a folder": zipped([*entries, (entry_of("cases/my-park/", mode=folder), b"payload")]),
        "name of a folder": zipped([*entries, (entry_of("payload/", mode=folder), b"")]),
    }.items():
        with subtests.test(name):
            assert refused(tmp_path, content) == {"hidden"}


def test_a_bit_that_fell_over(tmp_path, files, run):
    """In numbers, in a case, in a study: told by the file."""
    for name in (f"{run}/arrays.zarr/cash/c/0/0/0", "cases/my-park/series.csv", "studies/half.yaml"):
        raw = bytearray(files[name])
        raw[len(raw) // 2] ^= 1
        assert refused(tmp_path, {**files, name: bytes(raw)}) == {"checksum"}


def test_files_that_are_missing_or_too_many(tmp_path, files, run):
    less = {name: raw for name, raw in files.items() if name != "studies/half.yaml"}
    assert refused(tmp_path, less) == {"missing"}
    assert refused(tmp_path, {**files, "studies/more.yaml": b"x"}) == {"not_listed"}
    for name in (MANIFEST, CRATE):
        assert refused(tmp_path, {key: raw for key, raw in files.items() if key != name}) == {"no_list"}


def test_a_case_and_a_study_with_faults_are_told_with_their_lines(tmp_path, files):
    wrong = {**files, "cases/my-park/equity.csv": files["cases/my-park/equity.csv"].replace(b"6000", b"7000")}
    assert refused(tmp_path, listed(wrong)) == {"cases.equity_sum"}
    bomb = {**files, "studies/half.yaml": b"a: &a [x]\nb: *a\n"}
    assert refused(tmp_path, listed(bomb)) == {"cases.alias"}


def changed(files, run, place, value):
    """The files with an entry of the run's description changed, and everything listed anew."""
    name = f"{run}/metadata.json"
    entry = metadata = json.loads(files[name])
    *way, last = place
    for step in way:
        entry = entry[step]
    entry[last] = value
    return listed(resealed({**files, name: as_json(metadata)}, run))


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [(("provenance", "study", "seed"), 2, "contradicts"), (("provenance", "case_hash"), "0" * 64, "contradicts"),
     (("identity",), "0123456789abcdef", "contradicts"),
     (("provenance", "study"), float("nan"), "metadata_unreadable")],
)  # fmt: skip
def test_a_run_whose_name_does_not_fit_its_study_case_and_model(tmp_path, files, run, place, value, code):
    """All checksums are right; the identity is not that of what is said to have made it."""
    assert refused(tmp_path, changed(files, run, place, value)) == {code}


BAD_ARRAYS = [
    lambda array: {**array, "codecs": [{"name": "numcodecs.pickle"}]},
    lambda array: {**array, "codecs": "bytes"},
    lambda array: {**array, "codecs": [{"name": ["bytes"]}]},
    lambda array: {**array, "shape": [10**12, 10**6, 10**6]},
    lambda array: {**array, "shape": [-1]},
    lambda array: {**array, "zarr_format": 2},
    lambda array: [],
]


def test_arrays_that_would_do_more_than_hold_numbers(tmp_path, files, run, subtests):
    for change in BAD_ARRAYS:
        with subtests.test(change=change):
            name = f"{run}/arrays.zarr/cash/zarr.json"
            spoiled = {**files, name: as_json(change(json.loads(files[name])))}
            assert refused(tmp_path, listed(resealed(spoiled, run))) == {"array"}


def test_what_the_store_could_not_read_is_not_opened(tmp_path, files, run, subtests):
    """Whatever stands in a run's metadata: it is refused, or what is opened can be listed."""
    for value in [None, "", [], {"a": 1}]:
        for entry in ["variables", "scenarios", "runs", "kept", "created", "format"]:
            with subtests.test(value=value, entry=entry):
                path, there = tmp_path / "w.zip", tmp_path / f"there-{entry}-{value}"
                path.write_bytes(archive_of(changed(files, run, (entry,), value)))
                with suppress(WorkspaceRefused):
                    workspaces.open_(path, there)
                    assert not RunStore(there / "runs").records()[1]
                assert workspaces.verify(path).faults == () or not there.exists()


def test_a_disk_without_room_is_told_before_anything_is_written(tmp_path, own, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=20, used=10, free=10))
    with pytest.raises(WorkspaceRefused) as told:
        workspaces.open_(own.path, tmp_path / "there")
    assert told.value.faults[0].code == "workspace.no_room"
    assert list(tmp_path.iterdir()) == []
