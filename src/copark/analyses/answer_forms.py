"""Other forms of an answer: a line, what a notebook shows, a labelled Dataset, a figure, a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from math import prod
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from copark.cases.missing_values import is_missing
from copark.errors import CoparkError, NotFound
from copark.json_types import JsonObject
from copark.options import options
from copark.presentation.document import Chart, Column, Document
from copark.store.files import written_file
from copark.texts import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure


class Answer(Protocol):
    """What is asked of an answer here; :class:`copark.analyses.contract.Result` is one."""

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
LONGEST_LABEL = 80
"""Letters of a label of a variable in Stata."""
LONGEST_NAME = 32
"""Letters of the name of a variable in Stata."""
RESERVED = frozenset(("byte", "case", "double", "float", "if", "in", "int", "long", "using", "with"))
"""Names that columns have and that no variable of Stata may have."""


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

    frame = result.to_frame()
    labels, is_grid = _labels_of(frame)
    plain = pd.DataFrame({name: frame[name] if name in labels else _of_one_kind(frame[name]) for name in frame})
    if is_grid:
        order = {name: list(dict.fromkeys(plain[name])) for name in labels}
        dataset = plain.set_index(labels).to_xarray().reindex(order)
        for name, variable in dataset.data_vars.items():
            if variable.dtype.kind == "O":
                dataset[name] = variable.where(variable.notnull(), "")
    else:
        dataset = plain.rename_axis(ROW).to_xarray().set_coords(labels)
    documents = [result.document(lang) for lang in LANGUAGES]
    columns = [_columns_of(document) for document in documents]
    for name in map(str, dataset.variables):
        dataset[name].attrs = _attributes(name, columns)
        if UNIT in frame.columns:  # rows have units of their own
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


def _of_one_kind(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values that a file of arrays can hold: numbers as they are, anything else as text, nothing where none."""
    missing = values.isna()
    if values.dtype.kind in "fiub" and (isinstance(values.dtype, np.dtype) or not missing.any()):
        return values
    numbers = [isinstance(value, Real) and not isinstance(value, bool) for value in values[~missing]]
    if numbers and all(numbers):
        return values.astype(object).where(~missing, np.nan).astype("float64")
    return values.astype(str).where(~missing, "").astype(object)


def _attributes(name: str, columns: Sequence[Mapping[str, Column]]) -> dict[str, str]:
    """Return titles of a column in both languages, and its unit, where the document has the column."""
    attributes: dict[str, str] = {}
    for lang, known in zip(LANGUAGES, columns, strict=True):
        if name in known:
            attributes[f"title_{lang}"] = known[name].title
            attributes |= {"units": known[name].unit} if known[name].unit else {}
    if "title_en" in attributes:
        attributes["long_name"] = attributes["title_en"]
    return attributes


def _columns_of(document: Document) -> Mapping[str, Column]:
    """Return the columns of a document's tables by key: the first of each, with a unit where all of them have it."""
    columns: dict[str, Column] = {}
    for table in document.tables():
        for column in table.columns:
            known = columns.setdefault(column.key, column)
            if known.unit != column.unit:
                columns[column.key] = replace(known, unit="")
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
    """Say whether a form holds the main table alone."""
    return form in _TABLES


def form_of(path: Path) -> str:
    """Return the form that the ending of a file names; NotFound if answers are not written in it."""
    form = path.suffix.lower().removeprefix(".")
    if form not in forms():
        endings = ", ".join(f".{known}" for known in forms())
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
    """Write a file of Stata 14 and later, whose variables are labelled in the reader's language.

    Stata has no infinite values, and takes a missing one for larger than all others: an infinite value is refused.
    """
    import pandas as pd

    frame = result.to_frame()
    names: dict[str, str] = {}
    for name in map(str, frame.columns):
        short = f"{name}_" if name in RESERVED else name[:LONGEST_NAME]
        names[name] = short if short not in names.values() else f"v{len(names) + 1}"
    columns = _columns_of(result.document(lang))
    labels = {names[name]: columns[name].title[:LONGEST_LABEL] for name in names if name in columns}
    plain = pd.DataFrame({short: _of_one_kind(frame[name]) for name, short in names.items()})
    infinite = [
        name for name, short in names.items() if plain[short].dtype.kind == "f" and np.isinf(plain[short]).any()
    ]
    if infinite:
        raise CoparkError.of("analyses.infinite_in_stata", columns=", ".join(infinite), file=path.name)
    flags = {name: plain[name].astype("int8") for name in names.values() if plain[name].dtype.kind == "b"}
    with written_file(path) as target:
        plain.assign(**flags).to_stata(target, write_index=False, version=118, variable_labels=labels)


def _save_parquet(result: Answer, path: Path, _lang: str) -> None:
    if find_spec("pyarrow") is None:
        raise CoparkError.of("analyses.needs_package", form=".parquet", package="pyarrow")
    with written_file(path) as target:
        result.to_frame().to_parquet(target, index=False)


def _save_netcdf(result: Answer, path: Path, _lang: str) -> None:
    from copark.presentation.run_export import write_netcdf

    write_netcdf(dataset_of(result), path)


_TABLES: Mapping[str, Callable[[Answer, Path, str], None]] = {
    "csv": _save_csv,
    "dta": _save_stata,
    "parquet": _save_parquet,
    "nc": _save_netcdf,
}
"""Forms that hold the main table, and what writes each."""
