"""Levers: what decision-makers control, what each option changes and for whom, and which options are robust.

Every option of a case's levers is tried under every structure of the model, with common random numbers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.assumed_facts import untold_of_own
from copark.analyses.contract import AheadParams, Choice, Keys, Option, Result
from copark.analyses.how_sure import NO_DOUBTS, Doubts, doubts_of, facts_changed
from copark.analyses.levers.choice import RobustChoice, choose
from copark.analyses.levers.dependence import ParameterDependence, find_dependences, mechanism_parameters
from copark.analyses.levers.recommendation import NoAdviceReason, Recommendation, recommend
from copark.analyses.own_sheets import sheets_of_own
from copark.cases.horizon import horizon_of
from copark.cases.types import Replicates
from copark.decisions.effects import LeverEffect, StructureBaseline, baseline_under, lever_effects
from copark.decisions.lever_file import (
    AS_IT_IS,
    AS_MODELLED,
    GeneralLevers,
    LeverFile,
    LeverOption,
    Since,
    Structure,
    load_levers,
    wanted_levers,
)
from copark.model.outcomes import ENDED, GOOD
from copark.simulation.outcomes import OUTCOMES
from copark.stats.shares import Share, shares
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context
    from copark.decisions.measures import LeverMeasures
    from copark.simulation.experiment import Experiment
    from copark.simulation.study import Study
    from copark.store.checkpoints import Stages


def levers_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Return the levers of a case that have options since the founding, or from now on."""
    file = load_levers(context.case(given["case"]), given["file"], given.get("now"))
    since = since_of(file, given["since"])
    levers = [lever for lever in file.levers if lever.options(since)]
    return [Choice(lever.key, lever.title) for lever in levers]


def since_of(file: LeverFile, wanted: Since | None) -> Since:
    """Decide when levers are pulled: as it is wanted, else from now on where something can still be decided."""
    return wanted or ("now" if any(lever.options("now") for lever in file.levers) else "start")


