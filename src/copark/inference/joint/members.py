"""Parks of the joint panel: those of the casebook, and every other park whose shares and outcome are on record.

A park without a case is read as what ``parks.csv`` says of it: countries, year of launch, shares, a count of
enterprises, a count of jobs and the class of its outcome. The class is a further report of operating enterprises: in
bins whose edges are the model's own S* (thriving from there on), ten (stalled below) and one (failed), with an error of
the coder.

Beside what is on record stands what *could* be: counts, and the service level, at four ages. It is simulated with the
rest and read only to say what such observations would tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.cases import list_cases, load_case
from copark.cases.case import Case
from copark.cases.casebook import casebook_path
from copark.cases.dates import Date
from copark.cases.evidence import CapTable, Holding, Observation
from copark.cases.parks import Park as Row
from copark.cases.parks import load_parks
from copark.cases.quarters import Quarter
from copark.cases.types import JUDGEMENT, Bilingual
from copark.inference.observations import ObservationModel, Target
from copark.inference.pool.parks import AXES, LAST, Park, park_of
from copark.model.variables import catalogue
from copark.simulation.outcomes import SELF_STANDING, YEAR_TWENTY

CLASSES = ("failed", "stalled", "surviving", "thriving")
EDGES = (1.0, 10.0, float(SELF_STANDING))
"""Operating enterprises at which one class ends and the next begins."""
CODER = 0.7
"""Standard deviation of the coder's error in ln(1 + operating), a judgement: a factor of two."""
AGES = (3, 6, 9, 12)
"""Years after the start at which more could be observed."""
FURTHER = {"counts": ("registered", "operating"), "service": ("service_level",)}
"""What could be observed there."""
TEMPLATE = casebook_path() / "deviants" / "haier-ruba"
"""A case without anything but countries, dates and a framework: the shape of a park known by a row alone."""


@dataclass(frozen=True)
class Member:
    """A park of the joint panel."""

    park: Park
    """As the panel reads it. Behind its values stand as targets the classes of its outcome, then what could be
    observed."""
    operator: str
    """Who runs it, among parks."""
    outcomes: tuple[int, ...]
    """Classes on record, by position in :data:`CLASSES`, in the order of those targets."""
    case: bool
    """Whether it has a case in the casebook."""
    area: float
    """Area on record, km²; NaN where there is none."""
    further: Mapping[str, tuple[int, ...]]
    """Positions of the targets that could be observed, by what they are."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.park.name

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Mechanisms it has in common with the others: those it brings no prior of its own for."""
        return tuple(name for name in self.park.pooled if AXES[name].role == "mechanism")

    @property
    def counted(self) -> int:
        """Targets that are values on record: the first ones."""
        return len(self.park.model.targets) - len(self.outcomes) - sum(map(len, self.further.values()))

    @property
    def reported(self) -> int:
        """Targets that are on record: values and classes."""
        return self.counted + len(self.outcomes)

    @property
    def recorded(self) -> Floats:
        """What is on record: values, then positions of classes; shape (targets,)."""
        values = self.park.model.recorded[: self.counted]
        return np.concatenate([values, np.array(self.outcomes, dtype=np.float64)])


@cache
def settled() -> Mapping[str, Any]:
    """Operators, and what of a row is not used, as fixed beforehand."""
    import yaml

    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "members.yaml").read_text(encoding="utf-8"))
    return found


def members() -> tuple[Member, ...]:
    """All parks that can be simulated and say anything: cases, then rows with shares and an outcome."""
    rows = {row.case or row.id: row for row in load_parks().parks}
    found = [member_of(load_case(name), rows.get(name), known=True) for name in list_cases()]
    known = {one.name for one in found}
    for name, row in rows.items():
        used = row.shares_grade not in (None, "background") and row.outcome is not None
        if name not in known and used and row.home_share_percent is not None:
            found.append(member_of(outline(row), row))
    return tuple(one for one in found if one.reported)


