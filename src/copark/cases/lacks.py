"""What a light case lacks: notes, not faults."""

from __future__ import annotations

from copark.cases.case import Case
from copark.texts import text

SCALE = "enquiry_rate"
"""The parameter by which a park's size enters."""
OBSERVED = {
    "operating": ("operating",),
    "developer_profit": ("developer_profit", "developer_in_profit"),
}
"""What every park should have been observed in, and the variables that tell it."""


def lacks_of(case: Case) -> tuple[str, ...]:
    """Give what a light case lacks, as words of ``cases.not_known``; nothing for a case that names nothing unknown.

    First what stands under ``not_known``, then the scale, if no parameter of the case gives one, then what was never
    observed.
    """
    if not case.not_known:
        return ()
    seen = {row.variable for row in case.observations if row.use}
    return (
        *case.not_known,
        *(() if SCALE in case.parameters else ("scale",)),
        *(word for word, variables in OBSERVED.items() if seen.isdisjoint(variables)),
    )


def notes_of(case: Case, lang: str = "en") -> tuple[str, ...]:
    """Say what a light case lacks, and what stands in its place, a sentence each."""
    return tuple(text(f"cases.not_known.{word}", lang) for word in lacks_of(case))
