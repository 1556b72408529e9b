"""Value of information: worlds in which claims' effects and possible observations are simulated together.

A world is a draw of the parameters, with its past where that is calibrated. What is observed in it comes of its first
future; the expected effect of an intervention is the mean over the others, on common random numbers, so that the random
numbers of the reports is not that of the effects.

A *family* is a thing that may be asked: which outputs of the model answer it, and with which error. A *candidate* is a
family at one date or several. What it would report of a run is a set of *columns*: an output at a quarter, or a
parameter that a study elsewhere estimates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.analyses.claims.arm_statistics import by_run, looks_of
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.scenarios import bench_of
from copark.analyses.claims.schema import Claim, Part
from copark.analyses.claims.severity import drawn_values
from copark.analyses.claims.verdict import Ridge, expected
from copark.analyses.claims.verdict import holds as is_met
from copark.arrays import Booleans, Floats
from copark.calibration.calibration_setup import everything_fitted
from copark.calibration.case_parameters import Source
from copark.calibration.observations import ObservationModel, Target, error_scales, targets
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import canonical
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import baseline

if TYPE_CHECKING:
    import xarray as xr

When = Literal["middle", "now", "middle and now", "soon", "late", "yearly", "five"]
SOON, LATE = 8, 20
"""Quarters after the end of data of the two later dates."""
MIDDLE = 2 / 3
"""Place of the middle date in the time with data."""
DATES = 5
RESIDENTS = "registered"
"""Output that a count's error is a share of."""
LITERATURE = "literature"


@dataclass(frozen=True)
class Family:
    """Something that may be asked."""

    key: str
    """Its name; the words are ``observation.<key>`` in the texts of the analysis."""
    outputs: tuple[str, ...]
    dates: tuple[When, ...]
    grade: str = ""
    """Its error is that of an official or a published value of this grade, relative to the median over runs."""
    absolute: float = 0.0
    """Or its error, in the outputs' unit."""
    residents: float = 0.0
    """Or its error, as a share of the median number of residents, in whole enterprises and at least one."""
    adds_up: bool = False
    """Whether flows are counted since the founding."""


FAMILIES = (
    Family(
        "attribution", ("arrivals_partner", "arrivals_incumbent", "arrivals_own"),
        ("middle", "now", "middle and now", "soon"), residents=0.04, adds_up=True,
    ),
    Family("size", ("registered", "operating"), ("now", "soon", "late"), grade="high"),
    Family(
        "origins",
        ("registered_home", "registered_host", "registered_third", "operating_home", "operating_host",
         "operating_third"),
        ("now", "soon", "yearly"), grade="medium",
    ),
    Family("churn", ("lapses", "exits"), ("now", "soon"), grade="medium", adds_up=True),
    Family("jobs", ("jobs",), ("now", "soon", "late"), grade="high"),
    Family("investment", ("realised_investment",), ("now", "soon", "late"), grade="high"),
    Family("profit", ("profit",), ("now", "soon", "yearly"), grade="medium"),
    Family("land", ("serviced_area", "occupied_area"), ("now", "soon", "late"), grade="high"),
    Family("ledger", ("cash", "debt", "result_cumulative"), ("now", "soon", "yearly"), grade="medium"),
    Family("service", ("service_level",), ("now", "soon", "five"), absolute=0.1),
    Family("commitment", ("commitment_home", "commitment_host"), ("now", "soon", "five"), absolute=0.1),
)  # fmt: skip
"""What may be asked of a park: attribution ±4 % of residents is three of 68 in 2020; service and commitment ±0.1 is
what several people who know a park and rate it by anchored descriptions may reach (judgement)."""
FAMILY = {one.key: one for one in FAMILIES}
ESTIMATED: Mapping[str, float] = {"home_contribution": 0.08, "network_strength": 0.1}
"""Parameters that studies elsewhere estimate, and the standard deviation with which: the weight of home effort from the
share at which joint ventures do best (Greenaway et al. 2014, 0.53 with 0.42 to 0.64, widened for being an analogue),
the strength of ties from co-ethnic networks and trade (0.14 to 0.47 log points: Felbermayr et al. 2009; Rauch &
Trindade 2002)."""


@dataclass(frozen=True)
class ReportColumn:
    """One number of a report."""

    name: str
    """Output, or parameter."""
    quarter: int
    """Counted from the start; -1 of a parameter."""
    adds_up: bool = False
    """Whether the output is summed since the founding."""

    def read(self, out: Floats, names: Sequence[str]) -> Floats:
        """Its value in runs: outputs of shape (runs, names, quarters) to shape (runs,)."""
        row = out[:, names.index(self.name), : self.quarter + 1]
        return row.sum(axis=1) if self.adds_up else row[:, -1]


