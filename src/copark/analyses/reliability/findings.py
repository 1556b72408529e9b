"""Outcome probabilities beside what became of the parks: drawn as if never seen, and calibrated to their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.model_inputs import pack
from copark.cases.parks import Outcome
from copark.cases.quarters import Quarter
from copark.model.outcomes import GOOD
from copark.progress import Progress, silent
from copark.simulation.outcomes import OUTCOMES, year_twenty
from copark.simulation.study import baseline
from copark.stats.scores import Recalibration, brier, discrimination, left_out, recalibrated
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.calibration.draw_sources import PosteriorSource

SAID = GOOD.key
"""Outcome of runs that is set beside the classes ``WELL`` of the casebook: the company earns, is unaided, pays back and
would hold."""
WELL = ("thriving", "surviving")
"""Classes of the casebook that are set beside the outcome ``SAID`` of runs: enterprises came and stayed. No company's
accounts are published, so that a coder cannot tell more, and nothing on record is the same event."""
STANDING = OUTCOMES.index(SAID)
DATED = Quarter(2024, 4)
"""The casebook tells how parks stood then."""
RESAMPLED = 2000
BAND = (0.05, 0.95)


@dataclass(frozen=True)
class JudgedPark:
    """A park of the casebook, as the model judges it and as it stood."""

    case: str
    """Name of its case."""
    title: LocalizedText
    """Title of its case."""
    recorded: str
    """How it stood at the end of 2024: ``thriving``, ``surviving``, ``stalled`` or ``failed``."""
    judged: str
    """Quarter in which runs are judged: year twenty, or the last of 2024 for a younger park."""
    shares: tuple[float, ...]
    """Shares of runs by outcome, in the order of ``OUTCOMES``."""
    corrected: float
    """Probability that it goes well, set right by the other parks, 0 to 1."""
    calibrated: float | None
    """Share of runs that are self-standing on the calibration that ships with it; ``None`` without one."""

    @property
    def said(self) -> float:
        """Share of runs that are self-standing."""
        return self.shares[STANDING]

    @property
    def goes_well(self) -> bool:
        """Return whether the park thrives or survives."""
        return self.recorded in WELL


@dataclass(frozen=True)
class ProbabilityScore:
    """Score of a way of giving probabilities."""

    key: str
    """``model``, ``base_rate`` or ``corrected``, the latter two set by the other parks alone; or ``calibrated``."""
    parks: int
    """Number of parks scored: all, or those with a calibration."""
    brier: float
    """Mean squared error, 0 to 1; lower is better."""
    low: float
    """5 % quantile over resampled parks of its difference to the base rate of the same parks."""
    high: float
    """95 % quantile of the same."""


@dataclass(frozen=True, kw_only=True)
class ReliabilityFindings:
    """Findings over parks with a case and an outcome."""

    parks: tuple[JudgedPark, ...]
    """The parks, the most probable to be self-standing first."""
    known: int
    """Parks of the casebook whose outcome is known."""
    going_well: int
    """How many of them thrive or survive."""
    scores: tuple[ProbabilityScore, ...]
    """Brier scores of the ways of giving probabilities."""
    discrimination: float
    """How often a park that goes well was given more than one that does not, 0 to 1."""
    discrimination_low: float
    """5 % quantile of it over resampled parks."""
    discrimination_high: float
    """95 % quantile of it over resampled parks."""
    intercept: float
    """Intercept of the correction learned from all parks, for the base rate of the whole casebook."""
    slope: float
    """Slope of the same correction."""

    @property
    def mean(self) -> float:
        """Mean probability of being self-standing over the parks."""
        return sum(park.said for park in self.parks) / len(self.parks)

    @property
    def calibrated(self) -> tuple[JudgedPark, ...]:
        """Parks with a calibration."""
        return tuple(park for park in self.parks if park.calibrated is not None)

    @property
    def calibrated_mean(self) -> float:
        """Mean probability of being self-standing over the parks with a calibration, on it."""
        return sum(park.calibrated or 0.0 for park in self.calibrated) / max(len(self.calibrated), 1)

    @property
    def calibrated_observed(self) -> float:
        """Share of the parks with a calibration that thrive or survive."""
        return sum(park.goes_well for park in self.calibrated) / max(len(self.calibrated), 1)

    @property
    def observed(self) -> float:
        """Share of these parks that thrive or survive."""
        return sum(park.goes_well for park in self.parks) / len(self.parks)

    @property
    def base_rate(self) -> float:
        """Share of the casebook's parks that thrive or survive."""
        return self.going_well / self.known

    def corrected(self, probability: float) -> float:
        """Correct the probability that a park goes well where the model, not calibrated to it, gives it so often."""
        return float(Recalibration(self.intercept, self.slope)(probability))


