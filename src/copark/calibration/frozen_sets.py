"""Sets of frozen forecasts: a file for each park, a manifest with one hash over all, and a table of the ends of years.

A set lies in a folder. Each of its files is a frozen forecast as :mod:`copark.calibration.forecast` writes it. The
manifest is written last, so that a folder without one is unfinished; it names every file with its SHA-256, and its
identity is the SHA-256 of all else in it. Whoever deposits that one number deposits all forecasts.

What is read was written by anybody: a manifest that does not match its identity is refused, a file that does not match
its manifest is not read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from copark.calibration.forecast import (
    ForecastRefused,
    Frozen,
    ParkObservation,
    read,
    read_rows,
    rounded,
)
from copark.cases.files import ENOUGH, fault
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from copark.cases.tables import TableRow, faults_of_series
from copark.cases.types import suggestion
from copark.described import Described
from copark.errors import Fault, NotFound
from copark.identity import hash_content
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.stats.quantiles import LEVELS
from copark.store.files import UNFINISHED, written_file
from copark.texts.localized import LocalizedText
from copark.version import MODEL_VERSION, __version__

KIND = "copark-forecast-set"
FORMAT = 1
MANIFEST = "MANIFEST.json"
TABLE = "forecasts.csv"
PAGES = {"en": "README.md", "zh": "README.zh.md"}
"""Pages that tell how to score the set, by language."""
MOST_BYTES = 2_000_000
"""Largest manifest that is read."""
MOST_BYTES_TABLE = 100_000_000
"""Largest table that is read."""
COLUMNS = ("park", "variable", "unit", "quarter", "method", *(f"p{100 * level:02.0f}" for level in LEVELS))
"""Columns of the table of the ends of years."""
PARK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")

ParkName = Annotated[str, StringConstraints(pattern=rf"^{PARK.pattern}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, StringConstraints(max_length=100)]


class _Written(Described):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FrozenFile(_Written):
    """A frozen forecast of a set."""

    file: Word
    """Name of the file: that of the park."""
    park: ParkName
    """Name of the park's case."""
    sha256: Hash
    """SHA-256 of the file."""
    identity: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    """Identity of the forecast."""
    made_on: Word
    """Day on which it was frozen."""
    cut: Word
    """Last quarter known."""
    until: Word
    """Last quarter forecast."""
    method: Word
    """Method of the model's forecast."""
    model_version: int
    """Version of the model."""
    made_from: JsonObject
    """What its parameters were made from."""


class NotForecast(_Written):
    """A park that could not be forecast."""

    park: ParkName
    """Name of its case."""
    reason: LocalizedText
    """Why, and what would help."""


class Manifest(_Written):
    """The manifest of a set."""

    kind: Literal["copark-forecast-set"]
    """What the file is."""
    format: Literal[1]
    """Version of its format."""
    identity: Hash
    """Hash of the set: the SHA-256 of all else in the manifest."""
    made_on: Word
    """Day on which the set was completed."""
    known_until: Word
    """Last quarter of which anything was known of any of the parks: what is of no later date is no test."""
    until: Word
    """Last quarter forecast."""
    code_version: Word
    """Version of copark."""
    model_version: int
    """Version of the model."""
    table: Hash
    """SHA-256 of the table of the ends of years."""
    forecasts: Annotated[tuple[FrozenFile, ...], Field(strict=False, min_length=1, max_length=10_000)]
    """The forecasts, by park."""
    left_out: Annotated[tuple[NotForecast, ...], Field(strict=False)]
    """Parks that could not be forecast."""

    @property
    def parks(self) -> tuple[str, ...]:
        """Names of the parks that are forecast."""
        return tuple(entry.park for entry in self.forecasts)


@dataclass(frozen=True)
class DamagedFile:
    """A file of a set that is not what the manifest says."""

    file: str
    """Its name."""
    problem: Literal["missing", "changed"]
    """Whether it is missing or was changed."""


@dataclass(frozen=True)
class FrozenSet:
    """A set as it was read."""

    manifest: Manifest
    """Its manifest, which matches its identity."""
    forecasts: Mapping[str, JsonObject]
    """By park: the content of each file that is as it was frozen."""
    damaged: tuple[DamagedFile, ...]
    """Files that are not."""