@dataclass(frozen=True)
class Candidate:
    """An observation that may be made."""

    family: str
    quarters: tuple[int, ...]
    """When, counted from the start; empty of an estimate from elsewhere."""
    columns: tuple[ReportColumn, ...]
    parameter: str = ""
    """What an estimate is of; empty of an observation of the park."""

    def errors(self, values: Floats, residents: Mapping[int, float]) -> Floats:
        """Standard deviation of the error of each column; of a grade with the floors declared for outputs.

        values: what runs have in the columns, shape (runs, columns); residents: median number of residents by quarter.
        """
        if self.parameter:
            return np.array([ESTIMATED[self.parameter]])
        family = FAMILY[self.family]
        if family.residents:
            return np.array([max(round(family.residents * residents[one.quarter]), 1.0) for one in self.columns])
        if family.absolute:
            return np.full(len(self.columns), family.absolute)
        floors = [error_scales()["floors"].get(one.name, {"value": 0.0})["value"] for one in self.columns]
        graded = error_scales()["grades"][family.grade]["relative"] * np.median(np.abs(values), axis=0)
        return np.asarray(np.maximum(np.maximum(floors, graded), 1e-9))

    @property
    def relative(self) -> bool:
        """Whether its error is the relative one of a grade."""
        return not self.parameter and bool(FAMILY[self.family].grade)

    def precision(self, found: Floats) -> tuple[float, ...]:
        """How precise it is, as it is told: its error by date, or the relative error of its grade."""
        if self.relative:
            return (float(error_scales()["grades"][FAMILY[self.family].grade]["relative"]),)
        return tuple(dict.fromkeys(found.tolist()))


def candidates(case: Case, varying: Sequence[str]) -> tuple[Candidate, ...]:
    """Candidates of a case; varying: parameters that are not known: of others an estimate tells nothing."""
    made: dict[tuple[str, tuple[int, ...]], Candidate] = {}
    for family in FAMILIES:
        for when in family.dates:
            quarters = dates(case, when)
            columns = tuple(ReportColumn(name, at, family.adds_up) for at in quarters for name in family.outputs)
            if quarters:
                made.setdefault((family.key, quarters), Candidate(family.key, quarters, columns))
    known = [name for name in ESTIMATED if name in varying]
    return (*made.values(), *(Candidate(LITERATURE, (), (ReportColumn(one, -1),), parameter=one) for one in known))


def dates(case: Case, when: When) -> tuple[int, ...]:
    """Quarters of a date, counted from the start; none where it lies beyond the case's time."""
    now = min(case.clock.data_end - case.clock.start, case.clock.quarters - 1)
    middle = round(MIDDLE * now)
    found = {
        "middle": (middle,),
        "now": (now,),
        "middle and now": (middle, now),
        "soon": (now + SOON,),
        "late": (now + LATE,),
        "yearly": tuple(range(now % 4, now + 1, 4)),
        "five": tuple(round((n + 1) * now / DATES) for n in range(DATES)),
    }[when]
    distinct = tuple(dict.fromkeys(found))
    return distinct if distinct and distinct[0] > 0 and distinct[-1] < case.clock.quarters else ()


def columns_of(found: Sequence[Candidate]) -> tuple[ReportColumn, ...]:
    """Every column of some candidates, once."""
    return tuple(dict.fromkeys(column for one in found for column in one.columns))


MEASURED = frozenset(("log", "difference", "change", "share", "level"))
"""Kinds of statistics that are told of one draw at a time."""
MOST_ARMS = 2
"""Arms of a part that is tried unless it is asked for."""


def measurable(part: Part) -> bool:
    """Whether the statistics that a part's rule looks at can be told of one world."""
    return all(part.statistics[name].kind in MEASURED for name in part.judged)


def key_of(claim: Claim, part: Part) -> str:
    """Key of a part among all claims."""
    return f"{claim.id}/{part.key}"


def parts_of(file: ClaimsFile, wanted: Sequence[str] = ()) -> tuple[tuple[Claim, Part], ...]:
    """Parts of claims that are tried: those wanted by key, or those of a headline that compare two arms at most."""
    return tuple(
        (claim, part) for claim, part in file.claims.of(file.claims.claims)
        if measurable(part) and (
            key_of(claim, part) in wanted if wanted
            else part.key in claim.headline.parts and len(part.uses) <= MOST_ARMS
        )
    )  # fmt: skip


