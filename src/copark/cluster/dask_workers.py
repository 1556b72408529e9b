"""Dask workers: of a scheduler at an address, or local processes started for one command.

A worker writes its shards itself; what passes through the scheduler is the subject, once for each worker, and for each
shard its range and its seconds. A worker that dies is no loss: its shard is handed to another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.cluster.shard_worker import Ranges, ShardWork
from copark.cluster.worker_fingerprint import BITS, CODE, Machine, MachinesDiffer, faults_between, machine
from copark.errors import CoparkError, Fault, RunRefused
from copark.progress import CountedProgress
from copark.store.shards import MAKING, ShardFolder

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

PATIENCE = 4
"""Seconds to wait for a scheduler that does not answer."""
FIRST_WORKER = 15
"""Seconds to wait for the first worker of one that does."""
STARTS = 3
"""How often workers are started if one dies before they are ready, and asked if one dies before it answers."""
DEATHS = 20
"""Workers of this machine that may die over one shard; a scheduler elsewhere has its own limit."""
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": 2**28, "MALLOC_MMAP_THRESHOLD_": 2**25}
"""What workers give back to the system and what they ask of it, bytes.

Dask has a worker give back whatever it frees above 64 kB, so that each array of a chunk is asked for anew and its pages
are filled with zeros anew: storing took half as long again.
"""


class ClusterLost(CoparkError):
    """The scheduler is gone, or all its workers; finished shards are kept."""


@contextmanager
def workers_at(address: str) -> Iterator[Workers]:
    """Be a client of a scheduler, such as ``tcp://10.0.0.5:8786``, or ``tls://…`` with Dask's configured certificates.

    Raises
    ------
    RunRefused
        If Dask distributed is not installed, or nobody answers.
    """
    need_dask()
    from distributed import Client

    _be_quiet()
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own on this one
            thread.submit(asyncio.run, _greeted(address)).result()
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError, RuntimeError, MemoryError) as error:
        detail = str(error) or type(error).__name__
        raise RunRefused.of("cluster.no_scheduler", address=address, detail=detail) from error
    try:
        yield Workers(client)
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)


async def _greeted(address: str) -> None:
    """Wait to be answered by a scheduler: a client that is not tries three times as long as told, and to end it."""
    from distributed import Security
    from distributed.comm import connect

    async with asyncio.timeout(PATIENCE):
        line = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
    await line.close()


@contextmanager
def local_workers(count: int) -> Iterator[Workers]:
    """Start worker processes of one thread on this machine, and end them afterwards."""
    with local_cluster(count) as cluster, workers_at(cluster.scheduler_address) as workers:
        yield workers


@contextmanager
def local_cluster(count: int) -> Iterator[LocalCluster]:
    """Start a scheduler and worker processes of one thread each; a worker that dies is started again.

    Raises
    ------
    RunRefused
        If Dask distributed is not installed, or workers could not read the script again that runs.
    """
    need_dask()
    need_guard()
    import dask

    _be_quiet()
    environ = dask.config.get("distributed.nanny.pre-spawn-environ") | KEEP_MEMORY
    settings = {
        "logging.distributed": "critical",
        "distributed.nanny.pre-spawn-environ": environ,
        "distributed.scheduler.allowed-failures": DEATHS,
    }
    with dask.config.set(settings):
        cluster = _started(count)
    try:
        yield cluster
    finally:
        with contextlib.suppress(Exception):
            cluster.close(timeout=10)


def _started(count: int) -> LocalCluster:
    from distributed import LocalCluster

    for again in reversed(range(STARTS)):
        try:
            return LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError) as error:
            if not again:
                raise RunRefused.of("cluster.workers_ended", detail=str(error).rstrip(".")) from None
    raise AssertionError


def need_dask() -> None:
    """Refuse (``RunRefused``) to go on where Dask distributed is not installed."""
    from importlib.util import find_spec

    if find_spec("distributed") is None:
        raise RunRefused.of("cluster.no_dask")


def need_guard() -> None:
    """Make sure that workers can be started from the script that runs: each begins by reading it again.

    A script that is in no file, or does not ask for its ``__name__`` and so would begin its work in every worker, is
    refused (``RunRefused``). A worker that has come here by reading it ends without a word: the process that started
    it says what is wrong.
    """
    if getattr(current_process(), "_inheriting", False):
        sys.exit(1)
    script = Path(getattr(sys.modules.get("__main__"), "__file__", None) or "")
    try:
        words = "" if script.name == "<stdin>" else script.read_text(encoding="utf-8")
    except (OSError, ValueError):  # no script: a notebook, a console, an archive
        return
    if "__name__" not in words:
        raise RunRefused.of("cluster.no_guard", script=script.name)


def _be_quiet() -> None:
    """Silence Dask's log: what it says of its inner life is no message for a person; what matters is raised."""
    import distributed  # noqa: F401 - it sets the levels of its loggers when it is imported

    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL)


