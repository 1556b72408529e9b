"""What a server refuses, each with its cause and repair in both languages."""

from __future__ import annotations

from typing import Any

from copark.errors import Fault, FaultsFound, NotFound

REQUEST = "request"
"""What stands in the place of a file's name in the faults of a request."""


class Absent(FaultsFound, NotFound):
    """What was asked for by name is not there."""


def fault(code: str, key: str = "", **values: Any) -> Fault:
    """A fault of a request, whose words are in ``texts/web.yaml``."""
    return Fault(f"web.{code}", REQUEST, None, key, values)


def absent(code: str, key: str = "", **values: Any) -> Absent:
    """Say that something is not there."""
    return Absent([fault(code, key, **values)])
