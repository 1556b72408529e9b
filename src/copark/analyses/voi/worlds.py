"""Information gain: worlds in which claims' effects and possible observations are simulated together.

A world is a draw of the parameters, with its past where that is calibrated. What is observed in it comes of its first
replicate; the expected effect of an intervention is the mean over the others, on common random numbers, so that reports
and effects have no random numbers in common.

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

from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.expected import Ridge, expected
from copark.analyses.claims.resamples import drawn_values
from copark.analyses.claims.scenario_statistics import ScenarioReadings, by_run
from copark.analyses.claims.scenarios import places_of, trial_study, values_read
from copark.analyses.claims.schema import CaseChange, Claim, Part
from copark.analyses.claims.verdict import holds as is_met
from copark.arrays import Booleans, Floats
from copark.calibration.calibration_setup import everything_fitted, without_implied
from copark.calibration.case_parameters import Source
from copark.calibration.observations import ObservationModel, Target, error_scales, targets
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.model.variables import catalogue
from copark.progress import Progress, part_of, part_until
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.experiment import Experiment, memo_key
from copark.simulation.study import Study

if TYPE_CHECKING:
    import xarray as xr

When = Literal["middle", "now", "middle and now", "soon", "late", "yearly", "five"]
SOON = 8
"""Quarters after the end of data of the date that is soon."""
LATE = 20
"""The same of the date that is late."""
MIDDLE = 2 / 3
"""Place of the middle date in the time with data."""
DATES = 5
"""Dates of what is asked five times."""
RESIDENTS = "registered"
"""Output that a count's error is a share of."""
LITERATURE = "literature"
"""Family of estimates from elsewhere."""


@dataclass(frozen=True)
class Family:
    """Something that may be asked."""

    key: str
    """Its name; the words are ``observation.<key>`` in the texts of the analysis."""
    outputs: tuple[str, ...]
    """Outputs of the model that answer it."""
    dates: tuple[When, ...]
    """When it may be asked."""
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
        "attribution",
        ("arrivals_partner", "arrivals_incumbent", "arrivals_own"),
        ("middle", "now", "middle and now", "soon"),
        residents=0.04,
        adds_up=True,
    ),
    Family("size", ("registered", "operating"), ("now", "soon", "late"), grade="high"),
    Family(
        "origins",
        (
            "registered_home",
            "registered_host",
            "registered_third",
            "operating_home",
            "operating_host",
            "operating_third",
        ),
        ("now", "soon", "yearly"),
        grade="medium",
    ),
    Family("churn", ("lapses", "exits"), ("now", "soon"), grade="medium", adds_up=True),
    Family("jobs", ("jobs",), ("now", "soon", "late"), grade="high"),
    Family("investment", ("realised_investment",), ("now", "soon", "late"), grade="high"),
    Family("profit", ("profit",), ("now", "soon", "yearly"), grade="medium"),
    Family("land", ("serviced_area", "occupied_area"), ("now", "soon", "late"), grade="high"),
    Family("ledger", ("cash", "debt", "result_cumulative"), ("now", "soon", "yearly"), grade="medium"),
    Family("service", ("service_level",), ("now", "soon", "five"), absolute=0.1),
    Family("commitment", ("commitment_home", "commitment_host"), ("now", "soon", "five"), absolute=0.1),
)
"""What may be asked of a park: attribution ±4 % of residents is three of 68 in 2020; service and commitment ±0.1 is
what several people who know a park and rate it by anchored descriptions may reach (judgement)."""
FAMILY = {family.key: family for family in FAMILIES}
"""Families by key."""
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
        """Read its value in runs: outputs of shape (runs, names, quarters) to shape (runs,)."""
        row = out[:, names.index(self.name), : self.quarter + 1]
        return row.sum(axis=1) if self.adds_up else row[:, -1]


