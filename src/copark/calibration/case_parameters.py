"""Choice of the parameters a case has: one place decides, for every analysis, the command line and the page.

A calibration comes first: a posterior of the user's own, found in the output folder by the case's content, or one that
ships with the case. Then comes what the panel of other parks lends; then assumed ranges. Among calibrations quality
goes before origin (:func:`_merit`): current before *stale* (made for another state of the case or the model), converged
before not, then the latest cut, then one's own, then the most values. What was passed over for its quality is said.
Decision 0046.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from copark.calibration import calibrations
from copark.calibration.calibrate import OWN, CalibrationSettings, own_folder
from copark.calibration.calibration_setup import cut_of
from copark.calibration.calibrations import KeptPosterior, StoredPosterior
from copark.calibration.draw_sources import BorrowedSource, PosteriorSource, shipped_draws
from copark.calibration.provenance import recipe_in
from copark.cases.case import Case
from copark.cases.casebook import POSTERIOR, casebook_path, list_cases, posteriors_in, posteriors_of
from copark.cases.horizon import now_for
from copark.cases.quarters import Quarter
from copark.cases.types import shown, suggestion
from copark.errors import CoparkError, NotFound, RunRefused, WrongUsage, printable
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.simulation.study import Study
from copark.simulation.trust import Trust
from copark.texts import text

Wanted = Literal["own", "shipped", "borrowed", "prior"]
WANTED: tuple[Wanted, ...] = ("own", "shipped", "borrowed", "prior")
Notes = tuple[tuple[str, str], ...]
"""Sentences, each in English and in Chinese."""
Source = PosteriorSource | BorrowedSource
"""Draws of a case's parameters."""
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, zipfile.BadZipFile, RunRefused)


@dataclass(frozen=True)
class CaseParameters:
    """The parameters a case has."""

    trust: Trust
    """How far they may be trusted."""
    source: Source | None
    """Draws of them, ``None`` where they are drawn from assumed ranges."""
    stored: StoredPosterior | None = None
    """Posteriors they come from, where the case has its own."""
    folder: Path | None = None
    """Folder of these, where they are one's own."""
    notes: Notes = ()
    """Notes for a reader on posteriors that were found and not used, in sentences by language."""

    @property
    def draws(self) -> Literal["posterior", "prior"]:
        """The kind of draws a study takes."""
        return "prior" if self.source is None else "posterior"

    @property
    def posterior(self) -> PosteriorSource | None:
        """Draws of the case's own posterior, with its past; ``None`` where parameters are borrowed or assumed."""
        return self.source if isinstance(self.source, PosteriorSource) else None

    @property
    def calibrated(self) -> bool:
        """Return whether the case has a posterior of its own, stale or not."""
        return self.stored is not None

    @property
    def identity(self) -> str:
        """Hash of the draws; empty where there are none."""
        return "" if self.source is None else str(self.source.content["draws_hash"])

    def said(self, lang: str) -> tuple[str, ...]:
        """Return the notes in a language."""
        return tuple(zh if lang == "zh" else en for en, zh in self.notes)


