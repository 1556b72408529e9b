"""What a light case lacks, and how far growth is on record: notes, not faults."""

from __future__ import annotations

from collections.abc import Iterable

from copark.cases.case import Case
from copark.cases.vocabulary import country_name
from copark.cases.world import growth_gaps, source_countries, years_on_record
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


def growth_notes(case: Case, lang: str = "en") -> tuple[str, ...]:
    """Say where the growth of the case's countries is not on record though the case has data, and what stands there.

    The model takes the growth of all source countries of one year together: one country without a series leaves none.
    """
    countries = dict(zip(source_countries(case), growth_gaps(case), strict=True))
    years = years_on_record(case)
    if not years:
        unknown = [name for name, gaps in countries.items() if not gaps]
        key = "unknown" if unknown else "apart"
        return (text(f"cases.growth.{key}", lang, countries=_named(unknown or countries, lang)),)
    if years[-1] >= case.clock.data_end.year:
        return ()
    ending = [name for name, gaps in countries.items() if max(gaps) == years[-1]]
    return (
        text(
            "cases.growth.ends", lang, countries=_named(ending or countries, lang), first=years[0], last=years[-1],
            data_end=case.clock.data_end,
        ),
    )  # fmt: skip


def _named(countries: Iterable[str], lang: str) -> str:
    return text("report.join.list", lang).join(country_name(code, lang) for code in countries)
