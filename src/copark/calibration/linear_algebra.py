"""Linear algebra whose sums are made in one order, whatever the machine offers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit linear algebra to one thread, so that sums are made in one order whatever the machine offers."""
    with _libraries().limit(limits=1):
        yield


@cache
def _libraries() -> ThreadpoolController:
    """Find the libraries of linear algebra, once: to look for them takes longer than most of what is asked of them."""
    import scipy.linalg  # noqa: F401 - it brings one of its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
