"""What the workflows answer: frozen records, ready to be shown in the language that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses import context
from copark.errors import Fault
from copark.simulation.trust import Trust

if TYPE_CHECKING:
    from copark.store.compare import Difference

Progress = context.Progress
OUT = Path("out")


@dataclass(frozen=True)
class Row:
    """The latest observation of a variable beside the model, in the model's unit.

    Parameters
    ----------
    title, unit, quarter
        What was observed, in which unit and when.
    bound
        A sign for an observation that is only a bound or approximate, else empty.
    observed, high
        The value; the upper end where a range was observed.
    low, median, upper
        5 %, 50 % and 95 % of runs.
    width
        Half of 5 to 95 %, as a share of what was observed; NaN of nothing.
    percentile
        Where the observation lies among the runs, 0 to 100, as a person reads it; of a bound or range those it spans.
    outside
        Whether that is outside 5 to 95.
    """

    title: str
    unit: str
    quarter: str
    bound: str
    observed: float
    high: float | None
    low: float
    median: float
    upper: float
    width: float
    percentile: str
    outside: bool


@dataclass(frozen=True)
class Shares:
    """How often each outcome happened in a scenario, as shares of the runs that finished."""

    scenario: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class RunOutcome:
    """What :func:`run_study` made or found.

    Parameters
    ----------
    identity, path
        Name and folder of the stored run.
    study, case
        Their titles.
    runs, kept, failed, seed
        Runs for each scenario; runs whose paths are kept; runs over all scenarios that did not finish; seed.
    reused
        The run was stored already.
    seconds
        Time it took to make and store it.
    table
        The latest observation of each variable beside the first scenario.
    compared, outside, expected
        Observations, over all dates, set beside the model; how many lie outside the 5th to 95th percentile of the
        runs; how many would if the runs were right.
    outcomes
        Shares of outcomes, a scenario each.
    report
        The report's page, if one was written.
    trust
        Where the parameters come from, and how far they may be trusted.
    recorded
        What is on record of how the park fared; empty where the parameters are calibrated to it.
    notes
        What else is to be said, in sentences: where it stopped early, and how precise it is there.
    """

    identity: str
    path: Path
    study: str
    case: str
    runs: int
    kept: int
    failed: int
    seed: int
    reused: bool
    seconds: float
    table: tuple[Row, ...]
    compared: int
    outside: int
    expected: int
    outcomes: tuple[Shares, ...]
    report: Path | None
    trust: Trust
    recorded: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredRun:
    """A stored run in a list."""

    identity: str
    study: str
    runs: int
    seed: int
    failed: int
    bytes: int
    created: str


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be named: cases and studies with their titles, stored runs, and what is wrong with some."""

    cases: tuple[tuple[str, str], ...]
    studies: tuple[tuple[str, str], ...]
    runs: tuple[StoredRun, ...]
    damaged: tuple[Fault, ...]
    unfinished: int
    folder: Path


@dataclass(frozen=True)
class Description:
    """What a case, a study or a stored run holds: a title and entries."""

    title: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """What replaying a stored run gave.

    Parameters
    ----------
    kind
        ``identical``, ``equal`` (to 1e-9) or ``different``.
    runs
        Runs replayed for each scenario.
    largest
        Largest relative difference.
    first
        The first difference beyond 1e-9.
    changes
        What made the run and is another now: name, then, now.
    """

    kind: str
    runs: int
    largest: float
    first: Difference | None
    changes: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether the numbers are those stored."""
        return self.kind in {"identical", "equal"}
