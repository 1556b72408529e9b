"""Results that ship with copark: which questions, what of them answers here, and making them again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from copark.analyses.answer import (
    RESULTS,
    SHIPPED,
    Answered,
    ResultHeader,
    answer,
    at_release,
    counterpart,
    head,
    listed,
    load,
    place_of,
    plain_content,
    run_id_of,
    save,
)
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY, Analysis
from copark.errors import CoparkError
from copark.progress import StagedProgress, silent
from copark.stats.rounding import NO_DIFFERENCE

if TYPE_CHECKING:
    from copark.analyses.contract import AnalysisParams, Result

FITTED = ("ablate", "evidence", "evsi", "experts", "joint", "reliability", "validate", "voi")
"""Analyses whose numbers come out of regressions and searches by libraries, which carry rounding farther."""
RUNS = NO_DIFFERENCE
"""Largest difference from what ships of numbers read off runs, relative to the greater of 1 and their size: they agree
to about 1e-12 on any processor, and rounding is never counted (:mod:`copark.stats.rounding`). Words, dates and whatever
else is no number are the same."""
FITS = 1e-6
"""The same of numbers of :data:`FITTED`."""
GREAT_STONE = {"case": "great-stone"}
QUESTIONS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("parks", {}),
    ("counterfactual", GREAT_STONE),
    ("typology", {}),
    ("suzhou", {}),
    ("reliability", {}),
    ("standing", {}),
    ("forecast", {**GREAT_STONE, "cut": "2020Q4"}),
    ("forecast", GREAT_STONE),
    ("link-impact", GREAT_STONE),
    ("claims", GREAT_STONE),
    ("voi", GREAT_STONE),
    ("experts", GREAT_STONE),
    ("joint", {}),
    ("evidence", {}),
    ("stack", {}),
    ("validate", {**GREAT_STONE, "cuts": ("2020Q4",)}),
    ("ablate", GREAT_STONE),
    ("brief", {**GREAT_STONE, "cut": "2020Q4"}),
    ("claims", {**GREAT_STONE, "cut": "2020Q4"}),
    ("compare", {"reference": "fixed-values", "outcomes": True}),
    ("qca", {"outcome": "OUTCOME", "conditions": ("GOV", "EQUITY", "NETWORK"), "drop_missing": True}),
    (
        "nca",
        {"x": ("GOV", "EQUITY", "NETWORK", "ENTERPRISE"), "y": "OUTCOME", "drop_missing": True, "permutations": 10_000},
    ),
)
"""What is asked for them: names of analyses, and parameters that are not the default.

