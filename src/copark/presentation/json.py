"""A document as JSON: what the page in the browser shows, and what programs read."""

from __future__ import annotations

from typing import Any

from copark.presentation.document import Document
from copark.presentation.figures import Charts
from copark.presentation.page import page_of


def to_json(document: Document, charts: Charts | None = None) -> dict[str, Any]:
    """A document as plain values: see :mod:`copark.presentation.page` for its parts."""
    return page_of(document, charts or Charts()).model_dump(mode="json")
