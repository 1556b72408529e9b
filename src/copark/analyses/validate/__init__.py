"""Validation of a case: forecasts from earlier quarters, scored against later observations, beside benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from copark.analyses.contract import AnalysisParams, Option, PowerOfTwo, Result, Rows
from copark.analyses.provenance import current_provenance
from copark.arrays import Floats
from copark.calibration import calibrations
from copark.calibration.rolling_origin import BLIND, Point
from copark.calibration.validation_study import Assessment
from copark.identity import hash_array
from copark.json_types import JsonObject
from copark.presentation.document import Evidence
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from pathlib import Path

    from copark.analyses.context import Context
    from copark.calibration.calibrate import CalibrationTask
    from copark.calibration.replay_posterior import ReplayPosterior
    from copark.calibration.rolling_origin import Origin
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

YEARS_BEFORE = (4, 2, 0)
"""Forecasts are made from so many years before the end of the fitted values, unless told otherwise."""


class Params(AnalysisParams):
    """Parameters of a validation."""

    case: Annotated[str, Field(min_length=1, max_length=1000)]
    """Name of a case, or path of a case folder."""
    cuts: Annotated[
        tuple[str, ...],
        Option("--cut", repeated=True),
        BeforeValidator(lambda cuts: (cuts,) if isinstance(cuts, str) else cuts),
    ] = ()
    """Quarters to forecast from, such as 2020Q4; by default the end of the fitted values, and two and four years
    before."""
    runs: PowerOfTwo = None
    """Runs of the prior batch, a power of two such as ``2^16``, the default."""
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    """Seed of the random numbers; by default that of the method."""


@dataclass(frozen=True)
class ForecastBands:
    """An observable as it was forecast from the last cut, and what was reported of it."""

    model: Floats
    """Quantiles at the ends of quarters from the first of the case on, shape (levels, quarters)."""
    benchmark: Floats | None
    """The same of the best benchmark from the cut on; ``None`` where none could forecast."""
    points: tuple[Point, ...]
    """Values reported: those known at the cut, and those scored."""


@dataclass(frozen=True, kw_only=True)
class Answer(Assessment, Result):
    """Result of a validation: who forecast best, whether intervals held, and why."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    start: str
    """First quarter of the case."""
    fans: dict[str, ForecastBands]
    """By observable: its forecast from the last cut."""
    runs: int
    """Runs of the prior batch."""
    seed: int
    """Seed of the prior batch."""
    pairs: tuple[int, ...]
    """By cut: pairs of parameters and chance events in the posterior."""
    pasts: tuple[float, ...]
    """By cut: effective number of different pasts in the posterior."""
    found: bool
    """Whether the posterior of the last cut was there already: shipped, or kept in the output folder."""
    evidence: tuple[Evidence, ...]
    """Sources of the values scored."""

    def main_table(self) -> Rows:
        """Return mean scores of every method by cut and observable, a row each."""
        return (
            {
                "cut": origin.cut,
                "variable": line.variable,
                "method": method,
                "values": line.values,
                "crps": line.crps[method],
                "coverage": line.coverage[method],
                "width": line.width[method],
            }
            for origin in self.cuts
            for line in origin.whole
            for method in line.crps
        )


@dataclass(frozen=True)
class ValidationRequest:
    """Cuts of a validation, earliest first, and posteriors that are there already."""

    last: CalibrationTask
    """Calibration to the latest cut: the batch of its prior serves all cuts."""
    cuts: tuple[Quarter, ...]
    """Quarters to forecast from, earliest first."""
    ready: Mapping[Quarter, ReplayPosterior]
    """Posteriors that are there already, by cut."""

    def content(self) -> JsonObject:
        """Return everything the numbers depend on, as plain values."""
        return {
            "content": self.last.case.hash,
            "cuts": [str(cut) for cut in self.cuts],
            "settings": dict(self.last.settings.content()),
            "ready": {str(cut): hash_array(posterior.points, "<f8") for cut, posterior in self.ready.items()},
        }


def asked_of(params: Params, context: Context) -> ValidationRequest:
    """Decide what is forecast from where; whatever cannot be is refused before any work.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing, has faults, or nothing to fit to or to score on, or a cut or runs cannot be used.
    """
    from copark.calibration.calibrate import FULL

    case = context.case(params.case)
    settings = calibrations.settings_of(params.runs, params.seed, context.lang, usual=FULL)
    cuts = cuts_of(case, params.cuts, context.lang)
    # The values meant to be fitted are, and no others: those for scoring are what forecasts are scored on.
    last = replace(context.calibration(case, cuts[-1], settings), is_read=True)
    return ValidationRequest(last, cuts, _ready(last, context.lookup_folder))


