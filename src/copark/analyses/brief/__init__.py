"""A one-page brief for decision-makers: what becomes of a park, what helps, how certain that is, what to do next.

The park as it is run to its horizon, beside its record, and its levers: what a brief is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

from pydantic import Field

from copark.analyses.contract import AheadParams, Result
from copark.analyses.how_sure import NO_DOUBTS, Doubts, doubts_of
from copark.analyses.levers import Answer as Levers
from copark.analyses.levers import Params as LeverParams
from copark.analyses.levers import options_of
from copark.analyses.size_words import PlannedSize, planned_of
from copark.arrays import Floats
from copark.calibration.rolling_origin import KnownRecord, Point
from copark.cases.types import Replicates
from copark.errors import NotFound
from copark.json_types import JsonObject
from copark.model.outcomes import GOOD
from copark.simulation.size import LandTakenUp
from copark.stats.shares import Share
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

    from copark.analyses.context import Context
    from copark.cases.case import Case
    from copark.cases.dated_events import Closure
    from copark.simulation.sample import DrawSource
    from copark.simulation.study import Study

SIZES = ("operating", "jobs")
"""Outputs that tell how large the park becomes."""


class Params(AheadParams):
    """Parameters of a brief on a park; levers are answered with the same draws and futures."""

    draws: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Number of parameter draws."""
    replicates: Annotated[Replicates, Field(ge=1, le=10_000)] = 5
    """Runs for each draw, each with random numbers of its own."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "replicates": 20}


@dataclass(frozen=True)
class Closed:
    """The closure of a park."""

    key: str
    """Key of the closure among the events that can be undone."""
    title: LocalizedText
    """What it was."""
    since: str
    """First quarter of it."""
    bands: dict[str, Floats]
    """As those of the answer, had the park not been closed."""


@dataclass(frozen=True)
class BriefEvent:
    """Something that happened to the park."""

    quarter: str
    """Quarter it falls in, such as 2015Q2."""
    at: float
    """End of that quarter, in years."""
    title: LocalizedText
    """What happened, in words."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Contents of a brief."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    start: str
    """First quarter of the case."""
    horizon: str
    """Quarter in which outcomes are judged."""
    data_end: str
    """Last quarter with data."""
    runs: int
    """Runs that finished."""
    outcomes: tuple[Share, ...]
    """Shares of outcomes at the horizon."""
    outside: int
    """Observations outside the range of 90 % of runs."""
    compared: int
    """Observations that can be compared with runs."""
    bands: dict[str, Floats]
    """5, 25, 50, 75 and 95 % of runs by output, up to the horizon, shape (5, quarters)."""
    reported: tuple[Point, ...]
    """Reported numbers of operating enterprises."""
    levers: Levers | None
    """What can still be changed; ``None`` where the facts of the case allow no lever, or the park is closed."""
    closed: Closed | None = None
    """The closure that stands at the horizon, if any."""
    doubts: Doubts = NO_DOUBTS
    """What is assumed of the park, imposed on it, and what its record says against the model."""
    now: str = ""
    """Quarter the park is looked at from."""
    events: tuple[BriefEvent, ...] = ()
    """What happened to the park from its first quarter on, in the order of time."""
    land: LandTakenUp | None = None
    """Land taken up at the horizon; ``None`` where there is none to take up."""
    planned: dict[str, PlannedSize] = field(default_factory=dict)
    """What was planned of the park's size, by output; what nobody planned is left out."""
    by_search: tuple[float, ...] = ()
    """Share of self-standing runs on the draws of each search of the calibration; empty where nothing is calibrated."""

    @property
    def shows_outcomes(self) -> bool:
        """Return whether shares of outcomes are told."""
        return self.trust is None or self.trust.shows_outcomes

    def share(self, outcome: str) -> Share:
        """Return the share of an outcome."""
        return next(share for share in self.outcomes if share.name == outcome)

    def to_frame(self) -> pd.DataFrame:
        """Tabulate shares of outcomes, a row each."""
        import pandas as pd

        rows = (
            {"outcome": share.name, "share": share.share, "low": share.low, "high": share.high}
            for share in self.outcomes
        )
        return pd.DataFrame(rows)


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the question of its levers, where it has any."""
    from copark.analyses.answer import run_id_of
    from copark.analyses.registry import REGISTRY

    levers = _levers_asked(params, context)
    return {"levers": "" if levers is None else run_id_of(REGISTRY["levers"], levers, context)}


def compute(params: Params, context: Context) -> Answer:
    """Run the case as it is, then ask for its levers; levers that were answered before are read."""
    from copark.analyses.run import answer_of
    from copark.cases.horizon import now_for
    from copark.stats.quantiles import quantiles

    case = context.case(params.case)
    study = study_of(params, context)
    ensemble = context.simulate(study, case, *params.wanted)
    run_answer = answer_of(ensemble, case)
    closure = closure_of(case, params.now)
    bands = [
        {name: quantiles(ensemble[name].isel(scenario=position).to_numpy()[:, : run_answer.last + 1]) for name in SIZES}
        for position in range(ensemble.sizes["scenario"])
    ]
    origin = context.result_fields(params, ensemble)
    trust = origin["trust"]
    shows_outcomes = trust is None or trust.shows_outcomes
    return Answer(
        case=case.name,
        park=case.title,
        start=run_answer.labels[0],
        horizon=run_answer.labels[run_answer.last],
        data_end=str(case.clock.data_end),
        runs=run_answer.finished,
        outcomes=run_answer.outcomes[0],
        outside=run_answer.outside,
        compared=len(run_answer.compared),
        bands=bands[0],
        reported=KnownRecord(case, case.clock.data_end, ("fit", "score")).points("operating"),
        levers=_levers(params, context),
        closed=None if closure is None else Closed(key_of(closure), closure.title, str(closure.since), bands[1]),
        doubts=doubts_of(case, run_answer.outcomes[0], shows_outcomes=shows_outcomes),
        now=str(now_for(case, params.now)),
        events=events_of(case),
        land=run_answer.land,
        planned=plans_of(case),
        by_search=_by_search(ensemble, study, context.parameters(params.case, *params.wanted).source),
        **origin,
    )


def _by_search(ensemble: xr.Dataset, study: Study, source: DrawSource | None) -> tuple[float, ...]:
    """Return the share of self-standing runs on the draws of each search: they agree only roughly."""
    import numpy as np

    from copark.calibration.draw_sources import PosteriorSource
    from copark.simulation.outcomes import NOT_OK

    if not isinstance(source, PosteriorSource):
        return ()
    outcome = ensemble["outcome"].isel(scenario=0).to_numpy()
    finished = outcome != NOT_OK
    searches = source.searches(len(outcome), study.replicates)
    standing = outcome == GOOD.code
    numbers = np.unique(searches[finished])
    return tuple(float(standing[finished & (searches == number)].mean()) for number in numbers.tolist())


def plans_of(case: Case) -> dict[str, PlannedSize]:
    """Read what was planned of a park's size, by output."""
    from copark.model.variables import catalogue

    plans = {name: planned_of(case, name, catalogue().outputs[name].unit) for name in SIZES}
    return {name: plan for name, plan in plans.items() if plan is not None}


