"""What lies in a workspace, checked as if anybody had written it: cases, studies, runs, and the description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from copark.cases import check_case
from copark.cases.types import shown
from copark.errors import CoparkError, Fault
from copark.identity import RESULT_FORMAT
from copark.store.manifest import UNREADABLE
from copark.store.quarantine import misplacement
from copark.store.runs import record_of
from copark.store.workspace.crate import CONTEXT, EARLY_CONTEXT, SPECIFICATION
from copark.store.workspace.layout import CASES, CRATE, MANIFEST, RUNS, SCENARIOS, STUDIES, is_identity, strict_json
from copark.store.workspace.scenarios import ScenarioEntry, scenario_in

AREA = "workspace"
CODECS = frozenset(("bytes", "blosc", "vlen-utf8", "zstd", "gzip", "crc32c"))
"""Ways of writing numbers that a stored run may use; others could do more than read numbers."""
MOST_STEPS = 1000
"""Quarters, scenarios, parameters or letters: no axis of a run but that of its runs is longer."""
Listing = Mapping[str, tuple[int, str]]


def check_contents(folder: Path, listing: Listing) -> dict[str, Any]:
    """Check everything; names of what there is, faults and notes, as fields of the findings."""
    cases = _names(listing, CASES)
    studies = tuple(name.removesuffix(".yaml") for name in _names(listing, STUDIES))
    runs = _names(listing, RUNS)
    scenarios: list[ScenarioEntry] = []
    faults = [
        *_faults_of_crate(folder, listing),
        *_faults_of_cases(folder, cases),
        *_faults_of_studies(folder, studies),
        *_faults_of_scenarios(folder, _names(listing, SCENARIOS), scenarios),
    ]
    notes = list(_cases_of_scenarios(scenarios, cases))
    for identity in runs:
        faults += _check_run(folder, identity, listing, notes)
    named = {"cases": cases, "studies": studies, "runs": runs, "scenarios": tuple(scenarios)}
    return {**named, "faults": tuple(faults), "notes": tuple(notes)}


def _names(listing: Listing, part: str) -> tuple[str, ...]:
    return tuple(sorted({name.split("/")[1] for name in listing if name.startswith(f"{part}/")}))


def _fault(code: str, place: str, key: str = "", **values: Any) -> Fault:
    return Fault(f"{AREA}.{code}", place, None, key, {name: shown(value) for name, value in values.items()})


def _faults_of_crate(folder: Path, listing: Listing) -> Iterator[Fault]:
    """What keeps the description from being an RO-Crate of exactly these files."""
    content = strict_json((folder / CRATE).read_bytes())
    graph = content.get("@graph") if isinstance(content, dict) else None
    entities = _named(graph) if isinstance(graph, list) else {}
    root, descriptor = entities.get("./"), entities.get(CRATE)
    if root is None or descriptor is None or content.get("@context") not in (CONTEXT, EARLY_CONTEXT):
        yield _fault("bad_crate", CRATE)
        return
    if descriptor.get("conformsTo") != {"@id": SPECIFICATION} or descriptor.get("about") != {"@id": "./"}:
        yield _fault("bad_crate", CRATE)
    described = {name for name, one in entities.items() if one.get("@type") == "File"}
    for name in sorted(described ^ {*listing, MANIFEST})[:20]:
        yield _fault("crate_differs", CRATE, name)


def _named(graph: list[Any]) -> dict[str, dict[str, Any]]:
    """What a description tells of, by name; nothing where something in it has no name."""
    named = [one for one in graph if isinstance(one, dict) and isinstance(one.get("@id"), str)]
    return {one["@id"]: one for one in named} if len(named) == len(graph) else {}


def _faults_of_cases(folder: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        for one in check_case(folder / CASES / name):
            yield Fault(one.code, f"{CASES}/{name}/{one.file}", one.line, one.key, one.values)


def _faults_of_studies(folder: Path, names: tuple[str, ...]) -> Iterator[Fault]:
    from copark.simulation.study_file import examine_study

    for name in names:
        for one in examine_study(folder / STUDIES / f"{name}.yaml")[1]:
            yield Fault(one.code, f"{STUDIES}/{one.file}", one.line, one.key, one.values)


def _faults_of_scenarios(folder: Path, files: tuple[str, ...], sound: list[ScenarioEntry]) -> Iterator[Fault]:
    """Files that hold no scenario; those that are sound are added to a list."""
    for file in files:
        place = f"{SCENARIOS}/{file}"
        found = scenario_in(_read(folder / place), file.removesuffix(".json"))
        if found is None:
            yield _fault("scenario", place)
        else:
            sound.append(found)


def _cases_of_scenarios(scenarios: list[ScenarioEntry], packed: tuple[str, ...]) -> Iterator[Fault]:
    """Scenarios of cases that are not there."""
    from copark.cases import list_cases

    known = {*packed, *list_cases()}
    for one in scenarios:
        if one.case not in known:
            yield _fault("scenario_case", f"{SCENARIOS}/{one.identity}.json", name=one.name, case=one.case)


def _check_run(folder: Path, identity: str, listing: Listing, notes: list[Fault]) -> Iterator[Fault]:
    """Whether a run is what its name says; what is to be known of it goes to the notes."""
    place = f"{RUNS}/{identity}"
    metadata = strict_json(_read(folder / place / "metadata.json"))
    manifest = strict_json(_read(folder / place / "manifest.json"))
    if not isinstance(metadata, dict) or not isinstance(metadata.get("provenance"), dict):
        yield _fault("run_unreadable", place)
        return
    made_by = metadata["provenance"]
    held = {name.removeprefix(f"{place}/"): known for name, known in listing.items() if name.startswith(f"{place}/")}
    if _listed(manifest) != {name: known for name, known in held.items() if name != "manifest.json"}:
        yield _fault("run_list", f"{place}/manifest.json")
    try:
        record_of(folder / place, metadata)
    except (OSError, *UNREADABLE):
        yield _fault("run_unreadable", place)
    yield from _faults_of_arrays(folder, place, held, metadata)
    yield from _identity(place, identity, metadata, made_by, notes)
    notes += _of_other_making(folder, place, made_by)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _listed(manifest: Any) -> dict[str, tuple[int, str]] | None:
    """The list of a run's own files, as the store writes it; nothing where it is none."""
    try:
        return {name: (int(one["bytes"]), str(one["sha256"])) for name, one in manifest["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _faults_of_arrays(folder: Path, place: str, held: Listing, metadata: Mapping[str, Any]) -> Iterator[Fault]:
    """Arrays written in a way no run is, or larger than the run says it is."""
    runs = metadata.get("runs")
    longest = max(MOST_STEPS, runs if isinstance(runs, int) else 0)
    for name in held:
        if not name.endswith("zarr.json"):
            continue
        found = strict_json(_read(folder / place / name))
        if not isinstance(found, dict) or found.get("zarr_format") != 3:
            yield _fault("array", f"{place}/{name}")
            continue
        shape, codecs = found.get("shape", []), found.get("codecs", [])
        plain = isinstance(codecs, list) and all(_is_known(one) for one in codecs)
        fits = isinstance(shape, list) and all(isinstance(n, int) and 0 <= n <= longest for n in shape)
        if not plain or not fits or sum(n > MOST_STEPS for n in shape) > 1:
            yield _fault("array", f"{place}/{name}")


def _is_known(codec: Any) -> bool:
    """Whether a codec is one that runs are written with."""
    name = codec.get("name") if isinstance(codec, dict) else None
    return isinstance(name, str) and name in CODECS


def _identity(
    place: str, identity: str, metadata: Mapping[str, Any], made_by: Mapping[str, Any], notes: list[Fault]
) -> Iterator[Fault]:
    """The identity is a hash of study, case and model: it is made again of what the run says of them."""
    try:
        wrong = misplacement(metadata, identity, place)
        made = None if wrong is None else wrong.values["found"]
    except UNREADABLE:
        made = "?"
    if made is not None or not is_identity(identity):
        yield _fault("identity", place, found=identity, made=made or "?")
    elif made_by.get("format") != RESULT_FORMAT:
        notes.append(_fault("other_results", place, found=made_by.get("format"), known=RESULT_FORMAT))


def _of_other_making(folder: Path, place: str, made_by: Mapping[str, Any]) -> Iterator[Fault]:
    """What is another here and now than where the run was made."""
    from copark.cases import list_cases, load_case
    from copark.model.compiler import model_hash
    from copark.simulation.results import experiment_hash
    from copark.version import __version__

    here = {"model_hash": model_hash(), "experiment_hash": experiment_hash()}
    if any(made_by.get(name) != value for name, value in here.items()):
        yield _fault("other_model", place, version=made_by.get("code_version"), here=__version__)
    name = str(made_by.get("case", ""))
    packed = folder / CASES / name
    try:
        known = packed if name and packed.is_dir() else name if name in list_cases() else None
        if known is None:
            yield _fault("no_case", place, case=name)
        elif load_case(known).hash != made_by.get("case_hash"):
            yield _fault("other_case", place, case=name)
    except CoparkError:  # a case with faults is told by itself
        return
