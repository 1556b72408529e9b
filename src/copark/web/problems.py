"""Problems, as RFC 9457 has them: what is wrong and how to fix it, in both languages, and never a traceback."""

import errno
import logging
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import PurePath
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from copark.errors import CoparkError, Fault, FaultsFound, NotFound, RunRefused, Unavailable
from copark.json_types import JsonObject
from copark.texts import has_text, text
from copark.texts.localized import LocalizedText
from copark.web.content.engine import Cancelled
from copark.web.content.faults import FaultInfo, fault_infos, faults_of_request
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said

MEDIA = "application/problem+json"
GONE = 499
"""Status where the client has disconnected (as nginx has it)."""
RETRY_AFTER = 5.0
"""Seconds after which something that did not answer may do so again."""
CLOSING = ("framing", "body", "slow")
"""Problems after which the connection is closed, since the start of the next request on it is unknown."""
HEADERS: dict[str, str] = {"content-type": MEDIA, "cache-control": "no-store"}
log = logging.getLogger("copark.web")


class ProblemInfo(ApiModel):
    """A problem of a request, and how to fix it."""

    type: str
    """Address of the text on this kind of problem, relative to the server."""
    title: str
    """What is wrong, in the language of the request."""
    status: int
    """Status code of the response, 400 to 599."""
    detail: str
    """How to fix it, in the language of the request."""
    code: str
    """What kind of problem it is; the same in every language."""
    cause: LocalizedText
    """What is wrong, in both languages."""
    repair: LocalizedText
    """How to fix it, in both languages."""
    faults: list[FaultInfo]
    """Everything that is wrong with a request or an upload, place by place; empty for other problems."""


class HttpProblem(Exception):
    """An error that ends a request, with its HTTP status.

    Its texts are ``web.problem.<code>.cause`` and ``.repair``, with values.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        faults: Sequence[Fault] = (),
        retry_after: float | None = None,
        allow: Sequence[str] = (),
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.faults = tuple(faults)
        self.retry_after = retry_after
        self.allow = tuple(allow)
        self.values = values


def language_of(query: str | None, header: str | None) -> str:
    """Choose the language: by ``lang=``, else the first of ``Accept-Language`` there is, else English."""
    liked = (part.strip()[:2].lower() for part in (header or "")[:500].split(","))
    return next((lang for lang in (query, *liked) if lang in ("en", "zh")), "en")


def language(request: Request) -> str:
    """Return the language of a request."""
    return language_of(request.query_params.get("lang"), request.headers.get("accept-language"))


def problem_response(problem: HttpProblem, lang: str) -> Response:
    """Return a problem as a response, in words."""
    headers = dict(HEADERS)
    if problem.retry_after is not None:
        headers["retry-after"] = str(max(1, ceil(problem.retry_after)))
    if problem.allow:
        headers["allow"] = ", ".join(problem.allow)
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    if problem.code in CLOSING:
        headers["connection"] = "close"
    cause, repair = (said(f"web.problem.{problem.code}.{part}", **problem.values) for part in ("cause", "repair"))
    info = ProblemInfo(
        type=f"/api/docs#{problem.code}",
        title=cause.text(lang),
        status=problem.status,
        detail=repair.text(lang),
        code=problem.code,
        cause=cause,
        repair=repair,
        faults=fault_infos(problem.faults),
    )
    return Response(info.model_dump_json().encode(), problem.status, headers)


FULL = (errno.ENOSPC, errno.EDQUOT)
"""Codes of the system for a full disk or an exhausted quota."""


KINDS = ((NotFound, 404, "absent"), (RunRefused, 409, "refused"), (CoparkError, 422, "faults"))
"""Status and code for errors of copark's own; the first class that fits."""


def body_model(request: Request) -> type[BaseModel] | None:
    """Return the model of a route's body."""
    field = getattr(request.scope.get("route"), "body_field", None)
    annotation = getattr(getattr(field, "field_info", None), "annotation", None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def add_handlers(app: FastAPI) -> None:
    """Let every error leave the application as a problem."""

    async def known(request: Request, error: Exception) -> Response:
        return problem_response(problem_of(error, request), language(request))

    ours = (HttpProblem, CoparkError, Cancelled)
    for kind in (*ours, RequestValidationError, ValidationError, HTTPException, ClientDisconnect, Exception):
        app.add_exception_handler(kind, known)


def problem_of(error: Exception, request: Request) -> HttpProblem:
    """Return the problem that an error is for a client; an error in reading a body is told as its cause."""
    if isinstance(error, HTTPException) and isinstance(error.__cause__, HttpProblem | CoparkError):
        return problem_of(error.__cause__, request)
    if isinstance(error, HttpProblem):
        return error
    if isinstance(error, CoparkError):
        faults = error.faults if isinstance(error, FaultsFound) else ()
        if isinstance(error, Unavailable):
            return HttpProblem(503, "unavailable", retry_after=RETRY_AFTER, faults=faults)
        status, code = next((status, code) for kind, status, code in KINDS if isinstance(error, kind))
        return HttpProblem(status, code, faults=faults, count=max(len(faults), 1))
    if isinstance(error, RequestValidationError | ValidationError):
        found: Sequence[Mapping[str, Any]] = error.errors()
        if isinstance(error, RequestValidationError):
            # FastAPI puts first where the value was sent, such as in the body; a key may have the same name.
            found = [{**one, "loc": one["loc"][1:]} for one in found]
        wrong = faults_of_request(found, body_model(request))
        return HttpProblem(422, "faults", faults=wrong, count=len(wrong))
    if isinstance(error, HTTPException):
        code = f"http_{error.status_code}"
        is_known = has_text(f"web.problem.{code}.cause")
        allow = (error.headers or {}).get("Allow", "")
        return HttpProblem(error.status_code, code if is_known else "http", allow=[allow] if allow else ())
    if isinstance(error, OSError) and error.errno in FULL:
        log.error("the disk is full: %s", error)
        return HttpProblem(507, "disk_full", file=PurePath(str(error.filename or "–")).name)
    if isinstance(error, Cancelled | ClientDisconnect):
        return HttpProblem(GONE, "gone")
    return unexpected(error)


def unexpected(error: BaseException) -> HttpProblem:
    """Log a fault of the program, and tell it without its details."""
    log.error("unexpected: %s", type(error).__name__, exc_info=error)
    return HttpProblem(500, "unexpected")


def problem_responses() -> dict[int | str, JsonObject]:
    """Describe all problems for the OpenAPI document, which puts in their media type."""
    statuses = (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503, 507)
    return {status: {"model": ProblemInfo, "description": text("web.problem_described")} for status in statuses}