def parameters_of(
    case: Case, out: Path | None = None, kind: str | None = None, cut: str | None = None
) -> CaseParameters:
    """Decide which parameters a case has.

    Parameters
    ----------
    case
        The case.
    out
        The output folder, whose ``posteriors/`` are looked through.
    kind
        One of :data:`WANTED`, by default the best there are.
    cut
        Last quarter of the record a posterior must know, by default the latest.

    Raises
    ------
    NotFound
        If just these are wanted and there are none.
    RunRefused
        If a cut is asked for of what has none, or no calibration could end in it.
    """
    _check_wanted(kind)
    if cut is not None and kind in ("prior", "borrowed"):
        raise WrongUsage.of("trust.conflict", one=f"--parameters {kind}", other=f"--cut {printable(cut[:20])}")
    if kind == "prior":
        return CaseParameters(Trust.without(case.name, "prior"), None)
    if kind == "borrowed":
        return _borrowed(case)
    own, notes = _own(case, out, cut) if kind in (None, "own") else (None, ())
    shipped = _shipped(case, cut) if kind in (None, "shipped") else None
    if cut is not None and own is None and shipped is None:
        cut_of(case, cut)
        raise NotFound.of("trust.no_cut", case=case.name, cut=cut, known=", ".join(cuts_of(case, out)) or "–")
    if kind == "own" and own is None:
        folder = "out" if out is None else shown(out)
        raise NotFound.of("trust.none_own", case=case.name, folder=folder, path=case.name)
    if kind == "shipped" and shipped is None:
        raise NotFound.of("trust.none_shipped", case=case.name, known=", ".join(shipped_cases()))
    best = max((candidate for candidate in (own, shipped) if candidate is not None), key=_merit, default=None)
    if best is not None:
        return _instead(best, own, notes)
    try:
        return _borrowed(case, notes)
    except NotFound:
        return CaseParameters(Trust.without(case.name, "prior"), None, notes=notes)


def _check_wanted(choice: Any) -> None:
    """Refuse a source of parameters that is none, by NotFound with the nearest."""
    if choice is None or choice in WANTED:
        return
    if isinstance(choice, Mapping):
        names = catalogue().parameters
        near = ", ".join(suggestion(name, names) for name in choice)
        raise NotFound.of(
            "trust.values_wanted", found=shown(", ".join(map(str, choice))), known=", ".join(WANTED), near=near
        )
    raise NotFound.of("trust.unknown_wanted", found=shown(choice), suggestion=suggestion(choice, WANTED))


def _instead(best: CaseParameters, own: CaseParameters | None, notes: Notes) -> CaseParameters:
    """Return the best calibration, with what is to be said where one's own is as recent and yet passed over."""
    if own is None or own is best or own.trust.cut < best.trust.cut:
        return replace(best, notes=notes)
    if own.trust.state == "stale" and best.trust.state != "stale":
        return replace(best, notes=(*notes, _left(own.folder, own.trust.case)))
    if own.trust.converged:
        return replace(best, notes=notes)
    trust = replace(best.trust, passed_over=own.trust.scale_reduction)
    values = {
        "folder": "" if own.folder is None else f"{OWN}/{own.folder.name}",
        "case": own.trust.case,
        "cut": own.trust.cut,
        "own": f"{own.trust.scale_reduction:.2f}",
        "best": f"{trust.scale_reduction:.2f}",
        "best_cut": trust.cut,
    }
    return replace(best, trust=trust, notes=(*notes, _note("trust.passed_over", **values)))


def _left(folder: Path | None, case: str) -> tuple[str, str]:
    """Report that a calibration of one's own no longer fits and is not used."""
    name = "" if folder is None else f"{OWN}/{folder.name}"
    return _note("trust.ignored_stale", folder=name, case=case, path=case)


def _note(key: str, **values: str) -> tuple[str, str]:
    """Write a sentence in both languages."""
    return text(key, "en", **values), text(key, "zh", **values)


def cuts_of(case: Case, out: Path | None = None) -> tuple[str, ...]:
    """Return the cuts of the calibrations a case has, one's own and shipped, latest first."""
    own = {parameters.trust.cut for parameters in _own_posteriors(case, out)[0]}
    return tuple(sorted(own | set(posteriors_of(case)), reverse=True))


