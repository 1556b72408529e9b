"""Who may know what: the import rules (`make check`) would notice, and asking for help loads nothing heavy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "numba", "llvmlite", "numpy", "scipy", "pandas", "xarray", "zarr", "h5netcdf", "matplotlib", "openpyxl", "jinja2",
)  # fmt: skip
LOADED = """
import sys
from copark.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("arguments", [["run", "--help"], ["--lang", "zh", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", LOADED, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.rpartition("LOADED")[2].split())
    assert "copark" in loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)
