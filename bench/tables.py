"""Figures as Markdown and as JSON."""

from __future__ import annotations

import json

from bench.measure import Figure

QUIET = 0.1
OTHERS = "others' work, processors"
NOISY = """
**Not a quiet machine.** Other processes kept {busy:g} of {cores} processors busy meanwhile. Ratios on one core stand;
wall times (`thread_scaling` and all in seconds) are too long. Measure again when nothing else runs.
"""


def shown(value: float) -> str:
    """A number with three figures that matter."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def verdict(figure: Figure) -> str:
    """Whether a target is met, in a word."""
    return {None: "", True: "yes", False: "**no**"}[figure.met]


def table(found: list[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| figure | median | least – greatest | target | met |", "|---|---:|---:|---:|---|"]
    for f in found:
        target = "" if f.target is None else f"{'≥' if f.more else '≤'} {f.target:g} {f.unit}".replace(" x", " ×")
        unit = "×" if f.unit == "x" else f.unit
        middle = "see below" if len(f.parts) == len(f.values) else f"{shown(f.median)} {unit}"
        spread = f"{shown(min(f.values))} – {shown(max(f.values))}"
        lines.append(f"| {f.title} (`{f.name}`) | {middle} | {spread} | {target} | {verdict(f)} |")
    return "\n".join(lines) + "\n"


def details(found: list[Figure]) -> str:
    """Parts and notes of the figures that have some."""
    lines = []
    for f in found:
        unit = f.parts_unit or ("×" if f.unit == "x" else f.unit)
        parts = "; ".join(f"{name}: {shown(value)} {unit}" for name, value in f.parts.items())
        if f.note or parts:
            lines.append(f"- `{f.name}`: " + ". ".join(part for part in (f.note, parts) if part) + ".")
    return "\n".join(lines) + "\n"


def page(head: str, found: list[Figure], where: dict[str, object]) -> str:
    """What a file of results says."""
    facts = "\n".join(f"- {name}: {value}" for name, value in where.items()) + "\n"
    return head + table(found) + warning(where) + "\n" + details(found) + "\n## Machine\n\n" + facts


def warning(where: dict[str, object]) -> str:
    """A warning if the machine did other work meanwhile."""
    busy = where[OTHERS]
    return NOISY.format(busy=busy, cores=where["cores"]) if isinstance(busy, float) and busy > QUIET else ""


def content(found: list[Figure], where: dict[str, object], seconds: float) -> str:
    """What `results.json` says."""
    made = {"machine": where, "seconds": round(seconds, 1), "figures": {f.name: f.content() for f in found}}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"