def find(
    recorded: Sequence[Outcome],
    cases: Sequence[tuple[Case, Outcome]],
    calibrations: Mapping[str, PosteriorSource],
    draws: int,
    replicates: int,
    seed: int,
    threads: int = 1,
    progress: Progress = silent,
) -> ReliabilityFindings:
    """Run every park as if it were new, and set what is said beside what is on record.

    Parameters
    ----------
    recorded
        Outcomes on record of all parks.
    cases
        Cases, each with its outcome.
    calibrations
        Calibrations that ship, by case.
    draws, replicates, seed
        Draws of parameters, runs of each, and their seed.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with parks done and parks in all.
    """
    shares = []
    quarters = []
    calibrated_shares = []
    for position, (case, _) in enumerate(cases):
        progress(position, len(cases))
        park_shares, quarter = shares_of(case, draws, replicates, seed, threads)
        shares.append(park_shares)
        quarters.append(quarter)
        source = calibrations.get(case.name)
        calibrated_shares.append(
            None if source is None else shares_of(case, draws, replicates, seed, threads, source)[0][STANDING]
        )
    probabilities = np.array([park_shares[STANDING] for park_shares in shares])
    happened = np.array([outcome in WELL for _, outcome in cases])
    going_well = sum(outcome in WELL for outcome in recorded)
    learned = recalibrated(probabilities, happened).for_base_rate(float(happened.mean()), going_well / len(recorded))
    corrected = left_out(probabilities, happened)
    scores = _scores(probabilities, happened, corrected, np.array(calibrated_shares, dtype=float))
    rows = (
        JudgedPark(case.name, case.title, outcome, quarter, park_shares, float(better), fitted)
        for (case, outcome), quarter, park_shares, better, fitted in zip(
            cases, quarters, shares, corrected, calibrated_shares, strict=True
        )
    )
    low, high = _resampled_discrimination(probabilities, happened)
    return ReliabilityFindings(
        parks=tuple(sorted(rows, key=lambda park: -park.said)),
        known=len(recorded),
        going_well=going_well,
        scores=scores,
        discrimination=discrimination(probabilities, happened),
        discrimination_low=low,
        discrimination_high=high,
        intercept=learned.intercept,
        slope=learned.slope,
    )


def shares_of(
    case: Case, draws: int, replicates: int, seed: int, threads: int = 1, calibration: PosteriorSource | None = None
) -> tuple[tuple[float, ...], str]:
    """Compute shares of outcomes of a park, and the quarter they are judged in: year 20, or the end of 2024 if younger.

    It is drawn as one the panel does not hold, or on a calibration to its record. A closure on record is left out: it
    would be the answer.

    Parameters
    ----------
    case
        The park.
    draws, replicates, seed
        Draws of parameters, runs of each, and their seed.
    threads
        Threads of the model; they do not change the numbers.
    calibration
        Draws of its own calibration; those of an unseen park where there are none.

    Returns
    -------
    Shares in the order of ``OUTCOMES``, and the quarter as text.
    """
    from copark.calibration.draw_sources import BorrowedSource, shipped_draws
    from copark.simulation.ensemble import runs_of

    lent = BorrowedSource(case.model_copy(update={"closures": ()}), shipped_draws(), as_member=False)
    read = lent.read if calibration is None else calibration.space.case.model_copy(update={"closures": ()})
    runs = draws * replicates
    study = baseline(case.name).with_changes(runs=runs, replicates=replicates, seed=seed)
    judged = year_twenty(min(max(DATED - case.clock.start + 1, 1), case.clock.quarters))
    drawn = (calibration or lent).draws(study, 0, runs)
    simulated = runs_of(pack(read), drawn, (), threads=threads, judged=judged)
    counts = np.array([(simulated.outcome == code).sum() for code in range(len(OUTCOMES))])
    return tuple(map(float, counts / max(counts.sum(), 1))), str(case.clock.start + judged)


def _scores(
    probabilities: Floats, happened: NDArray[np.bool_], corrected: Floats, calibrated: Floats
) -> tuple[ProbabilityScore, ...]:
    """Compute Brier scores of the model, the others' base rate, the model corrected by the others, and calibrated."""
    others = (happened.sum() - happened) / (len(happened) - 1)
    probabilities_by_way = {
        "model": probabilities,
        "base_rate": others,
        "corrected": corrected,
        "calibrated": calibrated,
    }
    errors = {key: brier(values, happened) for key, values in probabilities_by_way.items()}
    scores = []
    for key, error in errors.items():
        is_scored = np.isfinite(error)
        if not is_scored.any():
            continue
        chosen = np.random.default_rng(1).integers(is_scored.sum(), size=(RESAMPLED, is_scored.sum()))
        low, high = np.quantile((error - errors["base_rate"])[is_scored][chosen].mean(axis=1), BAND)
        scores.append(
            ProbabilityScore(key, int(is_scored.sum()), float(error[is_scored].mean()), float(low), float(high))
        )
    return tuple(scores)


def _resampled_discrimination(probabilities: Floats, happened: NDArray[np.bool_]) -> tuple[float, float]:
    """Return 90 % of resampled parks, as many of either kind as there are."""
    rng = np.random.default_rng(2)
    yes = probabilities[happened]
    no = probabilities[~happened]
    kind = np.arange(len(probabilities)) < len(yes)
    samples = [
        discrimination(np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))]), kind)
        for _ in range(RESAMPLED)
    ]
    low, high = np.quantile(samples, BAND)
    return float(low), float(high)
