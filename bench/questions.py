"""Questions as they are asked: each by a seed that nobody asked before, beside the least time its runs could take.

The floor of a question is its runs times the time of one run, to the horizon that questions have (ten years from now),
over the threads. What is above it is drawing, statistics, reading and writing; what is below it was resumed.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import Say, spawn
from bench.measure import Figure, cores
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.calibration.case_parameters import settle
from copark.cases import load_case
from copark.simulation.ensemble import runs_of
from copark.simulation.run import prepare
from copark.simulation.study import baseline

PARKS = ("great-stone", "lekki", "suzhou")


class Question(NamedTuple):
    """A question, and how it is asked in its smallest form."""

    name: str
    params: Mapping[str, Any]
    park: str
    smallest: Mapping[str, Any]
    target: float | None = None
    """Of its time over its floor, at most."""


EVSI: Mapping[str, Any] = {"case": "lekki", "options": ("home-50-now", "tax-10-now"), "stake": ("public_income=1",)}
QUESTIONS = (
    Question("levers", {"case": "lekki"}, "lekki", {"draws": 4, "futures": 2}, 0.8),
    Question("compare", {"reference": "great-stone", "scenario": "without-operator"}, "great-stone", {"runs": 20}, 1.3),
    Question("claims", {"case": "great-stone"}, "great-stone", {"draws": 10, "futures": 2}, 1.4),
    Question("voi", {"case": "great-stone"}, "great-stone", {"draws": 100, "futures": 3}),
    Question("forecast", {"case": "lekki"}, "lekki", {}),
    Question("evsi", EVSI, "lekki", {"draws": 100, "futures": 2}),
    Question("structures", {"case": "great-stone"}, "great-stone", {"runs": 10}),
)
"""Questions that run the model."""
READS = {"voi": "claims", "structures": "levers"}
"""Question whose answer another reads: asked before, and not timed."""
TAKES_LONG = ("claims", "voi", "forecast", "evsi", "structures")
"""What makes tens of thousands of runs in its smallest form too, and is left out of that."""


def horizons(say: Say, repeats: int = 7, runs: int = 512) -> Iterator[Figure]:
    """Time a run to the horizon that questions have, on one core, of a small, a middling and a large park."""
    for park in PARKS:
        say(f"Horizon: {runs} runs of {park}, {repeats} rounds")
        quarters, seconds = run_seconds(park, repeats, runs)
        yield Figure(
            f"run_{park.partition('-')[0]}_ms",
            f"One run of {park}, {quarters} quarters",
            "ms",
            [value * 1e3 for value in seconds],
            note="processor time on one core, posterior draws, standard outputs",
        )


@cache
def run_seconds(park: str, repeats: int = 3, runs: int = 512) -> tuple[int, list[float]]:
    """Return the quarters to the horizon of questions, and the processor's seconds for a run to it, each time."""
    case = load_case(park)
    study, parameters = settle(baseline(park).with_changes(runs=runs), case)
    prepared = prepare(study, case, parameters.source)
    (draws,) = prepared.ensemble(1).draws(0, runs).by_scenario
    run = partial(runs_of, prepared.inputs[0], draws, study.kept)
    run()
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        seconds.append((time.process_time() - start) / runs)
    return prepared.case.clock.quarters, seconds


class Counted:
    """Counts runs as the progress of a question tells them, and those of calibrations as they are planned."""

    def __init__(self) -> None:
        self.told: dict[str, list[int]] = {}
        self.planned = 0

    def __call__(self, stage: str, done: int, _total: int) -> None:
        """Take note of how far a stage is."""
        self.told.setdefault(stage, []).append(done)

    def plan(self, planned: Any) -> None:
        """Take note of what a calibration takes."""
        self.planned += planned.runs

    @property
    def runs(self) -> int:
        """Runs of the model; a stage that begins again begins from nothing."""
        made = [0, *self.told.get("simulate", [])]
        return self.planned + sum(max(after - before, 0) for before, after in pairwise(made))


