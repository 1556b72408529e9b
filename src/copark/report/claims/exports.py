"""Tables of claims for other programs: CSV files and a workbook, with names that programs can rely on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from copark.inference.claims.trial import ClaimFinding, PartFinding
from copark.report.claims.words import Speaker
from copark.store import exports
from copark.store.tables import Cell, Table, entries_table, number


def tables(speaker: Speaker) -> Iterator[Table]:
    """All tables, one row for each part, statistic, arm, variant and world."""
    yield _verdicts(speaker)
    yield _statistics(speaker)
    yield _arms(speaker)
    yield _block(speaker)
    yield _severity(speaker)
    yield entries_table({"identity": speaker.found.identity, **speaker.found.provenance})


def _parts(speaker: Speaker) -> Iterator[tuple[ClaimFinding, PartFinding]]:
    for claim in speaker.found.claims:
        for part in claim.parts:
            yield claim, part


def _verdicts(speaker: Speaker) -> Table:
    header = [
        "claim", "claim_title", "claim_verdict", "part", "part_title", "verdict", "rule_verdict", "verdict_words",
        "severity", "severity_low", "severity_high", "severity_by_construction", "recentred", "held_by_prior",
        "steady", "why", "leans_on", "leans_on_unmoved", "flipped_by",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for claim, one in _parts(speaker):
        low, high = (None, None) if one.severity is None else one.severity.interval
        rows.append(
            [
                claim.claim.id, speaker.titled(claim.claim.title), claim.verdict, one.part.key,
                speaker.titled(one.part.title), one.verdict, one.rule_verdict, speaker.verdict(one.verdict),
                None if one.severity is None else number(one.severity.share), low, high,
                None if one.severity is None else int(one.severity.identical),
                None if one.recentred is None else number(one.recentred.share), number(one.held), number(one.steady),
                one.why, "; ".join(lean.parameter for lean in one.leans),
                "; ".join(lean.parameter for lean in one.unmoved), "; ".join(one.flipped),
            ]
        )  # fmt: skip
    return Table("verdicts", header, rows, len(rows))


def _statistics(speaker: Speaker) -> Table:
    header = ["claim", "part", "statistic", "kind", "words", "over", "draws", "p05", "middle", "p95", "mean", "error"]
    rows: list[list[Cell]] = []
    for claim, one in _parts(speaker):
        for name, statistic in one.part.statistics.items():
            sample = one.samples[name]
            lead: list[Cell] = [claim.claim.id, one.part.key, name, statistic.kind, speaker.statistic(statistic)]
            values = (*sample.band(), sample.mean, sample.error)
            rows.append([*lead, sample.over, int(sample.known.size), *map(number, values)])
    return Table("statistics", header, rows, len(rows))


def _arms(speaker: Speaker) -> Table:
    header = [
        "claim", "arm", "arm_title", "reference", "output", "quarter", "compared", "level_median", "p05", "median",
        "p95", "share_lower", "share_equal", "variance_by_parameters", "failed", "dependent", "stagnant",
        "self_standing", "runs",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for claim in speaker.found.claims:
        for row in claim.rows:
            for seen in row.seen:
                lead: list[Cell] = [
                    claim.claim.id, row.arm, speaker.arm(row.arm), claim.claim.reference, seen.look.output,
                    speaker.quarter(seen.look.at), "log points" if seen.log else "difference",
                ]  # fmt: skip
                explained = float("nan") if seen.split is None else seen.split.share
                values = (seen.level, seen.low, seen.median, seen.high, seen.lower, seen.equal, explained, *row.shares)
                rows.append([*lead, *map(number, values), row.runs])
    return Table("arms", header, rows, len(rows))


def _block(speaker: Speaker) -> Table:
    header = ["claim", "part", "variant", "variant_title", "verdict", "flips", "all_draws", "leaves_record_by"]
    rows: list[list[Cell]] = [
        [
            claim.claim.id, one.part.key, variant.variant, speaker.variant(variant.variant), variant.verdict,
            int(variant.flips), int(variant.whole), number(variant.departs),
        ]
        for claim, one in _parts(speaker)
        for variant in one.variants
    ]  # fmt: skip
    return Table("block", header, rows, len(rows))


def _severity(speaker: Speaker) -> Table:
    header = ["claim", "part", "world", "world_title", "verdict", "refuted", "batches", "low", "high", "identical"]
    rows: list[list[Cell]] = []
    for claim, one in _parts(speaker):
        for world in one.severities:
            lead: list[Cell] = [claim.claim.id, one.part.key, world.world, speaker.world(world.world), world.verdict]
            rows.append([*lead, world.refuted, world.batches, *map(number, world.interval), int(world.identical)])
    return Table("severity", header, rows, len(rows))


def write_tables(speaker: Speaker, folder: Path) -> tuple[Path, ...]:
    """Write every table as CSV, and all of them as the sheets of a workbook; give the paths, the workbook last."""
    return exports.write_tables(tuple(tables(speaker)), folder, "claims", speaker.lang, "claims")
