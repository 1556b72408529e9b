"""Studies of what something does, on common random numbers: a case less what happened, and with links cut.

``but_for`` runs a case as it is and without a happening; what the two differ by is due to it, on these parameters and
these random numbers. Two happenings dropped together need not move what each moves alone: the sum of the parts is no
attribution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases.case import Case
from copark.cases.casebook import folder_of
from copark.cases.types import shown, suggestion
from copark.errors import NotFound
from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.simulation.case_edits import Happening, happenings
from copark.simulation.run import Progress, simulate
from copark.simulation.sample import DrawSource
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import LinkChange, Scenario, Study, baseline
from copark.simulation.study_entries import Title
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    import xarray as xr


WITHOUT = "without"
"""Key of the scenario in which something did not happen."""


def find_happenings(case: Case, names: str | Sequence[str]) -> tuple[Happening, ...]:
    """Find what happened by key (``visit/2015-05-10``) or, where one kind alone has it, by its name (``2015-05-10``).

    Raises NotFound if nothing, or more than one kind of thing, has the name.
    """
    known = happenings(case)
    found: list[Happening] = []
    for name in [names] if isinstance(names, str) else names:
        named = [one for one in known if one.key == name] or [one for one in known if one.key.partition("/")[2] == name]
        if len({one.key for one in named}) != 1:
            nearest = [one.key for one in named] or [one.key for one in known]
            words = " | ".join(nearest) if named else suggestion(name, nearest)
            raise NotFound.of("study.no_happening", found=shown(name), suggestion=words)
        found += named
    return tuple(found)


def baseline_of(case: Case) -> Study:
    """The baseline study of a case, named by its place where it is not one of the casebook."""
    return baseline(case.name if folder_of(case.name) == case.folder else str(case.folder))


def but_for_study(case: Case, names: str | Sequence[str], **changes: Any) -> Study:
    """The study of a case as it is and without something that happened, by keys or names; several are dropped together.

    **changes: further fields of the study. Raises NotFound if nothing of that name happened.
    """
    found = find_happenings(case, names)
    keys = tuple(dict.fromkeys(one.key for one in found))
    words = {lang: text("study.join", lang).join(getattr(one.title, lang) for one in found) for lang in LANGUAGES}
    titles = {lang: text("study.but_for", lang, title=words[lang])[:200] for lang in LANGUAGES}
    base = baseline_of(case)
    without = Scenario(
        key=WITHOUT,
        title=Title(**{lang: text("study.without", lang, title=words[lang])[:200] for lang in LANGUAGES}),
        edits=Edits(drop=keys),
    )
    name = re.sub(r"[^a-z0-9]+", "-", f"but-for-{'-'.join(keys)}".lower())[:64]
    return base.with_changes(name=name, title=Title(**titles), scenarios=(*base.scenarios, without), **changes)


def but_for(
    case: Case,
    names: str | Sequence[str],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    source: DrawSource | None = None,
    **changes: Any,
) -> xr.Dataset:
    """Replay a case as it is and without something that happened, on the same parameters and random numbers.

    The effect of what happened is the first scenario less the second, :data:`WITHOUT`. Raises NotFound if nothing of
    that name happened; StudyFaults if the case cannot do without it (the first value of a quota).
    """
    study = but_for_study(case, names, **changes)
    return simulate(study, case, threads=threads, progress=progress, source=source)


def varying(draws: Draws) -> dict[str, np.ndarray]:
    """Parameters, one number each, that are not the same in all draws."""
    found = {}
    for name, variable in catalogue().parameters.items():
        values = np.asarray(getattr(draws, variable.room)[name])
        if variable.shape == () and values.size and (values != values[0]).any():
            found[name] = values.astype(np.float64)
    return found


def without_links(scenario: Scenario, key: str, links: Sequence[str], since: int) -> Scenario:
    """A scenario, some links cut in it from a quarter on (counted from 0)."""
    cut = LinkChange.model_validate({"strength": 0.0, "from": since})
    return scenario.model_copy(update={"key": key, "links": {**scenario.links, **dict.fromkeys(links, cut)}})
