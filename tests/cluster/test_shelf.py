"""Shelves: a folder and a store that fsspec knows behave alike; secrets are not taken."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from copark.errors import RunRefused
from copark.store.locks import is_held, only_one
from copark.store.object_store import ObjectStore, open_shelf


@pytest.fixture(params=["folder", "file", "memory"])
def shelf(request, tmp_path: Path) -> ObjectStore:
    addresses = {"folder": str(tmp_path), "file": tmp_path.as_uri(), "memory": f"memory://{tmp_path.name}"}
    return open_shelf(addresses[request.param])


def test_what_is_put_is_found(shelf: ObjectStore) -> None:
    assert shelf.get("a/b") is None
    assert shelf.size("a/b") is None
    assert shelf.names("a") == []
    shelf.put("a/b", b"one")
    shelf.put("a/c/d", b"two")
    shelf.put("a/b", b"three")
    assert shelf.get("a/b") == b"three"
    assert shelf.size("a/b") == 5
    assert shelf.names("a") == ["b"]
    assert open_shelf(shelf.address).get("a/c/d") == b"two"
    shelf.settle()
    shelf.remove("a")
    assert shelf.get("a/c/d") is None
    shelf.remove("a")


def test_what_a_killed_process_was_writing_is_gone_when_all_is_settled(tmp_path: Path) -> None:
    shelf = open_shelf(tmp_path)
    shelf.put("a/b", b"one")
    (tmp_path / "a" / ".writing-4711-01234567").write_bytes(b"hal")
    (tmp_path / ".writing-4711-89abcdef").write_bytes(b"")
    shelf.settle()
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["a", "b"]


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/runs", "ftp://me@host/x", "https://host/x?token=1"])
def test_an_address_with_a_secret_is_refused(address: str) -> None:
    with pytest.raises(RunRefused) as refused:
        open_shelf(address)
    assert "secret@" not in str(refused.value)
    assert "token" not in str(refused.value)


def test_one_at_a_time(tmp_path: Path) -> None:
    lock, order, waits = tmp_path / "lock", [], threading.Event()

    def second() -> None:
        with only_one(lock, waits.set) as waited:
            order.append(("second", waited))

    with only_one(lock) as waited:
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(10)
        assert is_held(lock)
        order.append(("first", waited))
    thread.join(10)
    assert order == [("first", False), ("second", True)]
    assert not lock.exists()
    assert not is_held(lock)
