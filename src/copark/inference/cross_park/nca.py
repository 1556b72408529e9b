"""The test of NCA: whether more of the outcome needs more of a condition."""

from __future__ import annotations

from copark.inference.claims.rules import CONTRADICTED, NOT_IDENTIFIED, NOT_SUPPORTED, SUPPORTED
from copark.inference.cross_park.qca import Cuts, Tried, columns_of, reaches
from copark.inference.cross_park.schema import SetPart
from copark.inference.cross_park.scores import Scores
from copark.setmethods.nca import Request, analyse
from copark.setmethods.table import TableFaults, table_of

NEEDED, HARMFUL = 1, 2
"""Corners: little of the condition and much of the outcome; much of both."""


def try_need(part: SetPart, scores: Scores, cuts: Cuts, outcome: str, deals: int, seed: int) -> Tried:
    """Apply the test to the cases that have both scores.

    Supported where the corner "little of the condition, much of the outcome" is empty: d reaches its cutoff and p does
    not exceed its own. Contradicted where instead "much of both" is empty. Not identified where d is large enough and
    chance might have left it.
    """
    whole = scores.complete(columns_of(part, cuts, outcome))
    x, y = whole.membership(part.set), whole.table.values[outcome]
    if not len(whole) or x.min() == x.max() or y.min() == y.max():
        return Tried(NOT_IDENTIFIED, len(whole))
    table = table_of({part.set: x, outcome: y}, whole.table.cases)
    numbers: dict[str, float] = {}
    verdicts: dict[int, tuple[bool, bool]] = {}
    for corner in (NEEDED, HARMFUL):
        try:
            found = analyse(table, Request(outcome, (part.set,), corner, None, deals, seed)).found[0]
        except TableFaults:
            return Tried(NOT_IDENTIFIED, len(whole))
        ceiling = found.ceilings[cuts.ceiling]
        large = reaches(ceiling.effect, cuts.margins["effect"])
        verdicts[corner] = large, large and ceiling.p <= cuts.margins["chance"] + 1e-12
        mark = "" if corner == NEEDED else "_harmful"
        numbers |= {f"d{mark}": ceiling.effect, f"p{mark}": ceiling.p}
        if corner == NEEDED:
            numbers |= {"above": float(ceiling.above), "accuracy": ceiling.accuracy}
        if verdicts[corner][0]:
            break
    large, holds = verdicts[NEEDED]
    if large:
        verdict = SUPPORTED if holds else NOT_IDENTIFIED
    else:
        verdict = CONTRADICTED if verdicts[HARMFUL][1] else NOT_SUPPORTED
    return Tried(verdict, len(whole), numbers)
