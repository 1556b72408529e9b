"""Making a study's runs and storing them: on threads of this process, on workers here, or on a cluster.

By whichever means, the numbers are the same, and a command that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.errors import RunRefused
from copark.texts import text
from copark.workflows.answers import Progress
from copark.workflows.places import store_in

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cluster import Crew
    from copark.simulation.source import DrawSource
    from copark.simulation.study import Study
    from copark.store import RunRecord


@dataclass(frozen=True)
class Means:
    """By what means runs are made; nothing here changes a number, unless ``mixed`` allows it.

    Parameters
    ----------
    threads
        Threads, where they are made in this process.
    scheduler
        Address of a Dask scheduler whose workers make them.
    workers
        Processes of this machine that make them.
    store
        URL at which shards are written, where the workers share no folder.
    mixed
        Let machines differ.
    """

    threads: int | None = None
    scheduler: str | None = None
    workers: int | None = None
    store: str | None = None
    mixed: bool = False

    def facts(self) -> dict[str, Any]:
        """What is needed to do the same again."""
        return {name: value for name, value in asdict(self).items() if value}


@contextmanager
def crew_of(means: Means, lang: str = "en") -> Iterator[Crew]:
    """Those who make the runs, for as long as it takes.

    Raises
    ------
    RunRefused
        If a cluster is asked for that is not there.
    """
    from copark.cluster import Threads

    if means.scheduler and means.workers:
        raise RunRefused(text("cluster.both", lang))
    if means.scheduler:
        from copark.cluster.scheduler import workers_at

        with workers_at(means.scheduler) as crew:
            yield crew
    elif means.workers:
        from copark.cluster.scheduler import local_workers

        with local_workers(means.workers) as crew:
            yield crew
    else:
        from copark.simulation.ensemble import default_threads

        yield Threads(means.threads or default_threads())


@contextmanager
def others_of(means: Means, lang: str = "en") -> Iterator[Crew | None]:
    """Workers here or on a cluster, for as long as it takes; none where this process does the work.

    Raises
    ------
    RunRefused
        If a cluster is asked for that is not there.
    """
    if not (means.scheduler or means.workers):
        yield None
        return
    with crew_of(means, lang) as crew:
        yield crew


def make_run(
    study: Study,
    case: Case,
    source: DrawSource | None,
    identity: str,
    *,
    bands: bool,
    means: Means,
    out: Path,
    lang: str = "en",
    fresh: bool = False,
    progress: Progress | None = None,
    **facts: Any,
) -> tuple[RunRecord, tuple[str, ...]]:
    """Make the runs of a study, or what is missing of them, in the place of an older run of this identity.

    Parameters
    ----------
    bands
        Keep bands over all runs and the paths of the first only.
    fresh
        Make them even if they lie whole at the store's URL, and put them in that run's place.
    facts
        What else is recorded of the execution.

    Returns
    -------
    tuple
        The stored run, and what is to be said of it.
    """
    from copark.cluster import Asked, make
    from copark.store.atomic import stamp_of
    from copark.workflows.recording import recorded

    ask = Asked(
        study, case, source, identity, bands, replace=True, mixed=means.mixed, address=means.store, fresh=fresh,
        seen=stamp_of(store_in(out).root / identity),
    )  # fmt: skip
    wait = stage(progress, "waiting")
    if fresh:
        facts["fresh"] = True
    with (
        recorded(out, identity, study, stage(progress, "simulate"), **means.facts(), **facts) as recording,
        crew_of(means, lang) as crew,
    ):
        made = make(ask, store_in(out), crew, progress=recording.progress, waiting=lambda: wait(0, 0))
        recording.finish(made.record)  # before the crew is sent home, which takes seconds
    notes = [text("cluster.went_on", lang, runs=f"{made.kept:,}")] if made.kept else []
    if made.anew:
        notes.append(text("cluster.made_anew", lang, runs=f"{made.anew:,}"))
    if made.mixed:
        notes.append(text("cluster.mixed", lang))
    return made.record, (*notes, *recording.notes(lang))
