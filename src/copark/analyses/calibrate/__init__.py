"""Calibration of a case to its observations: posteriors made or found, examined and kept; or made again, compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Local, PowerOfTwo, Remakeable, Rows
from copark.analyses.provenance import current_provenance
from copark.arrays import Floats
from copark.calibration import calibrations, remade
from copark.calibration.calibration_setup import Reading, cut_of, uses_everything
from copark.calibration.diagnostics import Check, Movement, Note, Tie
from copark.cases.types import renamed
from copark.json_types import JsonObject
from copark.presentation.document import Evidence
from copark.presentation.numbers import number
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.calibration.calibrate import CalibrationTask
    from copark.calibration.calibrations import KeptPosterior
    from copark.calibration.replay_posterior import ReplayPosterior
    from copark.simulation.trust import Trust

DRAWN = 12
"""Parameters drawn one by one: the most informed."""
BINS = 25
"""Bins of a density."""
MOST_SWEEPS = 10_000
"""Sweeps that may be asked for, at most."""


class Params(AnalysisParams):
    """Parameters of a calibration."""

    case: Annotated[str, Field(min_length=1, max_length=1000)]
    """Name of a case, or path of a case folder."""
    cut: str | None = None
    """Last quarter taken as known, such as 2020Q4; by default the last with data. An earlier one leaves later values to
    validate on."""
    runs: PowerOfTwo = None
    """Runs of the prior batch, a power of two such as ``2^19``; 2^16 by default."""
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    """Seed of the random numbers; by default that of the method."""
    full: bool = False
    """Whether to search longer, to the convergence that publications ask for."""
    sweeps: Annotated[int | None, Field(ge=1, le=MOST_SWEEPS), Local()] = None
    """Sweeps at the end of the longest search, at most; by default 100, with ``full`` 400."""
    overwrite: Annotated[bool, renamed("overwrite", "fresh"), Local()] = False
    """Whether to calibrate again even if the same calibration is stored."""
    check: Annotated[bool, Local()] = False
    """Whether to make the shipped posterior again and compare."""


@dataclass(frozen=True)
class Density:
    """A parameter before and after: densities between edges that hold 99 % of the prior."""

    name: str
    """Name of the parameter."""
    edges: Floats
    """Edges of the bins, in the parameter's unit, shape (bins + 1,)."""
    prior: Floats
    """Density of the prior in each bin, shape (bins,)."""
    posterior: Floats
    """Density of the posterior in each bin, shape (bins,)."""


@dataclass(frozen=True)
class Calibrated:
    """Evidence of the observations on the parameters."""

    asked: str
    """Name of the case or path of its folder, as in the request."""
    folder: str
    """Path of its posteriors within the output folder."""
    values: int
    """Values fitted."""
    everything: bool
    """Whether all were, not only those meant for it."""
    movements: tuple[Movement, ...]
    """Every parameter before and after, most informed first."""
    ties: tuple[Tie, ...]
    """Pairs the data cannot tell apart."""
    densities: tuple[Density, ...]
    """Densities of the most informed parameters."""
    checks: tuple[Check, ...]
    """Every fitted value beside what calibrated runs would have reported."""
    axes: tuple[str, ...]
    """Names of the parameters drawn."""
    notes: tuple[Note, ...]
    """Numbers of health."""
    apart: tuple[str, ...]
    """Parameters on which independent searches have not agreed, farthest apart first."""
    recipe: JsonObject
    """Everything the posteriors depend on."""
    wide_sizes: bool = False
    """Whether the park was read with the panel's priors of size."""
    flat: tuple[str, ...] = ()
    """Sizes whose prior is the whole range of the model, since the park's values lie where the panel's hardly
    reaches."""
    aside: tuple[str, ...] = ()
    """Values not fitted, since no prior run comes near them (:mod:`copark.calibration.calibration_setup`)."""

    @property
    def outside(self) -> tuple[Check, ...]:
        """Reported values outside the 5th to 95th percentile of what calibrated runs would have reported."""
        return tuple(check for check in self.checks if not check.inside)

    @property
    def longer(self) -> str:
        """Options of `copark calibrate` by which a search that has not converged is resumed."""
        from copark.calibration.calibrate import FULL

        swept = int(self.recipe["settings"]["last_sweeps"])
        return "--full" if swept < FULL.last_sweeps else f"--full --sweeps {2 * swept}"

    def of(self, verdict: str) -> tuple[Movement, ...]:
        """Return the parameters of a verdict: moved (informed by the data), weakly or unmoved."""
        return tuple(movement for movement in self.movements if movement.verdict == verdict)


