"""Tables of a panel, made once: for the page, for CSV files and for the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from copark.inference.diagnostics import title_of
from copark.inference.pool.axes import AXES, POOLED, SIZES
from copark.inference.pool.discrepancy import GRID, table
from copark.inference.pool.local import LEAST_CORRELATION
from copark.inference.pool.movement import UNSURE_REACH, Told
from copark.inference.pool.panel import recipe_of
from copark.inference.pool.scoring import SCHEMES, winners
from copark.presentation.numbers import NOTHING, number, percent
from copark.report.pool.findings import PoolFindings
from copark.report.tables import Table as PageTable
from copark.store.exports import write_csv
from copark.store.tables import Cell
from copark.store.tables import Table as StoreTable
from copark.store.workbook import write_workbook


@dataclass(frozen=True)
class Sheet:
    """A table: a key, heads in the reader's language, rows of texts and numbers, and which columns are words."""

    key: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: frozenset[int] = frozenset((0,))
    wide: frozenset[int] = frozenset()

    def on_page(self) -> PageTable:
        """The table as a page shows it."""
        rows = tuple(tuple(_shown(cell) for cell in row) for row in self.rows)
        numeric = frozenset(range(len(self.heads))) - self.words
        return PageTable(self.heads, rows, numeric, frozenset(), self.wide)

    def stored(self) -> StoreTable:
        """The table as a file holds it."""
        rows = [[None if isinstance(cell, float) and not isfinite(cell) else cell for cell in row] for row in self.rows]
        return StoreTable(self.key, list(self.heads), rows, len(rows))


def _shown(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, float):
        return number(cell, 3) if abs(cell) < 10.0 else number(cell)
    return number(cell, 0) if isinstance(cell, int) else cell


def heads(found: PoolFindings, *keys: str) -> tuple[str, ...]:
    """Heads of columns."""
    return tuple(found.say(f"column.{key}") for key in keys)


def band(one: Told) -> str:
    """Median with 5 and 95 %, as a page shows it."""
    low, _, middle, _, high = one.values
    return f"{number(middle, None)} ({number(low, None)} – {number(high, None)})"


def axes_sheet(found: PoolFindings, *, numbers: bool = False) -> Sheet:
    """Every pooled axis: alone, mean of all parks, new park, complete pooling, spread between parks.

    Parameters
    ----------
    numbers
        For a file: each number in a column of its own.
    """
    rows: list[tuple[Cell, ...]] = []
    for one in found.movements:
        lead: list[Cell] = [
            one.title(found.lang),
            found.say(f"group.{one.group}"),
            found.say(f"role.{AXES[one.name].role}"),
        ]
        lenders = "; ".join(f"{park} {share:.2f}" for park, share in one.lenders)
        if numbers:
            told: list[Cell] = []
            for each in (one.alone, one.mean, one.new, one.among):
                told += [each.values[2], each.values[0], each.values[4], each.shrink, each.overlap, each.verdict]
            rows.append((one.name, *lead, *told, one.full, *one.tau, one.parks, one.others, int(one.gained), lenders))
        else:
            words = (one.alone, one.mean, one.new)
            shown = [cell for each in words for cell in (band(each), found.verdict(each.verdict))]
            rows.append((*lead[:2], *shown, number(one.full, None), number(one.tau[1], 2), one.parks))
    if not numbers:
        keys = ("parameter", "group", "alone", "verdict", "mean", "verdict", "new", "verdict", "full", "tau", "told")
        return Sheet("axes", heads(found, *keys), tuple(rows), frozenset((0, 1, 3, 5, 7)))
    parts = [f"{who}_{what}" for who in ("alone", "mean", "new", "among")
            for what in ("median", "p05", "p95", "shrink", "overlap", "verdict")]  # fmt: skip
    names = ("axis", "parameter", "group", "role", *parts, "full", "tau_p05", "tau_p50", "tau_p95", "parks", "others",
             "gained",
             "lenders")  # fmt: skip
    return Sheet("axes", names, tuple(rows))


def parks_sheet(found: PoolFindings, *, numbers: bool = False) -> Sheet:
    """Every park: type, values, reach of the model, how far its size and its mechanisms lean on the others.

    Parameters
    ----------
    numbers
        For a file: shares as numbers.
    """
    lent = found.panel.lenders()
    rows: list[tuple[Cell, ...]] = []
    for at, park in enumerate(found.panel.parks):
        own = found.panel.local[park.name]
        leaning = found.panel.pooled.leaning(at)
        enquiries = POOLED.index("enquiry_rate")
        shares = (float(leaning[enquiries]), float(np.delete(leaning, enquiries).mean()), lent[park.name])
        reach: Cell = own.reach
        if not numbers:
            reach = found.say("no_record") if own.values == 0 else percent(own.reach)
            if own.values and own.reach < UNSURE_REACH:
                reach = found.say("hard_to_reach", share=reach)
        lead = (found.park(park.name), found.kind(park.name), own.values, reach, own.readings.count)
        rows.append((*lead, *(shares if numbers else map(percent, shares))))
    keys = ("park", "kind", "values", "reach", "axes_told", "shrunk_size", "shrunk_rest", "lent")
    return Sheet("parks", heads(found, *keys), tuple(rows), frozenset((0, 1, 3)))


