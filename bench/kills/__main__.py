"""`python -m bench.kills [--kills 30] [--runs 20000] [--seed 1] [--only KIND]`: killed, gone on with, identical.

Each time work is begun in a fresh folder and something is killed with SIGKILL, or fails, at a random moment of the time
that the work usually takes; a moment at which all was over is no kill, and another is drawn. Then the same command is
given again, or the server started again, which nobody has to ask for its job once more. What is stored must be, file by
file, what undisturbed work stored; files of shards that were finished must be the same files, not made again; nothing
half-written may be left, `copark runs check` must find nothing, and a job be there once, done. Of a calibration every
array of the posteriors must be the same, bit by bit.

A table says how many of how many passed, by kind; the last line in all. The exit code is 1 if one did not, and its
folder is kept, with that of the undisturbed work.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bench.arguments import parser_of
from bench.kills import databases
from bench.kills.kinds import KINDS, Kind, hindrances
from bench.kills.trial import Missed, Trial
from bench.kills.undisturbed import Undisturbed
from copark.store.database import VARIABLE

TRIES = 6
"""How often a moment is drawn until it is one at which there is something to kill."""
SHARES = (0.05, 0.95)
"""Moments, as shares of the usual time."""


class Trials:
    """Kills, one after another.

    Parameters
    ----------
    place
        Folder for everything.
    runs
        Runs of an ensemble.
    seed
        Of the moments and of whatever else is left to chance.
    """

    def __init__(self, place: Path, runs: int, seed: int) -> None:
        self.place, self.runs, self.seed = place, runs, seed
        self._usual: dict[str, Undisturbed] = {}
        self.passed: Counter[str] = Counter()
        self.tried: Counter[str] = Counter()

    def usual(self, kind: Kind) -> Undisturbed:
        """The work of a kind, undisturbed; done when it is first needed."""
        name = kind.work.name
        if name not in self._usual:
            self._usual[name] = kind.work.undisturbed(self.place / f"undisturbed-{name}", self.runs)
            print(f"undisturbed, a {name} takes {self._usual[name].seconds:.1f} s", flush=True)
        return self._usual[name]

    def kill(self, number: int, kind: Kind) -> bool:
        """Try a kind once, and say what came of it; whether it passed."""
        rng, usual = random.Random(f"{self.seed}/{number}/{kind.name}"), self.usual(kind)
        share = rng.uniform(*SHARES)
        for again in range(TRIES):
            trial = Trial(self.place / f"{number}-{kind.name}-{again}", self.runs, share, rng, usual)
            with trial.closing:
                try:
                    kind.act(trial)
                    wrong = kind.faults(trial)
                except Missed:
                    # Too late, most likely; but under load what is to be killed may not have been there yet.
                    share = rng.uniform(SHARES[0], share) if again % 2 == 0 else rng.uniform(*SHARES)
                    wrong = [f"there was nothing left to kill, {TRIES} times"]
                    self._remove(trial)
                    continue
                except (RuntimeError, subprocess.SubprocessError, ValueError, OSError) as error:
                    wrong = [*trial.wrong, f"{type(error).__name__}: {error}"]
                if wrong:
                    self._keep(trial)
            break
        if not wrong:
            self._remove(trial)
        self.tried[kind.name] += 1
        self.passed[kind.name] += not wrong
        kept = [f"{len(trial.kept)} finished files were kept"] if trial.kept and not wrong else []
        words = "; ".join([*wrong, *([f"see {trial.out}"] if wrong else ["identical"]), *trial.told, *kept])
        print(f"{number:3d} {kind.name} at {100 * share:.0f} %: {words}", flush=True)
        return not wrong

    def _keep(self, trial: Trial) -> None:
        """Keep a folder where it stays, even if what it lies on is about to be unmounted."""
        if trial.out.is_mount():
            kept = trial.out.with_name(f"{trial.out.name}-kept")
            shutil.copytree(trial.out, kept)
            trial.told.append(f"copied to {kept}")

    def _remove(self, trial: Trial) -> None:
        if not trial.out.is_mount():
            shutil.rmtree(trial.out, ignore_errors=True)
        with suppress(OSError):
            trial.out.with_suffix(".log").unlink()


def main(arguments: list[str] | None = None) -> int:
    """Kill, go on, compare, count."""
    parser = parser_of("bench.kills", __doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=[kind.name for kind in KINDS], help="may be given again")
    given = parser.parse_args(arguments)
    if given.smoke:
        given.kills, given.runs, given.only = 1, 1000, ["client"]
    os.environ.pop(VARIABLE, None)
    place = Path(tempfile.mkdtemp(prefix="copark-kills-"))
    left_out = hindrances(place)
    wanted = [kind for kind in KINDS if not given.only or kind.name in given.only]
    kinds = [kind for kind in wanted if kind.name not in left_out]
    trials = Trials(place, given.runs, given.seed)
    try:
        good = [trials.kill(n + 1, kinds[n % len(kinds)]) for n in range(given.kills)] if kinds else []
    finally:
        databases.forget()
    show(trials, wanted, left_out)
    if good and all(good):
        shutil.rmtree(place)
    else:
        print(f"kept: {place}")
    print(f"{sum(good)} of {len(good)} passed")
    return 0 if good and all(good) else 1


def show(trials: Trials, wanted: list[Kind], left_out: dict[str, str]) -> None:
    """A table by kind."""
    print("\n| kind | what is killed or fails | passed |\n|---|---|---:|")
    for kind in wanted:
        tried = trials.tried[kind.name]
        count = (
            f"{trials.passed[kind.name]} of {tried}" if tried else f"not tried: {left_out.get(kind.name, 'no turn')}"
        )
        print(f"| {kind.name} | {kind.what} | {count} |")
    print()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