def events_of(case: Case) -> tuple[BriefEvent, ...]:
    """List what happened to a park within its time, in the order of time."""
    dated = [(event.date.quarter("event"), event) for event in case.events]
    within = [pair for pair in dated if pair[0] >= case.clock.start]
    return tuple(
        BriefEvent(str(quarter), (quarter.index + 1) / 4.0, LocalizedText.by_language(event.event))
        for quarter, event in sorted(within, key=lambda pair: pair[0])
    )


def closure_of(case: Case, now: str | None) -> Closure | None:
    """Find the closure of the whole park that stands when outcomes are judged, looked at from a quarter."""
    from copark.cases.horizon import horizon_for

    return case.closed_by(horizon_for(case, now))


def key_of(closure: Closure) -> str:
    """Return the closure's key among the events that can be thought away."""
    return f"closure/{closure.key}"


def study_of(params: Params, context: Context) -> Study:
    """Take the case as it is, with as many runs as levers have, a draw each; a closed park also without its closure."""
    from copark.cases.horizon import now_for
    from copark.simulation.counterfactual import but_for_study
    from copark.simulation.study import baseline

    case = context.case(params.case)
    closure = closure_of(case, params.now)
    study = baseline(params.case) if closure is None else but_for_study(case, (key_of(closure),))
    return study.with_changes(
        name=f"brief-{case.name}",
        case=params.case,
        runs=params.draws * params.replicates,
        seed=params.seed,
        now=now_for(case, params.now),
    )


def _asked(params: Params) -> LeverParams:
    common = ("case", "parameters", "cut", "seed", "now", "draws", "replicates")
    return LeverParams(**{name: getattr(params, name) for name in common})


def _levers_asked(params: Params, context: Context) -> LeverParams | None:
    """Ask for levers; ``None`` where a park is closed or the facts of the case allow no lever."""
    if closure_of(context.case(params.case), params.now) is not None:
        return None
    try:
        options_of(_asked(params), context)
    except NotFound:
        return None
    return _asked(params)


def _levers(params: Params, context: Context) -> Levers | None:
    """Answer the analysis of levers; ``None`` where there is none to pull."""
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY

    levers_params = _levers_asked(params, context)
    if levers_params is None:
        return None
    return cast("Levers", answer(REGISTRY["levers"], levers_params, replace(context)).result)
