"""What a result leans on: which of the parameters behind it the data never moved, said wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from copark.cases.case import Case
from copark.inference.artefacts import has_posterior, load
from copark.inference.diagnostics import Movement, movements
from copark.inference.prior import PriorSpace
from copark.model.variables import catalogue
from copark.texts import text

_KNOWN: dict[str, tuple[Mapping[str, Movement], bool]] = {}


def verdicts(case: Case) -> Mapping[str, Movement]:
    """Movement of every parameter drawn, by name, from the posterior that ships with the case; empty without one."""
    return _shipped(case)[0]


def _shipped(case: Case) -> tuple[Mapping[str, Movement], bool]:
    key = case.hash
    if key not in _KNOWN:
        if not has_posterior(case.name):
            return {}, False
        stored = load(case)
        one = stored.parameters
        _KNOWN[key] = {m.name: m for m in movements(one.space, one.points, one.weights)}, stored.stale
    return _KNOWN[key]


def leaning(case: Case, names: Iterable[str], lang: str = "en") -> tuple[str, ...]:
    """Say which of some parameters the data did not move, or hardly: what a result that leans on them must say.

    Parameters
    ----------
    case
        A case; its shipped posterior decides.
    names
        Names of the parameters a result leans on, as the catalogue has them.
    lang
        ``en`` or ``zh``.

    Returns
    -------
    tuple of str
        Nothing if the data moved them all. Else a lead, a sentence for each that is unmoved, weakly moved or fixed, and
        a word if the posterior is of an earlier model.

    Raises
    ------
    KeyError
        If there is no such parameter.
    """
    known, stale = _shipped(case)
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        return ()
    if not known:
        return (text("inference.leaning.no_posterior", lang, names=_titles(wanted, lang)),)
    drawn = {axis.partition(".")[0] for axis in PriorSpace.of(case).names}
    found: list[str] = []
    for name in wanted:
        title = catalogue().parameters[name].title(lang)
        own = [one for key, one in known.items() if key.partition(".")[0] == name]
        if name not in drawn:
            found.append(text("inference.leaning.fixed", lang, title=title))
        found += [one.sentence(lang) for one in own if one.verdict != "moved"]
    if not found:
        return ()
    last = (text("inference.leaning.stale", lang),) if stale else ()
    return (text("inference.leaning.lead", lang), *found, *last)


def _titles(names: Iterable[str], lang: str) -> str:
    titles = [catalogue().parameters[name].title(lang) for name in names]
    return text("inference.leaning.join", lang).join(titles)
