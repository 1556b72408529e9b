"""Fingerprint of a worker (code, compiler, NumPy, processor), and which workers may share one ensemble.

Code and variables must be the same, always. Compiler, NumPy and the processor's features must be the same for the same
bits.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from copark.errors import Fault, FaultsFound, RunRefused
from copark.identity import source_stamp

Machine = Mapping[str, str]
CODE = ("code_version", "model_version", "code")
"""What can never differ."""
MAKERS = ("cases", "cluster", "model", "simulation", "stats", "store")
"""Packages whose code makes and stores runs."""
BITS = ("numpy", "numba", "llvmlite", "cpu_features")
"""What the last bits of a result depend on."""
COMPILER = (
    "NUMBA_CPU_NAME",
    "NUMBA_CPU_FEATURES",
    "NUMBA_OPT",
    "NUMBA_DISABLE_JIT",
    "NUMBA_LOOP_VECTORIZE",
    "NUMBA_SLP_VECTORIZE",
)
"""Variables of the environment by which the compiler is told to do otherwise than the processor suggests."""
TOLD = ("python",)
"""What is told and may differ."""


class MachinesDiffer(FaultsFound, RunRefused):
    """Makers of one ensemble would not give the same numbers."""


@cache
def machine() -> dict[str, str]:
    """Return what this process is: versions of code, model and libraries, stamp of the source, processor features."""
    from copark.model.machine import cpu_features, versions
    from copark.version import MODEL_VERSION, __version__

    flags = [f"{name}={os.environ[name]}" for name in COMPILER if name in os.environ]
    package = Path(__file__).parents[1]
    makers = [
        *(path for folder in MAKERS for path in (package / folder).rglob("*.py")),
        *(package / "model").rglob("*.yaml"),
        *(package / "casebook" / "world").glob("*.csv"),
    ]
    return {
        "code_version": __version__,
        "model_version": str(MODEL_VERSION),
        "code": source_stamp(makers, package),
        "cpu_features": " ".join((cpu_features(), *flags)),
        **versions(),
    }


def faults_between(
    expected: Machine, actual: Machine, name: str, entries: Sequence[str] = (*CODE, *BITS)
) -> list[Fault]:
    """Find what keeps a maker, a worker's address or the shards it made, from working with the others.

    Parameters
    ----------
    expected
        What the others are.
    actual
        What the maker is.
    name
        The maker in messages: a worker's address, or a file.
    entries
        Entries that are compared.
    """
    faults = []
    for entry in entries:
        expected_value = str(expected.get(entry, "?"))
        actual_value = str(actual.get(entry, "?"))
        if expected_value != actual_value:
            code = "cluster.other_code" if entry in CODE else "cluster.other_machine"
            faults.append(
                Fault(code, name, key=entry, values={"entry": entry, "found": actual_value, "wanted": expected_value})
            )
    return faults


def need_alike(expected: Machine, actual: Machine, name: str, entries: Sequence[str] = (*CODE, *BITS)) -> None:
    """Refuse (``MachinesDiffer``, with everything that differs) a maker that would give other numbers.

    Parameters
    ----------
    expected
        What the others are.
    actual
        What the maker is.
    name
        The maker in messages: a worker's address, or a file.
    entries
        Entries that are compared.
    """
    faults = faults_between(expected, actual, name, entries)
    if faults:
        raise MachinesDiffer(faults)


def joined(machines: Iterable[Machine]) -> dict[str, str]:
    """Join provenance of the makers of an ensemble; where they differ, all values with ``+`` between them."""
    fingerprints = list(machines)
    return {
        entry: " + ".join(sorted({str(fingerprint.get(entry, "?")) for fingerprint in fingerprints}))
        for entry in (*BITS, *TOLD)
    }
