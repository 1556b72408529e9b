"""Make the posteriors that ship with the package, by the recipes they have: of cases by name, of the panel, of stacks.

``python docs/build_posteriors.py great-stone panel stack --out out`` makes them again from the current model and
casebook and writes them into the package; ``copark calibrate great-stone --check``, ``copark calibrate --pool --check``
and ``copark stack --check`` compare without writing. A park's own is made to the cut and with the settings of the one
it has, or else to the last quarter with data and until quick searches agree.
"""  # noqa: INP001 - a script that writes what ships

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from copark.cases import load_case
from copark.cases.casebook import POSTERIOR, casebook_path
from copark.inference import artefacts, borrowed
from copark.inference.calibrate import FULL, QUICK, Settings, calibrate
from copark.inference.calibrations import cut_of
from copark.inference.pool.panel import Settings as PanelSettings
from copark.inference.pool.panel import learn
from copark.inference.pool.parks import parks_of
from copark.inference.provenance import recipe_in
from copark.inference.reach import reading_of
from copark.inference.stacking import forecasts as shipped
from copark.inference.stacking.trials import trials_of
from copark.inference.target_selection import case_for
from copark.simulation.ensemble import default_threads

PANEL, STACK = "panel", "stack"
AT_MOST = replace(QUICK, last_sweeps=FULL.last_sweeps)
"""Until searches agree as a quick calibration asks, however long that takes."""


def build(name: str, out: Path) -> None:
    """Make one posterior and write it into the package."""
    if name in (PANEL, STACK):
        threads, folder = default_threads(), out / "pool"
        panel = learn(parks_of(), PanelSettings(), threads=threads, folder=folder)
        if name == PANEL:
            borrowed.save(borrowed.thinned(panel))
        else:
            shipped.save(trials_of(panel, threads=threads, folder=folder), shipped.recipe_of(panel))
        return
    case = load_case(name)
    recipe = recipe_in(casebook_path() / name / POSTERIOR)
    cut = cut_of(case, recipe and recipe["cut"])
    settings = Settings(**recipe["settings"]) if recipe else AT_MOST
    how = reading_of(case, cut, settings)
    made = calibrate(case_for(case, cut, how), cut, settings, threads=default_threads(), folder=out / "batches")
    artefacts.save(made, casebook_path() / name / POSTERIOR, how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--out", type=Path, default=Path("out"))
    asked = parser.parse_args()
    for one in asked.names:
        build(one, asked.out)
