"""Numbers as a person reads them, in both languages: :func:`shown` for a cell, :func:`number_format` for a workbook."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from copark import units
from copark.presentation.document import Column, Interval, Kind, Value
from copark.texts import has_text, text

if TYPE_CHECKING:
    from copark.stats.scores import Percentiles

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
WHOLE = frozenset(("companies", "persons", "buildings", "countries", "delegations"))
"""Units of things that are counted: no decimals."""
MILLIONS = "百万"
"""What the Chinese name of a unit of millions begins with; after a number 万 or 亿 stands in its place."""


COUNTED = "万亿"
"""Ten thousand and a hundred million, by which Chinese counts."""


def decimals(value: float, digits: int = 2) -> int:
    """Return the decimals that show a value with at least ``digits`` significant figures, never more than four."""
    if value == 0.0 or not isfinite(value):
        return 0
    return min(4, max(0, digits - 1 - floor(log10(abs(value)))))


def number(value: float, places: int | None = None) -> str:
    """Write a number with thousands separated and a true minus sign; a dash where there is none."""
    if not isfinite(value):
        return NOTHING
    shown = f"{value:,.{decimals(value) if places is None else places}f}"
    if places is None and not shown.strip("-0.,"):
        return "0"
    if shown.startswith("-"):
        shown = MINUS + shown[1:] if shown.strip("-0.,") else shown[1:]
    return shown


def exact(value: float) -> str:
    """Write a reported number with every digit it was reported with, up to four decimals."""
    if not isfinite(value):
        return NOTHING
    shown = f"{value:,.4f}".rstrip("0").rstrip(".")
    return number(value, len(shown.partition(".")[2]))


def precise(value: float, digits: int = 3) -> str:
    """Write a number with some significant figures and no trailing zeros; whole from 1,000 on."""
    if not isfinite(value):
        return NOTHING
    return f"{value:.{digits}g}".replace("-", MINUS) if abs(value) < 1000 else number(value, 0)


def percent(share: float, places: int = 0) -> str:
    """Write a share in per cent. Shares that only round to 0 or 100 are said to be below or above."""
    if not isfinite(share):
        return NOTHING
    smallest = 10.0 ** (-places)
    value = share * 100.0
    if 0.0 < value <= smallest / 2.0:
        return f"<{number(smallest, places)}%"
    if 100.0 - smallest / 2.0 <= value < 100.0:
        return f">{number(100.0 - smallest, places)}%"
    return f"{number(value, places)}%"


def percentile(place: Percentiles) -> str:
    """Write where an observation lies in an ensemble, 0 to 100: a percentile, or those a bound or a range spans."""

    def say(value: float) -> str:
        return number(value, 1 if 0.0 < value < 10.0 or 90.0 < value < 100.0 else 0)

    return say(place.first) if place.single or not isfinite(place.first) else f"{say(place.first)}–{say(place.last)}"


def band(low: float, upper: float, unit: str, width: float) -> str:
    """Write a band, and half its width as a share of what was observed: "84 – 260 (±105%)".

    Parameters
    ----------
    low, upper
        Its ends, in the unit.
    unit
        Symbol of the unit, which decides the decimals; it is not written.
    width
        Half of it as a share of what was observed; NaN where nothing was.
    """
    wide = f" (±{percent(width)})" if isfinite(width) else ""
    return f"{bare(low, unit)} – {bare(upper, unit)}{wide}"


def percent_words(share: float, lang: str, places: int = 0) -> str:
    """Write a share in per cent as a sentence says it: "less than 1%".

    Parameters
    ----------
    share
        The share, 0 to 1.
    lang
        Language, ``en`` or ``zh``.
    places
        Decimals of the per cent.

    Returns
    -------
    The words; a bare number where the share is not too near to 0 or 1 to be written with so many decimals.
    """
    shown = percent(share, places)
    for mark, key in (("<", "less_than"), (">", "more_than")):
        if shown.startswith(mark):
            return text(f"presentation.number.{key}", lang, value=shown[1:])
    return shown


def shares_of(basis_points: float) -> str:
    """Write basis points in per cent: two decimals only where they are needed."""
    value = basis_points / 100.0
    return f"{number(value, 0 if value == round(value) else 2)}%"


SMALL = 0.01
"""Millions below which an amount is told in dollars."""


def money(value: float, lang: str, *, reported: bool = False) -> str:
    """Write an amount of M USD in a sentence; in Chinese in 亿 or 万 as the language counts.

    Parameters
    ----------
    value
        The amount, M USD.
    lang
        Language, ``en`` or ``zh``.
    reported
        Whether it was reported, and keeps every digit.
    """
    if not isfinite(value):
        return NOTHING
    if lang == "zh":
        return _counted(value, unit_title("M USD", lang), reported=reported)
    sign = MINUS if value < 0.0 else ""
    if not reported and 0.0 < abs(value) < SMALL:
        return f"{sign}US${number(abs(value) * 1e6)}"
    return f"{sign}US${exact(abs(value)) if reported else number(abs(value))} million"


def _in_millions(unit: str, lang: str) -> bool:
    return lang == "zh" and unit_title(unit, lang).startswith(MILLIONS)


def _counted(value: float, name: str, *, reported: bool) -> str:
    """Write an amount in millions in 万 or 亿, with three digits or as reported; below 1万 in single ones."""
    if not reported and 0.0 < abs(value) < SMALL:
        return f"{number(value * 1e6, 0).replace(',', '')}{name.removeprefix(MILLIONS)}"
    value = value if reported else round(value, decimals(value, 3))
    large = abs(value) >= 100.0
    scaled = value / 100.0 if large else value * 100.0
    shown = exact(scaled if reported or not large else round(scaled, decimals(scaled, 3)))
    return f"{shown.replace(',', '')}{'' if shown == '0' else '亿' if large else '万'}{name.removeprefix(MILLIONS)}"


def bare(value: float, unit: str, *, reported: bool = False) -> str:
    """Write a value without its unit, in the digits the unit asks for.

    Parameters
    ----------
    value
        The value, in ``unit``; one that is not finite is a dash.
    unit
        Symbol of the unit: things counted are whole numbers, a rate per year is a percentage.
    reported
        Whether it was reported, and keeps every digit.
    """
    if unit == "1/yr":
        return f"{exact(value * 100.0) if reported else number(value * 100.0, 1)}%" if isfinite(value) else NOTHING
    if reported:
        return exact(value)
    return number(value, 0 if unit in WHOLE else None)


def quantity(value: float, unit: str, lang: str, *, reported: bool = False) -> str:
    """Write a value with its unit, for tables and labels.

    Parameters
    ----------
    value
        The value, in ``unit``; one that is not finite is a dash.
    unit
        Symbol of the unit, as in the list of :mod:`copark.units`.
    lang
        Language, ``en`` or ``zh``; in Chinese millions are counted in 亿 or 万.
    reported
        Whether it was reported, and keeps every digit.
    """
    shown = bare(value, unit, reported=reported)
    if unit in ("1", "%") or not isfinite(value):
        return f"{shown}%" if unit == "%" and isfinite(value) else shown
    if unit == "1/yr":
        return text("presentation.number.a_year", lang, value=shown)
    is_one = lang == "en" and shown.removeprefix(MINUS) == "1"
    name = units.SINGULAR.get(unit, unit_title(unit, lang)) if is_one else unit_title(unit, lang)
    if _in_millions(unit, lang):
        return _counted(value, name, reported=reported)
    return f"{shown} {name}".rstrip() if lang == "en" else f"{shown}{name}"


def spoken(value: float, unit: str, lang: str, *, reported: bool = False) -> str:
    """Write a value with its unit as a sentence says it: money as people count it.

    Parameters
    ----------
    value
        The value, in ``unit``; one that is not finite is a dash.
    unit
        Symbol of the unit, as in the list of :mod:`copark.units`.
    lang
        Language, ``en`` or ``zh``.
    reported
        Whether it was reported, and keeps every digit.
    """
    if unit == "M USD":
        return money(value, lang, reported=reported)
    return quantity(value, unit, lang, reported=reported)


def bounded(value: float, high: float | None, bound: str, unit: str, lang: str, kind: str = "quantity") -> str:
    """Write an observed value as its source gives it, with all its digits: at least, about, from … to.

    Parameters
    ----------
    value, high
        The value; the ends of a range. ``high`` is ``None`` where there is one value.
    bound
        What is said of it: exact, about, more-than, at-least, at-most or range.
    unit
        Symbol of the unit of both.
    lang
        Language, ``en`` or ``zh``.
    kind
        How a value is written: ``quantity`` with its unit, ``spoken`` as a sentence says it, ``bare`` without a unit.
    """

    def say(amount: float) -> str:
        if kind == "bare":
            return bare(amount, unit, reported=True)
        return (spoken if kind == "spoken" else quantity)(amount, unit, lang, reported=True)

    if bound == "range" and high is not None:
        whole = kind == "spoken" and unit == "M USD"
        low = say(value) if whole or _in_millions(unit, lang) else bare(value, unit, reported=True)
        ends = _ends(low, say(high)) if _in_millions(unit, lang) else (low, say(high))
        return text("presentation.number.bound.range", lang, value=ends[0], high=ends[1])
    has_words = has_text(f"presentation.number.bound.{bound}") and bound != "range"
    return text(f"presentation.number.bound.{bound if has_words else 'exact'}", lang, value=say(value))


def reach(low: float, high: float, unit: str, lang: str) -> str:
    """Write a range as a sentence says it, with its unit once: "56 to 399 companies".

    Parameters
    ----------
    low, high
        Its ends, in the unit; a dash stands for a range without both.
    unit
        Symbol of the unit, as in the list of :mod:`copark.units`.
    lang
        Language, ``en`` or ``zh``.
    """
    if not (isfinite(low) and isfinite(high)):
        return NOTHING
    ends = _ends(spoken(low, unit, lang), spoken(high, unit, lang))
    return text("presentation.number.reach", lang, low=ends[0], high=ends[1])


def _ends(first: str, last: str) -> tuple[str, str]:
    """Leave out of the first what the two have in common before or after the digits.

    万 and 亿 are part of a number and stand at both ends (GB/T 15835): "7.26亿至22.8亿美元", "5000万至1.72亿美元".
    """
    digits = "+0123456789"
    tail = last.lstrip(digits + ",." + MINUS) if not last.startswith("US$") else last[3:].lstrip(digits + ",.")
    tail = tail.lstrip(COUNTED)
    if tail and first.endswith(tail) and first[: -len(tail)].strip("US$" + digits + ",." + MINUS + COUNTED) == "":
        first = first[: -len(tail)]
    if first.startswith("US$") and last.startswith("US$"):
        last = last[3:]
    return first, last


def unit_title(unit: str, lang: str) -> str:
    """Return the unit's name; the symbol itself where the list of units has none."""
    return units.title(unit, lang) if units.known(unit) else unit


