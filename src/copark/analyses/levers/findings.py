"""Everything that is told of a case's levers, made from the measures of the runs.

A *gain* is what a setting changes, run by run on the same draws and random numbers: the setting less the case as it is,
in the words of :mod:`copark.stats.shares`. It *leans* on parameters its mechanism passes through, and on those it moves
with over the draws: one whose size hangs on a parameter that no data moved is what was assumed, however narrow its
band.

Which setting is *robust* is told over states, a state being a draw under a structure; none is held likelier than
another. The value of a setting in a state is the mean over the draw's futures; states in which the park had already
failed when the lever is pulled are none, since the lever is there. Rankings are made again on draws taken again, whole
populations of the posterior at a time, to see how firm they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Any

import numpy as np

from copark.analyses.levers.measures import NAMES, RANKED, SIDES, Measure, measure_of
from copark.analyses.levers.runner import Asked, MeasuredRuns
from copark.analyses.levers.schema import (
    AS_IT_IS,
    GeneralLevers,
    Lever,
    LeverFile,
    Setting,
    Since,
    Structure,
    Threshold,
)
from copark.arrays import Booleans, Floats, Integers
from copark.calibration.case_parameters import CaseParameters
from copark.calibration.diagnostics import movements
from copark.cases.case import Case
from copark.cases.horizon import horizon_of
from copark.model.variables import catalogue
from copark.simulation.sample import prior_of
from copark.simulation.study_entries import Title
from copark.stats.precision import change_interval, difference, median_interval
from copark.stats.quantiles import quantiles
from copark.stats.robust_choice import (
    Sources,
    Stability,
    average,
    chance_non_dominated,
    greatest,
    non_dominated,
    regret,
    resampled_weights,
    sources,
    stability,
)
from copark.stats.rounding import NO_DIFFERENCE, reaches, rounded
from copark.stats.shares import Verdict, verdict, wilson
from copark.texts import text

TIMES = 1000
SEED = 1


@dataclass(frozen=True)
class States:
    """Values of every option in every state."""

    values: dict[str, Floats]
    """By measure, shape (options, states): means over futures."""
    draw: Integers
    group: Integers
    """draw, group: of every state."""
    by_structure: tuple[int, ...]
    """How many states each structure has."""

    def gain(self, measure: str) -> Floats:
        """Values less those of the case as it is, shape (options, states)."""
        before = self.values[measure][:1]
        return difference(before, self.values[measure])


def states_of(found: MeasuredRuns, measures: Sequence[str]) -> States:
    """Average runs over the futures of each draw, under each structure."""
    parts: dict[str, list[Floats]] = {name: [] for name in measures}
    draws, groups = [], []
    for structure in range(len(found.structures)):
        kept = found.usable(structure)
        names, first, places, sizes = np.unique(
            found.draws[kept], return_index=True, return_inverse=True, return_counts=True
        )
        for name in measures:
            values = found.of(name, structure)[:, kept]
            parts[name].append(np.stack([np.bincount(places, row, names.size) / sizes for row in values]))
        draws.append(names)
        groups.append(found.groups[kept][first])
    states = {name: np.concatenate(one, axis=1) for name, one in parts.items()}
    return States(states, np.concatenate(draws), np.concatenate(groups), tuple(one.size for one in draws))


def met(states: States, thresholds: Sequence[Threshold]) -> Booleans:
    """Whether each threshold is met, shape (thresholds, options, states)."""
    values = [states.gain(one.measure) if one.compared else states.values[one.measure] for one in thresholds]
    return np.stack([reaches(each, one.at_least) for each, one in zip(values, thresholds, strict=True)])


@dataclass(frozen=True)
class Ranking:
    """A criterion over all options."""

    criterion: str
    """``satisficing``, ``minimax_regret`` or ``mean_regret``."""
    measure: str
    """What regret is measured in; empty for satisficing."""
    scores: Floats
    """Shape (options,): a share of states, or regret in the measure's unit."""
    stability: Stability
    """Ranks, and how they stand when draws are taken again."""


