"""Notes on a light case: what it lacks, which mechanisms can act in it, and how far its growth is known."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from copark.cases.actors import Ties
from copark.cases.case import Case
from copark.cases.defaults import NO_LIMIT
from copark.cases.facts import Fact, used
from copark.cases.model_inputs import strengths
from copark.cases.observed_variables import country_name
from copark.cases.world import growth_gaps, source_countries, years_on_record
from copark.model.variables import ORIGINS
from copark.texts import text

SCALE = "enquiry_rate"
"""The parameter by which a park's size enters."""
OBSERVED = {
    "operating": ("operating",),
    "developer_profit": ("developer_profit", "developer_in_profit"),
}
"""Quantities every park should have been observed in, and the variables that tell them."""

State = Literal["acts", "idle", "none", "unknown"]
"""Whether a mechanism can act in a park. ``acts``: the case carries what sets it off. ``idle``: it does, but what the
mechanism needs besides is lacking. ``none``: nothing of the kind is on record. ``unknown``: the case says that it does
not know, and a default or the model's own value stands in the place."""


def lacks_of(case: Case) -> tuple[str, ...]:
    """Return what a light case lacks, as words of ``cases.not_known``; nothing for a case that names nothing unknown.

    First what stands under ``not_known``, then what is left out of entries that are known otherwise (ties of actors,
    terms of loans), then the scale, if no parameter of the case gives one, then what was never observed.
    """
    if not case.not_known:
        return ()
    observed = {row.variable for row in case.observations if row.use}
    return (
        *case.not_known,
        *(("ties",) if None in _ties(case) else ()),
        *(("credit_terms",) if any(None in (line.rate, line.grace_years) for line in case.finance.credit) else ()),
        *(() if SCALE in case.parameters else ("scale",)),
        *(word for word, variables in OBSERVED.items() if observed.isdisjoint(variables)),
    )


def notes_of(case: Case, lang: str = "en") -> tuple[str, ...]:
    """Describe what a light case lacks, and what stands in its place, a sentence each."""
    return tuple(text(f"cases.not_known.{word}", lang) for word in lacks_of(case))


def mechanisms_of(case: Case) -> dict[str, State]:
    """Return which mechanisms of the model can act in a park, by name (titles: ``cases.can_act.<name>``).

    What acts is read from the case's facts alone.
    """
    lacking = set(lacks_of(case))

    def state(mechanism: _Mechanism) -> State:
        if mechanism.is_set_off(case):
            return "acts" if mechanism.is_able(case) else "idle"
        return "none" if lacking.isdisjoint(mechanism.unknown) else "unknown"

    return {name: state(mechanism) for name, mechanism in _MECHANISMS.items()}


def _ties(case: Case) -> tuple[Ties | None, ...]:
    """Return the ties of every shareholder and partner."""
    return (*(holder.ties for holder in case.shareholders), *(partner.ties for partner in case.partners))


def _limited(case: Case) -> bool:
    """Return whether the company's capital has an end, so that it may need credit, and fail."""
    return max(fact.in_unit("M USD") for fact in used(case.finance.registered_capital)) < NO_LIMIT


def _lends(case: Case) -> bool:
    """Return whether a credit line can be drawn: capital may run out, and what is concessional has its framework."""
    on = case.framework
    lines = [line for line in case.finance.credit if line.use]
    concessional = [line.since.quarter() for line in lines if line.concessional]
    with_framework = on is not None and any(on.until is None or since <= on.until for since in concessional)
    return _limited(case) and (with_framework or len(concessional) < len(lines))


def _shares_change(case: Case) -> bool:
    return len({tuple(map(table.basis_points_of, ORIGINS)) for table in used(case.equity)}) > 1


def _has_framework(case: Case) -> bool:
    return case.framework is not None


class _Mechanism(NamedTuple):
    """Condition that sets a mechanism off, words of lacks that leave it open, and what it needs besides."""

    is_set_off: Callable[[Case], object]
    unknown: tuple[str, ...] = ("events",)
    is_able: Callable[[Case], bool] = lambda _: True


def _plans(case: Case) -> bool:
    """Return whether the governments plan land: lots are those of their plan."""
    return _has_framework(case) and bool(used(case.land.plan))


def _any_above_0(facts: Iterable[Fact]) -> bool:
    return any(fact.value > 0 for fact in used(facts))


_MECHANISMS: Mapping[str, _Mechanism] = {
    "growth": _Mechanism(years_on_record, ()),
    "shares": _Mechanism(lambda case: "equity" not in case.not_known, ("equity",)),
    "share_changes": _Mechanism(_shares_change, ("equity",)),
    "quota": _Mechanism(lambda case: "quota" not in case.not_known, ("quota",)),
    "framework": _Mechanism(_has_framework, ()),
    "visits": _Mechanism(lambda case: case.visits, is_able=_has_framework),
    "network": _Mechanism(lambda case: any(any(strengths(ties)) for ties in _ties(case)), ("shareholders", "ties")),
    "partners": _Mechanism(lambda case: case.partners),
    "rivals": _Mechanism(lambda case: case.rivals),
    "capability": _Mechanism(lambda case: any(fact.value < 1.0 for fact in case.capability), ("capability",)),
    "solvency": _Mechanism(_limited, ("finance", "finance.registered_capital")),
    "credit": _Mechanism(lambda case: case.finance.credit, ("finance", "finance.credit"), _lends),
    "grants": _Mechanism(lambda case: used(case.finance.grants), ("finance",)),
    "land_plan": _Mechanism(lambda case: case.land.plan, ("land", "land.plan"), _has_framework),
    "lots": _Mechanism(lambda case: used(case.land.lots), ("land",), _plans),
    "start_up_area": _Mechanism(lambda case: case.land.first_area.value > 0, ("land", "land.first_area")),
    "threshold": _Mechanism(lambda case: _any_above_0(case.regime.threshold), ("regime", "regime.threshold")),
    "narrow_list": _Mechanism(lambda case: case.regime.narrow_until is not None, ("regime",)),
    "tax": _Mechanism(lambda case: _any_above_0(case.regime.profit_tax), ("regime", "regime.profit_tax")),
    "anchors": _Mechanism(lambda case: case.anchors or case.certificates),
    "shocks": _Mechanism(lambda case: case.shocks),
    "terms": _Mechanism(lambda case: case.terms),
    "closures": _Mechanism(lambda case: case.closures),
}
MECHANISMS = tuple(_MECHANISMS)


def growth_notes(case: Case, lang: str = "en") -> tuple[str, ...]:
    """State where the growth of the case's countries is not on record though the case has data, and what stands there.

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
            "cases.growth.ends",
            lang,
            countries=_named(ending or countries, lang),
            first=years[0],
            last=years[-1],
            data_end=case.clock.data_end,
        ),
    )


def missing_growth(case: Case, lang: str = "en") -> tuple[str, ...]:
    """Report, beside answers, that no growth is on record at all; empty where some is."""
    return () if years_on_record(case) else growth_notes(case, lang)


def _named(countries: Iterable[str], lang: str) -> str:
    return text("report.join.list", lang).join(country_name(code, lang) for code in countries)
