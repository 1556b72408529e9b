"""The interface, version 1: a file for each kind of thing."""

from fastapi import APIRouter

from copark.web.api import analyses, answers, cases, catalogues, evidence, exports, jobs, scenarios
from copark.web.problems import documented

PREFIX = "/api/v1"


def router() -> APIRouter:
    """Everything that can be asked."""
    found = APIRouter(prefix=PREFIX, responses=documented())
    for part in (catalogues, cases, evidence, answers, exports, jobs, scenarios, analyses):
        found.include_router(part.router)
    return found