@dataclass(frozen=True)
class Choice:
    """What the comparison of all options over all states says."""

    options: tuple[str, ...]
    """Keys; the first is the case as it is."""
    states: int
    by_structure: tuple[int, ...]
    """states, by_structure: how many in all, and under each structure."""
    independent: int
    """Groups that were drawn again: populations of the posterior, or draws."""
    met: Floats
    """Share of states in which each threshold is met, shape (thresholds, options)."""
    rankings: tuple[Ranking, ...]
    pareto: Booleans
    """Options that none dominates on mean gains of the four sides, shape (options,)."""
    chance: Floats
    """Share of replicates in which none dominates it, shape (options,)."""
    means: Floats
    """Mean gains over states by side, shape (options, sides)."""

    def ranking(self, criterion: str, measure: str = "") -> Ranking:
        """One of the rankings."""
        return next(one for one in self.rankings if (one.criterion, one.measure) == (criterion, measure))


def choose(found: MeasuredRuns, file: LeverFile, times: int = TIMES) -> Choice | None:
    """Compare all options over all states; ``None`` where no state is left; times: replicates of the bootstrap."""
    measures = tuple(dict.fromkeys((*RANKED, *(one.measure for one in file.thresholds))))
    states = states_of(found, measures)
    if not states.draw.size:
        return None
    weights = resampled_weights(states.group, times, SEED)
    weights = weights[weights.sum(axis=1) > 0.0]
    reached = met(states, file.thresholds)
    enough: Booleans = np.logical_and.reduce(reached, axis=0)
    rankings = [Ranking("satisficing", "", average(enough), stability(partial(average, enough), weights))]
    for measure in RANKED:
        short = regret(states.values[measure])
        for name, score in (("minimax_regret", greatest), ("mean_regret", average)):
            firm = stability(partial(score, short), weights, most_is_best=False)
            rankings.append(Ranking(name, measure, score(short), firm))
    sides = [states.gain(side) for side in SIDES]
    means = np.stack([side.mean(axis=1) for side in sides], axis=1)
    return Choice(
        options=found.options, states=states.draw.size, by_structure=states.by_structure,
        independent=int(np.unique(states.group).size), met=reached.mean(axis=2), rankings=tuple(rankings),
        pareto=non_dominated(means), chance=chance_non_dominated(sides, weights), means=means,
    )  # fmt: skip


NOTABLE, SPURIOUS = 0.3, 3.0
"""Rank correlation from which a gain is said to hang on a parameter; the least is 3/√draws, since the largest of some
forty correlations of nothing with anything reaches about that."""
MOST = 3
FIXED = "fixed"


def moved_by_data(case: Case, parameters: CaseParameters) -> dict[str, str]:
    """Whether data moved each parameter: moved, weakly, unmoved, or fixed where it is never drawn.

    From the case's posterior or what other parks lend, else by the catalogue.
    """
    found = {
        name: variable.moved if prior_of(variable, case) is not None else FIXED
        for name, variable in catalogue().parameters.items()
    }
    if parameters.stored is not None:
        one = parameters.stored.parameters
        shifts = movements(one.space, one.points, one.weights)
    else:
        shifts = () if parameters.source is None else movements(parameters.source.space, parameters.source.points)
    return found | {shift.name.partition(".")[0]: shift.verdict for shift in shifts}


def informed_by_data(case: Case, parameters: CaseParameters) -> tuple[int, int]:
    """Count the parameters that are drawn for a case, and those of them that no data informed.

    Returns
    -------
    drawn, uninformed
        By the case's own calibration, or what other parks lend it.
    """
    moved = [word for word in moved_by_data(case, parameters).values() if word != FIXED]
    return len(moved), moved.count("unmoved")


