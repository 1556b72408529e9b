"""Cascades: cut every arrow between scales on the same luck, dose those that are felt, and tell who feels it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.simulation.trust import Trust
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.analysis.cascade import Dose
    from copark.cases import Case
    from copark.report.cascade import Cascade
    from copark.simulation.source import DrawSource
    from copark.simulation.study import Study

DRAWS = 200


@dataclass(frozen=True)
class FeltArrow:
    """An arrow as the screen shows it: title, size in operating companies with its band, quarters until felt."""

    link: str
    title: str
    size: float
    low: float
    high: float
    lag: int | None


@dataclass(frozen=True)
class CascadeOutcome:
    """What a cascade found."""

    title: str
    trust: Trust
    identities: tuple[str, ...]
    since: str
    end: str
    pairs: int
    seconds: float
    arrows: tuple[FeltArrow, ...]
    words: tuple[str, ...]
    report: Path | None


def cascade(
    case: str | Path,
    links: Sequence[str] | None = None,
    *,
    since: str | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    parameters: str | None = None,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> CascadeOutcome:
    """Cut every arrow (or some) from a quarter on and tell who feels it; dose every one that is felt.

    Parameters
    ----------
    case
        Name or path of a case.
    links
        Names of arrows; all by default.
    since
        First quarter of the cut, as a label; by default the one after the posterior's cut, or else the start.
    draws
        Draws of parameters.
    seed, parameters, threads, lang, out, report, announce, progress
        As in :func:`copark.workflows.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or arrow, or the quarter lies outside the case's horizon.
    """
    from copark.cases import load_case
    from copark.inference.case_parameters import parameters_of
    from copark.simulation.cascades import cut_study, links_named

    began = time.monotonic()
    found_case = load_case(case)
    arrows = links_named(links)
    has = parameters_of(found_case, out, parameters)
    cut = 0 if has.source is None or has.source.cut is None else has.source.cut - found_case.clock.start + 1
    at = _quarter(found_case, since, cut, lang)
    changes = {"runs": draws, "seed": seed, "draws": has.draws}
    study = cut_study(found_case, at, arrows, **changes)
    if announce is not None:
        from copark.workflows.planning import worth_telling

        announce(worth_telling(study, found_case, has.source, threads=threads, times=2, stores=False, lang=lang))
    found = _found(found_case, at, study, has.source, changes, lang, threads, progress)
    page = None
    if report:
        from copark.report.cascade import write_cascade

        stage(progress, "report")(0, 0)
        folder = reports_in(out) / f"cascade-{found.identities[0]}"
        page = write_cascade(found, lang, folder, stage(progress, "report"))
    return _outcome(found, lang, time.monotonic() - began, page)


def _quarter(case: Case, since: str | None, cut: int, lang: str) -> int:
    """The quarter of the cut, counted from the start."""
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused

    if since is None:
        return cut
    first, last = case.clock.start, case.clock.start + (case.clock.quarters - 1)
    try:
        at = Quarter.parse(since) - first
    except ValueError:
        at = -1
    if not 0 <= at < case.clock.quarters:
        raise RunRefused(text("cascade.no_since", lang, found=since[:40], first=str(first), last=str(last)))
    return at


def _found(
    case: Case,
    at: int,
    cut: Study,
    source: DrawSource | None,
    changes: dict[str, Any],
    lang: str,
    threads: int | None,
    progress: Progress | None,
) -> Cascade:
    """Run both studies and read them."""
    from copark.analysis.cascade import doses, feelings, strongest
    from copark.analysis.pairing import pairs_of
    from copark.report.cascade import DOSED, Cascade
    from copark.report.trust import trust_of
    from copark.simulation.cascades import DOSES, FELT, dose_study, key_of, links_named
    from copark.simulation.run import simulate

    result = simulate(cut, case, threads=threads, progress=stage(progress, "simulate"), source=source)
    names = {key_of(link, 0.0): link for one in cut.scenarios for link in one.links}
    pairs = {names[pair.arm]: pair for pair in pairs_of(result)}
    felt = tuple(feelings(pairs, FELT, at))
    best = strongest(felt, len(pairs), DOSED)
    identities = [str(result.attrs["identity"])]
    dosed: tuple[Dose, ...] = ()
    if best:
        study = dose_study(case, at, links_named(best), **changes)
        again = simulate(study, case, threads=threads, progress=stage(progress, "simulate"), source=source)
        identities.append(str(again.attrs["identity"]))
        keys = {key_of(link, dose): (link, dose) for link in best for dose in DOSES}
        dosed = tuple(doses({keys[pair.arm]: pair for pair in pairs_of(again)}, DOSED))
    labels = [str(label) for label in result["label"].to_numpy()]
    first = next(iter(pairs.values()))
    return Cascade(
        case=getattr(case.title, lang), trust=trust_of(result), identities=tuple(identities), since=labels[at],
        end=labels[-1], pairs=first.before.sizes["run"], feelings=felt, doses=dosed,
    )  # fmt: skip


def _outcome(found: Cascade, lang: str, seconds: float, page: Path | None) -> CascadeOutcome:
    from copark.report.cascade import HEADLINE, link_title, sentences

    rows = sorted((one for one in found.feelings if one.output == HEADLINE), key=lambda one: -abs(one.size))
    return CascadeOutcome(
        title=text("cascade.title", lang, case=found.case),
        trust=found.trust,
        identities=found.identities,
        since=found.since,
        end=found.end,
        pairs=found.pairs,
        seconds=seconds,
        arrows=tuple(
            FeltArrow(one.link, link_title(one.link, lang), one.size, one.low, one.high, one.lag) for one in rows
        ),
        words=tuple(sentences(found, lang)),
        report=page,
    )
