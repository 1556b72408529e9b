"""The description of the interface for people: one page made of ``openapi.json``, with no script and no other host."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from copark.texts import entries, text
from copark.web.problems import language

STYLE = (
    "body{font:16px/1.5 'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #bbb}h3{margin:1.6rem 0 .2rem;font-size:1rem}"
    "code{font:0.9em ui-monospace,monospace;background:#f1f1f1;padding:.1em .3em;border-radius:3px}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0}"
    "td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #ddd}"
    ".method{display:inline-block;min-width:4em;font-weight:700}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}code{background:#2a2a2a}"
    "a{color:#8ab4f8}td,th,h2{border-color:#444}}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def router_of(app: FastAPI) -> APIRouter:
    """Routes of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    async def docs(request: Request) -> Response:
        content = page(app.openapi(), language(request))
        return Response(content, 200, {"content-security-policy": POLICY}, "text/html; charset=utf-8")

    return router


def page(api: dict[str, Any], lang: str) -> str:
    """The page, in a language; names and descriptions of the interface itself are English."""
    groups: dict[str, list[str]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            groups.setdefault((operation.get("tags") or ["server"])[0], []).append(_operation(path, method, operation))
    body = "".join(f'<h2 id="{tag}">{tag}</h2>{"".join(found)}' for tag, found in groups.items())
    schemas = "".join(_schema(name, schema) for name, schema in sorted(api["components"]["schemas"].items()))
    other = "zh" if lang == "en" else "en"
    problems = "".join(_problems(lang))
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{text("web.docs.title", lang)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{text('web.docs.title', lang)}</h1>"
        f'<p><a href="?lang={other}" hreflang="{other}">{text("web.docs.other", lang)}</a></p>'
        f'<p>{text("web.docs.lead", lang)} <a href="/api/v1/openapi.json">openapi.json</a></p>'
        f'{body}<h2 id="problems">{text("web.docs.problems", lang)}</h2><table>{problems}</table>'
        f'<h2 id="schemas">{text("web.docs.schemas", lang)}</h2>{schemas}</main></body></html>'
    )


def _problems(lang: str) -> Iterator[str]:
    """Every kind of problem, by its code."""
    for key in entries("web"):
        if key.startswith("problem.") and key.endswith(".cause"):
            code = key.removeprefix("problem.").removesuffix(".cause")
            said = (text(f"web.problem.{code}.{part}", lang) for part in ("cause", "repair"))
            words = " ".join(escape(one) for one in said)
            yield f'<tr id="{code}"><td><code>{code}</code></td><td>{words}</td></tr>'


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    name = escape(operation.get("operationId", ""))
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{escape(str(_kind(one.get('schema', {}))))}</td></tr>"
        for one in operation.get("parameters", ())
    )
    bodies = "".join(f"<li>{escape(kind)}: {_link(one)}</li>" for kind, one in _contents(operation.get("requestBody")))
    answers = "".join(
        f"<li>{status} {escape(kind)}: {_link(one)}</li>"
        for status, answer in operation["responses"].items()
        if int(status) < 400
        for kind, one in _contents(answer)
    )
    table = f"<table>{rows}</table>" if rows else ""
    return (
        f'<h3 id="{name}"><span class="method">{method.upper()}</span> <code>{escape(path)}</code></h3>'
        f"<p>{escape(operation.get('description') or operation.get('summary') or '')}</p>{table}"
        f"<ul>{bodies}{answers}</ul>"
    )


def _contents(part: dict[str, Any] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, content in ((part or {}).get("content") or {}).items():
        yield kind, content.get("schema", {})


def _link(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    return f'<a href="#schema-{escape(name)}">{escape(name)}</a>' if name else escape(str(_kind(schema)))


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("pattern") or schema.get("format") or schema.get("type") or "any")


def _schema(name: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code></td><td>{escape(_kind(one))}</td>"
        f"<td>{escape(one.get('description', ''))}</td></tr>"
        for key, one in schema.get("properties", {}).items()
    )
    head = f'<h3 id="schema-{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}</p>'
    return head + (f"<table>{rows}</table>" if rows else "")
