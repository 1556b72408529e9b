"""Links for what a header cannot be sent with: downloads, and pages that open in a tab of their own.

A link lets a request be its owner's for one path and for a short time. It is signed with a secret of this process, and
holds no word by which more could be asked.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

LIFETIME = 60
"""Seconds for which a link is good."""
PARAMETER = "link"
"""Parameter of a query that holds the signature."""


class Links:
    """Signs links and reads them."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._secret = secrets.token_bytes(32)

    def make(self, owner: str, path: str) -> str:
        """Return the signature that lets a path be asked for as an owner's."""
        until = int(self.clock()) + LIFETIME
        return f"{until}.{owner}.{self._signed(owner, path, until)}"

    def owner_of(self, link: str, path: str) -> str | None:
        """Return whose request a signature makes that for a path; ``None`` if it is over, or not one of ours."""
        until, _, rest = link.partition(".")
        owner, _, signed = rest.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16) or int(until) < self.clock():
            return None
        is_sound = hmac.compare_digest(signed.encode(), self._signed(owner, path, int(until)).encode())
        return owner if is_sound else None

    def _signed(self, owner: str, path: str, until: int) -> str:
        content = f"{until}\n{owner}\n{path}".encode()
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()
