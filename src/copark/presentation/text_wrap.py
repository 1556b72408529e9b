"""Wraps text to a display width: Chinese at any character, English at spaces."""

import re
from math import ceil

PIECES = re.compile("[\u2e80-\ufaff\uff00-\uffef]|[^\u2e80-\ufaff\uff00-\uffef\\s]+|\\s+")
"""What may stand alone on a line: a Chinese character or mark, a word, blanks."""
LETTER = 0.5
"""Width of a Latin letter on average, half that of a Chinese one, in sizes of the letters."""
LINE = 1.25
"""Height of a line, in sizes of the letters."""
_CLOSING = "，。；：、！？）》”’…"
_OPENING = "（《“‘"


def width_of(words: str) -> int:
    """Return the letters that words take on a line; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in words)


def height_of(words: str, size: float, width: float) -> float:
    """Estimate the height that words in a proportional font take between margins, rather too large.

    Parameters
    ----------
    words
        A paragraph.
    size
        Of its letters, points.
    width
        Between the margins, cm.

    Returns
    -------
    float
        Centimetres, without the space below.
    """
    centimetres = size * 2.54 / 72.0
    lines = ceil(width_of(words) * LETTER * centimetres / width)
    return lines * LINE * centimetres


def wrapped(words: str, width: int) -> list[str]:
    """Break words into lines; no closing mark begins one, no opening mark ends one, a wider word stays whole."""
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line: list[str] = []
        for piece in PIECES.findall(paragraph):
            if "".join(line).strip() and width_of("".join(line) + piece.rstrip()) > width:
                carried = _carried(line) if piece[0] in _CLOSING else []
                if piece[0] in _CLOSING and not carried:  # nothing could go with it: it stands in the margin
                    line.append(piece)
                    continue
                while len(line) > 1 and line[-1][-1] in _OPENING:
                    carried.insert(0, line.pop())
                lines.append("".join(line).rstrip())
                line = [*carried, piece] if carried else [piece.lstrip()]
            else:
                line.append(piece)
        lines.append("".join(line).rstrip())
    return lines


def _carried(line: list[str]) -> list[str]:
    """Take from the end of a line what goes to the next with a closing mark: other such marks, and what they close."""
    carried: list[str] = []
    while len(line) > 1:
        carried.insert(0, line.pop())
        if carried[0][0] not in _CLOSING:
            return carried
    line += carried
    return []
