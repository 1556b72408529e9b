"""The built front end, held in memory: what is not in the list of its files cannot be asked for."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from copark.analyses import REGISTRY
from copark.texts import text
from copark.web.compression import takes_gzip
from copark.web.docs import POLICY, STYLE
from copark.web.middleware import API, PAGE
from copark.web.problems import Problem, language

INDEX = "index.html"
LASTING = "assets/"
"""Files under it have a hash in their names and never change."""
SQUEEZED = (".html", ".js", ".css", ".svg", ".json", ".txt", ".webmanifest", ".map")
PAGES = frozenset((
    "", "simulate", "compare", "network", "analyses", "evidence", "parks", "claims", "coupling", "jobs", "report",
    "method", "interface",
))  # fmt: skip
"""Addresses of the front end's own pages; of any other it says that there is none."""
LARGEST = 20_000_000


@dataclass(frozen=True)
class File:
    """A file of the front end: its bytes, the same squeezed, its kind, and a mark of its content."""

    content: bytes
    squeezed: bytes | None
    media: str
    mark: str


def is_built(folder: Path) -> bool:
    """Whether a folder holds a built front end."""
    return (folder / INDEX).is_file()


def read(folder: Path) -> dict[str, File]:
    """Every file of the built front end by its path; nothing if it is not built."""
    found: dict[str, File] = {}
    if not is_built(folder):
        return found
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            if path.suffix in (".js", ".mjs"):
                kind = "text/javascript"
            media = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
            squeezed = gzip.compress(content, 9, mtime=0) if path.suffix in SQUEEZED else None
            mark = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
            found[path.relative_to(folder).as_posix()] = File(content, squeezed, media, mark)
    return found


def is_page(path: str) -> bool:
    """Whether the front end has a page at a path: one of its own, or one of an analysis."""
    page, _, name = path.partition("/")
    return path in PAGES or (page == "analyses" and REGISTRY.get(name) is not None)


def router_of(folder: Path) -> APIRouter:
    """Routes of the front end, or of the page that says how to build it."""
    files = read(folder)
    router = APIRouter(include_in_schema=False)

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def page(request: Request, path: str) -> Response:
        if f"/{path}".startswith(API.rstrip("/")):
            raise Problem(404, "http_404")
        if not files:
            if path:
                raise Problem(404, "http_404")
            return Response(not_built(language(request)), 200, {"content-security-policy": POLICY}, "text/html")
        found = files.get(path)
        if found is None:
            if "." in path.rpartition("/")[2]:
                raise Problem(404, "http_404")
            there = is_page(path.rstrip("/"))
            if not there and "text/html" not in request.headers.get("accept", ""):
                raise Problem(404, "http_404")
            return given(request, INDEX, files[INDEX], 200 if there else 404)
        return given(request, path, found)

    return router


def given(request: Request, path: str, file: File, status: int = 200) -> Response:
    """A file, squeezed where the client takes it so; nothing where it has it already."""
    lasting = path.startswith(LASTING)
    headers = {
        "etag": file.mark,
        "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "vary": "accept-encoding",
    }
    if file.media.startswith("text/html"):
        headers["content-security-policy"] = PAGE
    if status == 200 and request.headers.get("if-none-match") == file.mark:
        return Response(None, 304, headers)
    content = file.content
    if file.squeezed is not None and takes_gzip(request.headers.get("accept-encoding", "")):
        headers["content-encoding"] = "gzip"
        content = file.squeezed
    return Response(content, status, headers, file.media)


def not_built(lang: str) -> str:
    """The page that says, in both languages, how to build the front end."""
    first, second = (lang, "zh" if lang == "en" else "en")
    parts = "".join(
        f'<section lang="{"zh-CN" if one == "zh" else "en"}"><h2>{text("web.not_built.title", one)}</h2>'
        f"<p>{text('web.not_built.words', one)}</p><pre>make web</pre>"
        f'<p><a href="/api/docs?lang={one}">{text("web.not_built.docs", one)}</a></p></section>'
        for one in (first, second)
    )
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>copark</title><style>{STYLE}</style></head>'
        f"<body><main><h1>copark</h1>{parts}</main></body></html>"
    )
