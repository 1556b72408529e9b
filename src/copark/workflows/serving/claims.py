"""Claims as a page shows them: what is tried, and the verdicts of a stored trial, chosen by what made it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copark.errors import NotFound
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES
from copark.workflows.places import reports_in
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.refusals import absent
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.verdicts import PartVerdict, verdicts_in
from copark.workflows.serving.wording import said, spoken_in

TABLES = ("verdicts", "statistics", "arms", "block", "severity", "provenance")
VERDICTS = "verdicts"


class PartInfo(Answer):
    """A part of a claim."""

    key: str
    """What its verdict is found by."""
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


class TrialName(Answer):
    """A trial that is stored, by what made it."""

    identity: str
    """Identity of what was found: claims, case, model, draws and settings."""
    stored: str
    """When it was written."""
    words: Said
    """Its settings in words."""
    draws: int
    """Draws of parameters."""
    runs: int
    """Runs of each arm: draws times futures."""
    seed: int
    """Seed of the luck."""
    draws_of: str
    """What parameters were drawn from: posterior or prior."""
    cut: str | None
    """Quarter up to which the posterior was fitted."""
    claims: list[str]
    """Ids of the claims tried."""
    usual: bool
    """Whether it is that of the usual settings, for the case, model, posterior and claims as they are."""
    current: bool
    """Whether case, model, code and claims are still those it was made with."""


class TrialInfo(TrialName):
    """A trial that is stored, with its verdicts."""

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
    """The trial that was asked for, else that of the usual settings; null if it is not stored."""
    trials: list[TrialName]
    """All that are stored: that of the usual settings first, then those that are current, the largest first."""
    note: Said
    """What to know, or to do."""


@dataclass(frozen=True)
class Stored:
    """A stored trial: its folder, and how it is called."""

    folder: Path
    name: TrialName


def claims_of(shelved: Shelved, data: Path, wanted: str | None = None) -> ClaimsInfo:
    """The claims about a case and their verdicts in a stored trial.

    Parameters
    ----------
    wanted
        Identity of the trial; by default that of the usual settings.

    Raises
    ------
    NotFound
        If nothing is claimed about the case, or no such trial is stored.
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
                PartInfo(key=key, title=Said(en=a[0], zh=b[0]), says=Said(en=a[1], zh=b[1]))
                for key, a, b in zip(en.keys, en.parts, zh.parts, strict=True)
            ],
        )
        for en, zh in zip(english, chinese, strict=True)
    ]
    trials = trials_of(shelved.name, data)
    chosen = chosen_of(trials, wanted)
    if wanted is not None and chosen is None:
        raise absent("no_trial", "trial", case=shelved.name)
    return ClaimsInfo(
        case=case_name(shelved),
        claims=claims,
        trial=None if chosen is None else trial_info(chosen),
        trials=[one.name for one in trials],
        note=_note(shelved.name, trials, chosen),
    )


def _note(case: str, trials: list[Stored], chosen: Stored | None) -> Said:
    if chosen is None:
        return said("web.claims.only_others" if trials else "web.claims.none", case=case)
    name = chosen.name
    return said(f"web.claims.{'usual' if name.usual else 'other' if name.current else 'past'}")


def trials_of(case: str, data: Path) -> list[Stored]:
    """Every sound trial of a case's claims, that of the usual settings first, then current ones, the largest first."""
    from copark.inference.claims.trial import identity_from
    from copark.workflows.claims import usual_provenance

    usual = usual_provenance(case, data)
    found = [Stored(folder, _name(folder, made, usual, identity_from(usual))) for folder, made in _records(case, data)]
    return sorted(found, key=lambda one: (not one.name.usual, not one.name.current, -one.name.runs, one.name.identity))


def _records(case: str, data: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Folders of trials and what made them; of those alone that are what their names say."""
    from copark.inference.claims.record import read
    from copark.inference.claims.trial import identity_from

    for folder in sorted(reports_in(data).glob(f"claims-{case}-*")):
        identity = folder.name.rpartition("-")[2]
        kept = read(folder, identity)
        if kept is not None and identity_from(kept.provenance) == identity and (folder / "tables").is_dir():
            yield folder, kept.provenance


STATE = ("claims_sha256", "case_hash", "model_hash", "experiment_hash")
"""What a trial must share with the usual one to be current; and the posterior, where both have one."""


def _name(folder: Path, made: dict[str, Any], usual: dict[str, Any], usual_identity: str) -> TrialName:
    identity = folder.name.rpartition("-")[2]
    draws, futures, cut = int(made["draws"]), int(made["futures"]), made.get("posterior_cut")
    kind = made["draws_of"]
    settings = {"draws": draws, "futures": futures, "runs": draws * futures, "seed": made["seed"]}
    drawn = spoken_in(Trust.of(made).label) if "trust" in made else said(f"workflows.draws.{kind}")
    every = made["claims"] == usual["claims"]
    claims = said("web.claims.all") if every else said("web.claims.some", ids=", ".join(made["claims"]))
    return TrialName(
        identity=identity,
        stored=datetime.fromtimestamp((folder / "verdicts.json").stat().st_mtime, UTC).isoformat(timespec="seconds"),
        words=said("web.claims.settings", drawn=drawn, claims=claims, **settings),
        draws=draws,
        runs=draws * futures,
        seed=made["seed"],
        draws_of=kind,
        cut=cut,
        claims=list(made["claims"]),
        usual=identity == usual_identity,
        current=all(made[key] == usual[key] for key in (*STATE, *({"draws_hash"} & made.keys() & usual.keys()))),
    )


def chosen_of(trials: list[Stored], wanted: str | None) -> Stored | None:
    """The trial of an identity; by default that of the usual settings."""
    return next((one for one in trials if (one.name.usual if wanted is None else one.name.identity == wanted)), None)


def trial_info(chosen: Stored) -> TrialInfo:
    """A stored trial with its verdicts."""
    tables = chosen.folder / "tables"
    spoken = [lang for lang in LANGUAGES if (tables / f"claims-{VERDICTS}-{lang}.csv").is_file()]
    return TrialInfo(
        **chosen.name.model_dump(),
        languages=spoken,
        tables=list(TABLES),
        verdicts={lang: read_table(tables / f"claims-{VERDICTS}-{lang}.csv") for lang in spoken},
        parts=verdicts_in(tables),
    )


def _file_of(case: str, data: Path, wanted: str | None, name: str) -> Path:
    """A file of the trial of an identity, by default that of the usual settings.

    Raises
    ------
    NotFound
        If there is none.
    """
    chosen = chosen_of(trials_of(case, data), wanted)
    path = None if chosen is None else chosen.folder / name
    if path is None or not path.is_file():
        raise absent("no_trial", "trial", case=case)
    return path


def trial_table(case: str, data: Path, name: str, lang: str, wanted: str | None = None) -> TableInfo:
    """A table of a trial; refused where there is none."""
    return read_table(_file_of(case, data, wanted, f"tables/claims-{name}-{lang}.csv"))


def trial_page(case: str, data: Path, lang: str, wanted: str | None = None) -> bytes:
    """The page of a trial; refused where there is none."""
    return _file_of(case, data, wanted, f"claims-{lang}.html").read_bytes()


def read_table(path: Path) -> TableInfo:
    """A table that was written as CSV."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    return TableInfo(header=rows[0] if rows else [], rows=rows[1:])