@dataclass(frozen=True)
class Candidate:
    """An observation that may be made."""

    family: str
    """Key of what is asked."""
    quarters: tuple[int, ...]
    """When, counted from the start; empty of an estimate from elsewhere."""
    columns: tuple[ReportColumn, ...]
    """What it would report of a run."""
    parameter: str = ""
    """What an estimate is of; empty of an observation of the park."""

    def errors(self, values: Floats, residents: Mapping[int, float]) -> Floats:
        """Return the standard deviation of the error of each column; of a grade with the floors declared for outputs.

        Parameters
        ----------
        values
            What runs have in the columns, shape (runs, columns).
        residents
            Median number of residents by quarter.
        """
        if self.parameter:
            return np.array([ESTIMATED[self.parameter]])
        family = FAMILY[self.family]
        if family.residents:
            shares = [family.residents * residents[column.quarter] for column in self.columns]
            return np.array([max(round(share), 1.0) for share in shares])
        if family.absolute:
            return np.full(len(self.columns), family.absolute)
        floors = [error_scales()["floors"].get(column.name, {"value": 0.0})["value"] for column in self.columns]
        graded = error_scales()["grades"][family.grade]["relative"] * np.median(np.abs(values), axis=0)
        return np.asarray(np.maximum(np.maximum(floors, graded), 1e-9))

    @property
    def relative(self) -> bool:
        """Return whether its error is the relative one of a grade."""
        return not self.parameter and bool(FAMILY[self.family].grade)

    def precision(self, errors: Floats) -> tuple[float, ...]:
        """State how precise it is, by the errors of its columns: of each date, or relative by its grade."""
        if self.relative:
            return (float(error_scales()["grades"][FAMILY[self.family].grade]["relative"]),)
        return tuple(dict.fromkeys(errors.tolist()))


def candidates(case: Case, varying: Sequence[str]) -> tuple[Candidate, ...]:
    """List the candidates of a case.

    Parameters
    ----------
    case
        The case.
    varying
        Parameters that are not known: of others an estimate tells nothing.
    """
    return candidates_on(partial(dates, case), varying)


def candidates_on(quarters_of: Callable[[When], tuple[int, ...]], varying: Sequence[str]) -> tuple[Candidate, ...]:
    """List the candidates whose dates have quarters.

    Parameters
    ----------
    quarters_of
        Gives the quarters of a date, counted from the start; none where it is not asked about.
    varying
        Parameters that are not known: of others an estimate tells nothing.
    """
    of_park: dict[tuple[str, tuple[int, ...]], Candidate] = {}
    for family in FAMILIES:
        for when in family.dates:
            quarters = quarters_of(when)
            columns = tuple(
                ReportColumn(output, quarter, family.adds_up) for quarter in quarters for output in family.outputs
            )
            if quarters:
                of_park.setdefault((family.key, quarters), Candidate(family.key, quarters, columns))
    estimates = [
        Candidate(LITERATURE, (), (ReportColumn(parameter, -1),), parameter=parameter)
        for parameter in ESTIMATED
        if parameter in varying
    ]
    return (*of_park.values(), *estimates)


def past_dates(now: int) -> Mapping[str, tuple[int, ...]]:
    """Return the quarters of the dates that are over by a quarter, counted from the start, by name."""
    middle = round(MIDDLE * now)
    return {
        "middle": (middle,),
        "now": (now,),
        "middle and now": (middle, now),
        "yearly": tuple(range(now % 4, now + 1, 4)),
        "five": tuple(round((number + 1) * now / DATES) for number in range(DATES)),
    }


def dates(case: Case, when: When) -> tuple[int, ...]:
    """Return the quarters of a date, counted from the start; none where it lies beyond the case's time."""
    now = min(case.clock.data_end - case.clock.start, case.clock.quarters - 1)
    quarters = {**past_dates(now), "soon": (now + SOON,), "late": (now + LATE,)}[when]
    distinct = tuple(dict.fromkeys(quarters))
    return distinct if distinct and distinct[0] > 0 and distinct[-1] < case.clock.quarters else ()


def columns_of(candidates: Sequence[Candidate]) -> tuple[ReportColumn, ...]:
    """List every column of some candidates, once."""
    return tuple(dict.fromkeys(column for candidate in candidates for column in candidate.columns))


def logs(values: Floats) -> Floats:
    """Take logarithms of sizes, with their signs."""
    return np.sign(values) * np.log1p(np.abs(values))


MEASURED = frozenset(("log", "difference", "change", "share", "level"))
"""Kinds of statistics that are told of one draw at a time."""
MOST_SCENARIOS = 2
"""Scenarios of a part that is tried unless it is asked for."""


def measurable(part: Part) -> bool:
    """Return whether the statistics that a part's rule looks at can be told of one world."""
    return all(part.statistics[name].kind in MEASURED for name in part.rule_statistics)


