"""What came of a hunt, as a table: ``python -m tests.hostile [SHARE]``; or an input that failed, given again.

The seed is another one each time and is printed; COPARK_FUZZ_SEED names one.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from pathlib import Path

from bench.arguments import parser_of

from tests.hostile.fuzzing import fresh_seed, hunt, replay
from tests.hostile.online import server_in
from tests.hostile.test_hostile_input import ALL

SMOKE = 0.0002


def main() -> None:
    parser = parser_of("tests.hostile", __doc__)
    parser.add_argument("share", nargs="?", type=float, default=1.0, help="share of the inputs; 1 by default")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="an input that a hunt kept")
    arguments = parser.parse_args()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as data, server_in(Path(data)):
        if arguments.replay:
            with tempfile.TemporaryDirectory() as place:
                print(replay(arguments.replay, ALL, Path(place), Path(data), Path(tempfile.gettempdir())))
        else:
            table(SMOKE if arguments.smoke else arguments.share, Path(data))


def table(share: float, data: Path) -> None:
    """Hunt for a share of all inputs."""
    of_seed, total = fresh_seed(), 0
    print(f"seed {of_seed}\n")
    print("| input | inputs | accepted | refused | slowest, s of CPU | all, s of CPU |\n|---|---:|---:|---:|---:|---:|")
    for subject in ALL:
        begun = time.process_time()
        with tempfile.TemporaryDirectory() as place:
            tally = hunt(subject, max(int(subject.share * share), 1), Path(place), data, of_seed=of_seed)
        spent = time.process_time() - begun
        answers = tally.answers
        total += answers.total()
        cells = (subject.name, f"{answers.total():,}", f"{answers['accepted']:,}", f"{answers['refused']:,}",
                 f"{tally.slowest:.2f}", f"{spent:.0f}")  # fmt: skip
        print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{total:,} inputs, seed {of_seed}")


if __name__ == "__main__":
    main()
