"""Learning across parks: pool them, let every method forecast every park, look at one without a history; the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.forecasting import end_of
from copark.workflows.places import reports_in, stage
from copark.workflows.pool_answers import PoolAnswer, answer_of

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.pool.outlook import Outlook
    from copark.inference.pool.panel import Panel, Settings
    from copark.inference.pool.parks import Park
    from copark.report.pool.findings import ParkFan, PoolFindings
    from copark.workflows.calibration_answers import Rechecked

LEAST, MOST = 8, 15
"""Runs of each park, as powers of two."""
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
    learning, racing, testing, drawing = shares(progress, (25, 50, 20, 5))
    with one_at_a_time(parks, settings, folder, progress):
        panel = learn(parks, settings, threads=workers, folder=folder, progress=learning)
        scores = score_panel(panel, threads=workers, folder=folder, progress=racing)
        examined = coverage.examine(panel, threads=workers, folder=folder, progress=testing)
    fans = _fans(panel, workers, drawing)
    findings = PoolFindings(panel, scores, panel_movements(panel), fans, None, lang, examined)
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
    with one_at_a_time(parks, settings, folder, progress):
        panel = learn(parks, settings, threads=_workers(threads), folder=folder, progress=stage(progress, "pool"))
    largest = largest_difference(thinned(panel), shipped)
    kind = "identical" if largest == 0.0 else "close" if largest <= CLOSE else "different"
    stale = not is_current(shipped, recipe_of(parks, settings))
    return Rechecked(text("pool.panel", lang, parks=len(parks)), kind, largest, stale, time.monotonic() - began)


def one_at_a_time(
    parks: Sequence[Park], settings: Settings, folder: Path, progress: Progress | None
) -> AbstractContextManager[bool]:
    """Hold a panel, so that nobody else makes it meanwhile; who waits finds its steps done."""
    from copark.inference.pool.panel import panel_identity
    from copark.store.locks import only_one
    from copark.store.stages import lock_of

    wait = stage(progress, "waiting")
    return only_one(lock_of(folder / panel_identity(parks, settings)), lambda: wait(0, 0))


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


def check_new(case: str | Path, options: Sequence[str], *, pool: bool, lang: str = "en") -> None:
    """Refuse options that need a park's own observations.

    Raises
    ------
    RunRefused
        With what to write instead.
    """
    from copark.errors import RunRefused

    if options:
        key = "pool.not_with_set_aside" if pool else "pool.not_with_new"
        raise RunRefused(text(key, lang, options=", ".join(options), case=case))


def has_history(case: str | Path) -> bool:
    """Whether anything is recorded of a case that a calibration of its own could be fitted to."""
    from copark.cases import load_case
    from copark.inference.observations import targets

    return bool(targets(load_case(case)))


def forecast_new(
    case: str | Path,
    *,
    to: str | None = None,
    freeze: Path | None = None,
    runs: int | str | None = None,
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> PoolAnswer:
    """Forecast a park of which nothing has been observed, or as if nothing had been, by what other parks teach.

    A case of the casebook is taken out of the panel first.

    Parameters
    ----------
    case, to
        Name or path of a case; last quarter, by default the end of its clock, and at least three years after its data.
    freeze
        File to freeze the forecast in, from the end of the case's data on; it must not be there yet.
    runs, seed, threads, lang, out, report, progress
        As for :func:`pool`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, runs or the last quarter cannot be used, or the file is there already.
    """
    from copark.cases import list_cases
    from copark.inference.pool.movement import panel_movements
    from copark.inference.pool.outlook import outlook
    from copark.inference.pool.panel import Settings, learn
    from copark.inference.pool.parks import parks_of
    from copark.inference.pool.race import score_panel
    from copark.inference.pool.scoring import LEFT_OUT
    from copark.report.pool.findings import PoolFindings
    from copark.report.pool.outlook_page import write_outlook

    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    new, until = _new_park(case, to, freeze, lang)
    settings = Settings(runs_of(runs, lang), seed)
    parks = parks_of([name for name in list_cases() if name != new.name], lang)
    folder, workers = Path(out) / "pool", _workers(threads)
    learning, racing, looking = shares(progress, (45, 50, 5))
    with one_at_a_time(parks, settings, folder, progress):
        panel = learn(parks, settings, threads=workers, folder=folder, progress=learning)
        scores = score_panel(panel, schemes=(LEFT_OUT,), threads=workers, folder=folder, progress=racing)
    looking(0, 1)
    seen = outlook(panel, new, until, threads=workers)
    frozen = None if freeze is None else _frozen(panel, seen, Path(freeze))
    findings = PoolFindings(panel, scores, panel_movements(panel), (), seen, lang, frozen=frozen)
    page, files = None, tuple[Path, ...]()
    if report:
        place = reports_in(out) / f"forecast-{new.name}-{identity_of_outlook(findings)}"
        page, files = write_outlook(findings, place, stage(progress, "report"))
    return answer_of(findings, folder / panel.identity, time.monotonic() - began, page, files)


def identity_of_outlook(findings: PoolFindings) -> str:
    """Identity of a forecast: of the panel, the case and the last quarter."""
    from copark.identity import identity_of

    one = findings.outlook
    if one is None:
        raise ValueError("no outlook")
    return identity_of({"panel": findings.panel.identity, "case": one.park.case.hash, "until": str(one.until)})


def _workers(threads: int | None) -> int:
    from copark.simulation.ensemble import default_threads

    return threads or default_threads()


def shares(progress: Progress | None, parts: Sequence[int]) -> list[Callable[[int, int], None]]:
    """Tell several pieces of work as one, each by its share in a hundred, so that the time left is that of all."""
    tell = stage(progress, "pool")

    def of(first: int, share: int) -> Callable[[int, int], None]:
        return lambda done, whole: tell(first + share * done // max(whole, 1), 100)

    return [of(sum(parts[:n]), share) for n, share in enumerate(parts)]


def runs_of(written: int | str | None, lang: str = "en") -> int:
    """Runs of each park: a power of two from 2^8 to 2^15.

    Raises
    ------
    RunRefused
        If it is none.
    """
    from copark.errors import RunRefused
    from copark.inference.pool.panel import RUNS

    if written is None:
        return RUNS
    base, power, exponent = str(written).strip().partition("^")
    try:
        found = int(base) ** min(int(exponent), MOST + 1) if power else int(base)
    except ValueError:
        found = 0
    if found not in {1 << n for n in range(LEAST, MOST + 1)}:
        raise RunRefused(text("pool.bad_runs", lang, runs=written, least=LEAST, most=MOST))
    return found


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


def _new_park(case: str | Path, to: str | None, freeze: Path | None, lang: str) -> tuple[Case, Quarter]:
    """The case and the quarter its forecast ends in; what is frozen begins with the end of its data."""
    from copark.cases import load_case
    from copark.inference.forecast import refuse_existing

    if freeze is not None:
        refuse_existing(Path(freeze))
    found = load_case(case)
    clock = found.clock
    return found, end_of(found, clock.data_end, to, lang, after=clock.start if freeze is None else None)


def _frozen(panel: Panel, seen: Outlook, file: Path) -> tuple[Path, str]:
    """Freeze a forecast of a park without a history; the file and its identity."""
    from datetime import UTC, datetime

    from copark.inference.forecast import write
    from copark.inference.pool.outlook import freeze_outlook

    content = freeze_outlook(panel, seen, datetime.now(UTC).date().isoformat())
    write(content, file)
    return file, str(content["identity"])


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