def key_of(claim: Claim, part: Part) -> str:
    """Return the key of a part among all claims."""
    return f"{claim.id}/{part.key}"


def parts_of(file: ClaimsFile, keys: Sequence[str] = ()) -> tuple[tuple[Claim, Part], ...]:
    """Choose the parts of claims that are tried.

    Parameters
    ----------
    file
        The claims.
    keys
        Keys of parts; where there are none, parts of a headline that compare two scenarios at most are tried.
    """

    def is_tried(claim: Claim, part: Part) -> bool:
        if keys:
            return key_of(claim, part) in keys
        return part.key in claim.headline.parts and len(part.uses) <= MOST_SCENARIOS

    parts = file.claims.of(file.claims.claims)
    return tuple((claim, part) for claim, part in parts if measurable(part) and is_tried(claim, part))


@dataclass(frozen=True)
class InformationPlan:
    """Plan of the worlds."""

    case: Case
    """The case."""
    file: ClaimsFile
    """Claims about it."""
    parts: tuple[tuple[Claim, Part], ...]
    """Parts of claims whose effects are measured."""
    source: Source | None
    """Draws of the parameters; the prior where there is none."""
    cut: Quarter | None
    """Last quarter that the draws reproduce already; ``None`` where they reproduce nothing."""
    draws: int
    """Worlds."""
    replicates: int
    """Runs of each world."""
    seed: int
    """Of draws and random numbers."""

    @property
    def study(self) -> Study:
        """Draws and random numbers of all runs."""
        draws_of = "prior" if self.source is None else "posterior"
        return trial_study(self.case, self.draws, self.replicates, self.seed, draws_of)

    @property
    def scenarios(self) -> tuple[CaseChange, ...]:
        """Scenarios that the parts compare."""
        keys = dict.fromkeys(key for _, part in self.parts for key in part.uses)
        return tuple(self.file.claims.scenarios[key] for key in keys)

    @property
    def runs(self) -> int:
        """Runs to make."""
        scenarios = {memo_key(scenario) for scenario in self.scenarios}
        return self.draws * (len(scenarios) * (self.replicates - 1) + 1)

    @property
    def known(self) -> tuple[Target, ...]:
        """Values on record that the draws do not reproduce by themselves."""
        return targets(without_implied(everything_fitted(self.case)), after=self.cut)

    @property
    def statistics(self) -> list[str]:
        """Names of the statistics that the rules of parts look at."""
        return [f"{key_of(claim, part)}/{name}" for claim, part in self.parts for name in part.rule_statistics]

    def holds(self, worlds: xr.Dataset) -> Booleans:
        """Return whether the condition of support of each part holds in each world, shape (draws, parts)."""
        columns = dict(zip(self.statistics, worlds["statistics"].to_numpy().T, strict=True))
        met = []
        for claim, part in self.parts:
            statistics = {name: columns[f"{key_of(claim, part)}/{name}"] for name in part.rule_statistics}
            met.append(is_met(part.rule.supported, statistics, self.file.claims.sizes) > 0.5)
        return np.array(met, dtype=bool).T

    @property
    def first(self) -> list[int]:
        """Places of the statistics that tell the effect of each part: the first judged, of an output if any is."""
        places = []
        for claim, part in self.parts:
            name = next(
                (name for name in part.rule_statistics if part.statistics[name].output), part.rule_statistics[0]
            )
            places.append(self.statistics.index(f"{key_of(claim, part)}/{name}"))
        return places


