"""Panels of an output folder: learning what parks teach of each other, and looking at a park that has no history.

Everything that is told of parks pooled: what the panel informs, how far parks stray from the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.inference.pool.batches import GRID, Discrepancy, table
from copark.inference.pool.forecasts import SHOWN, bands_at
from copark.inference.pool.panel import Panel, pooled_prior
from copark.inference.pool.parks import COUNTS, POOLED, Park
from copark.simulation.schemas import Title
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.pool.forecasts import PooledOutlook
    from copark.inference.pool.panel import PanelSettings

Band = tuple[float, float, float]
"""5, 50 and 95 %."""
FAN_RUNS = 512


@dataclass(frozen=True)
class ParkFindings:
    """A park of the panel."""

    name: str
    title: Title
    kind: str
    case_hash: str
    """Of its case."""
    values: int
    reach: float
    """Share of its own runs that lie farther from their neighbours than its record does; NaN without a record."""
    directions: int
    """values, directions: values fitted; directions of the parameters that they inform."""
    shrinkage_size: float
    shrinkage_rest: float
    """shrinkage_size, shrinkage_rest: share of its departure from the common mean that its own record leaves open: of
    enquiries, and mean of the rest."""
    lent: float
    """Its share in the means of all parks."""


@dataclass(frozen=True)
class Mark:
    """A reported value: its moment in years, the value, where a range ends, and which bound it is."""

    at: float
    value: float
    high: float | None
    bound: str


@dataclass(frozen=True)
class ParkFan:
    """A park as the others would have forecast it: ends of quarters in years, quantiles (levels, quarters), reports."""

    park: str
    variable: str
    times: Floats
    levels: Floats
    reported: tuple[Mark, ...]
    largest: float
    """Largest number reported or forecast with 5 % chance."""


@dataclass(frozen=True)
class Tried:
    """How well parks' own later values were forecast with a size of the discrepancy: mean log-density over parks."""

    family: str
    parks: int
    spread: float
    log_density: float
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class PanelFindings:
    """A panel with everything asked of it."""

    panel: str
    runs: int
    seed: int
    """panel, runs, seed: identity of the panel; runs of each park; seed of design, luck and errors."""
    parks: tuple[ParkFindings, ...]
    spread: Discrepancy
    trials: tuple[Tried, ...]
    """spread, trials: how far parks stray from the model, and how that was chosen."""
    fans: tuple[ParkFan, ...]

    @property
    def values(self) -> int:
        """Values fitted, over all parks."""
        return sum(one.values for one in self.parks)

    def park(self, name: str) -> ParkFindings:
        """A park by name."""
        return next(one for one in self.parks if one.name == name)


def find(panel: Panel, threads: int, progress: Callable[[int, int], None]) -> PanelFindings:
    """Say everything that follows from a panel."""
    return PanelFindings(
        panel=panel.identity, runs=panel.settings.runs, seed=panel.settings.seed,
        parks=_parks(panel),
        spread=panel.spread, trials=_trials(panel),
        fans=_fans(panel, threads, progress),
    )  # fmt: skip


def _parks(panel: Panel) -> tuple[ParkFindings, ...]:
    lent, found, enquiries = panel.lenders(), [], POOLED.index("enquiry_rate")
    for at, park in enumerate(panel.parks):
        own, open_, title = panel.local[park.name], panel.pooled.leaning(at), park.case.title
        found.append(
            ParkFindings(
                park.name, Title(en=title.en, zh=title.zh), park.case.kind, park.case.hash, own.values, own.reach,
                own.readings.count, float(open_[enquiries]), float(np.delete(open_, enquiries).mean()), lent[park.name],
            )
        )  # fmt: skip
    return tuple(found)


def _trials(panel: Panel) -> tuple[Tried, ...]:
    taken = {"companies": panel.spread.companies, "jobs": panel.spread.jobs}
    return tuple(
        Tried(family, parks, spread, float(log), spread == taken[family])
        for family, (parks, logs) in table(panel.trials).items() for spread, log in zip(GRID, logs, strict=True)
    )  # fmt: skip


