"""Benchmark forecasts without mechanisms: a pooled growth curve, a damped trend, and persistence.

Of one observable, ln(1 + count) of park p at age t years is a_p + b_p ln t + c_p(t) + ε; (a_p, b_p) is normal over
parks, c_p is an Ornstein-Uhlenbeck process with the memory that the model's discrepancy has, ε is an error of report.
Mean and covariance over parks are found by expectation-maximisation, with a weak prior on the covariance as if two more
parks had been seen, for each spread of c on a grid; the spread with the largest likelihood is taken. A park without a
past gets the mean curve with its whole spread; a park with a past has its curve bent to it (best linear unbiased
prediction: Robinson, Statistical Science 6, 1991).

Persistence: the last value stays, give or take a random walk of ln(1 + count) in ln(age): young parks move faster. Its
pace comes from all parks known by then, as if it had been seen in FEW steps, and from the park's own steps.

Damped trend (Gardner and McKenzie, Management Science 31, 1985): from the last value on the slope of the last years
fades, and errors are of logarithms, so that no stock is given none in a year. Counts are reported at irregular dates,
for which statsmodels' ``ExponentialSmoothing`` has no place; with continuous time the damping is exp(-t / DAMPING).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import MEMORY, lasting_size

ROUNDS = 60
EXTRA_PARKS = 2.0
FIRST_SPREAD = (1.0, 0.25)
"""Variances of a and b as the weak prior has them: a factor of e between parks at one year, 0.5 between slopes."""
SPREADS = (0.1, 0.2, 0.3, 0.45, 0.6, 0.8)
"""Standard deviations of c that are tried."""
REPORT = 0.05**2
"""Variance of ε."""
FEWEST_VALUES = 3
FEWEST_PARKS = 2
MEMBERS = 1000
FEW = 4.0
"""Steps that the pace of the other parks counts for."""
TREND_YEARS = 3.0
"""Years before the last value whose slope is continued; at least the last three days with a value."""
LEAST_SPAN = 0.25
"""Years between first and last of the values that a slope is taken from: where they lie closer, older ones join."""
DAMPING = MEMORY
"""Years in which a trend fades by a factor of e."""
DAYS = 365.25
"""Days of a year: values of one day are one value, their mean."""
STOCKS = ("registered", "operating")
FALLS = 0.25
"""How far a count of enterprises falls below what stands, as a share of what a symmetric curve would have."""
AT_FIRST = 1.0
"""Variance for each factor of e in age before any park has told anything."""
LEVELS = (np.arange(MEMBERS) + 0.5) / MEMBERS
"""Equal steps of probability, at which forecasts are given."""


@dataclass(frozen=True)
class Past:
    """Counts of one park at ages."""

    ages: Floats
    """Ages in years, shape (values,)."""
    counts: Floats
    """Counts at these ages, shape (values,)."""

    @property
    def design(self) -> Floats:
        """1 and ln t, shape (values, 2)."""
        return np.stack([np.ones(len(self.ages)), np.log(self.ages)], axis=1)

    @property
    def logs(self) -> Floats:
        """ln(1 + count), shape (values,)."""
        return np.log1p(np.maximum(self.counts, 0.0))


NO_PAST = Past(np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class GrowthCurve:
    """A fitted curve."""

    mean: Floats
    """Mean of (a, b) over parks."""
    covariance: Floats
    """Covariance of (a, b) over parks."""
    spread: float
    """Standard deviation of c."""

    def ensemble(self, past: Past, age: float) -> Floats:
        """Forecast a park's count at an age, shape (members,)."""
        from scipy.special import ndtri

        terms = np.array([1.0, np.log(age)])
        mean = float(terms @ self.mean)
        variance = float(terms @ self.covariance @ terms) + self.spread**2 + REPORT
        if len(past.ages):
            x = past.design
            lasting = self.spread**2 * np.exp(-np.abs(past.ages - age) / MEMORY)
            shared = x @ self.covariance @ terms + lasting
            pull = np.linalg.solve(x @ self.covariance @ x.T + residual(past.ages, self.spread), shared)
            mean += float(pull @ (past.logs - x @ self.mean))
            variance -= float(pull @ shared)
        logs = mean + np.sqrt(max(variance, REPORT)) * ndtri(LEVELS)
        return np.maximum(np.expm1(np.minimum(logs, 50.0)), 0.0)


def residual(ages: Floats, spread: float) -> Floats:
    """Compute the covariance of c + ε at ages, shape (values, values)."""
    gaps = np.abs(ages[:, np.newaxis] - ages)
    return spread**2 * np.exp(-gaps / MEMORY) + REPORT * np.eye(len(ages))


def fit_growth(pasts: Sequence[Past]) -> GrowthCurve | None:
    """Fit the curve over parks; ``None`` with fewer than two parks or three values."""
    known_pasts = [past for past in pasts if len(past.ages)]
    values = sum(len(past.ages) for past in known_pasts)
    if len(known_pasts) < FEWEST_PARKS or values < FEWEST_VALUES:
        return None
    fitted = [(*_fit(known_pasts, spread), spread) for spread in SPREADS]
    _, mean, covariance, spread = max(fitted, key=lambda fit: fit[0])
    return GrowthCurve(mean, covariance, spread)