class Params(AheadParams):
    """Parameters of the analysis of a case's levers."""

    draws: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Number of parameter draws."""
    replicates: Annotated[Replicates, Field(ge=1, le=10_000)] = 5
    """Runs for each draw."""
    levers: Annotated[tuple[str, ...], Keys(levers_of)] = ()
    """Keys of the levers to test; by default all."""
    since: Annotated[Literal["start", "now"] | None, Option("--from")] = None
    """When levers change: start (what would have been) or now (what can still be done); by default now, or start where
    nothing can be decided any more."""
    file: Path | None = None
    """Your own levers file; by default the one shipped for the case, or a general set."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "replicates": 20}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Answer on levers: what each option changes, for whom, which is robust, and what all this rests on."""

    dimensions: ClassVar[tuple[str, ...]] = ("setting", "measure")

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    file: LeverFile
    """Levers of the case."""
    general: bool
    """Whether they are the general set."""
    since: Since
    """Whether they are pulled from the founding or from now on."""
    only: tuple[str, ...]
    """Keys of the levers that were tried."""
    pulled: str
    """Quarter the levers are pulled."""
    horizon: str
    """Last quarter of the runs."""
    draws: int
    """Draws of parameters."""
    replicates: Replicates
    """Runs of each draw."""
    seed: int
    """Seed of the study."""
    baselines: Annotated[tuple[StructureBaseline, ...], Field(alias="readings")]
    """The case as it is under each structure, the model as it is first."""
    effects: tuple[LeverEffect, ...]
    """Effect of every option on every measure."""
    choice: RobustChoice | None
    """Which option is robust; ``None`` where no state is left to compare in."""
    dependences: Annotated[tuple[ParameterDependence, ...], Field(alias="leanings")]
    """Parameters that effects on operating enterprises move with."""
    rests: tuple[tuple[str, str, str], ...]
    """Lever, parameter its mechanism passes through, whether data moved it."""
    closed_since: str = ""
    """Quarter of a closure that stands at the horizon in every scenario, if any."""
    closed_by: LocalizedText | None = None
    """Title of that closure."""
    doubts: Doubts = NO_DOUBTS
    """What is assumed of the park, imposed on it, and what its record says against the model."""

    @cached_property
    def options(self) -> tuple[LeverOption, ...]:
        """Options that were tried, in the order of the file."""
        return self.file.options(self.since, self.only)

    @property
    def structures(self) -> tuple[Structure | None, ...]:
        """Structures in the order they were measured; ``None`` for the model as it is."""
        known = {structure.key: structure for structure in self.file.structures}
        return tuple(known.get(baseline.key) for baseline in self.baselines)

    def effect(self, option: str, measure: str) -> LeverEffect:
        """Return the effect of an option on a measure."""
        return next(effect for effect in self.effects if (effect.scenario, effect.measure) == (option, measure))

    def name(self, option: str, lang: str) -> str:
        """Name an option with its lever, for where it stands alone, or the case as it is."""
        if option == AS_IT_IS:
            return text("study.as_it_is", lang)
        return next(known.name(lang) for known in self.options if known.key == option)

    @cached_property
    def recommendation(self) -> Recommendation:
        """Judge options by the rule that ships; none is recommended where the model's word cannot be relied on."""
        return recommend(self.effects, self.choice, self.no_advice_because, self.against_assumed)

    @cached_property
    def against_assumed(self) -> dict[str, tuple[str, ...]]:
        """Find the options that change facts that nobody reported, by key, with these facts.

        They are compared with what is assumed in the place of a fact, so that the model's word gives no ground for or
        against them.
        """
        changed = {option.key: facts_changed(option.entry.edits) for option in self.options}
        assumed = {key: tuple(fact for fact in facts if fact in self.doubts.assumed) for key, facts in changed.items()}
        return {key: facts for key, facts in assumed.items() if facts}

    @property
    def no_advice_because(self) -> NoAdviceReason | None:
        """State why nothing may be advised on the model's word: the record contradicts it, or it is not calibrated."""
        if self.doubts.contradiction is not None:
            return "contradicted"
        return None if self.trust is None or self.trust.shows_outcomes else "uncalibrated"

    @property
    def chance(self) -> float | None:
        """Chance of being self-standing of the case as it is in the runs that count; ``None`` where there are none.

        A brief has that of all runs, those among them in which the park had failed before levers are pulled.
        """
        return next((share.share for share in self.outcomes if share.name == GOOD.key), None)

    @property
    def outcomes(self) -> tuple[Share, ...]:
        """Shares of the baseline's runs that stand alone and that failed, of those that count."""
        if not self.effects:
            return ()
        option = self.effects[0].scenario
        shares = []
        for measure in (GOOD.key, ENDED.key):
            effect = self.effect(option, measure)
            if effect.pairs:
                count = round(effect.before * effect.pairs)
                shares.append(Share(measure, count, effect.pairs, effect.before, *effect.before_interval))
        return tuple(shares)

    def to_frame(self) -> pd.DataFrame:
        """Return every option's effect on every measure, a row each."""
        import pandas as pd

        lever_of = {option.key: option.lever.key for option in self.options}
        return pd.DataFrame(
            {
                "lever": lever_of[effect.scenario],
                "setting": effect.scenario,
                "measure": effect.measure,
                "unit": effect.unit,
                "pairs": effect.pairs,
                "before": effect.before,
                "after": effect.after,
                "mean": effect.mean,
                "median": effect.median,
                "p05": effect.low,
                "p95": effect.high,
                "interval_low": effect.monte_carlo_low,
                "interval_high": effect.monte_carlo_high,
                "share_better": effect.above,
                "share_equal": effect.equal,
                "verdict": effect.verdict,
            }
            for effect in self.effects
        )


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """Return the file of levers, the case's own or the general one, and which of its variants.

    Of a park of one's own what it tells of assumed facts, too: it is no part of the case's content.
    """
    file, since, _options = options_of(params, context)
    asked: dict[str, Any] = {"file": file.model_dump(mode="json", by_alias=True), "since": since}
    case = context.case(params.case)
    told = {"untold": untold_of_own(case), "sheets": [asdict(sheet) for sheet in sheets_of_own(case)]}
    return asked | {name: value for name, value in told.items() if value}


