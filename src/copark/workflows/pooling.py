"""``calibrate --pool``: what goes together, and the shipped panel made again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import stage
from copark.inference.panels import one_at_a_time
from copark.texts import text
from copark.workflows.answers import OUT, Progress

if TYPE_CHECKING:
    from copark.workflows.calibration_answers import Rechecked


def check_pool(
    *, threads: int | None = None, lang: str = "en", out: Path = OUT, progress: Progress | None = None
) -> Rechecked:
    """Learn again what the shipped panel teaches, by its recipe, and compare.

    Parameters
    ----------
    threads
        Threads; they do not change the numbers.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``pool/``, where panels are kept and resumed.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.NotFound
        If no panel ships with the package.
    """
    from copark.inference.borrowed import CLOSE, is_current, largest_difference, shipped_draws, thinned
    from copark.inference.pool.panel import Settings, learn, recipe_of
    from copark.inference.pool.parks import parks_of
    from copark.simulation.ensemble import default_threads
    from copark.workflows.calibration_answers import Rechecked

    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    shipped = shipped_draws()
    settings, parks = Settings(**shipped.recipe["settings"]), parks_of(tuple(shipped.recipe["parks"]), lang)
    folder, threads = Path(out) / "pool", threads or default_threads()
    with one_at_a_time(parks, settings, folder, stage(progress, "waiting")):
        panel = learn(parks, settings, threads=threads, folder=folder, progress=stage(progress, "pool"))
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
