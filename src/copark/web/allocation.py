"""Memory that is free again is given back: the C library would keep it, in a part of its own for each thread.

glibc opens up to eight such parts (arenas) for each processor, and gives little back of what lies between what is still
held. A server that works for hours with arrays on many threads grows by that. Elsewhere nothing is done.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
from functools import cache
from typing import Any

ARENAS = 2
ARENA_MAX = -8
"""Number of the setting in ``malloc.h``."""
OFTEN = 10.0
"""Seconds between two givings back."""


@cache
def _library() -> Any:
    """The C library, where it is glibc."""
    try:
        found = ctypes.CDLL(None)
        found.gnu_get_libc_version  # noqa: B018 - whether it is there
    except (AttributeError, OSError, TypeError):
        return None
    return found


def share_arenas() -> bool:
    """Let all threads share two arenas, before they are begun; whoever sets MALLOC_ARENA_MAX decides otherwise."""
    library = _library()
    if library is None or "MALLOC_ARENA_MAX" in os.environ:
        return False
    return bool(library.mallopt(ARENA_MAX, ARENAS))


def give_back() -> bool:
    """Give whole pages that are free back to the system; whether there were any."""
    library = _library()
    return library is not None and bool(library.malloc_trim(0))


async def keep_giving_back() -> None:
    """Do so now and then, on a thread: it waits for nobody's memory but locks each arena while it looks through it."""
    while _library() is not None:
        await asyncio.sleep(OFTEN)
        await asyncio.to_thread(give_back)
