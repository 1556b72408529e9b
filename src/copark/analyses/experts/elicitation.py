"""Knowledge of others as weights of draws: estimates from the literature, and quantiles given by experts.

Whatever is drawn is weighted by the product over estimates, of which see :mod:`~copark.analyses.experts.literature`.
Answers of experts are met by the weights nearest to those of the model, and experts are pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.expected import Ridge, expected
from copark.analyses.claims.resamples import drawn_values
from copark.analyses.claims.scenario_statistics import ScenarioReadings, statistics_of
from copark.analyses.claims.scenarios import draws_in, places_of, trial_study, values_read
from copark.analyses.claims.schema import AS_IT_IS, CaseChange, Claim, Part
from copark.analyses.claims.verdict import Weighed, weigh
from copark.analyses.experts.literature import Estimate, literature, state_of
from copark.analyses.experts.workbook import Expert, ExpertQuestion
from copark.arrays import Floats, Integers
from copark.calibration.case_parameters import Source
from copark.cases.case import Case
from copark.progress import Progress
from copark.simulation.experiment import Checkpoint, Experiment, memo_key
from copark.simulation.measures import OutputValues
from copark.simulation.study import Study

SIZE = "operating"
"""Output whose distribution is told back to experts."""


@dataclass(frozen=True)
class ExpertPlan:
    """Plan of the runs."""

    case: Case
    """The case."""
    file: ClaimsFile
    """Claims about it."""
    source: Source | None
    """Draws of the posterior; the prior alone where there is none."""
    outlooks: tuple[tuple[str, int], ...]
    """Outputs and quarters that experts were asked about."""
    draws: int
    """Draws of parameters, of the prior and of the posterior each."""
    replicates: int
    """Runs of each draw."""
    seed: int
    """Of draws and random numbers."""
    threads: int
    """Threads; they do not change the numbers."""

    @property
    def parts(self) -> tuple[tuple[Claim, Part], ...]:
        """Parts of all claims."""
        return tuple(self.file.claims.of(self.file.claims.claims))

    @property
    def last(self) -> int:
        """Last quarter with data, counted from 0: effects of estimates are read there."""
        clock = self.case.clock
        return int(min(max(clock.data_end - clock.start, 0), clock.quarters - 1))

    @cached_property
    def scenarios(self) -> tuple[CaseChange, ...]:
        """Scenarios to run: the case as it is, and the scenarios of claims and of estimates that are used."""
        own = literature()[0].scenarios
        experiment = self.experiment(self.study(on_posterior=False, draws=2, replicates=1))
        used = [
            estimate
            for estimate in literature()[0].estimates
            if not estimate.parameter and state_of(estimate, experiment) == "used"
        ]
        of_claims = [self.file.claims.scenarios[key] for _, part in self.parts for key in part.uses]
        of_estimates = [
            own[key] for estimate in used for key in (estimate.scenario, estimate.reference) if key is not None
        ]
        return (CaseChange(), *of_claims, *of_estimates)

    @property
    def runs(self) -> int:
        """Runs to make."""
        distinct = {memo_key(scenario) for scenario in self.scenarios}
        return len(distinct) * self.draws * self.replicates * (1 if self.source is None else 2)

    def study(self, *, on_posterior: bool, draws: int | None = None, replicates: int | None = None) -> Study:
        """Return the study of the draws of the posterior, or of those of the prior; perhaps a smaller one.

        Parameters
        ----------
        on_posterior
            Whether parameters are drawn from the posterior, and not from the prior.
        draws
            Draws of parameters; ``None`` for those of the plan.
        replicates
            Runs of each draw; ``None`` for those of the plan.
        """
        draws_of = "posterior" if on_posterior else "prior"
        return trial_study(self.case, draws or self.draws, replicates or self.replicates, self.seed, draws_of)

    @cached_property
    def values_read(self) -> OutputValues:
        """Values that are read of every run."""
        places = {*places_of([part for _, part in self.parts]), *self.outlooks, *self.sizes}
        places |= {(estimate.output, self.last) for estimate in literature()[0].estimates if estimate.output}
        return values_read(places)

    def experiment(
        self, study: Study, progress: Progress | None = None, checkpoint: Checkpoint | None = None
    ) -> Experiment:
        """Set up an experiment on the plan's case; nothing is run yet.

        Parameters
        ----------
        study
            As of :meth:`study`: on the prior or on the posterior.
        progress
            Called with runs made and runs to be made; ``None`` where nobody is told.
        checkpoint
            Store in which an experiment that is stopped is kept; ``None`` where it is lost.
        """
        return Experiment(
            study,
            self.case,
            self.values_read,
            source=self.source,
            threads=self.threads,
            progress=progress,
            checkpoint=checkpoint,
        )

    @property
    def sizes(self) -> tuple[tuple[str, int], ...]:
        """Name what is told back of the park's size: with the last data, and at the end of its time."""
        return tuple(dict.fromkeys(((SIZE, self.last), (SIZE, self.case.clock.quarters - 1))))


