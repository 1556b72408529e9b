"""Findings of the joint posterior: what moved, what this evidence cannot move, which parks it rests on, and its trust.

A summary is the expected normal score of every mechanism given the panel, as ridge regression has learned it from
simulated panels: on each park's features and their squares. So a park is left out by leaving out its columns, and what
could be observed is added by adding them; nothing is simulated again (decision 0061). The nearest of the panels that
were *not* trained on are accepted and moved to the observations as in :mod:`copark.calibration.pool.abc_regression`.

That evidence cannot move a parameter is shown in simulated panels: in each the truth is known and the parks report what
they have on record, with errors; R² is the share of the truth's variance that the summaries find in panels they were
not trained on. Intervals are tested in the same panels (simulation-based calibration: Talts et al. 2018), and in panels
whose parks do *not* share their mechanisms, as the inference supposes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from copark.analyses.joint.disputed import DisputedValue, columns_on, disputed_values, place_of
from copark.analyses.joint.reader import NEAR, Posterior, Reader, read_panels, sound_in
from copark.analyses.joint.simulated_panels import (
    CHECKLIST,
    FAMILIES,
    HYPER,
    MECHANISMS,
    Member,
    Panels,
    hyper_values,
    members,
    names_of,
    read,
    simulate,
)
from copark.arrays import Floats, Integers
from copark.calibration.diagnostics import BINS, verdict
from copark.calibration.parameter_titles import title_of
from copark.calibration.pool.abc_regression import reach_of
from copark.calibration.pool.parks import AXES
from copark.progress import Progress, StagedProgress, silent
from copark.stats.jackknife import half_sample_error, halves, reach
from copark.stats.quantiles import BAND, LEVELS, weighted_quantiles
from copark.texts.localized import LocalizedText

PANELS = 1 << 14
"""Simulated panels, unless another number is asked for."""
FIRST = "home_contribution"
"""The parameter of equity that is told in the headline, α."""
LEAST = 0.1
"""R² in simulated panels below which this evidence cannot move a parameter."""
PANELS_TESTED = 400
"""Simulated panels that intervals are tested on."""
APART = 0.35
"""Difference of parks' mechanisms where the inference's supposition is broken: the panel's scale of τ."""
TRIED = 256
"""Panels of that kind, at least."""
SLICES = (0.15, 0.3, 0.45, 0.6, 0.8)
"""Edges of what the model leaves out, for R² by slice."""
LEVEL = 0.9
"""Probability of the intervals that are tested."""
FURTHER_SETS = (("counts",), ("service",), ("counts", "service"), ("checklist",))
"""Families of further observations of every park: alone and together."""
PLACES = 51
"""Places of a number's interval at which its words are looked up, so that none between the ends is missed."""
GROUP = "panel"
"""Group that the hyperparameters belong to."""
WORDS = ("moved", "weakly", "unmoved", "cannot")
"""Verdicts on a parameter."""


def word_of(shrink: float, overlap: float, r2: float) -> str:
    """Classify a parameter as moved, weakly, unmoved, or cannot: hardly found in simulated panels.

    What simulated panels do not find, real ones do not either: a narrowing then is chance of the regression.

    Parameters
    ----------
    shrink
        How much narrower the middle half is than the prior's, 1 - after / before.
    overlap
        Probability shared with the prior, 0 to 1.
    r2
        R² of the parameter in simulated panels.
    """
    return "cannot" if r2 < LEAST else verdict(shrink, overlap)


