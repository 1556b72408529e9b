"""Sentences about levers: who gains, who loses, what it leans on, and how far it may be trusted."""

from __future__ import annotations

from math import isfinite

from copark.inference.levers.findings import Findings
from copark.inference.levers.gains import Balance, Gain
from copark.inference.levers.leaning import Leaning
from copark.inference.levers.measures import SIDES
from copark.model.variables import catalogue
from copark.presentation.numbers import number, percent
from copark.report.words import join
from copark.texts import text


def signed(value: float, places: int | None = None) -> str:
    """A difference with its sign; a dash where there is none."""
    shown = number(value, places)
    return f"+{shown}" if value > 0.0 and shown.strip("0.,") else shown


def shown(one: Gain, value: float) -> str:
    """A difference as its measure is told: shares and returns in points, jobs and millions whole."""
    unit = one.measure.unit
    if unit in ("1", "1/yr"):
        return signed(100.0 * value, 1)
    if unit == "log points":
        return signed(value, 2)
    return signed(value, 0 if abs(value) >= 10.0 or unit == "persons" else 1)


def level(one: Gain, value: float) -> str:
    """A value as its measure is told."""
    unit = one.measure.unit
    if unit in ("1", "1/yr"):
        return percent(value, 1)
    return number(value, 2 if unit == "log points" else 0)


def band(one: Gain, lang: str) -> str:
    """The middle of a gain and its band; of a share its change and Monte Carlo interval."""
    if one.measure.kind == "share":
        middle, low, high = one.mean, one.low, one.high
    else:
        middle, low, high = one.median, one.levels[0], one.levels[4]
    return text("levers.band", lang, middle=shown(one, middle), low=shown(one, low), high=shown(one, high))


def measure_title(name: str, lang: str) -> str:
    """A measure with the unit it is told in."""
    return text(f"levers.measure.{name}", lang)


def side_title(side: str, lang: str) -> str:
    """A side's name."""
    return text(f"levers.side.{side}", lang)


def named(sides: tuple[str, ...], lang: str) -> str:
    """Sides in a sentence: "the home side and enterprises", or "all four"."""
    if len(sides) == len(SIDES):
        return text("levers.all_sides", lang)
    return join([text(f"levers.word.{side}", lang) for side in sides], lang)


def balance_words(found: Findings, one: Balance, lang: str) -> str:
    """Who gains and who loses by a setting, in a few words."""
    parts = [text("levers.balance.setting", lang, title=found.title(one.setting, lang))]
    for word in ("gain", "lose"):
        told = [_how(found, one.setting, side, lang) for side in one.sides(word)]
        if told:
            parts.append(text(f"levers.balance.{word}", lang, sides=join(told, lang)))
    for word in ("unclear", "nothing"):
        sides = one.sides(word)
        if sides:
            parts.append(text(f"levers.balance.{word}", lang, sides=named(sides, lang)))
    flips = tuple(side for side in SIDES if found.gain(one.setting, side).flips)
    if flips:
        parts.append(text("levers.balance.flips", lang, sides=named(flips, lang)))
    return "".join(parts)


def _how(found: Findings, setting: str, side: str, lang: str) -> str:
    one = found.gain(setting, side)
    share = percent(max(one.better, one.worse))
    name = text(f"levers.word.{side}", lang)
    return text("levers.how", lang, side=name, amount=shown(one, one.median), share=share)


def leaning_words(found: Findings, lang: str) -> tuple[str, ...]:
    """Parameters that data did not move, or hardly, and the settings whose gain moves with them most of all."""
    strongest: dict[str, Leaning] = {}
    for one in found.leanings:
        strongest.setdefault(one.setting, one)
    told = []
    for name in dict.fromkeys(one.parameter for one in strongest.values() if one.verdict != "moved"):
        rows = sorted(
            (one for one in strongest.values() if one.parameter == name), key=lambda one: -abs(one.correlation)
        )
        settings = [
            text("levers.hangs", lang, setting=found.title(one.setting, lang), correlation=signed(one.correlation, 2))
            for one in rows
        ]
        title = catalogue().parameters[name].title(lang)
        words = text("levers.join", lang).join(settings)
        told.append(text(f"levers.leaning.{rows[0].verdict}", lang, parameter=title, settings=words))
    return tuple(told)


def extremes(found: Findings) -> tuple[Gain, Gain]:
    """The settings that raise and lower P(self-standing) most, as modelled."""
    changes = [one for one in found.gains if one.measure.name == "self_standing" and isfinite(one.mean)]
    ordered = sorted(changes or [found.gains[0]], key=lambda one: one.mean)
    return ordered[-1], ordered[0]
