"""The asking client, and how answers are sent: as JSON made once, with a mark by which none is fetched twice.

How a question is read: texts by the rule of files, and no key twice, so that what is taken can be exported.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi import Path as PathOf
from fastapi.routing import APIRoute
from pydantic import BaseModel

from copark.web.content.faults import read_json
from copark.web.content.responses import Answer
from copark.web.limits import MaybeOwner, address_of, owner_of
from copark.web.links import PARAMETER
from copark.web.problems import Problem
from copark.web.services import Services

T = TypeVar("T")
JSON = "application/json"
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
OF_CASE = "Name of a case of the casebook, or of one of your uploads."
Lang = Annotated[Literal["en", "zh"], Query(description="Language of words that are not given in both: en or zh.")]
CaseName = Annotated[str, Query(pattern=NAME, description=OF_CASE)]
CasePath = Annotated[str, PathOf(pattern=NAME, description=OF_CASE)]
Identity = Annotated[str, PathOf(pattern=r"^[0-9a-f]{16}$", description="Run ID of a result, 16 hexadecimal digits.")]


class Asking:
    """A request with whose it is, and the services of the server it came to."""

    def __init__(self, request: Request, word: MaybeOwner = None) -> None:
        self.request = request
        self.services: Services = request.app.state.services
        self.word = word
        link = request.query_params.get(PARAMETER, "") if request.method == "GET" else ""
        by_link = self.services.links.owner_of(link, request.url.path) if link else None
        self.owner = by_link or owner_of(request, word)
        self.view = self.services.view_of(self.owner)
        """What whoever asks may see; anything else is not there."""

    def pay(self, cost: float) -> None:
        """Pay for what is asked beyond being heard."""
        wait = self.services.rates.take(address_of(self.request.scope), max(cost - 1.0, 0.0))
        if wait > 0.0:
            raise Problem(429, "rate", retry_after=wait)

    async def desk(self, work: Callable[[], T]) -> T:
        """Do some work on a thread of the desk, and return what comes of it."""
        return await self.services.desk.run(self.request, lambda _ticket: work())

    async def made(self, make: Callable[[], Answer], status: int = 200) -> Response:
        """Answer with what is made now."""
        return Response(await self.desk(lambda: as_bytes(make())), status, media_type=JSON)

    async def held(self, key: str, make: Callable[[], Answer | bytes]) -> Response:
        """Answer with what is the same each time, made once."""

        def content_of() -> bytes:
            answer = make()
            return answer if isinstance(answer, bytes) else as_bytes(answer)

        content = self.services.answers.get(key)
        if content is None:
            content = await self.desk(lambda: self.services.answers.once(key, content_of, len))
        mark = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        headers = {"etag": mark, "cache-control": "no-cache"}
        if self.request.headers.get("if-none-match") == mark:
            return Response(None, 304, headers | {"vary": "accept-encoding"})
        return Response(content, 200, headers, JSON)

    async def of_case(self, part: str, name: str, make: Callable[[], Answer]) -> Response:
        """Answer with something of a case; of an uploaded one it is not held, since the case may be forgotten."""
        return await (self.held(f"{part} {name}", make) if name in self.view.names() else self.made(make))


Here = Annotated[Asking, Depends()]


def answered(model: type[BaseModel], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Give what the description of the interface says of an answer that is sent as made."""
    return {status: {"model": model, "description": (model.__doc__ or "").partition("\n")[0]}}


def sent(description: str, *media: str) -> dict[int | str, dict[str, Any]]:
    """Give what the description of the interface says of a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {200: {"description": description, "content": content}}


def as_bytes(answer: BaseModel) -> bytes:
    """Give an answer as JSON."""
    return answer.model_dump_json().encode()


def attachment(name: str) -> dict[str, str]:
    """Give the headers of a file to be saved."""
    return {"content-disposition": f'attachment; filename="{name}"'}


class StrictRequest(Request):
    """A request whose JSON has no key twice and no text that files may not have."""

    async def json(self) -> Any:
        """Return the body."""
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that reads its question so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, given a request of the other kind."""
        whole = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await whole(StrictRequest(request.scope, request.receive))

        return handler
