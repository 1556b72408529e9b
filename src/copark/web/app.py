"""The application: its parts put together, its description, its beginning and end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from copark.version import __version__
from copark.web import docs, static_files
from copark.web.allocation import keep_giving_back
from copark.web.api import PREFIX, router
from copark.web.middleware import guarded
from copark.web.problems import add_handlers, problem_schema
from copark.web.rates import Rates
from copark.web.services import Services
from copark.web.settings import Settings
from copark.workflows.serving.warming import warm_up

TITLE = "copark"
UNWATCHED: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)
"""Nothing is reported to anybody."""
SUMMARY = "A stochastic simulator of the multi-scale coupling of intergovernmental cooperation parks."


def create_app(settings: Settings | None = None) -> ASGIApp:
    """Make the application, behind its guards.

    Parameters
    ----------
    settings
        How it is set up; by default for this machine alone.
    """
    chosen = settings or Settings()
    rates = Rates(chosen.limits.rate, chosen.limits.burst, chosen.limits.addresses)
    return guarded(bare_app(chosen, rates), chosen, rates)


def bare_app(settings: Settings, rates: Rates) -> FastAPI:
    """The application without its guards."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        import asyncio

        services = Services(settings, rates)
        app.state.services = services
        services.jobs.start()
        if settings.warm:
            await asyncio.get_running_loop().run_in_executor(None, warm_up, services.engine, services.book)
        giving = asyncio.create_task(keep_giving_back())
        try:
            yield
        finally:
            giving.cancel()
            services.close()

    app = FastAPI(
        title=TITLE, summary=SUMMARY, version=__version__, openapi_url=f"{PREFIX}/openapi.json", docs_url=None,
        redoc_url=None, lifespan=lifespan, telemetry=UNWATCHED,
    )  # fmt: skip
    add_handlers(app)
    app.include_router(router())
    app.include_router(docs.router_of(app))
    app.include_router(static_files.router_of(settings.dist))
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1), made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        made.setdefault("components", {}).setdefault("schemas", {}).update(problem_schema())
        for methods in made["paths"].values():
            for operation in methods.values():
                refuse_described(operation)
        app.openapi_schema = made
    return app.openapi_schema


def refuse_described(operation: dict[str, Any]) -> None:
    """Put problems in the place of what the framework says of a request with faults."""
    for status, answer in operation["responses"].items():
        if str(status) == "422":
            answer["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemInfo"}}}
