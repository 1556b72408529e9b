"""The report in a few sentences, made from numbers: nothing here is written beforehand but the frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analysis.observed import Comparison, expected_outside, misses
from copark.analysis.outcomes import quarters_apart, sweep, year_twenty
from copark.presentation.numbers import WHOLE, number, percent, percent_words, percentile, reach, spoken
from copark.report.words import bounded, join, observed, output_title, variable_title
from copark.simulation.trust import Trust
from copark.stats.quantiles import band
from copark.stats.shares import Share
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case

HEADLINES = ("registered", "operating", "realised_investment", "jobs")
"""What is told of the record first, and set beside the model."""


@dataclass(frozen=True)
class Findings:
    """What the summary is made from.

    Parameters
    ----------
    result, case, lang, scenario
        What is reported, and how.
    shares
        Outcome shares of the scenario.
    rows
        Observations beside the model.
    """

    result: xr.Dataset
    case: Case
    lang: str
    scenario: int
    shares: tuple[Share, ...]
    rows: tuple[Comparison, ...]

    def say(self, key: str, **values: Any) -> str:
        """A text of the report."""
        return text(f"report.{key}", self.lang, **values)

    @property
    def trust(self) -> Trust:
        """How far the parameters of the runs may be trusted."""
        return Trust.of(provenance(self.result))

    @property
    def labels(self) -> list[str]:
        """The quarters, such as ``2012Q3``."""
        return [str(label) for label in self.result["label"].to_numpy()]

    @property
    def runs(self) -> int:
        """Runs of the scenario, finished or not."""
        return int(self.result.sizes["run"])

    @property
    def finished(self) -> int:
        """Runs of the scenario that finished."""
        return self.shares[0].total

    def share(self, name: str) -> Share:
        """The share of an outcome."""
        return next(entry for entry in self.shares if entry.name == name)

    def unit(self, name: str) -> str:
        """An output's unit."""
        return str(self.result[name].attrs.get("units", ""))

    def final(self, name: str) -> tuple[float, float, float] | None:
        """5, 50 and 95 % of runs when outcomes are judged; ``None`` where there is no value."""
        if name not in self.result.data_vars:
            return None
        values = self.result[name].isel(scenario=self.scenario, quarter=year_twenty(self.result)).to_numpy()
        low, median, high = band(values)
        return (low, median, high) if np.isfinite(median) else None


