"""Recording: every execution stands in the ledger from its first moment, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.database import Ledger, open_ledger
from copark.texts import text

if TYPE_CHECKING:
    from copark.simulation.study import Study
    from copark.store import RunRecord

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Recording:
    """An execution that is being recorded.

    Parameters
    ----------
    identity
        Under which it was begun.
    ledger
        Where it is recorded.
    tell
        Told runs done and runs in all; passes them on.
    """

    identity: str
    ledger: Ledger
    tell: Tell

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
