"""Simulated panels: run r of every park has the same mechanisms, and a size, an operator and random numbers of its own.

Mechanisms are on the common design of :func:`copark.calibration.pool.batches.design`. Scales and what is a park's own
are drawn afresh for every park; the score of its enquiries is ``√a z_area + √w z_operator + √(1 - a - w) z_park``,
where a and w are the shares of the variance of size that go with the area on record and that parks of one operator have
in common, so that its prior stays what it was. What the model leaves out is the panel's discrepancy, whose size is
drawn too. A further question of the same parks makes no run again.

Parks are those of the casebook, and every other whose shares and a count are on record in ``parks.csv``: countries,
year of launch, shares, counts of enterprises and jobs. Counts enter as counts, with the errors of their grades; no word
for what became of a park enters (decision 0096). Beside what is on record stands what *could* be, at four ages: counts,
the service level, and the checklist of services that is a stand-in for it; it is read only to say what such
observations would tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from copark.arrays import Floats
from copark.calibration.nearest_runs import features
from copark.calibration.observations import STAND_INS, ObservationModel, Target
from copark.calibration.pool.abc_regression import part_of
from copark.calibration.pool.batches import design, make_panel_batch, reported
from copark.calibration.pool.parks import AXES, COLUMN, PanelPark, known_targets, park_of
from copark.calibration.prior import EDGE, scores_of
from copark.cases import list_cases, load_case
from copark.cases.case import Case
from copark.cases.casebook import casebook_path
from copark.cases.dates import Date
from copark.cases.defaults import BESIDE, LEVEL
from copark.cases.park_counts import LAST
from copark.cases.parks import Park as Row
from copark.cases.parks import load_parks
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import CapTable, Holding, Observation
from copark.cases.types import JUDGEMENT, WrittenText
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.progress import Progress

AGES = (3, 6, 9, 12)
"""Years after the start at which more could be observed."""
FURTHER = {"counts": ("registered", "operating"), "service": (LEVEL,)}
"""Variables that could be observed at each of those ages, by family."""
CHECKLIST = "checklist"
"""Family in the place of the service level: services promised, and those that stood in time."""
FAMILIES = (*FURTHER, CHECKLIST)
"""Families of further observations, in the order of the features."""
DUE = 5
"""Services due at each of those ages."""
TEMPLATE = casebook_path() / "templates" / "haier-ruba"
"""A case without anything but countries, dates and a framework: the shape of a park known by a row alone."""


@dataclass(frozen=True)
class Member:
    """A park of the joint panel."""

    park: PanelPark
    """The park; behind its values stand as targets what could be observed."""
    operator: str
    """Key of its operator; the name of the park where it shares none with another."""
    case: bool
    """Whether it has a case in the casebook."""
    area: float
    """Area on record, km²; NaN where there is none."""
    further: Mapping[str, tuple[int, ...]]
    """Positions of the targets that could be observed, by what they are."""

    @property
    def name(self) -> str:
        """Name of the park."""
        return self.park.name

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Mechanisms it has in common with the others: those it brings no prior of its own for."""
        return tuple(name for name in self.park.pooled if AXES[name].role == "mechanism")

    @property
    def counted(self) -> int:
        """Targets that are values on record: the first ones."""
        return len(self.park.model.targets) - sum(map(len, self.further.values()))

    @property
    def served(self) -> int:
        """Values on record of its service level."""
        return sum(target.variable == LEVEL for target in self.park.model.targets[: self.counted])

    @property
    def recorded(self) -> Floats:
        """Observations, shape (values,)."""
        return self.park.model.recorded[: self.counted]


