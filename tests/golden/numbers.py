"""Numbers that parameters have or have had: each addresses a parameter's draws, and is never given to another."""

from __future__ import annotations

import json
from pathlib import Path

from copark.model.variables import catalogue

FILE = Path(__file__).parent / "parameter_numbers.json"


def read() -> dict[str, int]:
    """Read the numbers ever given, by the name of the parameter."""
    given: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8"))
    return given


def faults(given: dict[str, int], now: dict[str, int]) -> list[str]:
    """Say which parameters have a number that is not theirs, and which they may have.

    A new one is above all that were ever given. Some may be left out, as where branches met: what counts is that none
    is given to two.

    Parameters
    ----------
    given
        Numbers ever given, by name.
    now
        Numbers in the catalogue, by name.
    """
    following = 1 + max(given.values())
    found = []
    for name, number in now.items():
        if name in given and given[name] != number:
            found.append(f"{name}: number {number}, which must stay {given[name]}")
        elif name not in given and number in given.values():
            found.append(f"{name}: number {number} is or was another's; the next is {following}")
        elif name not in given and number < following:
            found.append(f"{name}: number {number} is none; the next is {following}")
    added = sorted(number for name, number in now.items() if name not in given)
    if not found and len(set(added)) < len(added):
        found.append(f"new numbers {added}: one is given twice")
    return found


def of_catalogue() -> dict[str, int]:
    """Give the numbers in the catalogue, by the name of the parameter."""
    return {name: variable.number for name, variable in catalogue().parameters.items()}


def write() -> None:
    """Add the numbers of new parameters to those ever given; ValueError if one is not theirs."""
    given = read() if FILE.is_file() else {}
    wrong = faults(given, of_catalogue()) if given else []
    if wrong:
        raise ValueError("\n".join(wrong))
    ever = sorted({**of_catalogue(), **given}.items(), key=lambda entry: entry[1])
    FILE.write_text(json.dumps(dict(ever), indent=1) + "\n", encoding="utf-8")
