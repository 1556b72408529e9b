"""A whole validation: forecasts from several cuts scored, post-processed, and asked why they won or lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copark.cases.case import Case
from copark.inference.postprocess import Lesson, method, processed
from copark.inference.score_decomposition import Honesty, Swap, Told, Width, honesty, swaps, told, widths
from copark.inference.validate import BLIND, CONDITIONAL, MODELS, NAIVE, Line, Origin, Score, table

FAIR = (BLIND, *NAIVE)
"""Methods that know nothing after the cut: the race a winner is named in."""


@dataclass(frozen=True)
class Judged:
    """What came of the forecasts from one cut.

    Parameters
    ----------
    cut
        Last quarter known.
    lessons
        What earlier cuts taught, with and without later facts.
    fair
        Mean scores of the methods that knew nothing after the cut, a line for each observable.
    whole
        Mean scores of all methods.
    honesty
        Coverage and scores beside those of honest bands, by model.
    """

    cut: str
    lessons: tuple[Lesson, ...]
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


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A validation; the last cut is the one that counts, and that the reasons are of.

    Parameters
    ----------
    cuts
        By cut, earliest first.
    scores
        Of every method and value from the last cut.
    swaps, told
        Of observables with a naive curve: centre and band swapped; the curve told only what the model was told.
    widths
        By model: where the width of each observable's band comes from.
    """

    cuts: tuple[Judged, ...]
    scores: tuple[Score, ...]
    swaps: tuple[Swap, ...]
    told: tuple[Told, ...]
    widths: Mapping[str, tuple[Width, ...]]

    @property
    def last(self) -> Judged:
        """The forecasts from the last cut."""
        return self.cuts[-1]

    def scores_of(self, method: str, variable: str) -> tuple[Score, ...]:
        """Scores of a method on the values of an observable, from the last cut."""
        return tuple(one for one in self.scores if (one.method, one.target.variable) == (method, variable))


def assess(origins: Sequence[Origin], case: Case, *, threads: int = 1) -> Assessment:
    """Score forecasts from several cuts, earliest first, and ask why they won or lost.

    Parameters
    ----------
    case
        The case they are of, with the roles of its values as they are in the casebook.
    """
    judged = []
    for last, lessons in processed(origins, case.clock.start):
        scores = last.scores()
        fair, honest = table(scores, FAIR), {name: honesty(last, name) for name in MODELS}
        judged.append(Judged(str(last.cut), lessons, fair, table(scores), honest))
    found = swaps(last, BLIND)
    split = {name: widths(last, name, threads=threads) for name in (BLIND, CONDITIONAL)} if last.replay else {}
    return Assessment(
        cuts=tuple(judged), scores=scores, swaps=found, told=told(last, case, found), widths=split
    )  # fmt: skip


def helped(line: Line, base: str, kind: str) -> bool | None:
    """Whether post-processing bettered an observable's mean score; ``None`` where it left it as it was."""
    after = line.crps.get(method(base, kind), line.crps[base])
    return None if abs(after - line.crps[base]) < 1e-9 else after < line.crps[base]