@dataclass(frozen=True)
class Leaning:
    """A setting's gain and a parameter it moves with."""

    setting: str
    measure: Measure
    parameter: str
    correlation: float
    """Rank correlation of the gain's mean over futures with the parameter, over draws."""
    verdict: str
    """moved, weakly or unmoved."""


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation; 0 where one of the two never varies. Ties share their mean rank."""
    from scipy.stats import rankdata

    ranked = [rankdata(rounded(one)) for one in (first, second)]
    spread = [one.std() for one in ranked]
    if min(spread) <= 0.0:
        return 0.0
    return float(((ranked[0] - ranked[0].mean()) * (ranked[1] - ranked[1].mean())).mean() / (spread[0] * spread[1]))


def leanings(found: MeasuredRuns, moved: dict[str, str], measure: str = "operating") -> list[Leaning]:
    """Parameters that each setting's gain moves with, as modelled, the strongest first; those notable alone."""
    kept = found.usable()
    names, first, places, counts = np.unique(
        found.draws[kept], return_index=True, return_inverse=True, return_counts=True
    )
    if names.size < 3:
        return []
    drawn = {name: values[kept][first] for name, values in found.parameters.items()}
    made: list[Leaning] = []
    least = max(NOTABLE, SPURIOUS / names.size**0.5)
    values = found.of(measure)
    for option, key in enumerate(found.options[1:], start=1):
        means = np.bincount(places, difference(values[0, kept], values[option, kept])) / counts
        strengths = {name: rank_correlation(means, one) for name, one in drawn.items()}
        made += [
            Leaning(key, measure_of(measure), name, strengths[name], moved.get(name, FIXED))
            for name in sorted(strengths, key=lambda name: -round(abs(strengths[name]), 9))[:MOST]
            if abs(strengths[name]) >= least
        ]
    return made


def rests_on(file: LeverFile, since: Since, only: Sequence[str], moved: dict[str, str]) -> list[tuple[str, str, str]]:
    """Lever, parameter its mechanism passes through, and whether data moved it."""
    levers = {lever.key: lever for lever, _ in file.settings(since, only)}
    return [(key, name, moved.get(name, FIXED)) for key, lever in levers.items() for name in lever.rests_on]


@dataclass(frozen=True)
class Gain:
    """What a setting changes in one measure."""

    setting: str
    measure: Measure
    pairs: int
    """Pairs of runs, as modelled."""
    before: float
    after: float
    """before, after: medians of the case as it is and of the setting; of a share, the shares."""
    levels: tuple[float, ...]
    """5, 25, 50, 75 and 95 % of the differences."""
    mean: float
    """Their mean; of a share, its change."""
    low: float
    high: float
    """low, high: Monte Carlo interval (95 %) of a share's change; of another measure, of its median difference."""
    better: float
    equal: float
    """better, equal: shares of pairs in which the setting is above, and but for rounding like, the case as it is."""
    sources: Sources
    """Where the variance comes from: structure, parameters, chance."""
    by_structure: tuple[float, ...]
    """Median difference (of a share its change) under each structure, the model as it is first; NaN where too few runs
    are left."""

    @property
    def median(self) -> float:
        """The median difference."""
        return self.levels[2]

    @property
    def worse(self) -> float:
        """Share of pairs in which the setting is below the case as it is."""
        return max(1.0 - self.better - self.equal, 0.0)

    @property
    def before_interval(self) -> tuple[float, float]:
        """Monte Carlo interval of a share of the case as it is (95 %)."""
        return wilson(round(self.before * self.pairs), self.pairs)

    @property
    def verdict(self) -> Verdict:
        """The word for it."""
        return verdict(self.better, self.equal)

    @property
    def flips(self) -> bool:
        """Whether structures disagree about its sign."""
        known = [value for value in self.by_structure if np.isfinite(value) and abs(value) > NO_DIFFERENCE]
        return bool(known) and min(known) < 0.0 < max(known)


