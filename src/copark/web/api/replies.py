"""How answers are sent: as JSON made once, with a mark by which a client need not fetch it twice.

How a question is read: texts by the rule of files, and no key twice, so that what is taken can be exported.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from copark.web.middleware import REPORT
from copark.web.services import Services
from copark.workflows.serving.answers import Answer
from copark.workflows.serving.faults import read_json

JSON = "application/json"
Lang = Annotated[Literal["en", "zh"], Query(description="Language of words that are not given in both.")]
CaseName = Annotated[str, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="Name of a case.")]
CasePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="Name of a case.")]
Identity = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Identity of a result.")]


def answered(model: type[BaseModel], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What the description of the interface says of an answer that is sent as made."""
    return {status: {"model": model, "description": (model.__doc__ or "").partition("\n")[0]}}


def identified(model: type[Answer]) -> dict[int | str, dict[str, Any]]:
    """What the description of the interface says of an answer of the model's."""
    found = answered(model)
    found[200]["headers"] = {
        "x-copark-identity": {"description": "Identity of the result.", "schema": {"type": "string"}},
        "x-copark-memory": {"description": "hit, or made for this question.", "schema": {"type": "string"}},
    }
    return found


def sent(description: str, *media: str) -> dict[int | str, dict[str, Any]]:
    """What the description of the interface says of a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {200: {"description": description, "content": content}}


def as_bytes(answer: Answer) -> bytes:
    """An answer as JSON."""
    return answer.model_dump_json().encode()


async def held(
    request: Request, services: Services, key: str, make: Callable[[], Answer], media: str = JSON
) -> Response:
    """An answer that is the same each time, made once."""
    return await held_bytes(request, services, key, lambda: as_bytes(make()), media)


async def held_bytes(
    request: Request, services: Services, key: str, make: Callable[[], bytes], media: str = JSON
) -> Response:
    """What is sent as it is made, the same each time, made once."""
    content = services.answers.get(key)
    if content is None:
        content = await services.desk.run(request, lambda _ticket: services.answers.once(key, make, len))
    mark = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {"etag": mark, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == mark:
        return Response(None, 304, headers | {"vary": "accept-encoding"})
    return Response(content, 200, headers, media)


def attachment(name: str) -> dict[str, str]:
    """Headers of a file to be saved."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def page(content: bytes) -> Response:
    """A page that runs nothing and is kept apart from the server it came from."""
    return Response(content, 200, {"content-security-policy": REPORT}, "text/html; charset=utf-8")


async def made(request: Request, services: Services, make: Callable[[], Answer], status: int = 200) -> Response:
    """An answer made now, on a thread of the desk."""
    return Response(await services.desk.run(request, lambda _ticket: as_bytes(make())), status, media_type=JSON)


async def of_case(request: Request, services: Services, part: str, name: str, make: Callable[[], Answer]) -> Response:
    """Something of a case; of an uploaded one it is not held, since the case may be forgotten."""
    if name in services.shelf.names():
        return await held(request, services, f"{part} {name}", make)
    return await made(request, services, make)


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
