"""Equations are compiled without a wrapper for Python, so their tests run where compilation is off.

With compilation on, only the files named here are collected; one of them, `test_uncompiled.py`, runs this folder in a
process of its own with compilation off. With compilation off the folder is collected without them.
"""

from pathlib import Path

import pytest

from copark.model.jit import ENABLED

COMPILED = {"test_compiled_faults.py", "test_uncompiled.py"}
collect_ignore = [
    path.name for path in sorted(Path(__file__).parent.glob("test_*.py")) if (path.name in COMPILED) is not ENABLED
]


def pytest_collect_file(file_path: Path) -> None:
    """Refuse a file that is named on the command line: compiled, its equations would end the process."""
    if file_path.name in collect_ignore:
        raise pytest.UsageError(f"Run it uncompiled: NUMBA_DISABLE_JIT=1 python -m pytest {file_path.parent}")