def axis_number(value: float) -> str:
    """Write a number on an axis: no more decimals than it needs."""
    places = 0 if value == round(value) else min(4, max(1, len(f"{abs(value):.4f}".rstrip("0").partition(".")[2])))
    return number(value, places)


def shown(value: Value, column: Column, lang: str, *, with_unit: bool = False) -> str:
    """Write a value as every renderer does.

    Parameters
    ----------
    value
        A value of the column; an interval is written with its ends.
    column
        Column of the value, with its kind, unit and decimals.
    lang
        Language, ``en`` or ``zh``.
    with_unit
        Whether the unit follows, as where no head of a column tells it; money is then counted as the language counts.
    """
    if isinstance(value, Interval):
        return _interval(value, column, lang, with_unit=with_unit)
    if isinstance(value, bool):
        return text(f"presentation.answer.{'yes' if value else 'no'}", lang)
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return NOTHING
    if isinstance(value, str):
        return value
    if column.kind is Kind.share:
        return percent(value, column.places or 0)
    if column.kind is Kind.points:
        points = _signed(value, number(100.0 * value, 1 if column.places is None else column.places))
        return text("presentation.number.points", lang, value=points) if with_unit else points
    words = _bare(value, column, lang, with_unit=with_unit)
    return _signed(value, words) if column.kind is Kind.change else words


