"""Record and twins side by side: which differences between types both show, and which only one of them.

A measure of the record has a counterpart in the twins at an age that suits it, both fixed before either was read.
Agreement is of direction alone: the record compares parks that differ in much else, the twins one park with itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from copark.analysis.typology.contrast import Contrast
from copark.analysis.typology.twins import Reading

COUNTERPARTS = {
    "standing": ("self_standing", 20),
    "firms": ("registered", 20),
    "firms_at_ten": ("registered", 10),
    "growth": ("growth", 10),
    "jobs": ("jobs", 20),
    "investment": ("investment", 20),
    "area": ("land", 20),
    "density": ("density", 20),
}
"""Reading of the twins, and age in years, that a measure of the record is set beside."""


@dataclass(frozen=True)
class Agreement:
    """A measure in the record and in the twins.

    ``verdict`` is ``both_more``, ``both_less``, ``both_alike``, ``record_only``, ``twins_only``, ``opposed`` or
    ``few`` (the record has too few parks).
    """

    contrast: Contrast
    reading: Reading
    verdict: str


def agreements(contrasts: Iterable[Contrast], found: Iterable[Reading]) -> tuple[Agreement, ...]:
    """Set every measure that has a counterpart beside it."""
    known = {(one.reading, one.year): one for one in found}
    made = []
    for one in contrasts:
        if one.measure in COUNTERPARTS:
            twin = known[COUNTERPARTS[one.measure]]
            made.append(Agreement(one, twin, verdict_of(one.verdict, twin.verdict)))
    return tuple(made)


def verdict_of(record: str, twins: str) -> str:
    """What two verdicts make together."""
    if record == "few":
        return "few"
    if record == twins:
        return f"both_{record}"
    if record == "alike":
        return "twins_only"
    return "record_only" if twins == "alike" else "opposed"
