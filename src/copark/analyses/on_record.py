"""Record of how a park fared: told beside an answer whose chances of outcomes are not."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from copark.cases.casebook import casebook_path
from copark.cases.parks import ParkMembership, load_parks
from copark.labels import join, observed, variable_title
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.simulation.trust import Trust

HEADLINES = ("registered", "operating", "realised_investment", "jobs")
"""What is told of the record first."""


def recorded_outcome(case: Case, trust: Trust) -> LocalizedText | None:
    """Describe how the park fared by the record, as the casebook has it, else by its latest values.

    Returns
    -------
    LocalizedText or None
        ``None`` where chances of outcomes are told.
    """
    if trust.shows_outcomes:
        return None
    record = record_of(case)

    def words(lang: str) -> str:
        if record is not None and record.outcome is not None:
            kind = text(f"trust.recorded_class.{record.outcome}", lang)
            outcome = text("trust.recorded_why", lang, kind=kind, why=record.outcome_facts(lang))
            recorded = text("trust.recorded", lang, outcome=outcome)
        else:
            latest = [rows[-1] for rows in map(case.observed, HEADLINES) if rows]
            values = [
                text(
                    "trust.recorded_one",
                    lang,
                    title=variable_title(row.variable, lang),
                    date=str(row.date),
                    value=observed(row, lang, "spoken"),
                )
                for row in latest
            ]
            recorded = text(f"trust.recorded_{'latest' if values else 'nothing'}", lang, values=join(values, lang))
        key = "trust.recorded_first" if trust.converged else "trust.recorded_unconverged"
        return text(key, lang, recorded=recorded)

    return LocalizedText.by_language(words)


def record_of(case: Case) -> ParkMembership | None:
    """Return what became of a park by the record; ``None`` of a case that is not the casebook's own."""
    return _records().get(case.name) if case.folder == casebook_path() / case.name else None


@cache
def _records() -> dict[str, ParkMembership]:
    """Read the last periods of the parks that have a case, by its name."""
    book = load_parks()
    return {park.case: book.last_periods[park.id] for park in book.parks if park.case is not None}
