"""Progress of long work: the callbacks it is reported to, and how one is made of another.

Work reports to a :data:`Progress` how much of it is done and how much there is in all. Who knows something else has a
callback of another shape, which becomes a plain one:

- A command goes through several stages, each counted in units of its own. It is given a :data:`StagedProgress`, which
  draws the bar a person sees, and hands :func:`of_stage` of it to the work of one stage.
- A part that does not know the whole, such as a thread's block of runs, counts what it has done since it last reported,
  to a :data:`CountedProgress`. A :class:`ProgressCounter` is one; it adds up the counts of all parts.

Whatever a callback raises stops the work: so it is cancelled.
"""

from collections.abc import Callable, Sequence
from threading import Lock

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is in all; a total of 0 means that nobody can tell."""
StagedProgress = Callable[[str, int, int], None]
"""Called with a stage, whose title is ``cli.stage.<stage>`` of the texts, how much of it is done and its total."""
CountedProgress = Callable[[int], None]
"""Called with how much was done since the last call."""


def silent(*_: object) -> None:
    """Report to nobody."""


def of_stage(progress: StagedProgress | None, stage: str) -> Progress:
    """Return the progress callback of one stage of some work."""
    if progress is None:
        return silent
    return lambda done, total: progress(stage, done, total)


def part_of(progress: Progress | None, before: int, whole: int) -> Progress:
    """Return the progress callback of a part of some work.

    Parameters
    ----------
    progress
        Callback of the whole.
    before
        How much of the whole is done before the part begins.
    whole
        How much there is in all, in the part's units.
    """
    if progress is None:
        return silent
    return lambda done, _: progress(before + done, whole)


def part_until(progress: Progress, end: int, whole: int) -> Progress:
    """Return the progress callback of a part that may turn out smaller than planned, since some of it is there already.

    Parameters
    ----------
    progress
        Callback of the whole.
    end
        How much of the whole is done when the part ends.
    whole
        How much there is in all, in the part's units.
    """
    return lambda done, total: progress(end - total + done, whole)


def shares(progress: Progress, parts: Sequence[int]) -> list[Progress]:
    """Return the progress callbacks of several pieces of work in a row, so that the time left is that of all.

    Parameters
    ----------
    progress
        Callback of the whole, called with hundredths.
    parts
        Share of each piece in the whole, in hundredths.
    """

    def share_of(before: int, share: int) -> Progress:
        return lambda done, total: progress(before + share * done // max(total, 1), 100)

    return [share_of(sum(parts[:position]), share) for position, share in enumerate(parts)]


class ProgressCounter:
    """Adds up what parts have done, from any thread, and reports the sum.

    Parameters
    ----------
    progress
        Callback of the whole.
    total
        How much there is in all. What is done twice, since it was lost, does not count beyond it.
    done
        How much is done at first.
    """

    def __init__(self, progress: Progress | None, total: int, done: int = 0) -> None:
        self.total = total
        self.done = done
        self._progress = progress or silent
        self._lock = Lock()

    def __call__(self, count: int) -> None:
        """Add what was done since the last call."""
        with self._lock:
            self.done = min(self.done + count, self.total)
            self._progress(self.done, self.total)
