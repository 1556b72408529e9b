"""Equations are compiled without a wrapper for Python, so their tests run where compilation is off.

With compilation on, only the files named here are collected; one of them, `test_uncompiled.py`, runs this folder in a
process of its own with compilation off. With compilation off the folder is collected without them.
"""

from pathlib import Path

from copark.model.jit import ENABLED

COMPILED = {"test_compiled_faults.py", "test_uncompiled.py"}
collect_ignore = [
    path.name for path in sorted(Path(__file__).parent.glob("test_*.py")) if (path.name in COMPILED) is not ENABLED
]
