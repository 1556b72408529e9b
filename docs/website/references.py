"""Pages of the reference that the code writes: Python, commands, HTTP, results, workbook, case files, codes, variables.

Each is a function of a language that gives the text of a page. Nothing here is told twice: signatures are those of the
stub, words are those of the package's texts, and what a schema says of a field is its docstring.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

from website.staging import ROOT, words

PACKAGE = ROOT / "src" / "copark"
STATIC = re.compile(r"([*_<>\[\]|])")


def said(lang: str) -> dict[str, str]:
    """Return the words of the site in a language."""
    return {key: by_lang[lang] for key, by_lang in words().items()}


def plain(text: Any) -> str:
    """Return words as Markdown shows them as they are; code between backticks stays code."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return STATIC.sub(r"\\\1", str(text).replace("`", "'")).replace("\n", " ")
    parts[::2] = [STATIC.sub(r"\\\1", part) for part in parts[::2]]
    return re.sub(r"\s+", " ", "`".join(parts))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return ["", *(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines), ""]


def code(text: str) -> str:
    """Return a text as code in a cell."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def page(key: str, lang: str, lines: Iterable[str], *, is_english: bool = False) -> str:
    """Return a page: its title, what it is about, that it is generated, and its lines.

    Parameters
    ----------
    key
        Key of its title and words in ``texts.yaml``.
    lang
        The language.
    lines
        Its lines.
    is_english
        Whether names and descriptions are in English whatever the language.
    """
    t = said(lang)
    note = t["generated"] + (f" {t['generated.english']}" if is_english and lang != "en" else "")
    return "\n".join([f"# {t[key]}", "", t[f"{key}.about"], "", f"*{note}*", "", *lines]) + "\n"


# Python


@cache
def stub_signatures() -> Mapping[str, str]:
    """Return the arguments of each analysis as the stub has them."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    return {node.name: ast.unparse(node.args) for node in tree.body if isinstance(node, ast.FunctionDef)}


def _own_signature(named: Any) -> str:
    signature = inspect.signature(named)
    shown = []
    marked = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not marked:
            shown.append("*")
            marked = True
        words_of = str(parameter.annotation).replace("~", "") if parameter.annotation is not parameter.empty else ""
        default = "" if parameter.default is parameter.empty else f"={_default(parameter.default)}"
        shown.append(f"{parameter.name}{f': {words_of}' if words_of else ''}{default}")
    return ", ".join(shown)


def _default(value: Any) -> str:
    return repr(value) if value is None or isinstance(value, bool | int | float | str | tuple) else "..."


def python_names(lang: str) -> str:
    """Write the page on Python: every name of ``copark`` by what it is for, and what an answer can do."""
    import copark as cp
    from copark.analyses import REGISTRY
    from copark.analyses.contract import Result
    from copark.python_api.names import HOMES, MODULES

    t = said(lang)
    with cp.set_options(lang=lang):
        groups: dict[str, list[str]] = {}
        for name, home in HOMES.items():
            end = home.rpartition(".")[2]
            groups.setdefault(end if end in ("cases", "studies") else "session", []).append(name)
        groups["cases"] = sorted({*groups["cases"], *groups.pop("case", [])})
        lines: list[str] = []
        for group in ("cases", "studies", "session"):
            lines += [f"## {t[f'group.{group}']}", ""]
            for name in sorted(groups.get(group, [])):
                lines += _described(name, getattr(cp, name), _own_signature(getattr(cp, name)))
        for group in dict.fromkeys(analysis.group for analysis in REGISTRY):
            lines += [f"## {t[f'group.{group}']}", ""]
            for analysis in sorted(REGISTRY, key=lambda one: one.function):
                if analysis.group == group and analysis.function in stub_signatures():
                    signature = stub_signatures()[analysis.function]
                    lines += _described(analysis.function, getattr(cp, analysis.function), signature)
        lines += [f"## {t['answers']}", "", t["answers.about"], ""]
        for name in ("to_frame", "to_xarray", "plot", "save", "document"):
            method = getattr(Result, name)
            arguments = ", ".join(
                part for part in _own_signature(method).split(", ") if part.partition(":")[0] != "self"
            )
            lines += _described(name, method, arguments, kind="method", prefix="Answer.")
        lines += [f"## {t['group.modules']}", ""]
        lines += [f"- `copark.{name}`: {t[f'module.{name}']}" for name in MODULES]
        for name in cp.figures.__all__:
            if name != "save":
                figure = getattr(cp.figures, name)
                lines += ["", *_described(f"figures.{name}", figure, _own_signature(figure))]
    return page("python", lang, lines)


