"""Whose something is: a page makes itself a word that nobody can guess, keeps it, and sends it with what it asks.

The word is a key and no name. What is stored is its hash, so that who reads the database cannot ask in its place.
"""

import hashlib
import re
from typing import Annotated

from fastapi import Header, Request
from starlette.types import Scope

HEADER = "X-Copark-Owner"
_PATTERN = "^[A-Za-z0-9_-]{16,64}$"
_TOLD = "A word of the client's own, made at random and kept: what it saves belongs to it."
Owner = Annotated[str, Header(alias=HEADER, pattern=_PATTERN, description=_TOLD)]
MaybeOwner = Annotated[str | None, Header(alias=HEADER, pattern=_PATTERN, description=_TOLD)]


def address_of(scope: Scope) -> str:
    """The address a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "?"


def owner_by_word(word: str) -> str:
    """The owner who has a word."""
    return _hashed(f"word {word}")


def owner_of(request: Request, word: str | None) -> str:
    """Whose a job is: its client's, by the word, or else by its address."""
    return owner_by_word(word) if word else _hashed(f"address {address_of(request.scope)}")


def asker_of(request: Request) -> str:
    """Whose a question is: as a job's, by the word where one is sent, whatever is asked."""
    word = request.headers.get(HEADER, "")
    return owner_of(request, word if re.fullmatch(_PATTERN, word) else None)


def _hashed(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]