@dataclass(frozen=True)
class AxisFinding:
    """A parameter that parks share."""

    name: str
    """Name of the parameter."""
    group: str
    """Group of parameters it belongs to."""
    prior: tuple[float, ...]
    """Quantiles of the prior at 5, 25, 50, 75 and 95 %, in its unit."""
    posterior: tuple[float, ...]
    """Quantiles of the posterior at the same levels, in its unit."""
    places: tuple[float, ...]
    """The posterior's quantiles on the scale of the prior's ranks, 0 to 1."""
    shrink: float
    """Narrowing of the middle half against the prior's: 1 - after / before."""
    overlap: float
    """Probability shared with the prior, 0 to 1."""
    r2: float
    """R² of the parameter in simulated panels: how well such data foretell it."""
    shrink_error: float
    """Standard error of ``shrink`` over seeds, from halves of the panels."""
    overlap_error: float
    """Standard error of ``overlap``, likewise."""
    r2_error: float
    """Standard error of ``r2``, likewise."""
    coverage: float
    """Share of simulated panels whose truth lies in the 90 % interval."""
    broken: float
    """The same where parks differ in their mechanisms."""
    further: tuple[float, ...]
    """R² if more were observed: one for each of :data:`FURTHER_SETS`."""
    further_coverage: tuple[float, ...]
    """Share of truths in the 90 % interval then: one for each of :data:`FURTHER_SETS`."""
    park: str
    """The park whose leaving out moves the mean most; it is no finding where :attr:`can_be_found` is false."""
    shift: float
    """By how many of the posterior's standard deviations it does."""

    @property
    def can_be_found(self) -> bool:
        """Return whether simulated panels find enough of it for shifts, and words other than cannot, to be findings."""
        return self.r2 >= LEAST

    @property
    def is_firm(self) -> bool:
        """Return whether its word is the same with another seed, as far as the errors over seeds tell."""
        return not self.other_words

    @property
    def word(self) -> str:
        """Verdict of data and simulated panels: moved, weakly, unmoved or cannot; see :func:`word_of`."""
        return word_of(self.shrink, self.overlap, self.r2)

    @property
    def other_words(self) -> tuple[str, ...]:
        """Other words that another seed may say: those that one of the three numbers reaches within its interval."""
        numbers = (self.shrink, self.overlap, self.r2)
        words = set()
        for position, error in enumerate((self.shrink_error, self.overlap_error, self.r2_error)):
            for value in np.linspace(*reach(numbers[position], error, LEVEL), PLACES).tolist():
                shrink, overlap, r2 = (value if k == position else number for k, number in enumerate(numbers))
                words.add(word_of(shrink, overlap, r2))
        return tuple(word for word in WORDS if word in words and word != self.word)

    def title(self, lang: str) -> str:
        """Return the title of a mechanism; empty for a hyperparameter, which has its title in the texts."""
        return "" if self.group == GROUP else title_of(self.name, lang)


@dataclass(frozen=True)
class MemberFinding:
    """A park of the joint panel."""

    name: str
    """Name of the park."""
    title: LocalizedText
    """Title of the park."""
    operator: str
    """Key of its operator; the name of the park where it shares none with another."""
    case: bool
    """Whether it has a case in the casebook."""
    values: int
    """Dated values fitted."""
    served: int
    """Values of its service level among those fitted."""
    shift: float
    """Largest move of a mean when the park is left out, in standard deviations of the posterior, over parameters of
    which simulated panels find enough."""
    axis: str
    """The parameter it is the mean of; empty where there is none."""
    first: float
    """Move of the median of α when it is left out, in its unit."""
    listed: float
    """R² of α in simulated panels were this park's services listed, and no other's."""


@dataclass(frozen=True)
class Slice:
    """R² of α in simulated panels whose discrepancy lies between two sizes."""

    low: float
    """Lower end of the size of the discrepancy."""
    high: float
    """Upper end of it, not included."""
    panels: int
    """Simulated panels of such a size."""
    r2: float
    """R² of α in these panels."""


@dataclass(frozen=True)
class DisputedFinding:
    """The weight of the home side's effort, α, without a disputed value."""

    park: str
    """Name of the park; empty for all disputed values at once."""
    variable: str
    """Name of the observable; empty for all at once."""
    date: str
    """Date as the casebook gives it; empty for all at once."""
    value: float | None
    """The value, in the observable's unit; none for all at once."""
    source: str
    """Where the dispute is told: number of a decision, or ``series`` for a note of the casebook's series."""
    reason: LocalizedText | None
    """Why it is disputed; none for all at once."""
    quantiles: tuple[float, ...]
    """Quantiles of α at 5, 50 and 95 % without it, in its unit."""
    change: float
    """Change of the median of α without it, in its unit."""
    error: float
    """Standard error of that change over seeds, from halves of the panels."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Findings of the joint posterior."""

    panels: int
    """Simulated panels in all."""
    tested: int
    """Those of them that were not trained on."""
    records: int
    """Those of them that intervals were tested on."""
    seed: int
    """Seed of the random numbers."""
    axes: tuple[AxisFinding, ...]
    """Findings by parameter."""
    parks: tuple[MemberFinding, ...]
    """Findings by park."""
    slices: tuple[Slice, ...]
    """R² of α, by size of the discrepancy."""
    coverage: float
    """Share of truths in 90 % intervals, over parameters."""
    broken: float
    """The same where parks differ in their mechanisms."""
    inside: float
    """Share of parameters whose coverage lies between 85 and 95 %."""
    reach: float
    """Share of simulated panels that lie farther from their neighbours than the observations do."""
    first_error: float | None = None
    """Standard error of the median of α over seeds, from halves of the panels; none in results made before it was
    told."""
    disputed: tuple[DisputedFinding, ...] = ()
    """α without each disputed value that the panel reads, then without all of them."""

    def axis(self, name: str) -> AxisFinding:
        """Return a parameter by name."""
        return next(finding for finding in self.axes if finding.name == name)