def _described(name: str, named: Any, signature: str, kind: str = "", prefix: str = "copark.") -> list[str]:
    """Return the lines on a function, method or class: its signature, and its docstring by parts."""
    kind = kind or ("class" if isinstance(named, type) else "function")
    parts = _docstring(inspect.getdoc(named) or "")
    lines = [f":::{{py:{kind}}} {prefix}{name}({signature})", "", *parts.pop("", []), ""]
    for head, body in parts.items():
        if head in ("Parameters", "参数"):
            lines += [f":param {word}: {plain(meaning)}" for word, meaning in _entries(body)]
        elif head in ("Returns", "返回"):
            lines.append(f":returns: {plain(' '.join(line.strip() for line in body))}")
        elif head == "Raises":
            lines += [f":raises {word}: {plain(meaning)}" for word, meaning in _entries(body)]
    return [*lines, ":::", ""]


def _docstring(text: str) -> dict[str, list[str]]:
    """Split a docstring in the style of NumPy into its sections; the first has no name."""
    lines = text.splitlines()
    parts: dict[str, list[str]] = {"": []}
    head = ""
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line and re.fullmatch(r"-{3,}", following):
            head = line
            parts[head] = []
        elif not re.fullmatch(r"-{3,}", line):
            parts[head].append(plain(_roles(line)) if not head else _roles(line))
    return parts


