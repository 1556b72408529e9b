"""The form of a stored run's arrays: which there are, how long they are, and how their chunks are written.

A stored run may come from a stranger, as a workspace does. Before a chunk is decoded, the descriptions of all arrays
are compared with what copark writes for a run of this study: names, types, shapes, chunks, compressors. A chunk then
says itself how long it is once it is decoded, and must be as long as its array's chunks are.

Chunks end with their CRC-32C (the ``crc32c`` codec of Zarr version 3). Those of runs that were stored before it was
used have none; they are compared with the SHA-256 in the run's manifest instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.errors import Fault
from copark.json_types import JsonObject
from copark.store.errors import fault
from copark.store.manifest import METADATA, NAME, UNREADABLE, listed_in, unreadable
from copark.store.streaming_summary import STATISTICS
from copark.version import MODEL_VERSION

if TYPE_CHECKING:
    from copark.store.run_record import RunRecord

CHUNK = 1000
"""Runs of a chunk, of every array that has runs."""
ARRAYS = "arrays.zarr"
SUMMARY = "summary.zarr"
EVERY_RUN = "every_run.zarr"
DESCRIPTION = "zarr.json"
MOST_QUARTERS = 400
"""Quarters of the longest study."""
MOST_PARAMETERS = 1000
"""More parameters than a model has."""
MOST_DESCRIPTION = 20_000_000
"""Bytes of a description that is read."""
MOST_TEXT = 1_000_000
"""Bytes of the names along one axis."""
PER_RUN = ("scenario", "run")
PATHS = ("scenario", "run", "quarter")
BANDS = ("scenario", "statistic", "quarter")
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "status": PER_RUN,
    "status_quarter": PER_RUN,
    "status_room": PER_RUN,
    "outcome": PER_RUN,
    "draws": ("run", "parameter"),
    "scenario": ("scenario",),
    "run": ("run",),
    "quarter": ("quarter",),
    "label": ("quarter",),
    "parameter": ("parameter",),
    "statistic": ("statistic",),
}
"""Dimensions of every array that is not an output."""
TYPES: Mapping[str, str] = {
    "status": "int8",
    "status_quarter": "int32",
    "status_room": "int8",
    "outcome": "int8",
    "run": "int64",
    "quarter": "int64",
    "scenario": "string",
    "label": "string",
    "parameter": "string",
    "statistic": "string",
}
"""Types of the arrays that are not ``float64``."""
ITEM_BYTES = {"int8": 1, "int32": 4, "int64": 8, "float64": 8}
CHECKSUM = {"name": "crc32c"}
COORDINATES = {
    ARRAYS: ("scenario", "run", "quarter", "label", "parameter"),
    EVERY_RUN: ("scenario", "run", "parameter"),
    SUMMARY: ("scenario", "statistic", "quarter", "label"),
}


@dataclass(frozen=True)
class ArrayForm:
    """Form in which an array is stored."""

    shape: tuple[int, ...]
    """Shape of the array."""
    chunks: tuple[int, ...]
    """Shape of each of its chunks."""
    data_type: str
    """``float64``, ``int64``, ``int32``, ``int8`` or ``string``."""
    is_compressed: bool
    """False for some texts, which alone may be stored uncompressed."""
    has_checksum: bool
    """False for early runs, which have no checksums."""

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a decoded chunk of numbers."""
        return prod(self.chunks) * ITEM_BYTES[self.data_type]

    def holds(self, place: tuple[str, ...]) -> bool:
        """Return whether the array has a chunk of this place, such as ``("0", "12", "0")``."""
        ends = [-(-size // chunk) for size, chunk in zip(self.shape, self.chunks, strict=True)]
        if len(place) != len(ends):
            return False
        return all(part.isascii() and part.isdecimal() and str(int(part)) == part for part in place) and all(
            int(part) < end for part, end in zip(place, ends, strict=True)
        )


def forms_in(group: Path, names: Iterable[str] | None = None) -> dict[str, ArrayForm]:
    """Return the forms of arrays of a Zarr group, by default of all, whose descriptions were examined."""
    stored_names = (path.parent.name for path in group.glob(f"*/{DESCRIPTION}"))
    paths = {name: group / name / DESCRIPTION for name in sorted(stored_names if names is None else set(names))}
    return {name: _form(json.loads(path.read_text(encoding="utf-8"))) for name, path in paths.items()}


def _form(described: Mapping[str, Any]) -> ArrayForm:
    codecs = [codec["name"] for codec in described["codecs"]]
    chunks = described["chunk_grid"]["configuration"]["chunk_shape"]
    is_compressed = bool({"blosc", "zstd"} & set(codecs))
    return ArrayForm(
        tuple(described["shape"]), tuple(chunks), described["data_type"], is_compressed, CHECKSUM["name"] in codecs
    )


def faults_of_form(record: RunRecord) -> list[Fault]:
    """Return what in a stored run is not as copark writes it, without decoding a chunk."""
    contradictions = list(_contradictions(record))
    if contradictions:
        return contradictions
    return list(_faults_of_groups(record)) or list(_faults_of_places(record))


def _contradictions(record: RunRecord) -> Iterator[Fault]:
    """Find what the metadata say of the run and its study says otherwise."""
    has_bands = record.form == "summarised"
    if record.form not in ("full", "summarised"):
        yield headline(record, "form", record.form, "full, summarised")
    if record.runs < 1:
        yield headline(record, "runs", record.runs, "1, 2 …")
    if not (1 <= record.kept <= record.runs) or (not has_bands and record.kept != record.runs):
        yield headline(record, "kept", record.kept, f"1 … {record.runs}" if has_bands else record.runs)
    yield from _strange_names(record)
    outputs = [name for name in record.variables if name not in DIMENSIONS]
    scenarios = list(record.scenarios)
    study = record.provenance.get("study")
    if isinstance(study, dict) and isinstance(study.get("scenarios"), list):
        keys = [str(scenario.get("key")) if isinstance(scenario, dict) else "?" for scenario in study["scenarios"]]
        if scenarios != keys:
            yield headline(record, "scenarios", ", ".join(scenarios), ", ".join(keys))
        kept_names = _kept_outputs(record, study)
        if kept_names is not None and outputs != kept_names:
            yield headline(record, "variables", ", ".join(outputs), ", ".join(kept_names))


ENDS = ("status", "status_quarter", "status_room", "outcome", "draws")
"""Variables that every run has beside its outputs."""


def _strange_names(record: RunRecord) -> Iterator[Fault]:
    """Find names of variables and scenarios that no run has, whatever its study."""
    fixed = {name for name in record.variables if name in DIMENSIONS}
    if not {"status", "outcome"} <= fixed or not fixed <= set(ENDS):
        yield headline(record, "variables", ", ".join(sorted(fixed)), ", ".join(ENDS))
    wrong = [name for name in record.variables if not name.isidentifier()]
    if wrong or len(set(record.variables)) != len(record.variables):
        yield headline(record, "variables", ", ".join(wrong or record.variables), "a, b …")
    if not record.scenarios or len(set(record.scenarios)) != len(record.scenarios):
        yield headline(record, "scenarios", ", ".join(record.scenarios), "a, b …")


def _kept_outputs(record: RunRecord, study: Mapping[str, Any]) -> list[str] | None:
    """Name the outputs a study keeps; ``None`` if another state of the model made them or cannot be read here."""
    from pydantic import ValidationError

    from copark.simulation.study import Study

    made_by = record.provenance
    if made_by.get("model_version") != MODEL_VERSION:
        return None
    try:
        return list(dict.fromkeys(Study.model_validate(study).kept))
    except ValidationError:
        return None


def headline(record: RunRecord, entry: str, stated: object, expected: object) -> Fault:
    """Return the fault of metadata that say something else of a run than its study or its arrays do.

    Parameters
    ----------
    record
        Record of the run, whose folder the fault names.
    entry
        Entry of the metadata.
    stated
        Its value there.
    expected
        Its value by the study or the arrays.
    """
    return fault("headline", record.path, METADATA, entry=entry, found=str(stated), wanted=str(expected))


def names_in(record: RunRecord) -> dict[str, tuple[str, ...]]:
    """Return the names of the arrays of each group of a stored run."""
    fixed = tuple(name for name in record.variables if name in DIMENSIONS)
    outputs = tuple(name for name in record.variables if name not in DIMENSIONS)
    names = {ARRAYS: (*record.variables, *COORDINATES[ARRAYS])}
    if record.form == "summarised":
        names[EVERY_RUN] = (*fixed, *COORDINATES[EVERY_RUN])
        names[SUMMARY] = (*outputs, *COORDINATES[SUMMARY])
    return names


def _faults_of_groups(record: RunRecord) -> Iterator[Fault]:
    free: dict[str, int] = {}
    for group, names in names_in(record).items():
        described = _described(record, f"{group}/{DESCRIPTION}")
        if isinstance(described, Fault):
            yield described
        elif not _is_group_of(described, record):
            yield fault("array", record.path, f"{group}/{DESCRIPTION}")
        sizes = {"run": record.kept if group == ARRAYS else record.runs, "scenario": len(record.scenarios)}
        sizes["statistic"] = len(STATISTICS)
        for name in dict.fromkeys(names):
            place = f"{group}/{name}/{DESCRIPTION}"
            array = _described(record, place)
            if isinstance(array, Fault):
                yield array
            elif not _is_array_of(array, group, name, sizes, free):
                yield fault("array", record.path, place)


def _described(record: RunRecord, place: str) -> JsonObject | Fault:
    """Read a description, or say why it cannot be read."""
    path = record.path / place
    try:
        if path.stat().st_size > MOST_DESCRIPTION:
            return fault("array", record.path, place)
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return fault("file_missing", record.path, place)
    except OSError as error:
        return unreadable(record.path, place, error)
    except UNREADABLE:
        return fault("array", record.path, place)
    return description if isinstance(description, dict) else fault("array", record.path, place)


def _is_group_of(described: Mapping[str, Any], record: RunRecord) -> bool:
    """Return whether a group is of this run: what it says of how it was made is what the metadata say."""
    about = described.get("attributes")
    if described.keys() != {"attributes", "zarr_format", "node_type"} or not isinstance(about, dict):
        return False
    try:
        made_by = json.loads(about.get("provenance", "{}"))
    except UNREADABLE:
        return False
    kind = described["zarr_format"], described["node_type"], about.get("identity")
    is_plain = all(isinstance(value, str) for value in about.values())
    return is_plain and kind == (3, "group", record.identity) and made_by == record.provenance


def _is_array_of(
    described: Mapping[str, Any], group: str, name: str, sizes: Mapping[str, int], free: dict[str, int]
) -> bool:
    """Return whether an array is as copark writes it; ``free`` are the lengths of axes its first array decides."""
    dims = DIMENSIONS.get(name, BANDS if group == SUMMARY else PATHS)
    shape = described.get("shape")
    if not isinstance(shape, list) or len(shape) != len(dims) or not all(type(size) is int for size in shape):
        return False
    most = {"quarter": MOST_QUARTERS, "parameter": MOST_PARAMETERS}
    for dim, size in zip(dims, shape, strict=True):
        expected = sizes.get(dim)
        if expected is None:
            expected = free.setdefault(dim, size)
            if not 0 <= size <= most[dim]:
                return False
        if size != expected:
            return False
    chunks = [CHUNK if dim == "run" else max(1, size) for dim, size in zip(dims, shape, strict=True)]
    kind = TYPES.get(name, "float64")
    is_empty_text = kind == "string" and 0 in shape  # which xarray writes as numbers
    kind = "float64" if is_empty_text else kind
    wanted_entries = {
        "zarr_format": 3,
        "node_type": "array",
        "data_type": kind,
        "dimension_names": list(dims),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": {"string": "", "float64": "NaN"}.get(kind, 0),
        "storage_transformers": [],
    }
    others = {"shape", "codecs", "attributes"}
    if described.keys() - others != wanted_entries.keys() or not others <= described.keys():
        return False
    if any(described[key] != value for key, value in wanted_entries.items()):
        return False
    codecs = _codecs("string" if is_empty_text else kind, size_of=kind)
    return described["codecs"] in codecs and _are_plain(described["attributes"])


def _codecs(kind: str, size_of: str) -> list[list[JsonObject]]:
    """Return what copark writes arrays of a type with: now, and before chunks had checksums."""
    zstd = {"name": "zstd", "configuration": {"level": 0, "checksum": False}}
    if size_of == "string":
        texts = {"name": "vlen-utf8", "configuration": {}}
        return [[texts, CHECKSUM], [texts, zstd]]
    size = ITEM_BYTES[size_of]
    numbers: JsonObject = {"name": "bytes"}
    if size > 1:
        numbers["configuration"] = {"endian": "little"}
    if kind == "string":
        return [[numbers, CHECKSUM], [numbers, zstd]]
    packing = {"typesize": size, "cname": "lz4", "clevel": 5, "shuffle": "shuffle", "blocksize": 0}
    blosc = {"name": "blosc", "configuration": packing}
    return [[numbers, blosc, CHECKSUM], [numbers, blosc]]


def _are_plain(attributes: Any) -> bool:
    """Return whether attributes are words and codes that change no number: none by which a reader scales or masks."""
    if not isinstance(attributes, dict) or attributes.keys() & {"scale_factor", "add_offset", "missing_value", "dtype"}:
        return False
    codes = attributes.get("flag_values", [])
    words = (value for name, value in attributes.items() if name not in ("flag_values", "_FillValue"))
    are_codes = isinstance(codes, list) and all(type(code) is int for code in codes)
    return are_codes and "_FillValue" not in attributes and all(isinstance(value, str) for value in words)


def _faults_of_places(record: RunRecord) -> Iterator[Fault]:
    """Find files among those of the run that no array of it has, and chunks its runs have no numbers without."""
    listed = listed_in(record.path)
    forms = {group: forms_in(record.path / group, names) for group, names in names_in(record).items()}
    for name in sorted(listed):
        if name not in (METADATA, NAME) and not _has_place(name, forms):
            yield fault("extra", record.path, name)
    for group in forms:
        runs = record.kept if group == ARRAYS else record.runs
        if group == SUMMARY or runs == 1:  # run 0 alone is empty, and has no file
            continue
        for number in range(-(-runs // CHUNK)):
            place = f"{group}/run/c/{number}"
            if place not in listed:
                yield fault("file_missing", record.path, place)


def _has_place(name: str, forms: Mapping[str, Mapping[str, ArrayForm]]) -> bool:
    group, *rest = name.split("/")
    group_forms = forms.get(group)
    if group_forms is None:
        return False
    if rest == [DESCRIPTION]:
        return True
    if len(rest) < 2 or rest[0] not in group_forms:
        return False
    return rest[1:] == [DESCRIPTION] or (rest[1] == "c" and group_forms[rest[0]].holds(tuple(rest[2:])))


def damage_in(content: bytes, form: ArrayForm, digest: str = "") -> str:
    """Return the code of the fault of a stored chunk; empty where it may be decoded.

    Parameters
    ----------
    content
        The chunk as it is stored, with its checksum where its form has one.
    form
        Type and shape of the array, and how its chunks are encoded.
    digest
        The SHA-256 the manifest lists, for chunks without a checksum of their own.
    """
    inner = content
    if form.has_checksum:
        import google_crc32c

        inner = content[:-4]
        if len(content) < 4 or google_crc32c.value(inner) != int.from_bytes(content[-4:], "little"):
            return "file_changed"
    elif digest and hashlib.sha256(content).hexdigest() != digest:
        return "file_changed"
    if form.data_type == "string":
        return "" if _texts_in(inner, form) is not None else "chunk"
    is_as_long = len(inner) >= 16 and int.from_bytes(inner[4:8], "little") == form.chunk_bytes
    return "" if is_as_long and int.from_bytes(inner[12:16], "little") == len(inner) else "chunk"


def _texts_in(content: bytes, form: ArrayForm) -> bytes | None:
    """Return texts as they are laid out once decompressed; ``None`` where they are too long or too many."""
    from numcodecs import Zstd

    if form.is_compressed:
        size = _length_in_zstd(content)
        if size is None or size > MOST_TEXT:
            return None
        try:
            content = bytes(Zstd().decode(content))
        except RuntimeError:
            return None
    is_short = 4 <= len(content) <= MOST_TEXT
    return content if is_short and int.from_bytes(content[:4], "little") == prod(form.chunks) else None


def _length_in_zstd(content: bytes) -> int | None:
    """Read the bytes a Zstandard frame says it holds (RFC 8878, 3.1.1.1); ``None`` where it does not say."""
    if len(content) < 6 or content[:4] != b"\x28\xb5\x2f\xfd":
        return None
    flags = content[4]
    is_single = bool(flags >> 5 & 1)
    begin = 5 + (0 if is_single else 1) + (0, 1, 2, 4)[flags & 3]
    length = (1 if is_single else 0, 2, 4, 8)[flags >> 6]
    if not length:
        return None
    size = int.from_bytes(content[begin : begin + length], "little")
    return size + 256 if length == 2 else size


def numbers_in(content: bytes, form: ArrayForm) -> Any:
    """Decode a chunk that may be decoded: an array of the shape of a chunk, or nothing of texts.

    Raises
    ------
    RuntimeError, ValueError
        If it cannot be decoded after all.
    """
    import numpy as np
    from numcodecs import Blosc, VLenUTF8

    inner = content[:-4] if form.has_checksum else content
    if form.data_type == "string":
        return VLenUTF8().decode(_texts_in(inner, form))
    return np.frombuffer(Blosc().decode(inner), form.data_type).reshape(form.chunks)
