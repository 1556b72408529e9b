"""`python -m bench.soak [--minutes 30]`: mixed work for half an hour, while memory and handles of a server are watched.

Simulations, comparisons, coupling, exports in every form, jobs, uploads sound and broken, and commands beside the
server in the same folder. Every two seconds the server is looked at: resident memory, open files, threads, children.
Over the second half a line is laid through each; flat is a line that rises by less than 5 % of memory, or two handles.

Before the clock starts, what is held for good is there: the server is given 60 MB for runs and answers instead of 480,
which are filled; and each of its threads that draw has drawn, since each keeps the files of its fonts open. Connections
to the database, which come and stay as they are needed, are counted apart: there may be fifteen.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.arguments import parser_of
from bench.clients import HONEST, Asker, everyone
from bench.page_server import Server, fill_memory, serving
from bench.saturation import question

EVERY = 2.0
MEMORY_SHARE, HANDLES = 0.05, 2.0
FORMS = ("csv", "xlsx", "nc", "metadata.json", "study.yaml")
ZIP = "application/zip"
LOOKED_AT = (
    "/", "/api/v1/status", "/api/v1/cases/great-stone", "/api/v1/cases/great-stone/network", "/api/v1/studies",
    "/api/v1/evidence", "/api/v1/analyses", "/api/v1/parks", "/api/v1/jobs",
)  # fmt: skip
MEMORY_MB = 60
FILLED = 200
"""What the server may hold of runs and answers, and questions after which it is full."""
AT_ONCE = 12
"""Askers who do at once what leaves something open."""
DESKS = 2
MOST_DATABASE = 31
"""Open files of fifteen connections, the most there can be: two each, and one for all."""


@dataclass
class Seen:
    """The server every two seconds: minutes, memory in MB, open files but the database's, threads, children.

    What the files were last is kept, too, and the most that were the database's.
    """

    rows: list[tuple[float, float, int, int, int]] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)
    database: int = 0

    def look(self, server: Server, begun: float) -> None:
        """Look at the server."""
        place = Path(f"/proc/{server.process.pid}")
        children = sum(len(path.read_text().split()) for path in place.glob("task/*/children"))
        self.open = Counter(filter(None, map(kind_of, (place / "fd").iterdir())))
        self.database = max(self.database, self.open["database"])
        handles, threads = self.open.total() - self.open["database"], sum(1 for _ in (place / "task").iterdir())
        self.rows.append(((time.monotonic() - begun) / 60, server.memory_mb(), handles, threads, children))

    def half(self) -> np.ndarray:
        """The second half, of shape (looks, 5)."""
        return np.array(self.rows[len(self.rows) // 2 :], dtype=float)

    def rise(self, column: int) -> float:
        """How far a line through a column rises over the second half."""
        half = self.half()
        slope = np.polyfit(half[:, 0], half[:, column], 1)[0]
        return float(slope * (half[-1, 0] - half[0, 0]))

    @property
    def is_flat(self) -> bool:
        """Whether neither memory nor handles rise."""
        if self.database > MOST_DATABASE:
            return False
        memory = self.half()[:, 1].mean()
        return self.rise(1) <= MEMORY_SHARE * memory and self.rise(2) <= HANDLES and self.rise(3) <= HANDLES


@dataclass
class Work:
    """The kinds of work, and how often each was done."""

    server: Server
    data: Path
    until: float
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    askers: list[Asker] = field(default_factory=list)

    def keep(self, number: int, turns: list[Callable[[Asker, int], None]]) -> Callable[[], None]:
        """Somebody who does things in turn until time is up."""
        asker = Asker(self.server.port, number)
        self.askers.append(asker)

        def work() -> None:
            n = 0
            while time.monotonic() < self.until:
                turns[n % len(turns)](asker, n)
                n += 1
                time.sleep(0.05)

        return work

    def _ask(self, name: str, asker: Asker, method: str, path: str, body: Any = None, **more: Any) -> Any:
        found = asker.ask(method, path, body, **more)
        if found.status in HONEST:
            time.sleep(min(float(found.retry_after or 1), 5.0))
        elif found.status:
            self.done[name] += 1
        return found

    def simulate(self, asker: Asker, n: int) -> None:
        """A simulation nobody asked for before."""
        more = {"parts": {"flows": True}} if n % 5 == 0 else {}
        self._ask("simulate", asker, "POST", "/api/v1/simulate", question(asker.number, n, 200 + n % 800) | more)

    def compare(self, asker: Asker, n: int) -> None:
        """Two scenarios, and their coupling."""
        scenarios = [{"key": f"k{k}", "parameters": {"enquiry_rate": 1.0 + k + n % 7 / 10}} for k in range(2)]
        asked = {"case": "great-stone", "runs": 100, "seed": n, "scenarios": scenarios}
        self._ask("compare", asker, "POST", "/api/v1/compare", asked)
        self._ask("coupling", asker, "POST", "/api/v1/coupling", asked)

    def export(self, asker: Asker, n: int) -> None:
        """A file of a result."""
        found = self._ask("simulate", asker, "POST", "/api/v1/simulate", question(asker.number, n, 50))
        if found.status == 200:
            form = FORMS[n % len(FORMS)]
            self._ask(f"export {form}", asker, "GET", f"/api/v1/export/{found.json['identity']}.{form}")

    def look(self, asker: Asker, n: int) -> None:
        """Whatever can be looked at."""
        for path in (*LOOKED_AT, f"/api/v1/nothing/{n}"):
            self._ask("look", asker, "GET", path)

    def upload(self, asker: Asker, n: int) -> None:
        """A case brought, asked about and forgotten; or one that is broken."""
        raw = self._ask("template", asker, "GET", "/api/v1/case-template.zip").content
        broken = raw[: len(raw) // 2] if n % 2 else _without_a_file(raw)
        self._ask("broken upload", asker, "POST", "/api/v1/cases", broken, kind=ZIP)
        found = self._ask("upload", asker, "POST", "/api/v1/cases", raw, kind=ZIP)
        if found.status == 201:
            name = found.json["case"]["name"]
            self._ask("simulate", asker, "POST", "/api/v1/simulate", {"case": name, "runs": 20, "seed": n})
            self._ask("forget", asker, "DELETE", f"/api/v1/cases/{name}")

    def job(self, asker: Asker, n: int) -> None:
        """A job, waited for, or given up half-way."""
        asked = {"case": "great-stone", "runs": 2_000, "seed": n, "draws": "defaults", "outputs": ["operating"]}
        found = self._ask("job", asker, "POST", "/api/v1/jobs", asked)
        if found.status != 202:
            return
        path = f"/api/v1/jobs/{found.json['id']}"
        if n % 3 == 2:
            self._ask("cancel", asker, "DELETE", path)
            return
        while time.monotonic() < self.until:
            state = asker.ask("GET", path)
            if state.status == 200 and state.json["state"] not in ("queued", "running"):
                if state.json["state"] == "failed":
                    self.faults.append(f"job: {state.json['trouble']}")
                return
            time.sleep(0.5)

    def command(self, _asker: Asker, n: int) -> None:
        """A command in the server's folder."""
        for arguments in (
            ["run", "no-shocks", "--runs", "40", "--seed", str(n), "--no-report"],
            ["runs"],
            ["check", "suzhou"],
        ):
            more = [] if arguments[0] == "check" else ["--out", str(self.data)]
            command = [sys.executable, "-m", "copark", *arguments, *more]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.done[f"copark {arguments[0]}"] += 1
            if done.returncode:
                self.faults.append(f"{arguments}: {done.stderr[-300:]}")