@dataclass(frozen=True)
class ModelValues:
    """Values the model has of an estimate, in some draws."""

    middle: Floats
    """Expected over chance, shape (draws,); NaN where not known."""
    likelihood: Floats
    """Of the estimate there, shape (draws,); 0 where not known."""


@dataclass(frozen=True)
class DrawSet:
    """The draws of the prior, or of the posterior, with all scenarios run on common random numbers."""

    plan: ExpertPlan
    """What is run."""
    experiment: Experiment
    """On these draws."""

    @classmethod
    def run(
        cls,
        plan: ExpertPlan,
        *,
        on_posterior: bool,
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> DrawSet:
        """Run them, or read what of them was kept.

        Parameters
        ----------
        plan
            What is run.
        on_posterior
            Whether draws are those of the posterior, and not of the prior.
        progress
            Called with runs made and runs to be made.
        checkpoint
            Where runs are kept from time to time, and found.
        """
        experiment = plan.experiment(plan.study(on_posterior=on_posterior), progress, checkpoint)
        experiment.extend(plan.scenarios)
        return cls(plan, experiment)

    @property
    def draws(self) -> int:
        """Draws of parameters."""
        return draws_in(self.experiment.study)

    @property
    def replicates(self) -> int:
        """Runs of each draw."""
        return len(self.experiment.replicates)

    @property
    def runs(self) -> int:
        """Runs of each scenario."""
        return self.experiment.study.runs

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Parameters that differ between draws, each of shape (draws,)."""
        return drawn_values(self.experiment.drawn_records())

    @cached_property
    def ridge(self) -> Ridge:
        """Regression on them."""
        return Ridge(self.values)

    def _readings(self, scenarios: Mapping[str, CaseChange]) -> ScenarioReadings:
        """Read scenarios by their keys."""
        places = self.plan.values_read.places
        return ScenarioReadings(lambda key: self.experiment.measured(scenarios[key]), places, self.replicates)

    @property
    def _plain(self) -> ScenarioReadings:
        """The case as it is."""
        return self._readings({AS_IT_IS: CaseChange()})

    def output(self, output: str, quarter: int) -> Floats:
        """Return an output of the case as it is in a quarter, shape (runs,); NaN in runs that did not finish."""
        return self._plain.output(AS_IT_IS, output, quarter).ravel()

    @property
    def outcomes(self) -> Floats:
        """Codes of the outcomes of the case as it is, -1 where a run did not finish, shape (runs,)."""
        return self._plain.outcomes(AS_IT_IS).ravel()

    @cached_property
    def weighed(self) -> dict[tuple[str, str], Weighed]:
        """Parts of claims, by claim and part."""
        claims = self.plan.file.claims
        readings = self._readings(claims.scenarios)
        return {
            (claim.id, part.key): weigh(part, statistics_of(part, readings, self.plan.case), self.ridge, claims.sizes)
            for claim, part in self.plan.parts
        }

    def beside(self, estimate: Estimate, error: float) -> ModelValues | None:
        """Set an estimate beside the model's own value in every draw.

        Parameters
        ----------
        estimate
            The estimate.
        error
            Its standard error, as of :func:`error_of`.

        Returns
        -------
        ``None`` where nothing of it differs between draws.
        """
        if estimate.parameter:
            drawn = self.values.get(estimate.parameter)
            return None if drawn is None else ModelValues(drawn, estimate.likelihood(drawn, error))
        part = estimate.asking((self.plan.last + 1) / 4.0)
        runs = statistics_of(part, self._readings(literature()[0].scenarios), self.plan.case)
        effects = expected(part, runs, self.ridge)
        if effects is None or not np.ptp(effects.values[part.key]) > 0.0:
            return None
        middle = np.full(len(effects.estimated), np.nan)
        likelihood = np.zeros(len(effects.estimated))
        middle[effects.estimated] = effects.means[part.key]
        likelihood[effects.estimated] = estimate.likelihood(effects.values[part.key], error).mean(axis=1)
        return ModelValues(middle, likelihood)

    def of(self, question: ExpertQuestion) -> Floats:
        """Return what the model has of a question, by run, shape (runs,); NaN where not known."""
        if question.kind == "outlook":
            output, _, label = question.key.partition("/")
            start = self.plan.case.clock.start
            return next(
                self.output(output, quarter)
                for name, quarter in self.plan.outlooks
                if name == output and str(start + quarter) == label
            )
        if question.kind == "parameter":
            by_draw = self.values[question.key]
        else:
            claim, part, name = question.key.split("/")
            effects = self.weighed[claim, part].effects
            by_draw = np.full(self.draws, np.nan)
            if effects is not None:
                by_draw[effects.estimated] = effects.means[name]
        return np.repeat(by_draw, self.replicates)


LEVELS = (0.05, 0.5, 0.95)
"""Levels of the quantiles that experts give."""
SHARES = np.diff([0.0, *LEVELS, 1.0])
"""Probability below, between and above them."""
ROUNDS = 500
"""Rounds of fitting at most."""
CLOSE = 1e-6
"""Difference of probabilities that is none."""
NEARER = 0.999
"""Share of the last difference from which on fitting gets no nearer, since answers contradict each other."""


def shared(weights: Floats) -> Floats:
    """Scale weights so that they sum to one; all are 0 where they cannot."""
    total = float(weights.sum())
    return weights / total if total > 0.0 and np.isfinite(total) else np.zeros_like(weights)


def place(values: Floats, quantiles: Sequence[float]) -> Integers:
    """Find which of the four ranges between quantiles each value lies in."""
    return np.searchsorted(np.asarray(quantiles), values, side="left").astype(np.int64)


@dataclass(frozen=True)
class Raked:
    """Weights that meet some quantiles."""

    weights: Floats
    """Shape (draws,); they sum to one."""
    factors: tuple[Floats, ...]
    """By quantity: what each of its ranges is multiplied by, shape (4,); other draws take them too."""
    off: float
    """Largest difference left between a range's probability and what it should be: 0 unless answers contradict."""


def rake(places: Sequence[Integers], start: Floats) -> Raked:
    """Find the weights nearest to those given in which every quantity has its quantiles.

    Nearest is of least relative entropy: the distribution stays what it was within each range, as in the classical
    model of structured expert judgement (Cooke 1991), whose background measure is here the model's own. Found by
    iterative proportional fitting (Deming and Stephan 1940).

    Parameters
    ----------
    places
        By quantity: which range each draw lies in, as of :func:`place`; each range has a draw of some weight.
    start
        Weights of the draws, shape (draws,).
    """
    weights = shared(start)
    factors = [np.ones(len(SHARES)) for _ in places]
    off = np.inf
    for _ in range(ROUNDS):
        previous = off
        off = 0.0
        for number, ranges in enumerate(places):
            shares = np.bincount(ranges, weights, len(SHARES))
            off = max(off, float(abs(shares - SHARES).max()))
            step = np.divide(SHARES, shares, out=np.ones_like(shares), where=shares > 0.0)
            factors[number] = factors[number] * step
            weights = weights * step[ranges]
        weights = shared(weights)
        if off < CLOSE or off > NEARER * previous:
            break
    return Raked(weights, tuple(factors), off)


@dataclass(frozen=True)
class Opinion:
    """One expert's answers as weights of runs, each set of shape (runs,)."""

    prior: Floats
    """Of the prior."""
    posterior: Floats | None
    """Of the posterior, where there is one."""
    unreached: tuple[str, ...]
    """Questions of which the model never has what is answered: they are left out."""
    off: float
    """Largest difference of a probability that is left where answers contradict each other."""


def opinion(
    expert: Expert, questions: Mapping[str, ExpertQuestion], prior: DrawSet, posterior: DrawSet | None
) -> Opinion:
    """Turn answers into weights.

    What is said of parameters and effects stands in the place of the prior, and the observations come after it: draws
    of the posterior take the factors found on the prior's. What is said of the years ahead is met on each set of draws
    as it is.

    Parameters
    ----------
    expert
        Whose answers they are.
    questions
        Questions by key.
    prior
        Draws of the prior.
    posterior
        Draws of the posterior, where there is one.
    """
    quantiles = {key: [questions[key].inside(value) for value in answers] for key, answers in expert.answers.items()}
    reached = {key: ends for key, ends in quantiles.items() if _reaches(prior.of(questions[key]), ends)}
    prior_keys = [key for key in reached if questions[key].kind != "outlook"]

    def raked(draw_set: DrawSet, keys: Sequence[str], start: Floats) -> Raked:
        """Find weights of runs that meet the expert's quantiles.

        Parameters
        ----------
        draw_set
            Runs of the prior, or of the posterior.
        keys
            Questions whose quantiles are met; the model reaches all of them.
        start
            Weights of the runs before, shape (runs,); runs in which a quantity is not known weigh nothing.
        """
        columns = [draw_set.of(questions[key]) for key in keys]
        is_known = np.logical_and.reduce([np.isfinite(column) for column in columns], axis=0) if columns else True
        places = [place(column, reached[key]) for column, key in zip(columns, keys, strict=True)]
        return rake(places, np.where(is_known, start, 0.0))

    evenly = np.ones(prior.runs)
    raked_prior = raked(prior, list(reached), evenly)
    if posterior is None:
        return Opinion(raked_prior.weights, None, tuple(quantiles.keys() - reached.keys()), raked_prior.off)
    start = np.ones(posterior.runs)
    for key, factor in zip(prior_keys, raked(prior, prior_keys, evenly).factors, strict=True):
        values = posterior.of(questions[key])
        start *= np.where(np.isfinite(values), factor[place(values, reached[key])], 0.0)
    ahead = [
        key for key in reached if key not in prior_keys and _reaches(posterior.of(questions[key]), reached[key], start)
    ]
    raked_posterior = raked(posterior, ahead, start)
    lost = [key for key in quantiles if key not in prior_keys and key not in ahead]
    return Opinion(raked_prior.weights, raked_posterior.weights, tuple(lost), max(raked_prior.off, raked_posterior.off))


def _reaches(values: Floats, quantiles: Sequence[float], weights: Floats | None = None) -> bool:
    """Return whether each range between quantiles has a run of some weight."""
    counted = np.isfinite(values) & (True if weights is None else weights > 0.0)
    return bool(np.all(np.bincount(place(values[counted], quantiles), minlength=len(SHARES))))


def pooled(opinions: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Pool weights of runs linearly: each expert's counts as much as it is given (Stone 1961)."""
    return np.asarray(weights) / np.sum(weights) @ np.stack([shared(opinion_weights) for opinion_weights in opinions])
