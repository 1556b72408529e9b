"""Write docs/reference/variables.md from the catalogue of nouns, or check that it is current.

``python docs/build_reference.py`` writes the page; with ``--check`` it writes nothing and exits with 1 if the page is
not what the catalogue says now.
"""  # noqa: INP001 - a script beside the pages it makes

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from copark.model.variables import SUBMODELS, Catalogue, Link, Variable, catalogue

PAGE = Path(__file__).parent / "reference" / "variables.md"
HEAD = """# Variables 变量表

Made from `src/copark/model/*/variables.yaml` by `docs/build_reference.py`. Do not edit by hand.
由 `docs/build_reference.py` 依据 `src/copark/model/*/variables.yaml` 生成，请勿手工修改。

*Moved* says whether the data of Great Stone moved a parameter from its prior in the calibration to 2020: moved,
weakly, unmoved. An unmoved parameter is a judgement or comes from elsewhere, and results that lean on it say so. The
prior of a fixed parameter is not drawn from. "MODEL §" refers to [MODEL.md](../model/MODEL.md).
"""
TITLES = {
    "parameter": "Parameters 参数",
    "lever": "Levers 杠杆",
    "driver": "Drivers: dated facts of the case 驱动量（案例中的事实）",
    "state": "States 状态",
    "receives": "Receives 接收",
    "sends": "Sends 发送",
    "output": "Outputs 输出",
}
PLAIN = ("name", "symbol", "title", "名称", "unit", "axes", "range", "source")
DRAWN = ("name", "symbol", "title", "名称", "unit", "default", "prior", "moved", "grade", "range", "source")
LINKS = ("no", "name", "title", "名称", "from", "to", "sends", "receives", "unit", "neutral", "delay (quarters)")


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Give the lines of a Markdown table."""
    head = list(columns)
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def reach(variable: Variable) -> str:
    """Give the range a value must lie in."""
    return f"{variable.low:g} to {variable.high:g}"


def cells(variable: Variable) -> list[str]:
    """Give the cells of a variable, in the order of PLAIN or, for a parameter, of DRAWN."""
    first = [f"`{variable.name}`", variable.symbol, variable.en, variable.zh, variable.unit]
    if variable.kind != "parameter":
        return [*first, ", ".join(variable.axes), reach(variable), variable.source]
    default = ", ".join(f"{value:g}" for value in variable.default)
    prior = variable.prior.density_kind() if variable.prior else ""
    return [*first, default, prior, variable.moved, variable.grade, reach(variable), variable.source]


def link_cells(link: Link) -> list[str]:
    """Give the cells of a link, in the order of LINKS."""
    named = [str(link.number), f"`{link.name}`", link.en, link.zh]
    ends = [link.source_submodel, link.target_submodel, ", ".join(link.sends), ", ".join(link.receives)]
    return [*named, *ends, link.unit, f"{link.neutral:g}", str(link.delay)]


def page(known: Catalogue) -> str:
    """Give the whole page."""
    lines = HEAD.splitlines()
    for kind, title in TITLES.items():
        lines += ["", f"## {title}"]
        for submodel in SUBMODELS:
            found = list(known.of(kind, submodel))
            if found:
                columns = DRAWN if kind == "parameter" else PLAIN
                lines += ["", f"### {submodel}", "", *table(columns, map(cells, found))]
    lines += ["", "## Links between scales 传导渠道", "", *table(LINKS, map(link_cells, known.links.values()))]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    made = page(catalogue())
    if "--check" in arguments:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
