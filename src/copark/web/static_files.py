"""The built front end: its files, its pages at their addresses, or the page that says how to build it."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from copark.analyses import REGISTRY
from copark.texts import text
from copark.web.docs import document
from copark.web.middleware import API, PAGE
from copark.web.problems import language

INDEX = "index.html"
LASTING = "assets/"
"""Files under it have a hash in their names and never change."""
PAGES = frozenset((
    "", "decide", "simulate", "compare", "network", "analyses", "evidence", "parks", "claims", "coupling", "jobs",
    "report", "method", "interface",
))  # fmt: skip
"""Addresses of the front end's own pages; of any other it says that there is none."""


def is_built(folder: Path) -> bool:
    """Whether a folder holds a built front end."""
    return (folder / INDEX).is_file()


def is_page(path: str) -> bool:
    """Whether the front end has a page at a path: one of its own, or one of an analysis."""
    page, _, name = path.partition("/")
    return path in PAGES or (page == "analyses" and REGISTRY.get(name) is not None)


class Pages(StaticFiles):
    """Files of the front end; any other address gets its page, with 404 where it has none there."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file or a page."""
        where = scope["path"].strip("/")
        if f"/{where}/".startswith(API):
            raise HTTPException(404)
        try:
            found = await super().get_response(path, scope)
        except HTTPException as error:
            is_asked = is_page(where) or "text/html" in Request(scope).headers.get("accept", "")
            if error.status_code != 404 or "." in where.rpartition("/")[2] or not is_asked:
                raise
            index = Path(str(self.directory)) / INDEX
            if is_page(where):
                found = self.file_response(index, index.stat(), scope)
            else:
                found = FileResponse(index, 404)
        lasting = where.startswith(LASTING)
        found.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        if found.headers.get("content-type", "").startswith("text/html"):
            found.headers["content-security-policy"] = PAGE
        return found


def add_pages(app: FastAPI, folder: Path) -> None:
    """Serve the front end, or the page that says in both languages how to build it."""
    if is_built(folder):
        pages = Pages(directory=folder, html=True)

        @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
        async def page(request: Request) -> Response:
            return await pages.get_response(pages.get_path(request.scope), request.scope)

        return

    @app.get("/", include_in_schema=False)
    async def not_built(request: Request) -> Response:
        lang = language(request)
        parts = "".join(
            f'<section lang="{"zh-CN" if one == "zh" else "en"}"><h2>{text("web.not_built.title", one)}</h2>'
            f"<p>{text('web.not_built.words', one)}</p><pre>make web</pre>"
            f'<p><a href="/api/docs?lang={one}">{text("web.not_built.docs", one)}</a></p></section>'
            for one in (lang, "zh" if lang == "en" else "en")
        )
        return document("copark", parts, lang)
