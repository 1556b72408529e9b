"""Cascades: cut every arrow between scales on the same luck, dose those that are felt, and tell who feels it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.analysis.cascade import Dose
    from copark.cases import Case
    from copark.experiments.study import Study
    from copark.report.cascade import Cascade

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
        Draws of parameters, from the case's posterior where it has one.
    seed, threads, lang, out, report, announce, progress
        As in :func:`copark.workflows.compare`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or arrow, or the quarter lies outside the case's horizon.
    """
    from copark.cases import load_case
    from copark.experiments.cascades import cut_study, links_named

    began = time.monotonic()
    found_case = load_case(case)
    arrows = links_named(links)
    kind, cut = _draws_of(found_case)
    at = _quarter(found_case, since, cut, lang)
    changes = {"runs": draws, "seed": seed, "draws": kind}
    study = cut_study(found_case, at, arrows, **changes)
    if announce is not None:
        from copark.inference.source import source_for
        from copark.workflows.planning import worth_telling

        source = source_for(study, found_case)
        announce(worth_telling(study, found_case, source, threads=threads, times=2, stores=False, lang=lang))
    found = _found(found_case, at, study, changes, lang, threads, progress)
    page = None
    if report:
        from copark.report.cascade import write_cascade

        stage(progress, "report")(0, 0)
        folder = reports_in(out) / f"cascade-{found.identities[0]}"
        page = write_cascade(found, lang, folder, stage(progress, "report"))
    return _outcome(found, lang, time.monotonic() - began, page)


def _draws_of(case: Case) -> tuple[str, int]:
    """What a case's parameters are drawn from, and the first quarter its posterior has not seen."""
    from copark.inference.artefacts import has_posterior, load

    if not has_posterior(case.name):
        return "unsettled", 0
    return "posterior", load(case).replay.cut - case.clock.start + 1


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
    changes: dict[str, Any],
    lang: str,
    threads: int | None,
    progress: Progress | None,
) -> Cascade:
    """Run both studies and read them."""
    from copark.analysis.cascade import doses, feelings, strongest
    from copark.analysis.pairing import pairs_of
    from copark.experiments.cascades import DOSES, FELT, dose_study, key_of, links_named
    from copark.experiments.run import simulate
    from copark.inference.source import source_for
    from copark.report.cascade import DOSED, Cascade

    source = source_for(cut, case)
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
        case=getattr(case.title, lang), identities=tuple(identities), since=labels[at], end=labels[-1],
        pairs=first.before.sizes["run"], feelings=felt, doses=dosed,
    )  # fmt: skip


def _outcome(found: Cascade, lang: str, seconds: float, page: Path | None) -> CascadeOutcome:
    from copark.report.cascade import HEADLINE, link_title, sentences

    rows = sorted((one for one in found.feelings if one.output == HEADLINE), key=lambda one: -abs(one.size))
    return CascadeOutcome(
        title=text("cascade.title", lang, case=found.case),
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