def settle(
    study: Study,
    case: Case,
    out: Path | None = None,
    kind: str | None = None,
    cut: str | None = None,
    *,
    find: Callable[..., CaseParameters] = parameters_of,
) -> tuple[Study, CaseParameters]:
    """Return a study with its draws and its time decided, and the parameters it draws.

    A study of which neither the quarters nor the one it is looked at from are said looks ahead from the present one.

    A study that draws from the priors, from what is unsettled or from nothing does so; any other has the case's
    parameters.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    out
        The output folder, whose ``posteriors/`` are looked through.
    kind
        One of :data:`WANTED`, by default the best there are.
    cut
        Last quarter of the record a posterior must know, by default the latest.
    find
        Finds the parameters as :func:`parameters_of`, which reads them anew each time.

    Raises
    ------
    NotFound
        If parameters are wanted that the case has not.
    RunRefused
        If the study asks for others than are wanted, or looks ahead from a quarter that it cannot.
    """
    if study.quarters is None:
        study = study.with_changes(now=now_for(case, study.now))
    if study.draws in (None, "posterior"):
        parameters = find(case, out, kind, cut)
        return study.with_changes(draws=parameters.draws), parameters
    other = f"--draws-from {study.draws}"
    if kind is not None and not (kind == study.draws == "prior"):
        raise WrongUsage.of("trust.conflict", one=f"--parameters {kind}", other=other)
    if cut is not None:
        raise WrongUsage.of("trust.conflict", one=f"--cut {printable(cut[:20])}", other=other)
    return study, CaseParameters(Trust.without(case.name, str(study.draws)), None)


def source_named(case: Case, out: Path | None, draws_hash: str) -> Source | None:
    """Find the draws of a hash, wherever they are: to replay what was run on them.

    Parameters
    ----------
    case
        The case.
    out
        The output folder.
    draws_hash
        Hash of the draws.

    Returns
    -------
        Where they are no longer there, the case's parameters as they are now; ``None`` without a hash.
    """
    if not draws_hash:
        return None
    best = parameters_of(case, out)
    candidates = [best, *_own_posteriors(case, out)[0], *_all_shipped(case)]
    with suppress(NotFound):
        candidates.append(_borrowed(case))
    return next((parameters.source for parameters in candidates if parameters.identity == draws_hash), best.source)


def posteriors_to_pack(case: Case, out: Path, used: Collection[str]) -> tuple[Path, ...]:
    """Find the folders of one's own posteriors that go with a case: the one it is run on, and those of given hashes.

    Parameters
    ----------
    case
        The case.
    out
        Folder of results, where one's own calibrations are.
    used
        Hashes of draws that stored runs were made with.

    Returns
    -------
    Folders, without those that ship with the package.
    """
    posteriors, _ = _own_posteriors(case, out)
    best = max(posteriors, key=_merit, default=None)
    chosen = (parameters.folder for parameters in posteriors if parameters is best or parameters.identity in used)
    return tuple(folder for folder in chosen if folder is not None)


def shipped_cases() -> tuple[str, ...]:
    """Name the cases that ship with a posterior of their own."""
    return tuple(name for name in list_cases() if posteriors_in(casebook_path() / name / POSTERIOR))


def calibration_in_use(case: Case, out: Path, cut: str | None = None) -> KeptPosterior | None:
    """Find the calibration that a case is run on, by default or of a cut; ``None`` without a current one.

    Parameters
    ----------
    case
        The case.
    out
        Folder of results, where one's own calibrations are.
    cut
        Last quarter the calibration knows, such as ``2020Q4``; ``None`` for the one that is used by default.

    Returns
    -------
    One's own where it is preferred, else the one that ships; ``None`` where parameters are borrowed or uncalibrated.
    """
    from copark.calibration.diagnostics import load_examination

    try:
        parameters = parameters_of(case, out, cut=cut)
    except NotFound:
        return None
    if parameters.stored is None or parameters.trust.state != "calibrated":
        return None
    if parameters.folder is None:
        folder = posteriors_of(case)[parameters.trust.cut]
        return KeptPosterior(case, parameters.stored, None, parameters.identity, folder, kind="shipped")
    identity = parameters.folder.name.removeprefix(f"{parameters.stored.recipe['case']}-")
    return KeptPosterior(case, parameters.stored, load_examination(parameters.folder), identity, parameters.folder)


