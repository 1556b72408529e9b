"""The catalogue of outcomes: what may become of a park in a run, in the order of codes, and what each is to others.

Read from `outcomes.yaml`, the one place where outcomes are named. Runs keep an outcome as its code; whoever asks for
one asks by what it is: the good one, the one in which the park has ended, the one whose test a run lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copark.model.variables import read_yaml

FILE = Path(__file__).parent / "outcomes.yaml"


@dataclass(frozen=True)
class Outcome:
    """An outcome of a run."""

    key: str
    """Its name in data and texts."""
    code: int
    """Its place, from the gravest to the mildest, counted from 0: what runs keep."""
    en: str
    """Title in English."""
    zh: str
    """Title in Chinese."""
    told: int
    """Its place in a sentence and in a list that names all, counted from 1."""
    colour: str
    """Name of its colour in figures and pages; no other outcome has it."""
    lacks: str = ""
    """The test whose lack makes it a run's outcome, unless the run has a graver one; empty for the mildest."""
    good: bool = False
    """Whether it is the one that decisions are to bring about."""
    ended: bool = False
    """Whether it is the one in which there is no park any longer."""
    narrow: bool = False
    """Whether narrow tables have a column for it."""
    left: str = ""
    """Name of the cause for which a run leaves it for a milder one; empty for the mildest."""
    reached: str = ""
    """Name of the cause for which a run comes to it from a milder one; empty for the mildest."""

    @property
    def spelled(self) -> str:
        """Its name as people write it, with hyphens."""
        return self.key.replace("_", "-")

    def title(self, lang: str = "en") -> str:
        """Return the title in a language."""
        return self.zh if lang == "zh" else self.en

    def word(self, lang: str = "en") -> str:
        """Return the title as it stands inside a sentence or in a cell."""
        return self.title(lang).lower()


def read_outcomes(path: Path = FILE) -> tuple[Outcome, ...]:
    """Read a file of outcomes.

    Raises
    ------
    ValueError
        If another than the first is ended, none or several are good, a test or a cause is missing, or two share a place
        or a colour.
    """
    outcomes = []
    for code, (key, content) in enumerate(read_yaml(path).items()):
        entry: dict[str, Any] = dict(content)
        title = entry.pop("title")
        outcomes.append(Outcome(key=key, code=code, en=title["en"], zh=title["zh"], **entry))
    if [outcome.ended for outcome in outcomes] != [True, *[False] * (len(outcomes) - 1)]:
        raise ValueError(f"{path.name}: the first outcome is ended, and no other.")
    if sum(outcome.good for outcome in outcomes) != 1:
        raise ValueError(f"{path.name}: exactly one outcome is good.")
    for outcome in outcomes:
        is_last = outcome is outcomes[-1]
        if any(bool(getattr(outcome, name)) == is_last for name in ("lacks", "left", "reached")):
            raise ValueError(f"{path.name}: {outcome.key}: all but the last have lacks, left and reached.")
    if sorted(outcome.told for outcome in outcomes) != list(range(1, len(outcomes) + 1)):
        raise ValueError(f"{path.name}: told counts the outcomes from 1.")
    if len({outcome.colour for outcome in outcomes}) < len(outcomes):
        raise ValueError(f"{path.name}: each outcome has a colour of its own.")
    return tuple(outcomes)


OUTCOMES = read_outcomes()
"""All outcomes by code: the first is code 0."""
BY_KEY = {outcome.key: outcome for outcome in OUTCOMES}
"""The outcomes by their names."""
TOLD = tuple(sorted(OUTCOMES, key=lambda outcome: outcome.told))
"""The outcomes in the order in which a sentence or a list names them."""
GOOD = next(outcome for outcome in OUTCOMES if outcome.good)
"""The outcome that decisions are to bring about."""
ENDED = next(outcome for outcome in OUTCOMES if outcome.ended)
"""The outcome in which there is no park any longer."""
