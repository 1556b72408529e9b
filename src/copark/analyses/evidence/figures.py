"""Figure of the evidence of mechanisms: each family over all parks, with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.analyses.evidence.findings import ERRORS, LEAST
from copark.presentation import style
from copark.presentation.numbers import number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.evidence import Answer


def families(answer: Answer, lang: str = "en") -> Figure:
    """Draw the log evidence of each family over all parks, two standard errors to each side.

    Parameters
    ----------
    answer
        Evidence of all families.
    lang
        Language, en or zh.
    """
    with_evidence = [family for family in answer.families if family.parks]
    names = [
        text("evidence.figure.row", lang, family=text(f"evidence.family.{family.key}", lang), parks=family.parks)
        for family in with_evidence
    ]
    titles = [text(f"evidence.figure.{part}", lang) for part in ("title", "subtitle")]
    footer = text("evidence.figure.footer", lang, identity=answer.run_id, parks=number(len(answer.parks), 0))
    figure, axes = style.in_rows(names, [*titles, footer], inches=2.6, high=0.42, bottom=0.65)
    style.zero(axes)
    style.bounds(axes, (-LEAST, LEAST))
    for row, family in enumerate(with_evidence):
        half = ERRORS * family.error
        ends = (family.log_ratio - half, family.log_ratio + half)
        style.interval(axes, row, ends, family.log_ratio, told=number(family.log_ratio, 1))
    return figure
