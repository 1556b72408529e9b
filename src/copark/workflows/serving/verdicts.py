"""Verdicts of a trial part by part, put together from its tables in both languages."""

from __future__ import annotations

import csv
from pathlib import Path

from copark.model.variables import catalogue
from copark.texts import LANGUAGES
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.wording import both, said

NEEDED = frozenset(("claim", "part", "claim_verdict", "verdict", "severity", "held_by_prior", "why", "flipped_by"))

Row = dict[str, str]


class StatisticInfo(Answer):
    """A number a verdict rests on."""

    words: Said
    """What it is."""
    low: float | None
    """5 % of draws."""
    middle: float | None
    """Median, or mean where the rule takes it."""
    high: float | None
    """95 % of draws."""


class PartVerdict(Answer):
    """The verdict on a part of a claim, and its evidence."""

    claim: str
    """Id of the claim."""
    part: str
    """Key of the part."""
    claim_verdict: Said
    """Verdict on the whole claim."""
    verdict: str
    """supported, not_supported, contradicted, not_identified or undetermined."""
    words: Said
    """That, in words."""
    meaning: Said
    """What that means."""
    severity: float | None
    """How often the same test refutes the part where it is false by construction."""
    held: float | None
    """Share of draws of the prior that meet the condition of support by themselves."""
    why: Said | None
    """Why it is not identified."""
    leans: list[Said]
    """Parameters it leans on that data did not move."""
    flips: list[Said]
    """Other judgements of the model under which the verdict is another."""
    statistics: list[StatisticInfo]
    """The numbers it rests on."""


def verdicts_in(tables: Path) -> list[PartVerdict]:
    """Verdicts in a trial's folder of tables; none where the tables are of another form."""
    spoken = [lang for lang in LANGUAGES if (tables / f"claims-verdicts-{lang}.csv").is_file()]
    if not spoken:
        return []
    found = rows(tables / f"claims-verdicts-{spoken[0]}.csv")
    if not found or not found[0].keys() >= NEEDED:
        return []
    titles = {lang: variants(tables / f"claims-block-{lang}.csv") for lang in spoken}
    numbers = statistics({lang: rows(tables / f"claims-statistics-{lang}.csv") for lang in spoken})
    return [_part(one, titles, numbers.get((one["claim"], one["part"]), [])) for one in found]


def rows(path: Path) -> list[Row]:
    """Rows of a table written as CSV; none where there is no such table."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def variants(path: Path) -> dict[str, str]:
    """Titles of the other judgements a trial was made under."""
    return {row["variant"]: row["variant_title"] for row in rows(path)}


def statistics(tables: dict[str, list[Row]]) -> dict[tuple[str, str], list[StatisticInfo]]:
    """The numbers verdicts rest on, by claim and part; words of both languages are paired by the statistic's key."""

    def key(row: Row) -> tuple[str, str, str]:
        return row["claim"], row["part"], row["statistic"]

    by_key = {lang: {key(row): row["words"] for row in found} for lang, found in tables.items()}
    found: dict[tuple[str, str], list[StatisticInfo]] = {}
    for row in next(iter(tables.values())):
        words = {lang: spoken[key(row)] for lang, spoken in by_key.items() if key(row) in spoken}
        found.setdefault((row["claim"], row["part"]), []).append(
            StatisticInfo(
                words=told(words), low=number(row["p05"]), middle=number(row["middle"]), high=number(row["p95"])
            )
        )
    return found


def told(words: dict[str, str]) -> Said:
    """Words in both languages; those of the other where one is missing."""
    least = next(iter(words.values()), "")
    return Said(en=words.get("en", least), zh=words.get("zh", least))


def number(cell: str) -> float | None:
    """A cell as a number."""
    return float(cell) if cell else None


def _part(row: Row, titles: dict[str, dict[str, str]], numbers: list[StatisticInfo]) -> PartVerdict:
    parameters = catalogue().parameters
    return PartVerdict(
        claim=row["claim"],
        part=row["part"],
        claim_verdict=said(f"claims.verdict.{row['claim_verdict']}"),
        verdict=row["verdict"],
        words=said(f"claims.verdict.{row['verdict']}"),
        meaning=said(f"claims.verdict.{row['verdict']}.meaning"),
        severity=number(row["severity"]),
        held=number(row["held_by_prior"]),
        why=said(f"claims.why.{row['why']}") if row["why"] else None,
        leans=[both(parameters[one]) for one in _several(row.get("leans_on_unmoved", "")) if one in parameters],
        flips=[
            told({lang: found.get(one, one) for lang, found in titles.items()}) for one in _several(row["flipped_by"])
        ],
        statistics=numbers,
    )


def _several(cell: str) -> list[str]:
    return [one for one in cell.split("; ") if one]
