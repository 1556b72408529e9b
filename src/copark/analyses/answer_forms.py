"""Other forms of an answer: a line, what a notebook shows, a labelled Dataset, a figure, a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from copark.cases.missing_values import is_missing
from copark.errors import NotFound
from copark.json_types import JsonObject
from copark.options import options
from copark.presentation.document import Chart, Column, Document
from copark.store.files import written_file
from copark.texts import LANGUAGES
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from copark.presentation.labelled_frame import LabelledFrame


class Answer(Protocol):
    """An answer that can be written in forms; :class:`copark.analyses.contract.Result` is one."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Columns of the main table that are dimensions of its Dataset; none for the first that name every row."""

    @property
    def run_id(self) -> str:
        """Hash of everything it depends on."""

    @property
    def provenance(self) -> JsonObject:
        """Versions, hashes, study, seed, time."""

    def to_frame(self) -> pd.DataFrame:
        """Return the main table."""

    def document(self, lang: str | None = None) -> Document:
        """Show it in a language."""


LINE = 160
"""Letters of a headline in one line."""
UNIT = "unit"
"""Column of a table whose rows have units of their own."""
ROW = "row"
"""Dimension of a table whose rows are named by no columns."""
SPARSE = 3.0
"""How many times as many cells as rows a grid may have; a sparser table keeps its rows."""


def one_line(result: Answer) -> str:
    """Return one line: the question, the beginning of the answer, its run ID."""
    document = result.document()
    headline = document.headline if len(document.headline) <= LINE else document.headline[:LINE].rstrip() + "…"
    return f"<{document.key}: {' '.join(headline.split())} [{result.run_id}]>"


def notebook_html(result: Answer) -> str:
    """Return what a notebook shows of an answer, in the language of the session."""
    from copark.presentation.html_pdf import to_notebook

    return to_notebook(result.document(), result.run_id)


def figure_of(result: Answer, chart: str | None, lang: str | None) -> Figure:
    """Draw the figure of a key, by default the first; NotFound where there is none."""
    from copark.presentation.style import styled

    document = result.document(lang)
    charts = {block.key: block for block in document.blocks() if isinstance(block, Chart)}
    if not charts:
        raise NotFound.of("analyses.no_figure", title=document.title)
    if chart is not None and chart not in charts:
        raise NotFound.of("analyses.no_such_figure", found=chart, known=", ".join(charts))
    chosen = next(iter(charts.values())) if chart is None else charts[chart]
    draw: Callable[[], Figure] = styled(chosen.figure)
    return draw()


def dataset_of(result: Answer) -> xr.Dataset:
    """Return the main table of an answer as a labelled Dataset."""
    import pandas as pd

    from copark.presentation.stata import of_one_kind

    frame = result.to_frame()
    named, is_grid = _labels_of(frame)
    labels, along = named, {}
    if _names_rows(frame, result.dimensions):
        labels, is_grid = list(result.dimensions), True
        along = _along(frame, [*named, UNIT], labels)
    plain = pd.DataFrame({name: frame[name] if name in labels else of_one_kind(frame[name]) for name in frame})
    if is_grid:
        order = {name: list(dict.fromkeys(plain[name])) for name in labels}
        dataset = plain.drop(columns=list(along)).set_index(labels).to_xarray().reindex(order)
        for column, label in along.items():
            dataset.coords[column] = (label, list(plain.groupby(label, sort=False)[column].first()))
        for name, variable in dataset.data_vars.items():
            if variable.dtype.kind == "O":
                dataset[name] = variable.where(variable.notnull(), "")
    else:
        dataset = plain.rename_axis(ROW).to_xarray().set_coords(labels)
    documents = [result.document(lang) for lang in LANGUAGES]
    columns = [_columns_of(document) for document in documents]
    for name in map(str, dataset.variables):
        dataset[name].attrs = _attributes(name, columns)
        if UNIT in frame.columns and UNIT not in dataset.coords:  # rows have units of their own
            dataset[name].attrs.pop("units", None)
    return dataset.assign_attrs(_of_the_whole(result, documents))


def _labels_of(frame: pd.DataFrame) -> tuple[list[str], bool]:
    """Return the first columns that name every row, and whether most of their combinations have one."""
    labels: list[str] = []
    for name in map(str, frame.columns):
        if frame[name].dtype.kind == "f" or frame[name].isna().any():
            return [], False
        labels.append(name)
        if not frame.duplicated(labels).any():
            cells = prod(frame[label].nunique() for label in labels)
            return labels, cells <= SPARSE * len(frame) and len(labels) < len(frame.columns)
    return [], False


def _names_rows(frame: pd.DataFrame, names: Sequence[str]) -> bool:
    """Return whether there are columns of these names, and they name every row."""
    return bool(names) and set(names) <= set(frame.columns) and not frame.duplicated(list(names)).any()


def _along(frame: pd.DataFrame, names: Sequence[str], labels: Sequence[str]) -> dict[str, str]:
    """Return the columns that follow from one dimension alone, as the lever from its setting, with that dimension."""
    along = {}
    for name in names:
        if name in frame.columns and name not in labels:
            for label in labels:
                if frame.groupby(label)[name].nunique(dropna=False).max() == 1:
                    along[name] = label
                    break
    return along


