"""`python -m bench.probe first|stream [--runs N] [--form paths|bands]`: work in a fresh process; its use, as JSON."""

# ruff: noqa: PLC0415 - what a fresh process imports is part of what is measured
from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.arguments import parser_of

RUNS, SMOKE_RUNS = 1000, 64


def peak_mb() -> float:
    """Most memory this process has had, MB of 10^6 bytes.

    The kernel's high-water mark where it can be read: `ru_maxrss` also remembers the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def first(runs: int) -> dict[str, float]:
    """The first result of a new process: load the case, run it."""
    import copark

    result = copark.simulate(copark.load_case("great-stone"), runs=runs, seed=1)
    return {"runs": int(result.sizes["run"]), "median operating": float(result["operating"][0, :, -1].median())}


def stream(runs: int, form: str) -> dict[str, float]:
    """Runs streamed into a store: paths of all of them (`paths`) or bands over them (`bands`)."""
    from copark.cases import load_case
    from copark.simulation.run import stream
    from copark.simulation.study import baseline
    from copark.store.runs import RunStore

    start = time.perf_counter()
    study = baseline("great-stone").with_changes(runs=runs, keep="standard")
    with tempfile.TemporaryDirectory() as folder:
        chunks = stream(study, load_case("great-stone"))
        record = RunStore(Path(folder)).save_stream(chunks, runs, summarise=form == "bands")
    return {"runs": record.runs, "seconds": time.perf_counter() - start}


def main() -> None:
    """Do one thing and say what it took."""
    parser = parser_of("bench.probe", __doc__)
    parser.add_argument("work", nargs="?", choices=["first", "stream"], default="first")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--form", choices=["paths", "bands"], default="bands", help="what a stream keeps of the runs")
    asked = parser.parse_args()
    runs = SMOKE_RUNS if asked.smoke else asked.runs
    used = first(runs) if asked.work == "first" else stream(runs, asked.form)
    print(json.dumps(used | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
