"""Answers are squeezed on their way out, where the client takes it and it pays.

A 1,000-run answer of 112 kB becomes 43 kB in a millisecond at the lowest level; higher levels take three to five times
as long for a tenth less. Nothing secret is in a body (the token and its cookie never are), so that its squeezed length
tells nobody anything. Streams of events pass as they are: what is squeezed waits for more. What is packed stays so.
"""

from __future__ import annotations

import asyncio
import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL = 1
LEAST = 1_400
"""Bytes that fit into one packet are sent as they are."""
KINDS = ("application/json", "application/problem+json", "text/csv", "text/html", "image/svg+xml", "application/yaml")


class Squeezed:
    """Squeeze whole answers of words and numbers.

    Parameters
    ----------
    app
        What it stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def squeezing(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and may_be_squeezed(Headers(raw=message["headers"])):
                held = message
            elif held is None:
                await send(message)
            else:
                start, held = held, None
                if not message.get("more_body", False) and len(message.get("body", b"")) >= LEAST:
                    message = await squeezed(start, message)
                await send(start)
                await send(message)

        await self.app(scope, receive, squeezing)


def takes_gzip(accepted: str) -> bool:
    """Whether a client takes what is squeezed."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def may_be_squeezed(headers: Headers) -> bool:
    """Whether an answer is of a kind that shrinks, and as it was made."""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return kind in KINDS and "content-encoding" not in headers


async def squeezed(start: Message, message: Message) -> Message:
    """The body squeezed, on a thread; the headers are made to say so."""
    body = await asyncio.to_thread(gzip.compress, message["body"], LEVEL, mtime=0)
    headers = MutableHeaders(raw=start["headers"])
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    headers.add_vary_header("accept-encoding")
    start["headers"] = headers.raw
    return {"type": "http.response.body", "body": body, "more_body": False}
