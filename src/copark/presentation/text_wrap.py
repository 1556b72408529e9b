"""Wraps text to a display width: Chinese at any character, English at spaces."""

import re
from math import ceil

PIECES = re.compile("[\u2e80-\ufaff\uff00-\uffef]|[^\u2e80-\ufaff\uff00-\uffef\\s]+|\\s+")
"""What may stand alone on a line: a Chinese character or mark, a word, blanks."""
LETTER, LINE = 0.5, 1.25
"""Width of a Latin letter on average, half that of a Chinese one, and height of a line, in sizes of the letters."""
_CLOSING, _OPENING = "，。；：、！？）》”’", "（《“‘"


def width_of(words: str) -> int:
    """Letters that words take on a line; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in words)


def height_of(words: str, size: float, width: float) -> float:
    """Height that words in a proportional font take between margins, by estimate and rather too large.

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
    """Words in lines of a width; no closing mark begins one, no opening mark ends one; a wider word stays whole."""
    found: list[str] = []
    for paragraph in words.split("\n"):
        line: list[str] = []
        for piece in PIECES.findall(paragraph):
            if "".join(line).strip() and width_of("".join(line) + piece.rstrip()) > width:
                kept = [line.pop()] if piece in _CLOSING and len(line) > 1 else []
                while len(line) > 1 and line[-1] in _OPENING:
                    kept.insert(0, line.pop())
                found.append("".join(line).rstrip())
                line = [*kept, piece] if kept else [piece.lstrip()]
            else:
                line.append(piece)
        found.append("".join(line).rstrip())
    return found
