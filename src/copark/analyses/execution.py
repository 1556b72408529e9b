"""Making a study's runs and storing them: on threads of this process, on workers here, or on a cluster.

By whichever means, the numbers are the same, and a command that was stopped goes on where it was.

Recording: every execution stands in the ledger from its first moment, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import Progress, stage
from copark.errors import RunRefused
from copark.presentation.numbers import number
from copark.store.database import Ledger, open_ledger
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
    record: RunRecord
    """study, record: the study as it was run, and what is stored of it."""
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
    fresh: bool = False, ahead: Ahead | None = None, progress: Progress | None = None, **facts: Any,
) -> Made:  # fmt: skip
    """Find the stored run of a study, or else make it; one that was broken off goes on.

    Parameters
    ----------
    study, parameters
        A study whose draws are decided, and the parameters it draws.
    fresh
        Make it even if it is stored.
    ahead
        Told before the work begins.
    facts
        What else is recorded of the execution.
    """
    store, (kept, identity, bands) = RunStore.of(out), planned(study, case, parameters)
    found = None if fresh else store.find(identity)
    if found is not None and (bands or found.kept == found.runs):  # bands do not stand in for paths
        recognise(out, found)
        return Made(kept, found, reused=True)
    aside = store.set_aside(identity)
    told = () if aside is None else (aside.sentence(lang),)
    if ahead is not None:
        ahead(kept, told)
        told = ()
    stage(progress, "prepare")(0, 0)
    record, notes = make_run(
        kept, case, parameters.source, identity, bands=bands, means=means, out=out, lang=lang, fresh=fresh,
        progress=progress, **facts,
    )  # fmt: skip
    return Made(kept, record, reused=False, notes=(*told, *notes))


@contextmanager
def crew_of(means: Means, lang: str = "en") -> Iterator[Crew]:
    """Those who make the runs, for as long as it takes.

    Raises RunRefused if a cluster is asked for that is not there.
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

    Raises RunRefused if a cluster is asked for that is not there.
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
        Go on from nothing that machines of another kind have made.
    facts
        What else is recorded of the execution.

    Returns
    -------
    tuple
        The stored run, and what is to be said of it.
    """
    from copark.cluster import Asked, make
    from copark.store.atomic import stamp_of

    ask = Asked(
        study, case, source, identity, bands, fresh=fresh,
        seen=stamp_of(RunStore.of(out).root / identity),
    )  # fmt: skip
    wait = stage(progress, "waiting")
    if fresh:
        facts["fresh"] = True
    with (
        recorded(out, identity, study, stage(progress, "simulate"), **facts) as recording,
        crew_of(means, lang) as crew,
    ):
        made = make(ask, RunStore.of(out), crew, progress=recording.progress, waiting=lambda: wait(0, 0))
        recording.finish(made.record)  # before the crew is sent home, which takes seconds
    notes = [text("cluster.went_on", lang, runs=number(made.kept, 0))] if made.kept else []
    if made.anew:
        notes.append(text("cluster.made_anew", lang, runs=number(made.anew, 0)))
    return made.record, (*notes, *recording.notes(lang))


Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Recording:
    """An execution that is being recorded."""

    identity: str
    """Under which it was begun."""
    ledger: Ledger
    """Where it is recorded."""
    tell: Tell
    """Told runs done and runs in all; passes them on."""

    def progress(self, done: int, total: int) -> None:
        """Record how far it is, and tell it."""
        self.ledger.advance(self.identity, done)
        self.tell(done, total)

    def finish(self, record: RunRecord) -> None:
        """Record that its result is stored."""
        self.ledger.finish(self.identity, record)

    def notes(self, lang: str) -> tuple[str, ...]:
        """What is to be said of the ledger: nothing if all went well."""
        trouble = self.ledger.trouble
        if trouble is None:
            return ()
        place, cause, repair = trouble.place(), trouble.cause(lang), trouble.repair(lang)
        return (text("database.not_recorded", lang, place=place, cause=cause, repair=repair),)


@contextmanager
def recorded(out: Path, identity: str, study: Study, tell: Tell, **facts: Any) -> Iterator[Recording]:
    """Record an execution; without a database it goes on all the same.

    Parameters
    ----------
    out
        The output folder.
    identity
        The identity of what is made.
    study
        What is run.
    tell
        Who wants to know how far it is.
    facts
        What else is worth keeping: what is needed to do the same again.
    """
    total = study.runs * len(study.scenarios)
    with (
        open_ledger(out) as ledger,
        ledger.executing(identity, study.content(), study.case, total, **facts),
    ):
        yield Recording(identity, ledger, tell)


def recognise(out: Path, record: RunRecord) -> None:
    """Have the books know a run that is stored: who made it may have been killed before it could be entered."""
    with open_ledger(out) as ledger:
        ledger.recognise(record)