@dataclass(frozen=True, kw_only=True)
class Answer(Remakeable):
    """Result of a calibration, or of making the shipped one again."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    cut: str
    """Last quarter known."""
    calibrated: Calibrated | None = None
    """The calibration; ``None`` where ``again`` was asked."""
    evidence: tuple[Evidence, ...] = ()
    """Sources of the values fitted."""

    def main_table(self) -> Rows:
        """Return every parameter before and after, a row each: medians, 5 and 95 %."""
        return (
            {
                "parameter": movement.name,
                "unit": movement.variable.unit,
                "verdict": movement.verdict,
                "prior_p05": movement.prior[0],
                "prior_median": movement.prior[2],
                "prior_p95": movement.prior[4],
                "p05": movement.posterior[0],
                "median": movement.posterior[2],
                "p95": movement.posterior[4],
                "shrink": movement.shrink,
                "overlap": movement.overlap,
            }
            for movement in (() if self.calibrated is None else self.calibrated.movements)
        )


def asked_of(params: Params, context: Context) -> CalibrationTask:
    """Decide what is calibrated; whatever cannot be is refused before any work.

    A server calibrates no parks it shares, whose parameters all would get, and makes no long searches.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing, has faults or nothing to calibrate to, cut or runs cannot be used, or it is not made
        here.
    """
    from copark.calibration.calibrate import FULL
    from copark.errors import RunRefused

    case = context.case(params.case)
    settings = calibrations.settings_of(params.runs, params.seed, context.lang, full=params.full, sweeps=params.sweeps)
    cut = cut_of(case, params.cut)
    if not context.may_calibrate and params.case not in context.case_folders:
        raise RunRefused(text("calibrate.shared", context.lang, case=params.case))
    if not context.may_calibrate and settings.runs > FULL.runs:
        raise RunRefused(text("calibrate.too_many", context.lang, most=number(FULL.runs, 0)))
    return context.calibration(case, cut, settings)


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the calibration it makes or finds."""
    return {"calibration": asked_of(params, context).identity}


def anew(params: Params, context: Context) -> bool:
    """Return whether to work although an answer is stored: where that was asked, or the posteriors are gone."""
    return params.overwrite or params.check or not calibrations.is_kept(asked_of(params, context).folder)


def compute(params: Params, context: Context) -> Answer:
    """Calibrate, or find the calibration that is kept; or make the shipped one again."""
    if params.check:
        return _remade(params, context)
    task = asked_of(params, context)
    if context.on_calibration is not None and (params.overwrite or not calibrations.is_kept(task.folder)):
        context.on_calibration(calibrations.plan_of(task, lang=context.lang))
    posterior = calibrations.kept_posterior(task, overwrite=params.overwrite)
    context.earlier_work = posterior.tally
    return _answer(params.case, task, posterior, context)


def deliver(params: Params, _answer: Answer, context: Context) -> None:
    """Note for the reader where answers do not use the calibration, since a better one is there.

    Parameters
    ----------
    params
        What was asked; after a mere check nothing is told.
    _answer
        The answer, which has no part in it.
    context
        Folders and messages of the analysis: looking for the case's parameters tells which are used.
    """
    if not params.check:
        context.parameters(params.case)