def find(
    count: int,
    seed: int,
    *,
    parks: tuple[Member, ...] | None = None,
    threads: int = 1,
    folder: Path | None = None,
    progress: StagedProgress | None = None,
) -> Findings:
    """Simulate panels, learn summaries, and say what the observations tell of every parameter.

    Parameters
    ----------
    count
        Number of panels, a power of two.
    seed
        Seed of the random numbers.
    parks
        Parks of the panel; all of :func:`members` by default.
    threads
        Threads of the simulation; they do not change the numbers.
    folder
        Where runs are kept; an interrupted simulation is resumed there.
    progress
        Progress callback, called with the stage (pool, analyse), what is done of it and how much there is.
    """
    report = progress or silent
    chosen = members() if parks is None else parks
    differing_count = min(max(count // 32, TRIED), count)

    def simulating(first: int) -> Progress:
        return lambda done, _: report("pool", 100 * (first + done) // (2 * len(chosen)), 100)

    panels = simulate(chosen, count, seed, threads=threads, folder=folder, progress=simulating(0))
    differing = simulate(
        chosen,
        differing_count,
        seed + 1,
        difference=APART,
        threads=threads,
        folder=folder,
        progress=simulating(len(chosen)),
    )
    report("analyse", 0, len(chosen) + 2)
    all_parks_reader = read_panels(panels)
    positions = range(len(chosen))
    reader = all_parks_reader.of_blocks(positions)
    observations = all_parks_reader.columns_of(observed_features(panels))[0]
    posterior = reader.posterior(observations)
    ranks = ranks_of(reader)
    broken = ranks_elsewhere(reader, differing)
    halved = half_posteriors(all_parks_reader, observations)
    errors = seed_errors(panels, halved)
    without_park = []
    further_results = []
    for n in positions:
        report("analyse", 1 + n, len(chosen) + 2)
        others = all_parks_reader.of_blocks([other for other in positions if other != n])
        without_park.append(others.posterior(observations))
    report("analyse", len(chosen) + 1, len(chosen) + 2)
    for families in FURTHER_SETS:
        further = with_further(all_parks_reader, [(key, n) for key in families for n in positions])
        further_results.append((r2_of(further.theta, further.expected), coverage_of(ranks_of(further))))
    listing_only = [with_further(all_parks_reader, [(CHECKLIST, n)]) for n in positions]
    listed = [float(r2_of(listing.theta, listing.expected)[names_of().index(FIRST)]) for listing in listing_only]
    findings = _findings(panels, reader, posterior, ranks, broken, errors, without_park, further_results, listed)
    first = names_of().index(FIRST)
    half_medians = np.array([median(panels, first, of_half) for _, of_half in halved])
    disputed = _disputed(panels, reader, posterior, observations, [half for half, _ in halved], half_medians)
    return replace(findings, first_error=float(half_sample_error(half_medians)), disputed=tuple(disputed))


def half_posteriors(every: Reader, observations: Floats) -> list[tuple[Reader, Posterior]]:
    """Read the observations on each half of the panels: the readers of what is on record, and their posteriors.

    Parameters
    ----------
    every
        Reader of all parks of the panel.
    observations
        Columns of the observations, shape (columns,).
    """
    readers = [every.of_half(groups) for groups in halves()]
    return [(half, half.posterior(observations[: half.columns.shape[1]])) for half in readers]


def seed_errors(panels: Panels, halved: Sequence[tuple[Reader, Posterior]]) -> Floats:
    """Estimate standard errors over seeds from halves of the panels.

    Parameters
    ----------
    panels
        Simulated panels.
    halved
        Reader and posterior of each half.

    Returns
    -------
    Errors of shrink, overlap and R², shape (axes, 3).
    """
    estimates = []
    for half, posterior in halved:
        movements = [_quantiles_and_movement(panels, name, posterior)[3:] for name in names_of()]
        estimates.append(np.column_stack([movements, r2_of(half.theta, half.expected)]))
    return half_sample_error(np.array(estimates))


def _disputed(
    panels: Panels,
    reader: Reader,
    whole: Posterior,
    observations: Floats,
    half_readers: Sequence[Reader],
    half_medians: Floats,
) -> Iterator[DisputedFinding]:
    """Read α without each disputed value, then without all of them at once, on all panels and on each half of them."""
    first = names_of().index(FIRST)
    middle = median(panels, first, whole)

    def finding(
        columns: Integers, value: DisputedValue | None = None, recorded: float | None = None
    ) -> DisputedFinding:
        posterior = reader.without_columns(columns).posterior(observations)
        scores = weighted_quantiles(posterior.draws[:, first], posterior.weights, BAND)
        quantiles = tuple(values_at(panels, FIRST, scores).tolist())
        changes = []
        for half, before in zip(half_readers, half_medians, strict=True):
            of_half = half.without_columns(columns).posterior(observations[: half.columns.shape[1]])
            changes.append(median(panels, first, of_half) - before)
        return DisputedFinding(
            park="" if value is None else value.park,
            variable="" if value is None else value.variable,
            date="" if value is None else value.date,
            value=recorded,
            source="" if value is None else value.source,
            reason=None if value is None else value.reason,
            quantiles=quantiles,
            change=quantiles[1] - middle,
            error=float(half_sample_error(np.array(changes))),
        )

    every: list[Integers] = []
    for park, member in enumerate(panels.members):
        for value in disputed_values():
            place = place_of(member, value)
            if place is not None:
                every.append(columns_on(reader, panels.members, park, place))
                yield finding(every[-1], value, float(member.recorded[place]))
    if every:
        yield finding(np.unique(np.concatenate(every)))


def with_further(every: Reader, further: Sequence[tuple[str, int]]) -> Reader:
    """Return a reader of what is on record of every park, and of further families of some.

    Parameters
    ----------
    every
        Reader that has the columns of all blocks.
    further
        Families to add: each by name and position of the park.
    """
    parks = len(every.centres) // (1 + len(FAMILIES))
    return every.of_blocks([*range(parks), *(n + parks * (1 + FAMILIES.index(key)) for key, n in further)])


def observed_features(panels: Panels) -> list[Floats]:
    """Return features of the observations by park, shape (1, features) each."""
    return [read(member, member.recorded[np.newaxis, :]) for member in panels.members]


def ranks_of(reader: Reader) -> Floats:
    """Return the posterior probability below the truth, with panels in place of observations; shape (panels, axes)."""
    positions = range(min(PANELS_TESTED, len(reader.theta)))
    return np.array([reader.posterior(reader.columns[n], n).below(reader.theta[n]) for n in positions])


def ranks_elsewhere(reader: Reader, panels: Panels) -> Floats:
    """Return the posterior probability below the truth, of panels none of the reader's; shape (panels, axes)."""
    x = panels.features()
    sound = sound_in(x)[:PANELS_TESTED]
    columns = reader.columns_of([features[sound] for features in x])
    truths = panels.theta[sound]
    return np.array([reader.posterior(row).below(truth) for row, truth in zip(columns, truths, strict=True)])


def coverage_of(ranks: Floats) -> Floats:
    """Return the share of truths in the central interval, by axis."""
    edge = (1.0 - LEVEL) / 2.0
    return ((ranks > edge) & (ranks < 1.0 - edge)).mean(axis=0)


def r2_of(truth: Floats, expected: Floats) -> Floats:
    """Return the share of the variance of truths that is expected, by axis."""
    return 1.0 - ((truth - expected) ** 2).mean(axis=0) / truth.var(axis=0)


def _findings(
    panels: Panels,
    reader: Reader,
    whole: Posterior,
    ranks: Floats,
    broken: Floats,
    errors: Floats,
    left: list[Posterior],
    more: list[tuple[Floats, Floats]],
    listed: list[float],
) -> Findings:
    names = names_of()
    chosen = panels.members
    spread = np.sqrt(whole.weights @ (whole.draws - whole.mean) ** 2)
    moves = np.array([posterior.mean - whole.mean for posterior in left]) / spread
    r2 = r2_of(reader.theta, reader.expected)
    coverage = coverage_of(ranks)
    elsewhere = coverage_of(broken)
    axes = []
    for j, name in enumerate(names):
        shrink_error, overlap_error, r2_error = errors[j].tolist()
        park = int(np.argmax(np.abs(moves[:, j])))
        axes.append(
            AxisFinding(
                name,
                AXES[name].group if name in AXES else GROUP,
                *_quantiles_and_movement(panels, name, whole),
                float(r2[j]),
                shrink_error,
                overlap_error,
                r2_error,
                float(coverage[j]),
                float(elsewhere[j]),
                tuple(float(values[j]) for values, _ in more),
                tuple(float(values[j]) for _, values in more),
                chosen[park].name,
                float(moves[park, j]),
            )
        )
    first = names.index(FIRST)
    middle = median(panels, first, whole)
    can_be_found = r2 >= LEAST
    parks = []
    for member, row, without, r2_listed in zip(chosen, moves, left, listed, strict=True):
        largest = int(np.argmax(np.where(can_be_found, np.abs(row), -1.0)))
        parks.append(
            MemberFinding(
                member.name,
                member.park.case.title,
                member.operator,
                member.case,
                member.counted,
                member.served,
                float(row[largest]) if can_be_found.any() else 0.0,
                names[largest] if can_be_found.any() else "",
                median(panels, first, without) - middle,
                r2_listed,
            )
        )
    return Findings(
        panels=panels.count,
        tested=len(reader.theta),
        records=len(ranks),
        seed=panels.seed,
        axes=tuple(axes),
        parks=tuple(parks),
        slices=tuple(_slices(reader, first)),
        coverage=float(coverage.mean()),
        broken=float(elsewhere.mean()),
        inside=float(((coverage >= 0.85) & (coverage <= 0.95)).mean()),
        reach=reach_of(reader.summaries, whole.width, len(reader.theta) // NEAR),
    )


def median(panels: Panels, axis: int, posterior: Posterior) -> float:
    """Return the median of a parameter, in its unit.

    Parameters
    ----------
    panels
        Panels whose parks share the parameter.
    axis
        Place of the parameter among the names of the panels' parameters, from 0.
    posterior
        Weighted draws of normal scores, shape (draws, parameters).
    """
    score = weighted_quantiles(posterior.draws[:, axis], posterior.weights, (0.5,))
    return float(values_at(panels, names_of()[axis], score)[0])


def _quantiles_and_movement(
    panels: Panels, name: str, posterior: Posterior
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], float, float]:
    """Return quantiles of prior and posterior in the unit; as ranks; how much narrower, how much shared."""
    from scipy.special import ndtr, ndtri

    scores = posterior.draws[:, names_of().index(name)]
    quantiles = weighted_quantiles(scores, posterior.weights, LEVELS)
    ranks = ndtr(scores)
    places = ndtr(quantiles)
    share = np.histogram(ranks, bins=BINS, range=(0.0, 1.0), weights=posterior.weights)[0]
    before, after = (values_at(panels, name, np.asarray(row)) for row in (ndtri(LEVELS), quantiles))
    return (
        tuple(map(float, before)),
        tuple(map(float, after)),
        tuple(map(float, places)),
        float(1.0 - (places[3] - places[1]) / 0.5),
        float(np.minimum(share, 1.0 / BINS).sum()),
    )


def values_at(panels: Panels, name: str, scores: Floats) -> Floats:
    """Return the values of a parameter at normal scores, by the prior that parks share.

    Parameters
    ----------
    panels
        Panels whose parks share the parameter.
    name
        Name of the parameter.
    scores
        Normal scores, shape (draws,).

    Returns
    -------
    Values in the parameter's unit, shape (draws,).
    """
    from scipy.special import ndtr

    if name in HYPER:
        rows = np.zeros((len(scores), len(MECHANISMS) + len(HYPER)))
        rows[:, names_of().index(name)] = scores
        return hyper_values(rows)[:, HYPER.index(name)]
    space = next(member.park.space for member in panels.members if name in member.shared)
    coordinate = space.coordinates[space.names.index(name)]
    if coordinate.prior is None:
        raise ValueError(name)
    return np.clip(
        coordinate.prior.quantile(np.clip(ndtr(scores), 1e-12, 1 - 1e-12), coordinate.variable.default[0]),
        coordinate.variable.low,
        coordinate.variable.high,
    )


def _slices(reader: Reader, axis: int) -> Iterator[Slice]:
    """Return the R² of a parameter by the size of what the model leaves out."""
    sizes = hyper_values(reader.theta)[:, HYPER.index("left_out")]
    for low, high in pairwise(SLICES):
        is_inside = (sizes >= low) & (sizes < high)
        if is_inside.sum() > 2:
            r2 = r2_of(reader.theta[is_inside][:, [axis]], reader.expected[is_inside][:, [axis]])[0]
            yield Slice(low, high, int(is_inside.sum()), float(r2))
