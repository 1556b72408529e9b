"""Contents of a park's folder beside its facts: claims, levers, studies, calibrations; every fault of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from copark.cases.casebook import CLAIMS_EDITIONS, LEVERS, POSTERIOR, STUDIES, newest_claims
from copark.cases.files import fault, in_reading_order
from copark.cases.types import shown
from copark.errors import CoparkError, Fault

if TYPE_CHECKING:
    from copark.cases import Case

RECIPE = "recipe.json"
CALIBRATION_FILES = (RECIPE, "replay.npz")
"""Files of a calibration."""
MISNAMED = (".yml", ".json", ".csv")
"""Ends of names that a study may have been given by mistake."""


def faults_beside(folder: Path, case: Case | None) -> list[Fault]:
    """Find every fault of what a park's folder holds beside its facts, in reading order.

    Parameters
    ----------
    case
        The park, against which edits and calibrations are checked; ``None`` if its facts have faults, so that files
        are read by themselves alone.
    """
    faults = [
        *_faults_of_claims(folder, case),
        *_faults_of_levers(folder / LEVERS, case),
        *_faults_of_studies(folder / STUDIES, case),
        *_faults_of_calibrations(folder / POSTERIOR, case),
    ]
    return in_reading_order(faults, dict.fromkeys(fault.file for fault in faults))


def _faults_of_claims(folder: Path, case: Case | None) -> Iterator[Fault]:
    """Check every edition; that an earlier one was fixed for version 1 of the model is no fault of it."""
    from copark.analyses.claims.claims_file import OTHER_VERSION, examine

    newest = newest_claims(folder)
    for path in (folder / name for name in CLAIMS_EDITIONS):
        if path.exists():
            faults = examine(path, case, in_folder=True)[1]
            yield from (fault for fault in faults if path == newest or fault.code != OTHER_VERSION)


def _faults_of_levers(path: Path, case: Case | None) -> list[Fault]:
    from copark.cases.validated_yaml import read_model
    from copark.decisions.lever_file import LeverFile, examine_levers

    if not path.exists():
        return []
    return read_model(path, LeverFile, ("levers", "study"))[1] if case is None else examine_levers(path, case)[1]


def _faults_of_studies(folder: Path, case: Case | None) -> Iterator[Fault]:
    from copark.simulation.study import examine_study

    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix == ".yaml":
            yield from (replace(fault, file=f"{STUDIES}/{fault.file}") for fault in examine_study(path, case)[1])
        elif path.suffix in MISNAMED:
            values = {"found": path.name, "suggestion": f"{path.stem}.yaml"}
            yield Fault("study.misnamed", f"{STUDIES}/{path.name}", None, "", values)


def _faults_of_calibrations(place: Path, case: Case | None) -> Iterator[Fault]:
    if not place.is_dir():
        return
    for folder in sorted(path for path in place.iterdir() if path.is_dir()):
        yield from _faults_of_calibration(folder, f"{POSTERIOR}/{folder.name}", case)


def _faults_of_calibration(folder: Path, name: str, case: Case | None) -> Iterator[Fault]:
    """Find a missing or unreadable file, another cut than the folder's name, another park's calibration."""
    from copark.calibration import calibrations
    from copark.calibration.case_parameters import UNREADABLE
    from copark.calibration.provenance import recipe_in

    missing = [file for file in CALIBRATION_FILES if not (folder / file).is_file()]
    yield from (fault("missing_file", f"{name}/{file}") for file in missing)
    if missing:
        return
    try:
        recipe = recipe_in(folder)
        if recipe is None:
            yield Fault("inference.calibration_format", f"{name}/{RECIPE}")
        elif recipe["cut"] != folder.name:
            values = {"found": shown(recipe["cut"]), "folder": folder.name}
            yield Fault("inference.calibration_cut", f"{name}/{RECIPE}", None, "cut", values)
        elif case is not None and not calibrations.fits(case, recipe):
            yield Fault("inference.calibration_other", f"{name}/{RECIPE}", None, "", {"case": case.name})
        elif case is not None:
            calibrations.load(case, folder)
    except json.JSONDecodeError as error:
        yield Fault("inference.calibration_broken", f"{name}/{RECIPE}", error.lineno, "", {"reason": error.msg})
    except (CoparkError, *UNREADABLE) as error:
        yield Fault("inference.calibration_broken", name, None, "", {"reason": shown(error) or type(error).__name__})