FEW = 20
"""Runs under a structure below which nothing is said of it."""


def gains(found: MeasuredRuns, single: MeasuredRuns | None = None) -> tuple[Gain, ...]:
    """Every setting's gain in every measure, in the order of options and measures.

    found: runs that share draws, under every structure: where the width comes from, and what other structures say;
    single: runs of the model as it is with a draw of their own, of which the gain itself is told, the first by default.
    """
    return tuple(
        gain(found, option, measure_of(name), single) for option in range(1, len(found.options)) for name in NAMES
    )


def gain(found: MeasuredRuns, option: int, measure: Measure, single: MeasuredRuns | None = None) -> Gain:
    """One setting's gain in one measure; see :func:`gains`."""
    single = single or found
    apart, draws = [], []
    for structure in range(len(found.structures)):
        kept, values = found.usable(structure), found.of(measure.name, structure)
        apart.append(difference(values[0, kept], values[option, kept]))
        draws.append(found.draws[kept])
    kept = single.usable()
    before, after = (single.of(measure.name)[at, kept] for at in (0, option))
    base = difference(before, after)
    share = measure.kind == "share"
    low, high = change_interval(base, single.draws[kept]) if share else median_interval(base)
    enough = [at for at, values in enumerate(apart) if values.size >= FEW]
    middle = np.mean if share else np.median
    return Gain(
        setting=found.options[option], measure=measure, pairs=base.size,
        before=float(middle(before)) if base.size else nan, after=float(middle(after)) if base.size else nan,
        levels=tuple(map(float, quantiles(base))), mean=_mean(base), low=low, high=high,
        better=_mean(base > 0.0), equal=_mean(base == 0.0),
        sources=sources([apart[at] for at in enough], [draws[at] for at in enough]),
        by_structure=tuple(float(middle(one)) if one.size >= FEW else nan for one in (base, *apart[1:])),
    )  # fmt: skip


def _mean(values: Floats | Booleans) -> float:
    return float(values.mean()) if values.size else nan


@dataclass(frozen=True)
class Balance:
    """Who gains and who loses by a setting: the verdict for each side, in the order of the sides."""

    setting: str
    verdicts: dict[str, Verdict]

    def sides(self, word: str) -> tuple[str, ...]:
        """Sides that ``gain``, ``lose``, are ``unclear``, or for whom ``nothing`` changes."""
        begins = {"gain": "gains_", "lose": "loses_", "unclear": "un", "nothing": "nothing"}[word]
        return tuple(side for side, found in self.verdicts.items() if found.startswith(begins))


def balances(found: Sequence[Gain]) -> tuple[Balance, ...]:
    """Who gains and who loses by each setting."""
    table = {(one.setting, one.measure.name): one.verdict for one in found}
    settings = dict.fromkeys(one.setting for one in found)
    return tuple(Balance(setting, {side: table[setting, side] for side in SIDES}) for setting in settings)


@dataclass(frozen=True)
class Reading:
    """What becomes of the case as it is under a structure."""

    key: str
    """Of the structure; the model as it is has one, too."""
    standing: float
    failed: float
    """standing, failed: shares of the runs that count; NaN where there are none."""
    runs: int
    """How many count."""


