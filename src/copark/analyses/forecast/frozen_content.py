"""Content of a frozen forecast: the model with the stack and curves beside it, whatever its parameters rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.stack.stacking import (
    UNSEEN,
    StackedForecast,
    coherent,
    or_nothing,
    shipped,
    stack_of,
    stacks_of,
    with_stacks,
)
from copark.calibration import forecast as engine
from copark.calibration import panels
from copark.calibration.calibration_setup import uses_everything
from copark.calibration.pool.forecasts import GROWTH, MODEL, PooledOutlook, freeze_outlook
from copark.calibration.pool.selection import chance_of_nothing, has_begun
from copark.calibration.rolling_origin import BLIND
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.forecast.basis import ForecastBasis
    from copark.calibration.calibrations import KeptPosterior
    from copark.calibration.pool.panel import Panel

Stacks = dict[str, StackedForecast]
"""Forecasts of the stack, by observable."""


def content_on_own(
    basis: ForecastBasis, calibration: KeptPosterior, context: Context, *, later_facts: bool, day: str
) -> tuple[JsonObject, Stacks]:
    """Run a calibration forward and stack it.

    Parameters
    ----------
    basis
        Case, cut and last quarter.
    calibration
        The calibration.
    context
        Threads and language.
    later_facts
        Whether facts dated after the cut are used; what is told them is no forecast, and not stacked.
    day
        Day on which it is frozen; empty if it is not.
    """
    replay = calibration.stored.replay
    case = basis.case
    recipe = calibration.stored.recipe["settings"]
    content = engine.freeze(
        replay,
        basis.until,
        case=case,
        blindly=not later_facts,
        made_on=day,
        made_from={
            "calibration": calibration.identity,
            "runs": recipe["runs"],
            "seed": recipe["seed"],
            "values": len(replay.model.targets),
            "all_values": uses_everything(case, basis.cut),
        },
        threads=context.cores,
    )
    if content["method"] != BLIND:
        return content, {}
    model = {name: np.array(rows) for name, rows in content["forecast"].items()}
    quarters = engine.quarters_of(case, basis.cut, basis.until)
    stack = shipped().stack
    stacks = stacks_of(case, basis.cut, model, quarters, panels.other_parks(case, context.lang), stack)
    return with_stacks(content, stacks, stack), stacks


def content_from_others(basis: ForecastBasis, look: tuple[Panel, PooledOutlook], day: str) -> tuple[JsonObject, Stacks]:
    """Stack the model on the pooled prior and the growth curve, as for a park that was never seen.

    A park of which no enterprise is on record may come to nothing, and is mixed with that chance.

    Parameters
    ----------
    basis
        Case and last quarter.
    look
        The panel of the other parks, and the park as they would forecast it.
    day
        Day on which it is frozen; empty if it is not.

    Returns
    -------
    content, stacks
        The content is empty where the forecast ends before the case's data do.
    """
    case = basis.case
    panel, outlook = look
    stack = shipped().stack
    parts = {MODEL: outlook.fine, GROWTH: outlook.fine_growth}
    stacks = {}
    for name in outlook.fine:
        bands = {key: levels[name].T for key, levels in parts.items() if name in levels}
        stacks[name] = stack_of(case.name, name, bands, UNSEEN, outlook.times.tolist(), stack)
    frozen = freeze_outlook(panel, outlook, day) if basis.until > case.clock.data_end else {}
    stacks = coherent(stacks)
    if not has_begun(case, basis.cut):
        stacks = or_nothing(stacks, chance_of_nothing(len(panel.parks)).middle)
    return (with_stacks(frozen, stacks, stack) if frozen else {}), stacks
