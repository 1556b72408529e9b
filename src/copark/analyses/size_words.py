"""State how large a park is for itself, beside an outcome: companies, land taken up, and what was planned of either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copark.cases.plan_targets import plan_target
from copark.presentation.numbers import bounded, number, percent, percent_words, quantity, spoken
from copark.texts import text
from copark.units import convert

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.simulation.size import LandTakenUp


WHOLE = 1.005
"""Share from which it reads as more than 100 %."""
OPEN_SPAN = 10.0
"""Ratio of the ends of a 90 % range up to which a sentence tells the middle of a count."""


@dataclass(frozen=True)
class PlannedSize:
    """A size that somebody planned for a park, in the unit of the output it stands beside."""

    value: float
    """What was planned; the lower end of a range."""
    high: float | None
    """Upper end of a range."""
    bound: str
    """What the record says: exact, about, more-than, at-least, at-most or range."""
    unit: str
    """Unit of both."""
    date: str
    """Date of the plan."""


@dataclass(frozen=True)
class LandWords:
    """Land taken up in words."""

    title: str
    """What it is a share of."""
    middle: str
    """The median, in per cent."""
    band: str
    """The range of 90 % of runs, in per cent, with a warning where it spans more than a factor of ten."""


def planned_of(case: Case, output: str, unit: str) -> PlannedSize | None:
    """Read what was planned of an output, in its unit; ``None`` where no plan is on record."""
    plan = plan_target(case, output)
    if plan is None:
        return None
    high = None if plan.high is None else convert(plan.high, plan.unit, unit)
    return PlannedSize(plan.in_unit(unit), high, plan.bound, unit, str(plan.date))


def of_plan(value: float, plan: PlannedSize, lang: str) -> str:
    """Set a size beside what was planned: "2,820 of 14,000 planned (2023-11)".

    Parameters
    ----------
    value
        The size, in the unit of the plan.
    plan
        What was planned.
    lang
        Language, ``en`` or ``zh``.
    """
    kind = "bare" if lang == "en" else "spoken"
    planned = bounded(plan.value, plan.high, plan.bound, plan.unit, lang, kind)
    size = number(value, 0) if lang == "en" else spoken(value, plan.unit, lang)
    return text("analysis.size.of_plan", lang, value=size, planned=planned, date=plan.date)


def spans_too_much(low: float, high: float) -> bool:
    """Return whether a range of a count spans so much that its middle tells nothing: more than a factor of ten.

    Parameters
    ----------
    low, high
        Ends of the range, 0 and above.
    """
    return high > OPEN_SPAN * low


def band_words(note: str, low: float, high: float, lang: str) -> str:
    """Warn in the note under a number where its range spans more than a factor of ten.

    Parameters
    ----------
    note
        Words that tell the range.
    low, high
        Ends of the range, 0 and above.
    lang
        Language, ``en`` or ``zh``.
    """
    return text("analysis.size.band_open", lang, note=note) if spans_too_much(low, high) else note


def land_words(land: LandTakenUp, lang: str) -> LandWords:
    """Name land taken up, and give its median and its range, as every report and the page tell them.

    Parameters
    ----------
    land
        Land taken up.
    lang
        Language, ``en`` or ``zh``.
    """
    low = _part_of_land(land.low, lang)
    high = _part_of_land(land.high, lang)
    band = low if low == high else text("presentation.number.reach", lang, low=low, high=high)
    return LandWords(
        title=text(f"analysis.size.land.{land.basis}", lang),
        middle=_part_of_land(land.median, lang),
        band=band_words(band, land.low, land.high, lang),
    )


def size_clause(companies: tuple[float, float, float], land: LandTakenUp | None, lang: str) -> str:
    """Describe how many companies operate and what land is taken up, as a clause that follows an outcome.

    Parameters
    ----------
    companies
        5, 50 and 95 % of runs.
    land
        Land taken up; ``None`` where there is none to take up.
    lang
        Language, ``en`` or ``zh``.
    """
    low, _, high = (number(value, 0) for value in companies)
    key = "companies_open" if spans_too_much(companies[0], companies[2]) else "companies"
    key = "companies_alike" if low == high else key
    median = quantity(companies[1], "companies", lang)
    words = text(f"analysis.size.{key}", lang, companies=median, low=low, high=high)
    if land is None:
        return words
    return text(f"analysis.size.with_land.{land.basis}", lang, companies=words, share=_land_share(land, lang))


def _land_share(land: LandTakenUp, lang: str) -> str:
    """State which share of land is taken up: the median with 90 % of runs, or these alone where they are far apart."""
    low, share, high = (_part_of_land(value, lang) for value in (land.low, land.median, land.high))
    if low == high:
        return share
    key = "land_share_open" if spans_too_much(land.low, land.high) else "land_share"
    return text(f"analysis.size.{key}", lang, share=share, low=low, high=high)


def _part_of_land(share: float, lang: str) -> str:
    """Write a share of land; of a plan made smaller than what stands there may be more than all of it taken up."""
    if share > WHOLE:
        return text("presentation.number.more_than", lang, value=percent(1.0))
    return percent_words(share, lang)
