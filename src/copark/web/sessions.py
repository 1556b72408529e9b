"""Sessions: a cookie that a browser sends in the place of the token; signed, renewed while used, and ending by itself.

The signature is made with the token and with a key that the server keeps beside its data (``web/session.key``, readable
by its owner alone): a session outlives a restart, and ends when either of the two is changed.
"""

import hashlib
import hmac
import os
import secrets
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from copark.web.limits import ServerSettings

UNUSED = 12 * 3_600
"""Seconds after which a session that was not used ends."""
LONGEST = 7 * 24 * 3_600
"""Seconds after the visit with the token at which a session ends, however much it is used."""
RENEWED = 3_600
"""Seconds after which a session that is used is signed anew."""
KEY = "session.key"


class Sessions:
    """Sessions of a server that has a token."""

    def __init__(self, token: str, settings: ServerSettings) -> None:
        self.token = token
        self.settings = settings

    def begin(self) -> str:
        """Return a new session, as a cookie holds it."""
        return self._write({"id": secrets.token_hex(8), "begun": int(time.time())})

    def is_valid(self, cookie: str) -> bool:
        """Return whether a cookie holds a session that has not ended."""
        return self._read(cookie) is not None

    def renewed(self, cookie: str) -> str | None:
        """Return the session of a cookie signed anew, where it is time; None otherwise."""
        session = self._read(cookie)
        if session is None or time.time() - session[1] < RENEWED:
            return None
        return self._write(session[0])

    def _write(self, session: dict[str, str | int]) -> str:
        return str(self._signer.dumps(session))

    def _read(self, cookie: str) -> tuple[dict[str, str | int], float] | None:
        """Return the content of a session and when it was signed; None if it is not this server's or has ended."""
        try:
            session, signed = self._signer.loads(cookie, max_age=UNUSED, return_timestamp=True)
            has_ended = time.time() - int(session["begun"]) > LONGEST
        except (BadData, KeyError, TypeError, ValueError):
            return None
        return None if has_ended else (session, signed.timestamp())

    @cached_property
    def _signer(self) -> URLSafeTimedSerializer:
        key = hmac.new(self._server_key(), self.token.encode(), hashlib.sha256).digest()
        options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        return URLSafeTimedSerializer(key, salt="copark session", signer_kwargs=options)

    def _server_key(self) -> bytes:
        """Return the server's own key, made at the first need; one for this process where none can be kept."""
        folder = self.settings.server_folder
        path = folder / KEY
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if key := _stored_key(path):
                return key
            part = folder / f".{KEY}-{secrets.token_hex(4)}"
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            part.replace(path)
            return path.read_bytes()
        return secrets.token_bytes(32)


def _stored_key(path: Path) -> bytes:
    """Return the key that is stored; nothing where there is none of full length."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return b""
    return key if len(key) == 32 else b""
