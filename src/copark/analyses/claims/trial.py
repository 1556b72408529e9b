"""A trial of claims: what is tried on a case, on which draws, and what its name is made of; nothing is run here.

Two experiments: on the case's posterior for the verdicts, whose first draws also serve null models and, with fewer
replicates, alternative assumptions; and on the prior, to see what the observations changed. Alternatives and null
models are not calibrated anew. No run is made twice. By a sequential rule what is decided is run no further
(:mod:`~copark.analyses.claims.sequential`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property

from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.earlier_standard import EarlierStandard
from copark.analyses.claims.expected import Ridge
from copark.analyses.claims.resamples import (
    drawn_values,
    moved_words,
)
from copark.analyses.claims.scenarios import check_moves, draws_in, places_of, values_read
from copark.analyses.claims.schema import AS_IT_IS, CaseChange, Claim, upon
from copark.analyses.claims.standard import STANDARD, Standard
from copark.analyses.claims.stopping_rule import SEQUENTIAL, Stopping, stopping
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.cases.case import Case
from copark.cases.validated_yaml import read_shipped
from copark.cases.world import world_hash
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.progress import Progress
from copark.simulation.experiment import Checkpoint, Experiment, memo_key
from copark.simulation.measures import OutputValues
from copark.simulation.study import Study
from copark.simulation.trust import Trust
from copark.stats.jackknife import groups_of
from copark.version import MODEL_VERSION

FEW_DRAWS = 60
"""Draws under an alternative assumption, and in a null model."""
FEW_REPLICATES = 2
"""Replicates of each draw under an alternative assumption."""
PRIOR_DRAWS = 200
"""Draws of the prior."""
OBSERVED_OUTPUT = "registered"
"""Output by which an alternative is seen to depart from the observations."""
DEPARTS = 0.2
"""Log points by which median registered residents at the cut may differ before an alternative is said to depart."""


class ClaimTrial:
    """Trial of claims on a case, and on given draws; it is run by :func:`copark.analyses.claims.evaluation.find`.

    Parameters
    ----------
    file
        The claims and their rules.
    case
        The case they are tried on.
    study
        Draws, replicates and seed, as of :func:`~copark.analyses.claims.scenarios.trial_study`.
    claims
        Those that are tried.
    source
        Where draws of a posterior come from.
    threads
        Threads; they do not change the numbers.
    sequential
        Whether a rule stops what is decided, the draws being the most there may be.
    """

    def __init__(
        self,
        file: ClaimsFile,
        case: Case,
        study: Study,
        claims: tuple[Claim, ...],
        source: Source | None,
        *,
        threads: int = 1,
        sequential: bool = False,
    ) -> None:
        self.file = file
        self.case = case
        self.study = study
        self.chosen = claims
        self.source = source
        self.threads = threads
        self.margins: Mapping[str, float] = file.claims.sizes
        """Numbers of the margins that rules name."""
        self.earlier_standard = EarlierStandard(self.margins)
        self.stopping = stopping() if sequential else None
        self.scenarios: Mapping[str, CaseChange] = file.claims.scenarios
        self.draws = draws_in(study)
        self.prior_draws = min(self.draws, PRIOR_DRAWS)
        self.few_draws = min(self.draws, FEW_DRAWS)
        self.few_replicates = min(study.replicates, FEW_REPLICATES)
        self.observed_place = (OBSERVED_OUTPUT, _cut(case, source))
        """Output and quarter by which an alternative is seen to depart from the observations."""
        self._upon: dict[tuple[str, str], CaseChange] = {}
        self.ridge = cache(self._ridge)
        self.ridge_without = cache(self._ridge_without)

    @cached_property
    def values_read(self) -> OutputValues:
        """Values that are read of every run."""
        places = {self.observed_place, *places_of([part for _, part in self.file.claims.of(self.chosen)])}
        places |= {(look.output, look.at) for claim in self.chosen for look in claim.shows}
        return values_read(places)

    def experiment(
        self, *, on_prior: bool = False, progress: Progress | None = None, checkpoint: Checkpoint | None = None
    ) -> Experiment:
        """Set up an experiment.

        Parameters
        ----------
        on_prior
            Whether it is on draws of the prior, and not on those of the trial.
        progress, checkpoint
            As of :class:`~copark.simulation.experiment.Experiment`.
        """
        study = self.study
        if on_prior:
            study = study.with_changes(runs=self.prior_draws * study.replicates, draws="prior")
        return Experiment(
            study,
            self.case,
            self.values_read,
            source=self.source,
            threads=self.threads,
            progress=progress,
            checkpoint=checkpoint,
        )

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Parameters that differ between the draws of the trial, each of shape (draws,)."""
        return drawn_values(self.experiment().drawn_records())

    @cached_property
    def moved(self) -> dict[str, str]:
        """Measure how far the data moved each parameter."""
        return moved_words(self.study.draws or "", self.source)

    def _ridge(self, prior: bool, draws: int) -> Ridge:
        """Regress on the parameters of the first draws of the trial, or of the prior."""
        values = drawn_values(self.experiment(on_prior=True).drawn_records()) if prior else self.values
        return Ridge({name: column[:draws] for name, column in values.items()})

    def _ridge_without(self, draws: int, group: int) -> Ridge:
        """Regress on the parameters of the first draws of the trial without a group of them."""
        is_kept = groups_of(draws)[group]
        return Ridge({name: column[:draws][is_kept] for name, column in self.values.items()})

    def scenario(self, key: str, ground: CaseChange | None = None) -> CaseChange:
        """Return a scenario by its key, upon an alternative or null model where one is given."""
        if ground is None:
            return self.scenarios[key]
        memo = key, memo_key(ground)
        if memo not in self._upon:
            self._upon[memo] = upon(ground, self.scenarios[key])
        return self._upon[memo]

    def null_model(self, key: str) -> CaseChange:
        """Return a null model by its key."""
        return self.file.claims.worlds[key]

    def check(self, experiment: Experiment) -> None:
        """Raise ScenariosChangeNothing with every scenario, alternative and null model that changes nothing."""
        claims = self.file.claims
        changes: dict[tuple[str, str], CaseChange] = {
            ("scenarios", key): scenario for key, scenario in claims.scenarios.items()
        }
        changes |= {("judgement", alternative.key): alternative for alternative in claims.judgement}
        changes |= {("worlds", key): world for key, world in claims.worlds.items()}
        check_moves(experiment, changes, self.file.name)

    @property
    def runs(self) -> int:
        """Runs to make, at most where a rule may stop some."""
        return sum(self.sizes)

    @cached_property
    def sizes(self) -> tuple[int, int, int, int]:
        """Runs on the draws, on the prior, in the null models, and under alternative assumptions.

        What null models and the alternative assumptions have in common with the first is made once.
        """
        shown_scenarios = dict.fromkeys(key for claim in self.chosen for key in (claim.reference, *claim.shown))
        needed = dict.fromkeys((AS_IT_IS, *(key for claim in self.chosen for key in claim.tried)))
        scenarios_tried = [key for key in needed if key in self.scenarios]
        parts = [part for _, part in self.file.claims.of(self.chosen)]
        in_worlds = [
            self.scenario(key, self.null_model(world))
            for part in parts
            for world in part.false_worlds
            for key in part.uses
        ]
        grounds = self.file.claims.judgement
        in_alternatives = [self.scenario(key, ground) for ground in grounds for key in scenarios_tried]
        run = {memo_key(self.scenarios[key]) for key in (*shown_scenarios, *scenarios_tried)}
        run_on_prior = {memo_key(self.scenarios[key]) for key in scenarios_tried}
        return (
            len(run) * self.draws * self.study.replicates,
            len(run_on_prior) * self.prior_draws * self.study.replicates,
            len({memo_key(scenario) for scenario in in_worlds} - run) * self.few_draws * self.study.replicates,
            len({memo_key(scenario) for scenario in in_alternatives} - run) * self.few_draws * self.few_replicates,
        )

    @property
    def identity(self) -> str:
        """Identity of what is found: the rules, the case, the model, the draws."""
        return identity_from(self.provenance)

    @property
    def provenance(self) -> JsonObject:
        """Everything that makes it, as plain values."""
        is_sequential = self.stopping is not None
        return provenance_of(self.file, self.case, self.study, self.chosen, self.source, sequential=is_sequential)


