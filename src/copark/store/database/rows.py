"""Rows of tables as a file has them: what each may hold, and what becomes of it in another database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copark.identity import hash_content
from copark.store.database.session import as_json, storable

EXPORTED: dict[str, list[str]] = {
    "studies": ["hash"],
    "runs": ["place", "identity"],
    "executions": ["place", "identity", "started", "host", "pid"],
    "scenarios": ["owner", "name"],
    "asked": ["place", "identity"],
    "jobs": ["id"],
}
"""The tables, those that others refer to first, and the columns by which a row is known for the same."""
LEFT_OUT = {"place", "number"}
"""Columns that each database has its own of."""
STATES = {
    "executions": {"running", "finished", "failed", "interrupted"},
    "jobs": {"queued", "running", "done", "failed", "cancelled"},
}
LANES = {"run": "long", "claims": "long", "analysis": "long", "report": "page"}
"""Kinds of jobs, and the lane each waits in."""
HEX = re.compile(r"[0-9a-f]*")
SMALL, LARGE = 2**31, 2**63

Told = tuple[str, str, dict[str, Any]]


def plain(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the file has it: what runs there now does not run elsewhere."""
    found = {key: value for key, value in row.items() if key not in LEFT_OUT}
    if found.get("state") == "running":
        found["state"] = "queued" if name == "jobs" else "interrupted"
    return found


def held(name: str, row: Mapping[str, Any], place: str, data: Path) -> dict[str, Any]:
    """A row of a file as a database holds it."""
    from copark.store.database.tables import metadata

    found = dict(row)
    if name == "jobs":
        found["errand"] = {**found["errand"], "data": str(data.resolve())}
    if "place" in metadata.tables[name].c:
        found["place"] = place
    kinds = {column.name: column.type.__class__.__name__ for column in metadata.tables[name].c}
    return {key: as_json(value) if kinds[key] == "JSON" else value for key, value in found.items()}


def fault_of(name: Any, row: Any, studies: set[str]) -> Told | None:
    """What is wrong with a row of a file; studies that were seen before it are known by their hash."""
    if not isinstance(name, str) or name not in EXPORTED or not isinstance(row, dict):
        return ("line_unreadable", "", {})
    from copark.store.database.tables import metadata

    columns = {column.name: column for column in metadata.tables[name].c if column.name not in LEFT_OUT}
    if set(row) != set(columns):
        wrong = sorted(map(str, set(row) ^ set(columns)))
        return ("row_columns", name, {"found": ", ".join(wrong)[:200]})
    for key, column in columns.items():
        if not _fits(row[key], column):
            return ("row_value", f"{name}.{key}", {})
    return _contradiction(name, row, studies)


def _fits(value: Any, column: Any) -> bool:
    kind = column.type.__class__.__name__
    if value is None:
        return bool(column.nullable)
    if kind in ("String", "Text"):
        longest = getattr(column.type, "length", None) or 100_000
        return isinstance(value, str) and len(value) <= longest and storable(value) == value
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind in ("Integer", "BigInteger"):
        most = SMALL if kind == "Integer" else LARGE
        return isinstance(value, int) and not isinstance(value, bool) and -most <= value < most
    if kind == "Float":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    return isinstance(value, list if column.name == "trouble" else dict)


def _contradiction(name: str, row: Mapping[str, Any], studies: set[str]) -> Told | None:
    """What a row says against itself or against the rows before it."""
    if name == "studies":
        try:
            same = hash_content(row["content"]) == row["hash"]
        except (ValueError, RecursionError):
            same = False
        studies.add(row["hash"])
        return None if same else ("row_value", "studies.hash", {})
    if row.get("state", "") not in STATES.get(name, {row.get("state", "")}):
        return ("row_value", f"{name}.state", {})
    if "identity" in row and not HEX.fullmatch(row["identity"]):
        return ("row_value", f"{name}.identity", {})
    if "study" in row and row["study"] not in studies:
        return ("row_value", f"{name}.study", {})
    wrong = _wrong_in_job(row) if name == "jobs" else ""
    return ("row_value", f"jobs.{wrong}", {}) if wrong else None


def _wrong_in_job(row: Mapping[str, Any]) -> str:
    """The first column of a job that does not hold what servers show and give to its process."""
    sound = {
        "kind": row["kind"] in LANES,
        "lane": row["lane"] == LANES.get(row["kind"]),
        "title": _is_said(row["title"]),
        "errand": _is_errand(row["errand"], row["kind"]),
        "trouble": all(
            isinstance(one, dict) and _is_said(one.get("cause")) and _is_said(one.get("repair"))
            for one in row["trouble"]
        ),
    }
    return next((name for name, is_sound in sound.items() if not is_sound), "")


def _is_errand(errand: Mapping[str, Any], kind: str) -> bool:
    """Whether an errand can be given to the process of a job."""
    study, words = errand.get("study"), [errand.get(name) for name in ("case", "lang", "data")]
    return (
        set(errand) <= {"kind", "case", "study", "lang", "data", "threads"}
        and errand.get("kind") == kind
        and all(isinstance(one, str) for one in words)
        and isinstance(study, dict)
        and all(type(number) is int for number in (study.get("runs", 1), errand.get("threads", 1)))
    )


def _is_said(words: Any) -> bool:
    """Whether something is said in both languages, and nothing else."""
    return (
        isinstance(words, dict) and set(words) == {"en", "zh"} and all(isinstance(one, str) for one in words.values())
    )