class Workers:
    """The workers of a scheduler, by a connection to it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def makers(self) -> int:
        """Threads of all workers."""
        with self._connection():
            threads = self._client.nthreads()
        return max(1, sum(int(count) for count in threads.values()))

    def machine(self, folder: str) -> Machine:
        """Ask every worker what it is, and whether it sees the folder; what cannot be used is refused.

        Their code must be that of this process; their processors may be others than its own, if they are alike.
        """
        shards = ShardFolder(folder)
        token = secrets.token_hex(8)
        name = f"{MAKING}/greeting-{token}"
        shards.put(name, token.encode())
        try:
            for _ in range(STARTS):
                answers = self._answers(folder, name)
                if answers and not any(isinstance(answer, OSError) for answer in answers.values()):
                    break
        finally:
            shards.remove(name)
        return _alike(answers, token, folder)

    def _answers(self, folder: str, name: str) -> Mapping[str, Any]:
        try:
            self._client.wait_for_workers(1, timeout=FIRST_WORKER)
        except (TimeoutError, OSError) as error:
            raise RunRefused.of("cluster.no_workers", address=self._address) from error
        with self._connection():
            return self._client.run(_greeting(), folder, name, on_error="return")

    @contextmanager
    def _connection(self) -> Iterator[None]:
        """Raise ClusterLost if the connection breaks: what Dask raises then differs with the moment."""
        try:
            yield
        except Exception as error:
            if isinstance(error, OSError) or self._client.status != "running":
                raise ClusterLost.of("cluster.lost", address=self._address) from error
            raise

    @property
    def _address(self) -> str:
        return str(self._client.scheduler.address if self._client.scheduler else "")

    def make(self, work: ShardWork, ranges: Ranges, progress: CountedProgress) -> Iterator[Mapping[str, float]]:
        """Have shards made, or other parts of a piece of work; Dask hands those of a worker that dies to another.

        Parameters
        ----------
        work
            What is made of a study, without its subject, which is sent to the workers once.
        ranges
            Runs of each shard, first and one behind the last.
        progress
            Called with runs made, over all scenarios.

        Returns
        -------
        Seconds of each shard by step of the work, as shards are done.

        Raises
        ------
        ClusterLost
            If the scheduler is gone, or workers die over one shard again and again.
        """
        from distributed import KilledWorker, as_completed

        mark = f"copark-{work.plan.identity}-{secrets.token_hex(8)}"
        rest = replace(work, subject=None)  # type: ignore[arg-type]
        scenarios = len(work.subject.study.scenarios)
        with self._connection():
            subject = self._client.submit(_as_it_is, work.subject, key=f"{mark}-subject")  # any worker can do it again
            spans = {self._client.submit(_part, rest, subject, *span, key=f"{mark}-{span[0]}"): span for span in ranges}
        try:
            for future in as_completed(list(spans), loop=self._client.loop):
                if future.status != "finished":
                    error = future.exception() if future.status == "error" else None
                    if isinstance(error, BaseException) and not isinstance(error, KilledWorker):
                        raise error
                    raise ClusterLost.of("cluster.lost", address=self._address)
                with self._connection():
                    seconds = future.result()  # a scheduler may go after a shard is made and before it is asked
                first, last = spans.pop(future)
                progress((last - first) * scenarios)
                yield seconds
        finally:
            with contextlib.suppress(Exception):
                self._client.cancel(list(spans), force=True)


def _as_it_is(subject: Any) -> Any:
    return subject


def _part(work: ShardWork, subject: Any, first: int, last: int) -> dict[str, float]:
    return dict(replace(work, subject=subject).make(first, last))


def _greeting() -> Callable[[str, str], Any]:
    """Return a question that even a worker without copark can be asked: it is sent as it is, not by name."""

    def greet(folder: str, name: str) -> Any:
        from importlib import import_module

        try:
            fingerprint = import_module("copark.cluster.worker_fingerprint").machine()
        except Exception as error:  # noqa: BLE001 - whatever keeps it from being a worker is told
            return "absent", f"{type(error).__name__}: {error}", None
        try:
            content = import_module("copark.store.shards").ShardFolder(folder).get(name)
        except Exception as error:  # noqa: BLE001 - as above
            return "blind", f"{type(error).__name__}: {error}", fingerprint
        return "here", None if content is None else content.decode(), fingerprint

    return greet


def _alike(answers: Mapping[str, Any], token: str, folder: str) -> Machine:
    """Return what all workers are; raise every reason at once why some cannot be used."""
    faults: list[Fault] = []
    fingerprints: dict[str, Machine] = {}
    for worker, answer in sorted(answers.items()):
        if not isinstance(answer, tuple) or answer[0] == "absent":
            detail = answer[1] if isinstance(answer, tuple) else answer
            faults.append(Fault("cluster.no_copark", worker, values={"detail": detail}))
            continue
        state, content, its_machine = answer
        if state == "blind" or content != token:
            faults.append(Fault("cluster.not_seen", worker, values={"address": folder}))
        faults += faults_between(machine(), its_machine, worker, entries=CODE)
        fingerprints[worker] = its_machine
    if fingerprints:
        first = next(iter(fingerprints.values()))
        for worker, other in fingerprints.items():
            faults += faults_between(first, other, worker, entries=BITS)
    if faults:
        raise MachinesDiffer(faults)
    return next(iter(fingerprints.values()))
