"""Equations are compiled without a wrapper for Python, so their tests run where compilation is off.

With compilation on, `test_uncompiled.py` alone is collected; it runs this folder in a process of its own with
compilation off. With compilation off the folder is collected as it stands, without that one file.
"""

from __future__ import annotations

from pathlib import Path

from copark.model.compiler import ENABLED

ABOVE = "test_uncompiled.py"
collect_ignore = [
    path.name for path in sorted(Path(__file__).parent.glob("test_*.py")) if (path.name == ABOVE) is not ENABLED
]
