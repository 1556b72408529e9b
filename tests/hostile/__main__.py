"""What came of a hunt, as a table: ``python -m tests.hostile [share of the inputs, 1 by default]``."""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

from tests.hostile.fuzzing import SEED, hunt
from tests.hostile.online import server_in
from tests.hostile.test_hostile_input import ALL


def main() -> None:
    warnings.simplefilter("error")
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    total = 0
    print("| input | inputs | accepted | refused | slowest, s of CPU | all, s of CPU |\n|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as data, server_in(Path(data)):
        for subject in ALL:
            begun = time.process_time()
            with tempfile.TemporaryDirectory() as place:
                found = hunt(subject, max(int(subject.share * share), 1), Path(place), Path(data))
            spent = time.process_time() - begun
            answers = found.answers
            total += answers.total()
            cells = (subject.name, f"{answers.total():,}", f"{answers['accepted']:,}", f"{answers['refused']:,}",
                     f"{found.slowest:.2f}", f"{spent:.0f}")  # fmt: skip
            print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{total:,} inputs, seed {SEED}")


if __name__ == "__main__":
    main()
