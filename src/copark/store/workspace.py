"""A workspace: cases, studies and runs of a group in one archive, with checksums and a description.

``cases/<name>/``, ``studies/<name>.yaml``, ``posteriors/<name>/`` and ``runs/<identity>/`` lie as they do on a disk, so
that an opened workspace is an output folder. Beside them: ``manifest.json``, every file with its size and SHA-256, and
``ro-crate-metadata.json``, an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with a Process Run Crate's action for every
run (https://w3id.org/ro/wfrun/process/0.5). The same content gives the same bytes, anywhere. What is opened is hostile
until it is checked; it is whole, or not opened at all.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from copark.cases import check_case
from copark.cases.files import Archive, Refused, opened, read_text
from copark.cases.types import shown
from copark.cases.yaml_loader import read_yaml
from copark.errors import CoparkError, Fault, FaultsFound
from copark.identity import RESULT_FORMAT
from copark.json_types import JsonObject
from copark.progress import Progress
from copark.store.errors import DamagedRun, MisplacedRun
from copark.store.files import written_file, written_folder
from copark.store.headlines import faults_of_chunks
from copark.store.manifest import NAME, checksum, listed_in
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.version import MODEL_VERSION, __version__

if TYPE_CHECKING:
    from copark.cases import Case

AREA = "workspace"
FORMAT = 1
MANIFEST = "manifest.json"
CRATE = "ro-crate-metadata.json"
CASES = "cases"
STUDIES = "studies"
RUNS = "runs"
POSTERIORS = "posteriors"
CASE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_PART = r"/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]{1,120}"
PLACES = re.compile(
    rf"{MANIFEST}|{CRATE}|{STUDIES}/{CASE_NAME.pattern}\.yaml|scenarios/[0-9a-f]{{16}}\.json|"
    rf"(?:{CASES}|{POSTERIORS})/{CASE_NAME.pattern}{_PART}|{RUNS}/[0-9a-f]{{16}}(?:{_PART}){{1,7}}",
    re.ASCII,
)
"""Places of files. Earlier versions packed saved scenarios too, which nobody reads."""
FOLDERS = re.compile(rf"{CASES}/{CASE_NAME.pattern}/|{RUNS}/[0-9a-f]{{16}}/", re.ASCII)
"""Folders that have an entry of their own."""
LOCAL_HEADER, CENTRAL_HEADER, ENDING, ZIP64_ENDING = 30, 46, 22, 56 + 20
"""Bytes of the fixed parts of a ZIP archive (APPNOTE 4.3)."""
ZIP64_SIZES, ZIP64_END = b"\x01\x00", b"PK\x06\x06"
MOST_FILES = 500_000
"""Files of a workspace; a stored run of 100,000 has about 6,000."""
MOST_BYTES = 200_000_000_000
"""Bytes that it may unpack to."""
MOST_LISTING = 150_000_000
"""Bytes of its lists."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: a ZIP archive knows none earlier."""
EARLY_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
"""The words of RO-Crate 1.1, with which early versions of copark packed; ``sha256`` is none of them."""
CONTEXT = [EARLY_CONTEXT, {"sha256": "http://schema.org/sha256"}]
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
LICENCE = "https://spdx.org/licenses/Apache-2.0"
NOT_STATED = "#licence-not-stated"
MEDIA = {".yaml": "application/yaml", ".csv": "text/csv", ".json": "application/json", ".md": "text/markdown"}
Listing = dict[str, tuple[int, str]]
Entity = JsonObject


class WorkspaceRefused(FaultsFound):
    """A workspace cannot be packed or opened; all its faults are here."""


