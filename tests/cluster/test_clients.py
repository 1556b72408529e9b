"""Several clients at one address: one makes, the others wait; whoever dies or falls silent is followed by another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from copark.cluster import Asked, Threads, make
from copark.store import RunStore
from copark.store.database import heartbeat as leases
from copark.store.database.heartbeat import LEASE, here, leased
from copark.store.object_store import ObjectStore, open_shelf
from copark.store.shards import is_there
from tests.cluster.test_making import RUNS, Counting, asked, expected, numbers, stopped_after  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, shorter."""
    monkeypatch.setattr(leases, "LOOK", 0.02)


@pytest.fixture
def there(asked: Asked, tmp_path: Path) -> Asked:  # noqa: F811
    return replace(asked, address=f"memory://{tmp_path.name}")


def shelf_of(ask: Asked) -> ObjectStore:
    return open_shelf(f"{ask.address}/{ask.identity}")


class Slow(Counting):
    """A crew that does something after its first shard."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self.then = then

    def make(self, work, ranges, tell):
        for one in super().make(work, ranges, tell):
            yield one
            if len(self.made) == 0:
                self.then()


def test_a_second_client_waits_and_takes_the_result(there: Asked, expected, tmp_path: Path) -> None:  # noqa: F811
    waits, second, records = threading.Event(), Counting(), []

    def follow() -> None:
        records.append(make(there, RunStore(tmp_path / "two"), second, waiting=waits.set).record)

    thread = threading.Thread(target=follow)

    def begin_and_see_it_wait() -> None:
        thread.start()
        assert waits.wait(20)

    first = make(there, RunStore(tmp_path / "one"), Slow(begin_and_see_it_wait))
    thread.join(60)
    assert numbers(first.record) == numbers(records[0]) == expected
    assert second.made == []
    assert shelf_of(there).get(LEASE) is None


def test_one_that_was_overtaken_changes_nothing(there: Asked, expected, tmp_path: Path) -> None:  # noqa: F811
    """As after a machine's sleep: its name is gone, another has made the run, and it wakes in the middle of its own."""
    one, two = RunStore(tmp_path / "one"), RunStore(tmp_path / "two")

    def sleep() -> None:
        shelf_of(there).remove(LEASE)
        assert numbers(make(there, two, Threads(2)).record) == expected

    assert numbers(make(there, one, Slow(sleep)).record) == expected
    assert is_there(shelf_of(there))
    again = Counting()
    assert numbers(make(there, RunStore(tmp_path / "three"), again).record) == expected
    assert again.made == []


def name_of(**changes: object) -> bytes:
    """A name in a lease, as another client writes it."""
    owner = here()
    return json.dumps(
        {"token": "another", "beat": 1, "host": owner.host, "pid": owner.pid, "born": owner.born} | changes
    ).encode()


@pytest.fixture(params=["file", "memory"])
def shelf(request, tmp_path: Path) -> ObjectStore:
    return open_shelf({"file": tmp_path.as_uri(), "memory": f"memory://{tmp_path.name}"}[request.param])


def waits_for(shelf: ObjectStore) -> float:
    """Seconds until the lease is held."""
    began = time.monotonic()
    with leased(shelf):
        return time.monotonic() - began


def test_who_has_ended_on_this_machine_is_followed_at_once(shelf: ObjectStore, monkeypatch) -> None:
    monkeypatch.setattr(leases, "STALE", 30.0)
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    shelf.put(LEASE, name_of(pid=int(ended.stdout)))
    assert waits_for(shelf) < 10


@pytest.mark.parametrize(
    "changes", [{"host": "another-machine"}, {"born": "another-start:1"}, {"pid": "torn"}], ids=str
)
def test_who_gives_no_sign_of_life_is_followed_after_a_while(shelf: ObjectStore, monkeypatch, changes) -> None:
    monkeypatch.setattr(leases, "STALE", 0.3)
    shelf.put(LEASE, name_of(**changes))
    assert waits_for(shelf) > 0.3


def test_who_gives_signs_of_life_is_waited_for(shelf: ObjectStore, monkeypatch) -> None:
    monkeypatch.setattr(leases, "STALE", 0.5)
    done = threading.Event()

    def live() -> None:
        for beat in range(20):
            shelf.put(LEASE, name_of(host="another-machine", beat=beat))
            time.sleep(0.1)
        shelf.remove(LEASE)
        done.set()

    shelf.put(LEASE, name_of(host="another-machine"))
    threading.Thread(target=live).start()
    waits: list[bool] = []
    with leased(shelf, lambda: waits.append(True)):
        assert waits == [True]
        assert done.wait(1)


def test_a_living_holder_gives_signs_of_life_until_it_was_overtaken(shelf: ObjectStore, monkeypatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.05)
    with leased(shelf):
        first = shelf.get(LEASE)
        time.sleep(0.5)
        assert shelf.get(LEASE) != first
        shelf.put(LEASE, name_of())
        time.sleep(0.5)
    assert shelf.get(LEASE) == name_of(), "what is another's is not given back"


SCRIPT = f"""
import sys
from pathlib import Path
from copark.cases import load_case
from copark.cluster import Asked, Threads, make
from copark.simulation.results import study_identity
from copark.simulation.study import baseline
from copark.store import RunStore

case = load_case("great-stone")
study = baseline("great-stone").with_changes(runs={RUNS}, quarters=20, keep=("operating", "cash"))
asked = Asked(study, case, None, study_identity(study, case), bands=False, address=sys.argv[1])
made = make(asked, RunStore(Path(sys.argv[2])), Threads(1), waiting=lambda: print("waits", flush=True))
print(made.kept)
"""


def client(address: str, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, address, str(out)], stdout=subprocess.PIPE, text=True)


@pytest.mark.long
@pytest.mark.parametrize("killed", [False, True])
def test_two_processes_at_one_address(asked: Asked, expected, tmp_path: Path, killed: bool) -> None:  # noqa: F811
    """Begun together; one is killed in the middle, or none."""
    address = (tmp_path / "there").as_uri()
    clients = [client(address, tmp_path / name) for name in ("one", "two")]
    place = tmp_path / "there" / asked.identity
    while len(list(place.glob("making/0*.json"))) < 2:  # after the first the plan is written
        time.sleep(0.01)
    if killed:
        victim = json.loads((place / LEASE).read_text())["pid"]
        os.kill(victim, signal.SIGKILL)
    answers = [one.communicate(timeout=120)[0].split() for one in clients]
    codes = sorted(one.returncode for one in clients)
    assert codes == ([-signal.SIGKILL, 0] if killed else [0, 0])
    assert any("waits" in words for words in answers)
    stores = [RunStore(tmp_path / name) for name in ("one", "two")]
    records = [store.record(asked.identity) for store in stores if store.names()]
    assert len(records) == (1 if killed else 2)
    assert all(numbers(record) == expected for record in records)
    if killed:
        assert any(words[-1:] != ["0"] and words[-1].isdigit() for words in answers if words)
    assert not (place / LEASE).exists()
