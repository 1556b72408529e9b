"""Types of parks: the table of parks and its series, and model twins, each by itself and then side by side."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage, store_in

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.parks import Parks
    from copark.report.typology import TypologyFindings

STUDY, TWINS = "owner-plan-framework", "enterprise-led-twins"
NEEDED = ("registered", "operating", "jobs", "enterprise_investment", "serviced_area", "failed")
"""Outputs that twins are read by."""


@dataclass(frozen=True)
class MeasureRow:
    """A measure of the record: title, parks of the two types, superiority with its band, share of deals, verdict."""

    title: str
    first: int
    second: int
    superiority: float
    low: float
    high: float
    deals: float
    verdict: str


@dataclass(frozen=True)
class FactorRow:
    """A reading of the twins at an age: the whole mean difference, and the parts of owner, plan and framework."""

    title: str
    year: int
    whole: str
    owner: str
    plan: str
    framework: str


@dataclass(frozen=True)
class TogetherRow:
    """A measure in the record and in the twins, and what both make together."""

    measure: str
    reading: str
    year: int
    verdict: str


@dataclass(frozen=True)
class TypologyAnswer:
    """What :func:`typology` found, in the language asked for."""

    identities: tuple[str, ...]
    runs: int
    seed: int
    seconds: float
    words: tuple[str, ...]
    measures: tuple[MeasureRow, ...]
    factors: tuple[FactorRow, ...]
    together: tuple[TogetherRow, ...]
    report: Path | None
    files: tuple[Path, ...]


def typology(
    *,
    runs: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> TypologyAnswer:
    """Compare types of parks in the record and in twins.

    Parameters
    ----------
    runs, seed
        Of each arm of the twins; by default those of the studies.
    threads, lang, out, report, announce, progress
        As in :func:`copark.workflows.compare`.

    Raises
    ------
    copark.errors.CoparkError
        If the table of parks or a case has faults, or a run cannot be made.
    """
    began = time.monotonic()
    factorial, twins = (_twins(name, runs, seed, threads, Path(out), announce, progress) for name in (STUDY, TWINS))
    found = _findings(factorial, twins, lang)
    page: Path | None = None
    files: tuple[Path, ...] = ()
    if report:
        from copark.report.typology import write_typology

        folder = reports_in(out) / f"typology-{found.identities[0]}"
        page, files = write_typology(found, folder, stage(progress, "report"))
    return _answer(found, time.monotonic() - began, page, files)


def _twins(
    name: str,
    runs: int | None,
    seed: int | None,
    threads: int | None,
    out: Path,
    announce: Callable[[Sequence[str]], None] | None,
    progress: Progress | None,
) -> xr.Dataset:
    from copark.simulation.study import load_study
    from copark.workflows.running import run_study

    study = load_study(name).with_changes(keep=NEEDED)
    made = run_study(
        study, runs=runs, seed=seed, threads=threads, out=out, report=False, announce=announce, progress=progress
    )
    return store_in(out).load(made.identity)


def _findings(factorial: xr.Dataset, twins: xr.Dataset, lang: str) -> TypologyFindings:
    from copark.analysis.pairing import pairs_of, provenance
    from copark.analysis.typology import FACTORS, MEASURES, agreements, contrast, measured, parts, readings
    from copark.analysis.typology.twins import key_of
    from copark.cases import load_case
    from copark.cases.parks import load_parks
    from copark.report.typology import TypologyFindings
    from copark.report.typology.findings import TYPES

    book = load_parks()
    cases = {park.case: load_case(park.case) for park in book.parks if park.case}
    values = measured(book.parks, cases)

    def of(measure: str, type_: str) -> list[float]:
        return [one.value for one in values if (one.measure, one.type) == (measure, type_)]

    contrasts = tuple(contrast(name, of(name, TYPES[0]), of(name, TYPES[2])) for name in MEASURES)
    read = tuple(readings(factorial, key_of(()), key_of(FACTORS)))
    made = provenance(factorial)
    return TypologyFindings(
        lang=lang,
        names={park.id: park.name(lang) for park in book.parks},
        homes=_homes(book, TYPES[2], lang),
        measured=values,
        contrasts=contrasts,
        outcomes={
            type_: dict(Counter(park.outcome for park in book.parks if park.type == type_ and park.outcome))
            for type_ in TYPES
        },
        readings=read,
        parts=tuple(parts(factorial)),
        pairs=pairs_of(twins),
        agreements=agreements(contrasts, read),
        identities=(str(factorial.attrs["identity"]), str(twins.attrs["identity"])),
        runs=int(factorial.sizes["run"]),
        seed=int(made.get("seed", 0)),
    )


def _homes(book: Parks, type_: str, lang: str) -> tuple[int, str]:
    """How many parks of a type are of the commonest investing country, and its name."""
    from copark.workflows.parks import country_name

    ((code, count),) = Counter(park.home for park in book.parks if park.type == type_).most_common(1)
    return count, country_name(code, lang)


def _answer(found: TypologyFindings, seconds: float, page: Path | None, files: tuple[Path, ...]) -> TypologyAnswer:
    from copark.report.typology.findings import signed, summary
    from copark.report.typology.page import DRAWN

    measures = tuple(
        MeasureRow(
            found.say(f"measure.{one.measure}"), *one.counts, one.superiority, one.low, one.high, one.deals,
            found.say(f"verdict.{one.verdict}"),
        )
        for one in found.contrasts
    )  # fmt: skip
    factors = []
    for name, year in DRAWN:
        own = {one.factor: one.mean for one in found.parts if (one.reading, one.year) == (name, year)}
        cells = (signed(name, value) for value in (sum(own.values()), own["owner"], own["plan"], own["framework"]))
        factors.append(FactorRow(found.say(f"reading.{name}"), year, *cells))
    together = tuple(
        TogetherRow(
            found.say(f"measure.{one.contrast.measure}"), found.say(f"reading.{one.reading.reading}"),
            one.reading.year, found.say(f"agreement.{one.verdict}"),
        )
        for one in found.agreements
    )  # fmt: skip
    return TypologyAnswer(
        found.identities, found.runs, found.seed, seconds, tuple(summary(found)), measures, tuple(factors), together,
        page, files,
    )  # fmt: skip
