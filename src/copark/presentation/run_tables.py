"""A stored run as plain tables, for CSV and for a workbook: rows of texts and numbers, made as they are needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from copark import units
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.trust import Trust
from copark.store.summary import STATISTICS, path_names
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr

    from copark.store.runs import RunRecord

Cell = str | int | float | None
STATUSES = ("ok", "not_finite", "out_of_range", "too_many")
MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so would be run as a formula by a spreadsheet."""


@dataclass(frozen=True)
class PlainTable:
    """A named table; its rows can be asked for once."""

    name: str
    """Key of its title in the texts."""
    header: list[str]
    """Names of the columns."""
    rows: Iterable[list[Cell]]
    """The rows, of the header's length."""
    count: int
    """How many rows there are."""


def safe(cell: Cell) -> Cell:
    """Give a cell so that no spreadsheet runs it: texts that look like formulas begin with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(MARKS) else cell


def number(value: Any) -> Cell:
    """A number as a cell, empty where there is none."""
    found = float(value)
    if not isfinite(found):
        return None
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def outcome_word(code: int, lang: str) -> str:
    """The word for an outcome's code; runs that did not finish have their own."""
    return text(f"store.outcome.{OUTCOMES[code]}" if code >= 0 else "store.outcome.none", lang)


def status_word(code: int, lang: str) -> str:
    """The word for a status code."""
    known = 0 <= code < len(STATUSES)
    return text(f"store.status.{STATUSES[code]}", lang) if known else text("store.status.other", lang, code=code)


def columns(words: Iterable[str], lang: str) -> list[str]:
    """Titles of columns."""
    return [text(f"store.column.{word}", lang) for word in words]


def title(variable: xr.DataArray, lang: str) -> str:
    """A variable's title, or its name where it has none."""
    return str(variable.attrs.get(f"title_{lang}") or variable.name)


def unit(variable: xr.DataArray, lang: str) -> str:
    """A variable's unit as a person reads it."""
    symbol = str(variable.attrs.get("units", ""))
    return units.title(symbol, lang) if units.known(symbol) else symbol


def summary_table(summary: xr.Dataset, lang: str) -> PlainTable:
    """Bands: one row for each scenario, variable and quarter."""
    names = [str(name) for name, variable in summary.data_vars.items() if "statistic" in variable.dims]
    header = columns(("scenario", "variable", "title", "unit", "quarter"), lang)
    header += columns(STATISTICS, lang)

    def rows() -> Iterator[list[Cell]]:
        labels = summary["label"].values
        for at, scenario in enumerate(summary["scenario"].values):
            for name in names:
                variable = summary[name]
                values = variable.values[at]
                lead: list[Cell] = [str(scenario), name, title(variable, lang), unit(variable, lang)]
                for quarter, label in enumerate(labels):
                    yield [*lead, str(label), *map(number, values[:, quarter])]

    count = summary.sizes["scenario"] * len(names) * summary.sizes["quarter"]
    return PlainTable("summary", header, rows(), count)


def paths_table(dataset: xr.Dataset, chunk: int = 1000) -> PlainTable:
    """Paths, tidy: one row for each scenario, run and quarter, one column for each output; reads ``chunk`` runs a time.

    The columns have the outputs' names in every language, so that programs can rely on them.
    """
    import numpy as np

    names = path_names(dataset)
    labels = [str(label) for label in dataset["label"].values]
    runs = dataset["run"].values

    def rows() -> Iterator[list[Cell]]:
        for at, scenario in enumerate(map(str, dataset["scenario"].values)):
            for start in range(0, runs.size, chunk):
                part = dataset[names].isel(scenario=at, run=slice(start, start + chunk))
                values = np.stack([part[name].values for name in names], axis=-1)
                for run, path in zip(runs[start : start + chunk], values, strict=True):
                    for label, row in zip(labels, path, strict=True):
                        yield [scenario, int(run), label, *map(number, row)]

    count = dataset.sizes["scenario"] * runs.size * len(labels)
    return PlainTable("paths", ["scenario", "run", "quarter", *names], rows(), count)


def outcomes_table(record: RunRecord, lang: str) -> PlainTable:
    """How the runs ended: one row for each scenario and outcome, and for each way not to finish."""
    rows: list[list[Cell]] = []
    trust = Trust.of(record.provenance).label(lang)
    for scenario in record.scenarios:
        for code in range(len(OUTCOMES)):
            count = record.outcome.get(scenario, {}).get(str(code), 0)
            rows.append([scenario, outcome_word(code, lang), count, count / record.runs, trust])
        for status, count in sorted(record.status.get(scenario, {}).items()):
            if status != "0":
                rows.append([scenario, status_word(int(status), lang), count, count / record.runs, trust])
    return PlainTable("outcomes", columns(("scenario", "outcome", "runs", "share", "trust"), lang), rows, len(rows))


def runs_table(every_run: xr.Dataset, lang: str) -> PlainTable:
    """One row for each run: how it ended in each scenario, and its draws."""
    scenarios = [str(name) for name in every_run["scenario"].values]
    parameters = [str(name) for name in every_run["parameter"].values] if "parameter" in every_run.coords else []
    ends = [text("store.column.end_in", lang, scenario=scenario) for scenario in scenarios]

    def rows() -> Iterator[list[Cell]]:
        status, outcome = every_run["status"].values, every_run["outcome"].values
        draws = every_run["draws"].values if "draws" in every_run else None
        for at, run in enumerate(every_run["run"].values):
            cells: list[Cell] = [int(run)]
            for scenario in range(len(scenarios)):
                code = int(status[scenario, at])
                cells.append(status_word(code, lang) if code else outcome_word(int(outcome[scenario, at]), lang))
            yield cells + (list(map(number, draws[at])) if draws is not None else [])

    return PlainTable("draws", columns(("run",), lang) + ends + parameters, rows(), every_run.sizes["run"])


def variables_table(dataset: xr.Dataset) -> PlainTable:
    """What each column of the paths is: titles in both languages, symbol, unit, scale and source."""
    keys = ("title_en", "title_zh", "symbol", "units", "kind", "room", "source")
    rows: list[list[Cell]] = [
        [name, *(str(dataset[name].attrs.get(key, "")) for key in keys)] for name in path_names(dataset)
    ]
    return PlainTable("variables", ["variable", *keys], rows, len(rows))


def provenance_table(record: RunRecord, lang: str) -> PlainTable:
    """What made the run: one row for each entry, nested entries with dots."""
    content: dict[str, Any] = {
        "parameters": Trust.of(record.provenance).label(lang),
        "identity": record.identity,
        "stored": record.created,
        "holds": text(f"store.form.{record.form}", lang, kept=record.kept, runs=record.runs),
    } | {key: value for key, value in record.provenance.items() if key != "identity"}
    rows: list[list[Cell]] = [[key, value] for key, value in _flat(content, "")]
    return PlainTable("provenance", columns(("entry", "value"), lang), rows, len(rows))


def _flat(content: Any, prefix: str) -> Iterator[tuple[str, Cell]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(content, list):
        for at, value in enumerate(content):
            yield from _flat(value, f"{prefix}[{at}]")
    elif isinstance(content, bool) or content is None:
        yield prefix, json.dumps(content)
    else:
        yield prefix, content
