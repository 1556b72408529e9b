"""Wraps text to a display width: Chinese at any character, English at spaces."""

import re

PIECES = re.compile("[\u2e80-\ufaff\uff00-\uffef]|[^\u2e80-\ufaff\uff00-\uffef\\s]+|\\s+")
"""What may stand alone on a line: a Chinese character or mark, a word, blanks."""
_CLOSING, _OPENING = "，。；：、！？）》”’", "（《“‘"


def width_of(words: str) -> int:
    """Letters that words take on a line; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in words)


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
