"""Measures of parks that types may differ in: one number a park, with its date and grade.

Eight come from ``parks.csv`` as they stand there. Two come from the series of the casebook's cases: enterprises at
about ten years of age, and growth of the count between the first and the last value of one variable on one basis. Bases
are never spliced; bounds (*at least*) are left out; a zero (a park closed by a government) ends a series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.parks import Park, ParkMembership, Parks
    from copark.cases.table_schemas import Observation

STANDINGS = ("failed", "stalled", "surviving", "thriving")
"""Outcomes from the worst up; as a measure 0 to 3, of which only the order is used."""
COUNTED = ("registered", "operating")
"""Counts of enterprises in the order in which they are preferred."""
AGE = 10.0
"""Years of age at which counts are compared."""
NEAR = 2.5
"""Years from that age within which a value is compared."""
LEAST_SPAN = 3.0
"""Years that a series must span to have a growth."""
MEASURES = (
    "standing",
    "firms",
    "firms_at_ten",
    "operating_at_ten",
    "growth",
    "jobs",
    "investment",
    "area",
    "density",
    "smaller_share",
    "launch",
)
"""Everything that is compared. All but ``operating_at_ten`` were fixed before any comparison was made; that one shows
what preferring the other count does."""


@dataclass(frozen=True)
class ParkMeasure:
    """One measure of one park."""

    measure: str
    """Name of the measure."""
    park: str
    """Key of the park."""
    type: str
    """Type of the park: intergovernmental, mixed or enterprise-led."""
    value: float
    """The value, in the measure's unit."""
    when: str
    """Date or dates of it, as the record gives them."""
    grade: str
    """Grade of the evidence."""


class Counted(NamedTuple):
    """A count of enterprises."""

    time: float
    """Its time in years: the end of its quarter."""
    date: str
    """Its date as the record gives it."""
    value: float
    """The count, above 0."""
    grade: str
    """Grade of the evidence."""


@dataclass(frozen=True)
class EnterpriseCourse:
    """A count of enterprises over time, on one basis: dates as years, and values above zero."""

    variable: str
    """Name of the count, such as registered or operating."""
    basis: str
    """Basis on which it is counted."""
    points: tuple[Counted, ...]
    """The counts, by time."""

    @property
    def span(self) -> float:
        """Years from the first to the last."""
        return self.points[-1].time - self.points[0].time


def measured(book: Parks, cases: Mapping[str, Case]) -> tuple[ParkMeasure, ...]:
    """List all known values, measure by measure.

    Parameters
    ----------
    book
        Parks, with what became of them.
    cases
        Cases of the casebook, by name.
    """
    measures = [
        measure for park in book.parks for measure in _of(park, book.last_periods[park.id], cases.get(park.case or ""))
    ]
    return tuple(sorted(measures, key=lambda measure: (MEASURES.index(measure.measure), measure.park)))


def _of(park: Park, record: ParkMembership, case: Case | None) -> Iterator[ParkMeasure]:
    shares = None if park.shares is None or park.shares_grade == "background" else min(park.shares[:2])
    density = park.firms / park.area_km2 if park.firms is not None and park.area_km2 else None
    standing = None if record.outcome is None else STANDINGS.index(record.outcome)
    values: list[tuple[str, float | None, object, str | None]] = [
        ("standing", standing, "2024", record.outcome_grade),
        ("firms", park.firms, park.firms_date, park.grade),
        ("jobs", park.jobs, park.jobs_date, park.grade),
        ("investment", park.investment_m_usd, park.investment_date, park.grade),
        ("area", park.area_km2, "", park.grade),
        ("density", density, park.firms_date, park.grade),
        ("smaller_share", shares, "", park.shares_grade),
        ("launch", park.launch, park.launch, park.grade),
    ]
    courses = () if case is None else courses_of(case)
    for name, order in (("firms_at_ten", COUNTED), ("operating_at_ten", COUNTED[::-1])):
        near = _at_age(park, courses, order)
        if near is not None:
            values.append((name, near.value, near.date, near.grade))
    if courses:
        longest = max(courses, key=lambda course: (course.span, -COUNTED.index(course.variable)))
        first = longest.points[0]
        last = longest.points[-1]
        if longest.span >= LEAST_SPAN:
            dates = f"{first.date} – {last.date}"
            values.append(("growth", log(last.value / first.value) / longest.span, dates, last.grade))
    for name, value, when, grade in values:
        if value is not None:
            yield ParkMeasure(name, park.id, park.type, float(value), str(when or ""), str(grade))


def _at_age(park: Park, courses: tuple[EnterpriseCourse, ...], order: tuple[str, ...]) -> Counted | None:
    """Return the count nearest to the age compared, the preferred one first; without series, of the table of parks."""
    preferences = [
        [point for course in courses if course.variable == name for point in course.points] for name in order
    ]
    if not courses and park.firms and park.firms_date is not None:
        preferences = [[Counted(float(park.firms_date.year), str(park.firms_date), float(park.firms), park.grade)]]
    for points in preferences:
        near = [point for point in points if abs(point.time - park.launch - AGE) <= NEAR]
        if near:
            return min(reversed(near), key=lambda point: abs(point.time - park.launch - AGE))
    return None


def courses_of(case: Case) -> tuple[EnterpriseCourse, ...]:
    """Return counts of a case over time, each variable and basis by itself, as far as they are reported as values."""
    courses: list[EnterpriseCourse] = []
    for variable in COUNTED:
        observations = [
            observation for observation in case.observed(variable) if observation.bound in ("exact", "about", "range")
        ]
        for basis in dict.fromkeys(observation.basis for observation in observations):
            points = tuple(_points(observation for observation in observations if observation.basis == basis))
            if points:
                courses.append(EnterpriseCourse(variable, basis, points))
    return tuple(courses)


def _points(rows: Iterable[Observation]) -> Iterator[Counted]:
    for row in sorted(rows, key=lambda row: (row.quarter.year, row.quarter.quarter)):
        value = row.value if row.high is None else (row.value + row.high) / 2.0
        if value <= 0.0:
            return
        yield Counted(row.quarter.year + row.quarter.quarter / 4.0, str(row.date), value, row.grade)
