"""Stored runs for other programs: netCDF for science, CSV, Parquet and Stata for statistics, a workbook for offices.

A CSV begins with a byte order mark, so that spreadsheets show Chinese; texts that look like formulas are made harmless
in CSV and in workbooks. netCDF is as the CF conventions want it, so that programs that know nothing of copark read it
right (https://cfconventions.org/Data/cf-conventions/cf-conventions-1.8/cf-conventions.html): names of scenarios and
parameters are labels along numbered dimensions (§6.1), integers have 32 bits (§2.2), units are those of UDUNITS (§3.1),
codes have meanings (§3.5). ``dataset.swap_dims(scenario_index="scenario", parameter_index="parameter")`` makes the
names dimensions again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replaced
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark import units
from copark.errors import CoparkError
from copark.extras import need_form
from copark.json_types import JsonObject
from copark.model.outcomes import OUTCOMES
from copark.presentation import run_frames
from copark.presentation.parquet import write_parquet
from copark.presentation.run_frames import STATUSES
from copark.presentation.stata import MOST_CELLS, write_stata
from copark.presentation.xlsx_sheets import Cell, Row, Sheet, Styled, write_sheets
from copark.progress import Progress
from copark.simulation.trust import Trust
from copark.store.errors import ExportRefused, fault
from copark.store.files import written_file, written_folder
from copark.store.streaming_summary import STATISTICS, path_names, summary_of
from copark.texts import LANGUAGES, has_text, text

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from copark.store.run_record import RunRecord
    from copark.store.runs import RunStore


MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so would be run as a formula by a spreadsheet."""


@dataclass(frozen=True)
class PlainTable:
    """A table for files, whose rows are made as they are needed: they can be asked for once."""

    name: str
    """Key of its title in the texts."""
    header: list[str]
    rows: Iterable[list[Cell]]
    count: int
    """How many rows there are."""


def safe(cell: Cell) -> Cell:
    """Return a cell so that no spreadsheet runs it: texts that look like formulas begin with an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(MARKS) else cell


def plain_number(value: Any) -> int | float | None:
    """Return a number for a table: whole ones without a point, nothing where it is not finite."""
    number = float(value)
    if not isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _outcome(code: int, lang: str) -> str:
    return OUTCOMES[code].word(lang) if code >= 0 else text("store.outcome.none", lang)


def _status(code: int, lang: str) -> str:
    if 0 <= code < len(STATUSES):
        return text(f"store.status.{STATUSES[code]}", lang)
    return text("store.status.other", lang, code=code)


def _columns(words: Iterable[str], lang: str) -> list[str]:
    return [text(f"store.column.{word}", lang) for word in words]


def _titled(variable: xr.DataArray, lang: str) -> tuple[str, str]:
    """Return a variable's title, or its name where it has none; and its unit as a person reads it."""
    symbol = str(variable.attrs.get("units", ""))
    unit = units.title(symbol, lang) if units.known(symbol) else symbol
    return str(variable.attrs.get(f"title_{lang}") or variable.name), unit


ROWS_BETWEEN_REPORTS = 10_000
ENDINGS = {".nc": "netcdf", ".csv": "csv", ".parquet": "parquet", ".dta": "dta", ".xlsx": "xlsx"}
"""Forms by the endings of names."""
TABLED = ("csv", "parquet", "dta")
"""Forms of which a name that does not end so is a folder of tables."""
PROVENANCE = "provenance.json"
"""What made a run, beside tables of it."""
LABELLED_TABLES = ("summary", "outcomes", "draws")
"""Tables beside the paths in a folder of labelled ones."""
LABELLED = ("parquet", "dta")
"""Forms whose columns have labels."""


