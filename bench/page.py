"""`python -m bench.page [--write]`: how fast the page is, in headless Chromium; about four minutes.

A lever is *released* when the browser says so (`change`), *dragged* when it moves under the hand (`input`). Its chart
is *painted* when the page shows the identity of its answer, the charts were drawn anew and two frames have begun since.
A *preview* is made by the kernel in the browser, which the other figures do without. A *cold load* begins with nothing
in the browser's memory and ends when the first chart is painted. Ten clients are nine over HTTP and one browser; each
changes something once a second, and of ten changes one is a release. Who is late is measured from when it was due. No
two positions are the same, so nothing but the baseline is answered from memory.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench import page_browser as browser_of
from bench.arguments import parser_of
from bench.measure import Figure, OtherWork, machine
from bench.page_server import DRAGGED, EVERY, RELEASED, Client, Server, fill_memory, serving, together
from bench.tables import OTHERS, content, page, table, warning

HERE = Path(__file__).parent
CLIENTS = 10
LOOK = 0.25
"""Seconds between two looks at the server's memory."""
WHOLE, QUICK, SMOKE = (40, 100, 7), (8, 20, 7), (1, EVERY, 1)
"""Rounds of a person alone, changes of each of ten clients (every tenth is a release), cold loads."""
PREVIEWED = 64
"""Runs of a preview while a lever is dragged."""
GRACE = 500
"""Milliseconds that the page waits for the server before the browser makes as many runs (`asking.svelte.ts`)."""
FAR = 1.5
"""Seconds that a server far away takes."""
HEAD = """# Results of the page

Written by `make bench-page`; do not edit. What is measured is said in the docstring of `bench/page.py`.

"""


def ninety_fifth(values: list[float]) -> float:
    """The value that 5 % are above."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def painting(notes: list[dict[str, Any]], kind: str, runs: int | None = None) -> list[float]:
    """Milliseconds from a lever's move to its painted chart; moves that a later one overtook are not painted."""
    if runs is None:
        runs = RELEASED if kind == "change" else DRAGGED
    return [one["painted"] - one["at"] for one in notes
            if one["kind"] == kind and one["runs"] == runs and one.get("painted") is not None]  # fmt: skip


def stages(notes: list[dict[str, Any]], kind: str) -> dict[str, float]:
    """Where the time goes, at the median: until the question is asked, answered, and painted."""
    mine = [one for one in notes if one["kind"] == kind and one.get("painted") is not None]
    steps = {"to the question": ("at", "asked"), "to the answer's head": ("asked", "answered"),
             "to the painted chart": ("answered", "painted")}  # fmt: skip
    return {name: statistics.median(one[last] - one[first] for one in mine) for name, (first, last) in steps.items()}


def lost(notes: list[dict[str, Any]]) -> list[str]:
    """Questions that got no answer, other than those the page itself gave up for a newer one."""
    return [
        str(one) for one in notes if one.get("status", 200) != 200 or "abort" not in one.get("lost", "abort").lower()
    ]


