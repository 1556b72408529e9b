"""What a calibration's page and its words on the screen are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from copark.inference.diagnostics import (
    Check,
    Movement,
    Note,
    Ranks,
    Tie,
    judged,
    movements,
    predictive_checks,
    ties,
)
from copark.report.words import bounded
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.inference.artefacts import Stored
    from copark.inference.examination import Examination

HONEST = (0.85, 0.95)
"""Coverage of 90 % intervals, over all parameters, that is called honest."""


def used_values(count: int, cut: str, lang: str, *, everything: bool) -> str:
    """Which values a calibration used, in a sentence."""
    return text(f"calibration.used.{'everything' if everything else 'fitted'}", lang, count=count, cut=cut)


@dataclass(frozen=True)
class PosteriorFindings:
    """A calibration that is stored, and its examination.

    Parameters
    ----------
    stored
        The posteriors as they are kept: what anybody who loads them gets, and so what is shown.
    examination
        What was asked of them when they were made.
    case
        The case as it is in the casebook.
    identity
        Name of the calibration.
    everything
        Whether all values up to the cut were fitted, not only those meant for it.
    lang
        ``en`` or ``zh``.
    """

    stored: Stored
    examination: Examination
    case: Case
    identity: str
    everything: bool
    lang: str

    def say(self, key: str, **values: Any) -> str:
        """A text of the area ``calibration``."""
        return text(f"calibration.{key}", self.lang, **values)

    @property
    def cut(self) -> str:
        """The last quarter known."""
        return str(self.stored.replay.cut)

    @property
    def values(self) -> int:
        """Reported values fitted."""
        return len(self.stored.replay.model.targets)

    @cached_property
    def movements(self) -> tuple[Movement, ...]:
        """How far the data moved each parameter, most moved first."""
        found = self.stored.parameters
        return movements(found.space, found.points, found.weights)

    def of(self, verdict: str) -> tuple[Movement, ...]:
        """Parameters of a verdict: moved, weakly or unmoved."""
        return tuple(one for one in self.movements if one.verdict == verdict)

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """Pairs the data cannot tell apart."""
        found = self.stored.parameters
        return ties(found.space, found.points, found.weights)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every fitted value beside what the replays would have reported."""
        return predictive_checks(self.stored.replay.model, self.stored.replay.seen)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Numbers of health with words."""
        return judged(self.examination.health)

    @property
    def ranks(self) -> dict[str, Ranks]:
        """Ranks by kind of simulated record."""
        return {"anywhere": self.examination.anywhere, "near": self.examination.near}

    def used(self) -> str:
        """Which values the calibration used."""
        return used_values(self.values, self.cut, self.lang, everything=self.everything)

    def coverage_sentence(self, kind: str) -> str:
        """How often intervals held the truth over simulated records, and whether that is honest."""
        ranks = self.ranks[kind]
        share = ranks.overall(0.9)
        word = "narrow" if share < HONEST[0] else "wide" if share > HONEST[1] else "honest"
        return self.say(
            f"coverage.{word}", records=len(ranks.ranks), kind=self.say(f"records.{kind}"),
            ninety=f"{100 * share:.1f}", half=f"{100 * ranks.overall(0.5):.1f}",
        )  # fmt: skip

    def outside(self) -> list[Check]:
        """Reported values outside the 5th to 95th percentile of what the replays would have reported."""
        return [check for check in self.checks if not check.inside]

    def check_sentence(self, check: Check) -> str:
        """One value in the tails of the replays."""
        from copark.model.variables import catalogue
        from copark.presentation.numbers import percentile, reach, spoken

        target, known = check.target, catalogue().outputs[check.target.variable]
        low, high = target.value, target.high
        return self.say(
            "checks.missed", title=known.title(self.lang), date=target.date,
            reported=bounded(low, high, target.bound, known.unit, self.lang, "spoken"),
            percentile=percentile(check.percentiles), median=spoken(check.median, known.unit, self.lang),
            band=reach(check.low, check.high, known.unit, self.lang),
        )  # fmt: skip

    def refined_sentence(self) -> str:
        """Whether synthetic likelihood leaves the parameters where they are."""
        kept = self.examination.refined
        if not kept:
            return self.say("refined.none")
        apart = []
        for one in self.movements:
            if one.name in kept and one.verdict == "moved":
                width = max(one.posterior[4] - one.posterior[0], 1e-300)
                apart.append((abs(kept[one.name][1] - one.posterior[2]) / width, one))
        if not apart:
            return self.say("refined.nothing_moved")
        largest, which = max(apart, key=lambda item: item[0])
        return self.say(
            "refined.stays" if largest < 0.2 else "refined.shifts", count=len(apart), share=f"{100 * largest:.0f}",
            title=which.title(self.lang), accepted=f"{100 * self.examination.accepted:.0f}",
        )  # fmt: skip
