"""Tables of the typology: for the page, CSV files and the workbook."""

from __future__ import annotations

from functools import partial

import numpy as np

from copark.analysis.typology.measures import STANDINGS
from copark.presentation.numbers import NOTHING, percent
from copark.report.sheets import Sheet, heads
from copark.report.typology.findings import TYPES, TypologyFindings, shown, signed
from copark.stats.shares import wilson
from copark.store.tables import Cell
from copark.texts import text

AREA = "typology"
LEVEL = 0.90
columns = partial(heads, AREA)


def outcome_sheet(found: TypologyFindings) -> Sheet:
    """Parks by type and status, and the share that thrives with its Wilson interval."""
    rows: list[tuple[Cell, ...]] = []
    for type_ in TYPES:
        counts = [found.outcomes[type_].get(name, 0) for name in STANDINGS]
        total = sum(counts)
        low, high = wilson(counts[-1], total, LEVEL)
        share = found.say("band", middle=percent(counts[-1] / total), low=percent(low), high=percent(high))
        rows.append((text(f"parks.type.{type_}", found.lang), total, *counts, share))
    status = tuple(text(f"parks.status.{name}", found.lang) for name in STANDINGS)
    type_head, parks_head, share_head = columns(found.lang, "type", "parks", "thriving_share")
    return Sheet("outcomes", (type_head, parks_head, *status, share_head), tuple(rows))


def contrast_sheet(found: TypologyFindings) -> Sheet:
    """Every measure: N and median of each type, superiority with its band, exact share of deals, verdict."""
    rows: list[tuple[Cell, ...]] = []
    for one in found.contrasts:
        row: list[Cell] = [found.say(f"measure.{one.measure}")]
        for type_ in TYPES:
            values = found.values(one.measure, type_)
            middle = shown(one.measure, float(np.median(values))) if values else NOTHING
            if one.measure == "standing" and values:
                middle = text(f"parks.status.{STANDINGS[int(np.median(values))]}", found.lang)
            if one.measure == "launch" and values:
                middle = f"{np.median(values):.0f}"
            row.append(found.say("count_of", middle=middle, count=len(values)))
        few = one.verdict == "few"
        band = NOTHING if few else f"{one.low:.2f} – {one.high:.2f}"
        without = NOTHING if few else f"{one.without[0]:.2f} – {one.without[1]:.2f}"
        row += [None if few else one.superiority, band, None if few else one.deals, without]
        rows.append((*row, found.say(f"verdict.{one.verdict}")))
    short = [text(f"parks.short_type.{type_}", found.lang) for type_ in TYPES]
    heads_of_types = [found.say("column.median", type=type_) for type_ in short]
    first, *rest = columns(found.lang, "measure", "superiority", "band", "deals", "without", "verdict")
    return Sheet(
        "contrasts",
        (first, *heads_of_types, *rest),
        tuple(rows),
        decimals={4: 2, 6: 3},
        short=frozenset({1, 2, 3, 5, 7}),
    )


def value_sheet(found: TypologyFindings) -> Sheet:
    """Every value behind the comparison."""
    rows: list[tuple[Cell, ...]] = [
        (
            found.say(f"measure.{one.measure}"), found.names[one.park], text(f"parks.type.{one.type}", found.lang),
            one.value, one.when, text(f"parks.grade.{one.grade}", found.lang),
        )
        for one in found.measured
    ]  # fmt: skip
    return Sheet("values", columns(found.lang, "measure", "park", "type", "value", "when", "grade"), tuple(rows))


def reading_sheet(found: TypologyFindings) -> Sheet:
    """The twins side by side at each age."""
    rows: list[tuple[Cell, ...]] = [
        (
            found.say(f"reading.{one.reading}"), one.year, shown(one.reading, one.first),
            shown(one.reading, one.second), signed(one.reading, one.median),
            f"{signed(one.reading, one.low)} … {signed(one.reading, one.high)}", percent(one.above),
            found.say(f"twin_verdict.{one.verdict}"),
        )
        for one in found.readings
    ]  # fmt: skip
    names = ("reading", "age", "first", "second", "difference", "band_90", "above", "verdict")
    return Sheet("twins", columns(found.lang, *names), tuple(rows), short=frozenset({5, 7}))


def part_sheet(found: TypologyFindings) -> Sheet:
    """What of each difference is due to owner, plan and framework."""
    rows: list[tuple[Cell, ...]] = [
        (
            found.say(f"reading.{one.reading}"), one.year, found.say(f"factor.{one.factor}"),
            signed(one.reading, one.mean), signed(one.reading, one.median),
            f"{signed(one.reading, one.low)} … {signed(one.reading, one.high)}", signed(one.reading, one.alone),
            signed(one.reading, one.last),
        )
        for one in found.parts
    ]  # fmt: skip
    names = ("reading", "age", "factor", "part", "part_median", "band_90", "alone", "last")
    return Sheet("factors", columns(found.lang, *names), tuple(rows), short=frozenset({5}))


def number_sheet(found: TypologyFindings) -> Sheet:
    """Differences and parts with all their digits, for other programs; names in English."""
    rows: list[tuple[Cell, ...]] = [
        (one.reading, one.year, "all", one.median, one.low, one.high, one.above, None, None) for one in found.readings
    ]
    rows += [
        (one.reading, one.year, one.factor, one.mean, one.low, one.high, None, one.alone, one.last)
        for one in found.parts
    ]
    names = ("reading", "year", "factor", "middle", "p05", "p95", "above", "alone", "last")
    return Sheet("numbers", names, tuple(rows))


def agreement_sheet(found: TypologyFindings) -> Sheet:
    """Record and twins side by side."""
    rows: list[tuple[Cell, ...]] = []
    for one in found.agreements:
        record, twin = one.contrast, one.reading
        told = NOTHING
        if record.verdict != "few":
            told = f"{record.superiority:.2f} [{record.low:.2f}, {record.high:.2f}]"
        band = f"{signed(twin.reading, twin.low)} … {signed(twin.reading, twin.high)}"
        rows.append(
            (
                found.say(f"measure.{record.measure}"), f"{record.counts[0]} + {record.counts[1]}", told,
                found.say(f"reading.{twin.reading}"), twin.year, f"{signed(twin.reading, twin.median)} [{band}]",
                percent(twin.above), found.say(f"agreement.{one.verdict}"),
            )
        )  # fmt: skip
    names = ("measure", "parks", "superiority", "reading", "age", "difference", "above", "agreement")
    return Sheet("agreement", columns(found.lang, *names), tuple(rows), short=frozenset({1, 2, 5}))


def provenance_sheet(found: TypologyFindings) -> Sheet:
    """What made the numbers."""
    from copark.version import __version__

    rows: tuple[tuple[Cell, ...], ...] = (
        (found.say("provenance.record"), "casebook/parks.csv, casebook/*/series.csv"),
        (found.say("provenance.studies"), "owner-plan-framework, enterprise-led-twins"),
        (found.say("provenance.identities"), ", ".join(found.identities)),
        (found.say("provenance.runs"), f"{found.runs:,}"),
        (found.say("provenance.seed"), str(found.seed)),
        ("copark", __version__),
    )
    return Sheet("provenance", columns(found.lang, "setting", "value"), rows)