@dataclass(frozen=True, kw_only=True)
class LeverFindings:
    """What was asked, what was measured, and what follows."""

    run_id: str
    provenance: dict[str, Any]
    case: str
    park: Title
    file: LeverFile
    general: bool
    since: Since
    only: tuple[str, ...]
    """file, general, since, only: levers, whether they are the general set, the variant, and the keys of levers asked
    for."""
    pulled: str
    horizon: str
    """pulled, horizon: quarter the levers are pulled, and the last one of the runs."""
    draws: int
    futures: int
    seed: int
    """draws, futures, seed: draws of parameters, futures of each, seed of the study."""
    readings: tuple[Reading, ...]
    """The case as it is under each structure, the model as it is first."""
    options: tuple[str, ...]
    """Keys of what may be chosen, the case as it is first."""
    gains: tuple[Gain, ...]
    balances: tuple[Balance, ...]
    """gains, balances: what each setting changes, and for whom."""
    choice: Choice | None
    """Which is robust; ``None`` where no state is left to compare in."""
    leanings: tuple[Leaning, ...]
    """Parameters that gains in operating enterprises move with."""
    rests: tuple[tuple[str, str, str], ...]
    """Lever, parameter its mechanism passes through, whether data moved it."""
    closed_since: str = ""
    closed_by: Title | None = None
    """closed_since, closed_by: quarter and title of a closure that stands at the horizon in every scenario, if any."""

    @property
    def settings(self) -> tuple[tuple[Lever, Setting], ...]:
        """Settings tried, with their levers, in the order of the file."""
        return tuple(self.file.settings(self.since, self.only))

    @property
    def structures(self) -> tuple[Structure | None, ...]:
        """Structures in the order they were measured; ``None`` for the model as it is."""
        known = {structure.key: structure for structure in self.file.structures}
        return tuple(known.get(one.key) for one in self.readings)

    def gain(self, setting: str, measure: str) -> Gain:
        """One gain."""
        return next(one for one in self.gains if (one.setting, one.measure.name) == (setting, measure))

    def title(self, option: str, lang: str) -> str:
        """Title of an option: a setting, or the case as it is."""
        if option == AS_IT_IS:
            return text("study.as_it_is", lang)
        return next(str(getattr(setting.title, lang)) for _, setting in self.settings if setting.key == option)

    def named(self, option: str, lang: str) -> str:
        """Title of an option with its lever: where it stands alone."""
        for lever, setting in self.settings:
            if setting.key == option:
                return named(lever, setting, lang)
        return self.title(option, lang)


def named(lever: Lever, setting: Setting, lang: str) -> str:
    """A setting with its lever: "Global partners: all three"."""
    return text("levers.named", lang, lever=getattr(lever.title, lang), setting=getattr(setting.title, lang))


def find(asked: Asked, measured: MeasuredRuns, single: MeasuredRuns, times: int = TIMES) -> LeverFindings:
    """Say everything that follows from the measures.

    measured, single: measures of the runs asked for, and of those of
    :attr:`~copark.analyses.levers.runner.Asked.single`; times: replicates of the bootstrap of rankings.
    """
    found = gains(measured, single)
    moved = moved_by_data(asked.case, asked.parameters)
    study, clock = asked.blocks[0].study, asked.case.clock
    horizon = horizon_of(study.seen(asked.case))
    closure = asked.case.closed_by(horizon)
    return LeverFindings(
        run_id=measured.identity, provenance=measured.provenance, case=asked.case.name,
        park=Title(en=asked.case.title.en, zh=asked.case.title.zh), file=asked.file,
        general=isinstance(asked.file, GeneralLevers), since=asked.since, only=asked.only,
        pulled=str(clock.start + asked.first), horizon=str(horizon),
        draws=study.runs // study.futures, futures=study.futures, seed=study.seed,
        readings=(_reading(single, 0), *(_reading(measured, place) for place in range(1, len(measured.structures)))),
        options=measured.options, gains=found, balances=balances(found), choice=choose(measured, asked.file, times),
        leanings=tuple(leanings(measured, moved)), rests=tuple(rests_on(asked.file, asked.since, asked.only, moved)),
        closed_since="" if closure is None else str(closure.since),
        closed_by=None if closure is None else Title(en=closure.title.en, zh=closure.title.zh),
    )  # fmt: skip


def _reading(measured: MeasuredRuns, place: int) -> Reading:
    usable = measured.usable(place)
    standing, failed = (_mean(measured.of(name, place)[0, usable]) for name in ("self_standing", "failed"))
    return Reading(measured.structures[place], standing, failed, int(usable.sum()))
