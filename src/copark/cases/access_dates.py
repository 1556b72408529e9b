"""Days on which the sources of the casebook were read.

They stand beside the sources, in ``sources-accessed.csv``, and are no part of a case: what a park is does not change
when somebody reads of it again.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from copark.cases.casebook import ACCESSED, casebook_path

OF_PARKS = "parks"
"""Collection of the sources of ``parks-sources.yaml``."""
OF_COUNTS = "counts"
"""Collection of the sources of ``parks-counts-sources.yaml``."""
OF_IDENTIFIERS = "identifiers"
"""Collection of the sources of ``parks-identifiers-sources.yaml``."""
OF_ZONES = "zones"
"""Collection of the sources of ``zones-sources.yaml``."""
OF_EVIDENCE = "evidence"
"""Collection of the sources of ``evidence-sources.yaml`` of companies without a case; a park's own are of its case."""
OF_WORLD = "world"
"""Collection of the sources of ``world/sources.yaml``."""


@cache
def access_dates() -> Mapping[tuple[str, str], str]:
    """Return the last day by which each source had been read, ISO 8601, by its collection and its key.

    A collection is the name of a case, or one of those named here.
    """
    with (casebook_path() / ACCESSED).open(encoding="utf-8", newline="") as stream:
        return {(row["collection"], row["source"]): row["accessed"] for row in csv.DictReader(stream)}
