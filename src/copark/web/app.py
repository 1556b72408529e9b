"""The application: its parts put together, its description, its beginning and end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from copark.version import __version__
from copark.web.api import PREFIX, router
from copark.web.limits import Rates
from copark.web.middleware import guarded
from copark.web.problems import MEDIA, add_handlers
from copark.web.services import Services
from copark.web.settings import Settings
from copark.web.static_files import add_docs, add_pages

UNWATCHED: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)
"""Nothing is reported to anybody."""
PROBLEM = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemInfo"}}}
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
        services = app.state.services = Services(settings, rates)
        services.jobs.start()
        if settings.warm:
            await asyncio.to_thread(services.warm_up)
        giving = asyncio.create_task(services.keep_giving_back())
        try:
            yield
        finally:
            giving.cancel()
            services.close()

    app = FastAPI(
        title="copark", summary=SUMMARY, version=__version__, openapi_url=f"{PREFIX}/openapi.json", docs_url=None,
        redoc_url=None, lifespan=lifespan, telemetry=UNWATCHED,
        generate_unique_id_function=lambda route: f"{[*route.tags, 'server'][0]}_{route.name}",
    )  # fmt: skip
    add_handlers(app)
    app.include_router(router())
    add_docs(app)
    add_pages(app, settings.dist)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The description of the interface (OpenAPI 3.1), made once; whatever goes wrong is answered by a problem."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes, openapi_version="3.1.0"
        )
        for methods in made["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = PROBLEM
        app.openapi_schema = made
    return app.openapi_schema