@dataclass(frozen=True)
class InformationPlan:
    """How worlds are made."""

    case: Case
    file: ClaimsFile
    parts: tuple[tuple[Claim, Part], ...]
    """Parts of claims whose effects are measured."""
    source: Source | None
    """Draws of the parameters; the prior where there is none."""
    cut: Quarter | None
    """Last quarter that the draws reproduce already; ``None`` where they reproduce nothing."""
    draws: int
    futures: int
    """draws, futures: worlds, and runs of each."""
    seed: int

    @property
    def runs(self) -> int:
        """Runs to make."""
        arms = {canonical(self.file.claims.arms[key].alone.content()) for _, part in self.parts for key in part.uses}
        return self.draws * (len(arms) * (self.futures - 1) + 1)

    @property
    def known(self) -> tuple[Target, ...]:
        """Values on record that the draws do not reproduce by themselves."""
        return targets(everything_fitted(self.case), after=self.cut)

    @property
    def statistics(self) -> list[str]:
        """Names of the statistics that the rules of parts look at."""
        return [f"{key_of(claim, part)}/{name}" for claim, part in self.parts for name in part.judged]

    def holds(self, worlds: xr.Dataset) -> Booleans:
        """Whether the condition of support of each part holds in each world, shape (draws, parts)."""
        columns = dict(zip(self.statistics, worlds["statistics"].to_numpy().T, strict=True))
        made = []
        for claim, part in self.parts:
            own = {name: columns[f"{key_of(claim, part)}/{name}"] for name in part.judged}
            made.append(is_met(part.rule.supported, own, self.file.claims.sizes) > 0.5)
        return np.array(made, dtype=bool).T

    @property
    def first(self) -> list[int]:
        """Places of the statistics that tell the effect of each part: the first judged, of an output if any is."""
        found = []
        for claim, part in self.parts:
            name = next((name for name in part.judged if part.statistics[name].output), part.judged[0])
            found.append(self.statistics.index(f"{key_of(claim, part)}/{name}"))
        return found


def make(plan: InformationPlan, threads: int, tell: Callable[[int, int], None]) -> xr.Dataset:
    """Run the worlds.

    Returns
    -------
    xarray.Dataset
        ``known`` (draw, target): counterparts of values on record; ``values`` (draw, column): what candidates would
        see, without error; ``residents`` (quarter); ``parameters`` (draw, parameter); ``statistics`` (draw, statistic):
        expected over random numbers, NaN where not known; ``random numbers`` (statistic): standard deviation of one run
        of a draw.
    """
    import xarray as xr

    case, done = plan.case, 0
    arms = {key: arm.alone for key, arm in plan.file.claims.arms.items()}
    study = baseline(case.name).with_changes(
        runs=plan.draws * plan.futures, futures=plan.futures, seed=plan.seed, keep=[RESIDENTS],
        draws="prior" if plan.source is None else "posterior",
    )  # fmt: skip
    whole = bench_of(case, study, looks_of([part for _, part in plan.parts]), plan.source, threads)
    bench = whole.chosen(plan.draws, range(1, plan.futures))

    def more(count: int) -> None:
        nonlocal done
        done += count
        tell(min(done, plan.runs), plan.runs)

    bench.run_all([arms[key] for _, part in plan.parts for key in part.uses], more)
    drawn = drawn_values(whole.draws, plan.futures)
    ridge, statistics, chance = Ridge(drawn), [], []
    for _, part in plan.parts:
        read = partial(by_run, arms=lambda key: bench.run(arms[key]), case=case)
        judged = {name: read(part.statistics[name]) for name in part.judged}
        effects = expected(part, judged, ridge)
        for name, values in judged.items():
            found = np.full(len(values), np.nan)
            if effects is not None:
                found[effects.known] = effects.means[name]
            statistics.append(found)
            chance.append(_spread(values))
    model = ObservationModel(plan.known)
    asked = (RESIDENTS, *(name for family in FAMILIES for name in family.outputs), *model.variables)
    names, first = tuple(dict.fromkeys(asked)), whole.chosen(plan.draws, (0,)).draws
    seen = Ensemble(inputs_of(case), first, names, threads=threads, progress=more).run()
    out = seen.of_finished(seen.out)
    columns = columns_of(candidates(case, tuple(drawn)))
    reports = [drawn[one.name] if one.quarter < 0 else one.read(out, names) for one in columns]
    return xr.Dataset(
        {
            "known": (("draw", "target"), model.counterparts(out, names)),
            "values": (("draw", "column"), np.stack(reports, axis=1)),
            "residents": ("quarter", np.nanmedian(out[:, names.index(RESIDENTS), :], axis=0)),
            "parameters": ("parameter", list(drawn)),
            "statistics": (("draw", "statistic"), np.stack(statistics, axis=1)),
            "chance": ("statistic", np.array(chance)),
        }
    )


def _spread(values: Floats) -> float:
    """Standard deviation that chance gives one run of a draw; values of shape (draws, runs)."""
    whole = values[np.isfinite(values).all(axis=1)]
    return float(np.sqrt(whole.var(axis=1, ddof=1).mean())) if len(whole) and values.shape[1] > 1 else 0.0
