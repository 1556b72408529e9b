"""The description of the interface for people: one page made of ``openapi.json``, with no script and no other host."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI, Request, Response

from copark.texts import entries, text
from copark.web.problems import language

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


def document(title: str, body: str, lang: str) -> Response:
    """A page of its own, apart from the front end."""
    content = (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
    return Response(content, 200, {"content-security-policy": POLICY}, "text/html; charset=utf-8")


def add_docs(app: FastAPI) -> None:
    """Serve the page; names and descriptions of the interface itself are English."""

    @app.get("/api/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        lang, groups = language(request), dict[str, list[str]]()
        for path, methods in app.openapi()["paths"].items():
            for method, one in methods.items():
                groups.setdefault((one.get("tags") or ["server"])[0], []).append(_operation(path, method, one))
        operations = "".join(f'<h2 id="{tag}">{tag}</h2>{"".join(found)}' for tag, found in groups.items())
        other = "zh" if lang == "en" else "en"
        return document(
            text("web.docs.title", lang),
            f'<p><a href="?lang={other}" hreflang="{other}">{text("web.docs.other", lang)}</a></p>'
            f'<p>{text("web.docs.lead", lang)} <a href="/api/v1/openapi.json">openapi.json</a></p>{operations}'
            f'<h2 id="problems">{text("web.docs.problems", lang)}</h2><table>{"".join(_problems(lang))}</table>',
            lang,
        )


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
