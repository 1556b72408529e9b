"""Finding cases: the casebook shipped with the package, and folders elsewhere."""

from __future__ import annotations

import csv
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from copark.cases.types import suggestion
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLAIMS = "claims.yaml"
"""File of the claims a case may bring beside its facts, and how they are tried."""
CLAIMS_EDITIONS = (CLAIMS, "claims-2.yaml")
"""Files of claims, the oldest first: rules that were used are never edited, and what replaces them has its own name."""
LEVERS = "levers.yaml"
"""File of the levers from now that a case may bring."""
STUDIES = "studies"
"""Folder of the what-ifs that a case may bring."""
POSTERIOR = "posterior"
"""Folder of what calibrations taught of a case's parameters, with a folder for each cut."""
LITERATURE = "literature.yaml"
"""Estimates from the literature, beside the tables of parks."""
DISPUTED = "disputed.yaml"
"""Values of the casebook that are doubtful or contradicted, beside the tables of parks."""
WORDS = "words.zh.yaml"
"""The Chinese of what cases and the tables of parks say in English alone."""

DATES = "parks-dates.csv"
COUNTS = "parks-counts.csv"
COUNT_SOURCES = "parks-counts-sources.yaml"
COUNT_TABLES = (DATES, COUNTS, COUNT_SOURCES)
"""Dates and counts of parks for curves that need no case, beside the tables of parks."""
ZONES = "zones.csv"
DISTRESS = "distress.csv"
BASE_RATES = "base-rates.csv"
ZONE_SOURCES = "zones-sources.yaml"
ZONE_TABLES = (ZONES, DISTRESS, BASE_RATES, ZONE_SOURCES)
"""Zones that failed or never began, dates of distress and rates of lists: evidence, beside the tables of parks."""
IDENTIFIERS = "parks-identifiers.csv"
IDENTIFIER_SOURCES = "parks-identifiers-sources.yaml"
ACCESSED = "sources-accessed.csv"
COMPLETED = "sources-completed.csv"
LINKAGE = (IDENTIFIERS, IDENTIFIER_SOURCES, ACCESSED, COMPLETED)
"""What others call the parks, when sources were read and what was found of them later, beside the tables of parks."""
ACCOUNTS = "accounts.csv"
INTERESTS = "interests.csv"
DECISIONS = "decisions.csv"
TIES = "ties.csv"
SOUGHT = "sought.csv"
EVIDENCE_SOURCES = "evidence-sources.yaml"
ACCOUNT_TABLES = (ACCOUNTS, EVIDENCE_SOURCES)
"""Published accounts and their sources, of a park in its case, of other companies beside the tables of parks."""
EVIDENCE_TABLES = (ACCOUNTS, INTERESTS, DECISIONS, TIES, EVIDENCE_SOURCES)
"""Evidence of a park that enters no fit, and its sources: they lie in its case and are no part of what it is."""

MOST_CALLED = 3
"""Cases of like titles up to which they are suggested: a word that many share tells nothing."""
MOST_COMPARED = 80
"""Letters of what was written that are compared with titles and names."""

_CASEBOOK = Path(__file__).resolve().parent.parent / "casebook"


class InFolder(Protocol):
    """A case, as far as its folder is asked for: what a case is, is no business of those who find it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def folder(self) -> Path:
        """Where it was read from."""


def casebook_path() -> Path:
    """Return the folder of the cases shipped with the package."""
    return _CASEBOOK


def list_cases() -> tuple[str, ...]:
    """Return the names of the casebook's cases, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in _CASEBOOK.glob("*/case.yaml")))


