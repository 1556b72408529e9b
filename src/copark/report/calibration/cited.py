"""Sources that a page's tables cite, as its last section."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from copark.report.blocks import References, Section, Words
from copark.report.case_tables import source_table
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.inference.observations import Target


def sources_of(case: Case, targets: Iterable[Target], lang: str) -> Section:
    """The sources of some reported values."""
    wanted = {key for target in targets for key in target.observation.source}
    rows = tuple(row for row in source_table(case, lang) if row["key"] in wanted)
    lead = Words(text("report.sources.lead", lang, count=len(rows)))
    return Section("sources", text("report.section.sources", lang), (lead, References(rows)))


def keys_of(section: Section) -> frozenset[str]:
    """Keys of the sources a section lists."""
    return frozenset(row["key"] for block in section.blocks if isinstance(block, References) for row in block.rows)
