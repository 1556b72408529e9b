"""Files of Parquet, which R, Python and data bases read: titles in both languages in the metadata of each column.

They are written by pyarrow, which is not a part of copark (170 MB): the extra ``data`` brings it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from copark.extras import need_form
from copark.presentation.labelled_frame import LabelledFrame
from copark.store.files import written_file
from copark.texts import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd


def write_parquet(table: LabelledFrame, target: Path, parts: Iterable[pd.DataFrame] | None = None) -> Path:
    """Write a frame as Parquet, and give its path.

    Parameters
    ----------
    table
        The frame and its words.
    target
        The file; it replaces one of that name.
    parts
        What is written, in parts that need not be held in memory together; by default the frame of the table.

    Raises
    ------
    copark.extras.NotInstalled
        If pyarrow is missing.
    """
    need_form("parquet")
    import pyarrow as pa
    from pyarrow import parquet

    frames = iter([table.frame] if parts is None else parts)
    first = next(frames)
    fields = pa.Schema.from_pandas(first, preserve_index=False)
    schema = pa.schema(
        [field.with_metadata(_encoded(_column_titles(table, field.name))) for field in fields],
        metadata=_encoded(_metadata(table)),
    )
    with written_file(target) as path, parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for frame in chain([first], frames):
            writer.write_table(pa.Table.from_pandas(frame, preserve_index=False).cast(schema))
    return target


def _metadata(table: LabelledFrame) -> Mapping[str, str]:
    words = {column: {key: word.model_dump() for key, word in keys.items()} for column, keys in table.words.items()}
    titles = {f"title_{lang}": table.title.text(lang) for lang in LANGUAGES}
    return {**titles, "words": json.dumps(words, ensure_ascii=False), **table.attributes}


def _column_titles(table: LabelledFrame, column: str) -> Mapping[str, str]:
    title = table.titles.get(column)
    return {} if title is None else {f"title_{lang}": title.text(lang) for lang in LANGUAGES}


def _encoded(metadata: Mapping[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in metadata.items()}
