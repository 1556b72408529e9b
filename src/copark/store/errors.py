"""Refusals of the store, each with its cause and repair in both languages."""

from typing import Any

from copark.errors import Fault, FaultsFound, NotFound, RunRefused, Unavailable


class RunNotStored(FaultsFound, NotFound):
    """No run of this identity is stored."""


class MisplacedRun(RunNotStored):
    """Another run than its folder's identity names, or one whose description contradicts itself."""


class DamagedRun(FaultsFound):
    """A stored run is half-written, damaged or of another format."""


class ExportRefused(FaultsFound, RunRefused):
    """A run cannot be exported or stored as asked."""


class DatabaseRefused(FaultsFound, Unavailable):
    """The database cannot be opened, or cannot do what was asked of it."""


def fault(code: str, place: object, key: str = "", **values: Any) -> Fault:
    """Return a fault whose words are in ``texts/store.yaml``: ``damaged`` is ``store.damaged.cause`` and ``.repair``.

    Parameters
    ----------
    code
        Key of the fault's text, below ``store``.
    place
        File or folder it is about.
    key
        Place in it.
    **values
        Values of the text.
    """
    return Fault(code=f"store.{code}", file=str(place), key=key, values=values)


def database_fault(code: str, place: object, key: str = "", **values: Any) -> Fault:
    """Return a fault whose words are in ``texts/database.yaml``; its database is named without a password.

    Parameters
    ----------
    code
        Key of the fault's text, below ``database``.
    place
        The database, without a password.
    key
        Place in it.
    **values
        Values of the text.
    """
    return Fault(code=f"database.{code}", file=str(place), key=key, values=values)
