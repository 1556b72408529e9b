"""The client of a request, responses as JSON or files, and how the JSON of a request is read.

JSON that is the same each time is cached and sent with an ETag, so that no client fetches it twice. Texts in a request
obey the rules of files and no key stands twice, so that what is accepted can be exported.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi import Path as PathOf
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from pydantic import BaseModel

from copark.json_types import JsonObject
from copark.web.content.case_registry import CaseEntry
from copark.web.content.faults import read_json
from copark.web.content.responses import ApiModel
from copark.web.limits import OptionalClientToken, address_of, owner_of
from copark.web.links import PARAMETER
from copark.web.problems import HttpProblem
from copark.web.services import Services

T = TypeVar("T")
JSON = "application/json"
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
OF_CASE = "Name of a case of the casebook, or of one of your uploads."
Lang = Annotated[Literal["en", "zh"], Query(description="Language of words that are not given in both: en or zh.")]
CaseName = Annotated[str, Query(pattern=NAME, description=OF_CASE)]
CasePath = Annotated[str, PathOf(pattern=NAME, description=OF_CASE)]
Identity = Annotated[str, PathOf(pattern=r"^[0-9a-f]{16}$", description="Run ID of a result, 16 hexadecimal digits.")]


class Client:
    """Client that sent a request: its owner and what it may see, and the services of the server."""

    def __init__(self, request: Request, token: OptionalClientToken = None) -> None:
        self.request = request
        self.services: Services = request.app.state.services
        self.token = token
        link = request.query_params.get(PARAMETER, "") if request.method == "GET" else ""
        by_link = self.services.links.owner_of(link, request.url.path) if link else None
        self.owner = by_link or owner_of(request, token)
        self.view = self.services.view_of(self.owner)
        """Cases, results and jobs the client may see; any other does not exist for it."""

    def charge(self, cost: float) -> None:
        """Take the tokens of a request from the bucket of its address, less the one every request costs."""
        wait = self.services.rates.take(address_of(self.request.scope), max(cost - 1.0, 0.0))
        if wait > 0.0:
            raise HttpProblem(429, "rate", retry_after=wait)

    async def run_io(self, work: Callable[[], T]) -> T:
        """Run a function on a thread for files and databases, and return its result."""
        return await self.services.io_pool.run(self.request, lambda _ticket: work())

    async def fresh_json(self, make: Callable[[], ApiModel], status: int = 200) -> Response:
        """Respond with JSON that is made for this request.

        Parameters
        ----------
        make
            Makes the content, on a thread for files.
        status
            HTTP status of the response.
        """
        return Response(await self.run_io(lambda: json_bytes(make())), status, media_type=JSON)

    async def cached_json(self, key: str, make: Callable[[], ApiModel | bytes]) -> Response:
        """Respond with JSON that is the same each time, made once and sent with an ETag.

        Parameters
        ----------
        key
            Key of the content in the cache: of all it depends on.
        make
            Makes the content, on a thread for files.
        """

        def content_of() -> bytes:
            answer = make()
            return answer if isinstance(answer, bytes) else json_bytes(answer)

        content = self.services.answers.get(key)
        if content is None:
            content = await self.run_io(lambda: self.services.answers.once(key, content_of, len))
        return self.tagged(content, JSON)

    def tagged(self, content: bytes, media: str) -> Response:
        """Respond with content and an ETag, or say that the client has it."""
        etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        headers = {"etag": etag, "cache-control": "no-cache"}
        if self.request.headers.get("if-none-match") == etag:
            return Response(None, 304, headers | {"vary": "accept-encoding"})
        return Response(content, 200, headers, media)

    async def case_json(self, part: str, name: str, make: Callable[[CaseEntry], ApiModel]) -> Response:
        """Respond with JSON about a case, cached unless the case was uploaded and may be deleted.

        A case that has another calibration by now has another key, so that what is told is of the one it has.

        Parameters
        ----------
        part
            Part of the case, for the key in the cache.
        name
            Name of the case.
        make
            Makes the content of the case as the server has it.
        """
        case_entry = await run_in_threadpool(self.view.get, name)
        if case_entry.uploaded:
            return await self.fresh_json(lambda: make(case_entry))
        return await self.cached_json(f"{part} {case_entry.state}", lambda: make(case_entry))


CurrentClient = Annotated[Client, Depends()]


def describe_json(model: type[BaseModel], status: int = 200) -> dict[int | str, JsonObject]:
    """Describe a JSON response for the OpenAPI document."""
    return {status: {"model": model, "description": (model.__doc__ or "").partition("\n")[0]}}


def describe_file(description: str, *media: str) -> dict[int | str, JsonObject]:
    """Describe a file response for the OpenAPI document."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {200: {"description": description, "content": content}}


def json_bytes(answer: BaseModel) -> bytes:
    """Return an answer as JSON."""
    return answer.model_dump_json().encode()


def attachment(name: str) -> dict[str, str]:
    """Return the headers of a file to be saved."""
    return {"content-disposition": f'attachment; filename="{name}"'}


class StrictRequest(Request):
    """A request whose JSON has no key twice and no text that files may not have."""

    async def json(self) -> Any:
        """Return the body."""
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose handler gets a strict request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, wrapped to get a strict request."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await inner(StrictRequest(request.scope, request.receive))

        return handler
