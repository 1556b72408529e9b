"""Make the posteriors that ship with the package, by the recipes they have: of cases by name, of the panel, of stacks.

``python docs/build_posteriors.py great-stone panel stack --out out`` makes them again from the current model and
casebook and writes them into the package; ``copark calibrate great-stone --check``, ``copark pool --check``
and ``copark stack --check`` compare without writing. A park's are made to the cuts and with the settings of those it
has, or, with ``--cut``, one of them alone; one it has not yet, or has by an earlier method, is made as a full
calibration is, and without ``--cut`` to the last quarter with data. ``--sweeps`` are the most at the end, in the place
of the usual or those it has. What has not converged is not written, and listed at the end.

``curves`` makes the benchmark curves, weights and scores of the stack anew around the model's forecasts that ship: a
minute, and no run of the model. ``origins`` calibrates the parks to their origins, too, and makes the model's forecasts
from them anew: a quarter of an hour, which can be stopped and given again.

Without a name everything that ships is made which is not current, parks first: the command after the version of the
model or of the method has changed. It can be stopped and given again: what is written is current and skipped, and a
search goes on where it was.
"""  # noqa: INP001 - a script that writes what ships

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from copark.analyses.stack import stacking
from copark.calibration import calibrations, draw_sources
from copark.calibration.calibrate import FULL, CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import cut_of
from copark.calibration.diagnostics import predictive_checks
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.pool.forecasts import OriginCalibrations
from copark.calibration.pool.panel import PanelSettings, PanelTask, learn, thinned
from copark.calibration.pool.parks import parks_of
from copark.calibration.provenance import recipe_in
from copark.cases import Case, list_cases, load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.cases.quarters import Quarter
from copark.errors import NotFound
from copark.json_types import JsonObject
from copark.simulation.ensemble import default_threads
from copark.version import CALIBRATION_VERSION

PANEL, CURVES, ORIGINS, STACK = POOLED = ("panel", "curves", "origins", "stack")


@dataclass(frozen=True)
class ShippedPosterior:
    """A park's posterior to a cut, as it ships or is to ship."""

    case: Case
    cut: Quarter

    @property
    def name(self) -> str:
        """Park and cut, for a reader."""
        return f"{self.case.name} {self.cut}"

    @property
    def folder(self) -> Path:
        """Folder of the package that it is written into."""
        return shipped_folder(self.case.name) / str(self.cut)

    @property
    def recipe(self) -> JsonObject | None:
        """Recipe of what ships; ``None`` if nothing does that this version reads."""
        return recipe_in(self.folder)

    @property
    def is_current(self) -> bool:
        """True if what ships belongs to the current state of model, method and case."""
        recipe = self.recipe
        return recipe is not None and not calibrations.is_stale(self.case, recipe)

    def make(self, out: Path, sweeps: int | None) -> bool:
        """Make it and report what it does not reproduce; write it, and return True, if its searches agree."""
        recipe = self.recipe
        by_this_method = recipe is not None and recipe.get("method") == CALIBRATION_VERSION
        settings = CalibrationSettings.of(recipe) if recipe is not None and by_this_method else FULL
        settings = replace(settings, last_sweeps=sweeps or settings.last_sweeps)
        task = CalibrationTask(self.case, self.cut, settings, threads=default_threads(), out=out)
        made = calibrate(task, task.kept_stages())
        trust = PosteriorSource(made.replay).trust
        checks = predictive_checks(made.replay.model, made.replay.counterparts)
        missed = ", ".join(check.target.name for check in checks if not check.inside)
        if trust.converged:
            calibrations.save(made, self.folder)
        report(
            f"{self.name}: {'written' if trust.converged else 'not converged'}, R̂ {trust.scale_reduction}; "
            f"outside the 90% band of {len(checks)}: {missed or 'none'}"
        )
        return trust.converged


def shipped_folder(name: str) -> Path:
    """Return the folder of a park's posteriors in the package."""
    return casebook_path() / name / POSTERIOR


def posteriors_of_park(name: str, cut: str | None = None) -> Iterator[ShippedPosterior]:
    """Yield a park's posteriors: to one cut, to those it ships with, or, where none does, to the last with data."""
    case = load_case(name)
    for label in [cut] if cut else posteriors_in(shipped_folder(name)) or [None]:
        yield ShippedPosterior(case, cut_of(case, label))


