"""Goal seeking: which levers reach a target, what they cost and for whom, or that none do.

The cheapest sets of levers, from now on, that reach a target in enough runs; who pays and who gains.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.contract import AheadParams, Choice, Keys, Option, Result
from copark.analyses.goal.future_events import FutureEvent, read_events, scenario_of_events
from copark.analyses.goal.lever_sets import LeverSet, LeverSets
from copark.analyses.goal.measures import GoalMeasures, GoalTarget, read_targets
from copark.analyses.goal.search import LAST, MOST_SETS, ConfirmedSet, LeverSearch, confirm, ladder, most_runs
from copark.analyses.goal.words import event_title, events_for, targets_for
from copark.analyses.how_sure import NO_DOUBTS, Doubts, doubts_of
from copark.decisions.lever_file import (
    AS_IT_IS,
    GeneralLevers,
    LeverFile,
    LeverOption,
    load_levers,
    wanted_levers,
)
from copark.decisions.measures import LeverMeasures
from copark.json_types import JsonObject
from copark.progress import Progress
from copark.simulation.outcomes import OUTCOMES
from copark.stats.shares import shares
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context
    from copark.cases import Case
    from copark.simulation.study import Study


def levers_of(context: Context, values: Mapping[str, Any]) -> list[Choice]:
    """Return the levers of a case that have options from now on; RunRefused is raised if it has none."""
    file = _open(context.case(values["case"]), values["file"], values.get("now"))[1]
    return [Choice(lever.key, lever.title) for lever in file.levers if lever.now]


def targets_of(context: Context, values: Mapping[str, Any]) -> list[Choice]:
    """Return examples of targets."""
    case, _file, first = _open(context.case(values["case"]), values["file"], values.get("now"))
    return list(targets_for(case, first))


def events_of(context: Context, values: Mapping[str, Any]) -> list[Choice]:
    """Return examples of events."""
    case, _file, first = _open(context.case(values["case"]), values["file"], values.get("now"))
    return list(events_for(case, first))


class Params(AheadParams):
    """Parameters of a goal: targets, levers that may be used, and the future they are used in."""

    target: Annotated[
        tuple[str, ...], Option("--target", repeated=True), Keys(targets_of, closed=False), Field(max_length=10)
    ] = ()
    """Targets to reach, such as ``registered>=270@2030Q4`` or ``P(self-standing)>=0.9``; at least one is needed."""
    probability: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.8
    """Share of runs that must meet a target, where the target itself states none; above 0 and below 1."""
    event: Annotated[
        tuple[str, ...], Option("--event", repeated=True), Keys(events_of, closed=False), Field(max_length=20)
    ] = ()
    """Events that happen whatever is done, such as ``framework-ends@2028Q1``."""
    levers: Annotated[tuple[str, ...], Keys(levers_of)] = ()
    """Keys of the levers that may be used; by default all."""
    most: Annotated[int, Field(ge=1, le=3)] = 3
    """Levers used together, at most."""
    runs: Annotated[int, Field(ge=10, le=100_000)] = 2000
    """Runs of each set on fresh random numbers, after the search."""
    file: Path | None = None
    """Your own levers file; by default the one shipped for the case, or a general set."""
    served: ClassVar[Mapping[str, float]] = {"runs": 2000}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Sets of levers by cost, on random numbers the search has not seen."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    file: LeverFile
    """Levers of the case."""
    general: bool
    """Whether they are the general set."""
    pulled: str
    """Quarter levers are pulled."""
    horizon: str
    """Last quarter of the runs."""
    targets: tuple[GoalTarget, ...]
    """What is aimed at."""
    events: tuple[FutureEvent, ...]
    """What befalls the park meanwhile."""
    event_titles: tuple[LocalizedText, ...]
    """Whom each event befalls, in words."""
    most: int
    """Levers in a set, at most."""
    options_tried: Annotated[int, Field(alias="settings")]
    """Options tried in the search."""
    sets: int
    """Sets tried in the search."""
    searched: int
    """Runs of the search in all."""
    confirmed: int
    """Runs of each set on fresh random numbers."""
    before: ConfirmedSet
    """The case as it is."""
    without_events: ConfirmedSet | None
    """The case as it is without the events, where there are any."""
    ladder: tuple[ConfirmedSet, ...]
    """Sets that reach the targets, the cheapest first; then those that do not, the nearest first."""
    doubts: Doubts = NO_DOUBTS
    """What the park's record has against the runs of the case as it is."""

    @property
    def is_met(self) -> bool:
        """Return whether the case as it is reaches every target."""
        return self.before.reach(self.targets) == "reached"

    @property
    def reaching(self) -> tuple[ConfirmedSet, ...]:
        """Sets that reach every target, the cheapest first."""
        return tuple(lever_set for lever_set in self.ladder if lever_set.reach(self.targets) == "reached")

    def options(self, lever_set: ConfirmedSet) -> tuple[LeverOption, ...]:
        """Return the options of a set."""
        return tuple(option for option in self.file.options("now") if option.key in lever_set.keys)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each set and target, the case as it is first."""
        import pandas as pd

        return pd.DataFrame(
            {
                "set": " + ".join(lever_set.keys) or AS_IT_IS,
                "target": target.name,
                "asked": target.share,
                "share": share.share,
                "low": share.low,
                "high": share.high,
                "reach": lever_set.reach(self.targets),
                "effort": lever_set.effort,
                "cost": lever_set.cost,
                "cost_low": lever_set.cost_low,
                "cost_high": lever_set.cost_high,
            }
            for lever_set in (self.before, *self.ladder)
            for target, share in zip(self.targets, lever_set.shares, strict=True)
        )


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the levers it may pull, its targets and the runs; refused as by :func:`_open`."""
    case = context.case(params.case)
    case_from_now, file, first = _opened(params, context)
    read_events(params.event, case_from_now, first)
    return {
        "target": [vars(target) for target in _targets(params, case_from_now, first)],
        "probability": None,
        "file": file.model_dump(mode="json", by_alias=True),
        "runs": context.stored_run_id(_study(params, case, file), case, *params.wanted),
    }