def file_of(park: str) -> str:
    """Name the file of a park's forecast."""
    return f"{park}.json"


def year_ends(content: Mapping[str, Any]) -> list[str]:
    """List the last quarters of years that a frozen forecast reaches after its cut."""
    return [name for name in content["quarters"][1:] if name.endswith("Q4")]


def methods_of(content: Mapping[str, Any], variable: str) -> list[str]:
    """List the methods that a frozen forecast holds of an observable: the model's, then curves and benchmarks."""
    curves = [name for name, rows in content["curves"].items() if variable in rows]
    return [content["method"], *curves, *content["naive"].get(variable, {})]


def rows_of(content: Mapping[str, Any]) -> Iterator[tuple[str | float, ...]]:
    """Return the rows of a frozen forecast in the table of the ends of years, in the order of :data:`COLUMNS`."""
    frozen = Frozen(content)
    positions = [content["quarters"].index(name) for name in year_ends(content)]
    for variable in content["forecast"]:
        unit = catalogue().outputs[variable].unit
        for method in methods_of(content, variable):
            band = frozen.any_band(variable, method, LEVELS)
            if band is None:
                continue
            for position in positions:
                quarter = content["quarters"][position]
                yield content["case"], variable, unit, quarter, method, *rounded(band[:, position])


def written_table(contents: Iterable[Mapping[str, Any]]) -> str:
    """Write the table of the ends of years: a row for each park, observable, year and method."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for content in contents:
        writer.writerows(rows_of(content))
    return stream.getvalue()


def manifest_of(
    files: Mapping[str, bytes],
    left_out: Sequence[NotForecast],
    table: str,
    *,
    made_on: str,
    known_until: Quarter,
    until: Quarter,
) -> Manifest:
    """Make the manifest of a set, with its identity.

    Parameters
    ----------
    files
        Content of each file, by park.
    left_out
        Parks that could not be forecast.
    table
        The table of the ends of years.
    made_on
        The day.
    known_until
        Last quarter of which anything was known of any of the parks.
    until
        Last quarter forecast.
    """
    forecasts = []
    for park, raw in sorted(files.items()):
        content = json.loads(raw)
        names = ("identity", "made_on", "cut", "until", "method", "model_version", "made_from")
        described = {name: content[name] for name in names}
        forecasts.append({"file": file_of(park), "park": park, "sha256": _sha256(raw), **described})
    body: JsonObject = {
        "kind": KIND,
        "format": FORMAT,
        "made_on": made_on,
        "known_until": str(known_until),
        "until": str(until),
        "code_version": __version__,
        "model_version": MODEL_VERSION,
        "table": _sha256(table.encode()),
        "forecasts": forecasts,
        "left_out": [entry.model_dump(mode="json") for entry in left_out],
    }
    return Manifest.model_validate({"identity": hash_content(body), **body})


def write_text(folder: Path, name: str, content: str) -> None:
    """Write a file of a set, whole or not at all."""
    with written_file(folder / name) as scratch:
        scratch.write_text(content, encoding="utf-8", newline="\n")


def write_forecast(folder: Path, park: str, content: Mapping[str, Any]) -> None:
    """Write the frozen forecast of a park, whole or not at all."""
    words = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    write_text(folder, file_of(park), words)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, by which the set is complete."""
    write_text(folder, MANIFEST, json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n")


def clear_unfinished(folder: Path) -> None:
    """Delete what a killed command left half written."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)


def refuse_other_files(folder: Path, parks: Sequence[str]) -> None:
    """Refuse a folder that holds a finished set, or anything that is no file of an unfinished one.

    Parameters
    ----------
    folder
        The folder; it need not exist.
    parks
        Parks of the set that is to be frozen.

    Raises
    ------
    ForecastRefused
        If nothing can be frozen there, with what to do instead.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ForecastRefused.of("inference.forecast.set_no_folder", folder=folder.name)
    if not folder.exists():
        return
    if (folder / MANIFEST).exists():
        raise ForecastRefused.of("inference.forecast.set_exists", folder=folder.name)
    expected = {TABLE, *PAGES.values(), *map(file_of, parks)}
    others = sorted(path.name for path in folder.iterdir() if path.name not in expected and path.name[0] != ".")
    if others:
        names = ", ".join(others[:5]) + (" …" if len(others) > len(others[:5]) else "")
        raise ForecastRefused.of("inference.forecast.set_other_files", folder=folder.name, files=names)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a set.

    Raises
    ------
    NotFound
        If the folder has none.
    ForecastRefused
        If it is none, or was changed.
    """
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise NotFound.of("inference.forecast.set_without", folder=folder.name, file=MANIFEST)
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_BYTES else None
        manifest = Manifest.model_validate(content)
        body = {name: value for name, value in dict(content or {}).items() if name != "identity"}
        is_same = hash_content(body) == manifest.identity
        quarters = [Quarter.parse(entry.cut) < Quarter.parse(entry.until) for entry in manifest.forecasts]
        is_sound = all(quarters) and Quarter.parse(manifest.known_until) < Quarter.parse(manifest.until)
        is_sound = is_sound and len(set(manifest.parks)) == len(manifest.parks)
        is_sound = is_sound and all(entry.file == file_of(entry.park) for entry in manifest.forecasts)
    except (ValueError, ValidationError, RecursionError, OverflowError):
        raise ForecastRefused.of("inference.forecast.set_unreadable", folder=folder.name, file=MANIFEST) from None
    if not is_same:
        raise ForecastRefused.of("inference.forecast.set_changed", folder=folder.name, file=MANIFEST)
    if not is_sound:
        raise ForecastRefused.of("inference.forecast.set_unreadable", folder=folder.name, file=MANIFEST)
    return manifest


def read_set(folder: Path) -> FrozenSet:
    """Read a set: its manifest, and every file that is as it was frozen.

    Raises
    ------
    NotFound
        If the folder has no manifest.
    ForecastRefused
        If the manifest is none, or was changed.
    """
    manifest = read_manifest(folder)
    forecasts = {}
    damaged = []
    for entry in manifest.forecasts:
        content = _content_of(folder, entry)
        if content is None:
            is_there = (folder / entry.file).exists()
            damaged.append(DamagedFile(entry.file, "changed" if is_there else "missing"))
        else:
            forecasts[entry.park] = content
    table = folder / TABLE
    if not table.is_file():
        damaged.append(DamagedFile(TABLE, "missing"))
    elif table.stat().st_size > MOST_BYTES_TABLE or _sha256(table.read_bytes()) != manifest.table:
        damaged.append(DamagedFile(TABLE, "changed"))
    return FrozenSet(manifest, forecasts, tuple(damaged))


def _content_of(folder: Path, entry: FrozenFile) -> JsonObject | None:
    """Read a file of a set; ``None`` where it is not there or not what the manifest says."""
    path = folder / entry.file
    if path.is_symlink() or not path.is_file():
        return None
    try:
        content = read(path)
    except ForecastRefused:
        return None
    described = {name: getattr(entry, name) for name in ("identity", "cut", "until", "method", "made_from")}
    is_same = all(content.get(name) == value for name, value in described.items()) and content["case"] == entry.park
    return content if is_same and _sha256(path.read_bytes()) == entry.sha256 else None


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def read_later_of_parks(path: Path, parks: Iterable[str]) -> tuple[TableRow[ParkObservation], ...]:
    """Read a table of observations of several parks, each with its line.

    Parameters
    ----------
    path
        The table.
    parks
        Names that the column ``park`` may hold.

    Raises
    ------
    NotFound
        If there is no such file.
    FaultsFound
        With all its faults, each with file, line, cause and repair.
    """
    park_ids = set(parks)

    def faults_of_parks(rows: list[TableRow[ParkObservation]]) -> Iterator[Fault]:
        for line, row in rows:
            if row.park not in park_ids:
                near = suggestion(row.park, park_ids)
                yield fault("unknown_park", path.name, line, "park", found=row.park, suggestion=near)
        by_park: dict[str, list[TableRow[Observation]]] = {}
        for line, row in rows:
            by_park.setdefault(row.park, []).append(TableRow(line, row))
        for own_rows in by_park.values():
            yield from islice(faults_of_series(own_rows), ENOUGH)

    return read_rows(path, ParkObservation, faults_of_parks)
