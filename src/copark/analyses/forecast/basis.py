"""Basis of a forecast: a calibration that is there, one to be found or made, or a panel of other parks."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from copark.calibration import calibrations, panels
from copark.calibration import forecast as engine
from copark.calibration.calibration_setup import can_be_calibrated, cut_of
from copark.calibration.case_parameters import calibration_in_use, shipped_calibration
from copark.calibration.pool.panel import PanelSettings
from copark.cases.horizon import now_for
from copark.errors import RunRefused
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.forecast.params import Params
    from copark.calibration.calibrate import CalibrationTask
    from copark.calibration.calibrations import KeptPosterior
    from copark.calibration.pool.forecasts import PooledOutlook
    from copark.calibration.pool.panel import Panel, PanelTask
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True)
class ForecastBasis:
    """Subject and basis of a forecast: a calibration that is there, one to be found or made, or other parks."""

    case: Case
    """The case."""
    cut: Quarter
    """Last quarter known."""
    until: Quarter
    """Last quarter forecast."""
    task: CalibrationTask | None = None
    """Calibration that is found or made."""
    own: KeptPosterior | None = None
    """Calibration that is there already."""
    panel: PanelTask | None = None
    """Panel of the other parks, where the park's own observations are not used."""

    @property
    def needed(self) -> CalibrationTask:
        """The calibration that is needed, kept or not; ValueError of a forecast that rests on other parks."""
        if self.task is None:
            raise ValueError("nothing to calibrate")
        return self.task

    @property
    def calibration(self) -> str:
        """Identity of the calibration it rests on."""
        return self.needed.identity if self.own is None else self.own.identity


def asked_of(params: Params, context: Context) -> ForecastBasis:
    """Decide what a forecast is made on; whatever cannot be is refused before any work.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, cut or end cannot be used, options do not go together, or the file is
        there already.
    """
    if params.freeze is not None:
        engine.refuse_existing(params.freeze)
    case = context.case(params.park)
    lang = context.lang
    now = now_for(case, params.now)
    if params.pool or not can_be_calibrated(case):
        own_data_options = {
            "--cut": params.cut is not None,
            "--told": params.told,
        }  # they need the park's own observations
        options = ", ".join(name for name, on in own_data_options.items() if on)
        if options:
            key = "forecast.not_with_set_aside" if params.pool else "forecast.not_with_new"
            raise RunRefused(text(key, lang, options=options, case=params.park))
        is_frozen = params.freeze is not None or params.freeze_all is not None
        after = None if is_frozen else case.clock.start
        until = engine.end_of(case, case.clock.data_end, params.to, lang, after=after, now=now)
        runs_and_seed = PanelSettings(panels.runs_of(params.runs, lang), 1 if params.seed is None else params.seed)
        panel = context.panel(panels.other_parks(case, lang), runs_and_seed)
        return ForecastBasis(case, case.clock.data_end, until, panel=panel)
    settings = calibrations.settings_of(params.runs, params.seed, lang)
    if params.runs is None and params.seed is None:
        calibration = calibration_in_use(case, context.calibration_folder, params.cut)
        cut = cut_of(case, params.cut) if calibration is None else calibration.cut
    else:
        cut = cut_of(case, params.cut)
        is_kept = calibrations.is_kept(context.calibration(case, cut, settings).folder)
        runs = None if params.runs is None else settings.runs
        calibration = None if is_kept else shipped_calibration(case, cut, runs, params.seed)
    until = engine.end_of(case, cut, params.to, lang, now=now)
    return ForecastBasis(case, cut, until, context.calibration(case, cut, settings), calibration)


def looked_at(basis: ForecastBasis, panel: PanelTask, context: Context) -> tuple[Panel, PooledOutlook]:
    """Return the panel of the other parks, and the park as they would forecast it.

    Parameters
    ----------
    basis
        Case and last quarter of the forecast.
    panel
        Panel of the other parks.
    context
        Progress of the analysis, and whether a panel may be made.
    """
    _refuse_long_work(basis, context)
    return panels.look(panel, basis.case, basis.until, context.stage("pool"), context.stage("waiting"))


def kept_calibration(params: Params, basis: ForecastBasis, context: Context) -> KeptPosterior:
    """Find the calibration: one's own, one that is kept, or a new one, after saying what that will take.

    A new one is made where it was asked for by its runs or seed. An upload's is made on a server in any case, in a
    minute, for its owner alone.

    Parameters
    ----------
    params
        What was asked.
    basis
        Calibration that is needed, or one that is in use already.
    context
        Folders, threads and progress; with ``planning`` the plan is told first.

    Raises
    ------
    copark.errors.RunRefused
        Where none is kept and none was asked for: it takes minutes.
    """
    if basis.own is not None:
        return basis.own
    task = basis.needed
    if not calibrations.is_kept(task.folder):
        is_upload = params.park in context.case_folders
        if not is_upload:
            _refuse_long_work(basis, context)
        is_wanted = is_upload or params.runs is not None or params.seed is not None
        if context.on_calibration is not None or not is_wanted:
            plan = calibrations.plan_of(task, lang=context.lang)
            if not is_wanted:
                raise _not_calibrated(params, basis, plan.seconds)
            if context.on_calibration is not None:
                context.on_calibration(plan)
    return calibrations.kept_posterior(task)


def _refuse_long_work(basis: ForecastBasis, context: Context) -> None:
    if not context.may_calibrate:
        raise RunRefused.of("forecast.not_here", case=basis.case.name)


def _not_calibrated(params: Params, basis: ForecastBasis, seconds: float) -> RunRefused:
    """Report that there is no calibration to forecast on, what makes one and how long that takes."""
    case = basis.case
    closure = case.closed_by(basis.until)
    return RunRefused.of(
        "forecast.not_calibrated" if closure is None else "forecast.not_calibrated_closed",
        case=case.name,
        cut=basis.cut,
        since="" if closure is None else closure.since,
        option="" if params.cut is None else f" --cut {basis.cut}",
        minutes=ceil(seconds / SECONDS_A_MINUTE),
    )
