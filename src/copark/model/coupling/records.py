"""What a run keeps of its links."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class LinkBuffers(NamedTuple):
    """The links of a run.

    strength: float64 of shape (quarters, LINKS). delay: int64 of shape (LINKS,). sent: what was sent, float64 of shape
    (quarters, LINKS x CHANNELS_PER_LINK).
    """

    strength: np.ndarray
    delay: np.ndarray
    sent: np.ndarray
