"""Targets and future events in words, with examples of both for a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from copark.analyses.contract import Choice, Texts
from copark.analyses.goal.future_events import FutureEvent, example_events, read_events
from copark.analyses.goal.measures import GoalTarget, read_targets
from copark.cases.case import Case
from copark.model.outcomes import BY_KEY, ENDED, GOOD
from copark.model.variables import catalogue
from copark.presentation.numbers import percent, spoken
from copark.texts.localized import LocalizedText

CHANCES = (f"P({GOOD.spelled})>=0.9", f"P({ENDED.spelled})<=0.05")
"""Examples that ask for an outcome."""
RAISED = ("registered", "operating", "jobs")
"""Outputs of which examples ask for more than was last observed."""
GROWTH = 1.5
"""How much more they ask for, as a multiple."""


def event_title(event: FutureEvent, case: Case) -> LocalizedText:
    """Describe whom an event befalls; by the key where there is nobody to name."""
    titles = {partner.key: partner.title for partner in case.partners}
    titles |= {shareholder.key: shareholder.title for shareholder in case.shareholders}
    title = titles.get(event.who)
    return LocalizedText.same(event.who) if title is None else title


def target_words(target: GoalTarget, t: Texts) -> str:
    """Describe what a target asks of a run."""
    if target.is_outcome:
        return BY_KEY[target.name].title(t.lang)
    output = catalogue().outputs[target.name]
    value = spoken(target.value, output.unit, t.lang)
    sign = "≥" if target.at_least else "≤"
    return t("target", title=output.title(t.lang), sign=sign, value=value, quarter=target.quarter)


def asked_words(target: GoalTarget, t: Texts) -> str:
    """Describe what a target asks of a run, and in how many."""
    share = percent(target.share, 0 if round(target.share, 2) == target.share else 1)
    return t("asked.least" if target.in_most else "asked.most", target=target_words(target, t), share=share)


def event_words(event: FutureEvent, who: LocalizedText, t: Texts) -> str:
    """Describe what befalls the park, and when.

    Parameters
    ----------
    event
        The event.
    who
        Whom it befalls.
    t
        Texts of goals in a language.
    """
    name = t.of(who)
    if event.kind == "government-withdraws":
        name = t(f"side.{event.who}")
    elif event.kind == "shock":
        name = t(f"shock.{event.who}")
    words = t(f"event.{event.kind}", who=name)
    return t("event.until" if event.last else "event.since", event=words, since=event.first, until=event.last)


def targets_for(case: Case, first: int) -> Iterator[Choice]:
    """Return targets that may be asked: outcomes, and half as much again as was last observed, half-way to the end.

    Parameters
    ----------
    case
        The case as it is seen from now.
    first
        Quarter levers are pulled, counted from the start.
    """
    written = list(CHANCES)
    half = case.clock.start + (first + case.clock.quarters - 1) // 2
    for name in RAISED:
        observed = case.observed(name)
        if observed and observed[-1].value:
            written.append(f"{name}>={float(f'{GROWTH * observed[-1].value:.2g}'):.0f}@{half}")
    for example in written:
        (target,) = read_targets((example,), 0.8, case)
        yield Choice(example, _in_both(partial(asked_words, target)))


def events_for(case: Case, first: int) -> Iterator[Choice]:
    """Return every kind of event for everyone it may befall, two years after a quarter counted from the start."""
    for example in example_events(case, first):
        (event,) = read_events((example,), case, first)
        yield Choice(example, _in_both(partial(event_words, event, event_title(event, case))))


def _in_both(words: Callable[[Texts], str]) -> LocalizedText:
    return LocalizedText.by_language(lambda lang: words(Texts("goal", lang)))
