"""Validating a model: forecasts from earlier dates, scored against what came, beside naive curves."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import stage
from copark.inference.calibrations import Planned, batches_in, cut_of, measured_plan, settings_of
from copark.store.stages import went_on
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.assessment import Assessment
    from copark.inference.calibrate import Settings
    from copark.inference.replay import ReplayPosterior
    from copark.report.calibration.validation_page import Pedigree
    from copark.store.stages import Stages

YEARS_BEFORE = (4, 2, 0)
"""Forecasts are made from so many years before the end of the fitted values, unless told otherwise."""


@dataclass(frozen=True)
class ScoreRow:
    """One observable forecast from one cut: mean scores by method, and who won.

    crps, coverage, width: by method; winner: of the methods that knew nothing after the cut; firm: whether it is ahead
    by a margin whichever value is left out.
    """

    cut: str
    variable: str
    title: str
    values: int
    crps: Mapping[str, float]
    coverage: Mapping[str, float]
    width: Mapping[str, float]
    winner: str
    firm: bool


@dataclass(frozen=True)
class Validated:
    """What :func:`validate` found.

    Parameters
    ----------
    case, cuts
        Title of the case; cuts forecast from, earliest first.
    identity
        Name of the validation.
    development
        That the values scored are development data, in a sentence.
    rows
        By cut and observable.
    methods
        What methods are called, by key, those of the fair race first.
    covered, values
        Share of exact values after the last cut within the model's bands, and how many there are.
    sentences
        What came out, in words.
    why
        Why a naive curve won or lost each row of the last cut.
    seconds
        Time it took.
    report
        The page, if one was written.
    went_on
        What was there already of an earlier attempt, in a sentence; empty if nothing was.
    """

    case: str
    cuts: tuple[str, ...]
    identity: str
    development: str
    rows: tuple[ScoreRow, ...]
    methods: Mapping[str, str]
    covered: float
    values: int
    sentences: tuple[str, ...]
    why: tuple[str, ...]
    seconds: float
    report: Path | None
    went_on: str = ""

    @property
    def last(self) -> tuple[ScoreRow, ...]:
        """Rows of the last cut."""
        return tuple(row for row in self.rows if row.cut == self.cuts[-1])


def validate(
    case: str | Path,
    *,
    cuts: Sequence[str] | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Validated:
    """Forecast a case from earlier cuts and score the forecasts against what came, beside naive curves.

    Parameters
    ----------
    case
        Name or path of a case.
    cuts
        Quarters to forecast from; by default the end of the fitted values, and two and four years before.
    runs, seed
        Of the prior batch; runs a power of two.
    threads
        Threads; they do not change the numbers.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``batches/``, ``posteriors/`` and ``reports/``.
    report
        Write the page.
    settings
        All settings, in the place of runs and seed.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing, has faults, or nothing to fit to or to score on.
    """
    from copark.cases import load_case
    from copark.report.calibration.validation_page import write_validation

    began = time.monotonic()
    found = load_case(case)
    wanted = settings or settings_of(runs, seed, lang)
    at = cuts_of(found, cuts, lang)
    stages, wait = _stages(found, at[-1], wanted, out), stage(progress, "waiting")
    with stages.alone(lambda: wait(0, 0)):
        assessed, pedigree = _assess(found, at, wanted, stages, threads, out, lang, progress)
        page = None
        if report:
            stage(progress, "report")(0, 0)
            folder = reports_in(out) / f"validation-{found.name}-{pedigree.identity}"
            page = write_validation(assessed, pedigree, lang, folder, stage(progress, "report"))
        stages.remove()
    answer = _answer(assessed, pedigree.identity, lang, time.monotonic() - began, page)
    return replace(answer, went_on=went_on(stages.tally(), lang))


def _stages(case: Case, last: Quarter, settings: Settings, out: Path) -> Stages:
    """What is kept of validations on the batch to a cut that are not finished."""
    from copark.inference.calibrate import recipe_of
    from copark.inference.provenance import stages_of

    batch = recipe_of(case, last, settings).identity
    content = {"validation": 1, "batch": batch, "settings": dict(settings.content())}
    return stages_of(batches_in(out), content)


def plan_validation(
    case: str | Path,
    *,
    cuts: Sequence[str] | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
) -> Planned:
    """Say what :func:`validate` takes, by running a small piece of it."""
    from copark.cases import load_case

    found = load_case(case)
    wanted = settings_of(runs, seed, lang)
    at = cuts_of(found, cuts, lang)
    searched = sum(cut not in _ready(found, at[-1], wanted, out) for cut in at)
    return measured_plan(
        found, at[-1], wanted, posteriors=searched, stages=_stages(found, at[-1], wanted, out), threads=threads,
        out=out, lang=lang,
    )  # fmt: skip


def cuts_of(case: Case, cuts: Sequence[str] | None, lang: str = "en") -> tuple[Quarter, ...]:
    """Quarters to forecast a case from, earliest first.

    Raises
    ------
    RunRefused
        If one is no quarter of the case, later than the fitted values, or nothing is known by it or came after it.
    """
    from copark.errors import RunRefused
    from copark.inference.known_values import fitted_until
    from copark.inference.observations import targets

    end = fitted_until(case)
    if cuts:
        wanted = [cut_of(case, cut, lang) for cut in cuts]
    else:
        asked = (end + -4 * years for years in YEARS_BEFORE)
        wanted = [cut for cut in asked if cut == end or (cut > case.clock.start and targets(case, cut=cut))]
    for cut in wanted:
        if cut > end:
            raise RunRefused(text("validation.bad_cuts", lang, cut=cut, last=end))
        if not any(one.bound in {"exact", "about"} for one in targets(case, ("fit", "score"), after=cut)):
            raise RunRefused(text("validation.no_later", lang, case=case.name, cut=cut))
    return tuple(sorted(set(wanted)))


def _assess(
    case: Case,
    cuts: Sequence[Quarter],
    settings: Settings,
    stages: Stages,
    threads: int | None,
    out: Path,
    lang: str,
    progress: Progress | None,
) -> tuple[Assessment, Pedigree]:
    """Make the batch and the posteriors, forecast, score, and say what it was made from."""
    stage(progress, "prepare")(0, 0)
    from copark.inference.assessment import assess
    from copark.inference.batch import make_batch
    from copark.inference.calibrate import recipe_of
    from copark.inference.validate import rolling
    from copark.simulation.ensemble import default_threads

    workers = threads or default_threads()
    recipe = recipe_of(case, cuts[-1], settings)
    ready = _ready(case, cuts[-1], settings, out)
    wait = stage(progress, "waiting")
    batch = make_batch(
        recipe, threads=workers, folder=batches_in(out), progress=stage(progress, "batch"), waiting=lambda: wait(0, 0)
    )
    stages.count("batch", batch.kept / batch.runs or None)
    stage(progress, "replay")(0, 0)
    origins = rolling(
        batch, cuts, plan=settings.plan(), populations=settings.populations, threads=workers, ready=ready,
        progress=stage(progress, "replay"), stages=stages,
    )  # fmt: skip
    stage(progress, "scores")(0, 0)
    return assess(origins, case, threads=workers), _pedigree(case, cuts, settings, origins, ready, lang)


def _ready(case: Case, cut: Quarter, settings: Settings, out: Path) -> dict[Quarter, ReplayPosterior]:
    """The replay posterior of a cut, where one ships with the case or is kept, made with these settings."""
    from copark.cases.casebook import POSTERIOR, brought
    from copark.inference import artefacts
    from copark.inference.case_parameters import own_folder

    places = [*filter(None, [brought(case, POSTERIOR)]), *sorted(own_folder(out).glob(f"{case.name}-*"))]
    for place in places:
        if not (place / "recipe.json").is_file():
            continue
        try:
            stored = artefacts.load(case, place)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        same = dict(stored.recipe["settings"]) == dict(settings.content())
        if same and not stored.stale and stored.replay.cut == cut:
            return {cut: stored.replay}
    return {}


def _pedigree(
    case: Case,
    cuts: Sequence[Quarter],
    settings: Settings,
    origins: Sequence[object],
    ready: Mapping[Quarter, object],
    lang: str,
) -> Pedigree:
    from copark.identity import identity_of
    from copark.model.compiler import model_hash
    from copark.report.calibration.validation_page import Pedigree
    from copark.version import __version__

    replays = [one.replay for one in origins]  # type: ignore[attr-defined]
    content = {
        "case": case.hash, "model": model_hash(), "cuts": [str(cut) for cut in cuts],
        "settings": dict(settings.content()), "points": [float(one.points.sum()) for one in replays],
    }  # fmt: skip
    source = text(f"validation.posterior.{'shipped' if cuts[-1] in ready else 'made'}", lang)
    entries = (
        ("case", case.name), ("case_hash", case.hash), ("model_hash", model_hash()), ("version", __version__),
        ("cuts", ", ".join(str(cut) for cut in cuts)), ("runs", f"{settings.runs:,}"), ("seed", str(settings.seed)),
        ("pairs", ", ".join(f"{one.pairs:,}" for one in replays)),
        ("pasts", ", ".join(f"{one.pasts:,.0f}" for one in replays)), ("posterior", source),
    )  # fmt: skip
    titled = tuple((text(f"validation.entry.{key}", lang), value) for key, value in entries)
    return Pedigree(identity_of(content), settings.runs, settings.seed, replays[-1].pairs, titled)


def _answer(found: Assessment, identity: str, lang: str, seconds: float, page: Path | None) -> Validated:
    from copark.inference.assessment import FAIR
    from copark.inference.validate import BLIND, CONDITIONAL
    from copark.report.calibration.method_names import method_title, observable_title
    from copark.report.calibration.reason_words import brief_sentences, why_sentences

    last = found.last
    names = (*FAIR, CONDITIONAL)
    rows = tuple(
        ScoreRow(
            str(judged.origin.cut), line.variable, observable_title(line.variable, lang), line.values,
            judged.line(line.variable).crps, judged.line(line.variable).coverage, judged.line(line.variable).width,
            line.winner, line.firm,
        )
        for judged in found.cuts
        for line in judged.fair
    )  # fmt: skip
    return Validated(
        case=found.case.title.get(lang),
        cuts=tuple(str(judged.origin.cut) for judged in found.cuts),
        identity=identity,
        development=text("validation.screen.development", lang, cut=last.origin.cut),
        rows=rows,
        methods={name: method_title(name, lang) for name in names},
        covered=last.honesty[BLIND].covered,
        values=last.honesty[BLIND].values,
        sentences=tuple(brief_sentences(found, lang)),
        why=tuple(why_sentences(found, lang)),
        seconds=seconds,
        report=page,
    )
