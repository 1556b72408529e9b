"""The fingerprints on record, what a golden run says beside them, and what may be written in their place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from tests.golden.fingerprints import differences
from tests.golden.runs import MODEL, Golden

FILE = Path(__file__).parent / "fingerprints.json"
State = Literal["same", "new", "moved", "idle", "renewed", "wider", "asked otherwise", "elsewhere"]
"""``moved``: other numbers under the same version; ``idle``: another version, the same numbers; ``renewed``: another
version, other numbers; ``wider``: the model has further outputs, and those on record are the same; ``asked otherwise``:
a case or what is kept with it has changed, so that nothing follows; ``elsewhere``: the numbers are the same on another
kind of processor alone."""
WORDS_MOVED = {"ablate": 5, "levers": 3}
"""Versions with which words moved and no number of a golden run: of which posterior they are (decision 0046)."""
REFUSED: Mapping[State, str] = {
    "moved": "numbers have moved under the same version: {parts}. If that is meant, raise its version ({where}).",
    "idle": "the version has moved and no number has: take it back ({where}).",
}
STALE: Mapping[State, str] = {
    "new": "no fingerprint is on record",
    "renewed": "the fingerprint on record is of the version before",
    "wider": "an output of the model is not on record yet",
    "asked otherwise": "a case, or what is kept with it, is another than in the fingerprint on record",
}


def read(file: Path = FILE) -> dict[str, Golden]:
    """Read the fingerprints on record, by name."""
    if not file.is_file():
        return {}
    return {name: Golden(**entry) for name, entry in json.loads(file.read_text(encoding="utf-8")).items()}


def state_of(then: Golden | None, now: Golden) -> State:
    """Compare a golden run with its fingerprint on record."""
    if then is None:
        return "new"
    if then.question != now.question:
        return "asked otherwise"
    if then.made_with != now.made_with:
        return "elsewhere"
    if is_of_model(now.name) and then.version == now.version and now.numbers.keys() > then.numbers.keys():
        common = {name: now.numbers[name] for name in then.numbers}
        return "moved" if differences(then.numbers, common, now.tolerance) else "wider"
    has_moved = bool(differences(then.numbers, now.numbers, now.tolerance))
    if then.version == now.version:
        return "moved" if has_moved else "same"
    return "renewed" if has_moved or WORDS_MOVED.get(now.name) == now.version else "idle"


def states_of(record: Mapping[str, Golden], made: Iterable[Golden]) -> dict[str, State]:
    """Compare golden runs with the record.

    The runs of the model have one version in common: it may move if the numbers of any of them do. Where the model has
    another version, numbers of methods move with it.
    """
    made = list(made)
    states = {one.name: state_of(record.get(one.name), one) for one in made}
    parks = [name for name in states if is_of_model(name)]
    if any(states[name] == "renewed" for name in parks):
        return {name: "renewed" if state in ("moved", "idle") else state for name, state in states.items()}
    return states


def is_of_model(name: str) -> bool:
    """Return whether a golden run holds the model, not a method."""
    return name.startswith(f"{MODEL} ")


def refusals(record: Mapping[str, Golden], made: Iterable[Golden]) -> list[str]:
    """Say what keeps golden runs from being written, a sentence for each."""
    made = list(made)
    found = []
    for one in made:
        state = states_of(record, made)[one.name]
        if state in REFUSED:
            parts = differences(record[one.name].numbers, one.numbers, one.tolerance)
            where = (
                "MODEL_VERSION in src/copark/version.py"
                if is_of_model(one.name)
                else "REGISTRY in analyses/registry.py"
            )
            found.append(f"{one.name}: {REFUSED[state].format(parts=', '.join(parts[:6]), where=where)}")
    return found


def write(record: Mapping[str, Golden], made: Iterable[Golden], file: Path = FILE) -> None:
    """Write the fingerprints of golden runs in the place of those on record; the others stay."""
    entries = {**record, **{one.name: one for one in made}}
    lines = [
        f"{json.dumps(name)}: {json.dumps(asdict(entries[name]), sort_keys=True)}" for name in sorted(entries)
    ]  # fmt: skip
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
