"""The built front end: its files, and its pages at their addresses.

The description of the interface for people: one page made of ``openapi.json``, with no script and no other host.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from copark.analyses import REGISTRY
from copark.texts import entries, text
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
    """Files of the front end; any other address gets its page, with 404 where it has none there.

    Of a script or style the build leaves a copy beside it that Brotli packed: browsers that read it are sent that.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file or a page."""
        where = scope["path"].strip("/")
        if f"/{where}/".startswith(API):
            raise HTTPException(404)
        lasting = where.startswith(LASTING)
        takes = {one.partition(";")[0].strip() for one in Request(scope).headers.get("accept-encoding", "").split(",")}
        packed, known = self.lookup_path(f"{path}.br") if lasting and "br" in takes else ("", None)
        try:
            if known is None:
                found = await super().get_response(path, scope)
            else:
                found = self.file_response(packed, known, scope)
                found.headers.update({"content-encoding": "br", "vary": "Accept-Encoding"})
        except HTTPException as error:
            is_asked = is_page(where) or "text/html" in Request(scope).headers.get("accept", "")
            if error.status_code != 404 or "." in where.rpartition("/")[2] or not is_asked:
                raise
            index = Path(str(self.directory)) / INDEX
            if is_page(where):
                found = self.file_response(index, index.stat(), scope)
            else:
                found = FileResponse(index, 404)
        found.headers["cache-control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        if found.headers.get("content-type", "").startswith("text/html"):
            found.headers["content-security-policy"] = PAGE
        return found


def add_pages(app: FastAPI, folder: Path) -> None:
    """Serve the front end, where it is built; ``copark serve`` says where it is not."""
    if is_built(folder):
        pages = Pages(directory=folder, html=True)

        @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
        async def page(request: Request) -> Response:
            return await pages.get_response(pages.get_path(request.scope), request.scope)


STYLE = (
    "body{font:16px/1.5 'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #bbb}h3{margin:1.6rem 0 .2rem;font-size:1rem}"
    "code{font:0.9em ui-monospace,monospace;background:#f1f1f1;padding:.1em .3em;border-radius:3px}"
    "table{border-collapse:collapse;width:100%}td{vertical-align:top;padding:.2rem .6rem .2rem 0;"
    "border-bottom:1px solid #ddd}@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}"
    "code{background:#2a2a2a}a{color:#8ab4f8}td,h2{border-color:#444}}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def add_docs(app: FastAPI) -> None:
    """Serve the page; names and descriptions of the interface itself are English."""

    @app.get("/api/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        lang, groups = language(request), dict[str, list[str]]()
        for path, methods in app.openapi()["paths"].items():
            for method, one in methods.items():
                groups.setdefault((one.get("tags") or ["server"])[0], []).append(_operation(path, method, one))
        operations = "".join(f'<h2 id="{tag}">{tag}</h2>{"".join(found)}' for tag, found in groups.items())
        other, title = "zh" if lang == "en" else "en", text("web.docs.title", lang)
        content = (
            f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style></head>'
            f"<body><main><h1>{title}</h1>"
            f'<p><a href="?lang={other}" hreflang="{other}">{text("web.docs.other", lang)}</a></p>'
            f'<p>{text("web.docs.lead", lang)} <a href="/api/v1/openapi.json">openapi.json</a></p>{operations}'
            f'<h2 id="problems">{text("web.docs.problems", lang)}</h2><table>{"".join(_problems(lang))}</table>'
            "</main></body></html>"
        )
        return Response(content, 200, {"content-security-policy": POLICY}, "text/html; charset=utf-8")


def _problems(lang: str) -> Iterator[str]:
    """Every kind of problem, by its code."""
    for key in entries("web"):
        if key.startswith("problem.") and key.endswith(".cause"):
            code = key.removeprefix("problem.").removesuffix(".cause")
            words = " ".join(escape(text(f"web.problem.{code}.{part}", lang)) for part in ("cause", "repair"))
            yield f'<tr id="{code}"><td><code>{code}</code></td><td>{words}</td></tr>'


def _operation(path: str, method: str, one: dict[str, Any]) -> str:
    named = " ".join(f"<code>{escape(each['name'])}</code>" for each in one.get("parameters", ()))
    sent = [one.get("requestBody", {}), *(answer for status, answer in one["responses"].items() if int(status) < 400)]
    schemas = [
        f"<code>{escape(kind)} {escape(found.get('schema', {}).get('$ref', '').rpartition('/')[2])}</code>"
        for part in sent for kind, found in part.get("content", {}).items()
    ]  # fmt: skip
    return (
        f'<h3 id="{escape(one.get("operationId", ""))}">{method.upper()} <code>{escape(path)}</code></h3>'
        f"<p>{escape(one.get('description') or one.get('summary') or '')}</p><p>{named} → {', '.join(schemas)}</p>"
    )