@dataclass(frozen=True)
class ReportMeasures:
    """Values that are known and that candidates would see of a run, without error, as measures of an experiment.

    First counterparts of values on record, then columns of reports, then residents in every quarter; not a number where
    a run did not finish.
    """

    model: ObservationModel
    """Of the values on record."""
    columns: tuple[ReportColumn, ...]
    """Columns that are read of outputs."""
    length: int
    """Quarters that are simulated."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        recorded = [f"{target.variable} {target.date}" for target in self.model.targets]
        columns = [f"{column.name}/{column.quarter}" for column in self.columns]
        return (*recorded, *columns, *(f"{RESIDENTS}/{quarter}" for quarter in range(self.length)))

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        units = catalogue().outputs
        columns = [units[column.name].unit for column in self.columns]
        return (*(target.unit for target in self.model.targets), *columns, *[units[RESIDENTS].unit] * self.length)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read."""
        return tuple(dict.fromkeys((RESIDENTS, *(column.name for column in self.columns), *self.model.variables)))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter: each measure has its own."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, measures, 1)."""
        recorded = self.model.counterparts(runs.out, runs.names)
        columns = [column.read(runs.out, runs.names)[:, np.newaxis] for column in self.columns]
        return runs.of_finished(np.concatenate([recorded, *columns, runs[RESIDENTS]], axis=1))[:, :, np.newaxis]

    def split(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Split what was read into what is known, columns and residents, each of shape (runs, …)."""
        count = len(self.model.targets)
        first, second, third = np.split(values[:, :, 0], [count, count + len(self.columns)], axis=1)
        return first, second, third


def simulate(plan: InformationPlan, threads: int, progress: Progress) -> xr.Dataset:
    """Run the worlds.

    Parameters
    ----------
    plan
        How they are made.
    threads
        Threads; they do not change the numbers.
    progress
        Called with runs made and runs to be made.

    Returns
    -------
    xarray.Dataset
        ``known`` (draw, target): counterparts of values on record; ``values`` (draw, column): what candidates would
        see, without error; ``residents`` (quarter); ``parameters`` (draw, parameter); ``statistics`` (draw, statistic):
        expected over chance, NaN where not known; ``chance`` (statistic): standard deviation of one run of a
        draw.
    """
    import xarray as xr

    case = plan.case
    study = plan.study
    read = values_read(places_of([part for _, part in plan.parts]))
    comparison = Experiment(
        study, case, read, source=plan.source, threads=threads, progress=part_of(progress, 0, plan.runs)
    )
    drawn_parameters = drawn_values(comparison.drawn_records())
    compared = comparison.part(range(1, plan.replicates))
    compared.extend(plan.scenarios)
    statistics, chance = _statistics(plan, compared, read.places, Ridge(drawn_parameters))
    candidate_columns = columns_of(candidates(case, tuple(drawn_parameters)))
    reports = ReportMeasures(
        ObservationModel(plan.known),
        tuple(column for column in candidate_columns if column.quarter >= 0),
        case.clock.quarters,
    )
    observed = Experiment(
        study,
        case,
        reports,
        source=plan.source,
        threads=threads,
        progress=part_until(progress, plan.runs, plan.runs),
    )
    recorded, of_outputs, residents = reports.split(observed.part((0,)).measured(study.scenarios[0]).values)
    columns = dict(zip(reports.columns, of_outputs.T, strict=True))
    values = [drawn_parameters[column.name] if column.quarter < 0 else columns[column] for column in candidate_columns]
    return xr.Dataset(
        {
            "known": (("draw", "target"), recorded),
            "values": (("draw", "column"), np.stack(values, axis=1)),
            "residents": ("quarter", np.nanmedian(residents, axis=0)),
            "parameters": ("parameter", list(drawn_parameters)),
            "statistics": (("draw", "statistic"), np.stack(statistics, axis=1)),
            "chance": ("statistic", np.array(chance)),
        }
    )


def _statistics(
    plan: InformationPlan, compared: Experiment, places: tuple[tuple[str, int], ...], ridge: Ridge
) -> tuple[list[Floats], list[float]]:
    """Measure what the rules of parts look at: expected in every world, and what chance gives one run."""
    scenarios = plan.file.claims.scenarios
    readings = ScenarioReadings(lambda key: compared.measured(scenarios[key]), places, len(compared.replicates))
    statistics: list[Floats] = []
    chance: list[float] = []
    for _, part in plan.parts:
        runs = {name: by_run(part.statistics[name], readings, plan.case) for name in part.rule_statistics}
        effects = expected(part, runs, ridge)
        for name, values in runs.items():
            means = np.full(len(values), np.nan)
            if effects is not None:
                means[effects.estimated] = effects.means[name]
            statistics.append(means)
            chance.append(_spread(values))
    return statistics, chance


def _spread(values: Floats) -> float:
    """Compute the standard deviation that chance gives one run of a draw, from values of shape (draws, runs)."""
    whole = values[np.isfinite(values).all(axis=1)]
    return float(np.sqrt(whole.var(axis=1, ddof=1).mean())) if len(whole) and values.shape[1] > 1 else 0.0
