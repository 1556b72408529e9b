"""What the database costs: `python -m bench.books [--postgres URL]`. A run with and without it, a claim, a cancel.

Times are of this machine at this moment; of a run they are the processor's, and the ratio to one without counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from starlette.testclient import TestClient

from copark.store.database.jobs import JobTable
from copark.store.database.opening import open_database
from copark.web.limits import Settings
from copark.web.server import create_app

ONE_RUN = (
    "import sys; from pathlib import Path; from copark import workflows; {without}"
    "workflows.run_study('great-stone', out=Path(sys.argv[1]), fresh=True, report=False)"
)
WITHOUT = (
    "import copark.store.database.run_log as o; from copark.store.errors import DatabaseRefused, database_fault\n"
    "def away(out): raise DatabaseRefused([database_fault('busy', '', seconds=0)])\n"
    "o.open_database = away\n"
)


def seconds_of(code: str, folder: Path) -> float:
    """Seconds of the processor that a new process takes from its beginning to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def runs(repeats: int) -> tuple[float, float, float]:
    """Median seconds of a run without a database, with one that is there, and with one that must be made."""
    with_it, without = ONE_RUN.format(without=""), ONE_RUN.format(without=WITHOUT)
    plain, kept, new = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds_of(with_it, folder / "kept")
        for n in range(repeats):
            plain.append(seconds_of(without, folder / "plain"))
            kept.append(seconds_of(with_it, folder / "kept"))
            new.append(seconds_of(with_it, folder / f"new-{n}"))
    return statistics.median(plain), statistics.median(kept), statistics.median(new)


def claims(count: int) -> float:
    """Milliseconds to queue, claim and end a job, with three owners who take turns."""
    with tempfile.TemporaryDirectory() as name, closing(open_database(Path(name))) as database:
        table = JobTable(database)
        began = time.perf_counter()
        for n in range(count):
            row = {"id": f"{time.time_ns():x}-{n}", "owner": f"owner-{n % 3}", "lane": "long", "kind": "run"}
            table.add(row | {"case": "x", "title": {"en": "x", "zh": "x"}, "errand": {}})
            job = table.claim("long", "bench")
            if job is not None:
                table.end(job, "done")
        return 1000.0 * (time.perf_counter() - began) / count


def cancels(repeats: int) -> list[float]:
    """Seconds from asking that a job which simulates be cancelled until it is."""
    asked = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}
    found = []
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(data=Path(name), warm=False, threads=1))
        with TestClient(app, base_url="http://localhost") as client:
            for seed in range(repeats):
                place = client.post("/api/v1/jobs", json=asked | {"seed": seed}).headers["location"]
                while client.get(place).json()["done"] == 0:
                    time.sleep(0.1)
                began = time.perf_counter()
                client.delete(place)
                while client.get(place).json()["state"] == "running":
                    time.sleep(0.02)
                found.append(time.perf_counter() - began)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", help="address of an empty database, for the queue")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    os.environ.pop("COPARK_DATABASE_URL", None)
    plain, kept, new = runs(given.repeats)
    print(f"a study of 1,000 runs, no report: {plain:.2f} s of the processor without a database")
    print(f"  with one: {kept / plain:.3f} of that; where it must be made first: {new / plain:.3f}")
    print(f"SQLite: a job queued, claimed and ended in {claims(200):.1f} ms")
    took = cancels(given.repeats)
    print(f"a job that simulates is cancelled in {statistics.median(took):.2f} s (at most {max(took):.2f} s)")
    if given.postgres:
        os.environ["COPARK_DATABASE_URL"] = given.postgres
        print(f"PostgreSQL: a job queued, claimed and ended in {claims(200):.1f} ms")


if __name__ == "__main__":
    main()