@dataclass(frozen=True)
class Contents:
    """Contents of a workspace, on a disk."""

    cases: Mapping[str, Path]
    """Folders by the name of their case; files in them that no workspace may hold stay out."""
    studies: Mapping[str, bytes]
    """Content of study files by name, without ``.yaml``."""
    runs: tuple[RunRecord, ...]
    """Stored runs; files in their folders that they do not list stay out."""
    licence: str = ""
    """The licence of what is in it, as an address, or empty where nobody said."""
    creators: tuple[str, ...] = ()
    posteriors: Mapping[str, Path] = field(default_factory=dict)
    """Folders of the calibrations that cases and runs rest on, by name."""

    def folders(self) -> list[str]:
        """List folders of cases and runs, by their place in the workspace."""
        return sorted([f"{CASES}/{name}/" for name in self.cases] + [f"{RUNS}/{run.identity}/" for run in self.runs])

    def files(self) -> list[tuple[str, Path | bytes]]:
        """List every file by its place in the workspace, sorted: a path on the disk, or its content."""
        files: dict[str, Path | bytes] = {f"{STUDIES}/{name}.yaml": content for name, content in self.studies.items()}
        for part, folders in ((CASES, self.cases), (POSTERIORS, self.posteriors)):
            for name, folder in folders.items():
                inside = {f"{part}/{name}/{place}": path for place, path in _plain_files(folder)}
                files |= {place: path for place, path in inside.items() if PLACES.fullmatch(place)}
        for run in self.runs:
            own = {NAME, *listed_in(run.path)}
            files |= {f"{RUNS}/{run.identity}/{place}": path for place, path in _plain_files(run.path) if place in own}
        return sorted(files.items())


def _plain_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """List plain files of a folder by their place in it; no links, and nothing hidden."""
    for path in folder.rglob("*"):
        place = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in place.parts):
            yield place.as_posix(), path


def as_json(content: Any) -> bytes:
    """Write JSON as it is always written."""
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def study_yaml(study: Mapping[str, Any]) -> bytes:
    """Write a run's study as a file that can be run again."""
    written: str = yaml.safe_dump(dict(study), allow_unicode=True, sort_keys=False)
    return written.encode("utf-8")


def manifest_of(listed: Listing) -> Entity:
    """List the files, with what wrote them."""
    files = [{"path": name, "bytes": size, "sha256": digest} for name, (size, digest) in sorted(listed.items())]
    return {"format": FORMAT, "copark": __version__, "files": files}