def contest_sheet(found: PoolFindings, scheme: str, *, numbers: bool = False) -> Sheet:
    """Methods on the same values, by observable, best first.

    Parameters
    ----------
    numbers
        For a file: every row whole, each number in a column of its own.
    """
    rows: list[tuple[Cell, ...]] = []
    for one in found.contests:
        if one.scheme != scheme:
            continue
        for place, row in enumerate(one.standings):
            sure = found.say("firm" if one.firm else "not_firm")
            scores: tuple[Cell, ...] = (found.method(row.method), row.log_crps, row.crps)
            if numbers:
                lead = (found.observable(one.variable), len(one.standings), row.values, row.parks)
                rows.append((*lead, *scores, row.coverage, place + 1, sure))
                continue
            first = (found.observable(one.variable), found.say("over", values=row.values, parks=row.parks), sure)
            title, over, said = first if place == 0 else ("", "", "")
            rows.append((title, over, *scores, percent(row.coverage), said))
    if numbers:
        counts = heads(found, "observable", "methods", "values", "parks", "method")
        last = heads(found, "log_crps", "crps", "coverage", "place", "sure")
        return Sheet(scheme, (*counts, *last), tuple(rows))
    keys = ("observable", "values", "method", "log_crps", "crps", "coverage", "sure")
    return Sheet(scheme, heads(found, *keys), tuple(rows), frozenset((0, 1, 2, 6)))


def winners_sheet(found: PoolFindings) -> Sheet:
    """Winner of each park, left out and rolling, with the scores of the model and of the winner."""
    rows: list[tuple[Cell, ...]] = []
    by = {scheme: winners(found.scores, scheme) for scheme in SCHEMES}
    for name in found.panel.names:
        row: list[Cell] = [found.park(name)]
        for scheme in SCHEMES:
            winner, means = by[scheme].get(name, ("", {}))
            row += [found.method(winner) if winner else NOTHING, means.get(winner), means.get("pooled")]
        rows.append(tuple(row))
    keys = ("park", "winner_left_out", "score_winner", "score_pooled", "winner_rolling", "score_winner", "score_pooled")
    return Sheet("winners", heads(found, *keys), tuple(rows), frozenset((0, 1, 4)))


def scores_sheet(found: PoolFindings) -> Sheet:
    """Every forecast of every value, for files."""
    names = ("park", "scheme", "method", "variable", "date", "age", "value", "median", "p05", "p95", "crps", "log_crps",
             "covered")  # fmt: skip
    rows = tuple(
        (one.park, one.scheme, one.method, one.target.variable, one.target.date, one.age, one.target.value, one.median,
         one.low, one.high, one.crps, one.log_crps, int(one.covered))
        for one in found.scores
    )  # fmt: skip
    return Sheet("scores", names, rows)


def roles_sheet(found: PoolFindings) -> Sheet:
    """What is shared, what is each park's own, and why."""
    rows = tuple(
        (title_of(name, found.lang), found.say(f"group.{axis.group}"), found.say(f"role.{axis.role}"),
         found.say(f"reason.{axis.reason}"), found.say("widened") if name in SIZES else "")
        for name, axis in AXES.items()
    )  # fmt: skip
    keys = ("parameter", "group", "role", "reason", "prior")
    return Sheet("roles", heads(found, *keys), rows, frozenset(range(5)), frozenset((3,)))


def trials_sheet(found: PoolFindings) -> Sheet:
    """How well forecasts from parks' own pasts did, by spread of what the model leaves out."""
    rows: list[tuple[Cell, ...]] = []
    for name, (parks, logs) in table(found.panel.trials).items():
        chosen = found.panel.spread.jobs if name == "jobs" else found.panel.spread.companies
        for spread, log in zip(GRID, logs, strict=True):
            mark = found.say("taken_spread") if spread == chosen else ""
            rows.append((found.say(f"family.{name}"), parks, spread, float(log), mark))
    return Sheet(
        "trials", heads(found, "observable", "parks", "spread", "log_density", "sure_spread"), tuple(rows),
        frozenset((0, 4)),
    )  # fmt: skip


def coverage_sheet(found: PoolFindings) -> Sheet:
    """What bands of 90 % held in simulated panels."""
    if found.examined is None:
        raise ValueError("not examined")
    return Sheet("coverage", heads(found, "setting", "value"), tuple(asdict(found.examined).items()))


def provenance_sheet(found: PoolFindings) -> Sheet:
    """What the panel depends on."""
    recipe = recipe_of(found.panel.parks, found.panel.settings)
    rows: list[tuple[Cell, ...]] = [("identity", found.panel.identity), ("model", str(recipe["model"]))]
    rows += [(f"settings.{name}", str(value)) for name, value in recipe["settings"].items()]
    rows += [(f"case.{park.name}", park.case.hash) for park in found.panel.parks]
    rows.append(("least_correlation", str(LEAST_CORRELATION)))
    return Sheet("provenance", heads(found, "setting", "value"), tuple(rows), frozenset((0, 1)))


def files_of(found: PoolFindings) -> Iterator[Sheet]:
    """Tables as files hold them."""
    yield axes_sheet(found, numbers=True)
    yield parks_sheet(found, numbers=True)
    for scheme in SCHEMES:
        yield contest_sheet(found, scheme, numbers=True)
    yield winners_sheet(found)
    yield scores_sheet(found)
    yield trials_sheet(found)
    yield roles_sheet(found)
    if found.examined is not None:
        yield coverage_sheet(found)
    yield provenance_sheet(found)


def write_files(found: PoolFindings, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV and all as the sheets of one workbook; the workbook last."""
    stored = [one.stored() for one in files_of(found) if one.rows]
    written = [write_csv(one, folder / "tables" / f"pool-{one.name}-{found.lang}.csv") for one in stored]
    book = write_workbook(stored, folder / f"pool-{found.lang}.xlsx", found.lang, area="pool", freeze="B2")
    return (*written, book)