def _opened(params: Params, context: Context) -> tuple[Case, LeverFile, int]:
    """Open the case and its levers as :func:`_open` does; refused, too, where none of the wanted levers is open."""
    case, file, first = _open(context.case(params.case), params.file, params.now)
    wanted_levers(file, "now", params.levers)
    return case, file, first


def _open(case: Case, path: Path | None, now: str | None) -> tuple[Case, LeverFile, int]:
    """Return the case as it is seen from now, its levers, and the quarter they are pulled, counted from the start.

    Raises
    ------
    RunRefused
        If the park is closed then, or none of them can be pulled any more.
    """
    from copark.cases.horizon import seen_from
    from copark.errors import RunRefused

    file = load_levers(case, path, now)
    case_from_now = seen_from(case, file.now)
    closure = case.closed_by(file.now)
    if closure is not None:
        raise RunRefused.of("goal.closed", case=case.name, since=str(closure.since))
    if not any(lever.now for lever in file.levers):
        raise RunRefused.of("goal.over", case=case.name)
    return case_from_now, file, file.now - case.clock.start


def _targets(params: Params, case: Case, first: int) -> tuple[GoalTarget, ...]:
    """Read the targets; refused where one is judged before a lever is pulled."""
    from copark.errors import WrongUsage

    targets = read_targets(params.target, params.probability, case)
    for target in targets:
        if target.at < first:
            raise WrongUsage.of("goal.past_target", found=target.quarter, now=str(case.clock.start + first))
    return targets


def _study(params: Params, case: Case, file: LeverFile) -> Study:
    from copark.simulation.study import baseline

    return baseline(case.name).with_changes(name="goal", runs=LAST + params.runs, seed=params.seed, now=file.now)


def compute(params: Params, context: Context) -> Answer:
    """Search on common random numbers, and tell what is left of runs that follow."""
    from copark.cases.horizon import horizon_of
    from copark.simulation.study import baseline

    case = context.case(params.case)
    case_from_now, file, first = _opened(params, context)
    events = read_events(params.event, case_from_now, first)
    targets = _targets(params, case_from_now, first)
    plain = baseline(case.name).scenarios[0]
    options = file.options("now", wanted_levers(file, "now", params.levers))
    sets = LeverSets(options, scenario_of_events(events, case_from_now, plain.key, plain.title), case_from_now, first)
    measures = GoalMeasures(targets, LeverMeasures(first, file.discount.rate))
    total = most_runs(len(sets.options), params.most, params.runs)
    experiment = context.experiment(
        _study(params, case, file),
        case,
        measures,
        *params.wanted,
        progress=_summed(context.stage("simulate"), total),
    )
    search = LeverSearch(experiment, measures, sets)
    (before,) = search.halve([sets.none])
    met = search.order(before)[0] == 0.0
    chosen = [] if met else search.finalists(search.run(params.most), MOST_SETS)
    searched = search.runs
    without_events = [LeverSet((), plain, 0.0)] if events else []
    baseline_told, *others = confirm(search, [sets.none, *without_events, *chosen], params.runs)
    answer = Answer(
        case=case.name,
        park=case.title,
        file=file,
        general=isinstance(file, GeneralLevers),
        pulled=str(file.now),
        horizon=str(horizon_of(case_from_now)),
        targets=targets,
        events=events,
        event_titles=tuple(event_title(event, case) for event in events),
        most=params.most,
        options_tried=len(sets.options),
        sets=len(search.tried) - 1,
        searched=searched,
        confirmed=params.runs,
        before=baseline_told,
        without_events=others[0] if events else None,
        ladder=ladder(others[len(without_events) :], targets),
        **context.result_fields(params, experiment.provenance),
    )
    is_known = answer.trust is None or answer.trust.shows_outcomes
    as_it_is = experiment.measured(plain if events else sets.none.scenario, LAST + params.runs)
    return replace(answer, doubts=doubts_of(case, shares(as_it_is.outcome, OUTCOMES), shows_outcomes=is_known))


def _summed(progress: Progress, total: int) -> Progress:
    """Return a callback that reports one extension after the other as one piece of work.

    Parameters
    ----------
    progress
        Called with runs made in all, and the total.
    total
        Runs that are made at most.
    """
    before = 0

    def report(done: int, in_all: int) -> None:
        nonlocal before
        progress(before + done, total)
        if done == in_all:
            before += done

    return report
