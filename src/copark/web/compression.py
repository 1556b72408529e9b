"""Answers are squeezed on their way out, where the client takes it and it pays.

A 1,000-run answer of 112 kB becomes 43 kB in a millisecond at the lowest level; higher levels take three to five times
as long for a tenth less. Nothing secret is in a body (the token and its cookie never are), so that its squeezed length
tells nobody anything. Streams of events pass as they are: what is squeezed waits for more. What is packed stays so.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL = 1
THREADS = 2
"""Threads that squeeze: their own, so that no answer waits behind who waits for the database."""
LEAST = 1_400
"""Bytes that fit into one packet are sent as they are."""
NONE = re.compile(r"q=0(\.0{0,3})?")
"""The weight of what is not taken."""
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
        self.threads = ThreadPoolExecutor(THREADS, "squeezing")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the threads end with the application."""
        if scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            finally:
                self.close()
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = takes_gzip(", ".join(Headers(scope=scope).getlist("accept-encoding")))
        held: Message | None = None

        async def squeezing(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and may_be_squeezed(Headers(raw=message["headers"])):
                MutableHeaders(scope=message).add_vary_header("accept-encoding")
                if not taken:
                    await send(message)
                    return
                held = message
            elif held is None:
                await send(message)
            else:
                start, held = held, None
                if not message.get("more_body", False) and len(message.get("body", b"")) >= LEAST:
                    message = await squeezed(start, message, self.threads)
                await send(start)
                await send(message)

        await self.app(scope, receive, squeezing)

    def close(self) -> None:
        """End the threads; an application that begins again has new ones."""
        self.threads.shutdown(wait=False)
        self.threads = ThreadPoolExecutor(THREADS, "squeezing")


def takes_gzip(accepted: str) -> bool:
    """Whether a client takes what is squeezed: by what it says of gzip, else of all kinds (RFC 9110, 12.5.3)."""
    said: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        said[name.strip()] = not NONE.fullmatch(weight.replace(" ", "").replace("\t", ""))
    return said.get("gzip", said.get("*", False))


def may_be_squeezed(headers: Headers) -> bool:
    """Whether an answer is of a kind that shrinks, and as it was made."""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return kind in KINDS and "content-encoding" not in headers


async def squeezed(start: Message, message: Message, threads: ThreadPoolExecutor) -> Message:
    """The body squeezed, on one of the threads; the headers are made to say so."""
    squeeze = partial(gzip.compress, message["body"], LEVEL, mtime=0)
    body = await asyncio.get_running_loop().run_in_executor(threads, squeeze)
    headers = MutableHeaders(raw=start["headers"])
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    start["headers"] = headers.raw
    return {"type": "http.response.body", "body": body, "more_body": False}
