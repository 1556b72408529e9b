"""Comparing: arms on the same luck, and history less something that happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.texts import text
from copark.workflows.answers import OUT, ArmMoves, ArmOutcome, Compared, Effect, Progress
from copark.workflows.places import reports_in, store_in
from copark.workflows.running import run_study

if TYPE_CHECKING:
    import xarray as xr

    from copark.analysis.outcome_change import OutcomeMoves
    from copark.report.comparison import Comparison


def compare(
    reference: str | Path,
    arm: str | Path | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    parameters: str | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Compare arms on the same luck and draws; run, or find, what is not stored.

    Parameters
    ----------
    reference
        A study, a case or the identity of a stored run: its first scenario is what the arms are compared with.
    arm
        Another one, whose scenarios are the arms; by default the other scenarios of the first.
    runs, seed
        In the place of the studies' own; of stored runs as they are.
    parameters, threads
        As in :func:`copark.workflows.run_study`.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``runs/`` and ``reports/``.
    report
        Write the page.
    announce
        Told beforehand what work over ten seconds will take.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If a study, case or run is missing or has faults; if there is no arm; if the two are not of the same case,
        model, luck and draws.
    """
    from copark.errors import RunRefused
    from copark.report.comparison import compare as compare_results

    began = time.monotonic()
    results = [
        _result(
            name, {"runs": runs, "seed": seed, "parameters": parameters, "announce": announce}, threads, out, progress
        )
        for name in (reference, arm)
        if name is not None
    ]
    first, second = results[0], results[1] if len(results) > 1 else None
    if second is None and first.sizes["scenario"] < 2:
        raise RunRefused(text("workflows.no_arm", lang, name=reference))
    found = compare_results(first, second)
    titles = dict.fromkeys(str(one.attrs.get(f"title_{lang}", "")) for one in results)
    return _answer(found, " | ".join(titles), lang, out, began, report=report, progress=progress)


def _result(
    name: str | Path, changes: dict[str, Any], threads: int | None, out: Path, progress: Progress | None
) -> xr.Dataset:
    """A stored run, or that of a study, made with these changes if it is not stored."""
    store = store_in(out)
    stored = store.named(str(name))
    if stored is None:
        made = run_study(name, threads=threads, out=out, report=False, progress=progress, **changes)
        return store.load(made.identity)
    return store.load(stored)


def but_for(
    case: str | Path,
    without: Sequence[str],
    *,
    runs: int = 1000,
    seed: int = 1,
    draws: str | None = None,
    parameters: str | None = None,
    futures: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Replay a case less something that happened: what differs is due to it, on these parameters and this luck.

    Parameters
    ----------
    case
        Name or path of a case.
    without
        Keys of what did not happen, as :func:`happenings` lists them; several are undone together.
    runs, seed
        How many runs, on which luck.
    draws
        ``unsettled``, ``prior`` or ``defaults``, in the place of the parameters the case has; on a posterior, history
        is replayed on the parameters and luck that tell it.
    parameters
        ``own``, ``shipped``, ``borrowed`` or ``prior``, in the place of the best the case has.
    futures
        Runs for each draw of parameters; from two on the variance is split into parameters and luck.
    threads, lang, out, report, announce, progress
        As in :func:`compare`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case, nothing of that name happened, or the case cannot do without it.
    """
    from copark.cases import load_case
    from copark.report.comparison import compare as compare_results
    from copark.simulation.counterfactual import WITHOUT, but_for_study

    began = time.monotonic()
    found_case = load_case(case)
    study = but_for_study(found_case, list(without), runs=runs, seed=seed, futures=futures, draws=draws)
    study = study.with_changes(case=str(case))
    made = run_study(
        study, parameters=parameters, threads=threads, out=out, report=False, announce=announce, progress=progress
    )
    result = store_in(out).load(made.identity)
    found = compare_results(result, reference_scenario=WITHOUT)
    return _answer(found, getattr(study.title, lang), lang, out, began, report=report, progress=progress)


def happenings(case: str | Path, lang: str = "en") -> tuple[tuple[str, str, str], ...]:
    """What happened in a case and can be undone: key, date, title."""
    from copark.cases import load_case
    from copark.simulation.happenings import happenings as find

    return tuple((one.key, str(one.date), getattr(one.title, lang)) for one in find(load_case(case)))


def _answer(
    found: Comparison, title: str, lang: str, out: Path, began: float, *, report: bool, progress: Progress | None
) -> Compared:
    from copark.analysis.compare import MAIN
    from copark.analysis.pairing import begins
    from copark.cases import load_case
    from copark.report.comparison import write_comparison
    from copark.report.figures.comparison import scenario_name
    from copark.report.trust import provenance, recorded_outcome, trust_of

    first = found.pairs[0]
    trust, case = trust_of(first.before), load_case(str(provenance(first.before)["study"]["case"]))
    names = {key: scenario_name(one, key, lang) for one in found.pairs for key in (one.reference, one.arm)}
    identities = tuple(dict.fromkeys(str(one.attrs["identity"]) for one in (first.before, first.after)))
    page = None
    if report:
        stage(progress, "report")(0, 0)
        folder = reports_in(out) / f"comparison-{'-'.join(identities)}"
        page = write_comparison(found, title, lang, folder, stage(progress, "report"), case=case)
    return Compared(
        title=title,
        reference=names[first.reference],
        identities=identities,
        pairs=first.before.sizes["run"],
        seconds=time.monotonic() - began,
        begins=tuple(
            (names[one.arm], begins(one, [name for name in MAIN if name in one.outputs])) for one in found.pairs
        ),
        effects=tuple(_effect(row, first.before, names[row.arm], lang) for row in found.table.differences),
        outcomes=tuple(
            ArmOutcome(names[row.arm], row.outcome, row.reference_share, row.arm_share, row.low, row.high)
            for row in found.table.outcomes
        ),
        moves=tuple(_moves(names[pair.arm], moves, lang) for pair, moves in zip(found.pairs, found.moves, strict=True)),
        report=page,
        trust=trust,
        recorded="" if trust.shows_outcomes else recorded_outcome(case, trust, lang),
    )


def _moves(arm: str, found: OutcomeMoves, lang: str) -> ArmMoves:
    from copark.report.outcome_change import moves_table, sentence

    table = moves_table([(arm, found)], lang)
    return ArmMoves(arm, sentence(found, lang), table.columns, tuple(tuple(map(str, row)) for row in table.rows))


def _effect(row: Any, result: xr.Dataset, arm: str, lang: str) -> Effect:
    from copark import units

    return Effect(
        arm=arm,
        output=row.output,
        title=str(result[row.output].attrs.get(f"title_{lang}") or row.output),
        unit=units.title(row.unit, lang) if units.known(row.unit) else row.unit,
        log=row.log,
        quarter=row.quarter,
        low=row.low,
        median=row.median,
        high=row.high,
        above=row.above,
        equal=row.equal,
        by_parameters=None if row.split is None else row.split.share,
    )
