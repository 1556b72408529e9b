"""Return for a claim its word, its P and how far other draws may move both, and what the observations say of it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from copark.analyses.claims.resamples import built_in
from copark.analyses.claims.standard import standard
from copark.analyses.show import known
from copark.model.variables import catalogue
from copark.presentation.document import Column, Interval, Kind
from copark.presentation.numbers import percent
from copark.stats.bayes_factor import bayes_factor
from copark.stats.jackknife import reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.analyses.claims.findings import ClaimFinding
    from copark.analyses.claims.schema import Statistic
    from copark.analyses.claims.verdict import Verdict
    from copark.analyses.contract import Texts

CLAIM_COLUMNS = "claim word probability:share prior_probability:share factor:number:2 effect in_short:note"
AGAINST = 1.0 / 3.0
"""Bayes factor below which, with its whole interval, observations are said to speak against a claim (Jeffreys 1961)."""


def factor(finding: Verdict) -> Interval | None:
    """Return the Bayes factor of a claim with its Monte Carlo interval; ``None`` where the prior decides alone."""
    ends = (*finding.monte_carlo, finding.probability)
    low, high, value = (bayes_factor(probability, finding.prior_probability) for probability in ends)
    return Interval(low, high, value) if isfinite(value) else None


def speaks_against(finding: Verdict) -> bool:
    """Return whether the observations speak against a claim by more than simulation error."""
    bayes_factor = factor(finding)
    return bayes_factor is not None and bayes_factor.high < AGAINST


def against(findings: Iterable[ClaimFinding], t: Texts) -> list[str]:
    """Name the claims that the observations speak against, in one entry; in none where there are none."""
    return _named((finding for finding in findings if speaks_against(finding)), t)


def other_draws(findings: Iterable[ClaimFinding], t: Texts) -> list[str]:
    """Name the claims of which other draws may say another word, in one entry; in none where there are none."""
    return _named((finding for finding in findings if finding.other_words), t)


def _named(findings: Iterable[ClaimFinding], t: Texts) -> list[str]:
    names = [t.of(finding.claim.title) for finding in findings]
    return [t("and_another").join(names)] if names else []


def is_tested(finding: Verdict) -> bool:
    """Return whether anything could be measured that decides about a claim or a part."""
    return isfinite(finding.probability)


def counted(claims: Iterable[ClaimFinding]) -> list[ClaimFinding]:
    """Return the claims that count wherever claims are counted: those of which anything could be measured."""
    return [claim for claim in claims if is_tested(claim)]


def said_word(t: Texts, finding: Verdict) -> str:
    """State the word of a verdict, followed by those that other draws may say, or by that nothing could be tested."""
    word = t(f"word.{finding.word}")
    if not is_tested(finding):
        return t("untested", word=word)
    others = t("or").join(t("quoted", title=t(f"word.{other}")) for other in finding.other_words)
    return t("other_draws", word=word, others=others) if others else word


def chance(finding: Verdict) -> Interval | float | None:
    """Return P with the interval of its sampling error; P alone where that is not known or nil, ``None`` without P."""
    if not finding.sampling_error > 0.0:
        return known(finding.probability)
    low, high = reach(finding.probability, finding.sampling_error, standard().sampling_error.value)
    return Interval(max(low, 0.0), min(high, 1.0), finding.probability)


def sampling_range(finding: Verdict) -> str:
    """Describe half the width of the interval of the sampling error, in per cent; a dash where it is not known."""
    if not isfinite(finding.sampling_error):
        return "–"
    return percent(reach(0.0, finding.sampling_error, standard().sampling_error.value)[1])


def observations_changed(t: Texts, finding: Verdict) -> str:
    """Describe what the observations changed of what the prior alone says."""
    if not isfinite(finding.probability):
        return ""
    before = finding.prior_probability
    low, high = finding.monte_carlo
    word = "same" if low <= before <= high else "raised" if before < low else "lowered"
    sentence = t(f"record.{word}", prior=percent(before), probability=percent(finding.probability))
    if word == "same" and built_in(before) != "open":
        sentence = t("record.built_in", record=sentence)
    return sentence


def column_of(statistic: Statistic) -> Column:
    """Choose how values of a statistic are written: shares in per cent, their changes in points, else the unit."""
    if statistic.kind in ("share", "context", "missing"):
        return Column("value", "", Kind.share, places=2 if statistic.kind == "context" else 1)
    if statistic.outcome:
        return Column("value", "", Kind.points)
    if statistic.kind in ("log", "interaction"):
        return Column("value", "", Kind.change, places=2)
    if statistic.kind == "ratio":
        return Column("value", "", Kind.number, places=2)
    unit = catalogue().outputs[statistic.output or ""].unit
    return Column("value", "", Kind.change if statistic.kind == "difference" else Kind.number, unit)
