"""A whole validation: forecasts from several cuts scored, post-processed, and asked why they won or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copark.cases.case import Case
from copark.inference.postprocess import CALIBRATED, STACKED, Lesson, method, processed
from copark.inference.reasons import Honesty, Swap, Told, Width, honesty, swaps, told, widths
from copark.inference.validate import BLIND, CONDITIONAL, MODELS, NAIVE, Line, Origin, Score, table

FAIR = (BLIND, *NAIVE)
"""Methods that know nothing after the cut: the race a winner is named in."""


@dataclass(frozen=True)
class Judged:
    """The forecasts from one cut and what came of them.

    Parameters
    ----------
    origin
        Forecasts, the post-processed ones included.
    lessons
        What earlier cuts taught, with and without later facts.
    scores
        Of every method and value.
    fair
        Mean scores of the methods that knew nothing after the cut, a line for each observable.
    whole
        Mean scores of all methods.
    honesty
        Coverage and scores beside those of honest bands, by model.
    """

    origin: Origin
    lessons: tuple[Lesson, ...]
    scores: tuple[Score, ...]
    fair: tuple[Line, ...]
    whole: tuple[Line, ...]
    honesty: Mapping[str, Honesty]

    def line(self, variable: str) -> Line:
        """All methods' mean scores of an observable."""
        return next(line for line in self.whole if line.variable == variable)

    @property
    def raced(self) -> tuple[Line, ...]:
        """Lines of the fair race in which the model had a rival: only those can be won."""
        return tuple(line for line in self.fair if line.best_naive is not None)

    def wins(self) -> dict[str, int]:
        """Races won, by method."""
        return {name: sum(line.winner == name for line in self.raced) for name in FAIR}

    def lesson(self, base: str) -> Lesson:
        """What earlier cuts taught about a model."""
        return next(one for one in self.lessons if one.base == base)


@dataclass(frozen=True)
class Assessment:
    """A validation; the last cut is the one that counts, and that the reasons are of."""

    case: Case
    cuts: tuple[Judged, ...]
    swaps: tuple[Swap, ...]
    told: tuple[Told, ...]
    widths: Mapping[str, tuple[Width, ...]]

    @property
    def last(self) -> Judged:
        """The forecasts from the last cut."""
        return self.cuts[-1]

    def swap(self, variable: str) -> Swap | None:
        """Centre and band swapped with the best naive curve; ``None`` where no curve could forecast."""
        return next((one for one in self.swaps if one.variable == variable), None)


def assess(origins: Sequence[Origin], case: Case, *, threads: int = 1) -> Assessment:
    """Score forecasts from several cuts, earliest first, and ask why they won or lost.

    Parameters
    ----------
    case
        The case they are of, with the roles of its values as they are in the casebook.
    """
    judged = []
    for made, lessons in processed(origins, case.clock.start):
        scores = made.scores()
        whole = table(scores)
        judged.append(
            Judged(
                origin=made,
                lessons=lessons,
                scores=scores,
                fair=table(scores, FAIR),
                whole=whole,
                honesty={name: honesty(made, name) for name in MODELS},
            )
        )
    last = judged[-1].origin
    found = swaps(last, BLIND)
    split = {name: widths(last, name, threads=threads) for name in (BLIND, CONDITIONAL)} if last.replay else {}
    return Assessment(case, tuple(judged), found, told(last, case, found), split)


def helped(line: Line, base: str, kind: str) -> bool | None:
    """Whether post-processing bettered an observable's mean score; ``None`` where it left it as it was."""
    after = line.crps.get(method(base, kind), line.crps[base])
    return None if abs(after - line.crps[base]) < 1e-9 else after < line.crps[base]


KINDS = (CALIBRATED, STACKED)