def member_of(case: Case, row: Row | None, *, known: bool = False) -> Member:
    """A park with the classes of its outcome as further targets."""
    park, name = park_of(case), case.name
    classes: dict[int, str] = dict(settled()["outcomes"].get(name, {}))
    if not classes and row is not None and row.outcome is not None and name not in settled()["closed"]:
        classes = {_last_seen(row): row.outcome}
    looks = [_look(case, year) for year in classes]
    targets, further = [*park.model.targets, *looks], {}
    for key, variables in FURTHER.items():
        more = [_target(case, min(case.clock.start + (4 * age - 1), LAST), name) for name in variables for age in AGES
                if case.clock.start + (4 * age - 1) <= LAST]  # fmt: skip
        further[key] = tuple(range(len(targets), len(targets) + len(more)))
        targets += more
    operator = next((key for key, parks in settled()["operators"].items() if name in parks), name)
    outcomes = tuple(CLASSES.index(one) for one in classes.values())
    area = float("nan") if row is None or not row.area_km2 else float(row.area_km2)
    return Member(
        replace(park, model=ObservationModel(tuple(targets))), operator, outcomes,
        known, area, further,
    )  # fmt: skip


def _last_seen(row: Row) -> int:
    """Year in which a park was last counted; the panel's last one where it never was."""
    years = [one.last_day.year for one in (row.firms_date, row.jobs_date, row.investment_date) if one is not None]
    return min(max(years, default=LAST.year), LAST.year)


def _look(case: Case, year: int) -> Target:
    """Operating enterprises at the end of a year, in year twenty at the latest: what the class of an outcome is of."""
    return _target(
        case, min(Quarter(year, 4), case.clock.start + (min(case.clock.quarters, YEAR_TWENTY) - 1)), "operating"
    )  # fmt: skip


def _target(case: Case, at: Quarter, variable: str) -> Target:
    """A variable at the end of a quarter, as a run is read there; its observation lends the date alone."""
    made = _observed(f"{at.year}-{3 * at.quarter:02d}", "operating", 0.0, "high")
    return Target(variable, str(at), "exact", 0.0, None, 1e-9, (at - case.clock.start,), (1.0,), made)


def _observed(date: str, variable: str, value: float, grade: str) -> Observation:
    return Observation.model_validate(
        {"date": date, "variable": variable, "value": value, "high": None, "bound": "exact", "basis": "stock",
         "unit": catalogue().outputs[variable].unit, "grade": grade, "source": [JUDGEMENT], "use": True,
         "role": "fit"}
    )  # fmt: skip


def outline(row: Row) -> Case:
    """A case of a park known by its row alone."""
    shape = load_case(TEMPLATE)
    start = Quarter(row.launch, 1)
    clock = shape.clock.model_copy(update={"start": start, "quarters": LAST - start + 1, "data_end": LAST})
    sides = shape.sides.model_copy(
        update={side: getattr(shape.sides, side).model_copy(update={"country": country})
                for side, country in (("home", row.home), ("host", row.host))}
    )  # fmt: skip
    source = shape.world.source.model_copy(update={"home": row.home, "host": row.host})
    framework = shape.framework.model_copy(update={"since": start}) if row.framework and shape.framework else None
    rows = []
    if row.id not in settled()["other_counts"]:
        for variable, value, date in (("registered", row.firms, row.firms_date), ("jobs", row.jobs, row.jobs_date)):
            if value is not None and date is not None:
                rows.append(_observed(str(date), variable, float(value), row.grade))
    return shape.model_copy(
        update={
            "name": row.id, "title": Bilingual(en=row.name_en, zh=row.name_zh), "kind": row.type, "clock": clock,
            "sides": sides, "world": shape.world.model_copy(update={"source": source}), "framework": framework,
            "equity": (_shares(row, start),), "observations": tuple(rows),
        }
    )  # fmt: skip


def _shares(row: Row, start: Quarter) -> CapTable:
    """The shares of a row, from the launch on."""
    home, third = round(100 * (row.home_share_percent or 0)), round(100 * (row.third_share_percent or 0))
    date = Date.parse(str(start.year))
    held = {"home": home, "third": third, "host": 10_000 - home - third}
    holdings = tuple(
        Holding.model_validate(
            {"holder": side, "side": side, "basis_points": points, "basis": "shares of the development company",
             "grade": row.shares_grade, "source": [JUDGEMENT]}
        )
        for side, points in held.items() if points
    )  # fmt: skip
    return CapTable(table=f"row-{start.year}", date=date, use=True, holdings=holdings)