def cases_called(words: str) -> tuple[str, ...]:
    """Return the casebook's cases that somebody may mean: whose title holds the words, or whose name is near to them.

    Parameters
    ----------
    words
        What was written in the place of a name, in either language: "Dukem" is in the title of ``eiz-ethiopia``.
    """
    written = " ".join(words.casefold().split())[:MOST_COMPARED]
    if not written:
        return ()
    with (_CASEBOOK / "parks.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["case"]]
    titled = [row["case"] for row in rows if any(written in row[name].casefold() for name in ("name_en", "name_zh"))]
    titled = titled or _sharing_letters(written, {row["case"]: row["name_zh"] for row in rows})
    if len(titled) in range(1, MOST_CALLED + 1):
        return tuple(sorted(titled))
    return tuple(get_close_matches(written, list_cases(), n=1, cutoff=0.7))


def suggested_case(words: str, names: Iterable[str]) -> str:
    """Return those of some cases that somebody may mean, as :func:`cases_called` has it, or else the nearest names."""
    known = tuple(names)
    called = [name for name in cases_called(words) if name in known]
    return " | ".join(called) or suggestion(words, known)


def _sharing_letters(written: str, titles: Mapping[str, str]) -> list[str]:
    """Find the cases whose Chinese title shares two letters in a row with what was written, which few titles have.

    A name is written in Chinese in several ways: 蒂拉瓦 for 迪拉瓦. What many titles share (园区) tells nothing.
    """
    pairs = {first + second for first, second in pairwise(written) if not (first + second).isascii()}
    sharing = {pair: [case for case, title in titles.items() if pair in title] for pair in pairs}
    return sorted({case for cases in sharing.values() if len(cases) <= MOST_CALLED for case in cases})


def shadowed_note(name: str, lang: str = "en") -> str:
    """Return which park a name means, where a folder here has the name of a case of the casebook; else nothing."""
    folder = Path(name)
    if name not in list_cases() or kind_of(folder / "case.yaml") != "other" or folder.samefile(_CASEBOOK / name):
        return ""
    return text("cases.shadowed", lang, name=name, path=_CASEBOOK / name, folder=folder.resolve())


def folder_of(name_or_path: str | Path) -> Path:
    """Return the folder meant by a name or a path, whether it exists or not.

    A bare name means the casebook's case of that name, if there is one; otherwise, and always where a separator is
    written (``./great-stone``), it is a path.
    """
    name = str(name_or_path)
    return _CASEBOOK / name if name in list_cases() else Path(name_or_path)


def brought(case: InFolder, name: str) -> Path | None:
    """Return a file or folder that a case brings beside its facts, or the casebook for a case of its name.

    ``None`` where neither does.
    """
    places = (folder / name for folder in (case.folder, _CASEBOOK / case.name))
    return next((place for place in places if place.exists()), None)


def claims_of(case: InFolder) -> Path | None:
    """Return the newest file of claims that a case brings, or the casebook for a case of its name.

    ``None`` where neither does. What a folder of its own brings comes before the casebook's, however old.
    """
    places = (newest_claims(folder) for folder in (case.folder, _CASEBOOK / case.name))
    return next((place for place in places if place is not None), None)


def newest_claims(folder: Path) -> Path | None:
    """Return the newest edition of claims in a folder; ``None`` where there is none."""
    places = (folder / name for name in reversed(CLAIMS_EDITIONS))
    return next((place for place in places if place.exists()), None)


def posteriors_of(case: InFolder) -> dict[str, Path]:
    """Return the folders of a case's posteriors, by the last quarter each knows (``2020Q4``), earliest first."""
    place = brought(case, POSTERIOR)
    return {} if place is None else posteriors_in(place)


def posteriors_in(place: Path) -> dict[str, Path]:
    """Return the folders of the posteriors in a place, as :func:`posteriors_of` does of a case."""
    return {path.parent.name: path.parent for path in sorted(place.glob("*/recipe.json"))}


def kind_of(path: Path) -> Literal["folder", "other", "nothing"]:
    """Describe what is at a path; a path that cannot be asked for is nothing."""
    try:
        if path.is_dir():
            return "folder"
        return "other" if path.exists() else "nothing"
    except (OSError, ValueError):
        return "nothing"
