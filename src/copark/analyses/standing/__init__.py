"""Describe the four tests of accounts one by one for many parks, and their size, beside what is on record of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from copark.analyses.assumed_facts import assumed_facts
from copark.analyses.contract import AnalysisParams, Keys, Result, Rows, calibrated_parks
from copark.analyses.provenance import current_provenance
from copark.json_types import JsonObject
from copark.model.outcomes import GOOD
from copark.simulation.accounts import NEEDED, TESTS, standing
from copark.simulation.outcomes import OUTCOMES, outcomes
from copark.simulation.size import READ, land_taken_up, planned_land
from copark.stats.quantiles import BAND, quantiles
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.context import Context
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter

SIZES = ("operating", "jobs")
"""Outputs that tell the size of a park."""
WELL = ("thriving", "surviving")
"""Words of the record for a park that goes well."""
MOST = 0.5
"""Share of runs from which on most stand."""


class Params(AnalysisParams):
    """Parameters of the test: which parks, from which quarter, with how many runs."""

    cases: Annotated[tuple[str, ...], Keys(calibrated_parks)] = ()
    """Names of parks; by default every park of the casebook that is calibrated."""
    runs: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Runs of each park."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the random numbers."""
    now: Annotated[str | None, Field(max_length=20)] = None
    """Quarter the parks are looked at from, by default the present one."""
    served: ClassVar[Mapping[str, float]] = {"runs": 500}


@dataclass(frozen=True)
class Judged:
    """Standing of a park in a quarter: shares of runs that pass each test, of each outcome, and the park's size."""

    quarter: str
    """Quarter that is asked about, such as 2036Q4."""
    tests: dict[str, float]
    """Share of runs that pass a test, by its name, 0 to 1."""
    outcomes: dict[str, float]
    """Share of runs by outcome, 0 to 1; who passes all four tests is self-standing."""
    sizes: dict[str, tuple[float, float, float]]
    """Enterprises and jobs by name of the output: 5 %, median and 95 % of runs."""
    land: float
    """Median of land taken up as a share of what governments plan to service, or of land serviced where nobody plans;
    NaN where there is none."""

    @property
    def stands(self) -> float:
        """Share of runs that are self-standing."""
        return self.outcomes[GOOD.key]


@dataclass(frozen=True)
class ParkStanding:
    """A park: on record, at the end of its data, and ten years from now."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the park."""
    recorded: str | None
    """Coder's word for what became of it: thriving, surviving, stalled or failed; none where it has none."""
    at_data_end: Judged
    """How it stands where its data end."""
    ahead: Judged
    """How it stands at the horizon."""
    unlimited_capital: bool = False
    """Whether its holders' capital is taken as unlimited, so that its company can hardly fail or need help."""

    def contradicts(self, share: float) -> bool:
        """Return whether a share of runs that stand is the opposite of the coder's word: most of a park gone badly."""
        return self.recorded is not None and (share >= MOST) != (self.recorded in WELL)


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Parks by their accounts."""

    dimensions: ClassVar[tuple[str, ...]] = ("case", "quarter")

    parks: tuple[ParkStanding, ...]
    """Parks, in the order of their names."""
    runs: int
    """Runs of each park."""

    def main_table(self) -> Rows:
        """Return a row for each park and quarter."""
        return (
            {
                "case": park.case,
                "recorded": park.recorded,
                "quarter": judged.quarter,
                **judged.tests,
                **judged.outcomes,
                **{name: size[1] for name, size in judged.sizes.items()},
                "land": judged.land,
            }
            for park in self.parks
            for judged in (park.at_data_end, park.ahead)
        )


def _names(params: Params) -> tuple[str, ...]:
    from copark.calibration.case_parameters import shipped_cases

    return params.cases or tuple(shipped_cases())


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the parks, their calibrations and what is on record of them."""
    recorded = _recorded()
    parks = {}
    for name in _names(params):
        case = context.case(name)
        source = context.parameters(name).source
        draws = None if source is None else source.content["draws_hash"]
        parks[name] = (case.hash, draws, recorded.get(name), str(_now(case, params)))
    # What bears the name of a parameter stands in its place; the quarter each park is read at is in ``cases``.
    return {"cases": parks, "now": ""}


def _now(case: Case, params: Params) -> Quarter:
    from copark.cases.horizon import now_for

    return now_for(case, params.now)


def _recorded() -> dict[str, str]:
    from copark.cases.parks import load_parks

    book = load_parks()
    outcomes = {park.case: book.last_periods[park.id].outcome for park in book.parks if park.case}
    return {case: outcome for case, outcome in outcomes.items() if case and outcome}


def compute(params: Params, context: Context) -> Answer:
    """Run every park as it is, and ask of each run whether it stands by its accounts."""
    recorded = _recorded()
    names = _names(params)
    parks = tuple(_park(context.case(name), recorded.get(name), params, context) for name in names)
    return Answer(parks=parks, runs=params.runs, run_id=context.run_id, provenance=current_provenance())


def _park(case: Case, recorded: str | None, params: Params, context: Context) -> ParkStanding:
    from copark.cases.horizon import horizon_for
    from copark.simulation.study import baseline

    now = _now(case, params)
    keep = tuple(dict.fromkeys((*NEEDED, *SIZES, *READ)))
    study = baseline(case.name).with_changes(
        name=f"standing-{case.name}", runs=params.runs, seed=params.seed, now=now, keep=keep
    )
    runs = context.simulate(study, case)
    start = case.clock.start
    return ParkStanding(
        case=case.name,
        park=case.title,
        recorded=recorded,
        at_data_end=judge(runs, case, case.clock.data_end - start),
        ahead=judge(runs, case, horizon_for(case, now) - start),
        unlimited_capital="capital" in assumed_facts(case),
    )


def judge(runs: xr.Dataset, case: Case, quarter: int) -> Judged:
    """Ask of the runs of a park how it stands in a quarter.

    Parameters
    ----------
    runs
        Runs of one scenario.
    case
        The park.
    quarter
        The quarter, counted from the start of the case.
    """
    sound = np.asarray(runs["status"].to_numpy())[0].reshape(runs.sizes["run"], -1)[:, 0] == 0
    paths = {name: runs[name].to_numpy()[0][sound] for name in (*NEEDED, *SIZES)}
    closed = case.closed_by(case.clock.start + quarter) is not None
    result = standing(paths, quarter, closed=closed)
    codes = outcomes(paths, np.zeros(int(sound.sum()), dtype=np.int64), quarter, closed=closed)
    return Judged(
        quarter=str(case.clock.start + quarter),
        tests={name: float(getattr(result, name).mean()) for name in TESTS},
        outcomes={name: float((codes == code).mean()) for code, name in enumerate(OUTCOMES)},
        sizes={name: _band(paths[name][:, quarter]) for name in SIZES},
        land=_land_taken_up(runs, case, sound, quarter),
    )


def _band(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = quantiles(values[:, np.newaxis], BAND)[:, 0].tolist()
    return low, middle, high


def _land_taken_up(runs: xr.Dataset, case: Case, sound: np.ndarray, quarter: int) -> float:
    occupied, serviced = (runs[name].to_numpy()[0][sound, quarter] for name in READ)
    land = land_taken_up(occupied, serviced, planned_land(case, case.clock.start + quarter))
    return float("nan") if land is None else land.median