def _answer(case_as_asked: str, task: CalibrationTask, posterior: KeptPosterior, context: Context) -> Answer:
    """Read a calibration that was made or found."""
    from copark.analyses.show import evidence_of
    from copark.calibration.diagnostics import judged, movements, predictive_checks, ties, unsettled

    examined = posterior.examination
    if examined is None:
        raise ValueError("a calibration made here is examined")
    case = task.case
    replay = posterior.stored.replay
    moved = movements(replay.space, replay.points)
    recipe = posterior.stored.recipe
    reading = Reading.of(recipe)
    return Answer(
        **_common_fields(task, context, posterior.trust, recipe["batch"]["model"]),
        calibrated=Calibrated(
            asked=case_as_asked,
            folder=f"{posterior.folder.parent.name}/{posterior.folder.name}",
            values=replay.values,
            everything=uses_everything(case, task.cut),
            movements=moved,
            ties=ties(replay.space, replay.points),
            densities=_densities(replay, moved),
            checks=predictive_checks(replay.model, replay.counterparts),
            axes=replay.space.names,
            notes=judged(examined.health),
            apart=unsettled(replay),
            recipe={
                "points": recipe["batch"]["points"],
                "settings": recipe["settings"],
                "made_with": recipe["made_with"],
            },
            wide_sizes=reading.wide,
            flat=reading.flat,
            aside=reading.aside,
        ),
        evidence=evidence_of(case, (target.observation for target in replay.model.targets)),
    )


def _common_fields(task: CalibrationTask, context: Context, trust: Trust | None, model: int) -> dict[str, Any]:
    """Return the fields that every answer tells of itself."""
    case = task.case
    provenance = current_provenance(posterior_cut=str(task.cut)) | {"model_version": model}
    if trust is None:
        provenance = {"case": case.name, "case_hash": case.hash, **provenance}
        origin: dict[str, Any] = {"run_id": context.run_id, "provenance": provenance}
    else:
        origin = context.result_fields_of(case, trust, provenance)
    return {"case": case.name, "park": case.title, "cut": str(task.cut), **origin}


def _densities(own: ReplayPosterior, moved: tuple[Movement, ...]) -> tuple[Density, ...]:
    """Return the most informed parameters before and after."""
    import numpy as np

    before = own.space.table(own.space.sobol(0, 1 << 13, 1))
    after = own.space.table(own.points)
    densities = []
    for movement in [movement for movement in moved if movement.verdict == "moved"][:DRAWN]:
        low, high = np.quantile(before[movement.name], (0.005, 0.995)).tolist()
        edges = np.linspace(low, high, BINS + 1)
        tables = (table[movement.name] for table in (before, after))
        prior, posterior = (np.histogram(draws, bins=edges)[0] / (len(draws) * np.diff(edges)) for draws in tables)
        densities.append(Density(movement.name, edges, prior, posterior))
    return tuple(densities)


def _remade(params: Params, context: Context) -> Answer:
    """Make the posterior that ships with a case again by its recipe, or resume that, and compare.

    Raises
    ------
    NotFound
        If none ships with it.
    """
    from copark.calibration.case_parameters import shipped_cases
    from copark.calibration.draw_sources import PosteriorSource
    from copark.cases.casebook import posteriors_of
    from copark.errors import NotFound

    task = asked_of(params, context)
    case = task.case
    folders = posteriors_of(task.case)
    if not folders:
        raise NotFound.of("calibrate.nothing_shipped", case=case.name, known=", ".join(shipped_cases()))
    folder = folders.get(params.cut or max(folders))
    if folder is None:
        raise NotFound.of("calibrate.cut_not_shipped", case=case.name, cut=params.cut, known=", ".join(folders))
    stored = calibrations.load(case, folder)
    compared = remade.check(
        case,
        folder,
        threads=context.cores,
        out=context.calibration_folder,
        progress=context.progress,
    )
    context.earlier_work = compared.tally
    trust = PosteriorSource(stored.replay, stale=stored.stale).trust
    origin = _common_fields(task, context, trust, stored.recipe["batch"]["model"])
    return Answer(**origin | {"cut": str(stored.replay.cut)}, again=compared, stale=stored.stale)