def _roles(line: str) -> str:
    """Return a line with the marks of reStructuredText as Markdown has them."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", line).replace("``", "`")


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    name, meaning = "", ""
    for line in lines:
        if line and not line.startswith(" "):
            if name:
                yield name, meaning.strip()
            name, meaning = line.strip(), ""
        else:
            meaning += f" {line.strip()}"
    if name:
        for each in name.split(", "):
            yield each, meaning.strip()


# Commands


def commands(lang: str) -> str:
    """Write the page on commands: the help of each, as it is printed."""
    from copark.cli import command_line

    group = command_line()
    lines: list[str] = ["```text", *_help([], lang), "```", ""]
    for name in sorted(name for name, command in group.commands.items() if not command.hidden):
        lines += [f"## copark {name}", "", "```text", *_help([name], lang), "```", ""]
        below = getattr(group.commands[name], "commands", {})
        for each in sorted(below):
            lines += [f"### copark {name} {each}", "", "```text", *_help([name, each], lang), "```", ""]
    return page("commands", lang, [*lines, *_reply(lang)])


def _reply(lang: str) -> list[str]:
    """Return the lines on the record that every command prints with ``--json``."""
    from copark.presentation import reply

    t = said(lang)
    lines = [f"## {t['commands.json']}", "", t["commands.json.about"], ""]
    for model in (reply.Reply, reply.ReplyMessage, reply.ReplyFault, reply.ReplyError):
        lines += [f"### {model.__name__}", "", plain(inspect.getdoc(model) or "")]
        rows = [
            [code(name), code(_type(one)), plain(one.get("description", ""))]
            for name, one in model.model_json_schema()["properties"].items()
        ]
        lines += table([t["http.field"], t["http.type"], t["http.meaning"]], rows)
    return lines


def _help(command: Sequence[str], lang: str) -> list[str]:
    from copark.cli import main

    printed = io.StringIO()
    environment = {"COLUMNS": "100", "NO_COLOR": "1", "COPARK_LANG": lang}
    with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*command, "--help", "--lang", lang])
    return printed.getvalue().rstrip().splitlines()


# HTTP


def http(lang: str) -> str:
    """Write the page on the HTTP interface, of its OpenAPI description."""
    from copark.web.limits import ServerSettings, TokenBuckets
    from copark.web.server import bare_app

    t = said(lang)
    described = bare_app(ServerSettings(dist=Path("nowhere")), TokenBuckets(1.0, 1.0)).openapi()
    groups: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["server"])[0]
            groups.setdefault(tag, []).extend(_operation(path, method, operation, t))
    lines = [line for tag, entries in groups.items() for line in (f"## {tag}", "", *entries)]
    lines += [f"## {t['http.records']}", ""]
    for name, schema in sorted(described["components"]["schemas"].items()):
        lines += [f"### {name}", "", plain(schema.get("description", "")), ""]
        rows = [
            [code(field), code(_type(one)), plain(one.get("description", ""))]
            for field, one in schema.get("properties", {}).items()
        ]
        if rows:
            lines += table([t["http.field"], t["http.type"], t["http.meaning"]], rows)
    return page("http", lang, lines, is_english=True)


def _operation(path: str, method: str, operation: Mapping[str, Any], t: Mapping[str, str]) -> list[str]:
    lines = [f"### {method.upper()} {path}".replace("{", "\\{"), "", plain(operation.get("description", "")), ""]
    rows = [
        [code(one["name"]), one["in"], code(_type(one.get("schema", {}))), plain(one.get("description", ""))]
        for one in operation.get("parameters", [])
    ]
    if rows:
        lines += table([t["http.parameter"], t["http.where"], t["http.type"], t["http.meaning"]], rows)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        lines += [f"{t['http.body']}: {code(_type(content.get('schema', {})))}", ""]
    statuses: dict[str, list[str]] = {}
    for status, answer in operation["responses"].items():
        kinds = [_type(one.get("schema", {})) for one in answer.get("content", {}).values()]
        statuses.setdefault(", ".join(dict.fromkeys(filter(None, kinds))), []).append(status)
    answers = [f"{', '.join(told)} {code(kind)}".strip() for kind, told in statuses.items()]
    return [*lines, f"{t['http.answers']}: {' · '.join(answers)}", ""]


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of a JSON schema in a few words."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return " | ".join(map(repr, schema["enum"]))
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return " | ".join(dict.fromkeys(filter(None, map(_type, several))))
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {})) or " | ".join(map(_type, schema.get("prefixItems", [])))
        return f"list of {inner}" if inner else "list"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"mapping to {_type(schema['additionalProperties'])}"
    kind = schema.get("type", "")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


# Results, workbook, case files


def results(lang: str) -> str:
    """Write the page on what a run gives: dimensions, variables and attributes, of a small run."""
    import copark as cp

    t = said(lang)
    runs = cp.simulate("thilawa", runs=2, seed=1, keep="all", progress=False)
    example = [t["results.name"], t["results.dims"], t["results.unit"], t["results.title"]]
    lines = [f"## {t['results.dimensions']}", ""]
    lines += table(example, [_labelled(str(name), one, lang) for name, one in runs.coords.items()])
    lines += [f"## {t['results.variables']}", ""]
    lines += table(example, [_labelled(str(name), one, lang) for name, one in runs.data_vars.items()])
    lines += [f"## {t['results.attributes']}", ""]
    rows = [[code(str(name)), plain(str(value)[:80])] for name, value in runs.attrs.items()]
    return page("results", lang, lines + table([t["results.name"], t["results.example"]], rows))


def _labelled(name: str, array: Any, lang: str) -> list[str]:
    title = array.attrs.get(f"title_{lang}", array.attrs.get("long_name", ""))
    return [code(name), ", ".join(map(str, array.dims)), plain(array.attrs.get("units", "")), plain(title)]


def workbook(lang: str) -> str:
    """Write the page on the workbook: its sheets, and what stands in each column."""
    from copark.cases.workbook_sheets import sheets

    t = said(lang)
    lines: list[str] = []
    for sheet in sheets():
        lines += [f"## {plain(sheet.title(lang))}", "", plain(sheet.about(lang)), ""]
        rows = [
            [plain(sheet.label(column, lang)), code(column.key), plain(sheet.told(column, lang))]
            for column in sheet.columns
        ]
        lines += table([t["workbook.column"], t["workbook.key"], t["workbook.meaning"]], rows)
    return page("workbook", lang, lines)


def casebook(lang: str) -> str:
    """Write the page on the casebook's tables: the dictionary that a package of it has."""
    from copark.data_package.assembly import package_of
    from copark.data_package.dictionary import dictionary

    _, *lines = dictionary(package_of(), lang).splitlines()
    return page("casebook", lang, lines)


