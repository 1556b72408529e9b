"""Words of the standard of proof (:mod:`~copark.analyses.claims.standard`), and the side of a claim each stands on."""

ESTABLISHED = "established"
LIKELY = "likely"
OPEN = "open"
UNLIKELY = "unlikely"
CONTRADICTED = "contradicted"
SMALL = "small"
WORDS = (ESTABLISHED, LIKELY, OPEN, UNLIKELY, CONTRADICTED, SMALL)
"""The words, the strongest for a claim first."""
FOR = frozenset((ESTABLISHED, LIKELY))
REFUTED = frozenset((CONTRADICTED, UNLIKELY, SMALL))


def side(word: str) -> int:
    """Return the side of a word: for the claim 1, against it -1, neither 0."""
    return 1 if word in FOR else -1 if word in REFUTED else 0


def flips(word: str, other: str) -> bool:
    """Return whether another word is not on the side of a word; ``open`` has no side, and nothing flips it."""
    return side(word) != 0 and side(other) != side(word)