def _without_a_file(raw: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist()[1:]:
            new.writestr(name, old.read(name))
    return stream.getvalue()


def kind_of(handle: Path) -> str | None:
    """What an open file is, in a word; nothing if it is closed meanwhile."""
    try:
        target = str(handle.readlink())
    except OSError:
        return None
    name = Path(target).name
    if target.startswith(("socket:", "pipe:", "anon_inode:")):
        return target.partition(":")[0]
    if name.startswith("copark.sqlite3"):
        return "database"
    return "font" if name.endswith((".ttf", ".ttc", ".otf")) else "file"


def warm_up(server: Server, askers: int) -> None:
    """Do at once, many times, what leaves something open for good: files on every thread, and the database."""

    def work(number: int) -> None:
        asker = Asker(server.port, 100 + number)
        found = asker.ask("POST", "/api/v1/simulate", question(asker.number, 0, 50))
        for n in range(2 * DESKS):
            for form in ("csv", "xlsx"):
                lang = ("en", "zh")[n % 2]
                answer = asker.ask("GET", f"/api/v1/export/{found.json['identity']}.{form}?lang={lang}")
                while answer.status in HONEST:
                    time.sleep(float(answer.retry_after or 1))
                    answer = asker.ask("GET", f"/api/v1/export/{found.json['identity']}.{form}?lang={lang}")
        asker.close()

    for thread in everyone([lambda number=number: work(number) for number in range(askers)]):
        thread.join()


def soak(minutes: float, filled: int = FILLED, at_once: int = AT_ONCE) -> tuple[Work, Seen]:
    """Work on a server of its own for so long.

    Parameters
    ----------
    minutes
        How long.
    filled
        Questions asked before, which fill the server's memories.
    at_once
        Askers who do at once, before, what leaves something open.
    """
    seen = Seen()
    with tempfile.TemporaryDirectory() as place, serving(Path(place), "--memory", str(MEMORY_MB)) as server:
        fill_memory(server.port, filled)
        warm_up(server, at_once)
        begun = time.monotonic()
        work = Work(server, Path(place), begun + 60.0 * minutes)
        turns = [[work.simulate], [work.simulate, work.compare], [work.export], [work.look, work.upload], [work.job],
                 [work.command]]  # fmt: skip
        threads = everyone([work.keep(number + 1, some) for number, some in enumerate(turns)])
        while time.monotonic() < work.until:
            seen.look(server, begun)
            time.sleep(EVERY)
        for thread in threads:
            thread.join(120)
        for asker in work.askers:
            work.faults += asker.faults
            asker.close()
    return work, seen


def main() -> None:
    """Soak, and say what came of it."""
    parser = parser_of("bench.soak", __doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    asked = parser.parse_args()
    minutes = 0.1 if asked.smoke else asked.minutes
    work, seen = soak(minutes, *((4, 1) if asked.smoke else (FILLED, AT_ONCE)))
    half = seen.half()
    print("| what | found |\n|---|---:|")
    print(f"| minutes | {minutes:g} |")
    for name, count in sorted(work.done.items()):
        print(f"| {name} | {count:,} |")
    print(f"| errors | {len(work.faults)} |")
    for name, column in (
        ("resident memory, MB", 1),
        ("open files, without the database's", 2),
        ("threads", 3),
        ("children", 4),
    ):
        mean, most = half[:, column].mean(), half[:, column].max()
        print(f"| {name}: mean, most, rise over the second half | {mean:.1f}, {most:.0f}, {seen.rise(column):+.1f} |")
    print(f"| open files at the end | {', '.join(f'{name} {count}' for name, count in seen.open.most_common())} |")
    print("\n".join(work.faults[:10]), file=sys.stderr)
    sys.exit(bool(work.faults) or not (asked.smoke or seen.is_flat))


if __name__ == "__main__":
    main()
