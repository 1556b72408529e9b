"""Tell what the observations say of a claim, apart from what the prior says: its Bayes factor."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from copark.presentation.document import Interval
from copark.stats.bayes_factor import bayes_factor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.analyses.contract import Texts
    from copark.inference.claims import ClaimFinding
    from copark.inference.claims.verdict import Verdict

CLAIM_COLUMNS = "claim word probability:share prior_probability:share factor:number:2 effect in_short:note"
AGAINST = 1.0 / 3.0
"""Bayes factor below which, with its whole interval, observations are said to speak against a claim (Jeffreys 1961)."""


def factor(finding: Verdict) -> Interval | None:
    """Return the Bayes factor of a claim with its Monte Carlo interval; ``None`` where the prior decides alone."""
    ends = (*finding.monte_carlo, finding.probability)
    low, high, value = (bayes_factor(probability, finding.prior_probability) for probability in ends)
    return Interval(low, high, value) if isfinite(value) else None


def speaks_against(finding: Verdict) -> bool:
    """Tell whether the observations speak against a claim by more than simulation error."""
    known = factor(finding)
    return known is not None and known.high < AGAINST


def against(findings: Iterable[ClaimFinding], t: Texts) -> list[str]:
    """Name the claims that the observations speak against, in one entry; in none where there are none."""
    names = [t.of(finding.claim.title) for finding in findings if speaks_against(finding)]
    return [t("and_another").join(names)] if names else []