def export_run(
    store: RunStore,
    identity: str,
    form: str,
    target: Path,
    *,
    lang: str = "en",
    replace: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Write a stored run in another form, and give its path.

    Parameters
    ----------
    store
        Store of the run.
    identity
        Run ID.
    form
        ``netcdf``, ``csv``, ``parquet``, ``dta`` or ``xlsx``.
    target
        The file to write. For ``csv``, ``parquet`` and ``dta``, a name that does not end so is a folder: paths, bands,
        runs, outcomes and provenance, a file each; a name that does is one tidy file of paths.
    lang
        Language of headings and of labels in Stata, ``en`` or ``zh``; netCDF and one tidy CSV of paths have names
        alone, Parquet has titles in both languages.
    replace
        Replace a file of that name, or a folder of such tables.
    progress
        Is told rows done and rows in all.

    Raises
    ------
    ExportRefused
        If the form cannot hold the run or the target is in the way.
    RunNotStored, DamagedRun
        As :meth:`RunStore.get`.
    """
    record = store.get(identity)
    dataset = store.load(record.identity)
    is_folder = form in TABLED and target.suffix.lower() != f".{form}"
    if target.is_dir() and not is_folder:
        raise ExportRefused([fault("target_is_folder", target)])
    if target.exists() and not replace and not (target.is_dir() and not any(target.iterdir())):
        raise ExportRefused([fault("target_exists", target)])
    if form in LABELLED:
        if form == "parquet":
            need_form("parquet")
        return _write_labelled(store, record, dataset, form, target, lang, progress, is_folder=is_folder)
    if form == "netcdf":
        return write_netcdf(as_cf(dataset), target)
    if form == "csv" and not is_folder:
        return write_csv(paths_table(dataset), target, progress)
    tables = _office_tables(store, record, dataset, lang)
    if form == "xlsx":
        return write_workbook(tables, target, lang, progress)
    return _write_csv_folder(tables, record, dataset, target, progress)


def _office_tables(store: RunStore, record: RunRecord, dataset: xr.Dataset, lang: str) -> list[PlainTable]:
    return [
        summary_table(store.load_summary(record.identity) or summary_of(dataset), lang),
        outcomes_table(record, lang),
        runs_table(store.load_every_run(record.identity), lang),
        variables_table(dataset),
        provenance_table(record, lang),
    ]


def write_workbook(
    tables: Sequence[PlainTable], target: Path, lang: str = "en", progress: Progress | None = None
) -> Path:
    """Write tables as the sheets of one workbook, the heading of each in sight, and give its path.

    Parameters
    ----------
    tables
        Tables, a sheet each.
    target
        The file to write; it replaces one of that name.
    lang
        Language of the sheets' names, ``en`` or ``zh``.
    progress
        Is told rows done and rows in all.

    Raises
    ------
    ExportRefused
        If a table has more rows or columns than a sheet can hold.
    """

    def rows(table: PlainTable) -> Iterator[Row]:
        yield [Styled(head, look="head") for head in table.header]
        yield from table.rows

    sheets = [Sheet(text(f"store.sheet.{table.name}", lang), rows(table), table.count + 1) for table in tables]
    return write_sheets(sheets, target, progress)


def write_netcdf(dataset: xr.Dataset, target: Path) -> Path:
    """Write a Dataset as netCDF 4, deflated, one variable in memory at a time."""
    encoding: dict[Any, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        if variable.dtype.kind == "M":
            encoding[name] = {"units": "days since 1970-01-01", "dtype": "int32"}
        elif variable.dtype.kind in "fiu" and variable.ndim:
            encoding[name] = {"zlib": True, "complevel": 1, "shuffle": True}
    with written_file(target) as path:
        dataset.drop_encoding().to_netcdf(path, engine="h5netcdf", encoding=encoding)
    return target


def write_csv(table: PlainTable, target: Path, progress: Progress | None = None) -> Path:
    """Write a table as CSV, and give its path: UTF-8 with byte order mark, comma, point, one header row.

    Parameters
    ----------
    table
        The table; its rows are read once, and never all held in memory.
    target
        The file to write; it replaces one of that name.
    progress
        Is told rows done and rows in all.
    """
    with written_file(target) as path:
        _fill_csv(table, path, progress)
    return target


def _fill_csv(table: PlainTable, path: Path, progress: Progress | None) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([safe(cell) for cell in table.header])
        for done, row in enumerate(table.rows):
            writer.writerow([safe(cell) for cell in row])
            if progress and done % ROWS_BETWEEN_REPORTS == 0:
                progress(done, table.count)
    if progress:
        progress(table.count, table.count)


def _write_csv_folder(
    tables: Sequence[PlainTable], record: RunRecord, dataset: xr.Dataset, target: Path, progress: Progress | None
) -> Path:
    with _folder_of_tables(target, [*(f"{table.name}.csv" for table in tables), "paths.csv"], record) as folder:
        for table in tables:
            _fill_csv(table, folder / f"{table.name}.csv", None)
        _fill_csv(paths_table(dataset), folder / "paths.csv", progress)
    return target


@contextmanager
def _folder_of_tables(target: Path, names: Iterable[str], record: RunRecord) -> Iterator[Path]:
    """Return a folder for tables, beside what made the run; an older one of the same files makes way for it."""
    known = {*names, PROVENANCE}
    if target.exists() and not (target.is_dir() and {path.name for path in target.iterdir()} <= known):
        raise ExportRefused([fault("target_exists", target)])
    with written_folder(target, replace=target.exists()) as folder:
        yield folder
        content = json.dumps(record.provenance, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / PROVENANCE).write_text(content + "\n", encoding="utf-8")


def _write_labelled(
    store: RunStore,
    record: RunRecord,
    dataset: xr.Dataset,
    form: str,
    target: Path,
    lang: str,
    progress: Progress | None,
    *,
    is_folder: bool,
) -> Path:
    """Write a file of paths whose columns have labels, or a folder of all tables.

    Parameters
    ----------
    store, record, dataset
        Store of the run, its record and its outputs.
    form
        ``parquet`` or ``dta``.
    target
        The file or folder.
    lang
        Language of labels in Stata.
    progress
        Is told rows done and rows in all.
    is_folder
        Whether it is a folder.
    """
    if not is_folder:
        return _write_paths(record, dataset, form, target, lang, progress)
    summary = store.load_summary(record.identity) or summary_of(dataset)
    tables = [
        run_frames.summary_frame(record, dataset, summary),
        run_frames.outcomes_frame(record, dataset),
        run_frames.draws_frame(record, dataset, store.load_every_run(record.identity)),
    ]
    with _folder_of_tables(target, [f"{name}.{form}" for name in ("paths", *LABELLED_TABLES)], record) as folder:
        for table in tables:
            path = folder / f"{table.name}.{form}"
            write_parquet(table, path) if form == "parquet" else write_stata(table, path, lang)
        _write_paths(record, dataset, form, folder / f"paths.{form}", lang, progress)
    return target


def _write_paths(
    record: RunRecord, dataset: xr.Dataset, form: str, path: Path, lang: str, progress: Progress | None
) -> Path:
    import pandas as pd

    described = run_frames.paths_frame(record, dataset)
    count = dataset.sizes["scenario"] * dataset.sizes["run"] * dataset.sizes["quarter"]
    parts = _told(run_frames.parts_of_paths(dataset), count, progress)
    if form == "parquet":
        return write_parquet(described, path, parts)
    columns = len(path_names(dataset)) + len(described.words)
    if count * columns > MOST_CELLS:
        raise CoparkError.of("presentation.too_large_for_stata", cells=count * columns, most=MOST_CELLS, file=path.name)
    return write_stata(replaced(described, frame=pd.concat(parts, ignore_index=True)), path, lang)


def _told(parts: Iterable[pd.DataFrame], count: int, progress: Progress | None) -> Iterator[pd.DataFrame]:
    """Yield parts of a table, and tell how many rows are done."""
    done = 0
    for part in parts:
        yield part
        done += len(part)
        if progress:
            progress(done, count)


def summary_table(summary: xr.Dataset, lang: str) -> PlainTable:
    """Lay out bands: one row for each scenario, variable and quarter."""
    names = [str(name) for name, variable in summary.data_vars.items() if "statistic" in variable.dims]
    header = _columns(("scenario", "variable", "title", "unit", "quarter"), lang)
    header += _columns(STATISTICS, lang)

    def rows() -> Iterator[list[Cell]]:
        labels = summary["label"].values
        for n, scenario in enumerate(summary["scenario"].values):
            for name in names:
                variable = summary[name]
                values = variable.values[n]
                lead: list[Cell] = [str(scenario), name, *_titled(variable, lang)]
                for quarter, label in enumerate(labels):
                    yield [*lead, str(label), *map(plain_number, values[:, quarter])]

    count = summary.sizes["scenario"] * len(names) * summary.sizes["quarter"]
    return PlainTable("summary", header, rows(), count)


def paths_table(dataset: xr.Dataset, chunk: int = 1000) -> PlainTable:
    """Lay out paths: a row for each scenario, run and quarter, a column for each output; reads ``chunk`` runs a time.

    The columns have the outputs' names in every language, so that programs can rely on them.
    """
    import numpy as np

    names = path_names(dataset)
    labels = [str(label) for label in dataset["label"].values]
    runs = dataset["run"].values

    def rows() -> Iterator[list[Cell]]:
        for n, scenario in enumerate(map(str, dataset["scenario"].values)):
            for start in range(0, runs.size, chunk):
                part = dataset[names].isel(scenario=n, run=slice(start, start + chunk))
                values = np.stack([part[name].values for name in names], axis=-1)
                for run, path in zip(runs[start : start + chunk], values, strict=True):
                    for label, row in zip(labels, path, strict=True):
                        yield [scenario, int(run), label, *map(plain_number, row)]

    count = dataset.sizes["scenario"] * runs.size * len(labels)
    return PlainTable("paths", ["scenario", "run", "quarter", *names], rows(), count)


def outcomes_table(record: RunRecord, lang: str) -> PlainTable:
    """Lay out how the runs ended: one row for each scenario and outcome, and for each way not to finish."""
    rows: list[list[Cell]] = []
    trust = Trust.of(record.provenance).label(lang)
    for scenario in record.scenarios:
        for code in range(len(OUTCOMES)):
            count = record.outcome.get(scenario, {}).get(str(code), 0)
            rows.append([scenario, _outcome(code, lang), count, count / record.runs, trust])
        for status, count in sorted(record.status.get(scenario, {}).items()):
            if status != "0":
                rows.append([scenario, _status(int(status), lang), count, count / record.runs, trust])
    return PlainTable("outcomes", _columns(("scenario", "outcome", "runs", "share", "trust"), lang), rows, len(rows))


def runs_table(every_run: xr.Dataset, lang: str) -> PlainTable:
    """Lay out one row for each run: how it ended in each scenario, and its draws."""
    scenarios = [str(name) for name in every_run["scenario"].values]
    parameters = [str(name) for name in every_run["parameter"].values] if "parameter" in every_run.coords else []
    ends = [text("store.column.end_in", lang, scenario=scenario) for scenario in scenarios]

    def rows() -> Iterator[list[Cell]]:
        status = every_run["status"].values
        outcome = every_run["outcome"].values
        draws = every_run["draws"].values if "draws" in every_run else None
        for n, run in enumerate(every_run["run"].values):
            cells: list[Cell] = [int(run)]
            for scenario in range(len(scenarios)):
                code = int(status[scenario, n])
                cells.append(_status(code, lang) if code else _outcome(int(outcome[scenario, n]), lang))
            yield cells + (list(map(plain_number, draws[n])) if draws is not None else [])

    return PlainTable("draws", _columns(("run",), lang) + ends + parameters, rows(), every_run.sizes["run"])


def variables_table(dataset: xr.Dataset) -> PlainTable:
    """Lay out what each column of the paths is: titles in both languages, symbol, unit, scale and source."""
    keys = ("title_en", "title_zh", "symbol", "units", "kind", "room", "source")
    rows: list[list[Cell]] = [
        [name, *(str(dataset[name].attrs.get(key, "")) for key in keys)] for name in path_names(dataset)
    ]
    return PlainTable("variables", ["variable", *keys], rows, len(rows))


def provenance_table(record: RunRecord, lang: str) -> PlainTable:
    """Lay out what made the run: one row for each entry, nested entries with dots."""
    content: JsonObject = {
        "parameters": Trust.of(record.provenance).label(lang),
        "identity": record.identity,
        "stored": record.created,
        "holds": text(f"store.form.{record.form}", lang, kept=record.kept, runs=record.runs),
    } | {key: value for key, value in record.provenance.items() if key != "identity"}
    rows: list[list[Cell]] = [[key, value] for key, value in _flat(content, "")]
    return PlainTable("provenance", _columns(("entry", "value"), lang), rows, len(rows))


def _flat(content: Any, prefix: str) -> Iterator[tuple[str, Cell]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(content, list):
        for n, value in enumerate(content):
            yield from _flat(value, f"{prefix}[{n}]")
    elif isinstance(content, bool) or content is None:
        yield prefix, json.dumps(content)
    else:
        yield prefix, content


CONVENTIONS = "CF-1.8"
NAMED = ("scenario", "parameter")
"""Dimensions whose coordinate is a name: CF wants numbers there."""
COORDINATES = {
    "run": {"standard_name": "realization", "units": "1"},
    "quarter": {"standard_name": "time", "axis": "T"},
    "status_quarter": {"units": "1"},
}


def as_cf(result: xr.Dataset) -> xr.Dataset:
    """Return the same numbers, none of them read, under the attributes that CF wants; the others stay."""
    dataset = result.swap_dims({name: f"{name}_index" for name in NAMED if name in result.dims})
    if "run" in dataset.coords:
        dataset = dataset.assign_coords(run=dataset["run"].astype("int32"))
    for name in dataset.variables:
        dataset[name].attrs = _attributes(str(name), dataset[name])
    return dataset.assign_attrs(_of_the_whole(result.attrs))


def _of_the_whole(attributes: dict[Any, Any]) -> dict[str, str]:
    """Return title and history of a file; ``history`` is when the result was made, and with which version."""
    made_by = json.loads(attributes.get("provenance", "{}"))
    return {
        "Conventions": CONVENTIONS,
        "title": str(attributes.get("title_en") or attributes.get("identity", "copark")),
        "history": f"{made_by.get('created', '')} copark {made_by.get('code_version', '')}".strip(),
    }


def _attributes(name: str, variable: xr.DataArray) -> JsonObject:
    """Return a title, a unit of UDUNITS beside the unit itself, and what codes mean."""
    attributes = dict(variable.attrs) | COORDINATES.get(name, {})
    if has_text(f"store.netcdf.{name}"):
        attributes |= {f"title_{lang}": text(f"store.netcdf.{name}", lang) for lang in LANGUAGES}
        attributes["long_name"] = attributes["title_en"]
    symbol = attributes.get("units")
    if symbol in units.UNITS and units.UNITS[symbol].cf != symbol:
        attributes["units"] = units.UNITS[symbol].cf
        attributes |= {f"units_{lang}": units.title(symbol, lang) for lang in LANGUAGES}
        attributes["long_name"] = f"{attributes.get('title_en', name)} ({attributes['units_en']})"
    return attributes | _flags(variable)


def _flags(variable: xr.DataArray) -> JsonObject:
    """Return what codes mean: a word each, between blanks, and values of the variable's own type.

    Runs stored by early versions have meanings of several words, between semicolons.
    """
    import numpy as np

    meanings = str(variable.attrs.get("flag_meanings", ""))
    if not meanings:
        return {}
    parts = meanings.split(";") if ";" in meanings else meanings.split()
    words = [part.strip().replace(" ", "_") for part in parts]
    values = variable.attrs.get("flag_values", range(len(words)))
    return {"flag_values": np.array(values, dtype=variable.dtype), "flag_meanings": " ".join(words)}
