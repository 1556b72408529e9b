"""What stands before the application: names, origins, tokens, rates and sizes; and headers on whatever leaves it.

Each guard is a plain ASGI callable, so that streams pass through unbuffered and a client that leaves is noticed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copark.web.compression import Squeezed
from copark.web.problems import Problem, language_of, problem_response, unexpected
from copark.web.rates import Rates
from copark.web.settings import Settings, is_loopback

API = "/api/"
COOKIE = "copark_session"
SAFE = ("GET", "HEAD", "OPTIONS")
UPLOADS = "/api/v1/cases"

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: "
    "blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
REPORT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox"
"""Policies: of data; of the front end, whose charts set the style of their own elements; of reports, which are one
file, run nothing, and are kept apart from the server they came from."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def spoken(scope: Scope) -> str:
    """The language a request asks for, before it is anything else."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [None])[0]
    return language_of(query, Headers(scope=scope).get("accept-language"))


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem."""
    await problem_response(problem, spoken(scope))(scope, receive, send)


class Outside:
    """The outermost layer: headers on everything, and no error beyond it.

    Parameters
    ----------
    app
        What it stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("content-security-policy", NOTHING)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends here
            if not begun:
                await refuse(unexpected(error), scope, receive, with_headers)


class Crowd:
    """No more requests at once than can be heard; who comes too many is told when to come again."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.inside >= self.most:
            await refuse(Problem(503, "busy", retry_after=1.0), scope, receive, send)
            return
        self.inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= 1


class Names:
    """Only who calls the server by its own name is heard, and only its own pages may write.

    A page of another origin that had its own name point here (DNS rebinding) still sends that name.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = own_names(settings)
        self.origins = frozenset(settings.origins)
        self.addressed = settings.token is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            problem = self.wrong(scope)
            if problem is not None:
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def wrong(self, scope: Scope) -> Problem | None:
        """What is wrong with where a request comes from."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self.is_own(host):
            return Problem(403, "host")
        if not scope["path"].startswith(API):
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site == "cross-site" and origin not in self.origins:
            return Problem(403, "origin")
        if scope["method"] in SAFE or origin is None or origin in self.origins:
            return None
        return (
            None
            if origin.partition("://") in (("http", "://", host), ("https", "://", host))
            else Problem(403, "origin")
        )

    def is_own(self, host: str) -> bool:
        """Whether a Host header names this server; a bare address cannot be made to point elsewhere."""
        try:
            name = urlsplit(f"//{host}").hostname
            if name is None or name in self.hosts:
                return name is not None
            return self.addressed and ip_address(name) is not None
        except ValueError:
            return False


def own_names(settings: Settings) -> frozenset[str]:
    """Names a server may be called by."""
    found = {"localhost", "127.0.0.1", "::1", settings.host, *settings.hosts}
    if not is_loopback(settings.host):
        import socket

        found |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(name.lower() for name in found if name)


class Tokens:
    """Nobody without the token, where there is one: as a bearer, or as the cookie that a first visit with it sets."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.digest = hashlib.sha256(token.encode()).digest()
        self.session = hmac.new(token.encode(), b"copark session", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or self.is_known(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and not scope["path"].startswith(API) and self.is_right(given):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(COOKIE, self.session, httponly=True, samesite="strict", path="/")
            await answer(scope, receive, send)
            return
        await refuse(Problem(401, "token"), scope, receive, send)

    def is_right(self, token: str) -> bool:
        """Whether a token is the token, in a time that does not depend on how much of it is."""
        return hmac.compare_digest(hashlib.sha256(token.encode()).digest(), self.digest)

    def is_known(self, headers: Headers) -> bool:
        """Whether a request shows the token, or the cookie."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.is_right(token.strip()):
            return True
        return any(hmac.compare_digest(value.encode(), self.session.encode()) for value in cookies(headers))


def cookies(headers: Headers) -> Iterable[str]:
    """Values of the session's cookie in a request."""
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            yield value


class Pace:
    """No address asks faster than its tokens last."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(API):
            wait = self.rates.take(address_of(scope), 1.0)
            if wait > 0.0:
                await refuse(Problem(429, "rate", retry_after=wait), scope, receive, send)
                return
        await self.app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """The address a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "?"


class Sizes:
    """No body larger than allowed, whatever it says of its size, and none that takes for ever to arrive."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.limits = settings.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        most = self.limits.upload if scope["path"] == UPLOADS else self.limits.body
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isascii() or not said.isdigit() or int(said[:12]) > most:
            await refuse(Problem(413, "body", most=most // 1000), scope, receive, send)
            return
        body = await self.whole(receive, most)
        if isinstance(body, Problem):
            await refuse(body, scope, receive, send)
        elif body is not None:
            await self.app(scope, after(body, receive), send)

    async def whole(self, receive: Receive, most: int) -> bytes | Problem | None:
        """A body, or what is wrong with it, or nothing where the client has left."""
        found = bytearray()
        try:
            async with asyncio.timeout(self.limits.patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    found += message.get("body", b"")
                    if len(found) > most:
                        return Problem(413, "body", most=most // 1000)
                    if not message.get("more_body", False):
                        return bytes(found)
        except TimeoutError:
            return Problem(408, "slow")


def after(body: bytes, receive: Receive) -> Receive:
    """Give a body that has arrived, and then whatever else comes: that the client has left."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def guarded(app: ASGIApp, settings: Settings, rates: Rates) -> ASGIApp:
    """An application behind all guards."""
    found: ASGIApp = Pace(Sizes(app, settings), rates)
    if settings.token is not None:
        found = Tokens(found, settings.token)
    return Outside(Crowd(Squeezed(Names(found, settings)), settings.limits.open))
