"""Reading a claims file: untrusted until it is parsed, and with every fault at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copark.analyses.claims.rules import RuleCondition
from copark.analyses.claims.schema import FORMER_KEYS, CaseChange, Claim, Claims, Part
from copark.cases import dates
from copark.cases.case import Case
from copark.cases.files import KeyPath, written
from copark.cases.types import shown, suggestion
from copark.cases.validated_yaml import read_model
from copark.cases.yaml_loader import Tree
from copark.errors import Fault, FaultsFound, NotFound
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.study_entries import Title
from copark.version import MODEL_VERSION


class ClaimsFaults(FaultsFound):
    """A claims file has faults; all of them are here."""


@dataclass(frozen=True)
class ClaimsFile:
    """A claims file that is sound."""

    claims: Claims
    """What it says."""
    name: str
    """Name of the file, without folders."""
    sha256: str
    """Of its bytes: what anyone can check that the rules were those committed."""
    general: bool = False
    """Whether it is a general set, made for a case that brings no claims."""
    left_out: tuple[Title, ...] = ()
    """What of a general set cannot be asked of the case."""


OF_VERSION_1 = frozenset(("rescue_by_controller", "self_standing"))
"""Keys of files for version 1 of the model: who alone might rescue, and how many enterprises made a park stand."""
OTHER_VERSION = "claims.version_1"
"""Code of the fault of a file with such keys."""
_SOUND: dict[tuple[str, str, str | None], ClaimsFile] = {}
"""Files found sound by name, bytes and case: to check every edit takes a second, which a server pays once."""
MOST_KEPT = 8
"""Files that are kept as sound."""


def load_claims(path: Path, case: Case | None = None) -> ClaimsFile:
    """Read a claims file.

    Parameters
    ----------
    path
        The file.
    case
        The case it is tried on: edits are checked against it.

    Raises
    ------
    NotFound
        If there is no such file.
    ClaimsFaults
        If it has faults; it carries all of them.
    """
    if not path.is_file():
        raise NotFound.of("claims.not_found", found=shown(path))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    key = (path.name, digest, None if case is None else case.hash)
    if key not in _SOUND:
        claims, faults = examine(path, case)
        if claims is None:
            raise ClaimsFaults(faults)
        while len(_SOUND) >= MOST_KEPT:
            _SOUND.pop(next(iter(_SOUND)))
        _SOUND[key] = ClaimsFile(claims, path.name, digest)
    return _SOUND[key]


def examine(path: Path, case: Case | None = None, *, in_folder: bool = False) -> tuple[Claims | None, list[Fault]]:
    """Read a claims file and check it.

    Parameters
    ----------
    path
        The file.
    case
        The case it is tried on.
    in_folder
        True if it lies in the case's folder, so that it must be of this case.

    Returns
    -------
    The claims, or ``None``, and all faults.
    """
    read, faults = read_model(path, Claims, ("claims", "study"))
    if read is None:
        return None, _told_once(faults)
    claims, tree = read
    places = _Places(tree, path.name)
    faults = [*_references(claims, places), *([] if case is None else _edits(claims, case, places))]
    if in_folder and case is not None and claims.case != case.name:
        faults.append(places.fault("other_case", ("case",), found=claims.case, case=case.name))
    if claims.fixed.first_day > dates.today():
        faults.append(places.fault("fixed_ahead", ("fixed",), found=claims.fixed, today=dates.today()))
    return (None if faults else claims), faults


def _told_once(faults: list[Fault]) -> list[Fault]:
    """Describe once that a file belongs to version 1 of the model, and not of each key that no later version has."""
    gone = [fault for fault in faults if fault.key.rpartition(".")[2] in OF_VERSION_1]
    if not gone:
        return faults
    first = gone[0]
    values = {"found": first.key.rpartition(".")[2], "version": MODEL_VERSION}
    by_version = Fault(OTHER_VERSION, first.file, first.line, first.key, values)
    return [by_version, *(fault for fault in faults if fault not in gone)]


@dataclass(frozen=True)
class _Places:
    """Reports faults of a file at their places."""

    tree: Tree
    file: str

    def fault(self, code: str, path: KeyPath, **values: Any) -> Fault:
        shown_values = {name: shown(value) for name, value in values.items()}
        path = self._as_in_file(path)
        return Fault(f"claims.{code}", self.file, self.tree.line(path), written(path), shown_values)

    def _as_in_file(self, path: KeyPath) -> KeyPath:
        """Return a path by the keys of the file, which may have their former names."""
        found: KeyPath = ()
        for step in path:
            former = (*found, FORMER_KEYS.get(str(step), step))
            found = former if former in self.tree.lines else (*found, step)
        return found

    def repeated(self, names: list[str], path: KeyPath, key: str) -> Iterator[Fault]:
        """Yield a fault for every name that stands earlier in its list.

        Parameters
        ----------
        names
            Names, in the order of the file.
        path
            Path of the list in the file.
        key
            Key under which each entry has its name, such as ``id``.
        """
        for number, name in enumerate(names):
            if name in names[:number]:
                yield self.fault("repeated", (*path, number, key), found=name)

    def unknown(self, name: str | None, names: Iterable[str], path: KeyPath, code: str) -> Iterator[Fault]:
        """Yield a fault if a name is not among those known, with the one it resembles.

        Parameters
        ----------
        name
            The name; ``None`` where none is given, which is no fault.
        names
            Names that are known.
        path
            Path at which the name stands in the file.
        code
            Key of the fault's text, below ``claims``.
        """
        words = list(names)
        if name is not None and name not in words:
            yield self.fault(code, path, found=name, suggestion=suggestion(name, words))

    def missing(self, names: Iterable[str], known_names: Iterable[str], path: KeyPath, code: str) -> Iterator[Fault]:
        """Yield a fault for every name of a list that is not among those known.

        Parameters
        ----------
        names
            Names, in the order of the file.
        known_names
            Names that are known; a collection, since it is read again for each name.
        path
            Path of the list in the file.
        code
            Key of the fault's text, below ``claims``.
        """
        for number, name in enumerate(names):
            yield from self.unknown(name, known_names, (*path, number), code)


def _references(claims: Claims, places: _Places) -> Iterator[Fault]:
    """Find names that nothing bears, and names that two things bear."""
    yield from places.repeated([claim.id for claim in claims.claims], ("claims",), "id")
    yield from places.repeated([variant.key for variant in claims.judgement], ("judgement",), "key")
    for number, claim in enumerate(claims.claims):
        path: KeyPath = ("claims", number)
        keys = [part.key for part in claim.parts]
        yield from places.repeated(keys, (*path, "parts"), "key")
        yield from _scenarios_of(claim, claims.scenarios, path, places)
        head = "all" if claim.headline.every else "any"
        yield from places.missing(claim.headline.parts, keys, (*path, "headline", head), "unknown_part")
        for n, part in enumerate(claim.parts):
            yield from _names_of(part, claims, (*path, "parts", n), places)


def _scenarios_of(claim: Claim, scenarios: Iterable[str], path: KeyPath, places: _Places) -> Iterator[Fault]:
    yield from places.missing([claim.reference], scenarios, (*path, "reference"), "unknown_scenario")
    yield from places.missing(claim.scenarios, scenarios, (*path, "scenarios"), "unknown_scenario")
    yield from places.missing(
        claim.curve.points if claim.curve else (), scenarios, (*path, "curve", "points"), "unknown_scenario"
    )
    for n, line in enumerate(claim.cube.lines if claim.cube else ()):
        yield from places.missing(
            line.scenarios, scenarios, (*path, "cube", "lines", n, "scenarios"), "unknown_scenario"
        )
        if claim.cube and len(line.scenarios) != len(claim.cube.ticks):
            yield places.fault(
                "ticks", (*path, "cube", "lines", n), found=len(line.scenarios), wanted=len(claim.cube.ticks)
            )


def _names_of(part: Part, claims: Claims, path: KeyPath, places: _Places) -> Iterator[Fault]:
    """Check scenarios of statistics, statistics and margins of conditions, null models."""
    for name, statistic in part.statistics.items():
        statistic_path = (*path, "statistics", name)
        for field in ("scenario", "reference"):
            yield from places.unknown(
                getattr(statistic, field), claims.scenarios, (*statistic_path, field), "unknown_scenario"
            )
        yield from places.missing(
            statistic.scenarios, claims.scenarios, (*statistic_path, "scenarios"), "unknown_scenario"
        )
    for name in ("supported", "not_supported", "contradicted"):
        condition: RuleCondition | None = getattr(part.rule, name)
        for simple in condition.simple() if condition is not None else ():
            yield from _names_in(simple, part, claims, (*path, "rule", name), places)
    yield from places.missing(part.false_worlds, claims.worlds, (*path, "false_worlds"), "unknown_world")
    if not part.false_worlds and part.uses:
        yield places.fault("no_world", path, found=part.key)


def _names_in(condition: RuleCondition, part: Part, claims: Claims, path: KeyPath, places: _Places) -> Iterator[Fault]:
    yield from places.unknown(condition.of, part.statistics, path, "unknown_statistic")
    relation, bound = condition.relation
    margin = bound.removeprefix("-").removeprefix("+").strip() if isinstance(bound, str) else None
    if margin is not None and margin not in claims.margins:
        yield from places.unknown(margin, claims.margins, path, "unknown_margin")
    elif relation in ("within", "beyond") and (bound.startswith("-") if isinstance(bound, str) else bound < 0.0):
        yield places.fault("negative", path, found=bound)


def _edits(claims: Claims, case: Case, places: _Places) -> Iterator[Fault]:
    """Find what is wrong with edits, on this case, and dates beyond its horizon."""
    changes: list[tuple[KeyPath, CaseChange]] = [
        (("scenarios", key), scenario) for key, scenario in claims.scenarios.items()
    ]
    changes += [(("judgement", number), variant) for number, variant in enumerate(claims.judgement)]
    changes += [(("worlds", key), world) for key, world in claims.worlds.items()]
    for path, change in changes:
        for problem in edited(case, change.edits)[1]:
            yield fault_of_edit(problem, places.file, places.tree.line((*path, "edits", *problem.path)), path)
    quarters = case.clock.quarters
    for number, claim in enumerate(claims.claims):
        dated: list[tuple[KeyPath, int | None]] = [(("shows", n), look.at) for n, look in enumerate(claim.shows)]
        for n, part in enumerate(claim.parts):
            dated += [(("parts", n, "statistics", name), statistic.at) for name, statistic in part.statistics.items()]
        for place, at_end in dated:
            if at_end is not None and at_end >= quarters:
                years = {"found": (at_end + 1) / 4, "most": quarters / 4}
                yield places.fault("beyond", ("claims", number, *place, "year"), **years)
