"""Numbers as a person reads them, in both languages."""

from __future__ import annotations

from math import floor, isfinite, log10

from copark import units
from copark.texts import text

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
WHOLE = frozenset(("companies", "persons", "buildings", "countries", "delegations"))
"""Units of things that are counted: no decimals."""


def decimals(value: float, digits: int = 2) -> int:
    """Decimals that show a value with at least ``digits`` significant figures, never more than four."""
    if value == 0.0 or not isfinite(value):
        return 0
    return min(4, max(0, digits - 1 - floor(log10(abs(value)))))


def number(value: float, places: int | None = None) -> str:
    """A number with thousands separated and a true minus sign; a dash where there is none."""
    if not isfinite(value):
        return NOTHING
    shown = f"{value:,.{decimals(value) if places is None else places}f}"
    if shown.startswith("-"):
        shown = MINUS + shown[1:] if shown.strip("-0.,") else shown[1:]
    return shown


def percent(share: float, places: int = 0) -> str:
    """A share in per cent. Shares that only round to 0 or 100 are said to be below or above."""
    if not isfinite(share):
        return NOTHING
    smallest = 10.0 ** (-places)
    value = share * 100.0
    if 0.0 < value < smallest / 2.0:
        return f"<{number(smallest, places)}%"
    if 100.0 - smallest / 2.0 < value < 100.0:
        return f">{number(100.0 - smallest, places)}%"
    return f"{number(value, places)}%"


def percent_words(share: float, lang: str, places: int = 0) -> str:
    """A share in per cent as a sentence says it: "less than 1%"."""
    shown = percent(share, places)
    for mark, key in (("<", "less_than"), (">", "more_than")):
        if shown.startswith(mark):
            return text(f"report.number.{key}", lang, value=shown[1:])
    return shown


def shares_of(basis_points: float) -> str:
    """Basis points in per cent: two decimals only where they are needed."""
    value = basis_points / 100.0
    return f"{number(value, 0 if value == round(value) else 2)}%"


def money(value: float, lang: str) -> str:
    """An amount of M USD in a sentence; in Chinese in 亿 or 万 as the language counts."""
    if not isfinite(value):
        return NOTHING
    if lang == "zh":
        if abs(value) >= 100.0:
            return f"{number(value / 100.0, decimals(value / 100.0, 3))}亿美元"
        return f"{number(value * 100.0, 0)}万美元"
    return f"US${number(value)} million" if value >= 0.0 else f"{MINUS}US${number(-value)} million"


def quantity(value: float, unit: str, lang: str) -> str:
    """A value with its unit, for tables and labels."""
    if unit == "1":
        return number(value)
    if unit in WHOLE and isfinite(value):
        value = float(round(value))
    if unit == "%":
        return f"{number(value)}%" if isfinite(value) else NOTHING
    if unit == "1/yr":
        return text("report.number.percent_a_year", lang, value=number(value * 100.0, 1))
    shown, digits = unit_title(unit, lang), number(value, 0 if unit in WHOLE else None)
    return f"{digits} {shown}".rstrip() if lang == "en" else f"{digits}{shown}"


def between(low: float, high: float, unit: str, lang: str) -> str:
    """A range with its unit said once."""
    places = 0 if unit in WHOLE else None
    if unit == "1/yr":
        return f"{number(low * 100.0, 1)}–{quantity(high, unit, lang)}"
    return f"{number(low, places)}–{quantity(high, unit, lang)}"


def spoken(value: float, unit: str, lang: str) -> str:
    """A value with its unit as a sentence says it: money as people count it."""
    return money(value, lang) if unit == "M USD" else quantity(value, unit, lang)


def reach(low: float, high: float, unit: str, lang: str) -> str:
    """A range as a sentence says it, with its unit said once: "56 to 399 companies"."""
    if not (isfinite(low) and isfinite(high)):
        return NOTHING
    first, last = spoken(low, unit, lang), spoken(high, unit, lang)
    ends = _ends(first, last)
    return text("report.number.reach", lang, low=ends[0], high=ends[1])


def _ends(first: str, last: str) -> tuple[str, str]:
    """Leave out of the first what the two have in common before or after the digits."""
    digits = "0123456789"
    tail = last.lstrip(digits + ",." + MINUS) if not last.startswith("US$") else last[3:].lstrip(digits + ",.")
    if tail and first.endswith(tail) and first[: -len(tail)].strip("US$" + digits + ",." + MINUS) == "":
        first = first[: -len(tail)]
    if first.startswith("US$") and last.startswith("US$"):
        last = last[3:]
    return first, last


def unit_title(unit: str, lang: str) -> str:
    """The unit's name; the symbol itself where the list of units has none."""
    return units.title(unit, lang) if units.known(unit) else unit


def axis_number(value: float) -> str:
    """A number on an axis: no more decimals than it needs."""
    places = 0 if value == round(value) else min(4, max(1, len(f"{abs(value):.4f}".rstrip("0").partition(".")[2])))
    return number(value, places)