def shipped_calibration(
    case: Case, cut: Quarter, runs: int | None = None, seed: int | None = None
) -> KeptPosterior | None:
    """Find the calibration to a cut that ships with a case.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows.
    runs
        Runs its batch must have; by default any.
    seed
        Seed it must have; by default any.

    Returns
    -------
        ``None`` without a current one, or one of other runs or seed.
    """
    parameters = _shipped(case, str(cut))
    if parameters is None or parameters.stored is None or parameters.trust.state != "calibrated":
        return None
    settings = CalibrationSettings.of(parameters.stored.recipe)
    if runs not in (None, settings.runs) or seed not in (None, settings.seed):
        return None
    return KeptPosterior(
        case, parameters.stored, None, parameters.identity, posteriors_of(case)[str(cut)], kind="shipped"
    )


def _of(stored: StoredPosterior, kind: Literal["own", "shipped"], folder: Path | None = None) -> CaseParameters:
    source = PosteriorSource(stored.replay, stale=stored.stale, kind=kind)
    return CaseParameters(source.trust, source, stored, folder)


def _all_shipped(case: Case, cut: str | None = None) -> Iterator[CaseParameters]:
    """Read the posteriors that ship with a case, or that of a cut, latest first; each when it is needed."""
    for quarter, folder in reversed(posteriors_of(case).items()):
        if cut in (None, quarter):
            with suppress(NotFound, RunRefused):
                yield _of(calibrations.load(case, folder), "shipped")


def _shipped(case: Case, cut: str | None) -> CaseParameters | None:
    """Find the latest shipped posterior, of a cut where one is asked for; a stale one only where none is current."""
    stale = None
    for parameters in _all_shipped(case, cut):
        if parameters.trust.state == "calibrated":
            return parameters
        stale = stale or parameters
    return stale


def _borrowed(case: Case, notes: Notes = ()) -> CaseParameters:
    source = BorrowedSource(case, shipped_draws())
    return CaseParameters(source.trust, source, notes=notes)


def _own(case: Case, out: Path | None, cut: str | None) -> tuple[CaseParameters | None, Notes]:
    """Find the best posterior of one's own, of a cut if one is asked for; else say which no longer fit."""
    posteriors, unfit_folders = _own_posteriors(case, out)
    best = max(
        (parameters for parameters in posteriors if cut in (None, parameters.trust.cut)), key=_merit, default=None
    )
    if best is not None:
        return best, ()
    return None, tuple(_left(folder, case.name) for folder in unfit_folders)


def _own_posteriors(case: Case, out: Path | None) -> tuple[list[CaseParameters], list[Path]]:
    """Find every posterior of one's own that fits the case, and the folders of those that do not."""
    posteriors: list[CaseParameters] = []
    unfit_folders: list[Path] = []
    for path in sorted(own_folder(out).glob("*/recipe.json")) if out is not None else ():
        folder = path.parent
        try:
            recipe = recipe_in(folder)
            if recipe is None or not _is_of(case, recipe):
                continue
            if calibrations.fits(case, recipe):
                posteriors.append(_of(calibrations.load(case, folder), "own", folder))
            else:
                unfit_folders.append(folder)
        except (*UNREADABLE, CoparkError):
            unfit_folders.append(folder)
    return posteriors, unfit_folders


def _merit(parameters: CaseParameters) -> tuple[bool, bool, str, bool, int, int]:
    """Rank a calibration: current, converged, latest cut, one's own, most values, largest batch.

    A quick calibration of one's own that has not converged does not take the place of one that has.
    """
    trust = parameters.trust
    runs = 0 if parameters.stored is None else int(parameters.stored.recipe["settings"]["runs"])
    return trust.state == "calibrated", trust.converged, trust.cut, trust.kind == "own", trust.values, runs


def _is_of(case: Case, recipe: JsonObject) -> bool:
    """Return whether posteriors are of a case: by its content, whatever it is called, else by its name.

    A calibration that begins in another quarter, or ends before the case begins, is another park's.
    """
    if recipe["case"] == case.name:
        return True
    start = case.clock.start
    if recipe.get("start", str(start)) != str(start) or Quarter.parse(recipe["cut"]) <= start:
        return False
    try:
        return not calibrations.is_stale(case, recipe)
    except UNREADABLE:
        return False
