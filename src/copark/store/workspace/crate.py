"""What a workspace says of itself: an RO-Crate 1.1, with a Process Run Crate's action for every run.

https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.5

Writing a workspace: the same content gives the same bytes, anywhere.
"""

import hashlib
import stat
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from copark.cases.files import read_text
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault
from copark.store.files import written_file
from copark.store.workspace.layout import (
    CASES,
    CRATE,
    FORMAT,
    MANIFEST,
    RUNS,
    STUDIES,
    Contents,
    RunEntry,
    as_json,
)
from copark.version import __version__

EARLY_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
"""The words of RO-Crate 1.1, with which early versions of copark packed; ``sha256`` is none of them."""
CONTEXT = [EARLY_CONTEXT, {"sha256": "http://schema.org/sha256"}]
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
LICENCE = "https://spdx.org/licenses/Apache-2.0"
NOT_STATED = "#licence-not-stated"
MEDIA = {
    ".yaml": "application/yaml", ".csv": "text/csv", ".json": "application/json", ".md": "text/markdown",
}  # fmt: skip
Entity = dict[str, Any]


def described(contents: Contents, listed: Mapping[str, tuple[int, str]], sources: Mapping[str, Any]) -> Entity:
    """The description of a workspace.

    Parameters
    ----------
    listed
        Size and SHA-256 of every file.
    sources
        Content of ``sources.yaml`` by case.
    """
    found: list[Entity] = [_descriptor(), *_versions(contents.runs), *_licence(contents.licence), *_people(contents)]
    found.append({"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"})
    cited: dict[str, Entity] = {}
    for name in contents.cases:
        keys = _sources(name, sources.get(name), cited)
        found.append(_dataset(f"{CASES}/{name}/", f"Case {name}", listed, citation=_refs(keys)))
    for run in contents.runs:
        found.append(_dataset(f"{RUNS}/{run.identity}/", f"Stored run {run.identity}", listed, identifier=run.identity))
        found.append(_action(run, contents))
    found += [_file(name, size, digest) for name, (size, digest) in listed.items()]
    found.append(_root(contents, listed, [f"#run-{run.identity}" for run in contents.runs]))
    found += cited.values()
    return {"@context": CONTEXT, "@graph": sorted(found, key=lambda entity: entity["@id"])}


def _refs(names: Iterable[str]) -> list[Entity]:
    return [{"@id": name} for name in sorted(set(names))]


def _descriptor() -> Entity:
    return {
        "@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": SPECIFICATION}, "about": {"@id": "./"},
    }  # fmt: skip


def _root(contents: Contents, listed: Mapping[str, Any], actions: list[str]) -> Entity:
    alone = [name for name in listed if name.startswith(f"{STUDIES}/") or name == MANIFEST]
    root: Entity = {
        "@id": "./", "@type": "Dataset", "name": contents.title, "conformsTo": {"@id": PROFILE},
        "description": "Cases, studies and stored runs of copark, with their sources and checksums.",
        "datePublished": newest(contents.runs), "license": {"@id": contents.licence or NOT_STATED},
        "hasPart": _refs([*contents.folders(), *alone]), "mentions": _refs(actions),
    }  # fmt: skip
    if contents.creators:
        root["creator"] = _refs(_person(n) for n in range(len(contents.creators)))
    return root


def newest(runs: Iterable[RunEntry]) -> str:
    """The day of the newest run; without one, the day this form of workspaces was fixed, since content has no day."""
    return max((run.created[:10] for run in runs if run.created), default="2026-11-25")


def _dataset(place: str, name: str, listed: Mapping[str, Any], **more: Any) -> Entity:
    parts = [file for file in listed if file.startswith(place)]
    return {
        "@id": place,
        "@type": "Dataset",
        "name": name,
        "hasPart": _refs(parts),
        **{k: v for k, v in more.items() if v},
    }


def _file(name: str, size: int, digest: str) -> Entity:
    kind = MEDIA.get(name[name.rfind(".") :], "application/octet-stream")
    return {
        "@id": name, "@type": "File", "name": name.rpartition("/")[2], "contentSize": str(size), "sha256": digest,
        "encodingFormat": kind,
    }  # fmt: skip


def _licence(address: str) -> list[Entity]:
    if address:
        return [{"@id": address, "@type": "CreativeWork", "name": address.rpartition("/")[2] or address}]
    words = "Nobody stated the licence of this workspace: ask those who made it."
    return [{"@id": NOT_STATED, "@type": "CreativeWork", "name": "Not stated", "description": words}]


def _person(number: int) -> str:
    return f"#creator-{number + 1}"


def _people(contents: Contents) -> list[Entity]:
    return [{"@id": _person(n), "@type": "Person", "name": name} for n, name in enumerate(contents.creators)]