def _fit(known_pasts: Sequence[Past], spread: float) -> tuple[float, Floats, Floats]:
    """Fit with one spread of c: log-likelihood, mean and covariance of (a, b)."""
    sums = []
    for past in known_pasts:
        inverse = np.linalg.inv(residual(past.ages, spread))
        x = past.design
        y = past.logs
        sums.append((x.T @ inverse @ x, x.T @ inverse @ y))
    mean = np.linalg.lstsq(sum(part for part, _ in sums), sum(part for _, part in sums), rcond=1e-10)[0]
    covariance = np.diag(FIRST_SPREAD)
    for _ in range(ROUNDS):
        precision = np.linalg.inv(covariance)
        variances = [np.linalg.inv(precision + gram) for gram, _ in sums]
        means = [v @ (precision @ mean + both) for v, (_, both) in zip(variances, sums, strict=True)]
        mean = np.mean(np.array(means), axis=0)
        scatter = EXTRA_PARKS * np.diag(FIRST_SPREAD)
        for m, v in zip(means, variances, strict=True):
            scatter = scatter + np.outer(m - mean, m - mean) + v
        covariance = scatter / (len(known_pasts) + EXTRA_PARKS)
    logs = 0.0
    for past in known_pasts:
        x = past.design
        whole = x @ covariance @ x.T + residual(past.ages, spread)
        residuals = past.logs - x @ mean
        logs += -0.5 * float(residuals @ np.linalg.solve(whole, residuals)) - 0.5 * float(np.linalg.slogdet(whole)[1])
    return logs, np.asarray(mean, dtype=np.float64), np.asarray(covariance, dtype=np.float64)


def by_day(past: Past) -> tuple[Floats, Floats]:
    """Return ages and counts by age, those of one day as their mean."""
    order = np.argsort(past.ages, kind="stable")
    ages = past.ages[order]
    counts = past.counts[order]
    _, day_of, values = np.unique(np.round(ages * DAYS), return_inverse=True, return_counts=True)
    return np.bincount(day_of, ages) / values, np.bincount(day_of, counts) / values


def trend(past: Past, age: float) -> Floats | None:
    """Forecast a count at an age by the park's own last slope, which fades, shape (members,).

    A count that falls does so by its share, and never reaches none. The standard deviation of ln(1 + count) of a year
    off the trend is the size of the lasting discrepancy (decision 0101).

    Parameters
    ----------
    past
        The park's own values, at ages of any beginning.
    age
        Age to forecast, in years, counted as those of the values.

    Returns
    -------
    ``None`` with values of fewer than two days or a span of less than LEAST_SPAN.
    """
    from scipy.special import ndtri

    ages, counts = by_day(past)
    if len(ages) < 2 or ages[-1] - ages[0] < LEAST_SPAN:
        return None
    last = float(counts[-1])
    # A slope of values a few days apart is one of their errors: the window reaches back to a value that is far enough.
    far_enough = float(ages[ages <= ages[-1] - LEAST_SPAN][-1])
    begin = min(float(ages[-1]) - TREND_YEARS, float(ages[-min(FEWEST_VALUES, len(ages))]), far_enough)
    is_recent = ages >= begin - 1e-9
    departures = ages[is_recent] - ages[is_recent].mean()
    slope = float(departures @ counts[is_recent]) / float(departures @ departures)
    ahead = max(age - float(ages[-1]), 0.0)
    faded = DAMPING * -np.expm1(-ahead / DAMPING)
    middle = last + slope * faded if slope >= 0.0 else last * np.exp(slope / max(last, 1.0) * faded)
    drift = lasting_size("registered")
    logs = np.log1p(middle) + np.sqrt(2.0 * REPORT + drift**2 * ahead) * ndtri(LEVELS)
    return np.maximum(np.expm1(logs), 0.0)


def held_up(variable: str, past: Past, members: Floats) -> Floats:
    """Let counts of enterprises fall a quarter as far below the last value, in logarithms, as a curve would have them.

    In the casebook 4 of 88 counts of registered enterprises are below the one before, none by a tenth; of operating
    enterprises 5 of 47, one by a tenth. Jobs fall more often, and are left as they are.

    Parameters
    ----------
    variable
        Name of the count.
    past
        The park's own values.
    members
        The forecast, of any shape.

    Returns
    -------
    The forecast, shape as given.
    """
    if variable not in STOCKS or not len(past.ages):
        return members
    last = float(past.logs[np.argsort(past.ages, kind="stable")[-1]])
    logs = np.log1p(members)
    return np.where(logs < last, np.expm1(last + FALLS * (logs - last)), members)


def steps_of(past: Past) -> tuple[float, float, int]:
    """Sum squared steps of ln(1 + count) and the ln(age) they took, and count them; errors of the reports taken off."""
    order = np.argsort(past.ages, kind="stable")
    spans = np.diff(np.log(past.ages[order]))
    steps = np.diff(past.logs[order])
    far = spans > 0.0
    moved = np.maximum(steps[far] ** 2 - 2.0 * REPORT, 0.0)
    return float(moved.sum()), float(spans[far].sum()), int(far.sum())


def persistence(past: Past, others: Sequence[Past], age: float) -> Floats:
    """Forecast a count at an age by the last value known, shape (members,).

    Parameters
    ----------
    past
        The park's own values.
    others
        Values of other parks.
    age
        Age to forecast, in years.
    """
    from scipy.special import stdtrit

    moved, span, steps = steps_of(past)
    steps_of_others = [steps_of(step_sums) for step_sums in others]
    walked = sum(step_sums[1] for step_sums in steps_of_others)
    usual = sum(step_sums[0] for step_sums in steps_of_others) / walked if walked > 0.0 else AT_FIRST
    pace = (FEW * usual + (moved / (span / steps) if steps else 0.0)) / (FEW + steps)
    last = int(np.argmax(past.ages))
    scale = np.sqrt(max(pace, 1e-6) * max(np.log(age / past.ages[last]), 0.0) + 2.0 * REPORT)
    return np.maximum(np.expm1(past.logs[last] + scale * stdtrit(FEW + steps, LEVELS)), 0.0)
