"""Words as a document may show them: names are somebody's own, and may hold what is not seen and turns others."""

import re

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(words: str) -> str:
    """Strip words of control characters and marks that turn the order of letters: names are somebody's own."""
    return _UNSEEN.sub("", words)


def titled(words: str, key: str) -> str:
    """Return a title; the key where nothing of it can be seen, for what has no title cannot be found."""
    return clean(words).strip() or key