def _software(version: str) -> str:
    return f"#copark-{version}"


def _versions(runs: Iterable[RunEntry]) -> list[Entity]:
    """copark, in every version that made a run, and in the one that packed."""
    found = {__version__, *(str(run.provenance.get("code_version", "?")) for run in runs)}
    return [
        {
            "@id": _software(version), "@type": "SoftwareApplication", "name": "copark", "softwareVersion": version,
            "description": "A stochastic simulator of the multi-scale coupling of intergovernmental cooperation parks.",
        }
        for version in found
    ]  # fmt: skip


def _action(run: RunEntry, contents: Contents) -> Entity:
    """The making of a run: copark took a study and a case, and gave numbers."""
    study = f"{STUDIES}/{run.identity}.yaml"
    taken = [study] + ([f"{CASES}/{run.case}/"] if run.case in contents.cases else [])
    hashes = ("model_hash", "experiment_hash", "case_hash", "draws_hash", "seed", "runs", "cpu_features")
    said = "; ".join(f"{name} {run.provenance[name]}" for name in hashes if name in run.provenance)
    return {
        "@id": f"#run-{run.identity}", "@type": "CreateAction", "name": f"Run {run.identity}", "description": said,
        "endTime": run.created, "instrument": {"@id": _software(str(run.provenance.get("code_version", "?")))},
        "object": _refs(taken), "result": {"@id": f"{RUNS}/{run.identity}/"},
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }  # fmt: skip


def _sources(case: str, sources: Any, cited: dict[str, Entity]) -> list[str]:
    """Sources of a case, each with its address where it has one; identities of those cited."""
    keys = []
    for key, source in (sources if isinstance(sources, dict) else {}).items():
        entry = source if isinstance(source, dict) else {}
        name = str(entry.get("url") or f"#source-{case}-{key}")
        entity: Entity = {"@id": name, "@type": "CreativeWork", "name": str(entry.get("title") or entry.get("outlet"))}
        entity |= {"identifier": str(key), "publisher": str(entry.get("outlet", ""))}
        if entry.get("date"):
            entity["datePublished"] = str(entry["date"])
        if entry.get("url"):
            entity["url"] = str(entry["url"])
        cited.setdefault(name, entity)
        keys.append(name)
    return keys


def study_yaml(study: Mapping[str, Any]) -> bytes:
    """A run's study as a file that can be run again."""
    written: str = yaml.safe_dump(dict(study), allow_unicode=True, sort_keys=False)
    return written.encode("utf-8")


EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: a ZIP archive knows none earlier."""
PIECE = 1 << 20


def pack_workspace(contents: Contents, target: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """Write a workspace; give its SHA-256.

    Folders come first, then files, each in the order of their names; without a time and without compression (the
    numbers of runs are compressed already, and compressors of two machines may differ).

    Raises
    ------
    OSError
        If a file cannot be read, or the archive not be written.
    """
    files = list(contents.files())
    listed: dict[str, tuple[int, str]] = {}
    total = sum(len(one) if isinstance(one, bytes) else one.stat().st_size for _, one in files)
    done = 0
    with written_file(target) as path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for folder in contents.folders():  # RO-Crate wants what it describes to be in the archive, folders too
                archive.writestr(_entry(folder, stat.S_IFDIR | 0o755), b"")
            for name, one in files:
                listed[name] = _store(archive, name, one)
                done += listed[name][0]
                if progress is not None:
                    progress(done, total)
            manifest = as_json(manifest_of(listed))
            listed[MANIFEST] = _store(archive, MANIFEST, manifest)
            _store(archive, CRATE, as_json(described(contents, listed, sources_of(contents))))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return digest


def manifest_of(listed: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The list of files, with what wrote it."""
    files = [{"path": name, "bytes": size, "sha256": digest} for name, (size, digest) in sorted(listed.items())]
    return {"format": FORMAT, "copark": __version__, "files": files}


def sources_of(contents: Contents) -> dict[str, Any]:
    """Content of every case's ``sources.yaml`` that can be read."""
    found: dict[str, Any] = {}
    for name, folder in contents.cases.items():
        faults: list[Fault] = []
        text = read_text(folder, "sources.yaml", faults)
        tree = None if text is None else read_yaml(text, "sources.yaml", faults)
        found[name] = None if tree is None else tree.data
    return found


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def _store(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> tuple[int, str]:
    """Store a file; its size and SHA-256."""
    entry = _entry(name, 0o644)
    if isinstance(content, bytes):
        archive.writestr(entry, content)
        return len(content), hashlib.sha256(content).hexdigest()
    digest, size = hashlib.sha256(), 0
    entry.file_size = content.stat().st_size
    with content.open("rb") as stream, archive.open(entry, "w") as out:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    return size, digest.hexdigest()
