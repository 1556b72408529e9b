"""Learning across parks: pool them, let every method forecast every park; the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import stage
from copark.inference.panels import one_at_a_time, runs_of, shares
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in
from copark.workflows.pool_answers import PoolAnswer, answer_of

if TYPE_CHECKING:
    from copark.inference.pool.panel import Panel
    from copark.inference.pool.parks import Park
    from copark.report.pool.findings import ParkFan
    from copark.workflows.calibration_answers import Rechecked

FAN_RUNS = 512


def pool(
    *,
    cases: Sequence[str] = (),
    runs: int | str | None = None,
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> PoolAnswer:
    """Pool the parks of the casebook and let every method forecast them.

    Parameters
    ----------
    cases
        Names of cases; by default all of the casebook.
    runs, seed
        Runs of each park, a power of two, also written ``2^13``; seed of design, luck and errors.
    threads
        Threads; they do not change the numbers.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``pool/`` (panels, batches and steps, resumed) and ``reports/``.
    report
        Write the page and the tables.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If a case is missing or has faults, or the number of runs cannot be used.
    """
    from copark.inference.pool import coverage
    from copark.inference.pool.movement import panel_movements
    from copark.inference.pool.panel import Settings, learn
    from copark.inference.pool.parks import parks_of
    from copark.inference.pool.race import score_panel
    from copark.report.pool.findings import PoolFindings
    from copark.report.pool.page import write_pool

    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    settings, parks = Settings(runs_of(runs, lang), seed), parks_of(cases, lang)
    folder, workers = Path(out) / "pool", _workers(threads)
    learning, racing, testing, drawing = shares(stage(progress, "pool"), (25, 50, 20, 5))
    with one_at_a_time(parks, settings, folder, stage(progress, "waiting")):
        panel = learn(parks, settings, threads=workers, folder=folder, progress=learning)
        scores = score_panel(panel, threads=workers, folder=folder, progress=racing)
        examined = coverage.examine(panel, threads=workers, folder=folder, progress=testing)
    fans = _fans(panel, workers, drawing)
    findings = PoolFindings(panel, scores, panel_movements(panel), fans, lang, examined)
    page: Path | None = None
    files: tuple[Path, ...] = ()
    if report:
        page, files = write_pool(findings, reports_in(out) / f"pool-{panel.identity}", stage(progress, "report"))
    return answer_of(findings, folder / panel.identity, time.monotonic() - began, page, files)


def check_pool(
    *, threads: int | None = None, lang: str = "en", out: Path = OUT, progress: Progress | None = None
) -> Rechecked:
    """Learn again what the shipped panel teaches, by its recipe, and compare.

    Parameters are those of :func:`pool`.

    Raises
    ------
    copark.errors.NotFound
        If no panel ships with the package.
    """
    from copark.inference.borrowed import CLOSE, is_current, largest_difference, shipped_draws, thinned
    from copark.inference.pool.panel import Settings, learn, recipe_of
    from copark.inference.pool.parks import parks_of
    from copark.workflows.calibration_answers import Rechecked

    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    shipped = shipped_draws()
    settings, parks = Settings(**shipped.recipe["settings"]), parks_of(tuple(shipped.recipe["parks"]), lang)
    folder = Path(out) / "pool"
    with one_at_a_time(parks, settings, folder, stage(progress, "waiting")):
        panel = learn(parks, settings, threads=_workers(threads), folder=folder, progress=stage(progress, "pool"))
    largest = largest_difference(thinned(panel), shipped)
    kind = "identical" if largest == 0.0 else "close" if largest <= CLOSE else "different"
    stale = not is_current(shipped, recipe_of(parks, settings))
    return Rechecked(text("pool.panel", lang, parks=len(parks)), kind, largest, stale, time.monotonic() - began)


def check_asked(
    case: str | None, *, pool: bool, cases: str | None, others: Sequence[str], lang: str = "en"
) -> None:  # fmt: skip
    """Refuse what does not go together: a case with many parks, options of one case with many.

    Raises
    ------
    RunRefused
        With what to write instead.
    """
    from copark.errors import RunRefused

    if pool and case is not None:
        raise RunRefused(text("pool.case_with_pool", lang, case=case))
    if not pool and case is None:
        raise RunRefused(text("pool.case_or_pool", lang))
    if not pool and cases is not None:
        raise RunRefused(text("pool.cases_without_pool", lang))
    if pool and others:
        raise RunRefused(text("pool.not_with_pool", lang, options=", ".join(others)))


def _workers(threads: int | None) -> int:
    from copark.simulation.ensemble import default_threads

    return threads or default_threads()


def pooled_prior(
    case: str | Path,
    *,
    runs: int = 1000,
    cases: Sequence[str] = (),
    settings_runs: int | str | None = None,
    seed: int = 1,
    threads: int | None = None,
    out: Path = OUT,
) -> dict[str, list[float]]:
    """Draw parameters of a park without a history from the pooled prior: name to one value for each draw.

    Parameters
    ----------
    case
        Name or path of the case; if it is in the panel it is left out of it.
    runs
        How many draws.
    cases, settings_runs, seed, threads, out
        As for :func:`pool`, whose panel is made or found.
    """
    from copark.cases import load_case
    from copark.inference.pool import panel as panels
    from copark.inference.pool.parks import parks_of
    from copark.simulation.ensemble import default_threads

    settings = panels.Settings(runs_of(settings_runs), seed)
    workers = threads or default_threads()
    panel = panels.learn(parks_of(cases), settings, threads=workers, folder=Path(out) / "pool")
    park, points = panels.pooled_prior(panel, load_case(case), runs, seed)
    return {name: [float(x) for x in values] for name, values in park.space.table(points).items()}


def _fans(panel: Panel, threads: int, progress: Callable[[int, int], None]) -> tuple[ParkFan, ...]:
    found = []
    for n, park in enumerate(panel.parks):
        progress(n, len(panel.parks))
        fan = _fan(panel, park, threads)
        if fan is not None:
            found.append(fan)
    return tuple(found)


def _fan(panel: Panel, park: Park, threads: int) -> ParkFan | None:
    """The steadiest count of a park, as the other parks would have forecast it."""
    import numpy as np

    from copark.inference.pool.batches import run_outputs
    from copark.inference.pool.discrepancy import strayed
    from copark.inference.pool.outlook import SHOWN
    from copark.inference.pool.panel import pooled_prior
    from copark.inference.pool.parks import COUNTS
    from copark.report.pool.findings import ParkFan

    counts = {name: len(park.of(name)) for name in COUNTS if park.of(name)}
    if not counts:
        return None
    variable = "registered" if "registered" in counts else max(counts, key=lambda name: counts[name])
    seed = panel.settings.seed
    read, points = pooled_prior(panel, park.case, FAN_RUNS, seed)
    made = run_outputs(read, points, (variable,), park.quarters, seed, 0, threads)
    whole = strayed(made.out[made.finished], (variable,), panel.spread, seed)
    levels = np.quantile(whole[:, 0, :], SHOWN, axis=0)
    times = (np.arange(park.quarters) + park.case.clock.start.index + 1) / 4.0
    return ParkFan(park.name, variable, times, levels)
