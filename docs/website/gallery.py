"""The gallery: every figure, with the lines that draw it, as a notebook that is run when the site is built.

A figure that is drawn for many things alike, such as the effects of each claim, stands once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from website.staging import words

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3, language: python}
---
"""
FIRST = (
    'cp.set_options(lang="{lang}")',
    'case = cp.load_case("thilawa")',
    "runs = cp.simulate(case, runs=300, seed=1)",
)
"""Lines that the others follow."""
OF_RUNS: Mapping[str, str] = {
    "fan": 'cp.figures.fan(runs, "operating", case)',
    "outcome_bars": "cp.figures.outcome_bars(runs)",
    "ledger_land": "cp.figures.ledger_land(runs, case)",
    "ledger_money": "cp.figures.ledger_money(runs)",
    "phases": "cp.figures.phases(runs, case)",
    "coordination": "cp.figures.coordination(runs)",
}
"""Figures of an ensemble, by their name in ``copark.figures``."""
OF_CASES: Mapping[str, str] = {
    "network": "cp.figures.network(case)",
    "timeline": "cp.figures.timeline(case)",
    "equity": "cp.figures.equity(case)",
}
"""Figures of a case alone."""
OF_ANALYSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "brief": ('cp.brief("thilawa")', ("operating",)),
    "levers": ('cp.levers("thilawa")', ("standing", "operating", "sides")),
    "compare": ('cp.compare("fixed-values", outcomes=True)', ("scenarios-operating-2036Q4", "parts")),
    "counterfactual": (
        'cp.counterfactual("thilawa", without="plan/2017-02-24", runs=100)',
        ("difference-operating", "parts"),
    ),
    "link_impact": ('cp.link_impact("great-stone")', ("map", "response-land-to-starts")),
    "ablate": ('cp.ablate("great-stone")', ("mechanism-operating-2032Q2", "link-operating-2032Q2")),
    "sensitivity": (
        'cp.sensitivity("thilawa", method="sobol", over="posterior-box", fixed=True, draws=256, replicates=6)',
        ("sobol-operating-20",),
    ),
    "structures": ('cp.structures("thilawa")', ("cells",)),
    "claims": ('cp.claims("great-stone")', ("probabilities", "forest-4a", "curve-4a", "cube-6")),
    "experts": ('cp.experts("great-stone")', ("claims",)),
    "voi": ('cp.voi("great-stone")', ("gains",)),
    "evsi": (
        'cp.evsi("lekki", options=["home-50-now", "tax-10-now"], stake=["public_income=1"], draws=100, replicates=4)',
        ("sources",),
    ),
    "forecast": ('cp.forecast("great-stone")', ("fan-operating", "width")),
    "validate": ('cp.validate("great-stone", cuts="2020Q4")', ("scores", "fan-operating", "places", "width-model")),
    "evidence": ("cp.evidence()", ("families",)),
    "joint": ("cp.joint()", ("places",)),
    "standing": ("cp.standing()", ("parks",)),
    "accounts": ('cp.accounts("suzhou")', ("courses", "prices")),
    "parks_accounts": ("cp.parks_accounts()", ("results",)),
    "distress": ("cp.distress()", ("curves",)),
    "reliability": ("cp.reliability()", ("parks",)),
    "parks": ("cp.parks()", ("courses",)),
    "typology": ("cp.typology()", ("outcomes", "measures")),
    "suzhou": ("cp.suzhou()", ("developer", "enterprises")),
    "qca": (
        'cp.qca(outcome="OUTCOME", conditions=["GOV", "EQUITY", "NETWORK"], drop_missing=True)',
        ("sufficiency-1", "necessity-1"),
    ),
    "nca": ('cp.nca(conditions=["GOV", "EQUITY", "NETWORK"], outcome="OUTCOME", drop_missing=True)', ("ceiling-1",)),
    "coupling": ('cp.coupling(subsystems="GOV,EQUITY,NETWORK", drop_missing=True)', ("coupling",)),
}
"""What gives an answer, and the keys of its figures, by the name of the function."""
SLOW: Mapping[str, str] = {
    "calibrate": 'cp.calibrate("thilawa", out="out").plot()',
    "pool": "cp.pool().plot()",
    "score": 'cp.score("forecasts/2026-11-30", data="later.csv").plot()',
}
"""What takes minutes, or data that nobody has yet, so that it is not run here."""
WITHOUT = frozenset(("goal", "power", "stack"))
"""Analyses that draw nothing."""


def gallery(lang: str) -> str:
    """Write the gallery in a language."""
    said = {key: by_lang[lang] for key, by_lang in words().items()}
    lines = [HEAD, f"# {said['gallery']}", "", said["gallery.about"], ""]
    lines += _cell("import copark as cp", "", *(line.format(lang=lang) for line in FIRST))
    lines += [f"## {said['gallery.runs']}", ""]
    for name, line in OF_RUNS.items():
        lines += [f"### copark.figures.{name}", "", *_cell(line)]
    lines += [f"## {said['gallery.cases']}", ""]
    for name, line in OF_CASES.items():
        lines += [f"### copark.figures.{name}", "", *_cell(line)]
    lines += [f"## {said['gallery.answers']}", "", *_answers(lang)]
    lines += [f"## {said['gallery.slow']}", "", said["gallery.slow.about"], ""]
    lines += ["```python", *SLOW.values(), "```"]
    return "\n".join(lines) + "\n"


def draw(name: str, key: str, lang: str, path: Path) -> str:
    """Draw the figure of an answer into a file, and return what it shows in words.

    Parameters
    ----------
    name
        Name of a function of :data:`OF_ANALYSES`.
    key
        Key of the figure.
    lang
        Language of its words.
    path
        The file.
    """
    import copark
    from copark.presentation.document import Chart

    answer = eval(OF_ANALYSES[name][0], {"cp": copark})  # noqa: S307 - a line of this file
    blocks = answer.document(lang).blocks()
    chart = next(block for block in blocks if isinstance(block, Chart) and block.key == key)
    path.parent.mkdir(parents=True, exist_ok=True)
    answer.plot(key, lang=lang).savefig(path, dpi=160)
    return chart.alternative


def _answers(lang: str) -> Iterator[str]:
    from copark.analyses import REGISTRY
    from copark.analyses.contract import Texts

    for name, (line, keys) in OF_ANALYSES.items():
        analysis = REGISTRY.by_function(name)
        if analysis is None:
            raise LookupError(f"the gallery shows {name}, and there is no such analysis")
        yield from (f"### copark.{name}", "", Texts(analysis.area, lang)("help"), "")
        yield from _cell(f"answer = {line}", f'answer.plot("{keys[0]}")')
        for key in keys[1:]:
            yield from _cell(f'answer.plot("{key}")')


def _cell(*lines: str) -> list[str]:
    return ["```{code-cell} python", *lines, "```", ""]
