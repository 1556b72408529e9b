"""Make the posteriors that ship with the package, by the recipes they have: of cases by name, of the panel, of stacks.

``python docs/build_posteriors.py great-stone panel stack --out out`` makes them again from the current model and
casebook and writes them into the package; ``copark calibrate great-stone --check``, ``copark pool --check``
and ``copark stack --check`` compare without writing. A park's are made to the cuts and with the settings of those it
has, or, with ``--cut``, one of them alone; one it has not yet is made until quick searches agree, and without ``--cut``
to the last quarter with data. ``--sweeps`` are the most at the end, in the place of the usual or those it has. What has
not converged is not written.

Without a name everything that ships is made which is not current, parks first: the command after the version of the
model or of the method has changed. It can be stopped and given again: what is written is current and skipped, and a
search goes on where it was.
"""  # noqa: INP001 - a script that writes what ships

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from copark.analyses.stack import stacking as shipped
from copark.analyses.stack.stacking import trials_of
from copark.calibration import calibrations, draw_sources
from copark.calibration.calibrate import FULL, QUICK, CalibrationSettings, calibrate, kept_stages
from copark.calibration.calibration_setup import case_for, cut_of, reading_of
from copark.calibration.diagnostics import predictive_checks
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.pool.panel import PanelSettings, learn
from copark.calibration.pool.parks import parks_of
from copark.calibration.provenance import recipe_in
from copark.cases import Case, list_cases, load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.cases.quarters import Quarter
from copark.simulation.ensemble import default_threads

PANEL, STACK = "panel", "stack"
AT_MOST = replace(QUICK, last_sweeps=FULL.last_sweeps)
"""Until searches agree as a quick calibration asks, however long that takes."""


def build(name: str, out: Path, cut: str | None = None, sweeps: int | None = None) -> None:
    """Make the posteriors of a name and write them into the package."""
    if name in (PANEL, STACK):
        threads, folder = default_threads(), out / "pool"
        panel = learn(parks_of(), PanelSettings(), threads=threads, folder=folder)
        if name == PANEL:
            draw_sources.save(draw_sources.thinned(panel))
        else:
            shipped.save(trials_of(panel, threads=threads, folder=folder), shipped.recipe_of(panel))
        return
    case = load_case(name)
    place = casebook_path() / name / POSTERIOR
    for one in [cut] if cut else posteriors_in(place) or [None]:
        make(case, cut_of(case, one), place, out, sweeps)


def build_stale(out: Path) -> list[str]:
    """Make all that ships and is not current: posteriors of parks, then panel and stack; say what did not converge."""
    failed = []
    for name in list_cases():
        case = load_case(name)
        place = casebook_path() / name / POSTERIOR
        for one in posteriors_in(place):
            recipe = recipe_in(place / one)
            if recipe is not None and not calibrations.is_stale(case, recipe):
                continue
            try:
                make(case, cut_of(case, one), place, out, None)
            except NotConverged as problem:
                failed.append(str(problem))
    build(STACK, out)
    build(PANEL, out)
    return failed


class NotConverged(Exception):
    """The searches of a calibration do not agree."""


def make(case: Case, cut: Quarter, place: Path, out: Path, sweeps: int | None) -> None:
    """Make a case's posterior to a cut; write it if its searches agree, and say what it does not reproduce."""
    folder = place / str(cut)
    recipe = recipe_in(folder)
    settings = CalibrationSettings.of(recipe) if recipe else AT_MOST
    settings = replace(settings, last_sweeps=sweeps or settings.last_sweeps)
    how = reading_of(case, cut, settings)
    read = case_for(case, cut, how)
    batches = out / "batches"
    stages = kept_stages(read, cut, settings, batches)
    made = calibrate(read, cut, settings, threads=default_threads(), folder=batches, stages=stages)
    trust = PosteriorSource(made.replay).trust
    checks = predictive_checks(made.replay.model, made.replay.seen)
    missed = ", ".join(one.target.name for one in checks if not one.inside)
    print(f"{case.name} {cut}: R̂ {trust.scale_reduction}; outside the 90% band of {len(checks)}: {missed or 'none'}")
    if not trust.converged:
        raise NotConverged(f"{case.name} {cut}: not converged, not written")
    calibrations.save(made, folder, how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--cut")
    parser.add_argument("--sweeps", type=int)
    parser.add_argument("--out", type=Path, default=Path("out"))
    asked = parser.parse_args()
    if asked.names:
        for one in asked.names:
            build(one, asked.out, asked.cut, asked.sweeps)
    else:
        problems = build_stale(asked.out)
        if problems:
            raise SystemExit("\n".join(problems))
