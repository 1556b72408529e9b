"""HTTP API, version 1: one module for each resource."""

from functools import cache

from fastapi import APIRouter

from copark.web.api import analyses, answers, cases, catalogues, jobs, links
from copark.web.problems import problem_responses

PREFIX = "/api/v1"


@cache
def router() -> APIRouter:
    """Gather everything that can be asked; its models are built once in a process, however many servers are in it."""
    api_router = APIRouter(prefix=PREFIX, responses=problem_responses())
    for part in (catalogues, cases, answers, jobs, analyses, links):
        api_router.include_router(part.router)
    return api_router
