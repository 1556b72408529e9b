"""Three kinds of hash: of content, of a question, and of arrays. The same inputs have the same name anywhere.

*Content* is what a case, a table or a file says: SHA-256 of its canonical JSON, or of a file's bytes.
A *question* is what is asked, with the version of the model and of the method that answers it: the first 16 digits of
the hash of both. It names results: the run ID. Neither source code nor the machine, the time or the number of threads
is part of it: that the same question has the same numbers is what the versions promise, held by ``tests/golden``
(decision 0087).
*Arrays* are numbers by their bytes, such as the draws of a posterior.

:func:`source_stamp` is no identity: it names caches (machine code, unfinished work) and tells installations apart.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LENGTH = 16
RESULT_FORMAT = 2
"""Format of results; in another one identities may be made otherwise: 1 had hashes of source files in the place of the
version of the model."""
PARTS = {
    "format": "format",
    "study": "study",
    "case": "case_hash",
    "world": "world_hash",
    "model": "model_version",
    "source": "draws_hash",
}
"""What a stored run depends on, and the entry of its provenance that says so; a source where draws come from one."""


def canonical(content: Any) -> str:
    """Write canonical JSON: sorted keys, no spaces, no NaN; floats as Python's shortest repr."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_content(content: Any) -> str:
    """SHA-256 of canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def identity_of(parts: Mapping[str, Any]) -> str:
    """Name a question, or what is made for one, by everything it depends on."""
    return hash_content(dict(parts))[:LENGTH]


def hash_array(array: Any, kind: str) -> str:
    """SHA-256 of the bytes of an array, hexadecimal.

    Parameters
    ----------
    kind
        The type its numbers are hashed as, with the order of their bytes, such as ``<f8``.
    """
    import numpy as np

    return hashlib.sha256(np.ascontiguousarray(array, dtype=kind).tobytes()).hexdigest()


def result_identity(provenance: Mapping[str, Any]) -> str:
    """Name a stored run of ``RESULT_FORMAT`` by its provenance.

    Raises
    ------
    ValueError, TypeError, RecursionError
        If the provenance holds values that no result has.
    """
    parts = {part: provenance.get(entry) for part, entry in PARTS.items() if part != "source" or entry in provenance}
    return identity_of({**parts, "study": without_titles(parts["study"])})


def without_titles(study: Any) -> Any:
    """Leave out the titles of a study and of its scenarios: what is called otherwise has the same numbers."""
    if not isinstance(study, Mapping):
        return study
    scenarios = study.get("scenarios")
    content = {name: value for name, value in study.items() if name != "title"}
    if isinstance(scenarios, list | tuple):
        content["scenarios"] = [without_titles(scenario) for scenario in scenarios]
    return content


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over the names (relative to ``root``) and contents of files, independent of their order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode("utf-8") + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


WORDS = {
    ".py": re.compile(rb'^[ \t]*(?:"""[\s\S]*?"""|#.*)$', re.MULTILINE),
    ".yaml": re.compile(rb"^[ \t]*(?:#|(?:title|symbol|source): ).*$", re.MULTILINE),
}
"""What only people read: docstrings and lines of comment; titles, symbols and sources of the model on a line each."""


def source_stamp(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over source files, without what only people read in them: the name of a cache, never of a result.

    Machine code of other source must not be taken, work that was interrupted must not go on in other code, and workers
    must have the same code as whoever asks them.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        words = WORDS.get(path.suffix)
        lines = (content if words is None else words.sub(b"", content)).splitlines()
        digest.update(path.relative_to(root).as_posix().encode("utf-8") + b"\0")
        digest.update(b"\n".join(line.rstrip() for line in lines if line.strip()) + b"\0")
    return digest.hexdigest()
