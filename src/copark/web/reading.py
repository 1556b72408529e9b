"""How a question is read: texts by the rule of files, and no key twice, so that what is taken can be exported."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from copark.workflows.serving.faults import read_json


class StrictRequest(Request):
    """A request whose JSON has no key twice and no text that files may not have."""

    async def json(self) -> Any:
        """The body."""
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its question so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request of the other kind."""
        whole = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await whole(StrictRequest(request.scope, request.receive))

        return handler