def options_of(params: Params, context: Context) -> tuple[LeverFile, Since, tuple[LeverOption, ...]]:
    """Return the levers of a case, when they are pulled, and the options that are tried.

    Raises
    ------
    NotFound
        If the facts of the case allow no lever, or none of those that are asked for has an option.
    """
    file = load_levers(context.case(params.case), params.file, params.now)
    since = since_of(file, params.since)
    return file, since, file.options(since, wanted_levers(file, since, params.levers))


def compute(params: Params, context: Context) -> Answer:
    """Run every option under every structure, and say what follows from the effects."""
    from copark.calibration.informed_parameters import moved_by_data
    from copark.decisions.experiment import draw_groups, effects_under, measures_of, study_of

    case = context.case(params.case)
    file, since, options = options_of(params, context)
    parameters = context.parameters(params.case, *params.wanted)
    fields = {"runs": params.draws * params.replicates, "replicates": params.replicates, "seed": params.seed}
    study = study_of(file, since, options, **fields)
    measures = measures_of(file, case, since)
    with context.stages({"levers": context.run_id}) as stages:
        replicated, independent = _experiments(params, context, study, measures, file, stages)
        effects_by_structure = effects_under((None, *file.structures), options, replicated)
        (modelled,) = effects_under([None], options, independent).values()
    context.stage("analyse")(0, 0)
    effects = tuple(effects_by_structure.values())
    moved = moved_by_data(case, parameters)
    horizon = horizon_of(replicated.case)
    closure = case.closed_by(horizon)
    others = [baseline_under(key, under) for key, under in effects_by_structure.items() if key != AS_MODELLED]
    answer = Answer(
        case=case.name,
        park=case.title,
        file=file,
        general=isinstance(file, GeneralLevers),
        since=since,
        only=tuple(dict.fromkeys(option.lever.key for option in options)),
        pulled=str(case.clock.start + measures.first),
        horizon=str(horizon),
        draws=params.draws,
        replicates=params.replicates,
        seed=params.seed,
        baselines=(baseline_under(AS_MODELLED, modelled), *others),
        effects=tuple(lever_effects(modelled, effects)),
        choice=choose(effects, file.thresholds, draw_groups(parameters.source, params.draws)),
        dependences=tuple(find_dependences(effects[0], replicated.drawn_parameters(), moved)),
        rests=tuple(mechanism_parameters(options, moved)),
        closed_since="" if closure is None else str(closure.since),
        closed_by=None if closure is None else closure.title,
        **context.result_fields(params, replicated.provenance | {"since": since}),
    )
    shows_outcomes = answer.trust is None or answer.trust.shows_outcomes
    is_known = shows_outcomes and bool(answer.outcomes)
    # Of all runs, as every other page has them: effects leave out those in which the park had failed before.
    outcomes = shares(independent.measured(study.scenarios[0]).outcome, OUTCOMES)
    return replace(answer, doubts=doubts_of(case, outcomes, shows_outcomes=is_known))


def _experiments(
    params: Params, context: Context, study: Study, measures: LeverMeasures, file: LeverFile, stages: Stages
) -> tuple[Experiment, Experiment]:
    """Set up the two experiments with levers, whose runs count as one piece of work.

    Parameters
    ----------
    params, context
        What is asked, and with what means.
    study
        Its options as modelled.
    measures
        What is read of every run.
    file
        Levers of the case.
    stages
        Where what was run is kept until the answer is there.

    Returns
    -------
    replicated, independent
        With several runs for each draw, which tell parameters from chance and structures from each other; and with a
        draw of its own for each run, which every other page has of the same question.
    """
    case = context.case(params.case)
    tell = context.stage("simulate")
    structures = 1 + len(file.structures)
    runs = study.runs * len(study.scenarios)

    def tell_replicated(made: int, total: int) -> None:
        tell(made, total + runs)

    def tell_independent(made: int, total: int) -> None:
        tell(structures * runs + made, structures * runs + total)

    replicated = context.experiment(
        study,
        case,
        measures,
        *params.wanted,
        announced_studies=structures + 1,
        progress=tell_replicated,
        checkpoint=stages.stage("shared"),
    )
    independent = context.experiment(
        study.with_changes(replicates=1),
        case,
        measures,
        *params.wanted,
        announced_studies=0,
        progress=tell_independent,
        checkpoint=stages.stage("alone"),
    )
    return replicated, independent
