"""Cases that are wrong in one way, named by their fault; they are listed in ``bad_cases.yaml``."""

from dataclasses import dataclass
from pathlib import Path

import yaml

CASE, EQUITY, EVENTS, SERIES, SOURCES = "case.yaml", "equity.csv", "events.csv", "series.csv", "sources.yaml"


@dataclass(frozen=True)
class Spoiling:
    """One change to the miniature, and the fault it must be told as."""

    name: str
    file: str
    old: str
    new: str
    code: str = ""
    key: str = ""
    line: str = ""
    at: str = ""

    def apply(self, folder: Path) -> int:
        """Spoil a copy of the miniature; give the line of the fault."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        place = text.index(self.old, text.rfind("\n", 0, text.index(self.line)) + 1)
        spoiled = text[:place] + self.new + text[place + len(self.old) :]
        path.write_text(spoiled, encoding="utf-8")
        return spoiled.count("\n", 0, spoiled.index(self.at) if self.at else place) + 1


def _read() -> dict[str, Spoiling]:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {name: Spoiling(name, file, **rest) for file, entries in listed.items() for name, rest in entries.items()}


SPOILINGS = _read()
