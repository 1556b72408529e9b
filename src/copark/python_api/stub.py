"""The stub of the package, ``copark/__init__.pyi``, made of the registry so that editors and type checkers know it.

``python -m copark.python_api.stub`` writes it. A test holds it: it says what is generated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import copark
from copark.analyses import REGISTRY, Analysis
from copark.analyses.contract import FormField
from copark.analyses.python_functions import PLUMBING
from copark.python_api.names import HOMES, MODULES

PATH = Path(copark.__file__).with_name("__init__.pyi")
_PLUMBING = {
    "rng": "RandomSource | None",
    "out": "str | PathLike[str] | None",
    "threads": "int | None",
    "progress": "StagedProgress | bool | None",
}
_KINDS = {
    "case": "CaseLike",
    "study": "str",
    "string": "str",
    "list": "str | Sequence[str]",
    "file": "str | PathLike[str]",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
}
"""Types of parameters by their kind."""
LONGEST = 115
"""Letters of a parameter that fit on a line."""
POWERS = ("runs",)
"""Parameters that are kept as text and taken as numbers, too: powers of two."""


def stub() -> str:
    """Return the text of the stub."""
    functions = [analysis for analysis in sorted(REGISTRY, key=lambda analysis: analysis.function) if _is_own(analysis)]
    homes: dict[str, list[str]] = {}
    for name, module in HOMES.items():
        homes.setdefault(module, []).append(name)
    for analysis in functions:
        homes.setdefault(analysis.package, []).append(_class(analysis))
    homes.setdefault("copark.python_api.cases", []).append("CaseLike")
    homes.setdefault("copark.analyses.vocabulary", []).append("RandomSource")
    homes.setdefault("copark.progress", []).append("StagedProgress")
    homes["copark"] = list(MODULES)
    public = {*HOMES, *MODULES}
    lines = [
        "# Made by `python -m copark.python_api.stub` of the registry of analyses; not to be edited.",
        "# ruff: noqa: A002",
        "",
        "from collections.abc import Sequence",
        "from os import PathLike",
        "from typing import Literal",
        "",
        "import pandas as pd",
        "",
    ]
    for module in sorted(homes):
        lines += _imported(module, homes[module], public)
    lines += ["", "__version__: str", ""]
    for analysis in functions:
        lines += _function(analysis)
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in copark.__all__), "]"]
    return "\n".join(lines) + "\n"


def _is_own(analysis: Analysis) -> bool:
    """Return whether an analysis is one of this package, not of whoever has registered his own."""
    return analysis.function in copark.__all__


def _class(analysis: Analysis) -> str:
    """Name the class of its answers, as it is imported here."""
    own = "Answers" if hasattr(analysis.ask, "Answers") else "Answer"
    title = "".join(part.title() for part in analysis.function.split("_"))
    return f"{own} as {title}{own}"


def _imported(module: str, names: list[str], public: set[str]) -> list[str]:
    """Write the imports from a module: public names as themselves, so that they are given on."""
    aliased = [name for name in names if name in public or " as " in name]
    plain = [f"from {module} import {name}" for name in sorted(set(names) - set(aliased))]
    written = [name if " as " in name else f"{name} as {name}" for name in sorted(aliased)]
    return [*plain, *(f"from {module} import {name}" for name in written)]


def _function(analysis: Analysis) -> list[str]:
    """Write the signature of the function of an analysis, a parameter a line."""
    fields = sorted(analysis.params.form(), key=lambda field: not field.by_place)
    lines = [f"def {analysis.function}("]
    lines += [f"    {_parameter(field)}," for field in fields if field.by_place]
    lines.append("    *,")
    lines += [f"    {_parameter(field)}," for field in fields if not field.by_place]
    plumbing = [*(["rng"] if any(field.name == "seed" for field in fields) else []), *PLUMBING]
    lines += [f"    {name}: {_PLUMBING[name]} = None," for name in plumbing]
    return [*lines, f") -> {_class(analysis).rpartition(' ')[2]}: ..."]


def _parameter(field: FormField) -> str:
    choices = ", ".join(map(repr_of, sorted(field.choices)))  # typing gives equal literals in any order
    kind = f"Literal[{choices}]" if field.kind == "choice" else _KINDS[field.kind]
    if field.is_table:
        kind = f"{kind} | pd.DataFrame"
    if field.name in POWERS and field.kind == "string":
        kind = "int | str"
    if field.required:
        return f"{field.name}: {kind}"
    optional = f"{kind} | None" if field.default is None else kind
    default = repr_of(field.default) if _is_plain(field.default) else "..."
    line = f"{field.name}: {optional} = {default}"
    if len(line) <= LONGEST or field.kind != "choice":
        return line
    return line.replace(f"[{choices}]", f"[\n        {choices}\n    ]")


def _is_plain(value: Any) -> bool:
    return value is None or value == () or isinstance(value, bool | int | float | str)


def repr_of(value: Any) -> str:
    """Write a value as code has it, a text between double quotation marks."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    PATH.write_text(stub(), encoding="utf-8", newline="\n")
