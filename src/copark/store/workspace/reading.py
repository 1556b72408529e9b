"""Taking a workspace apart: hostile until it is parsed; whole, or not opened at all.

What lies in a workspace, checked as if anybody had written it: cases, studies, runs, and the description.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from copark.cases import check_case
from copark.cases.files import Archive, Refused, opened
from copark.cases.types import shown
from copark.errors import CoparkError, Fault, FaultsFound
from copark.identity import RESULT_FORMAT
from copark.store.files import written_folder
from copark.store.manifest import UNREADABLE, misplacement
from copark.store.runs import record_of
from copark.store.workspace.crate import CONTEXT, EARLY_CONTEXT, SPECIFICATION
from copark.store.workspace.layout import (
    CASES,
    CRATE,
    FORMAT,
    MANIFEST,
    MOST_FILES,
    RUNS,
    STUDIES,
    is_identity,
    place_in,
    strict_json,
)

CODECS = frozenset(("bytes", "blosc", "vlen-utf8", "zstd", "gzip", "crc32c"))
"""Ways of writing numbers that a stored run may use; others could do more than read numbers."""
MOST_STEPS = 1000
"""Quarters, scenarios, parameters or letters: no axis of a run but that of its runs is longer."""


def check_contents(folder: Path, listing: Listing) -> dict[str, Any]:
    """Check everything; names of what there is, faults and notes, as fields of the findings."""
    cases = _names(listing, CASES)
    studies = tuple(name.removesuffix(".yaml") for name in _names(listing, STUDIES))
    runs = _names(listing, RUNS)
    faults = [
        *_faults_of_crate(folder, listing),
        *_faults_of_cases(folder, cases),
        *_faults_of_studies(folder, studies),
    ]
    notes: list[Fault] = []
    for identity in runs:
        faults += _check_run(folder, identity, listing, notes)
    named = {"cases": cases, "studies": studies, "runs": runs}
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


AREA = "workspace"
MOST_BYTES = 200_000_000_000
"""Bytes a workspace may unpack to."""
MOST_LISTING = 150_000_000
"""Bytes of its list of files, and of its description."""
Listing = dict[str, tuple[int, str]]
Progress = Callable[[int, int], None] | None


class WorkspaceRefused(FaultsFound):
    """A workspace cannot be packed or opened; all its faults are here."""


@dataclass(frozen=True)
class WorkspaceFindings:
    """What a workspace turned out to be."""

    cases: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    """cases, studies, runs: names and identities of what it holds."""
    files: int = 0
    bytes: int = 0
    """files, bytes: how much that is."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with it; empty where it is whole."""
    notes: tuple[Fault, ...] = field(default_factory=tuple)
    """What is to be known of it: runs of another version of the model, of a case that has changed since."""


def verify_workspace(path: Path, progress: Progress = None) -> WorkspaceFindings:
    """See whether a workspace is what it says; nothing of it stays on the disk.

    Of runs the numbers are read for their checksums only; what is said of them is parsed.
    """
    with tempfile.TemporaryDirectory(prefix="copark-workspace-") as folder:
        return _take(path, Path(folder), progress, keep=lambda name: not _is_number(name))


def open_workspace(path: Path, target: Path, progress: Progress = None) -> WorkspaceFindings:
    """Open a workspace into a folder that is not there yet, or empty: an output folder like any other.

    Raises
    ------
    WorkspaceRefused
        If it has faults, or the folder something in it; nothing is written then.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WorkspaceRefused([Fault(f"{AREA}.not_empty", str(target))])
    with written_folder(target.parent / target.name) as folder:
        found = _take(path, folder, progress, keep=lambda _: True)
        if found.faults:
            raise WorkspaceRefused(found.faults)
        if target.is_dir():
            target.rmdir()
    return found


def _is_number(name: str) -> bool:
    """Whether a file holds numbers of a run, and not what is said of them."""
    return name.startswith(f"{RUNS}/") and name.count("/") > 2 and not name.endswith("zarr.json")


def _take(path: Path, folder: Path, progress: Progress, keep: Callable[[str], bool]) -> WorkspaceFindings:
    """Read a workspace whole into a folder, as far as its files are kept, and check what came out."""
    try:
        with opened(path, path.name, AREA) as archive:
            entries = _entries(archive, folder)
            listing = _listing(archive, entries)
            faults = _compare(archive, entries, listing, folder, keep, progress)
    except Refused as refused:
        return WorkspaceFindings(faults=refused.faults)
    size = sum(entry.file_size for entry in entries.values())
    if faults:
        return WorkspaceFindings(files=len(entries), bytes=size, faults=tuple(faults))
    return WorkspaceFindings(files=len(entries), bytes=size, **check_contents(folder, listing))


def _entries(archive: Archive, folder: Path) -> dict[str, zipfile.ZipInfo]:
    """Its files by name, after a look at the list of contents."""
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    files = archive.files(MOST_FILES, MOST_BYTES)
    for entry in files:
        if not place_in(entry.filename):
            raise archive.refuse("strange_file", entry.filename)
        if entry.filename.casefold() in folded:
            raise archive.refuse("twice", entry.filename)
        folded.add(entry.filename.casefold())
        found[entry.filename] = entry
    for name in (MANIFEST, CRATE):
        if name not in found:
            raise archive.refuse("no_list", name)
    need, free = sum(entry.file_size for entry in files), shutil.disk_usage(folder).free
    if need > free:
        raise archive.refuse("no_room", need=f"{need / 1e9:.1f}", free=f"{free / 1e9:.1f}")
    return found


def _listing(archive: Archive, entries: Mapping[str, zipfile.ZipInfo]) -> Listing:
    """What the manifest says there is."""
    content = strict_json(archive.read(entries[MANIFEST], MOST_LISTING))
    listed: Any = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise archive.refuse("bad_list", MANIFEST)
    if content.get("format") != FORMAT:
        raise archive.refuse("other_format", MANIFEST, found=content.get("format"), known=FORMAT)
    found: Listing = {}
    for one in listed:
        values: list[Any] = [one.get(key) for key in ("path", "bytes", "sha256")] if isinstance(one, dict) else []
        if list(map(type, values)) != [str, int, str] or values[0] in found:
            raise archive.refuse("bad_list", MANIFEST)
        name, *known = values
        found[name] = (known[0], known[1])
    return found


def _compare(
    archive: Archive, entries: Mapping[str, zipfile.ZipInfo], listing: Listing, folder: Path,
    keep: Callable[[str], bool], progress: Progress,
) -> list[Fault]:  # fmt: skip
    """Write files while their checksums are made; what differs from the list."""
    held = {name for name in entries if name not in (MANIFEST, CRATE)}
    faults = [_fault("missing", name) for name in sorted(listing.keys() - held)]
    faults += [_fault("not_listed", name) for name in sorted(held - listing.keys())]
    total, done = sum(entry.file_size for entry in entries.values()), 0
    for name, entry in sorted(entries.items()):
        place = folder / name
        if keep(name):
            place.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        sink: Any = place.open("xb") if keep(name) else nullcontext()
        with sink as out:
            for piece in archive.pieces(entry, entry.file_size):
                digest.update(piece)
                size += len(piece)
                _write(out, piece)
        done += size
        if progress is not None:
            progress(done, total)
        if name in listing and (size, digest.hexdigest()) != listing[name]:
            faults.append(_fault("checksum", name))
    return faults


def _write(out: IO[bytes] | None, piece: bytes) -> None:
    if out is not None:
        out.write(piece)
