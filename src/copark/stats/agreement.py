"""Agreement of two coders who gave the same cases a word each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def cohens_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Compute Cohen's κ: agreement beyond what chance gives two coders who use their words as often as they do.

    ``κ = (p - e) / (1 - e)``, with the share p of cases that agree and ``e = Σ share of the word by the first · by the
    second`` (Cohen 1960).

    Parameters
    ----------
    first, second
        Words of the two coders, case by case.

    Returns
    -------
    float
        1 where all agree; 0 where no more do than by chance; NaN where both give one and the same word throughout.

    Raises
    ------
    ValueError
        If there is no case, or the coders do not have as many.
    """
    if not first or len(first) != len(second):
        raise ValueError("two coders code the same cases")
    cases = len(first)
    agreed = sum(word == other for word, other in zip(first, second, strict=True)) / cases
    ours = Counter(first)
    theirs = Counter(second)
    by_chance = sum(ours[word] * theirs[word] for word in ours) / cases**2
    return (agreed - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else float("nan")
