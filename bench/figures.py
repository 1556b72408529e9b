"""The figures: each function measures some, side by side where they are compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import numpy as np

from bench import hot_pass, mesa_park, numpy_agents
from bench.facts import Facts, Parameters, facts_of, parameters_of
from bench.measure import Figure, cores, interleave, ratios
from copark.cases import Case, load_case
from copark.model.arrays import Draws, Inputs
from copark.model.outputs import NAMES
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of, simulate
from copark.simulation.sample import fill, sample
from copark.simulation.study import Study, baseline

ROOT = Path(__file__).parents[1]
Say = Callable[[str], None]
CASE = "great-stone"


class Subject(NamedTuple):
    """What is run: the baseline of Great Stone at default parameters."""

    case: Case
    study: Study
    inputs: Inputs
    facts: Facts
    parameters: Parameters

    def draws(self, runs: int) -> Draws:
        """Default parameters and the random numbers of the first runs."""
        study = self.study.with_changes(runs=runs)
        return fill(sample(study, self.case, 0, runs), study.scenarios[0], study, 0, runs)


@cache
def subject() -> Subject:
    """Load what is run, once."""
    case = load_case(CASE)
    study = baseline(CASE).with_changes(draws="defaults")
    scenario = study.scenarios[0]
    inputs = inputs_of(case, scenario)
    draws = fill(sample(study, case, 0, 1), scenario, study, 0, 1)
    return Subject(case, study, inputs, facts_of(inputs), parameters_of(draws))


def one_core(say: Say, repeats: int = 9, size: int = 8) -> Iterator[Figure]:
    """Time runs by Mesa (so many), by NumPy over agents and by the kernel, each on one core, all outputs kept."""
    park = subject()
    sizes = {"mesa": size, "numpy": 2 * size, "kernel": 32 * size}
    seeds, draws = count(1), park.draws(sizes["kernel"])
    say(f"One core: {repeats} rounds of {sizes['mesa']} Mesa runs, {sizes['numpy']} NumPy runs, {sizes['kernel']} ours")

    def many(run_park: Callable[[Facts, Parameters, int], np.ndarray], runs: int) -> Callable[[], object]:
        return lambda: [run_park(park.facts, park.parameters, next(seeds)) for _ in range(runs)]

    tasks = {
        "mesa": many(mesa_park.run_park, sizes["mesa"]),
        "numpy": many(numpy_agents.run_park, sizes["numpy"]),
        "kernel": partial(runs_of, park.inputs, draws, NAMES),
    }
    timed = interleave(tasks, repeats, time.process_time)
    each = {name: [s / sizes[name] for s in seconds] for name, seconds in timed.items()}
    note = "processor time per run of 80 quarters, all outputs recorded"
    over_mesa, over_numpy = ratios(each["mesa"], each["kernel"]), ratios(each["numpy"], each["kernel"])
    yield Figure("mesa_ratio", "Mesa 3 / kernel, one core", "x", over_mesa, 100.0, more=True, note=note)
    yield Figure("numpy_agents_ratio", "NumPy over agents / kernel, one core", "x", over_numpy, note=note)
    yield Figure("mesa_run_ms", "One run, Mesa 3", "ms", [s * 1e3 for s in each["mesa"]])
    yield Figure("numpy_agents_run_ms", "One run, NumPy over agents", "ms", [s * 1e3 for s in each["numpy"]])
    yield Figure("kernel_run_ms", "One run, kernel", "ms", [s * 1e3 for s in each["kernel"]])


def hot_passes(say: Say, repeats: int = 15, work: int = 40_000) -> Iterator[Figure]:
    """Time the pass of the operating enterprises in C and as the kernel has it, for three sizes of park."""
    if which("gcc") is None:
        say("Hot pass: no gcc here, left out")
        return
    found: dict[int, list[float]] = {}
    wide: list[float] = []
    for size in (60, 150, 400):
        say(f"Hot pass: {size} enterprises, {repeats} rounds against C")
        pair, many = hot_pass.Pair(size, subject().draws(1)), max(work // size, 1)
        pair.run_ours(80, 1)
        pair.run_c(80, 1)
        if (apart := pair.difference()) > 1e-9:
            raise SystemExit(
                f"bench: bench/hot_pass.c no longer computes what the kernel's pass does ({apart:.1e} apart)"
            )
        tasks = {
            "ours": partial(pair.run_ours, 80, many),
            "c": partial(pair.run_c, 80, many),
            "wide": partial(pair.run_c, 80, many, hot_pass.WIDE),
        }
        timed = interleave(tasks, repeats, time.process_time)
        found[size] = ratios(timed["c"], timed["ours"])
        wide = ratios(timed["wide"], timed["ours"]) if size == 150 else wide
    note = "time in C / time of ours, 1 = as fast as C; 150 enterprises; equal to 1e-9 in every number"
    parts = {f"{size} enterprises": float(np.median(values)) for size, values in found.items()}
    yield Figure("c_fraction", "C / hot pass", "x", found[150], 0.8, True, note, parts)
    yield Figure("c_fraction_wide", "C with 512-bit vectors / hot pass", "x", wide, note=f"gcc {hot_pass.WIDE}")


def scaling(say: Say, repeats: int = 7, runs: int = 4096) -> Iterator[Figure]:
    """Time one thread and two."""
    if cores() < 2:
        say("Threads: only one core here, left out")
        return
    say(f"Threads: {repeats} rounds of {runs} runs on one thread and on two")
    park = subject()
    draws = park.draws(runs)
    timed = interleave({str(n): partial(runs_of, park.inputs, draws, NAMES, threads=n) for n in (1, 2)}, repeats)
    gain, note = ratios(timed["1"], timed["2"]), f"wall time, {runs} runs"
    yield Figure("thread_scaling", "One thread / two threads", "x", gain, 1.7, more=True, note=note)


def warm(say: Say, repeats: int = 11, runs: int = 1000) -> Iterator[Figure]:
    """Time 1,000 runs in a process that has run before."""
    say(f"Warm: {repeats} rounds of {runs:,} runs on {cores()} threads")
    study, case = baseline(CASE).with_changes(runs=runs), subject().case
    seconds = interleave({"warm": partial(simulate, study, case)}, repeats)["warm"]
    note = "baseline study, standard outputs, all threads, to the labelled dataset"
    yield Figure("warm_1000_s", "1,000 runs of 80 quarters, warm", "s", seconds, 0.15, note=note)


def spawn(arguments: list[str], cache_folder: str = "") -> tuple[float, dict[str, Any]]:
    """Run a Python process from the repository; give its wall time and what it printed.

    Parameters
    ----------
    arguments
        What stands after ``python``.
    cache_folder
        Where compiled kernels are kept; otherwise where they always are.
    """
    environment = os.environ | ({"COPARK_CACHE": cache_folder} if cache_folder else {})
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"bench: python {' '.join(arguments)} failed:\n{done.stderr}")
    said = done.stdout.strip().splitlines()
    return seconds, json.loads(said[-1]) if said and said[-1].startswith("{") else {}


def processes(say: Say, repeats: int = 7) -> Iterator[Figure]:
    """Time fresh processes, with compiled kernels on disk and without; read their memory."""
    first, peaks = ["-m", "bench.probe", "first"], []
    cold, warmed, helped = [], [], []
    say("Fresh processes: 3 with nothing compiled")
    with tempfile.TemporaryDirectory() as kept:
        for _ in range(2):
            with tempfile.TemporaryDirectory() as empty:
                cold.append(spawn(first, empty)[0])
        cold.append(spawn(first, kept)[0])
        say(f"Fresh processes: {repeats} with the kernel on disk, {repeats} times --help")
        for _ in range(repeats):
            seconds, used = spawn(first, kept)
            warmed.append(seconds)
            peaks.append(used["peak_mb"])
            helped.append(spawn(["-m", "copark", "--help"], kept)[0])
    what = "python process, from its start to its end: import, load the case, 1,000 runs"
    yield Figure("new_process_s", "New process to 1,000 runs, kernel on disk", "s", warmed, 1.5, note=what)
    yield Figure("new_process_uncached_s", "New process to 1,000 runs, nothing compiled", "s", cold, 10.0, note=what)
    yield Figure("help_s", "copark --help", "s", helped, 0.3)
    yield Figure("peak_mb_1000", "Peak memory of a process, 1,000 runs", "MB", peaks, 400.0)


STREAMS = ((10_000, "paths"), (10_000, "bands"), (100_000, "bands"))
"""Runs streamed to disk, and what is kept of them."""
MILLION = (*STREAMS, (1_000_000, "bands"))


def streams(say: Say, asked: tuple[tuple[int, str], ...]) -> Iterator[Figure]:
    """Stream ever more runs into a store; read the peak memory of the process that does it."""
    peaks: dict[str, float] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as kept:
        spawn(["-m", "bench.probe", "first"], kept)
        for runs, form in asked:
            say(f"Streaming {runs:,} runs to Zarr, {form}" + (" (this takes minutes)" if runs > 100_000 else ""))
            _, used = spawn(["-m", "bench.probe", "stream", "--runs", str(runs), "--form", form], kept)
            peaks[f"{runs:,} runs, {form}"], seconds[f"{runs:,} runs, {form}"] = used["peak_mb"], used["seconds"]
    bands = [peak for name, peak in peaks.items() if "bands" in name]
    note = "paths of every run, or bands over runs as is usual above 100,000; once each"
    yield Figure("stream_peak_mb", "Peak memory, streaming to Zarr", "MB", list(peaks.values()), note=note, parts=peaks)
    growth, note = [bands[-1] / bands[0]], "flat is taken as at most a tenth more"
    yield Figure("stream_growth", "Peak memory of the most runs / of 10,000, bands", "x", growth, 1.1, note=note)
    yield Figure("stream_s", "Time, streaming to Zarr", "s", list(seconds.values()), parts=seconds)


def smallest(say: Say) -> Iterator[Figure]:
    """Do everything once on as little as there can be, with the kernel that is compiled already."""
    yield from one_core(say, repeats=1, size=1)
    yield from hot_passes(say, repeats=1, work=1)
    yield from scaling(say, repeats=1, runs=128)
    yield from warm(say, repeats=1, runs=64)
    say("Fresh processes: a first run, a stream, a command's help")
    seconds, used = spawn(["-m", "bench.probe", "first", "--runs", "64"])
    yield Figure("new_process_s", "New process to 64 runs, kernel on disk", "s", [seconds])
    yield Figure("peak_mb", "Peak memory of a process, 64 runs", "MB", [used["peak_mb"]])
    _, used = spawn(["-m", "bench.probe", "stream", "--runs", "64", "--form", "paths"])
    yield Figure("stream_peak_mb", "Peak memory, streaming to Zarr", "MB", [used["peak_mb"]])
    yield Figure("help_s", "copark --help", "s", [spawn(["-m", "copark", "--help"])[0]])