def provenance(result: xr.Dataset) -> dict[str, Any]:
    """What made a result, as its attributes tell; empty where they do not."""
    try:
        found = json.loads(result.attrs.get("provenance", "{}"))
    except (TypeError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    if isinstance(found.get("study"), str):
        with suppress(ValueError):
            found["study"] = json.loads(found["study"])
    return found


def cards(findings: Findings) -> tuple[tuple[str, str, str], ...]:
    """The numbers to be seen first: number, what it is, how wide."""
    if not findings.finished:
        return ()
    lang, last = findings.lang, findings.labels[year_twenty(findings.result)]
    found = [_standing(findings)] if findings.trust.shows_outcomes else []
    for output in ("operating", "jobs", "cash"):
        final = findings.final(output)
        if final is not None:
            unit = findings.unit(output)
            median = number(final[1], 0) if unit in WHOLE else spoken(final[1], unit, lang)
            title = findings.say("card.at", title=output_title(findings.result, output, lang), last=last)
            found.append((median, title, findings.say("card.band", band=reach(final[0], final[2], unit, lang))))
    rows = [row for row in findings.rows if row.inside is not None]
    if rows:
        value = findings.say("card.outside_value", outside=len(misses(rows)), compared=len(rows))
        expected = findings.say("card.outside_expected", expected=expected_outside(len(rows)))
        found.append((value, findings.say("card.outside"), expected))
    return tuple(found)


def _standing(findings: Findings) -> tuple[str, str, str]:
    """Share of runs in which the park is self-standing, as a card."""
    standing = findings.share("self_standing")
    name = text("analysis.outcome.self_standing", findings.lang)
    width = findings.say("card.error", band=f"{percent(standing.low)}–{percent(standing.high)}")
    return percent(standing.share), findings.say("card.outcome", outcome=name), width


def known(findings: Findings) -> list[str]:
    """What is known of the park, before any model."""
    case, lang = findings.case, findings.lang
    kind = {"intergovernmental": "known_intergovernmental", "enterprise-led": "known_enterprise_led"}
    first = findings.say(
        f"summary.{kind.get(case.kind, 'known')}",
        park=case.title.get(lang),
        home=case.sides.home.title.get(lang),
        host=case.sides.host.title.get(lang),
        start=str(case.clock.start),
        observations=len(case.observations),
        events=len(case.events),
        sources=len(case.sources),
        data_end=str(case.clock.data_end),
        compared=len(findings.rows),
        high=sum(row.observation.grade == "high" for row in findings.rows),
    )
    latest = []
    for name in HEADLINES:
        entries = case.observed(name)
        if entries:
            last = entries[-1]
            words = {
                "title": variable_title(name, lang),
                "value": observed(last, lang, "spoken"),
                "date": str(last.date),
            }
            latest.append(findings.say("summary.latest_one", **words))
    if not latest:
        return [first]
    return [first, findings.say("summary.latest", values=findings.say("join.clause").join(latest))]


def says(findings: Findings) -> list[str]:
    """What the model says would happen, and how often."""
    if not findings.finished:
        return [findings.say("summary.no_run")]
    labels = findings.labels
    at = year_twenty(findings.result)
    quarters = (at + 1) * quarters_apart(findings.result)
    said = []
    if findings.trust.shows_outcomes:
        said.append(
            findings.say(
                "summary.outcomes",
                last=labels[at],
                years=number(quarters / 4.0, 0 if quarters % 4 == 0 else 2),
                runs=number(findings.finished, 0),
                **{entry.name: percent_words(entry.share, findings.lang) for entry in findings.shares},
            )
        )
    swept = sweep(findings.result, findings.scenario) if said else {}
    if swept:
        low, high = (next(one.share for one in swept[value] if one.name == "self_standing") for value in (15.0, 100.0))
        words = {"low": percent_words(low, findings.lang), "high": percent_words(high, findings.lang)}
        said.append(findings.say("summary.threshold", **words))
    operating, jobs = findings.final("operating"), findings.final("jobs")
    if operating is not None and jobs is not None:
        ends = {"low": operating[0], "median": operating[1], "high": operating[2]}
        ends |= {"jobs_low": jobs[0], "jobs_median": jobs[1], "jobs_high": jobs[2]}
        said.append(findings.say("summary.ends", **{key: number(value, 0) for key, value in ends.items()}))
    return said


def beside(findings: Findings) -> list[str]:
    """What the model says beside what did happen."""
    rows = [row for row in findings.rows if row.inside is not None]
    if not findings.finished:
        return []
    if not rows:
        return [findings.say("summary.beside_none")]
    outside = len(misses(rows))
    counted = {"compared": len(rows), "outside": outside, "expected": expected_outside(len(rows))}
    said = [findings.say("summary.beside", **counted)]
    share = outside / len(rows)
    said += by_role(findings, rows)
    kind = "covered" if share < 0.05 else "as_many" if share <= 0.15 else "too_many"
    said.append(findings.say(f"summary.{kind}", section=findings.say("section.record")))
    for name in HEADLINES:
        found = [row for row in rows if row.observation.variable == name]
        if found:
            said.append(one_beside(findings, found[-1], "summary.latest_beside"))
    return said


def by_role(findings: Findings, rows: Sequence[Comparison]) -> list[str]:
    """How the observations meant for fitting and those kept for scoring fare; nothing where one kind is missing."""
    counts: dict[str, int] = {}
    for role in ("fit", "score"):
        found = [row for row in rows if row.observation.role == role]
        counts |= {role: len(found), f"{role}_outside": len(misses(found))}
    return [findings.say("summary.by_role", **counts)] if counts["fit"] and counts["score"] else []


def one_beside(findings: Findings, row: Comparison, key: str) -> str:
    """A sentence about one observation: what was recorded, what the model says."""
    entry = row.observation
    unit, lang = findings.unit(entry.variable), findings.lang
    return findings.say(
        key,
        title=output_title(findings.result, entry.variable, lang),
        date=str(entry.date),
        observed=bounded(row.value, row.high, entry.bound, unit, lang, "spoken"),
        median=spoken(row.median, unit, lang),
        band=reach(row.low, row.upper, unit, lang),
        low=spoken(row.low, unit, lang),
        high=spoken(row.upper, unit, lang),
        upper=spoken(row.upper, unit, lang),
        percentile=percentile(row.percentiles),
        width=percent(row.width),
    )


def drawn(findings: Findings) -> list[str]:
    """How the parameters of the runs were drawn, where the trust state does not say it all."""
    made = provenance(findings.result)
    if "posterior_pairs" in made:
        pairs, count = number(int(made["posterior_pairs"]), 0), findings.result.sizes.get("parameter", 0)
        return [findings.say("summary.posterior", cut=str(made["posterior_cut"]), pairs=pairs, drawn=count)]
    if findings.trust.kind == "unsettled":
        from copark.model.variables import catalogue

        spread = [one for one in catalogue().parameters.values() if one.drawn or one.moved == "moved"]
        held = sum(one.moved == "moved" for one in spread)
        free = findings.result.sizes.get("parameter", len(spread) - held)
        return [findings.say("summary.unsettled", held=held, drawn=free)]
    return []


def sure(findings: Findings) -> list[str]:
    """How sure: counting error, where the parameters come from, what is extrapolation, what did not finish."""
    said = []
    if findings.finished and findings.trust.shows_outcomes:
        standing = findings.share("self_standing")
        said.append(
            findings.say(
                "summary.error", runs=number(findings.finished, 0), low=percent(standing.low, 1),
                high=percent(standing.high, 1),
            )
        )  # fmt: skip
    said += [findings.trust.meaning(findings.lang), *drawn(findings)]
    if str(findings.case.clock.data_end) < findings.labels[-1]:
        said.append(findings.say("summary.far", data_end=str(findings.case.clock.data_end)))
    if findings.finished < findings.runs:
        count = number(findings.runs - findings.finished, 0)
        said.append(findings.say("summary.unfinished", count=count, total=number(findings.runs, 0)))
    made = provenance(findings.result).get("runs")
    if isinstance(made, int) and made > findings.runs:
        said.append(findings.say("summary.kept", all=number(made, 0), kept=number(findings.runs, 0)))
    return said


def unseen(findings: Findings, names: Sequence[str]) -> str:
    """Which of the outputs shown have no observation at all; empty where each has one."""
    seen = {entry.variable for entry in findings.case.observations if entry.use and entry.grade != "background"}
    missing = [name for name in names if name in findings.result.data_vars and name not in seen]
    if not missing:
        return ""
    titles = [output_title(findings.result, name, findings.lang) for name in missing]
    return findings.say("record.unseen", names=join(titles, findings.lang))