def _attributes(name: str, columns: Sequence[Mapping[str, Column]]) -> dict[str, str]:
    """Return titles of a column in both languages, and its unit, where the document has the column."""
    attributes: dict[str, str] = {}
    for lang, by_key in zip(LANGUAGES, columns, strict=True):
        if name in by_key:
            attributes[f"title_{lang}"] = by_key[name].title
            attributes |= {"units": by_key[name].unit} if by_key[name].unit else {}
    if "title_en" in attributes:
        attributes["long_name"] = attributes["title_en"]
    return attributes


def _columns_of(document: Document) -> Mapping[str, Column]:
    """Return the columns of a document's tables by key: the first of each, with a unit where all of them have it."""
    columns: dict[str, Column] = {}
    for table in document.tables():
        for column in table.columns:
            first = columns.setdefault(column.key, column)
            if first.unit != column.unit:
                columns[column.key] = replace(first, unit="")
    return columns


def _of_the_whole(result: Answer, documents: Sequence[Document]) -> dict[str, str]:
    """Return what the whole Dataset says: the question, the answer, how sure it is, and what made it."""
    attributes = {"identity": result.run_id}
    for document in documents:
        parts = {"title": document.title, "headline": document.headline, "trust": document.trust}
        attributes |= {f"{part}_{document.lang}": words for part, words in parts.items()}
    attributes["provenance"] = json.dumps(result.provenance, ensure_ascii=False, default=str)
    return attributes


def forms() -> tuple[str, ...]:
    """Return the forms that an answer is written in: those of documents, and those of its main table."""
    from copark.presentation import FORMATS

    return (*(form for form in FORMATS if form not in _TABLES), *_TABLES)


def is_table(form: str) -> bool:
    """Return whether a form holds the main table alone."""
    return form in _TABLES


def form_of(path: Path) -> str:
    """Return the form that the ending of a file names; NotFound if answers are not written in it."""
    form = path.suffix.lower().removeprefix(".")
    if form not in forms():
        endings = ", ".join(f".{ending}" for ending in forms())
        raise NotFound.of("analyses.no_form", found=path.suffix or path.name, known=endings)
    return form


def save(result: Answer, path: Path, lang: str | None, form: str = "") -> Path:
    """Write an answer to a file, in a form, or else in the one its ending names, and give the path."""
    from copark.presentation import write_file

    kind = form or form_of(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind in _TABLES:
        _TABLES[kind](result, path, options().lang if lang is None else lang)
        return path
    return write_file(result.document(lang), path, kind)


def _save_csv(result: Answer, path: Path, _lang: str) -> None:
    from copark.presentation.run_export import PlainTable, write_csv

    frame = result.to_frame()
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    write_csv(PlainTable("main", list(map(str, frame.columns)), rows, len(rows)), path)


def _cell(value: Any) -> Any:
    """Return a value as a cell of CSV: yes and no as 1 and 0, nothing where there is none."""
    if is_missing(value):
        return None
    return int(value) if isinstance(value, bool) else value.item() if hasattr(value, "item") else value


def _save_stata(result: Answer, path: Path, lang: str) -> None:
    """Write a file of Stata 14 and later, labelled in the reader's language."""
    from copark.presentation.stata import write_stata

    write_stata(labelled(result), path, lang)


def _save_parquet(result: Answer, path: Path, _lang: str) -> None:
    from copark.extras import need_form
    from copark.presentation.parquet import write_parquet

    need_form("parquet")
    write_parquet(labelled(result), path)


def _save_geojson(result: Answer, path: Path, _lang: str) -> None:
    """Write the places of an answer as points; NotFound where it has none."""
    from copark.presentation.geojson import parks_as_points

    points = getattr(result, "points", None)
    if points is None:
        raise NotFound.of("analyses.no_map", title=result.document(_lang).title)
    with written_file(path) as target:
        target.write_bytes(parks_as_points(points()))


def labelled(result: Answer) -> LabelledFrame:
    """Return the main table of an answer with titles of its columns, and words for its keys, in both languages."""
    from copark.analyses.column_words import titles_of, words_of
    from copark.presentation.labelled_frame import LabelledFrame

    frame = result.to_frame()
    documents = {lang: result.document(lang) for lang in LANGUAGES}
    attributes = {name: str(words) for name, words in _of_the_whole(result, list(documents.values())).items()}
    columns = {lang: _columns_of(document) for lang, document in documents.items()}
    return LabelledFrame(
        "main",
        LocalizedText(**{lang: document.title for lang, document in documents.items()}),
        frame,
        titles_of(frame, columns),
        words_of(frame, area_of(result)),
        attributes,
    )


def area_of(result: Answer) -> str:
    """Return the area of the texts of an answer's analysis: the name of its folder."""
    module: str = getattr(result, "shown_by", "") or f"{type(result).__module__}.show"
    return module.rpartition(".")[0].rpartition(".")[2]


def _save_netcdf(result: Answer, path: Path, _lang: str) -> None:
    from copark.presentation.run_export import write_netcdf

    write_netcdf(dataset_of(result), path)


_TABLES: Mapping[str, Callable[[Answer, Path, str], None]] = {
    "csv": _save_csv,
    "dta": _save_stata,
    "parquet": _save_parquet,
    "nc": _save_netcdf,
    "geojson": _save_geojson,
}
"""Forms that hold the main table, and what writes each."""
LIVE = "live"
"""Name of the format of a live brief, beside those of documents."""
DATA = ("dta", "parquet", "nc", "geojson")
"""Forms beside those of documents."""
