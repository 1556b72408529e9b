"""Whether stored runs are whole and where they belong, and how they are put there.

A run in another's folder is moved home, or to quarantine where that is taken; so is what is in a run's folder and not
in its list of files. What is damaged is told and left to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from copark.errors import Fault
from copark.store.atomic import UNFINISHED
from copark.store.errors import fault
from copark.store.garbage import is_living
from copark.store.manifest import extras_of, faults_of
from copark.store.quarantine import SetAside, bring_home, set_extras_aside
from copark.store.runs import RunStore

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Repaired:
    """What was put where it belongs."""

    left: tuple[Fault, ...]
    """Faults of what is damaged."""
    aside: tuple[SetAside, ...]
    home: tuple[str, ...]
    """aside, home: misplaced runs, as they were moved to quarantine; identities of those that went on from there to
    their place."""
    extras: tuple[Path, ...]
    """Where files are now that were in a run's folder and not in its list."""


def faults_in(store: RunStore, *, deep: bool | None = True, progress: Progress | None = None) -> list[Fault]:
    """Every fault of the folders of stored runs.

    Parameters
    ----------
    deep
        Compare the checksums of every file, whatever it takes.
    progress
        Told folders seen and folders in all.
    """
    names, found = store.names(), list[Fault]()
    for at, name in enumerate(names):
        folder = store.root / name
        faults = faults_of(folder, deep=deep)
        told = {one.key for one in faults}
        found += [*faults, *(fault("extra", folder, extra) for extra in extras_of(folder) if extra not in told)]
        wrong = store.misplaced(name)
        if wrong is not None:
            found.append(wrong)
        if progress is not None:
            progress(at + 1, len(names))
    left = sorted(path for path in store.root.glob(f"{UNFINISHED}*") if not is_living(path, 0.0))
    return found + [fault("left_over", path) for path in left]


def repair(store: RunStore) -> Repaired:
    """Put what is misplaced where it belongs."""
    extras = [path for name in store.names() if (path := set_extras_aside(store.root / name)) is not None]
    aside = [one for name in store.names() if (one := store.set_aside(name)) is not None]
    home = bring_home(store.root)
    left = [one for name in store.names() for one in faults_of(store.root / name)]
    return Repaired(tuple(left), tuple(aside), tuple(home), tuple(extras))
