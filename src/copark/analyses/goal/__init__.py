"""Goal seeking: which levers reach a target, what they cost and for whom, or that none do.

The cheapest sets of levers, from now on, that reach a target in enough runs; who pays and who gains.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.contract import AheadParams, Choice, Keys, Option, Result, Said
from copark.analyses.goal.lever_sets import FutureEvent, LeverSettings, read_events, scenario_with
from copark.analyses.goal.search import (
    LAST,
    MOST_SETS,
    Confirmed,
    GoalTarget,
    LeverSearch,
    confirm,
    ladder,
    read_targets,
)
from copark.analyses.levers.schema import (
    AS_IT_IS,
    GeneralLevers,
    Lever,
    LeverFile,
    Setting,
    load_levers,
    wanted_levers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context
    from copark.cases import Case
    from copark.simulation.study import Study


def levers_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Levers of a case that have settings from now on; RunRefused is raised if it has none."""
    found = _open(context.case(given["case"]), given["file"], given.get("now"))[1]
    return [Choice(one.key, Said(one.title.en, one.title.zh)) for one in found.levers if one.now]


def targets_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Examples of targets."""
    from copark.analyses.goal.show import targets_for

    seen, _file, first = _open(context.case(given["case"]), given["file"], given.get("now"))
    return list(targets_for(seen, first))


def events_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Examples of events."""
    from copark.analyses.goal.show import events_for

    seen, _file, first = _open(context.case(given["case"]), given["file"], given.get("now"))
    return list(events_for(seen, first))


class Params(AheadParams):
    """What may be aimed at, with what, and in which future."""

    target: Annotated[
        tuple[str, ...], Option("--target", repeated=True), Keys(targets_of, closed=False), Field(max_length=10)
    ] = ()
    probability: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.8
    event: Annotated[
        tuple[str, ...], Option("--event", repeated=True), Keys(events_of, closed=False), Field(max_length=20)
    ] = ()
    levers: Annotated[tuple[str, ...], Keys(levers_of)] = ()
    most: Annotated[int, Field(ge=1, le=3)] = 3
    runs: Annotated[int, Field(ge=10, le=100_000)] = 2000
    file: Path | None = None
    served: ClassVar[Mapping[str, float]] = {"runs": 2000}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Sets of levers by cost, on random numbers the search has not seen."""

    case: str
    park: Said
    file: LeverFile
    general: bool
    """file, general: levers, and whether they are the general set."""
    pulled: str
    horizon: str
    """pulled, horizon: quarter levers are pulled, and the last of the runs."""
    targets: tuple[GoalTarget, ...]
    events: tuple[FutureEvent, ...]
    """targets, events: what is aimed at, and what befalls the park meanwhile."""
    event_titles: tuple[Said, ...]
    most: int
    """Levers in a set, at most."""
    settings: int
    sets: int
    """settings, sets: settings and sets tried in the search."""
    searched: int
    confirmed: int
    """searched, confirmed: runs of the search in all, and runs of each set on fresh random numbers."""
    before: Confirmed
    """The case as it is."""
    without_events: Confirmed | None
    """The case as it is without the events, where there are any."""
    ladder: tuple[Confirmed, ...]
    """Sets that reach the targets, the cheapest first; then those that do not, the nearest first."""

    @property
    def is_met(self) -> bool:
        """Whether the case as it is reaches every target."""
        return self.before.reach(self.targets) == "reached"

    @property
    def reaching(self) -> tuple[Confirmed, ...]:
        """Sets that reach every target, the cheapest first."""
        return tuple(one for one in self.ladder if one.reach(self.targets) == "reached")

    def pulls(self, one: Confirmed) -> tuple[tuple[Lever, Setting], ...]:
        """Levers and settings of a set."""
        return tuple(pair for pair in self.file.settings("now") if pair[1].key in one.keys)

    def to_frame(self) -> pd.DataFrame:
        """A row for each set and target, the case as it is first."""
        import pandas as pd

        return pd.DataFrame(
            {
                "set": " + ".join(one.keys) or AS_IT_IS, "target": target.name, "asked": target.share,
                "share": share.share, "low": share.low, "high": share.high, "reach": one.reach(self.targets),
                "effort": one.effort, "cost": one.cost, "cost_low": one.cost_low, "cost_high": one.cost_high,
            }
            for one in (self.before, *self.ladder) for target, share in zip(self.targets, one.shares, strict=True)
        )  # fmt: skip


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The levers it may pull, its targets and the runs; refused as by :func:`_open`."""
    case, (seen, file, first) = context.case(params.case), _asked(params, context)
    read_events(params.event, seen, first)
    return {
        "target": [vars(one) for one in _targets(params, seen, first)],
        "probability": None,
        "file": file.model_dump(mode="json", by_alias=True),
        "runs": context.identity(_study(params, case, file), case, *params.wanted),
    }