From ``stack`` on they are asked since documents tell their numbers (``docs/build_numbers.py``). No validation from
earlier cuts is among them: it would search for posteriors that do not ship, and a search is another one on another
processor.
"""
FIVE = ("great-stone", "thilawa", "sihanoukville", "lekki", "suzhou")
"""Parks that the structure of the model and its fixed values are tried on: three coupled ones, and both ends of the
casebook."""
OF_FIVE_PARKS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("structures", {}),
    ("sensitivity", {"method": "sobol", "over": "posterior-box", "fixed": True, "size": 256, "replicates": 6}),
)
"""What is asked of each of these, once their levers are answered."""
OF_EVERY_PARK = ("levers", "brief")
"""What is asked, besides, of every park of the casebook that is calibrated: what its page to decide on begins with."""


@dataclass(frozen=True)
class ShippedResult:
    """A question, and what ships for it."""

    name: str
    """Its analysis and the parameters that are not the default."""
    run_id: str
    state: Literal["listed", "outdated", "none"] = "none"
    """``listed``; ``outdated``, where what ships is of an older model, method or case; ``none``, where nothing ships.
    What is not ``listed`` is computed when it is asked for, and made at the next release."""
    created: str = ""
    """When the result was made, in UTC."""


@dataclass(frozen=True)
class Remade:
    """A result that was made again, beside the one that ships."""

    name: str
    run_id: str
    seconds: float
    state: Literal["same", "unlike", "outdated", "none"] = "none"
    """``same``, but for rounding; ``unlike``; ``outdated`` and ``none`` as of :class:`ShippedResult`, with nothing to
    compare and nothing made."""
    created: str = ""
    """When what ships was made, in UTC."""
    numbers: int = 0
    words: int = 0
    """numbers, words: how many of each were compared; words are names, titles, dates, verdicts, and what is not there.
    The list of what can be undone of a park, as of ``counterfactual``, has no number at all."""
    tolerance: float = RUNS
    """How far a number may be from the one that ships."""
    largest: float = 0.0
    """Largest difference, ``|a - b| / max(1, |a|)``; infinite where the two are not of one shape."""
    unlike: str = ""
    """The first place where they differ by more than rounding; empty if nowhere."""


def usable(analysis: Analysis, context: Context, case: str | None = None) -> Iterator[tuple[str, ResultHeader]]:
    """Yield run IDs and headers of shipped results that answer here, of a case alone if it is named.

    The same question has another run ID where the case, its parameters or the model are others than in the package.

    Parameters
    ----------
    analysis
        The analysis.
    context
        Context in which the results would answer.
    case
        Name of a case; all cases where none is named.
    """
    for run_id, header in listed(SHIPPED, analysis):
        if case is not None and header["params"].get("case", case) != case:
            continue
        try:
            with at_release():
                expected = run_id_of(analysis, analysis.params.model_validate(header["params"]), context)
        except (CoparkError, ValueError):
            continue
        if expected == run_id:
            yield run_id, header


def is_current(analysis: Analysis, run_id: str, header: Mapping[str, Any], context: Context) -> bool:
    """Return whether a stored result is what the same question would be answered by here.

    It is not where the method or the model has another version by now, or the case or its draws are others. The quarter
    a park is looked at from may have passed since: the result says which it was.

    Parameters
    ----------
    analysis
        The analysis.
    run_id
        Run ID of the result.
    header
        Its ``params`` and ``created``.
    context
        Context in which the question would be asked.
    """
    from copark.cases.horizon import present_is, present_quarter
    from copark.cases.quarters import Quarter

    made_in = Quarter.of_day(date.fromisoformat(header["created"][:10]))
    for quarter in dict.fromkeys((present_quarter(), made_in)):
        try:
            with present_is(quarter):
                expected = run_id_of(analysis, analysis.params.model_validate(header["params"]), context)
        except (CoparkError, ValueError):
            return False
        if expected == run_id:
            return True
    return False


def asked() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """List what is asked: names of analyses, and parameters that are not the default."""
    from copark.calibration.case_parameters import shipped_cases
    from copark.cases.load import load_case

    yield from QUESTIONS
    for case in shipped_cases():
        yield "link-impact", {"case": case, "since": str(load_case(case).clock.start)}
        yield from ((name, {"case": case}) for name in OF_EVERY_PARK)
    for case in FIVE:
        yield from ((name, {"case": case, **values}) for name, values in OF_FIVE_PARKS)


def questions(only: Sequence[str] = ()) -> Iterator[tuple[str, Analysis, AnalysisParams]]:
    """List the questions, or those of some analyses or cases: their names, and all of their parameters."""
    for name, values in asked():
        if not only or name in only or values.get("case") in only:
            analysis = REGISTRY[name]
            words = " ".join([name, *(f"{key}={value}" for key, value in values.items())])
            yield words, analysis, analysis.params(**values)


def shipped(only: Sequence[str] = ()) -> Iterator[ShippedResult]:
    """List each question, and what ships for it."""
    context = Context()
    for name, analysis, params in questions(only):
        yield _state_of(name, analysis, params, context)


def _state_of(name: str, analysis: Analysis, params: AnalysisParams, context: Context) -> ShippedResult:
    """Look up what ships for a question."""
    with at_release():
        run_id = run_id_of(analysis, params, context)
    header = _current_header(SHIPPED, analysis, run_id)
    if header is not None:
        return ShippedResult(name, run_id, "listed", header["created"])
    found = counterpart(SHIPPED, analysis, params)
    return (
        ShippedResult(name, run_id) if found is None else ShippedResult(name, run_id, "outdated", found[1]["created"])
    )


def _current_header(folder: Path, analysis: Analysis, run_id: str) -> ResultHeader | None:
    header = head(place_of(folder, analysis, run_id), analysis)
    return header if header is not None and header.get("version", 0) == analysis.version else None


def _answered(
    scratch: str, analysis: Analysis, params: AnalysisParams, threads: int | None, progress: StagedProgress
) -> Answered:
    """Compute an answer, on those already made here; nothing that ships is read."""
    context = Context(Path(scratch), threads=threads, progress=progress, use_shipped=False)
    with at_release():
        return answer(analysis, params, context)


DIGITS = (7, 9, 12)
"""Significant digits that numbers are stored to: the fewest that no shown digit feels. All of them, where none do."""


def digits_enough(analysis: Analysis, result: Result) -> int | None:
    """Return the fewest significant digits with which a result's documents are the same; ``None`` if all are needed.

    Parameters
    ----------
    analysis
        The analysis.
    result
        The result.
    """
    from pydantic import TypeAdapter

    adapter = TypeAdapter(type(result))
    whole = _documents(analysis, result)
    for digits in DIGITS:
        if _documents(analysis, adapter.validate_python(plain_content(result, digits))) == whole:
            return digits
    return None


def _documents(analysis: Analysis, result: Result) -> list[str]:
    """Return what is shown of a result, every table and number behind a chart included, in each language."""
    from copark.presentation.markdown import to_markdown
    from copark.texts import LANGUAGES

    return [to_markdown(analysis.document(result, lang)) for lang in LANGUAGES]


def make(
    folder: Path, only: Sequence[str] = (), threads: int | None = None, progress: StagedProgress = silent
) -> Iterator[Path]:
    """Make those that an output folder lacks or has out of date, and give the folder of each that was made.

    In the folder of the package itself they ship: there, once all are made, those that no question asks for are
    removed. What was made is not made again, so that an interrupted making goes on. Numbers are stored to the digits
    that what is shown needs (:func:`digits_enough`).

    Parameters
    ----------
    folder
        Output folder.
    only
        Names of analyses or cases; all where there are none.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, steps done and steps in all.
    """
    context = Context()
    wanted = set()
    with TemporaryDirectory() as scratch:
        for _name, analysis, params in questions(only):
            with at_release():
                run_id = run_id_of(analysis, params, context)
            place = place_of(folder, analysis, run_id)
            wanted.add(place.resolve())
            if _current_header(folder, analysis, run_id) is not None:
                continue
            answered = _answered(scratch, analysis, params, threads, progress)
            digits = digits_enough(analysis, answered.result)
            save(place, analysis, params, answered.result, seconds=answered.seconds, digits=digits)
            yield place
    if folder.resolve() == SHIPPED and not only:
        for place in (SHIPPED / RESULTS).glob("*/*/"):
            if place.resolve() not in wanted:
                shutil.rmtree(place)


def check(only: Sequence[str] = (), threads: int | None = None, progress: StagedProgress = silent) -> Iterator[Remade]:
    """Make them again, and compare each number by number and word by word with the one that ships.

    What is out of date is told, and not made: there is nothing to compare it with. Where numbers are stored to fewer
    digits, they may differ by one in the last.

    Parameters
    ----------
    only
        Names of analyses or cases; all where there are none.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, steps done and steps in all.
    """
    context = Context()
    with TemporaryDirectory() as scratch:
        for name, analysis, params in questions(only):
            found = _state_of(name, analysis, params, context)
            stored = load(place_of(SHIPPED, analysis, found.run_id), analysis)
            if found.state != "listed" or stored is None:
                state: Literal["outdated", "none"] = "outdated" if found.state == "outdated" else "none"
                yield Remade(name, found.run_id, 0.0, state, created=found.created)
                continue
            answered = _answered(scratch, analysis, params, threads, progress)
            verdict = Remade(name, found.run_id, answered.seconds, created=found.created)
            digits = stored.result.provenance.get("digits")
            rounding = 0.0 if digits is None else 10.0 ** (1 - digits)
            tolerance = max(FITS if analysis.name in FITTED else RUNS, rounding)
            yield compared(verdict, leaves(stored.result), leaves(answered.result), tolerance)


def leaves(result: Any) -> dict[str, Any]:
    """Return what a result holds by its place in it, but where and when it was made."""
    from pydantic import TypeAdapter

    def gather(value: Any, place: str) -> Iterator[tuple[str, Any]]:
        if not isinstance(value, dict | list):
            yield place, value
            return
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            if key != "provenance":
                yield from gather(part, f"{place}.{key}")

    return dict(gather(TypeAdapter(type(result)).dump_python(result, mode="json", by_alias=True), ""))


def compared(verdict: Remade, stored: Mapping[str, Any], remade: Mapping[str, Any], tolerance: float = RUNS) -> Remade:
    """Compare what results hold by place: every number within a tolerance, everything else as it is.

    Parameters
    ----------
    verdict
        Question, run ID and seconds, of what is compared.
    stored, remade
        Values of the results, by place.
    tolerance
        Largest relative difference of numbers.
    """
    import numpy as np

    from copark.store.compare import relative_gaps

    if stored.keys() != remade.keys():
        return replace(verdict, state="unlike", largest=float("inf"), unlike=min(stored.keys() ^ remade.keys()))
    is_number = {place: all(type(values[place]) in (int, float) for values in (stored, remade)) for place in stored}
    places = [place for place, numeric in is_number.items() if numeric]
    stored_numbers, remade_numbers = (
        np.array([values[place] for place in places], dtype=np.float64) for values in (stored, remade)
    )
    gaps = relative_gaps(stored_numbers, remade_numbers)
    unlike_numbers = {place for place, gap in zip(places, gaps, strict=True) if gap > tolerance}
    unlike_values = {place for place in stored if not is_number[place] and stored[place] != remade[place]}
    unlike = next((place for place in stored if place in unlike_numbers or place in unlike_values), "")
    return replace(
        verdict,
        state="unlike" if unlike else "same",
        numbers=len(places),
        words=len(stored) - len(places),
        tolerance=tolerance,
        largest=float(gaps.max(initial=0.0)),
        unlike=unlike,
    )