def case_files(lang: str) -> str:
    """Write the page on the files of a case, of their schemas."""
    from copark.cases import table_schemas as rows_of
    from copark.cases.schema import CaseFile

    t = said(lang)
    tables = {
        "series.csv": rows_of.Observation,
        "events.csv": rows_of.Event,
        "equity.csv": rows_of.EquityRow,
        "enterprises.csv": rows_of.Enterprise,
        "host_context.csv": rows_of.ContextValue,
        "growth.csv": rows_of.GrowthValue,
        "sources.yaml": rows_of.Source,
    }
    schema = CaseFile.model_json_schema()
    lines = ["## case.yaml", "", *_fields(CaseFile, schema, t)]
    for name, model in tables.items():
        described = model.model_json_schema()
        lines += [f"## {name}", "", plain(_roles(inspect.getdoc(model) or "")), "", *_fields(model, described, t)]
    lines += [f"## {t['case-files.records']}", ""]
    for name, record in sorted(schema.get("$defs", {}).items()):
        if record.get("properties"):
            lines += [f"### {name}", "", plain(_roles(record.get("description", ""))), "", *_fields(None, record, t)]
    return page("case-files", lang, lines, is_english=True)


def _fields(model: Any, schema: Mapping[str, Any], t: Mapping[str, str]) -> list[str]:
    needed = schema.get("required", [])
    documented = {} if model is None else _field_docstrings(model)
    rows = []
    for name, one in schema.get("properties", {}).items():
        meaning = one.get("description") or documented.get(name, "")
        is_needed = t["case-files.yes"] if name in needed else ""
        rows.append([code(name), code(_type(one)), is_needed, plain(_roles(meaning))])
    head = [t["case-files.key"], t["case-files.type"], t["case-files.needed"], t["http.meaning"]]
    return table(head, rows)


def _field_docstrings(model: Any) -> dict[str, str]:
    """Return what is said below each field of a class and of those it is made of."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        try:
            body = ast.parse(inspect.cleandoc(inspect.getsource(cls))).body[0].body  # type: ignore[attr-defined]
        except (OSError, TypeError, IndentationError, SyntaxError):
            continue
        for field, below in pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                found[field.target.id] = re.sub(r"\s+", " ", str(below.value.value))  # type: ignore[union-attr]
    return found


# Exit codes, environment


def exit_codes(lang: str) -> str:
    """Write the page on exit codes, of the constants of the command line."""
    from copark.cli.exit_codes import EXIT_CODES
    from copark.texts import text

    t = said(lang)
    rows = [[one, text(f"cli.exit_code.{name}", lang), t[f"exit-code.{name}"]] for name, one in EXIT_CODES.items()]
    return page(
        "exit-codes", lang, table([t["exit-codes.code"], t["exit-codes.meaning"], t["exit-codes.detail"]], rows)
    )


VARIABLE = re.compile(r"[\"'](COPARK_[A-Z_]+|NO_COLOR)[\"']")


def read_variables() -> set[str]:
    """Return the environment variables that the package reads."""
    return {name for path in PACKAGE.rglob("*.py") for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}


def environment(lang: str) -> str:
    """Write the page on environment variables: those that the code reads; one without words is an error."""
    t = said(lang)
    rows = [[code(name), plain(t[f"variable.{name}"])] for name in sorted(read_variables())]
    return page("environment", lang, table([t["environment.variable"], t["exit-codes.meaning"]], rows))


WRITERS: Mapping[str, Callable[[str], str]] = {
    "python_names": python_names,
    "commands": commands,
    "http": http,
    "results": results,
    "workbook": workbook,
    "casebook": casebook,
    "case_files": case_files,
    "exit_codes": exit_codes,
    "environment": environment,
}
"""What writes each generated page of the reference."""
