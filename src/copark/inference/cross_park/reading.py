"""Reading a file of rules for the comparison of parks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from copark.cases.casebook import ACROSS, casebook_path
from copark.cases.model_file import read_model
from copark.cases.types import shown
from copark.errors import NotFound
from copark.inference.claims.reading import ClaimsFaults
from copark.inference.cross_park.schema import Across

RULES = casebook_path() / ACROSS
FOLDERS = casebook_path() / "deviants"
"""Where little is known of a deviant case: what parks.csv says of it, as a case."""


@dataclass(frozen=True)
class AcrossFile:
    """Rules that are sound, with the name of their file and the SHA-256 of its bytes."""

    rules: Across
    name: str
    sha256: str


def load_rules(path: Path | None = None) -> AcrossFile:
    """Read rules, by default those shipped.

    Raises
    ------
    NotFound
        If there is no such file.
    ClaimsFaults
        If it has faults; it carries all of them.
    """
    place = path or RULES
    if not place.is_file():
        raise NotFound.of("claims.not_found", found=shown(place))
    read, faults = read_model(place, Across, ("across", "claims", "study"))
    if read is None:
        raise ClaimsFaults(faults)
    return AcrossFile(read[0], place.name, hashlib.sha256(place.read_bytes()).hexdigest())
