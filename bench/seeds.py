"""`python -m bench.seeds`: do searches with other seeds give the answers that ship; `--write`.

Of each park of the list the whole calibration that ships is made again with two other seeds, on this machine, and set
beside it in the respects that ``copark calibrate PARK --check`` compares: medians and widths of parameters as shares
of the prior's range, medians and widths of forecasts as shares of their width, and shares of outcomes. Beside each
stands what two searches of one posterior may differ by. Told, too, is the share of self-standing runs by each seed,
with its standard error over the four searches. ``--write`` writes ``bench/SEEDS.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bench.arguments import parser_of
from copark.calibration.calibrate import CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import Reading, case_for
from copark.calibration.calibrations import StoredPosterior, load
from copark.calibration.comparison import Apart
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.remade import distances
from copark.calibration.replay_posterior import ReplayPosterior
from copark.cases import load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.model.machine import cpu_features
from copark.model.outcomes import GOOD
from copark.simulation.ensemble import default_threads, runs_of
from copark.simulation.outcomes import year_twenty
from copark.simulation.run import inputs_of

PARKS = ("thilawa", "lekki", "jinfei")
SEEDS = (2, 3)
RUNS = 2000
LEAST_ERROR = 1e-3
"""Least standard error of a difference: four searches without a single failure are not known to be equal."""
FEWEST: dict[str, Any] = {
    "runs": 1 << 11,
    "members": 16,
    "sweeps": 1,
    "last_sweeps": 1,
    "populations": 2,
}
RESULT = Path(__file__).with_name("SEEDS.md")


@dataclass(frozen=True)
class Standing:
    """Share of self-standing runs by one search."""

    seed: int
    share: float
    error: float
    """Standard error of the mean of the populations."""
    reduction: float
    """Largest rank-normalised scale reduction."""


def standing(seed: int, replay: ReplayPosterior, threads: int) -> Standing:
    """Run a posterior on and tell how many runs are self-standing, with the error over its populations."""
    case = replay.space.case
    source = PosteriorSource(replay)
    futures = max(RUNS // replay.pairs, 1)
    draws = replay.draws()
    rows = np.repeat(np.arange(replay.pairs), futures)
    repeated = type(draws)(*(record[rows].copy() for record in draws))
    repeated.addresses["later_run"] = np.arange(len(rows))
    judged = year_twenty(case.clock.quarters)
    runs = runs_of(inputs_of(case), repeated, (), threads=threads, judged=judged)
    stands = runs.outcome == GOOD.code
    means = np.array([stands[replay.population[rows] == number].mean() for number in np.unique(replay.population)])
    error = float(means.std(ddof=1) / np.sqrt(len(means)))
    return Standing(seed, float(means.mean()), error, float(source.trust.scale_reduction or np.nan))


def compared(park: str, asked_settings: dict[str, Any] | None, threads: int) -> tuple[list[str], list[str]]:
    """Make a park's calibration again with other seeds: a row of distances for each, and a row of shares."""
    case = load_case(park)
    cut = max(posteriors_in(casebook_path() / park / POSTERIOR))
    stored: StoredPosterior = load(case, casebook_path() / park / POSTERIOR / cut)
    settings = CalibrationSettings.of(stored.recipe)
    read = case_for(case, stored.replay.cut, Reading.of(stored.recipe))
    shares = [standing(settings.seed, stored.replay, threads)]
    rows = []
    for seed in SEEDS if asked_settings is None else SEEDS[:1]:
        wanted = replace(settings, seed=seed, **(asked_settings or {}))
        made = calibrate(CalibrationTask(read, stored.replay.cut, wanted, is_read=True, threads=threads))
        rows.append(f"| {park} | {seed} | " + " | ".join(told(apart) for apart in distances(made, stored)) + " |")
        shares.append(standing(seed, made.replay, threads))
        print(rows[-1], flush=True)
    line = " | ".join(f"{one.share:.1%} ± {one.error:.1%} ({one.reduction:.2f})" for one in shares)
    widest = max(
        abs(one.share - other.share) / max(np.hypot(one.error, other.error), LEAST_ERROR)
        for one, other in combinations(shares, 2)
    )
    return rows, [f"| {park} | {line} | {widest:.1f} |"]


def told(apart: Apart) -> str:
    """Write a distance beside what is allowed."""
    return f"{apart.largest:.2f} of {apart.allowed:.2f}" + ("" if apart.within else " **beyond**")


def document(rows: Sequence[str], shares: Sequence[str]) -> str:
    """Write the tables."""
    lines = [
        "| park | seed | medians | typical | widths | forecasts | outcomes |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        "Self-standing runs at year twenty, ± standard error over the searches (R̂), and the largest difference of two",
        "seeds in standard errors:",
        "",
        "| park | " + " | ".join(f"seed {seed}" for seed in (1, *SEEDS)) + " | largest difference |",
        "|---|" + "---:|" * (len(SEEDS) + 2),
        *shares,
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare the parks of the list; in the smallest form one of them by a search that is hardly one."""
    parser = parser_of("bench.seeds", __doc__)
    parser.add_argument("parks", nargs="*", default=PARKS, help="parks; three by default")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    parser.add_argument("--threads", type=int, default=default_threads())
    asked = parser.parse_args()
    rows: list[str] = []
    shares: list[str] = []
    for park in asked.parks[:1] if asked.smoke else asked.parks:
        of_park, line = compared(park, FEWEST if asked.smoke else None, asked.threads)
        rows += of_park
        shares += line
    words = document(rows, shares)
    print(words)
    if asked.write and not asked.smoke:
        explained = (__doc__ or "").partition("\n")[2].strip()
        head = f"# Calibrations that ship, made again with other seeds\n\n{explained}\n\n"
        processor = f"The posteriors that ship were made on another processor than these ({cpu_features()}).\n\n"
        RESULT.write_text(head + processor + words, encoding="utf-8")


if __name__ == "__main__":
    main()