@cache
def settled() -> Mapping[str, Any]:
    """Return operators, and what of a row is not used, as fixed beforehand."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "members.yaml").read_text(encoding="utf-8"))


def members() -> tuple[Member, ...]:
    """List all parks that can be simulated and say anything: cases, then rows with shares and a count."""
    rows = {row.case or row.id: row for row in load_parks().parks}
    parks = [member_of(load_case(name), rows.get(name), has_case=True) for name in list_cases()]
    names = {member.name for member in parks}
    for name, row in rows.items():
        are_shares_known = row.shares_grade not in (None, "background") and row.home_share_percent is not None
        if name not in names and are_shares_known:
            parks.append(member_of(outline(row), row))
    return tuple(member for member in parks if member.counted)


def member_of(case: Case, row: Row | None, *, has_case: bool = False) -> Member:
    """Return a park whose further targets are stand-ins of service and what could be observed.

    Parameters
    ----------
    case
        Case of the park.
    row
        Row of the park in ``parks.csv``, if it has one.
    has_case
        Whether the case is one of the casebook, and not made of the row alone.
    """
    park = park_of(case)
    name = case.name
    stand_ins = [target for target in known_targets(case, ("check",)) if target.variable in STAND_INS]
    targets = [*park.model.targets, *stand_ins]
    further = {}
    ends = [end for end in (case.clock.start + (4 * age - 1) for age in AGES) if end <= LAST]
    for key, variables in FURTHER.items():
        further_targets = [_target(case, end, name) for name in variables for end in ends]
        further[key] = tuple(range(len(targets), len(targets) + len(further_targets)))
        targets += further_targets
    operator = next((key for key, parks in settled()["operators"].items() if name in parks), name)
    area = float("nan") if row is None or not row.area_km2 else float(row.area_km2)
    park = replace(park, model=ObservationModel(tuple(targets)))
    return Member(park, operator, has_case, area, further)


def _target(case: Case, quarter: Quarter, variable: str) -> Target:
    """Return a variable at the end of a quarter, as a run is read there; its observation lends the date alone."""
    observation = _observed(f"{quarter.year}-{3 * quarter.quarter:02d}", "operating", 0.0, "high")
    return Target(variable, str(quarter), "exact", 0.0, None, 1e-9, (quarter - case.clock.start,), (1.0,), observation)


def _observed(date: str, variable: str, value: float, grade: str) -> Observation:
    return Observation.model_validate(
        {
            "date": date,
            "variable": variable,
            "value": value,
            "high": None,
            "bound": "exact",
            "basis": "stock",
            "unit": catalogue().outputs[variable].unit,
            "grade": grade,
            "source": [JUDGEMENT],
            "use": True,
            "role": "fit",
        }
    )


def outline(row: Row) -> Case:
    """Make a case of a park known by its row alone."""
    shape = load_case(TEMPLATE)
    start = Quarter(row.launch, 1)
    clock = shape.clock.model_copy(update={"start": start, "quarters": LAST - start + 1, "data_end": LAST})
    sides = shape.sides.model_copy(
        update={
            side: getattr(shape.sides, side).model_copy(update={"country": country})
            for side, country in (("home", row.home), ("host", row.host))
        }
    )
    source = shape.world.source.model_copy(update={"home": row.home, "host": row.host})
    framework = shape.framework.model_copy(update={"since": start}) if row.framework and shape.framework else None
    rows = []
    if row.id not in settled()["other_counts"]:
        for variable, value, date in (("registered", row.firms, row.firms_date), ("jobs", row.jobs, row.jobs_date)):
            if value is not None and date is not None:
                rows.append(_observed(str(date), variable, float(value), row.grade))
    return shape.model_copy(
        update={
            "name": row.id,
            "title": WrittenText(en=row.name_en, zh=row.name_zh),
            "kind": row.type,
            "clock": clock,
            "sides": sides,
            "world": shape.world.model_copy(update={"source": source}),
            "framework": framework,
            "equity": (_shares(row, start),),
            "observations": tuple(rows),
        }
    )


def _shares(row: Row, start: Quarter) -> CapTable:
    """Return the shares of a row, from the launch on."""
    home = round(100 * (row.home_share_percent or 0))
    third = round(100 * (row.third_share_percent or 0))
    date = Date.parse(str(start.year))
    shares = {"home": home, "third": third, "host": 10_000 - home - third}
    holdings = tuple(
        Holding.model_validate(
            {
                "holder": side,
                "side": side,
                "basis_points": points,
                "basis": "shares of the development company",
                "grade": row.shares_grade,
                "source": [JUDGEMENT],
            }
        )
        for side, points in shares.items()
        if points
    )
    return CapTable(table=f"row-{start.year}", date=date, use=True, holdings=holdings)


MECHANISMS = tuple(name for name, axis in AXES.items() if axis.role == "mechanism")
HYPER = ("area_share", "operator_share", "left_out")
"""Shares of the variance of size that go with area and with the operator; standard deviation of the discrepancy."""
RANGES = ((0.0, 0.45), (0.0, 0.45), (0.15, 0.8))
"""Ranges of their uniform priors."""
SERVICE_ERROR = 0.1
"""Standard deviation of a service level that would be observed, on its scale of 0 to 1."""
SIZE = "enquiry_rate"
"""Parameter of a park's size."""
OWN = 0x6F776E
"""Second key of the generator of what a park draws."""
RUNNER = 0x6F70
"""Second key of the generator of what an operator draws."""
ABOUT = 0x68797065
"""Second key of the generator of what a panel draws."""
KEPT = 0x6B657074
"""Second key of the generator of which promises are kept."""


