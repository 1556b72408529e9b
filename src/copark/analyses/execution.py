"""Making a study's runs and storing them: on threads of this process, on workers here, or on a cluster.

By whichever means, the numbers are the same, and a command that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import Progress, stage
from copark.errors import RunRefused
from copark.presentation.numbers import number
from copark.store.manifest import set_aside
from copark.store.runs import SUMMARY_ABOVE, RunStore
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cluster import Crew
    from copark.inference.case_parameters import CaseParameters
    from copark.simulation.draw_sources import DrawSource
    from copark.simulation.study import Study
    from copark.store import RunRecord


@dataclass(frozen=True)
class Means:
    """By what means runs are made; nothing here changes a number."""

    threads: int | None = None
    """Threads, where they are made in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers make them."""
    workers: int | None = None
    """Processes of this machine that make them."""


@dataclass(frozen=True)
class Made:
    """A stored run of a study."""

    study: Study
    """As it was run."""
    record: RunRecord
    reused: bool
    """Whether it was stored already."""
    notes: tuple[str, ...] = ()
    """What is to be said of it, in sentences."""


Ahead = Callable[["Study", Sequence[str]], None]
"""Told, before a study is run, the study and what was moved aside for it."""


def planned(study: Study, case: Case, parameters: CaseParameters) -> tuple[Study, str, bool]:
    """A study as it is stored: what it keeps, its run ID, and whether bands stand in for most of its paths."""
    from copark.simulation.results import study_identity

    bands = study.keep is None and study.runs > SUMMARY_ABOVE
    kept = study.with_changes(keep="standard") if bands else study
    return kept, study_identity(kept, case, parameters.identity or None), bands


def find_or_make(
    study: Study, case: Case, parameters: CaseParameters, *, means: Means, out: Path, lang: str = "en",
    fresh: bool = False, ahead: Ahead | None = None, progress: Progress | None = None,
) -> Made:  # fmt: skip
    """Find the stored run of a study whose draws are decided, or else make it; one that was broken off goes on.

    ``fresh``: make it even if it is stored; ``ahead``: told before the work begins.
    """
    store, (kept, identity, bands) = RunStore.of(out), planned(study, case, parameters)
    found = None if fresh else store.find(identity)
    if found is not None and (bands or found.kept == found.runs):  # bands do not stand in for paths
        return Made(kept, found, reused=True)
    aside = set_aside(store.root / identity)
    told = () if aside is None else (text(f"{aside.code}.aside", lang, **aside.values),)
    if ahead is not None:
        ahead(kept, told)
        told = ()
    stage(progress, "prepare")(0, 0)
    record, notes = make_run(
        kept, case, parameters.source, identity, bands=bands, means=means, out=out, lang=lang, fresh=fresh,
        progress=progress,
    )  # fmt: skip
    return Made(kept, record, reused=False, notes=(*told, *notes))


@contextmanager
def others_of(means: Means, lang: str = "en") -> Iterator[Crew | None]:
    """Workers here or on a cluster, for as long as it takes; none where this process does the work.

    Raises RunRefused if a cluster is asked for that is not there.
    """
    if means.scheduler and means.workers:
        raise RunRefused(text("cluster.both", lang))
    if not (means.scheduler or means.workers):
        yield None
        return
    from copark.cluster.scheduler import local_workers, workers_at

    with workers_at(means.scheduler) if means.scheduler else local_workers(means.workers or 1) as crew:
        yield crew


def make_run(
    study: Study, case: Case, source: DrawSource | None, identity: str, *, bands: bool, means: Means, out: Path,
    lang: str = "en", fresh: bool = False, progress: Progress | None = None,
) -> tuple[RunRecord, tuple[str, ...]]:  # fmt: skip
    """Make the runs of a study, or what is missing of them: the stored run, and what is to be said of it.

    Parameters
    ----------
    bands
        Keep bands over all runs and the paths of the first only.
    fresh
        Go on from nothing that machines of another kind have made.
    """
    from copark.cluster import Asked, Threads, make
    from copark.simulation.ensemble import default_threads
    from copark.store.files import stamp_of

    store, tell, wait = RunStore.of(out), stage(progress, "simulate"), stage(progress, "waiting")
    ask = Asked(study, case, source, identity, bands, fresh=fresh, seen=stamp_of(store.root / identity))
    with others_of(means, lang) as crew:
        threads = Threads(means.threads or default_threads())
        made = make(ask, store, crew or threads, progress=tell, waiting=lambda: wait(0, 0))
    counts = {"went_on": made.kept, "made_anew": made.anew}
    notes = [text(f"cluster.{key}", lang, runs=number(count, 0)) for key, count in counts.items() if count]
    return made.record, tuple(notes)