def _asked(params: Params, context: Context) -> tuple[Case, LeverFile, int]:
    """The case as it is seen from now, its levers, and the quarter they are pulled; refused as by :func:`_open`."""
    opened = _open(context.case(params.case), params.file, params.now)
    wanted_levers(opened[1], "now", params.levers)
    return opened


def _open(case: Case, path: Path | None, now: str | None) -> tuple[Case, LeverFile, int]:
    """The case as it is seen from now, its levers, and the quarter they are pulled, counted from the start.

    Raises RunRefused if the park is closed then, or none of them can be pulled any more.
    """
    from copark.cases.horizon import seen_from
    from copark.errors import RunRefused

    file = load_levers(case, path, now)
    seen = seen_from(case, file.now)
    closure = case.closed_by(file.now)
    if closure is not None:
        raise RunRefused.of("goal.closed", case=case.name, since=str(closure.since))
    if not any(one.now for one in file.levers):
        raise RunRefused.of("goal.over", case=case.name)
    return seen, file, file.now - case.clock.start


def _targets(params: Params, case: Case, first: int) -> tuple[GoalTarget, ...]:
    """The targets; refused where one is judged before a lever is pulled."""
    from copark.errors import RunRefused

    targets = read_targets(params.target, params.probability, case)
    for one in targets:
        if one.at < first:
            raise RunRefused.of("goal.past_target", found=one.quarter, now=str(case.clock.start + first))
    return targets


def event_title(one: FutureEvent, case: Case) -> Said:
    """Who an event befalls, in words; its key where there is nobody to name."""
    known = {one.key: one.title for one in case.partners} | {one.key: one.title for one in case.shareholders}
    title = known.get(one.who)
    return Said(one.who, one.who) if title is None else Said(title.en, title.zh)


def _study(params: Params, case: Case, file: LeverFile) -> Study:
    from copark.simulation.study import baseline

    return baseline(case.name).with_changes(
        name="goal", runs=LAST + params.runs, seed=params.seed, now=file.now
    )  # fmt: skip


def compute(params: Params, context: Context) -> Answer:
    """Search on common random numbers, then run what is left anew."""
    from copark.calibration.case_parameters import settle
    from copark.cases.horizon import horizon_of
    from copark.simulation.study import baseline

    case, (seen, file, first) = context.case(params.case), _asked(params, context)
    events = read_events(params.event, seen, first)
    study, has = settle(_study(params, case, file), case, context.source, *params.wanted)
    plain = baseline(case.name).scenarios[0]
    none = scenario_with(events, seen, plain.key, plain.title)
    only = wanted_levers(file, "now", params.levers)
    settings = LeverSettings(file, "now", only, none, seen, first)
    targets = _targets(params, seen, first)
    context.announce(study, case, has.source)
    stage = context.stage("simulate")
    search = LeverSearch(
        study, case, settings, targets, has.source, first, file.discount.rate,
        context.cores, lambda done: stage(done, total),
    )  # fmt: skip
    total = search.most_runs(params.most, params.runs)
    (before,) = search.halve([settings.none])
    met = search.order(before)[0] == 0.0
    chosen = [] if met else search.finalists(search.run(params.most), MOST_SETS)
    searched = search.runs
    fresh = confirm(search, [one.one for one in chosen], params.runs, plain if events else None)
    return Answer(
        case=case.name, park=Said(case.title.en, case.title.zh), file=file, general=isinstance(file, GeneralLevers),
        pulled=str(file.now), horizon=str(horizon_of(seen)), targets=targets,
        events=events, event_titles=tuple(event_title(one, case) for one in events), most=params.most,
        settings=len(settings.order), sets=len(search.tried) - 1, searched=searched, confirmed=params.runs,
        before=fresh.before, without_events=fresh.without_events, ladder=ladder(fresh.sets, targets),
        **context.origin(params, fresh.provenance),
    )  # fmt: skip
