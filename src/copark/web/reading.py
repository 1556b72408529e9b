"""How a question is read: texts by the rule of files, and no key twice, so that what is taken can be exported."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from copark.cases.types import gives_orders, shown
from copark.errors import Fault, StudyFaults
from copark.workflows.serving.refusals import REQUEST


class StrictRequest(Request):
    """A request whose JSON has no key twice and no text that files may not have."""

    async def json(self) -> Any:
        """The body.

        Raises
        ------
        StudyFaults
            With every key that is there twice and every text with control characters.
        """
        faults: list[Fault] = []

        def checked(text: Any, key: str) -> None:
            if isinstance(text, str) and gives_orders(text):
                faults.append(Fault("cases.control_mark", REQUEST, None, shown(key), {"found": shown(text)}))

        def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for key, value in pairs:
                if key in found:
                    faults.append(Fault("cases.duplicate", REQUEST, None, shown(key), {"found": shown(key)}))
                found[key] = value
                for one in (key, *(value if isinstance(value, list) else (value,))):
                    checked(one, key)
            return found

        found = json.loads(await self.body(), object_pairs_hook=mapping)
        if faults:
            raise StudyFaults(faults)
        return found


class StrictRoute(APIRoute):
    """A route that reads its question so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request of the other kind."""
        whole = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await whole(StrictRequest(request.scope, request.receive))

        return handler
