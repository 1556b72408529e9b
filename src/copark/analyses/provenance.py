"""Provenance of a result that no run of the model carries: versions of model and code, and the time."""

from datetime import UTC, datetime

from copark.version import MODEL_VERSION, __version__


def today() -> str:
    """Return the date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def current_provenance(**entries: str) -> dict[str, object]:
    """Return the provenance of what is computed now: versions, the time, and further entries."""
    created = datetime.now(UTC).isoformat("T", "seconds")
    return {"model_version": MODEL_VERSION, "code_version": __version__, "created": created, **entries}
