"""What is to be shown of a typology, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.presentation.numbers import number, percent
from copark.texts import text

if TYPE_CHECKING:
    from copark.analysis.pairing import Pair
    from copark.analysis.typology import Agreement, Contrast, Measured, Part, Reading

TYPES = ("intergovernmental", "mixed", "enterprise-led")
SHARES = ("self_standing", "failed")
"""Readings of twins that are shares of runs."""
WHOLE = frozenset(
    {"firms", "firms_at_ten", "operating_at_ten", "jobs", "registered", "operating", "land", "launch", "investment"}
)
"""Measures and readings without decimals."""


@dataclass(frozen=True)
class TypologyFindings:
    """A typology.

    Parameters
    ----------
    lang
        Of the page.
    names
        Of the parks by key, in that language.
    homes
        Countries of the investors of enterprise-led parks: how many are of the commonest, and its name.
    measured, contrasts
        The record: values, and intergovernmental against enterprise-led parks.
    outcomes
        Parks by type and status.
    readings, parts, pairs
        The twins: side by side; the difference by factor; the arms of the study of twins.
    agreements
        Record and twins.
    identities, runs, seed
        Of the runs behind the twins.
    """

    lang: str
    names: Mapping[str, str]
    homes: tuple[int, str]
    measured: tuple[Measured, ...]
    contrasts: tuple[Contrast, ...]
    outcomes: Mapping[str, Mapping[str, int]]
    readings: tuple[Reading, ...]
    parts: tuple[Part, ...]
    pairs: tuple[Pair, ...]
    agreements: tuple[Agreement, ...]
    identities: tuple[str, ...]
    runs: int
    seed: int

    def say(self, key: str, **values: Any) -> str:
        """A text of the typology."""
        return text(f"typology.{key}", self.lang, **values)

    def values(self, measure: str, type_: str) -> list[float]:
        """Values of a measure of the parks of a type."""
        return [one.value for one in self.measured if (one.measure, one.type) == (measure, type_)]

    def reading(self, name: str, year: int) -> Reading:
        """What the twins have, and the difference."""
        return next(one for one in self.readings if (one.reading, one.year) == (name, year))

    def part(self, name: str, year: int, factor: str) -> Part:
        """What of a difference is due to a factor."""
        return next(one for one in self.parts if (one.reading, one.year, one.factor) == (name, year, factor))

    @property
    def footer(self) -> str:
        """What stands below each figure of the twins."""
        return self.say("footer.twins", identity=" · ".join(self.identities), runs=f"{self.runs:,}")


def shown(name: str, value: float) -> str:
    """A value of a measure or reading as a person reads it."""
    if name in SHARES:
        return percent(value)
    return number(value, 0 if name in WHOLE else 2)


def summary(found: TypologyFindings) -> list[str]:
    """What came out, in sentences: what the record tells apart, what the twins do, what does it, where both agree."""
    said = [_record(found), *_twins(found), *_factors(found)]
    both = [one for one in found.agreements if one.verdict.startswith("both_") and one.verdict != "both_alike"]
    opposed = [one for one in found.agreements if one.verdict == "opposed"]
    names = found.say("join").join(found.say(f"measure.{one.contrast.measure}") for one in both)
    key = "said.agree" if both else "said.agree_none"
    said.append(found.say(key, names=names, opposed=len(opposed), total=len(found.agreements)))
    return said


def _record(found: TypologyFindings) -> str:
    told = [one for one in found.contrasts if one.verdict in ("more", "less")]
    asked = [one for one in found.contrasts if one.verdict != "few"]
    entries = found.say("join").join(
        found.say(
            f"said.record_{one.verdict}", name=found.say(f"measure.{one.measure}"), chance=percent(one.superiority),
            low=percent(one.low), high=percent(one.high), deals=percent(one.deals),
        )
        for one in told
    )  # fmt: skip
    key = "said.record" if told else "said.record_none"
    return found.say(key, entries=entries, told=len(told), asked=len(asked), luck=number(0.1 * len(asked), 0))


def _twins(found: TypologyFindings) -> list[str]:
    land, end = found.reading("land", 10), found.reading("self_standing", 20)
    operating = found.reading("operating", 20)
    return [
        found.say(
            "said.twins", land=shown("land", land.first), other=shown("land", land.second),
            stand=percent(end.first), others=percent(end.second), difference=number(operating.median, 0),
            low=number(operating.low, 0), high=number(operating.high, 0),
        )
    ]  # fmt: skip


def _factors(found: TypologyFindings) -> list[str]:
    said = []
    for name, year in (("land", 10), ("self_standing", 20), ("operating", 20)):
        own = sorted(
            (one for one in found.parts if (one.reading, one.year) == (name, year)), key=lambda one: -abs(one.mean)
        )
        entries = found.say("join").join(
            found.say("said.factor", factor=found.say(f"factor.{one.factor}"), value=signed(name, one.mean))
            for one in own
        )
        said.append(found.say("said.factors", name=found.say(f"reading.{name}"), year=year, entries=entries))
    return said


def signed(name: str, value: float) -> str:
    """A difference with its sign; of shares in percentage points."""
    if name in SHARES:
        return f"{100.0 * value:+.0f}".replace("-", "−") if round(100.0 * value) else "0"
    places = 0 if name in WHOLE else 2
    written = number(value, places)
    return f"+{written}" if value > 0.0 and float(f"{value:.{places}f}") != 0.0 else written
