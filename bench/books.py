"""What the database of a server costs: `python -m bench.books [--postgres URL]`. A claim, a cancel."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from starlette.testclient import TestClient

from bench.arguments import parser_of
from copark.store.database import open_database
from copark.store.jobs import JobTable
from copark.web.limits import ServerSettings
from copark.web.server import create_app

JOBS = 200


def claims(count: int) -> float:
    """Milliseconds to queue, claim and end a job, with three owners who take turns."""
    with tempfile.TemporaryDirectory() as name, closing(open_database(Path(name))) as database:
        table = JobTable(database)
        began = time.perf_counter()
        for n in range(count):
            row = {"id": f"{time.time_ns():x}-{n}", "owner": f"owner-{n % 3}", "lane": "long", "kind": "run"}
            table.add(row | {"case": "x", "title": {"en": "x", "zh": "x"}, "request": {}})
            job = table.claim("long")
            if job is not None:
                table.end(job, "done")
        return 1000.0 * (time.perf_counter() - began) / count


def cancels(repeats: int) -> list[float]:
    """Seconds from asking that a job which simulates be cancelled until it is."""
    asked = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}
    found = []
    with tempfile.TemporaryDirectory() as name:
        app = create_app(ServerSettings(data=Path(name), warm=False, threads=1))
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
    parser = parser_of("bench.books", __doc__)
    parser.add_argument("--postgres", help="address of an empty database, for the queue")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    queued, repeats = (6, 1) if given.smoke else (JOBS, given.repeats)
    os.environ.pop("COPARK_DATABASE_URL", None)
    print(f"SQLite: a job queued, claimed and ended in {claims(queued):.1f} ms")
    took = cancels(repeats)
    print(f"a job that simulates is cancelled in {statistics.median(took):.2f} s (at most {max(took):.2f} s)")
    if given.postgres:
        os.environ["COPARK_DATABASE_URL"] = given.postgres
        print(f"PostgreSQL: a job queued, claimed and ended in {claims(queued):.1f} ms")


if __name__ == "__main__":
    main()