@dataclass(frozen=True)
class Panels:
    """Simulated panels."""

    members: tuple[Member, ...]
    """Parks of the panels."""
    seed: int
    """Seed of the random numbers."""
    theta: Floats
    """Mechanisms and hyperparameters on the scale of normal scores, shape (panels, axes)."""
    counterparts: tuple[Floats, ...]
    """Simulated targets by park, shape (panels, targets) each; NaN where a run failed."""

    @property
    def count(self) -> int:
        """Number of panels."""
        return len(self.theta)

    @property
    def spread(self) -> Floats:
        """Discrepancy of each panel, shape (panels,)."""
        return hyper_values(self.theta)[:, HYPER.index("left_out")]

    def features(self, again: int = 0) -> list[Floats]:
        """Compute features of reports with errors drawn anew for every ``again``; shape (panels, features) each.

        By park what is on record, then by park what could be observed, a family after the other.
        """
        seed = self.seed + 7919 * again
        record = []
        listed = []
        further: dict[str, list[Floats]] = {key: [] for key in FURTHER}
        for member, runs in zip(self.members, self.counterparts, strict=True):
            reports = told(member, runs, self.spread, seed)
            record.append(read(member, reports))
            for key, positions in member.further.items():
                further[key].append(features(part_of(member.park.model, positions), reports[:, list(positions)]))
            positions = member.further["service"]
            shares_standing = promised(runs[:, list(positions)], _random(seed, KEPT, member.name))
            listed.append(features(part_of(member.park.model, positions), shares_standing))
        return [*record, *(block for blocks in further.values() for block in blocks), *listed]


def names_of() -> tuple[str, ...]:
    """Return the names of what is inferred: mechanisms, then hyperparameters."""
    return (*MECHANISMS, *HYPER)


def hyper_values(theta: Floats) -> Floats:
    """Return hyperparameters at normal scores, shape (panels, hyperparameters)."""
    from scipy.special import ndtr

    low, high = np.array(RANGES).T
    return low + (high - low) * ndtr(theta[:, len(MECHANISMS) :])


def _random(seed: int, key: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=np.array([seed, (key << 32) | crc32(name.encode())], np.uint64)))


@dataclass(frozen=True)
class Sizes:
    """Moves the common design to where one park has its own: a warp of :func:`make_panel_batch`."""

    member: Member
    """The park."""
    seed: int
    """Seed of the random numbers."""
    area: float
    """Score of its area among parks."""
    shares: Floats
    """Shares of area and operator in the variance of size, shape (runs, 2)."""
    difference: float = 0.0
    """Difference of parks' mechanisms, in the prior's standard deviations: 0, but where that is to be tried."""

    def __call__(self, points: Floats, names: tuple[str, ...]) -> Floats:
        """Draw afresh what parks do not share."""
        from scipy.special import ndtr

        moved = np.array(points, copy=True)
        own_uniforms = _random(self.seed, OWN, self.member.name).random((len(points), len(AXES)))
        runner = _random(self.seed, RUNNER, self.member.operator).standard_normal(len(points))
        for column, name in enumerate(names):
            free = own_uniforms[:, COLUMN[name]]
            if name in self.member.shared:
                if self.difference:
                    common = np.sqrt(1.0 - self.difference**2) * scores_of(moved[:, column])
                    moved[:, column] = ndtr(common + self.difference * scores_of(free))
                continue
            moved[:, column] = free
            if name == SIZE:
                parts = np.stack([np.full(len(points), self.area), runner, scores_of(free)], axis=1)
                shares = np.concatenate([self.shares, 1.0 - self.shares.sum(axis=1, keepdims=True)], axis=1)
                moved[:, column] = ndtr((np.sqrt(shares) * parts).sum(axis=1))
        return np.clip(moved, EDGE, 1.0 - EDGE)