def _fans(panel: Panel, threads: int, progress: Callable[[int, int], None]) -> tuple[ParkFan, ...]:
    found = []
    for n, park in enumerate(panel.parks):
        progress(n, len(panel.parks))
        fan = _fan(panel, park, threads)
        if fan is not None:
            found.append(fan)
    return tuple(found)


def _fan(panel: Panel, park: Park, threads: int) -> ParkFan | None:
    """The count of a park that is reported most often, as the other parks would have forecast it."""
    counts = {name: len(park.of(name)) for name in COUNTS if park.of(name)}
    if not counts:
        return None
    variable = "registered" if "registered" in counts else max(counts, key=lambda name: counts[name])
    read, points = pooled_prior(panel, park.case, FAN_RUNS, panel.settings.seed)
    levels = bands_at(panel, read, points, (variable,), park.quarters, SHOWN, threads)[variable]
    first, targets = park.case.clock.start.index / 4.0, park.model.targets
    times = first + (np.arange(park.quarters) + 1) / 4.0
    reported = tuple(
        Mark(first + float(park.ages[n]), targets[n].value, targets[n].high, targets[n].bound)
        for n in park.of(variable)
    )  # fmt: skip
    largest = max(float(levels[4].max()), *(targets[n].reported for n in park.of(variable)))
    return ParkFan(park.name, variable, times, levels, reported, largest)


Tell = Callable[[int, int], None]
LEAST, MOST = 8, 15
"""Runs of each park, as powers of two."""


@dataclass(frozen=True)
class Looked:
    """A park forecast by the others: their panel, and the forecast."""

    panel: Panel
    outlook: PooledOutlook


def has_history(case: Case) -> bool:
    """Whether anything is recorded of a case that a calibration of its own could be fitted to."""
    from copark.inference.observations import targets

    return bool(targets(case))


def runs_of(written: int | str | None, lang: str = "en") -> int:
    """Runs of each park: a power of two from 2^8 to 2^15.

    Raises RunRefused if it is none.
    """
    from copark.errors import RunRefused
    from copark.inference.pool.panel import RUNS

    if written is None:
        return RUNS
    base, power, exponent = str(written).strip().partition("^")
    try:
        found = int(base) ** min(int(exponent), MOST + 1) if power else int(base)
    except ValueError:
        found = 0
    if found not in {1 << n for n in range(LEAST, MOST + 1)}:
        raise RunRefused(text("pool.bad_runs", lang, runs=written, least=LEAST, most=MOST))
    return found


def one_at_a_time(
    parks: Sequence[Park], settings: PanelSettings, folder: Path, waiting: Tell
) -> AbstractContextManager[bool]:
    """Hold a panel, so that nobody else makes it meanwhile; who waits finds its steps done."""
    from copark.inference.pool.panel import panel_identity
    from copark.store.files import lock_of, only_one

    return only_one(lock_of(folder / panel_identity(parks, settings)), lambda: waiting(0, 0))


def shares(tell: Tell, parts: Sequence[int]) -> list[Tell]:
    """Tell several pieces of work as one, each by its share in a hundred, so that the time left is that of all."""

    def of(first: int, share: int) -> Tell:
        return lambda done, whole: tell(first + share * done // max(whole, 1), 100)

    return [of(sum(parts[:n]), share) for n, share in enumerate(parts)]


def other_parks(case: Case, lang: str = "en") -> tuple[Park, ...]:
    """The parks of the casebook without one."""
    from copark.cases import list_cases
    from copark.inference.pool.parks import parks_of

    return tuple(parks_of([name for name in list_cases() if name != case.name], lang))


def look(
    case: Case, until: Quarter, parks: Sequence[Park], settings: PanelSettings, *, threads: int, folder: Path,
    progress: Tell, waiting: Tell,
) -> Looked:  # fmt: skip
    """Forecast a park of which nothing has been observed, or as if nothing had been, by what other parks teach."""
    from copark.inference.pool.forecasts import outlook
    from copark.inference.pool.panel import learn

    learning, looking = shares(progress, (90, 10))
    with one_at_a_time(parks, settings, folder, waiting):
        panel = learn(parks, settings, threads=threads, folder=folder, progress=learning)
    looking(0, 1)
    return Looked(panel, outlook(panel, case, until, threads=threads))
