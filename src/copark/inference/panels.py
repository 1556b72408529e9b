"""Panels of an output folder: learning what parks teach of each other, and looking at a park that has no history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.pool.outlook import Outlook
    from copark.inference.pool.panel import Panel, Settings
    from copark.inference.pool.parks import Park
    from copark.inference.pool.scoring import PanelScore

Tell = Callable[[int, int], None]
LEAST, MOST = 8, 15
"""Runs of each park, as powers of two."""


@dataclass(frozen=True)
class Looked:
    """A park forecast by the others: their panel, how such forecasts did on each of them, and the forecast."""

    panel: Panel
    scores: tuple[PanelScore, ...]
    outlook: Outlook


def has_history(case: Case) -> bool:
    """Whether anything is recorded of a case that a calibration of its own could be fitted to."""
    from copark.inference.observations import targets

    return bool(targets(case))


def runs_of(written: int | str | None, lang: str = "en") -> int:
    """Runs of each park: a power of two from 2^8 to 2^15.

    Raises
    ------
    RunRefused
        If it is none.
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
    parks: Sequence[Park], settings: Settings, folder: Path, waiting: Tell
) -> AbstractContextManager[bool]:
    """Hold a panel, so that nobody else makes it meanwhile; who waits finds its steps done."""
    from copark.inference.pool.panel import panel_identity
    from copark.store.checkpoints import lock_of
    from copark.store.locks import only_one

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
    case: Case, until: Quarter, parks: Sequence[Park], settings: Settings, *, threads: int, folder: Path,
    progress: Tell, waiting: Tell,
) -> Looked:  # fmt: skip
    """Forecast a park of which nothing has been observed, or as if nothing had been, by what other parks teach."""
    from copark.inference.pool.forecast_comparison import score_panel
    from copark.inference.pool.outlook import outlook
    from copark.inference.pool.panel import learn
    from copark.inference.pool.scoring import LEFT_OUT

    learning, racing, looking = shares(progress, (45, 50, 5))
    with one_at_a_time(parks, settings, folder, waiting):
        panel = learn(parks, settings, threads=threads, folder=folder, progress=learning)
        scores = score_panel(panel, schemes=(LEFT_OUT,), threads=threads, folder=folder, progress=racing)
    looking(0, 1)
    return Looked(panel, tuple(scores), outlook(panel, case, until, threads=threads))