def simulate(
    members: Sequence[Member],
    count: int,
    seed: int,
    *,
    difference: float = 0.0,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Panels:
    """Simulate panels, or find them simulated in a folder.

    Parameters
    ----------
    members
        Parks of the panel.
    count
        Number of panels, a power of two.
    seed
        Seed of the random numbers.
    difference
        How far mechanisms of parks differ, of the prior's standard deviation, as in :class:`Sizes`.
    threads
        Threads of the simulation; they do not change the numbers.
    folder
        Where runs are kept, and found.
    progress
        Called with parks done and parks in all.
    """
    above = _random(seed, ABOUT, "hyper").standard_normal((count, len(HYPER)))
    theta = np.concatenate([scores_of(design(count, seed)[:, [COLUMN[name] for name in MECHANISMS]]), above], axis=1)
    shares = hyper_values(theta)[:, :2]
    areas = scores_of_area(members)
    counterparts = []
    for done, member in enumerate(members):
        if progress is not None:
            progress(done, len(members))
        warp = Sizes(member, seed, float(areas[done]), shares, difference)
        about: JsonObject = {
            "joint": 2,
            "operator": member.operator,
            "area": float(areas[done]),
            "ranges": [list(bounds) for bounds in RANGES],
        }
        own_mechanisms = [name for name in MECHANISMS if name not in member.shared]
        about |= ({"own": own_mechanisms} if own_mechanisms else {}) | ({"apart": difference} if difference else {})
        batch = make_panel_batch(member.park, count, seed, warp=warp, warped=about, threads=threads, folder=folder)
        counterparts.append(batch.counterparts)
    return Panels(tuple(members), seed, theta, tuple(counterparts))


def scores_of_area(members: Sequence[Member]) -> Floats:
    """Return logarithms of areas on record, centred and scaled over parks; 0 where none is known; shape (parks,)."""
    logs = np.log(np.array([member.area for member in members]))
    if np.isfinite(logs).sum() < 2:
        return np.zeros(len(logs))
    return np.nan_to_num((logs - np.nanmean(logs)) / np.nanstd(logs))


def told(member: Member, runs: Floats, spread: Floats, seed: int) -> Floats:
    """Return what a park would report in each panel: values off the model's course with errors, what could be.

    Parameters
    ----------
    member
        The park.
    runs
        Counterparts of its targets, shape (panels, targets).
    spread
        Discrepancy of each panel, shape (panels,).
    seed
        Seed of the random numbers.

    Returns
    -------
    Reports, shape (panels, targets).
    """
    park = member.park
    own_seed = (seed << 32) ^ crc32(member.name.encode())
    reports, _, free = reported(park.model, park.ages, runs, spread[:, np.newaxis], own_seed)
    service = list(member.further["service"])
    reports[:, service] = runs[:, service] + SERVICE_ERROR * free[:, service]
    return reports


def promised(service: Floats, random: np.random.Generator) -> Floats:
    """Return the share of the services due at each age that stand, from the service level at it; shape (panels, ages).

    Each of :data:`DUE` services stands with the probability of the level, but for a lasting error of the park's list
    (:data:`copark.cases.defaults.BESIDE`).
    """
    lasting = BESIDE * random.standard_normal((len(service), 1))
    stood = random.binomial(DUE, np.clip(np.nan_to_num(service + lasting), 0.0, 1.0))
    return np.where(np.isfinite(service), stood / DUE, np.nan)


def read(member: Member, reports: Floats) -> Floats:
    """Compute features of a park's observations: logarithms and growth of values; shape (panels, features)."""
    return features(part_of(member.park.model, range(member.counted)), reports[:, : member.counted])