def cuts_of(case: Case, cuts: Sequence[str], lang: str = "en") -> tuple[Quarter, ...]:
    """Return the quarters to forecast a case from, earliest first.

    Parameters
    ----------
    case
        The case.
    cuts
        Quarters that were asked for; by default the end of the fitted values, and two and four years before.
    lang
        Language of refusals.

    Raises
    ------
    RunRefused
        If one is no quarter of the case, later than the fitted values, or nothing is known by it or came after it.
    """
    from copark.calibration.calibration_setup import cut_of, fitted_until
    from copark.calibration.observations import targets
    from copark.calibration.rolling_origin import is_exact
    from copark.errors import RunRefused, WrongUsage

    end = fitted_until(case)
    if cuts:
        chosen = [cut_of(case, cut) for cut in cuts]
    else:
        usual = (end + -4 * years for years in YEARS_BEFORE)
        chosen = [cut for cut in usual if cut == end or (cut > case.clock.start and targets(case, cut=cut))]
    for cut in chosen:
        if cut > end:
            raise WrongUsage(text("validate.bad_cuts", lang, cut=cut, last=end))
        if not any(is_exact(target) for target in targets(case, ("fit", "score"), after=cut)):
            raise RunRefused(text("validate.no_later", lang, case=case.name, cut=cut))
    return tuple(sorted(set(chosen)))


def _ready(task: CalibrationTask, out: Path | None) -> dict[Quarter, ReplayPosterior]:
    """Find the replay posterior of a calibration, where one ships with the case or is kept in a folder."""
    from copark.calibration.calibrate import CalibrationSettings, own_folder
    from copark.cases.casebook import posteriors_of

    case = task.case
    own_folders = [] if out is None else sorted(own_folder(out).glob(f"{case.name}-*"))
    for place in (*posteriors_of(case).values(), *own_folders):
        if (place / "recipe.json").is_file():
            with suppress(OSError, ValueError, KeyError, TypeError):
                stored = calibrations.load(case, place)
                alike = CalibrationSettings.of(stored.recipe).lasting == task.settings.lasting
                if alike and not stored.stale and stored.replay.cut == task.cut:
                    return {task.cut: stored.replay}
    return {}


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return cuts, settings, and the posteriors that are there."""
    return asked_of(params, context).content()


def compute(params: Params, context: Context) -> Answer:
    """Make the batch and the posteriors, or resume them; forecast, and score."""
    from copark.analyses.show import evidence_of
    from copark.calibration.draw_sources import PosteriorSource
    from copark.calibration.observations import targets
    from copark.calibration.validation_study import assess

    request = asked_of(params, context)
    task = request.last
    case = task.case
    origins = _origins(request, context)
    context.stage("scores")(0, 0)
    assessment = assess(origins, case, threads=task.threads)
    replays = [origin.replay for origin in origins if origin.replay is not None]
    return Answer(
        **vars(assessment),
        case=case.name,
        park=case.title,
        start=str(case.clock.start),
        fans={line.variable: _fan(assessment, origins[-1], case, line.variable) for line in assessment.last.fair},
        runs=task.settings.runs,
        seed=task.settings.seed,
        pairs=tuple(replay.pairs for replay in replays),
        pasts=tuple(float(replay.pasts) for replay in replays),
        found=task.cut in request.ready,
        evidence=evidence_of(case, (target.observation for target in targets(case, ("fit", "score"), after=task.cut))),
        **context.result_fields_of(
            case, PosteriorSource(replays[-1], kind="own").trust, current_provenance(posterior_cut=str(task.cut))
        ),
    )


def _origins(request: ValidationRequest, context: Context) -> tuple[Origin, ...]:
    """Make forecasts from every cut."""
    from copark.calibration.calibrate import batch_of
    from copark.calibration.rolling_origin import rolling

    with context.stages(request.content()) as stages:
        if context.on_calibration is not None:
            searched = sum(cut not in request.ready for cut in request.cuts)
            plan = calibrations.plan_of(request.last, posteriors=searched, stages=stages, lang=context.lang)
            context.on_calibration(plan)
        task = replace(request.last, out=context.out)
        return rolling(task, batch_of(task, stages), request.cuts, ready=request.ready, stages=stages)


def _fan(assessment: Assessment, origin: Origin, case: Case, variable: str) -> ForecastBands:
    """Return quantiles of the model and of the best benchmark, and reported values."""
    from copark.calibration.rolling_origin import KnownRecord, later_points
    from copark.stats.quantiles import LEVELS

    projection = origin.projections[BLIND]
    line = next(score_line for score_line in assessment.last.fair if score_line.variable == variable)
    curve = None
    if line.best_naive is not None:
        later = range(origin.cut - case.clock.start, projection.out.shape[2])
        benchmark = KnownRecord(case, origin.cut).benchmarks(variable, later).get(line.best_naive)
        curve = None if benchmark is None else benchmark.levels(LEVELS)
    scored = later_points(assessment.scores_of(BLIND, variable))
    return ForecastBands(
        projection.bands(variable, LEVELS), curve, (*KnownRecord(case, origin.cut, ("fit",)).points(variable), *scored)
    )
