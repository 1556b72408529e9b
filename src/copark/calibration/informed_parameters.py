"""Parameters of a case that data inform: by its own calibration, by other parks, or by the catalogue alone."""

from __future__ import annotations

from copark.calibration.case_parameters import CaseParameters
from copark.calibration.diagnostics import movements
from copark.cases.case import Case
from copark.model.variables import FIXED, catalogue
from copark.simulation.sample import prior_of


def moved_by_data(case: Case, parameters: CaseParameters) -> dict[str, str]:
    """Return whether data moved each parameter: moved, weakly, unmoved, or fixed where it is never drawn.

    From the case's posterior or what other parks lend, else by the catalogue.
    """
    verdicts = {
        name: variable.moved if prior_of(variable, case) is not None else FIXED
        for name, variable in catalogue().parameters.items()
    }
    if parameters.stored is not None:
        replay = parameters.stored.replay
        shifts = movements(replay.space, replay.points)
    elif parameters.source is not None:
        shifts = movements(parameters.source.space, parameters.source.points)
    else:
        shifts = ()
    return verdicts | {shift.name.partition(".")[0]: shift.verdict for shift in shifts}


def informed_by_data(case: Case, parameters: CaseParameters) -> tuple[int, int]:
    """Count the parameters that are drawn for a case, and those of them that no data informed.

    Returns
    -------
    drawn, uninformed
        By the case's own calibration, or what other parks lend it.
    """
    verdicts = [verdict for verdict in moved_by_data(case, parameters).values() if verdict != FIXED]
    return len(verdicts), verdicts.count("unmoved")
