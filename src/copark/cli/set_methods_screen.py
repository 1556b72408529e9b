"""What a reader sees of a set method: the record as tables, warnings on standard error, or JSON and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from copark.cli.screen import blank_table
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from copark.workflows.set_methods import MethodAnswer

MOST_MODELS = 6


def show_answer(answer: MethodAnswer, lang: str, *, as_json: bool) -> None:
    """Show what a method gave.

    With JSON the record goes to standard output whole; warnings still go to standard error, so that nobody misses them.
    """
    console = Console(markup=False)
    if as_json:
        print(answer.json)
    else:
        shows = {"qca": _show_qca}
        shows[answer.kind](console, dict(answer.record), lang)
    _show_warnings(answer.warnings, lang)
    if answer.page is not None:
        words = text("set_methods.screen.written", lang, path=answer.page)
        (Console(markup=False, stderr=True) if as_json else console).print(
            words, highlight=False, markup=False, soft_wrap=True
        )


def _show_warnings(warnings: Sequence[str], lang: str) -> None:
    if not warnings:
        return
    console = Console(markup=False, stderr=True)
    console.print()
    console.print(Text(text("set_methods.screen.warnings", lang), style="bold yellow"))
    for one in warnings:
        console.print(Text(f"• {one}", style="yellow"), soft_wrap=True)


def _head(key: str, lang: str) -> str:
    return text(f"set_methods.column.{key}", lang)


def _table(
    console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], texts: Sequence[int] = (0,)
) -> None:
    """A table of texts and numbers; columns of numbers flush right."""
    table = blank_table(console, title)
    for at, head in enumerate(heads):
        if at in texts:
            table.add_column(head, overflow="fold")
        else:
            table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    console.print(table)


def _shown(cell: Any) -> str:
    if cell is None:
        return "—"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _p(value: float | None) -> str:
    """A p with four decimals: it may be small."""
    return "—" if value is None else f"{value:.4f}"


def _show_qca(console: Console, record: dict[str, Any], lang: str) -> None:
    names = record["conditions"]
    values = {"outcome": record["outcome"], "conditions": ", ".join(names), "cases": record["n_cases"]}
    console.print(Text(text("set_methods.screen.title_qca", lang, **values), style="bold"))
    rows = [
        (
            row["row"],
            "".join(str(row[name]) for name in names),
            row["OUT"],
            row["n"],
            row["incl"],
            row["PRI"],
            row["cases"],
        )
        for row in record["truth_table"]
        if row["n"]
    ]
    order = {"1": 0, "0": 1, "?": 2}
    rows.sort(key=lambda row: (order[row[2]], -(row[4] or 0.0)))
    heads = [_head("row", lang), ",".join(names), *(_head(key, lang) for key in ("out", "n", "inclS", "PRI", "cases"))]
    _table(console, text("set_methods.screen.truth", lang), heads, rows, (1, 2, 6))
    for kind in ("complex", "parsimonious"):
        _show_models(console, record[kind], kind, lang)
    for name, one in record["intermediate"]["models"].items():
        _show_models(console, one, "intermediate", lang, name)
    fits = [(one["term"], one["inclN"], one["RoN"], one["covN"]) for one in record["necessity"]]
    heads = [_head(key, lang) for key in ("expression", "inclN", "RoN", "covN")]
    _table(console, text("set_methods.screen.necessity", lang), heads, fits)
    if "robustness" in record:
        _show_survival(console, record, lang)


def _show_models(console: Console, solution: dict[str, Any], kind: str, lang: str, name: str = "") -> None:
    fit = solution["fit"]
    models = fit.get("individual", [fit])
    if not solution["solutions"]:
        return
    heads = [_head(key, lang) for key in ("term", "inclS", "PRI", "covS", "covU")]
    count = len(models)
    for at, one in enumerate(models[:MOST_MODELS], start=1):
        values = {"kind": text(f"set_methods.kind.{kind}", lang), "at": at, "count": count, "name": name}
        title = text("set_methods.screen.intermediate" if name else "set_methods.screen.solution", lang, **values)
        rows = [(row["term"], row["inclS"], row["PRI"], row["covS"], row["covU"]) for row in one["terms"]]
        whole = one["solution"][0]
        rows.append((text("set_methods.screen.whole", lang), whole["inclS"], whole["PRI"], whole["covS"], ""))
        _table(console, title, heads, rows)


def _show_survival(console: Console, record: dict[str, Any], lang: str) -> None:
    robust = record["robustness"]
    expected = any(one != "-" for one in record["intermediate"]["dir_exp"])
    kind = "intermediate" if expected else "parsimonious"
    rows = [
        (term, f"{100 * one['all']['surely'] / one['all']['variants']:.0f} %",
         f"{100 * one['all']['perhaps'] / one['all']['variants']:.0f} %")
        for term, one in robust["solutions"][kind]["terms"].items()
        if one["asked"]
    ]  # fmt: skip
    values = {"kind": text(f"set_methods.kind.{kind}", lang), "count": robust["variants"]}
    heads = [_head(key, lang) for key in ("term", "surely", "perhaps")]
    _table(console, text("set_methods.screen.survival", lang, **values), heads, rows)
