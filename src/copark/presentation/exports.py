"""Stored runs for other programs: netCDF for science, CSV for statistics, a workbook for offices.

A CSV begins with a byte order mark, so that spreadsheets show Chinese; texts that look like formulas are made harmless
in CSV and in workbooks.

A result as the CF conventions want it, so that programs that know nothing of copark read it right.

https://cfconventions.org/Data/cf-conventions/cf-conventions-1.8/cf-conventions.html: names of scenarios and parameters
are labels along numbered dimensions (§6.1), integers have 32 bits (§2.2), units are those of UDUNITS (§3.1), codes have
meanings (§3.5). ``dataset.swap_dims(scenario_index="scenario", parameter_index="parameter")`` makes the names
dimensions again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark import units
from copark.presentation import run_tables as tables
from copark.presentation.xlsx_sheets import Row, Sheet, Styled, write_sheets
from copark.store.errors import ExportRefused, fault
from copark.store.files import written_file, written_folder
from copark.store.summary import summary_of
from copark.texts import LANGUAGES, has_text, text

if TYPE_CHECKING:
    import xarray as xr

    from copark.store.runs import RunRecord, RunStore


CONVENTIONS = "CF-1.8"
NAMED = ("scenario", "parameter")
"""Dimensions whose coordinate is a name: CF wants numbers there."""
COORDINATES = {
    "run": {"standard_name": "realization", "units": "1"},
    "quarter": {"standard_name": "time", "axis": "T"},
    "status_quarter": {"units": "1"},
}


def as_cf(result: xr.Dataset) -> xr.Dataset:
    """The same numbers, none of them read, under the attributes that CF wants; the others stay."""
    found = result.swap_dims({name: f"{name}_index" for name in NAMED if name in result.dims})
    if "run" in found.coords:
        found = found.assign_coords(run=found["run"].astype("int32"))
    for name in found.variables:
        found[name].attrs = _attributes(str(name), found[name])
    return found.assign_attrs(_of_the_whole(result.attrs))


def _of_the_whole(attributes: dict[Any, Any]) -> dict[str, str]:
    """Title and history of a file; ``history`` is when the result was made, and with which version."""
    made_by = json.loads(attributes.get("provenance", "{}"))
    return {
        "Conventions": CONVENTIONS,
        "title": str(attributes.get("title_en") or attributes.get("identity", "copark")),
        "history": f"{made_by.get('created', '')} copark {made_by.get('code_version', '')}".strip(),
    }


def _attributes(name: str, variable: xr.DataArray) -> dict[str, Any]:
    """A title, a unit of UDUNITS beside the unit itself, and what codes mean."""
    found = dict(variable.attrs) | COORDINATES.get(name, {})
    if has_text(f"store.netcdf.{name}"):
        found |= {f"title_{lang}": text(f"store.netcdf.{name}", lang) for lang in LANGUAGES}
        found["long_name"] = found["title_en"]
    symbol = found.get("units")
    if symbol in units.UNITS and units.UNITS[symbol].cf != symbol:
        found |= {"units": units.UNITS[symbol].cf} | {f"units_{lang}": units.title(symbol, lang) for lang in LANGUAGES}
        found["long_name"] = f"{found.get('title_en', name)} ({found['units_en']})"
    return found | _flags(variable)


def _flags(variable: xr.DataArray) -> dict[str, Any]:
    """What codes mean: a word each, between blanks, and values of the variable's own type.

    Runs stored by early versions have meanings of several words, between semicolons.
    """
    import numpy as np

    said = str(variable.attrs.get("flag_meanings", ""))
    if not said:
        return {}
    words = [one.strip().replace(" ", "_") for one in said.split(";")] if ";" in said else said.split()
    values = variable.attrs.get("flag_values", range(len(words)))
    return {"flag_values": np.array(values, dtype=variable.dtype), "flag_meanings": " ".join(words)}


Progress = Callable[[int, int], None]
ROWS_BETWEEN_REPORTS = 10_000


def export_run(
    store: RunStore,
    identity: str,
    form: str,
    target: Path,
    *,
    lang: str = "en",
    more: Sequence[tables.PlainTable] = (),
    progress: Progress | None = None,
) -> Path:
    """Write a stored run in another form.

    Parameters
    ----------
    store, identity
        The run.
    form
        ``netcdf``, ``csv`` or ``xlsx``.
    target
        The file to write. For ``csv``, a name that does not end in ``.csv`` is a folder: paths, bands, runs, variables
        and provenance, a file each; a name that does is one tidy file of paths.
    lang
        Language of titles and headings.
    more
        Further tables of a workbook or folder: what analyses say of the run.
    progress
        Told rows done and rows in all.

    Raises
    ------
    ExportRefused
        If the form cannot hold the run, or the target is in the way.
    RunNotStored, DamagedRun
        As :meth:`RunStore.get`.
    """
    record = store.get(identity)
    dataset = store.load(record.identity)
    if form == "netcdf":
        _refuse_folder(target)
        return write_netcdf(as_cf(dataset), target)
    if form == "xlsx":
        _refuse_folder(target)
        return write_workbook([*_office_tables(store, record, dataset, lang), *more], target, lang, progress)
    if target.suffix.lower() == ".csv":
        _refuse_folder(target)
        return write_csv(tables.paths_table(dataset), target, progress)
    found = [*_office_tables(store, record, dataset, lang), *more]
    return _write_csv_folder(found, record, dataset, target, progress)


def _refuse_folder(target: Path) -> None:
    if target.is_dir():
        raise ExportRefused([fault("target_is_folder", target)])


def _bands(store: RunStore, record: RunRecord, dataset: xr.Dataset) -> xr.Dataset:
    return store.load_summary(record.identity) or summary_of(dataset)


def _office_tables(store: RunStore, record: RunRecord, dataset: xr.Dataset, lang: str) -> list[tables.PlainTable]:
    return [
        tables.summary_table(_bands(store, record, dataset), lang),
        tables.outcomes_table(record, lang),
        tables.runs_table(store.load_every_run(record.identity), lang),
        tables.variables_table(dataset),
        tables.provenance_table(record, lang),
    ]


def write_workbook(
    found: Sequence[tables.PlainTable], target: Path, lang: str = "en", progress: Progress | None = None
) -> Path:
    """Write tables as the sheets of one workbook, the heading of each in sight.

    Raises
    ------
    ExportRefused
        If a table has more rows or columns than a sheet can hold.
    """

    def rows(table: tables.PlainTable) -> Iterator[Row]:
        yield [Styled(head, look="head") for head in table.header]
        yield from table.rows

    sheets = [Sheet(text(f"store.sheet.{one.name}", lang), rows(one), one.count + 1) for one in found]
    return write_sheets(sheets, target, progress)


def write_netcdf(dataset: xr.Dataset, target: Path) -> Path:
    """Write a Dataset as netCDF 4, deflated, one variable in memory at a time."""
    encoding: dict[Any, dict[str, Any]] = {
        name: {"zlib": True, "complevel": 1, "shuffle": True}
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "fiu" and variable.ndim
    }
    with written_file(target) as path:
        _without_encodings(dataset).to_netcdf(path, engine="h5netcdf", encoding=encoding)
    return target


def _without_encodings(dataset: xr.Dataset) -> xr.Dataset:
    plain = dataset.drop_encoding()
    for name, variable in plain.variables.items():
        if variable.dtype.kind == "M":
            plain[name].encoding = {"units": "days since 1970-01-01", "dtype": "int32"}
    return plain


def write_csv(table: tables.PlainTable, target: Path, progress: Progress | None = None) -> Path:
    """Write a table as CSV: UTF-8 with byte order mark, comma, point, one header row."""
    with written_file(target) as path:
        _fill_csv(table, path, progress)
    return target


def _fill_csv(table: tables.PlainTable, path: Path, progress: Progress | None) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([tables.safe(cell) for cell in table.header])
        for at, row in enumerate(table.rows):
            writer.writerow([tables.safe(cell) for cell in row])
            if progress and at % ROWS_BETWEEN_REPORTS == 0:
                progress(at, table.count)
    if progress:
        progress(table.count, table.count)


def _write_csv_folder(
    found: Sequence[tables.PlainTable], record: RunRecord, dataset: xr.Dataset, target: Path, progress: Progress | None
) -> Path:
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ExportRefused([fault("target_exists", target)])
    if target.is_dir():
        target.rmdir()
    with written_folder(target) as folder:
        for table in found:
            _fill_csv(table, folder / f"{table.name}.csv", None)
        _fill_csv(tables.paths_table(dataset), folder / "paths.csv", progress)
        content = json.dumps(record.provenance, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / "provenance.json").write_text(content + "\n", encoding="utf-8")
    return target
