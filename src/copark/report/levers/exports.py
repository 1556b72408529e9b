"""Tables of levers for other programs: CSV files and a workbook, a sheet a table, one row for each number's owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from copark.inference.levers.findings import Findings
from copark.inference.levers.measures import SIDES
from copark.report.levers.tables import origin_table
from copark.store import exports
from copark.store.tables import Cell, Table, number


def tables(found: Findings, lang: str) -> Iterator[Table]:
    """All tables, with titles in a language and names of measures and columns that programs can rely on."""
    yield _gains(found, lang)
    yield _ranking(found, lang)
    yield _dominance(found, lang)
    yield _leanings(found, lang)
    rows: list[list[Cell]] = [[str(cell) for cell in row] for row in origin_table(found, lang).rows]
    yield Table("provenance", ["entry", "value"], rows, len(rows))


def _gains(found: Findings, lang: str) -> Table:
    structures = [f"structure:{key}" for key in found.measured.structures]
    header = [
        "lever", "controlled_by", "since", "setting", "title", "measure", "unit", "kind", "pairs", "before", "after",
        "mean", "p05", "p25", "median", "p75", "p95", "interval_low", "interval_high", "share_better", "share_equal",
        "verdict", "variance", "by_structure", "by_parameters", "by_luck", *structures,
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for lever, setting in found.settings:
        for one in found.gains:
            if one.setting == setting.key:
                lead: list[Cell] = [
                    lever.key, lever.controlled_by, found.asked.since, setting.key, getattr(setting.title, lang),
                    one.measure.name, one.measure.unit, one.measure.kind, one.pairs,
                ]  # fmt: skip
                values = (one.before, one.after, one.mean, *one.levels, one.low, one.high, one.better, one.equal)
                shares = (one.sources.total, *one.sources.shares, *one.by_structure)
                rows.append([*lead, *map(number, values), one.verdict, *map(number, shares)])
    return Table("gains", header, rows, len(rows))


def _ranking(found: Findings, lang: str) -> Table:
    header = ["criterion", "measure", "option", "title", "score", "rank", "rank_p05", "rank_p95", "share_first"]
    choice = found.choice
    rows: list[list[Cell]] = [
        [
            one.criterion, one.measure, option, found.title(option, lang), number(one.scores[at]),
            int(one.stability.rank[at]), int(one.stability.low[at]), int(one.stability.high[at]),
            number(one.stability.best[at]),
        ]
        for one in (() if choice is None else choice.rankings)
        for at, option in enumerate(found.measured.options)
    ]  # fmt: skip
    return Table("ranking", header, rows, len(rows))


def _dominance(found: Findings, lang: str) -> Table:
    header = ["option", "title", *(f"mean_gain_{side}" for side in SIDES), "non_dominated", "share_non_dominated"]
    header += [f"met:{one.key}" for one in found.asked.file.thresholds]
    choice = found.choice
    rows: list[list[Cell]] = []
    for at, option in enumerate(() if choice is None else choice.options):
        if choice is not None:
            values = [*map(number, choice.means[at])]
            chances = [int(choice.pareto[at]), number(choice.chance[at]), *map(number, choice.met[:, at])]
            rows.append([option, found.title(option, lang), *values, *chances])
    return Table("pareto", header, rows, len(rows))


def _leanings(found: Findings, lang: str) -> Table:
    header = ["setting", "title", "measure", "parameter", "rank_correlation", "moved_by_data"]
    rows: list[list[Cell]] = [
        [one.setting, found.title(one.setting, lang), one.measure.name, one.parameter, one.correlation, one.verdict]
        for one in found.leanings
    ]
    return Table("leanings", header, rows, len(rows))


def write_tables(found: Findings, lang: str, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV, and all of them as the sheets of a workbook; give the paths, the workbook last."""
    return exports.write_tables(tuple(tables(found, lang)), folder, "levers", lang, "levers")
