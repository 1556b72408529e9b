"""The page of the typology: what tells types of parks apart, in the record and in model twins."""

from __future__ import annotations

from copark.report.typology.findings import TypologyFindings
from copark.report.typology.page import write_typology

__all__ = ["TypologyFindings", "write_typology"]
