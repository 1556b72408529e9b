"""Tables of the claims across parks for other programs, and everything as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from copark.inference.across.sweeps import PartFinding
from copark.inference.across.trial import AcrossFindings
from copark.report.across.tables import tests_of
from copark.report.across.words import Speaker
from copark.store import exports
from copark.store.atomic import written_file
from copark.store.tables import Cell, Table, entries_table, number


def tables(speaker: Speaker) -> Iterator[Table]:
    """All tables, with names that programs can rely on."""
    yield _verdicts(speaker)
    yield _tests(speaker)
    yield _variants(speaker)
    yield _deviants(speaker)
    yield _twins(speaker)
    yield _scores(speaker)
    yield _margins(speaker)
    yield entries_table({"identity": speaker.found.identity, **speaker.found.provenance})


def _verdicts(speaker: Speaker) -> Table:
    header = [
        "claim", "claim_title", "intervention", "qca", "nca", "agreement", "reasons", "agreement_words",
        "reasons_words", "qca_silent", "nca_silent",
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.claim.id, speaker.titled(one.claim.title), *one.verdicts.values(), one.agreement,
            "; ".join(one.reasons), speaker.agreement(one), speaker.reasons(one), one.qca.word.silent or "",
            one.nca.word.silent or "",
        ]
        for one in speaker.found.claims
    ]  # fmt: skip
    return Table("verdicts", header, rows, len(rows))


def _tests(speaker: Speaker) -> Table:
    header = [
        "claim", "method", "part", "test", "set", "cases", "rule_verdict", "verdict", "turned_by", "variants", "turned",
        "numbers", "models", "cases_against",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for claim, method, one in tests_of(speaker):
        numbers = "; ".join(f"{name}={value:.6g}" for name, value in one.tried.numbers.items())
        rows.append(
            [
                claim.claim.id, method, one.part.key, one.part.test, one.part.set, one.tried.cases, one.tried.verdict,
                one.verdict, "; ".join(one.families), len(one.variants), len(one.turning), numbers,
                " | ".join(one.tried.models), "; ".join(one.tried.against),
            ]
        )  # fmt: skip
    return Table("tests", header, rows, len(rows))


def _variants(speaker: Speaker) -> Table:
    header = ["claim", "method", "part", "sweep", "changed", "to", "cases", "verdict", "turns"]
    rows: list[list[Cell]] = [
        [
            claim.claim.id, method, one.part.key, turn.family, turn.changed, turn.value, turn.cases, turn.verdict,
            int(turn.turns),
        ]
        for claim, method, one in tests_of(speaker)
        for turn in one.variants
    ]  # fmt: skip
    return Table("variants", header, rows, len(rows))


def _deviants(speaker: Speaker) -> Table:
    header = ["case", "park", "set", "relation", "kind", "membership", "outcome"]
    rows: list[list[Cell]] = [
        [one.case, speaker.park(one.case), one.set, one.relation, one.kind, number(one.membership), number(one.outcome)]
        for one in speaker.found.deviations
    ]
    return Table("deviants", header, rows, len(rows))


def _twins(speaker: Speaker) -> Table:
    header = [
        "case", "park", "arm", "arm_title", "role", "share", "low", "high", "runs", "difference", "difference_low",
        "difference_high", "answer", "fitted_values", "reach",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for twin in speaker.found.twins:
        roles = {twin.deviant.on: "on", twin.deviant.off: "off"}
        for arm in twin.arms:
            lead: list[Cell] = [twin.deviant.row, speaker.park(twin.deviant.row), arm.key, speaker.arm(twin, arm.key)]
            shares = map(number, (arm.share, arm.low, arm.high))
            gaps = map(number, (twin.difference, twin.low, twin.high))
            ends: list[Cell] = [twin.answer, twin.fitted, number(twin.reach)]
            rows.append([*lead, roles.get(arm.key, ""), *shares, arm.runs, *gaps, *ends])
    return Table("twins", header, rows, len(rows))


def _scores(speaker: Speaker) -> Table:
    table = speaker.found.scores.table
    header = ["case", "park", "type", "grade", *table.values]
    rows: list[list[Cell]] = [
        [
            case, speaker.park(case), speaker.found.scores.types[case], speaker.found.scores.grades[case],
            *(number(column[at]) for column in table.values.values()),
        ]
        for at, case in enumerate(table.cases)
    ]  # fmt: skip
    return Table("scores", header, rows, len(rows))


def _margins(speaker: Speaker) -> Table:
    rows: list[list[Cell]] = [
        [name, one.value, one.reason.get(speaker.lang)] for name, one in speaker.found.file.rules.margins.items()
    ]
    return Table("margins", ["margin", "value", "reason"], rows, len(rows))


def write_tables(speaker: Speaker, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV, and all of them as the sheets of a workbook; give the paths, the workbook last."""
    return exports.write_tables(tuple(tables(speaker)), folder, "three-ways", speaker.lang, "across")


def record(found: AcrossFindings) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "identity": found.identity,
        "provenance": found.provenance,
        "claims": [
            {
                "id": one.claim.id,
                "verdicts": one.verdicts,
                "agreement": one.agreement,
                "reasons": list(one.reasons),
                "qca": {"silent": one.qca.word.silent, "parts": [_part(part) for part in one.qca.parts]},
                "nca": {"silent": one.nca.word.silent, "parts": [_part(part) for part in one.nca.parts]},
            }
            for one in found.claims
        ],
        "deviants": [
            {"case": one.case, "set": one.set, "relation": one.relation, "kind": one.kind} for one in found.deviations
        ],
        "twins": [
            {
                "case": one.deviant.row, "answer": one.answer, "on": one.deviant.on, "off": one.deviant.off,
                "difference": _plain(one.difference), "interval": [_plain(one.low), _plain(one.high)],
                "fitted": one.fitted, "reach": _plain(one.reach), "runs": one.accepted,
                "arms": {arm.key: {"share": _plain(arm.share), "interval": [_plain(arm.low), _plain(arm.high)]}
                         for arm in one.arms},
            }
            for one in found.twins
        ],
    }  # fmt: skip


def _part(one: PartFinding) -> dict[str, Any]:
    return {
        "key": one.part.key, "test": one.part.test, "set": one.part.set, "cases": one.tried.cases,
        "rule_verdict": one.tried.verdict, "verdict": one.verdict,
        "numbers": {name: _plain(value) for name, value in one.tried.numbers.items()},
        "models": list(one.tried.models), "against": list(one.tried.against),
        "turned": {family: list(one.counts(family)) for family in one.families},
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def write_record(found: AcrossFindings, folder: Path) -> Path:
    """Write everything as JSON."""
    target = folder / "three-ways.json"
    with written_file(target) as path:
        path.write_text(json.dumps(record(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target
