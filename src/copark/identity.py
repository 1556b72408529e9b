"""Content identities: the same inputs have the same name, anywhere.

An identity is the first 16 hexadecimal digits of a SHA-256 over canonical JSON. It covers what a result depends on
(study, case, variables, model code) and nothing else: neither the machine nor the time nor the number of threads.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LENGTH = 16
RESULT_FORMAT = 1
"""Format of results; in another one identities may be made otherwise."""
PARTS = {
    "format": "format",
    "study": "study",
    "case": "case_hash",
    "model": "model_hash",
    "experiment": "experiment_hash",
    "source": "draws_hash",
}
"""What a result depends on, and the entry of its provenance that says so; a source only where draws come from one."""


def canonical(content: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, no NaN; floats as Python's shortest repr."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_content(content: Any) -> str:
    """SHA-256 of canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def identity_of(parts: Mapping[str, Any]) -> str:
    """The identity of a result from everything it depends on."""
    return hash_content(dict(parts))[:LENGTH]


def result_identity(provenance: Mapping[str, Any]) -> str:
    """The identity of a result of ``RESULT_FORMAT`` from its provenance.

    Raises
    ------
    ValueError, TypeError, RecursionError
        If the provenance holds values that no result has.
    """
    parts = {part: provenance.get(entry) for part, entry in PARTS.items() if part != "source" or entry in provenance}
    return identity_of(parts)


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


def hash_sources(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 as of :func:`hash_files`, over what source files say to the machine.

    Docstrings, comments, titles and empty lines are left out: a sentence put better makes no other model.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        content, words = path.read_bytes(), WORDS.get(path.suffix)
        lines = (content if words is None else words.sub(b"", content)).splitlines()
        digest.update(path.relative_to(root).as_posix().encode("utf-8") + b"\0")
        digest.update(b"\n".join(line.rstrip() for line in lines if line.strip()) + b"\0")
    return digest.hexdigest()