def provenance_of(
    file: ClaimsFile,
    case: Case,
    study: Study,
    claims: tuple[Claim, ...],
    source: Source | None,
    *,
    sequential: bool = False,
) -> JsonObject:
    """Return everything that makes a trial, as plain values; nothing need be run or drawn for it.

    Parameters
    ----------
    file, case, study, claims, source, sequential
        As of :class:`ClaimTrial`.
    """
    draws_of = study.draws or ""
    drawn_from = {"trust": Trust.without(case.name, draws_of).content()} if source is None else dict(source.content)
    rule = {"sequential_sha256": read_shipped(SEQUENTIAL, Stopping)[1]} if sequential else {}
    return {
        "claims_name": file.name,
        "claims_sha256": file.sha256,
        "fixed": str(file.claims.fixed),
        "standard_sha256": read_shipped(STANDARD, Standard)[1],
        "claims": [claim.id for claim in claims],
        "case": case.name,
        "case_hash": case.hash,
        "world_hash": world_hash(case),
        "model_version": MODEL_VERSION,
        "draws": draws_in(study),
        "futures": study.replicates,
        "seed": study.seed,
        "draws_of": draws_of,
        **rule,
        **drawn_from,
    }


def rules_of(file: ClaimsFile, *, sequential: bool) -> dict[str, str]:
    """Return what claims are judged by, by its content: their file, the standard of proof, and when to stop."""
    rules = {"claims": file.sha256, "standard": read_shipped(STANDARD, Standard)[1]}
    return {**rules, "stopping": read_shipped(SEQUENTIAL, Stopping)[1]} if sequential else rules


def identity_from(provenance: JsonObject) -> str:
    """Compute the identity of a trial from what makes it."""
    return identity_of({key: value for key, value in provenance.items() if key not in {"claims_name", "fixed"}})


def _cut(case: Case, source: Source | None) -> int:
    """Return the last quarter of the observations used, counted from 0: the posterior's cut, else the data's end."""
    last = (None if source is None else source.cut) or case.clock.data_end
    return int(min(last - case.clock.start, case.clock.quarters - 1))
