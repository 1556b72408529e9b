"""Methods of the API's paths: HEAD is answered as GET without a body, and another method with those there are.

The paths are those of the API's own description; where a plain one and one with parameters fit, the plain one counts.
"""

from collections.abc import Mapping
from functools import cached_property
from re import Pattern
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copark.web.middleware import API, refuse
from copark.web.problems import HttpProblem


class HeadRequests:
    """Middleware that answers HEAD as GET without the body; outermost, since the headers are those of GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            is_body = message["type"] == "http.response.body"
            await send({**message, "body": b""} if is_body else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class AllowedMethods:
    """Middleware that refuses methods a path does not have."""

    def __init__(self, app: FastAPI) -> None:
        self.app: ASGIApp = app
        self.description = app.openapi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse its method."""
        allowed = self.allowed(scope["path"]) if scope["type"] == "http" else ()
        if allowed and scope["method"] not in allowed:
            await refuse(HttpProblem(405, "http_405", allow=allowed), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def allowed(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path; none where the description has no such path."""
        matches = [(count, methods) for pattern, count, methods in self._paths if pattern.match(path)]
        return min(matches, default=(0, ()))[1]

    @cached_property
    def _paths(self) -> list[tuple[Pattern[str], int, tuple[str, ...]]]:
        """Compile the patterns of the paths, with how many parameters each has, and its methods."""
        paths: Mapping[str, Mapping[str, Any]] = self.description()["paths"]
        patterns = []
        for path, operations in paths.items():
            pattern, _, parameters = compile_path(path)
            methods = [method.upper() for method in operations]
            if "GET" in methods:
                methods.append("HEAD")
            patterns.append((pattern, len(parameters), tuple(sorted(methods))))
        return patterns
