"""Files of Parquet, which R, Python and data bases read: titles in both languages in the metadata of each column.

They are written by pyarrow, which is not a part of copark (170 MB): the extra ``data`` brings it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    writer: Any = None
    with written_file(target) as path:
        for part in [table.frame] if parts is None else parts:
            columns = pa.Table.from_pandas(part, preserve_index=False)
            if writer is None:
                schema = pa.schema(
                    [field.with_metadata(_said_of(table, field.name)) for field in columns.schema],
                    metadata=dict(_encoded(_of_the_whole(table))),
                )
                writer = parquet.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(columns.cast(schema))
        writer.close()
    return target


def _of_the_whole(table: LabelledFrame) -> Mapping[str, str]:
    words = {column: {key: word.model_dump() for key, word in known.items()} for column, known in table.words.items()}
    titles = {f"title_{lang}": table.title.text(lang) for lang in LANGUAGES}
    return {**titles, "words": json.dumps(words, ensure_ascii=False), **table.attributes}


def _said_of(table: LabelledFrame, column: str) -> dict[bytes, bytes]:
    title = table.titles.get(column)
    return {} if title is None else dict(_encoded({f"title_{lang}": title.text(lang) for lang in LANGUAGES}))


def _encoded(said: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return ((key.encode(), value.encode()) for key, value in said.items())
