"""Claims as a page shows them: what is tried, and the verdicts of the newest trial that is stored."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

from copark.errors import NotFound
from copark.texts import LANGUAGES
from copark.workflows.places import reports_in
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.refusals import absent
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.verdicts import PartVerdict, verdicts_in
from copark.workflows.serving.wording import said

TABLES = ("verdicts", "statistics", "arms", "block", "severity", "provenance")
VERDICTS = "verdicts"


class PartInfo(Answer):
    """A part of a claim."""

    title: Said
    """What it is about."""
    says: Said
    """What it says."""


class ClaimInfo(Answer):
    """A claim, as its file has it."""

    id: str
    """Its id."""
    title: Said
    """Its title."""
    statement: Said
    """What is claimed."""
    parts: list[PartInfo]
    """Its parts, each tried by itself."""


class TableInfo(Answer):
    """A table of a trial: columns have the same names in every language, words in the cells are in one."""

    header: list[str]
    """Names of the columns."""
    rows: list[list[str]]
    """The cells."""


class TrialInfo(Answer):
    """A trial that is stored."""

    identity: str
    """Identity of what was found."""
    stored: str
    """When it was written."""
    languages: list[str]
    """Languages its page and tables are in."""
    tables: list[str]
    """Its tables."""
    verdicts: dict[str, TableInfo]
    """Verdicts of every part, by language."""
    parts: list[PartVerdict]
    """Verdicts of every part with what they rest on, in both languages."""


class ClaimsInfo(Answer):
    """The claims about a case."""

    case: CaseName
    """The case."""
    claims: list[ClaimInfo]
    """What is tried."""
    trial: TrialInfo | None
    """The newest trial that is stored; null if none is."""
    note: Said
    """What to know, or to do."""


def claims_of(shelved: Shelved, data: Path) -> ClaimsInfo:
    """The claims about a case and their verdicts.

    Raises
    ------
    NotFound
        If nothing is claimed about the case.
    """
    from copark.workflows.claims import list_claims

    if shelved.uploaded:
        raise absent("no_claims", "case", case=shelved.name)
    try:
        english, chinese = (list_claims(shelved.name, lang)[1] for lang in LANGUAGES)
    except NotFound:
        raise absent("no_claims", "case", case=shelved.name) from None
    claims = [
        ClaimInfo(
            id=en.id,
            title=Said(en=en.title, zh=zh.title),
            statement=Said(en=en.statement, zh=zh.statement),
            parts=[
                PartInfo(title=Said(en=a[0], zh=b[0]), says=Said(en=a[1], zh=b[1]))
                for a, b in zip(en.parts, zh.parts, strict=True)
            ],
        )
        for en, zh in zip(english, chinese, strict=True)
    ]
    trial = newest_trial(shelved.name, data)
    note = said("web.claims.stored" if trial else "web.claims.none", case=shelved.name)
    return ClaimsInfo(case=case_name(shelved), claims=claims, trial=trial, note=note)


def trial_folder(case: str, data: Path) -> Path | None:
    """Folder of the newest trial of a case's claims."""
    root = reports_in(data)
    found = [path for path in root.glob(f"claims-{case}-*") if (path / "tables").is_dir()] if root.is_dir() else []
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def newest_trial(case: str, data: Path) -> TrialInfo | None:
    """The newest trial of a case's claims."""
    folder = trial_folder(case, data)
    if folder is None:
        return None
    spoken = [lang for lang in LANGUAGES if (folder / "tables" / f"claims-{VERDICTS}-{lang}.csv").is_file()]
    stored = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    return TrialInfo(
        identity=folder.name.rpartition("-")[2],
        stored=stored.isoformat(timespec="seconds"),
        languages=spoken,
        tables=list(TABLES),
        verdicts={lang: read_table(folder / "tables" / f"claims-{VERDICTS}-{lang}.csv") for lang in spoken},
        parts=verdicts_in(folder / "tables"),
    )


def trial_table(case: str, data: Path, name: str, lang: str) -> TableInfo:
    """A table of the newest trial.

    Raises
    ------
    NotFound
        If there is none.
    """
    folder = trial_folder(case, data)
    path = None if folder is None or name not in TABLES else folder / "tables" / f"claims-{name}-{lang}.csv"
    if path is None or not path.is_file():
        raise absent("no_trial", "case", case=case)
    return read_table(path)


def trial_page(case: str, data: Path, lang: str) -> bytes:
    """The page of the newest trial.

    Raises
    ------
    NotFound
        If there is none.
    """
    folder = trial_folder(case, data)
    if folder is None or not (folder / f"claims-{lang}.html").is_file():
        raise absent("no_trial", "case", case=case)
    return (folder / f"claims-{lang}.html").read_bytes()


def read_table(path: Path) -> TableInfo:
    """A table that was written as CSV."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    return TableInfo(header=rows[0] if rows else [], rows=rows[1:])
