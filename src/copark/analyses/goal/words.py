"""Targets and future events in words, with examples of both for a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from copark.analyses.contract import Choice, Texts
from copark.analyses.goal.lever_sets import FutureEvent, example_events, read_events
from copark.analyses.goal.search import GoalTarget, read_targets
from copark.cases.case import Case
from copark.model.variables import catalogue
from copark.presentation.numbers import percent, spoken
from copark.texts import LANGUAGES, Said, text

CHANCES = ("P(self-standing)>=0.9", "P(failed)<=0.05")
"""Examples that ask for an outcome."""
RAISED = ("registered", "operating", "jobs")
GROWTH = 1.5
"""Raised, growth: examples ask for more than what was last observed of these."""


def target_words(one: GoalTarget, t: Texts) -> str:
    """What a target asks of a run."""
    if one.is_outcome:
        return text(f"analysis.outcome.{one.name}", t.lang)
    output = catalogue().outputs[one.name]
    value = spoken(one.value, output.unit, t.lang)
    sign = "≥" if one.at_least else "≤"
    return t("target", title=output.title(t.lang), sign=sign, value=value, quarter=one.quarter)


def asked_words(one: GoalTarget, t: Texts) -> str:
    """What a target asks of a run, and in how many."""
    share = percent(one.share, 0 if round(one.share, 2) == one.share else 1)
    return t("asked.least" if one.in_most else "asked.most", target=target_words(one, t), share=share)


def event_words(one: FutureEvent, who: Said, t: Texts) -> str:
    """What befalls the park, and when."""
    named = t.of(who)
    if one.kind == "government-withdraws":
        named = t(f"side.{one.who}")
    elif one.kind == "shock":
        named = t(f"shock.{one.who}")
    event = t(f"event.{one.kind}", who=named)
    return t("event.until" if one.last else "event.since", event=event, since=one.first, until=one.last)


def event_title(one: FutureEvent, case: Case) -> Said:
    """Who an event befalls, in words; its key where there is nobody to name."""
    known = {one.key: one.title for one in case.partners} | {one.key: one.title for one in case.shareholders}
    title = known.get(one.who)
    return Said(one.who, one.who) if title is None else Said(title.en, title.zh)


def targets_for(case: Case, first: int) -> Iterator[Choice]:
    """Targets that may be asked of a case: outcomes, and half as much again as was last observed, half-way to the end.

    first: quarter levers are pulled, counted from the start.
    """
    written = list(CHANCES)
    half = case.clock.start + (first + case.clock.quarters - 1) // 2
    for name in RAISED:
        seen = case.observed(name)
        if seen and seen[-1].value:
            written.append(f"{name}>={float(f'{GROWTH * seen[-1].value:.2g}'):.0f}@{half}")
    for one in written:
        (target,) = read_targets((one,), 0.8, case)
        yield Choice(one, _said(partial(asked_words, target)))


def events_for(case: Case, first: int) -> Iterator[Choice]:
    """Every kind of event for everyone it may befall, two years after levers are pulled."""
    for one in example_events(case, first):
        (event,) = read_events((one,), case, first)
        yield Choice(one, _said(partial(event_words, event, event_title(event, case))))


def _said(words: Callable[[Texts], str]) -> Said:
    return Said(*(words(Texts("goal", lang)) for lang in LANGUAGES))
