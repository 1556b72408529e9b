"""What stands beside a headline: the trust state of its parameters, and what is on record of how the park fared."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from copark.cases.casebook import casebook_path
from copark.cases.parks import Park, load_parks
from copark.presentation.numbers import percent
from copark.simulation.trust import Trust
from copark.texts import text
from copark.words import join, observed, variable_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr

    from copark.analyses.reliability.ask import Answer as Reliability
    from copark.cases.case import Case
    from copark.stats.shares import Share

HEADLINES = ("registered", "operating", "realised_investment", "jobs")
"""What is told of the record first."""


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


def trust_of(result: xr.Dataset) -> Trust:
    """How far the parameters of a result may be trusted."""
    return Trust.of(provenance(result))


def recorded_outcome(case: Case, trust: Trust, lang: str) -> str:
    """How the park fared, by the record: its outcome in the casebook, else what was last observed of it."""
    park = _parks().get(case.name) if case.folder == casebook_path() / case.name else None
    if park is not None and park.outcome is not None:
        kind = text(f"trust.recorded_class.{park.outcome}", lang)
        why = (park.outcome_zh if lang == "zh" else park.outcome_en).rstrip(".。")
        words = text("trust.recorded", lang, outcome=text("trust.recorded_why", lang, kind=kind, why=why))
    else:
        words = _latest(case, lang)
    return text("trust.recorded_first" if trust.converged else "trust.recorded_unconverged", lang, recorded=words)


@cache
def _reliability() -> Reliability | None:
    """How reliable outcome probabilities without a calibration are, as it ships; ``None`` where nothing fits."""
    from copark.analyses.registry import REGISTRY
    from copark.analyses.results import SHIPPED, listed, load, place_of

    analysis = REGISTRY["reliability"]
    for run_id, _ in listed(SHIPPED, analysis):
        stored = load(place_of(SHIPPED, analysis, run_id), analysis)
        if stored is not None:
            return cast("Reliability", stored.result)
    return None


def corrected(trust: Trust | None, shares: Iterable[Share], lang: str) -> str:
    """What a share of self-standing runs means by the record of other parks; empty where it needs no such word.

    The correction was learned from parks drawn as if never seen. Of calibrated parks it is told how often theirs came
    true, which is no test of them. A park that is closed needs neither.
    """
    of = {one.name: one.share for one in shares}
    told = trust is not None and trust.state in ("borrowed", "calibrated") and of["failed"] < 1.0
    found = _reliability() if told else None
    if trust is None or found is None:
        return ""
    if trust.state == "calibrated":
        values = {
            "parks": len(found.calibrated), "mean": percent(found.calibrated_mean),
            "thriving": percent(found.calibrated_observed), "alive": percent(found.calibrated_alive),
        }  # fmt: skip
        return text("trust.came_true", lang, **values) if found.calibrated else ""
    said = of["self_standing"]
    values = {
        "parks": len(found.parks), "mean": percent(found.mean), "thriving": percent(found.observed),
        "said": percent(said), "corrected": percent(found.corrected(said)), "base_rate": percent(found.base_rate),
    }  # fmt: skip
    return text("trust.corrected", lang, **values)


@cache
def _parks() -> dict[str, Park]:
    return {park.case: park for park in load_parks().parks if park.case is not None}


def _latest(case: Case, lang: str) -> str:
    last = {name: case.observed(name) for name in HEADLINES}
    found = [
        text("trust.recorded_one", lang, title=variable_title(name, lang), value=observed(rows[-1], lang, "spoken"),
             date=str(rows[-1].date))
        for name, rows in last.items() if rows
    ]  # fmt: skip
    return (
        text("trust.recorded_latest", lang, values=join(found, lang)) if found else text("trust.recorded_nothing", lang)
    )
