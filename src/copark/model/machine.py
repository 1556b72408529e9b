"""What the bits of a result depend on beside the code: versions of the libraries, and the processor.

Whoever reads a stored result compares these with what made it, and compiles nothing: Numba is not imported here, and
LLVM only to name the processor.
"""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Return versions that the bits of a result may depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "numba", "llvmlite")}}


def cpu_features() -> str:
    """Return name and features of the processor that kernels are compiled for: bits are promised for one such set."""
    # The library of LLVM, a tenth of a gigabyte, is read from disk when it is imported.
    import llvmlite.binding as llvm

    features = ",".join(sorted(name for name, on in llvm.get_host_cpu_features().items() if on))
    return f"{llvm.get_host_cpu_name()}-{hashlib.sha256(features.encode()).hexdigest()[:12]}"
