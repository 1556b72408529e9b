"""Headlines of a stored run, shown before its paths are: how its runs ended, counted from its arrays.

``metadata.json`` repeats the counts, so that many runs can be listed without reading an array. Whenever a single run is
read, they are counted again and compared. Whether the arrays are what the model gives is said by a replay alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from copark.errors import Fault
from copark.store.array_forms import (
    ARRAYS,
    CHUNK,
    EVERY_RUN,
    ArrayForm,
    damage_in,
    forms_in,
    headline,
    names_in,
    numbers_in,
)
from copark.store.errors import DamagedRun, fault
from copark.store.manifest import listed_in, unreadable
from copark.store.streaming_summary import EndCounts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from copark.store.run_record import RunRecord

BROKEN = (RuntimeError, ValueError, TypeError, MemoryError)
"""What decoding a chunk may raise that is well-formed by its header alone."""


def faults_of_headlines(record: RunRecord) -> list[Fault]:
    """Return what the metadata of a stored run say otherwise than its arrays; its form was examined before."""
    group = EVERY_RUN if record.form == "summarised" else ARRAYS
    try:
        counts = counts_in(record, group)
    except DamagedRun as refusal:
        return list(refusal.faults)
    faults = []
    compared = (("status", record.status, counts.status), ("outcome", record.outcome, counts.outcome))
    for entry, listed, counted in compared:
        for scenario in dict.fromkeys((*counted, *listed)):
            listed_here = listed.get(scenario, {})
            counted_here = counted.get(scenario, {})
            if listed_here != counted_here:
                faults.append(headline(record, f"{entry}.{scenario}", _counts(listed_here), _counts(counted_here)))
    return faults


def _counts(runs_by_code: Mapping[str, int]) -> str:
    """Write runs by code for a message."""
    return ", ".join(f"{code}: {count}" for code, count in sorted(runs_by_code.items())) or "–"


def counts_in(record: RunRecord, group: str) -> EndCounts:
    """Count how the runs of a group ended, a chunk of runs at a time; ``DamagedRun`` if one cannot be read."""
    forms = forms_in(record.path / group, ("status", "outcome"))
    digests = {name: digest for name, (_, digest) in listed_in(record.path).items()}
    runs = forms["status"].shape[1]
    counts = EndCounts()
    for number in range(-(-runs // CHUNK)):
        size = min(CHUNK, runs - number * CHUNK)
        codes = {}
        for name in ("status", "outcome"):
            place = f"{group}/{name}/c/0/{number}"
            codes[name] = _chunk(record, place, forms[name], digests)[:, :size]
        counts.add_codes(record.scenarios, codes)
    return counts


def _chunk(record: RunRecord, place: str, form: ArrayForm, digests: Mapping[str, str]) -> NDArray[np.generic]:
    """Decode a chunk; zeros, as its array says, where it has no file. ``DamagedRun`` if it cannot be decoded."""
    import numpy as np

    try:
        content = (record.path / place).read_bytes()
    except FileNotFoundError:
        if place in digests:
            raise DamagedRun([fault("file_missing", record.path, place)]) from None
        return np.zeros(form.chunks, form.data_type)
    except OSError as error:
        raise DamagedRun([unreadable(record.path, place, error)]) from error
    code = damage_in(content, form, digests.get(place, ""))
    if code:
        raise DamagedRun([fault(code, record.path, place)])
    try:
        numbers: NDArray[np.generic] = numbers_in(content, form)
    except BROKEN:
        raise DamagedRun([fault("chunk", record.path, place)]) from None
    return numbers


def faults_of_chunks(record: RunRecord) -> Iterator[Fault]:
    """Decode every chunk of a stored run, one at a time, and tell what cannot be decoded.

    A chunk of the numbers or of the names of runs must also be what its run has: numbers from 0 on, its scenarios.
    """
    digests = {name: digest for name, (_, digest) in listed_in(record.path).items()}
    for group in names_in(record):
        forms = forms_in(record.path / group, names_in(record)[group])
        for place in sorted(name for name in digests if name.startswith(f"{group}/") and "/c/" in name):
            name = place.split("/")[1]
            try:
                numbers = _chunk(record, place, forms[name], digests)
            except DamagedRun as refusal:
                yield from refusal.faults
                continue
            if not _is_axis_of(record, name, place, numbers, forms[name]):
                yield fault("chunk", record.path, place)


def _is_axis_of(record: RunRecord, name: str, place: str, numbers: Any, form: ArrayForm) -> bool:
    """Return whether the numbers of runs count from 0 on, and the names of scenarios are those of the run."""
    if name == "run":
        first = int(place.rpartition("/")[2]) * CHUNK
        count = min(CHUNK, form.shape[0] - first)
        return bool((numbers[:count] == range(first, first + count)).all())
    return name != "scenario" or list(map(str, numbers)) == list(record.scenarios)