def pack_workspace(contents: Contents, target: Path, progress: Progress | None = None) -> str:
    """Write a workspace; give its SHA-256.

    Folders come first, then files, each in the order of their names; without a time and without compression (the
    numbers of runs are compressed already, and compressors of two machines may differ).

    Parameters
    ----------
    contents
        What goes in.
    target
        File of the workspace; it is written whole or not at all.
    progress
        Called with bytes written and in all; ``None`` for nobody.

    Returns
    -------
    SHA-256 of the file, the same for the same contents on any machine.
    """
    files = contents.files()
    listed = Listing()
    done = 0
    total = sum(len(content) if isinstance(content, bytes) else content.stat().st_size for _, content in files)
    with written_file(target) as path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for folder in contents.folders():  # RO-Crate wants what it describes to be in the archive, folders too
                archive.writestr(_entry(folder, stat.S_IFDIR | 0o755), b"")
            for name, content in files:
                listed[name] = _store(archive, name, content)
                done += listed[name][0]
                if progress is not None:
                    progress(done, total)
            listed[MANIFEST] = _store(archive, MANIFEST, as_json(manifest_of(listed)))
            _store(archive, CRATE, as_json(_described(contents, listed)))
        return checksum(path)


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def _store(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> tuple[int, str]:
    entry = _entry(name, 0o644)
    if isinstance(content, bytes):
        archive.writestr(entry, content)
        return len(content), hashlib.sha256(content).hexdigest()
    entry.file_size = content.stat().st_size
    with content.open("rb") as stream, archive.open(entry, "w") as out:
        shutil.copyfileobj(stream, out)
    return entry.file_size, checksum(content)


def _described(contents: Contents, listed: Listing) -> Entity:
    people = [
        {"@id": f"#creator-{n}", "@type": "Person", "name": creator} for n, creator in enumerate(contents.creators, 1)
    ]
    entities: list[Entity] = [_root(contents, listed), _licence(contents.licence), *people, *_versions(contents.runs)]
    entities.append(
        {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": SPECIFICATION}, "about": {"@id": "./"}}
    )
    entities.append({"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"})
    cited: dict[str, Entity] = {}
    for name, folder in contents.cases.items():
        sources = _sources(name, folder)
        more = {"citation": _refs(sources)} if sources else {}
        entities.append(_dataset(f"{CASES}/{name}/", f"Case {name}", listed, **more))
        cited = sources | cited
    for run in contents.runs:
        place = f"{RUNS}/{run.identity}/"
        title = f"Stored run {run.identity}"
        entities += [_dataset(place, title, listed, identifier=run.identity), _action(run, contents)]
    for name, (size, digest) in listed.items():
        kind = MEDIA.get(name[name.rfind(".") :], "application/octet-stream")
        about = {"name": name.rpartition("/")[2], "contentSize": str(size), "sha256": digest, "encodingFormat": kind}
        entities.append({"@id": name, "@type": "File", **about})
    entities += cited.values()
    return {"@context": CONTEXT, "@graph": sorted(entities, key=lambda entity: entity["@id"])}


def _refs(names: Iterable[str]) -> list[Entity]:
    return [{"@id": name} for name in sorted(set(names))]


def _root(contents: Contents, listed: Listing) -> Entity:
    alone = [name for name in listed if name.startswith(f"{STUDIES}/") or name == MANIFEST]
    # without a run, the day this form of workspaces was fixed, since content has no day
    newest = max((run.created[:10] for run in contents.runs if run.created), default="2026-11-25")
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "datePublished": newest,
        "name": f"copark: {', '.join(sorted(contents.cases)) or len(contents.runs)}",
        "description": "Cases, studies and stored runs of copark, with their sources and checksums.",
        "license": {"@id": contents.licence or NOT_STATED},
        "hasPart": _refs([*contents.folders(), *alone]),
        "mentions": _refs(f"#run-{run.identity}" for run in contents.runs),
    }
    if contents.creators:
        root["creator"] = _refs(f"#creator-{n}" for n, _ in enumerate(contents.creators, 1))
    return root


def _dataset(place: str, name: str, listed: Listing, **more: Any) -> Entity:
    parts = _refs(file for file in listed if file.startswith(place))
    return {"@id": place, "@type": "Dataset", "name": name, "hasPart": parts, **more}


def _licence(address: str) -> Entity:
    if address:
        return {"@id": address, "@type": "CreativeWork", "name": address.rpartition("/")[2] or address}
    words = "Nobody stated the licence of this workspace: ask those who made it."
    return {"@id": NOT_STATED, "@type": "CreativeWork", "name": "Not stated", "description": words}


def _versions(runs: Iterable[RunRecord]) -> list[Entity]:
    words = "A stochastic simulator of the multi-scale coupling of intergovernmental cooperation parks."
    about = {"@type": "SoftwareApplication", "name": "copark", "description": words}
    versions = {__version__, *(str(run.provenance.get("code_version", "?")) for run in runs)}
    return [{"@id": f"#copark-{version}", "softwareVersion": version, **about} for version in versions]


def _action(run: RunRecord, contents: Contents) -> Entity:
    made_by = run.provenance
    case = run.provenance.get("case")
    taken = [f"{STUDIES}/{run.identity}.yaml"] + ([f"{CASES}/{case}/"] if case in contents.cases else [])
    hashes = ("model_version", "case_hash", "world_hash", "draws_hash", "seed", "runs", "cpu_features")
    return {
        "@id": f"#run-{run.identity}",
        "@type": "CreateAction",
        "name": f"Run {run.identity}",
        "description": "; ".join(f"{name} {made_by[name]}" for name in hashes if name in made_by),
        "endTime": run.created,
        "instrument": {"@id": f"#copark-{made_by.get('code_version', '?')}"},
        "object": _refs(taken),
        "result": {"@id": f"{RUNS}/{run.identity}/"},
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }


def _sources(case: str, folder: Path) -> dict[str, Entity]:
    """Return the sources of a case, each by its address where it has one; none where they cannot be read."""
    faults: list[Fault] = []
    words = read_text(folder, "sources.yaml", faults)
    tree = None if words is None else read_yaml(words, "sources.yaml", faults)
    entities: dict[str, Entity] = {}
    for key, source in tree.data.items() if tree is not None and isinstance(tree.data, dict) else ():
        entry = source if isinstance(source, dict) else {}
        name = str(entry.get("url") or f"#source-{case}-{key}")
        entity: Entity = {"@id": name, "@type": "CreativeWork", "name": str(entry.get("title") or entry.get("outlet"))}
        entity |= {"identifier": str(key), "publisher": str(entry.get("outlet", ""))}
        entity |= {word: str(entry[own]) for own, word in (("date", "datePublished"), ("url", "url")) if entry.get(own)}
        entities.setdefault(name, entity)
    return entities


@dataclass(frozen=True)
class WorkspaceFindings:
    """Result of opening or verifying a workspace."""

    cases: tuple[str, ...] = ()
    """Names of the cases it holds."""
    studies: tuple[str, ...] = ()
    """Names of the studies it holds."""
    runs: tuple[str, ...] = ()
    """Identities of the runs it holds."""
    files: int = 0
    """How many files that is."""
    bytes: int = 0
    """How many bytes that is."""
    faults: tuple[Fault, ...] = ()
    """What is wrong with it; empty where it is whole."""
    notes: tuple[Fault, ...] = ()
    """What is to be known of it: runs of another version of the model, of a case that has changed since."""


def verify_workspace(path: Path, progress: Progress | None = None) -> WorkspaceFindings:
    """See whether a workspace is what it says; nothing of it stays on the disk."""
    with tempfile.TemporaryDirectory(prefix="copark-workspace-") as folder:
        return _take(path, Path(folder), progress)


def open_workspace(path: Path, target: Path, progress: Progress | None = None) -> WorkspaceFindings:
    """Open a workspace into a folder that is not there yet, or empty: an output folder like any other.

    Raises
    ------
    WorkspaceRefused
        If it has faults, or the folder something in it; nothing is written then.

    Parameters
    ----------
    path
        File of the workspace.
    target
        Folder that it is opened into.
    progress
        Called with bytes read and in all; ``None`` for nobody.

    Returns
    -------
    What was found in it; it has no faults.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WorkspaceRefused([Fault(f"{AREA}.not_empty", str(target))])
    with written_folder(target.parent / target.name) as folder:
        findings = _take(path, folder, progress)
        if findings.faults:
            raise WorkspaceRefused(findings.faults)
        if target.is_dir():
            target.rmdir()
    return findings


def _take(path: Path, folder: Path, progress: Progress | None) -> WorkspaceFindings:
    try:
        with opened(path, path.name, AREA) as archive:
            entries = _entries(archive, folder)
            listing = _listing(archive, entries)
            faults = _unpack(archive, entries, listing, folder, progress)
    except Refused as refused:
        return WorkspaceFindings(faults=refused.faults)
    count = len(entries)
    size = sum(entry.file_size for entry in entries.values())
    if faults:
        return WorkspaceFindings(files=count, bytes=size, faults=tuple(faults))
    cases, studies, runs = (
        tuple(sorted({name.split("/")[1].removesuffix(".yaml") for name in listing if name.startswith(f"{part}/")}))
        for part in (CASES, STUDIES, RUNS)
    )
    faults = [*_faults_of_crate(folder, listing), *_faults_of_entries(folder, cases, studies)]
    store = RunStore(folder / RUNS)
    notes = list[Fault]()
    for identity in runs:
        place = f"{RUNS}/{identity}"
        try:
            record = store.record(identity)
        except (DamagedRun, MisplacedRun) as refusal:
            wrong: Iterable[Fault] = refusal.faults
        else:
            wrong = faults_of_chunks(record)
            notes += _notes_of(folder, record, place)
        faults += [Fault(problem.code, place, None, problem.key, problem.values) for problem in wrong]
    return WorkspaceFindings(cases, studies, runs, count, size, tuple(faults), tuple(notes))


def _fault(code: str, place: str, key: str = "", **values: Any) -> Fault:
    return Fault(f"{AREA}.{code}", place, None, key, {name: shown(value) for name, value in values.items()})


def _entries(archive: Archive, folder: Path) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    files = archive.files(MOST_FILES, MOST_BYTES)
    _refuse_hidden(archive)
    for entry in files:
        if not PLACES.fullmatch(entry.filename):
            raise archive.refuse("strange_file", entry.filename)
        if entry.filename.casefold() in folded:
            raise archive.refuse("twice", entry.filename)
        folded.add(entry.filename.casefold())
        entries[entry.filename] = entry
    for name in (MANIFEST, CRATE):
        if name not in entries:
            raise archive.refuse("no_list", name)
    need = sum(entry.file_size for entry in entries.values())
    free = shutil.disk_usage(folder).free
    if need > free:
        raise archive.refuse("no_room", need=f"{need / 1e9:.1f}", free=f"{free / 1e9:.1f}")
    return entries


def _refuse_hidden(archive: Archive) -> None:
    """Refuse bytes that no checksum covers: before, between and after entries, in comments, in folders.

    An archive may begin anywhere in its file and lie loosely in it, and readers look past what they do not name.
    """
    packed = archive.archive
    entries = sorted(packed.infolist(), key=lambda entry: entry.header_offset)
    end = 0
    listing_size = 0
    for entry in entries:
        name = entry.orig_filename.encode("ascii", "replace")
        if entry.is_dir() and (entry.file_size or not FOLDERS.fullmatch(entry.filename)):
            raise archive.refuse("hidden", entry.filename)
        if entry.compress_type != zipfile.ZIP_STORED:
            raise archive.refuse("hidden", entry.filename)
        # Packed as it is, its content fills its place; what is compressed may end before.
        if entry.header_offset != end or entry.comment or entry.compress_size != entry.file_size:
            raise archive.refuse("hidden", entry.filename)
        header = _bytes_at(archive, end, LOCAL_HEADER + len(name))
        extra_size = int.from_bytes(header[28:30], "little")
        extra = _bytes_at(archive, end + len(header), extra_size)
        if header[LOCAL_HEADER:] != name or not all(map(_is_of_sizes, (extra, entry.extra))):
            raise archive.refuse("hidden", entry.filename)
        end += len(header) + extra_size + entry.compress_size
        listing_size += CENTRAL_HEADER + len(name) + len(entry.extra)
    if packed.start_dir != end:
        raise archive.refuse("hidden")
    end += listing_size
    if _bytes_at(archive, end, 4) == ZIP64_END:
        end += ZIP64_ENDING
    if packed.comment or end + ENDING != archive.size:
        raise archive.refuse("hidden")


def _bytes_at(archive: Archive, place: int, count: int) -> bytes:
    stream = archive.archive.fp
    if stream is None:
        return b""
    stream.seek(place)
    return stream.read(count)


def _is_of_sizes(extra: bytes) -> bool:
    """Return whether an entry's extra field is empty, or holds the sizes of a large file and nothing else."""
    is_zip64 = extra[:2] == ZIP64_SIZES and len(extra) == 4 + int.from_bytes(extra[2:4], "little") <= 32
    return not extra or is_zip64


def _listing(archive: Archive, entries: Mapping[str, zipfile.ZipInfo]) -> Listing:
    content = _json(archive.read(entries[MANIFEST], MOST_LISTING))
    listed: Any = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise archive.refuse("bad_list", MANIFEST)
    if content.get("format") != FORMAT:
        raise archive.refuse("other_format", MANIFEST, found=content.get("format"), known=FORMAT)
    listing: Listing = {}
    for entry in listed:
        values: list[Any] = [entry.get(key) for key in ("path", "bytes", "sha256")] if isinstance(entry, dict) else []
        if list(map(type, values)) != [str, int, str] or values[0] in listing:
            raise archive.refuse("bad_list", MANIFEST)
        listing[values[0]] = (values[1], values[2])
    return listing


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _unpack(
    archive: Archive, entries: Mapping[str, zipfile.ZipInfo], listing: Listing, folder: Path, progress: Progress | None
) -> list[Fault]:
    """Write files while their checksums are made; what differs from the list."""
    held = entries.keys() - {MANIFEST, CRATE}
    faults = [_fault("missing", name) for name in sorted(listing.keys() - held)]
    faults += [_fault("not_listed", name) for name in sorted(held - listing.keys())]
    total = sum(entry.file_size for entry in entries.values())
    done = 0
    for name, entry in sorted(entries.items()):
        place = folder / name
        digest = hashlib.sha256()
        size = 0
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            for piece in archive.pieces(entry, entry.file_size):
                digest.update(piece)
                size += out.write(piece)
        done += size
        if progress is not None:
            progress(done, total)
        if name in listing and (size, digest.hexdigest()) != listing[name]:
            faults.append(_fault("checksum", name))
    return faults


def _faults_of_crate(folder: Path, listing: Listing) -> Iterator[Fault]:
    """Find what keeps the description from being an RO-Crate of exactly these files."""
    content = _json((folder / CRATE).read_bytes())
    graph = content.get("@graph") if isinstance(content, dict) else None
    named = (
        [entity for entity in graph if isinstance(entity, dict) and isinstance(entity.get("@id"), str)] if graph else []
    )
    entities = (
        {entity["@id"]: entity for entity in named} if isinstance(graph, list) and len(named) == len(graph) else {}
    )
    descriptor = {"conformsTo": {"@id": SPECIFICATION}, "about": {"@id": "./"}}
    is_crate = "./" in entities and descriptor.items() <= entities.get(CRATE, {}).items()
    if not is_crate or content.get("@context") not in (CONTEXT, EARLY_CONTEXT):
        yield _fault("bad_crate", CRATE)
        return
    described = {name for name, entity in entities.items() if entity.get("@type") == "File"}
    for name in sorted(described ^ {*listing, MANIFEST})[:20]:
        yield _fault("crate_differs", CRATE, name)


def _faults_of_entries(folder: Path, cases: Iterable[str], studies: Iterable[str]) -> Iterator[Fault]:
    from copark.simulation.study import examine_study

    for name in cases:
        for problem in check_case(folder / CASES / name):
            yield Fault(problem.code, f"{CASES}/{name}/{problem.file}", problem.line, problem.key, problem.values)
    for name in studies:
        for problem in examine_study(folder / STUDIES / f"{name}.yaml")[1]:
            yield Fault(problem.code, f"{STUDIES}/{problem.file}", problem.line, problem.key, problem.values)


def _notes_of(folder: Path, record: RunRecord, place: str) -> Iterator[Fault]:
    """Note what is another here and now than where a run was made."""
    from copark.cases import list_cases, load_case

    made_by = record.provenance
    name = str(record.provenance.get("case", ""))
    if made_by.get("format") != RESULT_FORMAT:
        yield _fault("other_results", place, found=made_by.get("format"), known=RESULT_FORMAT)
    if made_by.get("model_version") != MODEL_VERSION:
        yield _fault("other_model", place, version=made_by.get("code_version"), here=__version__)
    packed = folder / CASES / name
    try:
        source = packed if CASE_NAME.fullmatch(name) and packed.is_dir() else name if name in list_cases() else None
        if source is None:
            yield _fault("no_case", place, case=name)
        elif load_case(source).hash != made_by.get("case_hash"):
            yield _fault("other_case", place, case=name)
    except CoparkError:  # a case with faults is told by itself
        return


def packed_case(out: Path, name: str, case_hash: str) -> Case | None:
    """Return the case of an opened workspace, if it is there and the same.

    Parameters
    ----------
    out
        Output folder that a workspace was opened into.
    name
        Name of the case.
    case_hash
        Hash it must have.
    """
    from copark.cases import load_case

    folder = out / CASES / name
    if not CASE_NAME.fullmatch(name) or not folder.is_dir() or check_case(folder):
        return None
    case = load_case(folder)
    return case if case.hash == case_hash else None
