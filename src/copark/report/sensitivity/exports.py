"""Tables for other programs: a CSV file each, and one workbook with a sheet each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from copark.inference.exploration.explore import Exploration
from copark.report.sensitivity.tables import flat
from copark.report.sensitivity.words import DUMMY, is_parameter, named
from copark.store import exports
from copark.store.tables import Cell, Table, number


def exploration_tables(found: Exploration, lang: str) -> list[Table]:
    """All tables of an exploration: titles in a language, names of columns that programs can rely on."""
    made = [
        _screens(found, lang),
        _indices(found, lang),
        _given(found, lang),
        _boxes(found, lang),
        _leaves(found, lang),
    ]
    return [one for one in made if one.count] + [_provenance(found.provenance)]


def _table(name: str, header: Sequence[str], rows: list[list[Cell]]) -> Table:
    return Table(name, list(header), rows, len(rows))


def _lead(found: Exploration, name: str, lang: str) -> list[Cell]:
    return [name, named(name, lang), found.moved.get(name, "")]


LEAD = ("readout", "factor", "title", "moved_by_data")


def _screens(found: Exploration, lang: str) -> Table:
    rows: list[list[Cell]] = [
        [
            readout.key, *_lead(found, name, lang),
            *map(number, (one.mu[n], one.mu_star[n], one.error[n], one.sigma[n])), int(one.clear[n]),
        ]
        for readout, one in zip(found.readouts, found.screens, strict=False)
        for n, name in enumerate([*found.names, DUMMY])
    ]  # fmt: skip
    return _table("morris", (*LEAD, "mu", "mu_star", "mu_star_error_95", "sigma", "above_dummy"), rows)


def _indices(found: Exploration, lang: str) -> Table:
    header = (
        *LEAD, "first", "first_low_95", "first_high_95", "first_above_0", "total", "total_low_95", "total_high_95",
        "total_above_dummy", "rows",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            readout.key, *_lead(found, name, lang),
            *map(number, (one.first[n], one.first_low[n], one.first_high[n])), int(one.first_clear[n]),
            *map(number, (one.total[n], one.total_low[n], one.total_high[n])), int(one.total_clear[n]), one.rows,
        ]
        for readout, one in zip(found.readouts, found.indices, strict=False)
        for n, name in enumerate([*found.names, DUMMY])
    ]  # fmt: skip
    return _table("sobol", header, rows)


def _given(found: Exploration, lang: str) -> Table:
    header = (
        "sample", *LEAD, "share_of_variance", "share_error_95", "share_floor", "share_above_dummies", "pawn",
        "pawn_error_95", "pawn_floor", "pawn_above_dummies", "runs", "slices",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            kept.kind, readout.key, *_lead(found, name, lang),
            *map(number, (one.first[n], one.first_error[n], one.first_floor)), int(one.first_clear[n]),
            *map(number, (one.pawn[n], one.pawn_error[n], one.pawn_floor)), int(one.pawn_clear[n]),
            one.runs, one.slices,
        ]
        for kept in found.given
        for readout, one in zip(kept.readouts, kept.found, strict=True)
        for n, name in enumerate(kept.names)
    ]  # fmt: skip
    return _table("given-data", header, rows)


def _boxes(found: Exploration, lang: str) -> Table:
    header = (
        "sample", "outcome", "box", "factor", "title", "parameter", "above", "at_most", "quasi_p", "comes_back",
        "density", "coverage", "mass", "rate",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.kind, one.outcome, at + 1, one.names[side.condition.factor],
            named(one.names[side.condition.factor], lang), int(is_parameter(one.names[side.condition.factor])),
            *map(number, (side.condition.low, side.condition.high, side.quasi_p, side.comes_back)),
            *map(number, (box.held.density, box.held.coverage, box.held.mass, box.held.rate)),
        ]
        for one in found.found
        for at, box in enumerate(one.discovery.boxes)
        for side in box.sides
    ]  # fmt: skip
    return _table("boxes", header, rows)


def _leaves(found: Exploration, lang: str) -> Table:
    header = ("sample", "outcome", "leaf", "factor", "title", "above", "at_most", "share", "mass")
    rows: list[list[Cell]] = [
        [
            one.kind, one.outcome, at + 1, one.names[side.factor], named(one.names[side.factor], lang),
            *map(number, (side.low, side.high, leaf.held.density, leaf.held.mass)),
        ]
        for one in found.found
        for at, leaf in enumerate(one.tree.leaves())
        for side in leaf.conditions
    ]  # fmt: skip
    return _table("tree", header, rows)


def _provenance(entries: Any) -> Table:
    rows: list[list[Cell]] = [[name, value] for name, value in flat(entries)]
    return _table("provenance", ("entry", "value"), rows)


def write_tables(tables: Sequence[Table], stem: str, lang: str, folder: Path) -> tuple[Path, ...]:
    """Write tables as CSV files and as one workbook; give their paths, the workbook last."""
    return exports.write_tables(tables, folder, stem, lang, "sensitivity")
