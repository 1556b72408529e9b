"""Tables of an exploration for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from copark.inference.exploration.explore import Exploration, Found, GivenSet
from copark.presentation.numbers import number, percent, unit_title
from copark.report.sensitivity.words import DUMMY, condition, named, told_boxes
from copark.report.tables import Table
from copark.texts import text

MOST = 15
"""Rows of a table in the page; the files have all."""


def heads(lang: str, *names: str) -> tuple[str, ...]:
    """Heads of columns."""
    return tuple(text(f"sensitivity.column.{name}", lang) for name in names)


def moved_word(name: str, moved: Mapping[str, str], lang: str) -> str:
    """What the data did to a parameter, in a word."""
    return text(f"sensitivity.moved.{moved[name]}", lang) if name in moved else ""


def clear_word(clear: bool, lang: str) -> str:
    """Whether something stands out from the dummy."""
    return text("sensitivity.clear" if clear else "sensitivity.not_clear", lang)


def zero_word(clear: bool, lang: str) -> str:
    """Whether something stands out from 0."""
    return text("sensitivity.clear" if clear else "sensitivity.not_zero", lang)


def band(low: float, high: float, places: int = 2) -> str:
    """An interval."""
    return f"{number(low, places)} – {number(high, places)}"


def overview(found: Exploration, lang: str) -> Table:
    """Total indices of all read-outs side by side; a dot where a parameter is not told from the dummy."""
    totals = np.stack([one.total[:-1] for one in found.indices], axis=1)
    clear = np.stack([one.total_clear[:-1] for one in found.indices], axis=1)
    shown = np.where(clear, totals, 0.0)
    order = [n for n in np.argsort(-shown.max(axis=1), kind="stable") if clear[n].any()]
    rows: list[tuple[str, ...]] = [
        (
            named(found.names[n], lang),
            *(number(float(totals[n, k]), 2) if clear[n, k] else "·" for k in range(totals.shape[1])),
            moved_word(found.names[n], found.moved, lang),
        )
        for n in order
    ]
    rows.append((named(DUMMY, lang), *(number(float(one.total[-1]), 2) for one in found.indices), ""))
    brief = (text(f"sensitivity.brief.{one.output}", lang, quarter=one.quarter) for one in found.readouts)
    columns = (*heads(lang, "factor"), *brief, *heads(lang, "moved"))
    return Table(columns, tuple(rows), frozenset(range(1, len(columns) - 1)), wide=frozenset((0,)))


def sobol_table(found: Exploration, at: int, lang: str) -> Table:
    """First-order and total indices of one read-out, with intervals and words."""
    one = found.indices[at]
    names = [*found.names, DUMMY]
    order = [*np.argsort(-one.total[:-1], kind="stable")[:MOST], len(names) - 1]
    rows = [
        (
            named(names[n], lang),
            number(float(one.first[n]), 2),
            band(float(one.first_low[n]), float(one.first_high[n])),
            zero_word(bool(one.first_clear[n]), lang),
            number(float(one.total[n]), 2),
            band(float(one.total_low[n]), float(one.total_high[n])),
            clear_word(bool(one.total_clear[n]), lang) if names[n] != DUMMY else "",
            moved_word(names[n], found.moved, lang),
        )
        for n in order
    ]
    columns = heads(lang, "factor", "first", "interval", "first_clear", "total", "interval", "total_clear", "moved")
    return Table(columns, tuple(rows), frozenset((1, 2, 4, 5)))


def screen_table(found: Exploration, at: int, lang: str) -> Table:
    """The screen of one read-out."""
    one = found.screens[at]
    names = [*found.names, DUMMY]
    order = [*np.argsort(-one.mu_star[:-1], kind="stable")[:MOST], len(names) - 1]
    rows = [
        (
            named(names[n], lang),
            number(float(one.mu_star[n])),
            band(float(one.mu_star[n] - one.error[n]), float(one.mu_star[n] + one.error[n]), _places(one.mu_star)),
            number(float(one.mu[n])),
            number(float(one.sigma[n])),
            clear_word(bool(one.clear[n]), lang) if names[n] != DUMMY else "",
            moved_word(names[n], found.moved, lang),
        )
        for n in order
    ]
    columns = heads(lang, "factor", "mu_star", "interval", "mu", "sigma", "total_clear", "moved")
    return Table(columns, tuple(rows), frozenset((1, 2, 3, 4)))


def _places(values: Any) -> int:
    """Decimals that suit values of this size."""
    greatest = float(np.nanmax(np.abs(values))) if len(values) else 0.0
    return 0 if greatest >= 50 else 1 if greatest >= 5 else 2 if greatest >= 0.5 else 3


def given_table(found: Exploration, kept: GivenSet, at: int, lang: str) -> Table:
    """What a sample tells of one read-out."""
    one = kept.found[at]
    order = np.argsort(-one.first, kind="stable")[:MOST]
    rows = [
        (
            named(kept.names[n], lang),
            number(float(one.first[n]), 3),
            number(float(one.first_error[n]), 3),
            clear_word(bool(one.first_clear[n]), lang),
            number(float(one.pawn[n]), 3),
            number(float(one.pawn_error[n]), 3),
            clear_word(bool(one.pawn_clear[n]), lang),
            moved_word(kept.names[n], found.moved, lang),
        )
        for n in order
    ]
    floor = (named(DUMMY, lang), number(one.first_floor, 3), "", "", number(one.pawn_floor, 3), "", "", "")
    columns = heads(lang, "factor", "share", "error", "total_clear", "pawn", "error", "total_clear", "moved")
    return Table(columns, (*rows, floor), frozenset((1, 2, 4, 5)))


def box_table(found: Found, lang: str) -> Table | None:
    """Conditions of the boxes told, with how sure each is."""
    rows: list[tuple[str, ...]] = []
    groups: list[tuple[str, int]] = []
    for n in told_boxes(found):
        box = found.discovery.boxes[n]
        rows += [
            (
                condition(side.condition, found.names, lang),
                "<0.001" if side.quasi_p < 0.001 else number(side.quasi_p, 3),
                percent(side.comes_back),
            )
            for side in box.sides
        ]
        head = text(
            "sensitivity.box.head", lang, number=n + 1, density=percent(box.held.density),
            coverage=percent(box.held.coverage), mass=percent(box.held.mass),
        )  # fmt: skip
        groups.append((head, len(box.sides)))
    if not rows:
        return None
    return Table(
        heads(lang, "condition", "quasi_p", "comes_back"), tuple(rows), frozenset((1, 2)), groups=tuple(groups)
    )


def provenance_table(entries: Mapping[str, Any], lang: str) -> Table:
    """What made a page."""
    return Table(heads(lang, "entry", "value"), tuple(flat(entries)))


def flat(entries: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Entries as rows, nested ones with dots."""
    made: list[tuple[str, str]] = []
    for key, value in entries.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            made += flat(value, f"{name}.")
        else:
            made.append(
                (
                    name,
                    ", ".join(map(str, value))
                    if isinstance(value, Sequence) and not isinstance(value, str)
                    else str(value),
                )
            )
    return made


def unit_words(unit: str, lang: str) -> str:
    """A unit in words, or that there is none."""
    return unit_title(unit, lang) or text("sensitivity.no_unit", lang)