def one_person(browser: Any, server: Server, rounds: int, visits: int = 7) -> list[Figure]:
    """A person alone at the page."""
    loads = [browser_of.load(browser, server.address, 1) for _ in range(visits)]
    with browser_of.opened(browser, server.address, 1) as opened:
        notes = browser_of.alone(opened, rounds, 3)
    releases, drags = painting(notes, "change"), painting(notes, "input")
    if lost(notes):
        raise RuntimeError(f"answers were lost: {lost(notes)[:3]}")
    with browser_of.opened(browser, server.address, 3, has_kernel=True) as opened:
        seen = browser_of.alone(opened, rounds, 3)
    frames = painting(seen, "input preview", PREVIEWED)
    return [
        Figure(
            "release_ms", "Lever let go → 1,000-run chart painted", "ms", releases, 200, parts=stages(notes, "change")
        ),
        Figure("release_p95_ms", "The same, 95 % of releases", "ms", [ninety_fifth(releases)], 300),
        Figure("drag_ms", "Lever dragged → 200-run chart painted", "ms", drags, 120, parts=stages(notes, "input")),
        Figure("drag_p95_ms", "The same, 95 % of moves", "ms", [ninety_fifth(drags)]),
        Figure(
            "frame_ms",
            "Lever dragged → 64-run preview of the browser painted",
            "ms",
            frames,
            50,
            parts=stages(seen, "input preview"),
        ),
        Figure("frame_p95_ms", "The same, 95 % of moves", "ms", [ninety_fifth(frames)]),
        Figure(
            "release_with_kernel_ms",
            "Lever let go, browser with the kernel → 1,000-run chart of the server painted",
            "ms",
            painting(seen, "change"),
            200,
        ),
        *far_server(browser, server, max(1, rounds // 4)),
        Figure("cold_load_ms", "Cold load → first chart painted", "ms", [one.first_chart_ms for one in loads], 800),
        Figure("page_kb", "Page as sent until then: scripts, styles, markup", "kB", [loads[-1].page_kb], 250),
        Figure("answers_kb", "Answers as sent until then", "kB", [loads[-1].answers_kb]),
    ]


def far_server(browser: Any, server: Server, rounds: int) -> list[Figure]:
    """A person alone at the page of a server that takes a second and a half to answer."""
    with browser_of.opened(browser, server.address, 4, RELEASED, has_kernel=True) as opened:
        notes = browser_of.far_away(opened, rounds, FAR)
    few = painting(notes, "change preview", DRAGGED)
    all_runs = [one - GRACE for one in painting(notes, "change preview", RELEASED)]
    title = f"Lever let go → {RELEASED:,}-run preview of the browser painted, less the {GRACE} ms it waits for a server"
    return [
        Figure("preview_200_ms", f"Lever let go → {DRAGGED}-run preview of the browser painted", "ms", few, 100),
        Figure("preview_1000_ms", title, "ms", all_runs, 300),
    ]


def ten_clients(browser: Any, server: Server, changes: int, say: Any) -> list[Figure]:
    """Ten at once."""
    say("filling the server's memories")
    fill_memory(server.port, 7 * changes)
    with browser_of.opened(browser, server.address, 2) as opened:
        say(f"{CLIENTS} clients, {changes} changes each")
        begin = time.perf_counter() + 1.0
        clients = [Client(server.port, n) for n in range(1, CLIENTS)]
        threads = together(clients, changes, begin)
        watcher = MemoryWatch(server, begin, changes)
        watcher.start()
        used = server.processor_seconds()
        notes = browser_of.among_others(opened, changes, begin, EVERY)
        for thread in [*threads, watcher]:
            thread.join()
        used = server.processor_seconds() - used
    gone = lost(notes) + [one for client in clients for one in client.lost]
    answers = [value for client in clients for value in client.late_ms]
    releases, drags = painting(notes, "change"), painting(notes, "input")
    every = answers + releases + drags
    note = f"{len(answers)} answers over HTTP, {len(releases)} releases and {len(drags)} moves painted in the browser"
    parts = {"over HTTP": statistics.median(answers), "browser, release": statistics.median(releases),
             "browser, drag": statistics.median(drags)}  # fmt: skip
    size = statistics.median(size for client in clients for size in client.bytes) / 1e3
    return [
        Figure("ten_clients_ms", "Ten clients: change → answer, or painted", "ms", every, 600, note=note, parts=parts),
        Figure("ten_clients_p95_ms", "The same, 95 % of changes", "ms", [ninety_fifth(every)]),
        Figure("ten_clients_lost", "Answers lost among them", "", [float(len(gone))], 0, note="; ".join(gone[:3])),
        Figure("server_processor_ms", "Server's processor time, one change", "ms", [1e3 * used / (CLIENTS * changes)]),
        Figure("answer_kb", "An answer as sent, squeezed", "kB", [size]),
        memory_growth(watcher.found),
    ]  # fmt: skip


def memory_growth(found: list[list[float]]) -> Figure:
    """Compare the last two fifths of a session, by means: one moment has runs under way, and caches fill until then."""
    means = [statistics.mean(tenth) if tenth else math.nan for tenth in found]
    growth = statistics.mean(means[-2:]) / statistics.mean(means[-4:-2])
    title = "Server's memory, caches full before: last fifth of a session / the fifth before it"
    note = "flat is taken as at most a twentieth more; means of each tenth of the session"
    parts = {f"{n * 10} to {n * 10 + 10} %": value for n, value in enumerate(means)}
    return Figure("memory_growth", title, "x", [growth], 1.05, note=note, parts=parts, parts_unit="MB")


class MemoryWatch(threading.Thread):
    """Notes the server's memory four times a second meanwhile, by tenths of the time."""

    def __init__(self, server: Server, begin: float, seconds: float) -> None:
        super().__init__()
        self.server, self.begin, self.seconds = server, begin, seconds
        self.found: list[list[float]] = [[] for _ in range(10)]

    def run(self) -> None:
        """Look, and wait."""
        time.sleep(max(0.0, self.begin - time.perf_counter()))
        while (passed := (time.perf_counter() - self.begin) / self.seconds) < 1.0:
            self.found[int(10 * passed)].append(self.server.memory_mb())
            time.sleep(LOOK)


def main() -> None:
    """Measure everything."""
    parser = parser_of("bench.page", __doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds; write no files")
    parser.add_argument("--write", action="store_true", help="write bench/PAGE.md and bench/page.json")
    asked = parser.parse_args()
    rounds, changes, visits = SMOKE if asked.smoke else QUICK if asked.quick else WHOLE
    start = time.perf_counter()

    def say(what: str) -> None:
        print(f"[{time.perf_counter() - start:5.0f} s] {what} ...", file=sys.stderr, flush=True)

    say("starting the server")
    others = OtherWork()
    with tempfile.TemporaryDirectory() as folder, browser_of.browsing() as browser:
        with serving(Path(folder)) as server:
            say("one person")
            found = one_person(browser, server, rounds, visits)
            found += ten_clients(browser, server, changes, say)
        where = machine() | {"browser": f"Chromium {browser.version}"}
    where |= {OTHERS: others.processors()}
    for one in found:
        if not one.values:
            say(f"not measured: {one.name}")
    found = [one for one in found if one.values]
    if asked.write and not asked.quick and not asked.smoke:
        (HERE / "page.json").write_text(content(found, where, time.perf_counter() - start), encoding="utf-8")
        (HERE / "PAGE.md").write_text(page(HEAD, found, where), encoding="utf-8")
    print(table(found) + warning(where))
    missed = [one.name for one in found if one.met is False]
    print(f"Targets missed: {', '.join(missed)}." if missed else "All targets met.")


if __name__ == "__main__":
    main()
