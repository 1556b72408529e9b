"""Studies of what something does, on common random numbers: a case less what happened, and with links cut.

``but_for_study`` has a case as it is and without an event; what the two differ by is due to it, on these parameters and
these random numbers. Two dated_events dropped together need not move what each moves alone: the sum of the parts is no
attribution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copark.cases.case import Case
from copark.cases.casebook import folder_of
from copark.cases.types import shown, suggestion
from copark.errors import NotFound
from copark.simulation.case_edits import DatedEvent, dated_events
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import LinkChange, Scenario, Study, baseline
from copark.simulation.study_entries import Title
from copark.texts import LANGUAGES, text

WITHOUT = "without"
"""Key of the scenario in which something did not happen."""


def find_dated_events(case: Case, names: str | Sequence[str]) -> tuple[DatedEvent, ...]:
    """Find what happened by key (``visit/2015-05-10``) or, where one kind alone has it, by its name (``2015-05-10``).

    Raises
    ------
    NotFound
        If nothing, or more than one kind of thing, has the name.
    """
    events = dated_events(case)
    matches: list[DatedEvent] = []
    for name in [names] if isinstance(names, str) else names:
        named = [event for event in events if event.key == name] or [
            event for event in events if event.key.partition("/")[2] == name
        ]
        if len({event.key for event in named}) != 1:
            nearest = [event.key for event in named] or [event.key for event in events]
            words = " | ".join(nearest) if named else suggestion(name, nearest)
            raise NotFound.of("study.no_dated_event", found=shown(name), suggestion=words)
        matches += named
    return tuple(matches)


def baseline_of(case: Case) -> Study:
    """Return the baseline study of a case, named by its place where it is not one of the casebook."""
    return baseline(case.name if folder_of(case.name) == case.folder else str(case.folder))


def but_for_study(case: Case, names: str | Sequence[str], **changes: Any) -> Study:
    """Return the study of a case as it is and without something that happened; several things are dropped together.

    Parameters
    ----------
    case
        The case.
    names
        Keys or names of what happened.
    **changes
        Further fields of the study.

    Raises
    ------
    copark.errors.NotFound
        If nothing of that name happened.
    """
    events = find_dated_events(case, names)
    keys = tuple(dict.fromkeys(event.key for event in events))
    words = {lang: text("study.join", lang).join(event.title.text(lang) for event in events) for lang in LANGUAGES}
    titles = {lang: text("study.but_for", lang, title=words[lang])[:200] for lang in LANGUAGES}
    base = baseline_of(case)
    without = Scenario(
        key=WITHOUT,
        title=Title.by_language(lambda lang: text("study.without", lang, title=words[lang])[:200]),
        edits=Edits(drop=keys),
    )
    name = re.sub(r"[^a-z0-9]+", "-", f"but-for-{'-'.join(keys)}".lower())[:64]
    return base.with_changes(name=name, title=Title(**titles), scenarios=(*base.scenarios, without), **changes)


def without_links(scenario: Scenario, key: str, links: Sequence[str], since: int) -> Scenario:
    """Return a scenario with some links cut from a quarter on.

    Parameters
    ----------
    scenario
        The scenario.
    key
        Key of the new scenario.
    links
        Names of the links.
    since
        First quarter of the cut, counted from 0.
    """
    cut = LinkChange.model_validate({"strength": 0.0, "from": since})
    return scenario.model_copy(update={"key": key, "links": {**scenario.links, **dict.fromkeys(links, cut)}})
