"""How many runs a shard has: from what the first chunk cost."""

from __future__ import annotations

from collections.abc import Mapping

from copark.store.arrays import CHUNK

WANTED = 10.0
"""Seconds a shard should take: a kill loses at most so much for each maker."""
SHARDS_EACH = 4
"""Shards that every maker should get at least, so that nobody waits long for the last."""


def shard_runs(seconds: Mapping[str, float], runs: int, makers: int) -> int:
    """Runs of a shard, a multiple of ``CHUNK``.

    Parameters
    ----------
    seconds
        What the first chunk of ``CHUNK`` runs took on one thread, by stage.
    runs
        Runs that are left.
    makers
        How many make shards at a time.
    """
    by_cost = round(WANTED / max(sum(seconds.values()), 1e-3))
    by_share = runs // (CHUNK * SHARDS_EACH * makers)
    return CHUNK * max(1, min(by_cost, by_share))
