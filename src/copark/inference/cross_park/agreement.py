"""Three verdicts on a claim side by side: whether those that decide are of one side."""

from __future__ import annotations

from collections.abc import Mapping

from copark.inference.claims.verdicts import side

NO_WORD = "no_word"
"""Verdict of a method that has nothing to say to a claim."""
METHODS = ("intervention", "qca", "nca")
AGREE, DISAGREE, NOT_COMPARABLE = "agree", "disagree", "not_comparable"
ONE_DECIDES, NONE_DECIDES = "one_decides", "none_decides"
AGREEMENTS = (AGREE, DISAGREE, ONE_DECIDES, NONE_DECIDES, NOT_COMPARABLE)


def deciding(verdicts: Mapping[str, str]) -> tuple[str, ...]:
    """Methods whose verdict is for the claim or against it, in order."""
    return tuple(name for name in METHODS if side(verdicts[name]) != 0)


def agreement_of(verdicts: Mapping[str, str], compares: bool = True) -> str:
    """The class of agreement.

    Parameters
    ----------
    verdicts
        By method.
    compares
        Whether the methods ask what the model asks.
    """
    found = deciding(verdicts)
    if not found:
        return NONE_DECIDES
    if len(found) == 1:
        return ONE_DECIDES
    if not compares:
        return NOT_COMPARABLE
    return AGREE if len({side(verdicts[name]) for name in found}) == 1 else DISAGREE
