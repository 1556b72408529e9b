"""Base model of a study's entries: validation, titles and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from copark.cases.dates import Date, first_month
from copark.cases.quarters import Quarter
from copark.cases.types import suggestion, wrong
from copark.described import Described
from copark.texts.localized import LocalizedText


class StudyEntry(Described):
    """Base of the entries of a study: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Title(StudyEntry, LocalizedText):
    """A title in both languages; one that is given in a single language, or as plain text, stands for both."""

    en: Annotated[str, Field(max_length=200)]
    """The title in English, up to 200 letters."""
    zh: Annotated[str, Field(max_length=200)]
    """The title in Chinese, up to 200 letters."""

    @model_validator(mode="before")
    @classmethod
    def _for_both(cls, title: Any) -> Any:
        if isinstance(title, str):
            return {"en": title, "zh": title}
        if isinstance(title, Mapping) and len(title) == 1 and set(title) <= set(cls.model_fields):
            (words,) = title.values()
            return {"en": words, "zh": words}
        return title


def _when(value: Any) -> Any:
    """Read a quarter, written ``2015Q2``, as the month it begins with; anything else as it is."""
    if isinstance(value, Quarter):
        return first_month(value)
    try:
        return first_month(Quarter.parse(str(value)))
    except ValueError:
        return value


def _switch(value: Any) -> Any:
    """Read ``on`` and ``off``, which are words of their own in YAML 1.2."""
    if isinstance(value, bool):
        return value
    answer = {"on": True, "off": False, "true": True, "false": False}.get(str(value).strip().lower())
    if answer is None:
        raise wrong("not_allowed", found=value, suggestion=suggestion(value, ("on", "off")))
    return answer


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]

When = Annotated[Date, BeforeValidator(_when)]
"""A date (YYYY, YYYY-MM, YYYY-MM-DD) or a quarter (2015Q2); what it changes, changes from its quarter on."""


def _moment(value: Any) -> Any:
    if isinstance(value, Quarter) or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4:  # as files give numbers
        return int(value)
    try:
        return Quarter.parse(str(value))
    except ValueError:
        raise wrong("bad_quarter", found=value, suggestion=Quarter.meant(value)) from None


Moment = Annotated[
    Quarter | int,
    BeforeValidator(_moment, json_schema_input_type=Annotated[str, Field(pattern="^[12][0-9]{3}Q[1-4]$")] | int),
]
"""A quarter (2016Q1), or a whole number of quarters after the case's first."""


def span(since: Quarter | int, until: Quarter | int | None, start: Quarter) -> slice:
    """Return the quarters from one to another, counted from the first one of a case.

    Parameters
    ----------
    since
        First quarter, or its number.
    until
        A quarter is the last that counts, as in edits of facts; a whole number is the first that does not.
    start
        First quarter of the case.
    """
    end = until + 1 if isinstance(until, Quarter) else until
    first, last = (moment if not isinstance(moment, Quarter) else max(moment - start, 0) for moment in (since, end))
    return slice(first, last)


Switch = Annotated[bool, BeforeValidator(_switch)]
