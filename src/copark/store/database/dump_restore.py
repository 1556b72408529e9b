"""Moving what a database holds: to a file of JSON lines, and from one, into whichever kind of database.

The first line says what the file is, each further one is a row, the last one the SHA-256 of all before it. A file is
read to its end and found sound before anything of it is entered, and then all of it is, or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from copark.errors import Fault
from copark.store.atomic import written_file
from copark.store.database.clock import now
from copark.store.database.rows import EXPORTED, fault_of, held, plain
from copark.store.database.session import Session, put
from copark.store.database.version import HEAD
from copark.store.errors import DatabaseRefused, database_fault
from copark.version import __version__

if TYPE_CHECKING:
    from copark.store.database.opening import Database

FORMAT = 1
LONGEST = 8_000_000
"""Bytes of a line that are read."""
MOST_FAULTS = 20


def export_database(database: Database, target: Path) -> Counter[str]:
    """Write what the database holds of its output folder; how many rows of each table."""
    from sqlalchemy import select

    from copark.store.database.tables import metadata

    counts: Counter[str] = Counter()
    head = {"copark": "database", "format": FORMAT, "tables": HEAD, "version": __version__, "created": now()}
    with written_file(target) as path, path.open("wb") as stream, database.reading() as connection:
        digest = hashlib.sha256()
        _write(stream, head, digest)
        for name in EXPORTED:
            table = metadata.tables[name]
            wanted = select(table).order_by(*table.primary_key.columns)
            if "place" in table.c:
                wanted = wanted.where(table.c.place == database.place)
            for row in connection.execute(wanted).mappings():
                _write(stream, {"table": name, "row": plain(name, dict(row))}, digest)
                counts[name] += 1
        _write(stream, {"sha256": digest.hexdigest()}, digest)
    return counts


def import_database(database: Database, source: Path, data: Path) -> Counter[str]:
    """Enter what a file holds; how many rows of each table were new.

    What is there already stays, except for a saved scenario that is older than the file's.

    Parameters
    ----------
    data
        The output folder whose database it is; jobs that wait go on there.

    Raises
    ------
    DatabaseRefused
        If the file is not sound; nothing is entered then.
    """
    faults = list(_faults(source))
    if faults:
        raise DatabaseRefused(faults)
    counts: Counter[str] = Counter()
    with database.session(write=True) as session:
        for name, row in _rows(source):
            counts[name] += _enter(session, name, held(name, row, database.place, data))
    return counts


def _write(stream: BinaryIO, content: Mapping[str, Any], digest: Any) -> None:
    line = json.dumps(content, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    stream.write(line)
    digest.update(line)


def _rows(source: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of a file that was found sound."""
    with source.open("rb") as stream:
        for line in stream:
            content = json.loads(line)
            if "table" in content:
                yield content["table"], content["row"]


def _faults(source: Path) -> Iterator[Fault]:
    """What is wrong with a file: the first lines of which something is."""
    found = 0
    try:
        with source.open("rb") as stream:
            for number, fault in enumerate(_line_faults(stream), start=1):
                if fault is not None:
                    found += 1
                    yield replace(database_fault(fault[0], source, fault[1], **fault[2]), line=number)
                if found >= MOST_FAULTS or (fault is not None and fault[0] in ("not_ours", "other_file", "cut_off")):
                    return
    except OSError as error:
        yield database_fault("no_file", source, reason=error.strerror or str(error))


Told = tuple[str, str, dict[str, Any]]


def _line_faults(stream: BinaryIO) -> Iterator[Told | None]:
    """For each line what is wrong with it, or nothing."""
    digest = hashlib.sha256()
    studies: set[str] = set()
    number, ended = 0, False
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST + 1), b""), start=1):
        content = _parsed(line)
        if number == 1:
            yield _head_fault(content)
        elif ended or content is None or not isinstance(content, dict):
            yield ("line_unreadable", "", {})
        elif set(content) == {"sha256"}:
            ended = True
            yield None if content["sha256"] == digest.hexdigest() else ("cut_off", "", {})
        elif set(content) == {"table", "row"}:
            yield fault_of(content["table"], content["row"], studies)
        else:
            yield ("line_unreadable", "", {})
        digest.update(line)
    if not ended:
        yield ("cut_off" if number else "not_ours", "", {})


def _head_fault(content: Any) -> Told | None:
    if not isinstance(content, dict) or content.get("copark") != "database":
        return ("not_ours", "", {})
    if content.get("format") != FORMAT or not str(content.get("tables", "")) <= HEAD:
        return ("other_file", "", {"found": str(content.get("tables"))[:20], "known": HEAD})
    return None


def _parsed(line: bytes) -> Any:
    """A line as JSON; nothing where it is none, is too long or too deep."""
    if len(line) > LONGEST or not line.endswith(b"\n"):
        return None
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _refuse(word: str) -> float:
    raise ValueError(word)


def _finite(word: str) -> float:
    found = float(word)
    return found if isfinite(found) else _refuse(word)


def _enter(session: Session, name: str, row: dict[str, Any]) -> int:
    """Enter a row unless it is there; whether it was new."""
    keys = EXPORTED[name]
    same = " AND ".join(f'"{key}" = :{key}' for key in keys)
    before = session.execute(f"SELECT * FROM {name} WHERE {same}", {key: row[key] for key in keys})  # noqa: S608 - names of columns
    if before and not (name == "scenarios" and before[0]["updated"] < row["updated"]):
        return 0
    if name == "executions":
        names, values = ", ".join(f'"{key}"' for key in row), ", ".join(f":{key}" for key in row)
        session.execute(f"INSERT INTO executions ({names}) VALUES ({values})", row)  # noqa: S608 - names of columns
    else:
        put(session, name, row, keys)
    return 1
