"""Token buckets by address: who saves tokens may ask in a burst, who does not waits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Rates:
    """Token buckets.

    Parameters
    ----------
    rate
        Tokens earned in a second.
    burst
        Most tokens saved.
    most
        Addresses remembered; who is forgotten begins with a full bucket.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, rate: float, burst: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.most = most
        self.clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str, cost: float) -> float:
        """Take tokens from an address's bucket.

        What costs more than a full bucket takes it whole, so that it can be had at all.

        Returns
        -------
        float
            0, or the seconds to wait before there will be enough.
        """
        now, cost = self.clock(), min(cost, self.burst)
        with self._lock:
            tokens, then = self._buckets.pop(address, (self.burst, now))
            tokens = min(self.burst, tokens + (now - then) * self.rate)
            wait = 0.0 if tokens >= cost else (cost - tokens) / self.rate
            self._buckets[address] = (tokens - cost if wait == 0.0 else tokens, now)
            while len(self._buckets) > self.most:
                self._buckets.popitem(last=False)
        return wait
