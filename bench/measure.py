"""Interleaved timing, and what a figure is."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from shutil import which
from subprocess import run

import llvmlite.binding as llvm

Clock = Callable[[], float]
PACKAGES = ("numpy", "numba", "llvmlite", "mesa", "xarray", "zarr")


@dataclass
class Figure:
    """A measured figure: every repeat of it, and what is asked of it.

    `target` is at least (`more` is better) or at most; None where nothing is asked.
    """

    name: str
    title: str
    unit: str
    values: list[float]
    target: float | None = None
    more: bool = False
    note: str = ""
    parts: dict[str, float] = field(default_factory=dict)
    parts_unit: str = ""
    """Unit of the parts, where it is not that of the figure."""

    @property
    def median(self) -> float:
        """The figure itself."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the target."""
        if self.target is None:
            return None
        return self.median >= self.target if self.more else self.median <= self.target

    def content(self) -> dict[str, object]:
        """The figure as plain values."""
        return {
            "title": self.title,
            "unit": self.unit,
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "repeats": len(self.values),
            "target": None if self.target is None else f"{'>=' if self.more else '<='} {self.target:g}",
            "met": self.met,
            "note": self.note,
            **({"parts": self.parts} if self.parts else {}),
            **({"parts_unit": self.parts_unit} if self.parts_unit else {}),
        }


def interleave(
    tasks: Mapping[str, Callable[[], object]], repeats: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Time tasks in turn, so that whatever else the machine does falls on all of them alike.

    Every task runs once untimed. `clock` is wall time by default; `time.process_time` counts the processor's alone.
    """
    for task in tasks.values():
        task()
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for n in range(repeats):
        order = list(tasks) if n % 2 == 0 else list(tasks)[::-1]
        for name in order:
            start = clock()
            tasks[name]()
            seconds[name].append(clock() - start)
    return seconds


def ratios(above: list[float], below: list[float]) -> list[float]:
    """Ratios of what was timed in the same round."""
    return [a / b for a, b in zip(above, below, strict=True)]


def cores() -> int:
    """Processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def processor() -> str:
    """Name of the processor."""
    file = Path("/proc/cpuinfo")
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def compiler() -> str:
    """Version of gcc, or that there is none."""
    if which("gcc") is None:
        return "no gcc"
    return run(["gcc", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def busy_seconds() -> float | None:
    """Processor time that all processes of the machine have used since it started; None where it is not told."""
    file = Path("/proc/stat")
    if not file.exists():
        return None
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, file.read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class OtherWork:
    """How many processors the rest of the machine keeps busy, from now until asked."""

    def __init__(self) -> None:
        self.start = time.perf_counter(), busy_seconds(), self.own()

    @staticmethod
    def own() -> float:
        """Processor time of this process and of those it has started and waited for."""
        return sum(os.times()[:4])

    def processors(self) -> float | None:
        """Processors kept busy by others, on average; near zero on a quiet machine."""
        began, before, own = self.start
        after = busy_seconds()
        if before is None or after is None:
            return None
        others = (after - before) - (self.own() - own)
        return round(max(others, 0.0) / (time.perf_counter() - began), 2)


def machine() -> dict[str, object]:
    """What the figures were measured on, without anything that names it."""
    return {
        "processor": processor(),
        "compiled for": llvm.get_host_cpu_name(),
        "cores": cores(),
        "memory, GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "gcc": compiler(),
        **{name: version(name) for name in PACKAGES},
    }
