"""Sentences of an answer, in both languages: for those who do not read charts and for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from copark.analyses.accounts_on_record import accounts_on_record
from copark.analyses.own_sheets import has_sheet, sheets_words
from copark.analyses.size_words import size_clause
from copark.cases import own_words
from copark.model.outcomes import GOOD
from copark.presentation.document import Interval, Kind, plain
from copark.presentation.numbers import number, percent, reach, shown, spoken
from copark.simulation.size import LandTakenUp
from copark.texts import text
from copark.texts.localized import LocalizedText
from copark.web.content.responses import DrawsNote, OutputInfo, Reading, ScenarioChange, ScenarioResult, TrustNote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from copark.analyses.how_sure import Doubts
    from copark.web.content.case_registry import CaseEntry


def said(key: str, **values: Any) -> LocalizedText:
    """Return a text in both languages; values that are words themselves are put in by language."""

    def words(lang: str) -> str:
        filled = {
            name: value.text(lang) if isinstance(value, LocalizedText) else value for name, value in values.items()
        }
        return text(key, lang, **filled)

    return LocalizedText.by_language(words)


def own(words: str) -> LocalizedText:
    """Return what a case says in one language, with its Chinese where the casebook has it."""
    return LocalizedText.by_language(partial(own_words, words))


def amount(value: float, unit: str) -> LocalizedText:
    """Write a value with its unit, money as people count it: in Chinese in 亿 or 万."""
    return LocalizedText.by_language(partial(spoken, value, unit))


def span(low: float, high: float, unit: str) -> LocalizedText:
    """Write a range with its unit once.

    Parameters
    ----------
    low, high
        Ends of the range, in ``unit``.
    unit
        Symbol of the unit, as in the list of :mod:`copark.units`.

    Returns
    -------
    LocalizedText
        The range in both languages.
    """
    return LocalizedText.by_language(partial(reach, low, high, unit))


def signed(value: float | Interval, unit: str) -> LocalizedText:
    """Write a difference, or the ends of its interval, with signs and unit, as documents do."""
    return LocalizedText.by_language(lambda lang: shown(value, plain(Kind.change, unit), lang, with_unit=True))


def points(share: float) -> str:
    """Write a change of a share in percentage points, with its sign."""
    return shown(share, plain(Kind.points), "en")


def drawn_bound(bound: str) -> str:
    """Return how a chart draws a kind of bound: "more than" as a lower limit."""
    return "at-least" if bound == "more-than" else bound


OPERATING = "operating"


def with_band(low: float, median: float, high: float, unit: str, kind: Kind = Kind.number) -> LocalizedText:
    """Write median and band as documents do.

    Parameters
    ----------
    low, median, high
        5, 50 and 95 % of runs, in the unit; NaN where no run finished.
    unit
        Symbol from the list of units.
    kind
        What they are: numbers, or changes, which have signs.
    """
    if not isfinite(median):
        return said("web.words.nothing")
    band = Interval(low, high, median)
    return LocalizedText.by_language(lambda lang: shown(band, plain(kind, unit), lang, with_unit=True))


def chart(output: OutputInfo, last: NDArray[np.float64], quarter: str) -> LocalizedText:
    """Describe an output's fan in a sentence.

    Parameters
    ----------
    output
        The output, with title and unit.
    last
        Its five quantiles in the last quarter, shape (5,).
    quarter
        Label of that quarter.
    """
    low, median, high = last[[0, 2, 4]].tolist()
    if not isfinite(median):
        return said("web.words.chart_nothing", title=output.title)
    return said(
        "web.words.chart",
        title=output.title,
        quarter=quarter,
        median=amount(median, output.unit),
        band=span(low, high, output.unit),
    )


def difference(
    output: OutputInfo, last: NDArray[np.float64], quarter: str, reference: LocalizedText, begins: str | None
) -> LocalizedText:
    """Describe an output's difference to the reference in a sentence.

    Parameters
    ----------
    output
        The output, with title and unit.
    last
        Five quantiles of the paired differences in the last quarter, shape (5,).
    quarter
        Label of that quarter.
    reference
        Title of the reference.
    begins
        First quarter in which any pair differs; ``None`` where none does.
    """
    low, median, high = last[[0, 2, 4]].tolist()
    if not isfinite(median):
        return said("web.words.chart_nothing", title=output.title)
    if low == high == 0.0:
        return said("web.words.same", title=output.title, reference=reference, quarter=quarter)
    return said(
        "web.words.difference",
        title=output.title,
        quarter=quarter,
        median=signed(median, output.unit),
        reference=reference,
        begins=begins or "",
        band=signed(Interval(low, high), output.unit),
    )


def summary(
    scenarios: Sequence[ScenarioResult], changes: Sequence[ScenarioChange], quarter: str, trust: TrustNote
) -> LocalizedText:
    """Return the whole answer in a sentence or two: how often the park is self-standing, and against what.

    Of a park that is not calibrated say what is on record, and how many enterprises operate in the runs.

    Parameters
    ----------
    scenarios
        The scenarios; the answer is of the last.
    changes
        Differences to the first; empty where it stands alone.
    quarter
        Label of the quarter in which outcomes are judged.
    trust
        Trust in the parameters: it decides whether chances of outcomes are told.
    """
    last = scenarios[-1]
    if not last.finished:
        return said("web.words.no_run", title=last.title)
    if not trust.outcomes_shown:
        return _without_shares(scenarios, changes, quarter, trust)
    standing = next(outcome for outcome in last.outcomes if outcome.name == GOOD.key)
    values: dict[str, Any] = {
        "title": last.title,
        "runs": number(last.finished, 0),
        "quarter": quarter,
        "share": percent(standing.share, 0),
        "size": _size(last),
    }
    if not changes:
        return said("web.words.summary", **values)
    change = changes[-1]
    if change.begins is None:
        return said("web.words.summary_same", reference=scenarios[0].title, **values)
    effect = next(outcome for outcome in change.outcomes if outcome.measure == GOOD.key)
    # Both shares to the same tenth of a point as their difference, so that it is what a reader finds on subtracting.
    before = round(effect.reference_share, 3)
    moved = round(effect.change, 3)
    values |= {"share": percent(before + moved, 1), "before": percent(before, 1)}
    return said(
        "web.words.summary_change",
        reference=scenarios[0].title,
        change=points(moved),
        low=points(effect.low),
        high=points(effect.high),
        **values,
    )


def _size(scenario: ScenarioResult) -> LocalizedText:
    """Describe how many companies operate in a scenario, and what land is taken up, as the report of a run does."""
    land = None if scenario.land is None else LandTakenUp(scenario.land.basis, *_ends(scenario.land))
    return LocalizedText.by_language(partial(size_clause, _ends(scenario.headlines[OPERATING]), land))


def _ends(reading: Reading) -> tuple[float, float, float]:
    """Return 5, 50 and 95 % of runs; NaN where no run finished."""
    low, median, high = (nan if end is None else end for end in (reading.low, reading.value, reading.high))
    return low, median, high


def _without_shares(
    scenarios: Sequence[ScenarioResult], changes: Sequence[ScenarioChange], quarter: str, trust: TrustNote
) -> LocalizedText:
    """Describe what is on record, how many enterprises operate, and how many more or fewer than in the reference."""
    last = scenarios[-1]
    values: dict[str, Any] = {
        "title": last.title,
        "recorded": trust.recorded,
        "label": trust.label,
        "quarter": quarter,
        "shown": last.headlines[OPERATING].shown,
    }
    if not changes:
        return said("web.words.recorded", **values)
    if changes[-1].begins is None:
        return said("web.words.recorded_same", reference=scenarios[0].title, **values)
    change = changes[-1].headlines[OPERATING].shown
    return said("web.words.recorded_change", reference=scenarios[0].title, change=change, **values)


def caveats(
    case_entry: CaseEntry, note: DrawsNote, trust: TrustNote, doubts: Doubts, labels: Sequence[str]
) -> list[LocalizedText]:
    """Describe what a reader should know before believing an answer.

    First what happened against the model and what is assumed, then the trust state.

    Parameters
    ----------
    case_entry
        The case, and how many of its parameters the data informed.
    note
        What the parameters are drawn from.
    trust
        Trust in its parameters.
    doubts
        What is assumed of the case, and what its record says against the model.
    labels
        Labels of the quarters simulated.
    """
    notes = LocalizedText.each(
        lambda lang: [*doubts.record_words(lang), *doubts.sentences(lang), *sheets_words(doubts.sheets, lang)]
    )
    if trust.outcomes_shown and not has_sheet(doubts.sheets, "books"):
        notes.append(LocalizedText.by_language(partial(accounts_on_record, case_entry.case)))
    notes += [trust.meaning, said("report.limits.bands"), said("report.limits.interested")]
    if note.cut is not None:
        drawn, uninformed = case_entry.informed
        notes.append(said("web.caveat.unmoved", count=uninformed, drawn=drawn))
    if case_entry.uploaded:
        notes.append(said("web.caveat.uploaded"))
    end = str(case_entry.case.clock.data_end)
    after = sum(label > end for label in labels)
    if after:
        notes.append(said("report.limits.far", years=number(after / 4.0, 0 if after % 4 == 0 else 1)))
    return notes
