"""The index over stored runs: a row each, made from the folder's own description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from copark.identity import hash_content
from copark.store.database.clock import now
from copark.store.database.session import Session, as_json, put
from copark.store.manifest import NAME, checksum

if TYPE_CHECKING:
    from copark.store.runs import RunRecord


def index_study(session: Session, content: Mapping[str, Any]) -> str:
    """Keep a study once, whatever is made of it; gives its hash."""
    kept = dict(content)
    found = hash_content(kept)
    row = {"hash": found, "name": str(kept.get("name", "")), "content": as_json(kept), "created": now()}
    put(session, "studies", row, ["hash"], replace=False)
    return found


def index_record(session: Session, place: str, record: RunRecord) -> None:
    """Keep a stored run, in the place of an older one of its identity."""
    row = {
        "place": place,
        "identity": record.identity,
        "study": index_study(session, record.provenance.get("study", {})),
        "case": str(record.provenance.get("case", "")),
        "form": record.form,
        "created": record.created,
        "runs": record.runs,
        "kept": record.kept,
        "failed": record.failed,
        "bytes": record.bytes,
        "manifest": checksum(record.path / NAME),
        "status": as_json(record.status),
        "outcome": as_json(record.outcome),
        "provenance": as_json(record.provenance),
    }
    put(session, "runs", row, ["place", "identity"])
