"""Reading a table of what was observed later: the columns of a case's ``series.csv``, every fault at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

from copark.cases.evidence import Observation
from copark.cases.files import ENOUGH, fault, in_reading_order, read_text
from copark.cases.table import Row, read_table
from copark.cases.tables import faults_of_rows, faults_of_series
from copark.errors import Fault, FaultsFound, NotFound


def read_later(path: Path) -> tuple[Row[Observation], ...]:
    """Read a table of observations, each with its line.

    Raises
    ------
    NotFound
        If there is no such file.
    FaultsFound
        If it has faults; all of them, each with file, line, cause and repair.
    """
    if not path.exists():
        raise NotFound.of("inference.forecast.not_found", file=path.name)
    faults: list[Fault] = []
    content = read_text(path.parent, path.name, faults)
    if content is None:
        raise FaultsFound(faults)
    table = read_table(content, path.name, Observation, faults)
    faults += islice(faults_of_rows(path.name, table.rows, None, None), ENOUGH)
    faults += [replace(one, file=path.name) for one in islice(faults_of_series(table.rows), ENOUGH)]
    if not faults and not table.rows:
        faults.append(fault("empty_file", path.name))
    if faults:
        raise FaultsFound(in_reading_order(faults, (path.name,)))
    return tuple(table.rows)
