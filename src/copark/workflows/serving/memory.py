"""What was made lately, held in memory within a bound of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

V = TypeVar("V")
SLICE = 0.1
"""Seconds between two looks whether what is waited for is still wanted."""


class BoundedCache(Generic[V]):
    """Values by key; the one not asked for longest goes first when the bytes run out. Safe between threads.

    Parameters
    ----------
    most_bytes
        Bytes that may be held; a value larger than that is not held at all.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, tuple[threading.Lock, int]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> V | None:
        """The value of a key, or ``None``."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Hold a value of a size in bytes, in the place of an older one of its key."""
        with self._lock:
            if key in self._values:
                self.bytes -= self._values.pop(key)[1]
            if size > self.most_bytes:
                return
            self._values[key] = (value, size)
            self.bytes += size
            while self.bytes > self.most_bytes:
                self.bytes -= self._values.popitem(last=False)[1][1]

    @contextmanager
    def alone(self, key: Hashable, check: Callable[[], None] | None = None) -> Iterator[None]:
        """Be the only one at work on a key, so that what two ask for at once is made once.

        Parameters
        ----------
        check
            Called now and then while another is at work; what it raises ends the waiting.
        """
        with self._lock:
            lock, users = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = (lock, users + 1)
        try:
            _acquire(lock, check)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._lock:
                lock, users = self._making[key]
                if users == 1:
                    del self._making[key]
                else:
                    self._making[key] = (lock, users - 1)

    def once(
        self, key: Hashable, make: Callable[[], V], size: Callable[[V], int], check: Callable[[], None] | None = None
    ) -> V:
        """The value of a key, made now if it is not held; see :meth:`alone`."""
        found = self.get(key)
        if found is not None:
            return found
        with self.alone(key, check):
            found = self.get(key)
            if found is None:
                found = make()
                self.put(key, found, size(found))
            return found


def _acquire(lock: threading.Lock, check: Callable[[], None] | None) -> None:
    """Take a lock, and look now and then whether it is still wanted."""
    if check is None:
        lock.acquire()
        return
    while not lock.acquire(timeout=SLICE):
        check()
