"""Files of Stata 14 and later (format 118, whose texts are Unicode), labelled in the reader's language.

A column of keys or codes whose words are known becomes a number with value labels; its keys stand beside it in
``<name>_key``. Keys and numbers are the same in both languages. Yes and no are 1 and 0, quarters are Stata's own
(``%tq``). A file bears no time of its making, so that the same content gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.errors import CoparkError
from copark.presentation.labelled_frame import LabelledFrame
from copark.store.files import written_file
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import pandas as pd

LONGEST_LABEL = 80
"""Letters of a label of a variable, and of a file."""
LONGEST_NAME = 32
"""Letters of the name of a variable."""
MOST_CELLS = 50_000_000
"""Cells of a table; Stata holds a file in memory, and so does whoever writes one."""
RESERVED = frozenset(("byte", "case", "default", "double", "float", "if", "in", "int", "long", "using", "with"))
"""Names that columns have and that no variable may have."""
QUARTER = re.compile(r"\d{4}Q[1-4]")
KEY = "_key"
"""End of the name of a column that has the keys of another."""
WRITTEN_AT = datetime(1980, 1, 1)  # noqa: DTZ001 - Stata knows no time zones
NO_YES = ("no", "yes")


def write_stata(table: LabelledFrame, target: Path, lang: str) -> Path:
    """Write a frame as a file of Stata, and give its path.

    Stata has no infinite values, and takes a missing one for larger than all others: an infinite value is refused.

    Parameters
    ----------
    table
        The frame and its words.
    target
        The file; it replaces one of that name.
    lang
        Language of labels, ``en`` or ``zh``.

    Raises
    ------
    CoparkError
        If there are infinite values, or more than can be held in memory.
    """
    import pandas as pd

    frame = table.frame
    if frame.size > MOST_CELLS:
        raise CoparkError.of("presentation.too_large_for_stata", cells=frame.size, most=MOST_CELLS, file=target.name)
    columns: dict[str, pd.Series[Any]] = {}
    labels: dict[str, str] = {}
    quarters: list[str] = []
    infinite: list[str] = []
    for column in map(str, frame.columns):
        name = _free_name(column, columns)
        values = of_one_kind(frame[column])
        title = table.titles.get(column)
        label = "" if title is None else shortened(title.text(lang))
        words = table.words.get(column)
        columns[name] = values
        if label:
            labels[name] = label
        truths = _truth_codes(frame[column])
        if truths is not None:
            columns[name] = _labelled([text(f"analyses.answer.{word}", lang) for word in NO_YES], truths)
        elif words is not None:
            columns[name], keys = _coded(values, words, lang)
            key_name = _free_name(f"{column}{KEY}", columns)
            columns[key_name] = keys
            if label:
                labels[key_name] = shortened(text("presentation.key_of", lang, title=label))
        elif _is_quarters(values):
            columns[name] = pd.PeriodIndex(values, freq="Q").to_timestamp().to_series(index=values.index)
            quarters.append(name)
        elif isinstance(values.dtype, pd.CategoricalDtype):
            columns[name] = values.astype(str)
        elif values.dtype.kind == "f" and np.isinf(values).any():
            infinite.append(column)
    if infinite:
        raise CoparkError.of("analyses.infinite_in_stata", columns=", ".join(infinite), file=target.name)
    with written_file(target) as path:
        pd.DataFrame(columns).to_stata(
            path,
            write_index=False,
            version=118,
            variable_labels=labels,
            data_label=shortened(table.title.text(lang)),
            time_stamp=WRITTEN_AT,
            convert_dates=dict.fromkeys(quarters, "tq"),
        )
    return target


def of_one_kind(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values that a file of arrays can hold: numbers as they are, anything else as text, nothing where none."""
    import pandas as pd

    missing = values.isna()
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    if values.dtype.kind in "fiub" and (isinstance(values.dtype, np.dtype) or not missing.any()):
        return values
    numbers = [isinstance(value, Real) and not isinstance(value, bool) for value in values[~missing]]
    if numbers and all(numbers):
        return values.astype(object).where(~missing, np.nan).astype("float64")
    return values.map(_as_text).where(~missing, "").astype(object)


def _as_text(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _truth_codes(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return 1 for yes, 0 for no and -1 for neither, of a column of yes and no; ``None`` of any other."""
    if values.dtype.kind in "fiuM" or not all(isinstance(value, bool | np.bool_) for value in values[values.notna()]):
        return None
    if not values.notna().any():
        return None
    return values.map(lambda value: int(value) if isinstance(value, bool | np.bool_) else -1).astype(int)


def shortened(words: str) -> str:
    """Return words as a label has room for them."""
    line = _one_line(words)
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1].rstrip()}…"


def _free_name(column: str, taken: Mapping[str, object]) -> str:
    """Return a name that Stata takes and that no other column has."""
    letters = re.sub(r"\W", "_", column)
    name = f"_{letters}" if letters[:1].isdigit() else letters
    short = f"{name}_" if name.lower() in RESERVED else name[:LONGEST_NAME]
    return short if short not in taken else f"v{len(taken) + 1}"


def _is_quarters(values: pd.Series[Any]) -> bool:
    import pandas as pd

    distinct = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values.unique()
    return len(distinct) > 0 and all(isinstance(value, str) and QUARTER.fullmatch(value) for value in distinct)


def _labelled(words: Sequence[str], numbers: pd.Series[Any]) -> pd.Series[Any]:
    """Return numbers from 0 on with the words they stand for; -1 is missing."""
    import pandas as pd

    unique = [word if words.index(word) == n else f"{word} ({n})" for n, word in enumerate(words)]
    return pd.Series(pd.Categorical.from_codes(numbers, categories=pd.Index(unique)), index=numbers.index)


def _coded(
    values: pd.Series[Any], words: Mapping[str, LocalizedText], lang: str
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return keys as numbers with words, in the order in which the words are given, and the keys themselves."""
    import pandas as pd

    keys = pd.Categorical(
        values.where(values != "", None) if values.dtype == object else values, categories=list(words)
    )
    numbers = pd.Series(keys.codes.astype("int64"), index=values.index)
    value_labels = [_one_line(word.text(lang)) for word in words.values()]
    return _labelled(value_labels, numbers), pd.Series(keys, index=values.index).astype(object).fillna("")


def _one_line(words: str) -> str:
    return " ".join(words.split())