def _bare(value: float, column: Column, lang: str, *, with_unit: bool) -> str:
    places = 0 if column.kind is Kind.count else column.places
    if with_unit and (places is None or column.unit == "M USD" or _in_millions(column.unit, lang)):
        return spoken(value, column.unit, lang)
    digits = bare(value, column.unit) if places is None else number(value, places)
    unit = unit_title(column.unit, lang) if with_unit and column.unit else ""
    return f"{digits} {unit}".rstrip() if lang == "en" else f"{digits}{unit}"


def _signed(value: float, words: str) -> str:
    return f"+{words}" if value > 0.0 and any(digit in words for digit in "123456789") else words


def _interval(value: Interval, column: Column, lang: str, *, with_unit: bool) -> str:
    counted = with_unit and _in_millions(column.unit, lang)  # each end in its own 万 or 亿
    low, high = (shown(end, column, lang, with_unit=counted) for end in (value.low, value.high))
    if counted:
        low, high = _ends(low, high)
    band = NOTHING if low == high == NOTHING else text("presentation.number.band", lang, low=low, high=high)
    if value.value is None:
        return band
    middle = shown(value.value, column, lang, with_unit=with_unit)
    return text("presentation.number.with_band", lang, value=middle, band=band)


def column_unit(column: Column, lang: str) -> str:
    """Return the unit for the head of a column; empty where the values carry it themselves or there is none."""
    if column.kind is Kind.points:
        return text("presentation.number.points_unit", lang)
    if not column.numeric or column.kind is Kind.share or column.unit in ("", "1", "1/yr"):
        return ""
    return unit_title(column.unit, lang)


def number_format(column: Column, value: Value = None) -> str:
    """Return how a workbook writes a number of a column: with the decimals of :func:`shown`, the value itself whole.

    A share is stored as it is, 0 to 1, and shown in per cent; a difference of shares is stored in percentage points.
    """
    if not column.numeric or isinstance(value, str | bool | Interval):
        return "General"
    places = column.places
    end = ""
    if column.kind is Kind.share:
        places = places or 0
        end = "%"
    elif column.kind is Kind.points:
        places = 1 if places is None else places
    elif column.unit == "1/yr" and places is None:
        places = 1
        end = "%"
    elif column.kind is Kind.count or (places is None and column.unit in WHOLE):
        places = 0
    elif places is None:
        places = decimals(0.0 if value is None else float(value))
    digits = "#,##0" + ("." + "0" * places if places else "") + end
    signed = column.kind in (Kind.change, Kind.points)
    return f'{"+" if signed else ""}{digits};"{MINUS}"{digits};{digits}'