def asked(say: Say, only: tuple[str, ...] = (), *, smallest: bool = False) -> Iterator[Figure]:
    """Ask each question by a fresh seed, and set its time beside its floor."""
    for question in QUESTIONS:
        if (only and question.name not in only) or (smallest and question.name in TAKES_LONG):
            continue
        say(f"Question: {question.name}")
        with tempfile.TemporaryDirectory() as folder:
            seconds, counted = once(question, Path(folder), smallest=smallest)
        quarters, each = run_seconds(question.park)
        floor = counted.runs * statistics.median(each) / cores()
        note = f"{counted.runs:,} runs of {quarters} quarters; floor {floor:.3g} s; fresh seed"
        yield Figure(f"{question.name}_s", f"{question.name}, {question.park}", "s", [seconds], note=note)
        if floor > 0.0:
            title = f"{question.name} / floor of its runs"
            target = None if smallest else question.target
            yield Figure(f"{question.name}_floor", title, "x", [seconds / floor], target)


def once(question: Question, folder: Path, *, smallest: bool = False) -> tuple[float, Counted]:
    """Ask a question once in an empty folder; return its seconds and what was counted."""
    seed = int(fresh())
    given = {**question.params, **(question.smallest if smallest else {}), "seed": seed}
    if question.name in READS:
        read = REGISTRY[READS[question.name]]
        wanted: dict[str, Any] = {"case": given["case"], "seed": seed}
        answer(read, read.params(**wanted), Context(folder))
    counted = Counted()
    analysis = REGISTRY[question.name]
    context = Context(folder, progress=counted, on_calibration=counted.plan)
    start = time.perf_counter()
    answer(analysis, analysis.params(**given), context).document("en")
    return time.perf_counter() - start, counted


def commands(say: Say, repeats: int = 5, runs: int = 1000, parks: tuple[str, ...] = PARKS) -> Iterator[Figure]:
    """Time commands from their start to their end: stored answers, and runs with their report."""
    stored = [
        ("brief_stored_s", ["brief", "thilawa"], "Brief of Thilawa, stored", 2.0),
        ("claims_stored_s", ["claims", "great-stone"], "Claims of Great Stone, stored", 2.0),
        ("forecast_stored_s", FORECAST, "Forecast of Lekki on a stored calibration", 5.0),
    ]
    runs_of = [
        (
            f"run_{park.partition('-')[0]}_s",
            ["run", park, "--runs", str(runs), "--seed", FRESH],
            f"{runs:,} runs of {park} with their report",
            4.0,
        )
        for park in parks
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, words, title, target in [*stored, *runs_of]:
            say(f"Command: {title}")
            if repeats > 1:
                command(words, folder)
            seconds = [command(words, folder) for _ in range(repeats)]
            limit = target if repeats > 1 and name != "run_suzhou_s" else None
            yield Figure(name, title, "s", seconds, limit, note="a process, from its start to its end")


FORECAST = ["forecast", "lekki", "--to", "2033Q4", "--no-report"]
"""Asks for an end that no stored answer has, of the calibration that ships."""
FRESH = "FRESH"
"""Stands in a command for a seed that nobody asked before."""


def command(words: list[str], folder: str) -> float:
    """Return the seconds that a command takes, from its start to its end."""
    given = [fresh() if word == FRESH else word for word in words]
    return spawn(["-m", "copark", *given, "--out", folder])[0]


def fresh() -> str:
    """Return a seed that nobody asked before."""
    return str(random.SystemRandom().randrange(10**6, 10**9))


def all_questions(say: Say, only: tuple[str, ...] = ()) -> Iterator[Figure]:
    """Time horizons, commands and questions, or some questions alone."""
    if not only:
        yield from horizons(say)
        yield from commands(say)
    yield from asked(say, only)


def smallest_questions(say: Say) -> Iterator[Figure]:
    """Ask what can be asked in seconds."""
    yield from horizons(say, repeats=1, runs=64)
    yield from commands(say, repeats=1, runs=20, parks=PARKS[:1])
    yield from asked(say, smallest=True)
