"""A small calibration in a process of its own, which kills itself like a dying battery: ``OUT [POINT [SHARE]]``.

POINT is the beginning of a stage's name, and SHARE how much of it is kept when the process ends; ``write-POINT`` ends
it while that state is being written.
"""

import os
import signal
import sys
from pathlib import Path

from copark.calibration import prior
from copark.store import checkpoints
from copark.store.checkpoints import write_state
from tests.calibration.conftest import ask

PIECE = 1 << 10


def die():
    """End without a chance to tidy up."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def main(out, point="", share=0.0):
    """Calibrate; at the point, if one is given, the process is killed."""

    def kept(path, identity, state):
        at_point = bool(point) and path.name.startswith(point.removeprefix("write-")) and state.share >= share
        if at_point and point.startswith("write-"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".writing-{path.name}-{os.getpid()}-01234567").write_bytes(b"half of")
            die()
        write_state(path, identity, state)
        if at_point:
            die()

    checkpoints.EVERY = 0.0
    prior.PIECE = PIECE
    checkpoints.write_state = prior.write_state = kept
    answered, context = ask("calibrate", out)
    print(answered.reused, context.remarks(), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3], *map(float, sys.argv[3:4]))
