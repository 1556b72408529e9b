"""Study of a trial of claims, the values read of its runs, and the check that no change is idle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from copark.analyses.claims.schema import CaseChange, Part, is_empty
from copark.cases.case import Case
from copark.errors import Fault, FaultsFound
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputValues
from copark.simulation.study import Study, baseline

SIZE = "operating"
"""Output that tells the size of a park, which a trial keeps whatever is asked."""


class ScenariosChangeNothing(FaultsFound):
    """Some scenarios, alternatives or null models alter neither inputs nor draws: like would be compared with like."""


def trial_study(case: Case, draws: int, replicates: int, seed: int, draws_of: str) -> Study:
    """Return the study whose draws and random numbers all scenarios have.

    Parameters
    ----------
    case
        The case.
    draws
        Draws of parameters.
    replicates
        Runs of each.
    seed
        Of draws and random numbers.
    draws_of
        What the draws are of: ``posterior``, ``unsettled``, ``prior`` or ``defaults``.
    """
    runs = draws * replicates
    return baseline(case.name).with_changes(runs=runs, replicates=replicates, seed=seed, draws=draws_of, keep=[SIZE])


def draws_in(study: Study) -> int:
    """Count the draws of a study."""
    return study.runs // study.replicates


def places_of(parts: Iterable[Part]) -> set[tuple[str, int]]:
    """Find the outputs and quarters that the statistics of parts need."""
    statistics = [statistic for part in parts for statistic in part.statistics.values()]
    return {
        (statistic.output, statistic.at)
        for statistic in statistics
        if statistic.output is not None and statistic.at is not None
    }


def values_read(places: Iterable[tuple[str, int]]) -> OutputValues:
    """Choose what is read of a run: outputs and quarters, counted from 0, each once, whatever their order."""
    return OutputValues(tuple(sorted(set(places))))


def check_moves(experiment: Experiment, changes: Mapping[tuple[str, str], CaseChange], file: str) -> None:
    """Refuse changes that change nothing though they say they do.

    Parameters
    ----------
    experiment
        Its case and first draws are those that changes must alter.
    changes
        By where they stand in the file: ``("scenarios", "no-home")``.
    file
        Name of the claims file.

    Raises
    ------
    ScenariosChangeNothing
        With every scenario, alternative and null model that alters nothing.
    """
    faults = [
        Fault("claims.no_change", file, None, ".".join(place), {"found": place[-1]})
        for place, change in changes.items()
        if not is_empty(change) and not experiment.alters(change)
    ]
    if faults:
        raise ScenariosChangeNothing(faults)