def shipped_posteriors() -> list[ShippedPosterior]:
    """List the posteriors that ship, by park and cut."""
    return [entry for name in list_cases() if posteriors_in(shipped_folder(name)) for entry in posteriors_of_park(name)]


def build(names: Sequence[str], out: Path, cut: str | None, sweeps: int | None) -> list[str]:
    """Make what ships under each name, current or not; return the names of posteriors that did not converge."""
    failed = []
    for name in names:
        if name in POOLED:
            build_pooled(name, out)
        else:
            failed += [entry.name for entry in posteriors_of_park(name, cut) if not entry.make(out, sweeps)]
    return failed


def build_stale(out: Path, sweeps: int | None) -> list[str]:
    """Make all that ships and is not current, parks first; return the names of posteriors that did not converge."""
    failed = []
    for entry in shipped_posteriors():
        if entry.is_current:
            report(f"{entry.name}: current")
        elif not entry.make(out, sweeps):
            failed.append(entry.name)
    for name in POOLED:
        if is_pooled_current(name):
            report(f"{name}: current")
        else:
            build_pooled(name, out)
    return failed


def is_pooled_current(name: str) -> bool:
    """Say whether the panel, or the stack, that ships was made from the parks as they are, by this model and method."""
    parks = parks_of()
    if name in (STACK, CURVES, ORIGINS):
        return stacking.is_current(parks)
    try:
        shipped = draw_sources.shipped_draws()
    except NotFound:  # of other axes than the model has now
        return False
    return draw_sources.is_current(shipped, PanelTask(parks).recipe)


def build_pooled(name: str, out: Path) -> None:
    """Make the panel, or the stack that rests on it, and write it into the package."""
    if name in (CURVES, ORIGINS):
        rebuild_stack(name, out)
        return
    panel = learn(PanelTask(parks_of(), threads=default_threads(), folder=out / "pool"))
    if name == PANEL:
        draw_sources.save(thinned(panel))
    else:
        trials = stacking.trials_of(panel)
        stacking.save(trials, stacking.recipe_of(panel.parks, panel.settings), parks=panel.parks)
    report(f"{name}: written")


def rebuild_stack(name: str, out: Path) -> None:
    """Make curves, weights and scores of the stack anew; by the name of origins the model's forecasts from them, too.

    Parameters
    ----------
    name
        CURVES or ORIGINS.
    out
        Folder of unfinished work.
    """
    recipe = stacking.shipped().stack.recipe
    parks = parks_of(tuple(recipe["parks"]))
    settings = PanelSettings(**recipe["settings"])
    made = stacking.recipe_of(parks, settings)
    kept = ("parks", "model", "method") if name == ORIGINS else ("parks", "model", "method", "calibration")
    stale = [key for key in kept if recipe.get(key) != made[key]]
    if stale:
        report(f"{name}: not written; the model's trials are of other {', '.join(stale)}: make stack, or origins")
        return
    calibrations = OriginCalibrations(threads=default_threads()) if name == ORIGINS else None
    trials = stacking.remade(stacking.load_trials(), parks, calibrations, folder=out / "pool")
    stacking.save(trials, made, parks=parks)
    report(f"{name}: written")


def report(line: str) -> None:
    """Print a line at once: a search takes minutes."""
    print(line, flush=True)


def main() -> int:
    """Make what the command line names, or what is not current; return 1 if anything did not converge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = "cases, panel, stack, origins, curves; without any, all that is not current"
    parser.add_argument("names", nargs="*", help=names)
    parser.add_argument("--cut", help="the one quarter that posteriors of the named cases are made to")
    parser.add_argument("--sweeps", type=int, help="the most sweeps at the end of a search")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of unfinished work; out by default")
    options = parser.parse_args()
    if options.cut and not options.names:
        parser.error("--cut needs the name of a case")
    if options.names:
        failed = build(options.names, options.out, options.cut, options.sweeps)
    else:
        failed = build_stale(options.out, options.sweeps)
    report(f"Not converged, not written: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
