"""Columns, intervals and signs in which documents and pages show the effects of levers."""

from __future__ import annotations

from copark.analyses.contract import Texts
from copark.decisions.effects import LeverEffect
from copark.decisions.measures import Measure, measure_of
from copark.presentation import document as doc

SIGNS = {
    "gains_surely": "++",
    "gains_mostly": "+",
    "gains_at_times": "+",
    "unclear": "?",
    "nothing": "·",
    "loses_at_times": "−",
    "loses_mostly": "−",
    "loses_surely": "−−",
    "unknown": "—",
}
"""Sign of each verdict."""


def level_column(measure: Measure, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """Make a column of values of a measure.

    Parameters
    ----------
    measure
        The measure.
    t
        Texts of levers in a language.
    key, title
        Of the column, where they are not those of the measure.
    """
    words = title or t(f"measure.{measure.name}")
    if measure.unit in ("1", "1/yr"):
        return doc.Column(key or measure.name, words, doc.Kind.share, places=1)
    places = 2 if measure.unit == "log points" else 0
    return doc.Column(key or measure.name, words, doc.Kind.number, measure.unit, places)


def change_column(name: str, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """Make a column of differences of a measure: shares and returns in points, jobs and millions whole.

    Parameters
    ----------
    name
        Name of the measure.
    t
        Texts of levers in a language.
    key, title
        Of the column, where they are not those of the measure.
    """
    unit = measure_of(name).unit
    words = title or t(f"measure.{name}")
    if unit in ("1", "1/yr"):
        return doc.Column(key or name, words, doc.Kind.points)
    places = {"log points": 2, "persons": 0}.get(unit)
    return doc.Column(key or name, words, doc.Kind.change, unit, places)


def effect_interval(effect: LeverEffect) -> doc.Interval:
    """Return the median of an effect and the band of 90 % of pairs; of a share its change and Monte Carlo interval."""
    if effect.is_share:
        return doc.Interval(effect.monte_carlo_low, effect.monte_carlo_high, effect.mean)
    return doc.Interval.of(effect)


def across_structures(effect: LeverEffect) -> doc.Interval | None:
    """Return the least and the largest effect under the structures of the model; ``None`` where none is known."""
    effects = effect.known_effects
    return doc.Interval(min(effects), max(effects)) if effects else None
